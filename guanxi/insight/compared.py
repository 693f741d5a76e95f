"""Customers as matching compares them, kept between searches: only who changed is read again.

    matching/person.parquet        what `standardized` gave of all persons, with a number each of
                                   what it was made of; in the file's metadata the model
    matching/organization.parquet  likewise

The files hold personal values. So an erasure takes them away, and the next search, which finds
none, reads everybody: see `write`.
"""

import datetime as dt
import io
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from django.conf import settings
from django.db import connection
from django.utils import timezone

from guanxi.analytics.matching import Kind, MatchModel, standardized
from guanxi.customers.models import Customer
from guanxi.insight.duplicates import forget_compared
from guanxi.platform.workspaces.home import workspace_home

log = logging.getLogger(__name__)
# Of the files; the number is raised when values are standardized or compared otherwise.
VERSION = f"{settings.VERSION}/1"
LEARN_EVERY = dt.timedelta(days=7)  # rarity and the share of matches change slowly
FEW = 0.1  # of the customers; if more changed, all are compared
# What matching calls it: the customer's field, and its value in SQL.
READ = {
    "id": ("id", "id::text"),
    "name": ("name", "name"),
    "birth_date": ("birthday", "birthday"),
    "phone": ("phone", "coalesce(nullif(phone_normal, ''), phone)"),
    "email": ("email", "email"),
    "city": ("city", "city"),
    "district": ("district", "district"),
    "street": ("street", "street"),
    "postal_code": ("postal_code", "postal_code"),
    "occupation": ("industry", "industry"),
    "code": ("credit_code", "credit_code"),
}
VALUES = ", ".join(f"{value} as {name}" for name, (_field, value) in READ.items())
NUMBER = "hashtextextended(jsonb_build_array({})::text, 0) as number".format(
    ", ".join(value for _field, value in READ.values())
)
# Those who were erased are all called alike.
THERE = "from customers_customer where kind = %s and deleted_at is null and erased_at is null"


@dataclass(frozen=True)
class Compared:
    """All customers of a kind as they are compared now, and what is to be looked at."""

    kind: Kind
    table: pa.Table  # as `standardized` has it, and `number`
    changed: Sequence[str] | None  # since the last search; None: everybody is looked at
    gone: Sequence[str] = ()  # in use at the last search, and no more
    model: MatchModel | None = None  # None: it is learnt anew
    learnt_at: str = ""

    @property
    def looked_at(self) -> int:
        """How many are compared with all others."""
        return self.table.num_rows if self.changed is None else len(self.changed)

    @property
    def is_as_before(self) -> bool:
        return self.changed is not None and not (self.changed or self.gone)


def bring_up_to_date(kind: Kind) -> Compared:
    """Standardize who is new or changed since the file was written; everybody, if there is none."""
    kept = _kept(kind)
    if kept is None:
        return Compared(kind, _standardized(kind), None)
    now = _copied(f"select id::text as id, {NUMBER} {THERE}", [kind], ["id"])
    with duckdb.connect(":memory:") as engine:
        engine.register("now", now)
        engine.register("kept", kept.table)
        changed = engine.sql("select id from now anti join kept using (id, number)")
        gone = engine.sql("select id from kept anti join now using (id)")
        changed, gone = (ids.to_arrow_table()["id"].to_pylist() for ids in (changed, gone))
    moved = pc.is_in(kept.table["id"], pa.array([*changed, *gone], pa.string()))
    table = pa.concat_tables([kept.table.filter(pc.invert(moved)), _standardized(kind, changed)])
    age = timezone.now() - dt.datetime.fromisoformat(kept.learnt_at)
    if kept.model is None or age > LEARN_EVERY or len(changed) + len(gone) > FEW * now.num_rows:
        return Compared(kind, table, None, gone)
    return Compared(kind, table, changed, gone, kept.model, kept.learnt_at)


def write(compared: Compared, model: MatchModel | None) -> None:
    """Keep the table for the next search, unless somebody in it was erased meanwhile."""
    told = {
        "version": VERSION,
        "learnt_at": compared.learnt_at or timezone.now().isoformat(),
        "model": model and asdict(model),
    }
    path = _path(compared.kind)
    draft = path.with_suffix(".new")
    table = compared.table.replace_schema_metadata({"guanxi": json.dumps(told)})
    try:
        pq.write_table(table, draft, compression="zstd", compression_level=1)
        draft.replace(path)
    except OSError:  # a full disk, or an erasure that took the draft away
        draft.unlink(missing_ok=True)
        log.warning("what was compared is not kept: %s", path.name, exc_info=True)
    erased = Customer.objects.exclude(erased_at=None).values_list("pk", flat=True)
    known = pc.is_in(compared.table["id"], pa.array(map(str, erased), pa.string()))
    if pc.any(known).as_py():  # their erasure found no file to take away yet
        forget_compared()


def _path(kind: Kind) -> Path:
    return workspace_home().matching / f"{kind}.parquet"


def _kept(kind: Kind) -> Compared | None:
    """What the last search left, if it was one of this version."""
    try:
        table = pq.read_table(_path(kind))
    except (FileNotFoundError, pa.ArrowInvalid):  # none, or cut short as the power went
        return None
    told = json.loads(table.schema.metadata[b"guanxi"])
    if told["version"] != VERSION:
        return None
    model = told["model"] and MatchModel(**told["model"])
    return Compared(kind, table.replace_schema_metadata(), None, (), model, told["learnt_at"])


def _standardized(kind: Kind, ids: Sequence[str] | None = None) -> pa.Table:
    """The customers in use, or those of them named, as they are compared, and their numbers."""
    query = f"select {VALUES}, {NUMBER} {THERE}"
    values: list[Any] = [kind]
    if ids is not None:
        query += " and id = any(%s::uuid[])"
        values.append(list(ids))
    rows = _copied(query, values, list(READ))
    return standardized(rows, kind).append_column("number", rows["number"])


def _copied(query: str, values: Sequence[Any], texts: Sequence[str]) -> pa.Table:
    """What a query of columns of text and a `number` gives."""
    buffer = io.BytesIO()
    with connection.cursor() as cursor:
        raw: psycopg.Cursor[Any] = cursor.cursor
        with raw.copy(f"copy ({query}) to stdout (format csv)", values) as copy:
            for piece in copy:
                buffer.write(piece)
    types = {**dict.fromkeys(texts, pa.string()), "number": pa.int64()}
    if not buffer.tell():
        return pa.schema(list(types.items())).empty_table()
    buffer.seek(0)
    return pa_csv.read_csv(
        buffer,
        pa_csv.ReadOptions(column_names=list(types)),
        pa_csv.ParseOptions(newlines_in_values=True),
        pa_csv.ConvertOptions(column_types=types),
    )
