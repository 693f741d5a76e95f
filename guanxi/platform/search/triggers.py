"""Keeps the words of every declared object, whoever writes to its table.

A trigger for each statement computes them by set, COPY included, in the transaction of the write.
"""

from typing import Any

from django.db import connections
from psycopg import sql

from guanxi.platform.objects.columns import DerivedField, PhoneField, normalize_phone
from guanxi.platform.objects.record import Row
from guanxi.platform.objects.registry import ObjectType, built_in, patterns
from guanxi.platform.search.query import partition
from guanxi.standardizing.folding import RARE

AT_ONCE = 100  # rows of one statement that the indexes get to know right away

PARTITION = """
create table if not exists {partition} partition of platform_searchtext {values}
"""
WRITE = """
insert into platform_searchtext (object, record_id, text, indexed)
select {object}, w.id,
       case when w.text like '%   %' then regexp_replace(w.text, ' {{2,}}', ' ', 'g')
            else replace(w.text, '  ', ' ') end,
       {indexed}
from (
    select n.id{object_too}, {words} as text
    from {rows} {titles}
    {where} offset 0
) w
"""
# Full, though every row has both sides: a plan that is made for one row and kept must be fit for
# many, and a full join is never a loop in a loop.
CHANGED = """
(select n.* from new_rows n full join old_rows o using (id)
 where row({now}) is distinct from row({was}) offset 0) n
"""
AGAIN = """
on conflict (object, record_id) do update set text = excluded.text, indexed = excluded.indexed
"""
FUNCTION = """
create or replace function {function}() returns trigger
language plpgsql as $function$
declare
    few boolean;
begin
    if tg_op = 'DELETE' then
        delete from platform_searchtext t using old_rows o
        where t.object = {object} and t.record_id = o.id;
        delete from platform_recentrecord r using old_rows o
        where r.object = {object} and r.record_id = o.id;
        return null;
    end if;
    few := not exists (select from new_rows offset {at_once});
    if tg_op = 'INSERT' then
        {insert};
    else
        {forget}
        {update};
    end if;
    return null;
end
$function$;
"""
FORGET = """delete from platform_searchtext t using new_rows n
        where t.object = {object} and t.record_id = n.id and {locked};"""
TRIGGERS = """
create or replace trigger guanxi_search_insert after insert on {table}
    referencing new table as new_rows
    for each statement execute function {function}();
create or replace trigger guanxi_search_update after update on {table}
    referencing old table as old_rows new table as new_rows
    for each statement execute function {function}();
create or replace trigger guanxi_search_delete after delete on {table}
    referencing old table as old_rows
    for each statement execute function {function}();
"""

PLAIN = "regexp_replace(lower({0}), '[^a-z0-9]+', ' ', 'g')"
# Characters are looked up one by one, whatever the planner saw when it made the plan: hashing the
# table of all characters would cost a single row more than all the rest of its write.
CHARACTERS = """string_to_table({0}, null) with ordinality x(character, i)
            left join lateral (
                select c.folded, c.readings from platform_character c
                where c.character = x.character collate "C" offset 0
            ) c on true"""
FOLDED = f"""string_agg(coalesce(c.folded,
                case when x.character collate "C" >= '{RARE}' then ' ' || x.character || ' '
                     when octet_length(x.character) > 1 then x.character
                     else {PLAIN.replace("{0}", "x.character")} end), '' order by x.i)"""
WORDS = f"""case when octet_length({{0}}) = length({{0}}) then {PLAIN}
            else (select {FOLDED} from {CHARACTERS}) end"""  # noqa: S608  our own texts
# The words of titles beyond ASCII, by set: a few times quicker than name by name. Most can be said
# in one way, or have one character with two; the function knows all the others.
TITLES = f"""left join (
        select n.id, {FOLDED} || ' ! ' || case
            when count(c.readings) = 0 then ''
            when count(c.readings) > 3 or max(cardinality(c.readings)) > 2
                or count(*) filter (where cardinality(c.readings) > 1) > 1
                then guanxi_spellings(max({{0}}))
            else string_agg(array_to_string(c.readings, ' '), ' ' order by x.i)
                || {{said}} || case
                when max(cardinality(c.readings)) > 1
                then {{otherwise_said}} else '' end
            end as words
        from {{rows}} cross join lateral {CHARACTERS}
        where octet_length({{0}}) > length({{0}})
        group by n.id
    ) titles on titles.id = n.id"""  # noqa: S608  our own texts
SAID = """' ' || string_agg({0}, '' order by x.i)
                || ' ' || string_agg(left({0}, 1), '' order by x.i)
                || ' ' || case when count(c.readings) = 3
                    then right(string_agg(left({0}, 1), '' order by x.i), -1) else '' end"""
TITLE = f"coalesce(titles.words, {PLAIN} || ' !')"
DIGITS = "translate({0}, translate({0}, '0123456789', ''), '')"
# As dialled from abroad; and as written, where the digits differ (a trunk 0, an extension).
PHONE = f"""substr({{normal}}, 2) || case when strpos({{normal}}, {DIGITS}) > 0 then ''
        else ' ' || {DIGITS} end"""


def _literal(value: str) -> str:
    return str(sql.Literal(value).as_string(None))


def _words(object_type: ObjectType, name: str) -> str:
    """The SQL of one line: the words of a column of the row `n`."""
    column: Any = object_type.model._meta.get_field(name)
    n = f'n."{column.column}"'
    if isinstance(column, PhoneField):
        normal = _normal_phone(object_type.model, name)
        return PHONE.format(n, normal=f'n."{normal}"')
    return (TITLE if name == object_type.title else WORDS).format(n)


def _normal_phone(model: type[Row], name: str) -> str:
    """The derived column with the E.164 form of a phone. Raises ValueError if there is none."""
    for column in model._meta.concrete_fields:
        if isinstance(column, DerivedField) and (column.source, column.derive) == (
            name,
            normalize_phone,
        ):
            return str(column.column)
    raise ValueError(f"{model.__name__}.{name} is searched, but no column has its normal form")


def _locked(object_type: ObjectType) -> str | None:
    """The condition of rows that follow from the record they belong to, and are found by that."""
    if object_type.locked is None:
        return None
    model = object_type.model
    query = model._default_manager.filter(object_type.locked).query
    compiler = query.get_compiler("default")
    where, parameters = compiler.compile(query.where)
    table = f'"{model._meta.db_table}".'
    literals = tuple(_literal(p) if isinstance(p, str) else str(p) for p in parameters)
    return str(where % literals).replace(table, "n.")


def _write(object_type: ObjectType, *, rows: str, conditions: list[str], indexed: str) -> str:
    lines = [_words(object_type, name) for name in object_type.searched]
    if locked := _locked(object_type):
        conditions = [*conditions, f"not ({locked})"]
    title: Any = object_type.model._meta.get_field(object_type.title)
    shared = object_type.model.is_shared
    return WRITE.format(
        object="w.object" if shared else _literal(object_type.name),
        object_too=", n.object" if shared else "",
        titles=TITLES.format(
            f'n."{title.column}"',
            rows=rows,
            said=SAID.format("c.readings[1]"),
            otherwise_said=SAID.format("coalesce(c.readings[2], c.readings[1])"),
        ),
        words="' ' || " + " || E' \\n ' || ".join(lines) + " || ' '",
        rows=rows,
        where=f"where {' and '.join(conditions)}" if conditions else "",
        indexed=indexed,
    ).strip()


def _function(object_type: ObjectType, name: str) -> str:
    columns = _columns(object_type)
    was = ", ".join(f'o."{c}"' for c in columns)
    now = ", ".join(f'n."{c}"' for c in columns)
    locked = _locked(object_type)
    shared = object_type.model.is_shared
    names = {"object": "o.object" if shared else _literal(object_type.name)}
    return FUNCTION.format(
        function=name,
        at_once=AT_ONCE,
        insert=_write(object_type, rows="new_rows n", conditions=[], indexed="few"),
        update=_write(
            object_type,
            rows=CHANGED.format(now=now, was=was),
            conditions=[],
            indexed="few",
        )
        + AGAIN.rstrip(),
        forget=FORGET.format(locked=locked, **names) if locked else "",
        **names,
    )


def _columns(object_type: ObjectType) -> list[str]:
    """The columns that the words of a row follow from."""
    model: Any = object_type.model
    fields = [model._meta.get_field(name) for name in object_type.searched]
    columns = [f.column for f in fields]
    columns += [_normal_phone(model, f.name) for f in fields if isinstance(f, PhoneField)]
    tests: Any = object_type.locked.children if object_type.locked else []
    columns += [model._meta.get_field(name).column for name, _value in tests]
    return columns


def rebuild(object_type: ObjectType, cursor: Any) -> None:
    """Compute the words of all records of a table from scratch."""
    rows = f'"{object_type.model._meta.db_table}" n'
    cursor.execute(f"delete from {partition(object_type)}")  # noqa: S608  names of ours
    cursor.execute(_write(object_type, rows=rows, conditions=[], indexed="false"))


def install_search(using: str = "default", **_: Any) -> None:
    """Create partition and triggers of every object that is searched; idempotent.

    Runs after every migration, as the owner of the schema. Where the declaration has changed, and
    in a workspace that had no search, the words of all records are computed anew.
    """
    with connections[using].cursor() as cursor:
        tables = set(connections[using].introspection.table_names(cursor))
        if "platform_searchtext" not in tables:
            return
        for object_type in (*built_in(), *patterns()):
            if object_type.search and object_type.model._meta.db_table in tables:
                _install(object_type, cursor)


def _install(object_type: ObjectType, cursor: Any) -> None:
    name = f"guanxi_search_{object_type.name}"
    known = _source(cursor, name)
    values = f"for values in ({_literal(object_type.name)})"
    if object_type.model.is_shared:
        values = "default"
    cursor.execute(PARTITION.format(partition=partition(object_type), values=values))
    cursor.execute(_function(object_type, name))
    cursor.execute(TRIGGERS.format(table=f'"{object_type.model._meta.db_table}"', function=name))
    if _source(cursor, name) != known:
        rebuild(object_type, cursor)


def _source(cursor: Any, function: str) -> str | None:
    cursor.execute("select prosrc from pg_proc where proname = %s", [function])
    row = cursor.fetchone()
    return None if row is None else row[0]
