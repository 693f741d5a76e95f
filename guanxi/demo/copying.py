"""Arrow tables into PostgreSQL by COPY."""

from typing import Any

import pyarrow as pa
from django.apps import apps
from django.db import connection, models
from psycopg import sql
from pyarrow import csv

from guanxi.demo.columns import text_column
from guanxi.platform.objects.columns import DerivedField

# Absent values are empty, texts are quoted even if empty: what COPY's CSV reads as NULL and ''.
FORMAT = csv.WriteOptions(include_header=False, quoting_style="needed")


def copy_rows(table: str, rows: pa.Table) -> None:
    """Append the rows to the table, with the columns that are derived from others."""
    complete = with_derived(model_of(table), rows)
    statement = sql.SQL("copy {} ({}) from stdin (format csv)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, complete.column_names))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(csv_bytes(complete))


def csv_bytes(rows: pa.Table) -> bytes:
    """The rows as COPY reads them."""
    sink = pa.BufferOutputStream()
    csv.write_csv(rows, sink, FORMAT)
    written: bytes = sink.getvalue().to_pybytes()
    return written


def with_derived(model: type[models.Model], rows: pa.Table) -> pa.Table:
    """The rows with the model's derived columns, which COPY would leave empty."""
    for field in model._meta.fields:
        if isinstance(field, DerivedField):
            values = rows[field.source].to_pylist()
            rows = rows.append_column(
                field.column, text_column([field.of(value) for value in values])
            )
    return rows


def model_of(table: str) -> type[models.Model]:
    found: dict[str, Any] = {m._meta.db_table: m for m in apps.get_models()}
    model: type[models.Model] = found[table]
    return model
