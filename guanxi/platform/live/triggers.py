"""Every committed change of a declared table says so to the web processes that listen.

PostgreSQL passes a notice on at the commit, in the order of commits, and drops repetitions within a
transaction. It carries names and ids only; many records at once are told as the object alone.
"""

from typing import Any

from django.db import connections, models
from psycopg import sql

from guanxi.platform.objects.registry import built_in, patterns

CHANNEL = "guanxi_live"
MOST_IDS = 100  # a notice holds at most 8,000 bytes

# Arguments: the object, and the column that holds the id of its record. Without an object each row
# names its own in the column "object".
FUNCTION = """
create or replace function guanxi_tell() returns trigger
language plpgsql as $$
declare
    source text := format('select %L as object, %I as id from touched_rows limit {most} + 1',
                        tg_argv[0], tg_argv[1]);
    told record;
begin
    if tg_argv[0] = '' then
        source := 'select object, id from ('
            '  select object, id, row_number() over (partition by object) as n from touched_rows'
            ') t where n <= {most} + 1';
    end if;
    for told in execute
        'select object, array_agg(distinct id) as touched, count(*) as seen'
        ' from (' || source || ') t group by object'
    loop
        perform pg_notify({channel}, json_build_object(
            'object', told.object,
            'ids', case when told.seen <= {most} then told.touched end,
            'gone', tg_op = 'DELETE' and tg_argv[1] = 'id',
            'request', nullif(current_setting('guanxi.request', true), '')
        )::text);
    end loop;
    return null;
end
$$;
"""
TRIGGER = """
create or replace trigger {name} after {verb} on {table}
    referencing {side} table as touched_rows
    for each statement execute function guanxi_tell({object}, {column});
"""
VERBS = ("insert", "update", "delete")


def install_tellers(using: str = "default", **_: Any) -> None:
    """Create the triggers; idempotent. Runs after every migration, as the owner of the schema."""
    with connections[using].cursor() as cursor:
        tables = set(connections[using].introspection.table_names(cursor))
        function = sql.SQL(FUNCTION).format(
            most=sql.Literal(MOST_IDS), channel=sql.Literal(CHANNEL)
        )
        cursor.execute(function.as_string(None))
        for table, name, column, verbs in _told():
            for verb in verbs if table in tables else ():
                trigger = sql.SQL(TRIGGER).format(
                    name=sql.Identifier(f"guanxi_tell_{verb}"),
                    verb=sql.SQL(verb),
                    side=sql.SQL("old" if verb == "delete" else "new"),
                    table=sql.Identifier(table),
                    object=sql.Literal(name),
                    column=sql.Literal(column),
                )
                cursor.execute(trigger.as_string(None))


def _told() -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Each table with the object it tells of, the column of that object's id, and when it tells."""
    links: dict[type[models.Model], tuple[str, str]] = {}
    for declared in built_in():
        for f in declared.own_fields.values():
            if f.type.name == "tags":
                column: Any = f.column
                through = column.remote_field.through
                near = through._meta.get_field(column.m2m_field_name()).column
                links[through] = (declared.name, near)
    return [
        *((model._meta.db_table, *named, VERBS) for model, named in links.items()),
        *(
            (t.model._meta.db_table, t.name, "id", VERBS)
            for t in built_in()
            if t.model not in links
        ),
        *((t.model._meta.db_table, "", "id", VERBS) for t in patterns()),
        ("platform_customfield", "custom_field", "id", VERBS),
        ("platform_customobject", "custom_object", "id", VERBS),
        ("platform_layout", "layout", "id", VERBS),
        ("platform_job", "job", "id", VERBS),
        ("platform_attachment", "attachment", "record_id", VERBS),
        ("platform_share", "share", "record_id", VERBS),
        ("platform_presence", "presence", "record_id", ("insert", "delete")),
        ("platform_session", "session", "public_id", ("delete",)),
        ("platform_notification", "notification", "user_id", ("insert", "update")),
    ]
