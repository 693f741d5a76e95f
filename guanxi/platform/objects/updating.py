"""Rows written back set by set."""

import datetime as dt
import json
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg import sql

from guanxi.platform.objects.record import Row

UPDATE = sql.SQL(
    "update {table} t set {assignments} from json_populate_recordset(null::{table}, %s) v"
    " where t.id = v.id"
)


def update_rows(records: Sequence[Row], names: Collection[str]) -> None:
    """Write these columns of records of one table as they are now, as a new version of each."""
    model = type(records[0])
    columns: list[Any] = [f for f in model._meta.concrete_fields if f.name in names]
    rows = [
        {"id": r.pk, **{c.column: c.get_prep_value(c.pre_save(r, add=False)) for c in columns}}
        for r in records
    ]
    assignments = [sql.SQL("{0} = v.{0}").format(sql.Identifier(c.column)) for c in columns]
    statement = UPDATE.format(
        table=sql.Identifier(model._meta.db_table),
        assignments=sql.SQL(", ").join([*assignments, sql.SQL("updated_at = now()")]),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(rows, default=_text)])


def as_json(record: Row) -> str:
    """A record as JSON that PostgreSQL reads as a row, without what it computes itself."""
    columns: list[Any] = [c for c in record._meta.concrete_fields if not c.generated]
    row = {c.column: c.get_prep_value(getattr(record, c.attname)) for c in columns}
    return json.dumps(row, default=_text)


def _text(value: object) -> str:
    """A value as PostgreSQL reads it; Django's own encoder would cut microseconds off."""
    if isinstance(value, UUID | Decimal | dt.date | dt.time):
        return str(value)
    raise TypeError(f"no text of a {type(value).__name__} is known")
