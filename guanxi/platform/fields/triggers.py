"""Gives every declared table the triggers that keep `platform_link` as the custom values say."""

from collections.abc import Iterator
from typing import Any

from django.db import connections
from psycopg import sql

from guanxi.platform.custom_objects.models import PREFIX
from guanxi.platform.objects.registry import ObjectType, built_in, patterns

TABLE_OF = """
create or replace function guanxi_table_of(object text) returns text
language sql immutable as $$ select case {cases} end $$
"""
KEEP = """
create or replace trigger guanxi_links_insert after insert on {table}
    referencing new table as new_rows
    for each statement execute function guanxi_keep_links({object});
create or replace trigger guanxi_links_update after update on {table}
    referencing old table as old_rows new table as new_rows
    for each statement execute function guanxi_keep_links({object});
create or replace trigger guanxi_links_delete after delete on {table}
    referencing old table as old_rows
    for each statement execute function guanxi_keep_links({object});
"""
UNLINK = """
create or replace trigger guanxi_unlink after delete on {table}
    referencing old table as old_rows
    for each statement execute function guanxi_unlink();
"""


def install_links(using: str = "default", **_: Any) -> None:
    """Create the triggers; idempotent. Runs after every migration, as the owner of the schema."""
    with connections[using].cursor() as cursor:
        tables = set(connections[using].introspection.table_names(cursor))
        if "platform_link" not in tables:
            return
        cases = sql.SQL(" ").join(map(_case, built_in()))
        shared = sql.SQL(" ").join(map(_case_of_shared, patterns()))
        function = sql.SQL(TABLE_OF).format(cases=sql.SQL(" ").join([cases, shared]))
        cursor.execute(function.as_string(None))
        for statement in _triggers(tables):
            cursor.execute(statement.as_string(None))


def _triggers(tables: set[str]) -> Iterator[sql.Composed]:
    for declared in (*built_in(), *patterns()):
        if declared.model._meta.db_table not in tables:
            continue
        table = sql.Identifier(declared.model._meta.db_table)
        yield sql.SQL(UNLINK).format(table=table)
        if declared.customizable:
            name = "" if declared.model.is_shared else declared.name
            yield sql.SQL(KEEP).format(table=table, object=sql.Literal(name))


def _case(declared: ObjectType) -> sql.Composed:
    name, table = sql.Literal(declared.name), sql.Literal(declared.model._meta.db_table)
    return sql.SQL("when object = {} then {}").format(name, table)


def _case_of_shared(pattern: ObjectType) -> sql.Composed:
    prefix, table = sql.Literal(PREFIX), sql.Literal(pattern.model._meta.db_table)
    return sql.SQL("when starts_with(object, {}) then {}").format(prefix, table)
