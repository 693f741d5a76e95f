"""Gives every declared table its clock and its place in the event stream, whoever writes to it."""

from typing import Any

from django.apps import apps
from django.db import connections, models
from psycopg import sql

from guanxi.platform.objects.columns import DerivedField
from guanxi.platform.objects.record import Row, object_name
from guanxi.platform.objects.registry import ObjectField, ObjectType, built_in

TOUCH = """
create or replace trigger guanxi_touch before update on {table}
    for each row execute function guanxi_touch();
"""
EVENTS = """
create or replace trigger guanxi_event_insert after insert on {table}
    referencing new table as new_rows
    for each statement {when} execute function guanxi_record_event({arguments});
create or replace trigger guanxi_event_update after update on {table}
    referencing old table as old_rows new table as new_rows
    for each statement {when} execute function guanxi_record_event({arguments});
create or replace trigger guanxi_event_delete after delete on {table}
    referencing old table as old_rows
    for each statement {when} execute function guanxi_record_event({arguments});
"""
LINK_EVENTS = """
create or replace trigger guanxi_link_insert after insert on {table}
    referencing new table as moved_rows
    for each statement execute function guanxi_record_links({arguments});
create or replace trigger guanxi_link_delete after delete on {table}
    referencing old table as moved_rows
    for each statement execute function guanxi_record_links({arguments});
"""
SETTING_EVENTS = """
create or replace trigger guanxi_setting after insert or update or delete on {table}
    for each row execute function guanxi_record_setting({arguments});
"""
# Settings that are no records: the object they are told as, and what is told of them.
SETTINGS = {
    "platform_token": ("token", "name", "user_id", "scopes", "expires_at", "revoked_at"),
    "platform_accesslink": ("access_link", "user_id", "purpose", "ended_at"),
    "platform_factor": ("factor", "user_id", "kind", "name"),
    "platform_identityprovider": ("identity_provider", "name", "issuer", "client_id", "domains",
                                  "role_id", "claim", "roles", "proves_factor", "is_active"),
    "platform_providerlink": ("provider_link", "user_id", "issuer"),
    "platform_webhook": ("webhook", "name", "url", "owner_id", "objects_told", "actions", "filter",
                         "is_active", "stopped"),
    "platform_workspace": ("workspace", "name", "language", "time_zone", "currency", "week_start",
                           "passwords_for"),
}  # fmt: skip
# Where a trigger keeps rows of its own, the change that made it write is told already.
BY_HAND_ONLY = "when (pg_trigger_depth() = 0)"


def install_triggers(using: str = "default", **_: Any) -> None:
    """Create the triggers of every `Row` table and the coming event partitions; idempotent.

    Runs after every migration, as the owner of the schema.
    """
    with connections[using].cursor() as cursor:
        tables = set(connections[using].introspection.table_names(cursor))
        if "platform_event" not in tables:
            return
        cursor.execute("select guanxi_event_partitions()")
        links = [(t, f) for t in built_in() for f in t.own_fields.values() if f.type.name == "tags"]
        told_with_record = {_through(f) for _type, f in links}
        for model in apps.get_models():
            if issubclass(model, Row) and model._meta.db_table in tables:
                cursor.execute(_sql(TOUCH, model))
                if model not in told_with_record:
                    cursor.execute(_event_triggers(model))
        for table in SETTINGS.keys() & tables:
            cursor.execute(_setting_triggers(table))
        for object_type, f in links:
            if _through(f)._meta.db_table in tables:
                cursor.execute(_link_triggers(object_type, f))


def _setting_triggers(table: str) -> str:
    arguments = sql.SQL(", ").join(map(sql.Literal, SETTINGS[table]))
    triggers = sql.SQL(SETTING_EVENTS).format(table=sql.Identifier(table), arguments=arguments)
    return triggers.as_string(None)


def _through(f: ObjectField) -> type[models.Model]:
    column: Any = f.column
    through: type[models.Model] = column.remote_field.through
    return through


def _event_triggers(model: type[Row]) -> str:
    columns = model._meta.concrete_fields
    follows = [c.column for c in columns if isinstance(c, DerivedField) or c.generated]
    when = BY_HAND_ONLY if model.kept_by_triggers else ""
    name = "" if model.is_shared else object_name(model)
    arguments = [name, *follows, *model.untold]
    return _sql(EVENTS, model, *arguments, when=sql.SQL(when))


def _link_triggers(object_type: ObjectType, f: ObjectField) -> str:
    """A tag put on a record or taken off is a change of the record's field."""
    column: Any = f.column
    through: Any = _through(f)
    near = through._meta.get_field(column.m2m_field_name()).column
    far = through._meta.get_field(column.m2m_reverse_field_name()).column
    return _sql(LINK_EVENTS, through, object_type.name, f.name, near, far)


def _sql(text: str, model: type[models.Model], *arguments: Any, **parts: sql.Composable) -> str:
    given = sql.SQL(", ").join(map(sql.Literal, arguments))
    table = sql.Identifier(model._meta.db_table)
    return sql.SQL(text).format(table=table, arguments=given, **parts).as_string(None)
