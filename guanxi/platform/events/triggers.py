"""Gives every declared table its clock and its place in the event stream, whoever writes to it."""

from typing import Any

from django.apps import apps
from django.db import connections
from psycopg import sql

from guanxi.platform.objects.columns import DerivedField
from guanxi.platform.objects.record import Row

TRIGGERS = """
create or replace trigger guanxi_touch before update on {table}
    for each row execute function guanxi_touch();
create or replace trigger guanxi_event_insert after insert on {table}
    referencing new table as new_rows
    for each statement execute function guanxi_record_event({arguments});
create or replace trigger guanxi_event_update after update on {table}
    referencing old table as old_rows new table as new_rows
    for each statement execute function guanxi_record_event({arguments});
create or replace trigger guanxi_event_delete after delete on {table}
    referencing old table as old_rows
    for each statement execute function guanxi_record_event({arguments});
"""

SECRETS = {"password", "last_login"}


def install_triggers(using: str = "default", **_: Any) -> None:
    """Create the triggers of every `Row` table and the coming event partitions; idempotent.

    Runs after every migration, as the owner of the schema.
    """
    with connections[using].cursor() as cursor:
        tables = set(connections[using].introspection.table_names(cursor))
        if "platform_event" not in tables:
            return
        cursor.execute("select guanxi_event_partitions()")
        for model in apps.get_models():
            if issubclass(model, Row) and model._meta.db_table in tables:
                untold = [f.column for f in model._meta.fields if isinstance(f, DerivedField)]
                untold += sorted(SECRETS & {f.column for f in model._meta.fields})
                arguments = [model._meta.model_name or "", *untold]
                cursor.execute(
                    sql.SQL(TRIGGERS)
                    .format(
                        table=sql.Identifier(model._meta.db_table),
                        arguments=sql.SQL(", ").join(map(sql.Literal, arguments)),
                    )
                    .as_string(None)
                )
