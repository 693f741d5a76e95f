"""The warehouse: a star schema of Parquet files, brought up to date from the event stream.

    warehouse/manifest.json                the files that make up the warehouse, and the cursor
    warehouse/order_line/month=2026-11/    facts: lines of orders that stand, anonymous sales too
    warehouse/customer/                    a snapshot of all customers, without personal values

Files are never changed. A refresh writes new ones beside the old and then replaces the manifest,
which is its commit: whoever reads by the manifest sees the old state whole or the new one, and a
refresh killed on the way leaves files that the next one sweeps away. The cursor is part of the
manifest, so that it cannot run ahead of the files.

A month is written anew if an order, a line or a move between days touched it since the last
refresh. All of it is, where the stream cannot tell (something purged, another database, a first
time) or telling would cost more (a large import).
"""

import datetime as dt
import json
import os
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection, transaction

from guanxi.insight.copy_out import Column, copy_batches
from guanxi.platform.workspaces.home import workspace_home

FORMAT = 1  # of the manifest and the files; another one means: from the beginning
BUFFERED_ROWS = 2_000_000  # some 200 MB; a month gets one file each time so many are waiting
TOO_MANY_EVENTS = 200_000
SWEEP_AFTER = 3600.0  # seconds; a reader may still hold files of the manifest before

LINE_COLUMNS = (
    Column("customer_id", "uuid"),
    Column("order_id", "uuid"),
    Column("product_id", "uuid"),
    Column("ordered_on", "date"),
    Column("quantity", "decimal4"),
    Column("amount", "decimal4"),
    Column("margin", "decimal4"),
)
CUSTOMER_COLUMNS = (
    Column("customer_id", "uuid"),
    Column("owner_id", "uuid"),
    Column("territory_id", "uuid"),
    Column("created_on", "date"),
    Column("is_organization", "bigint"),
    Column("is_scored", "bigint"),
)

_NO_ID = "'00000000-0000-0000-0000-000000000000'::uuid"
_NO_NUMBER = "(-9223372036854775808)::bigint"
# What no ten-thousandths in 64 bits can hold is an error of typing, not a sale.
_SANE = "abs(l.amount * o.rate) < 9e14 and abs(l.quantity) < 9e14"

LINES = f"""
select coalesce(o.customer_id, {_NO_ID}), o.id, coalesce(l.product_id, {_NO_ID}), o.ordered_on,
       (l.quantity * 10000)::bigint,
       (l.amount * o.rate * 10000)::bigint,
       case when l.cost is null or abs(l.cost * o.rate) >= 9e14 then {_NO_NUMBER}
            else ((l.amount - l.cost) * o.rate * 10000)::bigint end
from sales_orderline l
join sales_order o on o.id = l.order_id
where l.deleted_at is null and o.deleted_at is null and o.status <> 'cancelled' and {_SANE}
"""  # noqa: S608 - constants of this module

CUSTOMERS = f"""
select id, coalesce(owner_id, {_NO_ID}), coalesce(territory_id, {_NO_ID}), created_at::date,
       (kind = 'organization')::int::bigint,
       (deleted_at is null and category not in ('public_interest', 'internal'))::int::bigint
from customers_customer
"""  # noqa: S608 - constants of this module


@dataclass(frozen=True)
class Manifest:
    """The state of the warehouse after one refresh."""

    format: int = FORMAT
    database: str = ""  # which one the files came from
    cursor: str = "0"  # events of this transaction and later ones are not in, or not surely
    refreshed_at: str = ""
    months: dict[str, list[str]] = field(default_factory=dict)  # "2026-11" -> files, relative
    customers: list[str] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)  # rows by month

    @property
    def files(self) -> set[str]:
        return {*self.customers, *(name for names in self.months.values() for name in names)}


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did: all months (`months` is None) or those named, and how many lines."""

    months: list[str] | None
    lines_written: int
    lines: int
    seconds: float


Tell = Callable[[int], None]


def warehouse_folder() -> Path:
    return workspace_home().warehouse


def read_manifest(folder: Path) -> Manifest:
    """Read the committed state; an empty one if there is none, or none of this format."""
    try:
        data = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        manifest = Manifest(**data)
    except (FileNotFoundError, ValueError, TypeError):
        return Manifest()
    return manifest if manifest.format == FORMAT else Manifest()


def refresh(
    *, folder: Path | None = None, full: bool = False, tell: Tell = lambda lines: None
) -> Refreshed:
    """Bring the Parquet files up to date with the database, as one snapshot sees it.

    `tell` hears how many lines have been written, and may raise to stop. Callers take turns.
    """
    folder = folder or warehouse_folder()
    began = time.monotonic()
    with _snapshot() as cursor:
        old = read_manifest(folder)
        database, horizon = _identity(cursor)
        months = None if full else _touched(cursor, old, database, horizon)
        new, written = _write(folder, cursor, months, tell)
    kept = {} if months is None else {m: f for m, f in old.months.items() if m not in months}
    kept_lines = {m: n for m, n in old.lines.items() if m in kept}
    manifest = replace(
        new,
        database=database,
        cursor=horizon,
        refreshed_at=dt.datetime.now(dt.UTC).isoformat(),
        months={**kept, **new.months},
        lines={**kept_lines, **new.lines},
    )
    _commit(folder, manifest)
    return Refreshed(
        months=None if months is None else sorted(months),
        lines_written=written,
        lines=sum(manifest.lines.values()),
        seconds=time.monotonic() - began,
    )


class _snapshot:  # noqa: N801 - used as a function
    """A transaction whose statements all see the same moment, and a cursor of psycopg's in it.

    Inside a transaction that is under way (a test's) there is no choosing the isolation any more.
    """

    def __enter__(self) -> psycopg.Cursor[Any]:
        self._ours = not connection.in_atomic_block
        self._atomic = transaction.atomic()
        self._atomic.__enter__()
        if self._ours:
            with connection.cursor() as cursor:
                cursor.execute("set transaction isolation level repeatable read, read only")
        self._cursor: psycopg.Cursor[Any] = connection.connection.cursor()
        return self._cursor

    def __exit__(self, *error: Any) -> None:
        self._cursor.close()
        self._atomic.__exit__(*error)


def _identity(cursor: psycopg.Cursor[Any]) -> tuple[str, str]:
    """Give which database this is, and the oldest transaction that may still be running in it."""
    cursor.execute(
        "select (select system_identifier from pg_control_system()) || '/' || oid,"
        " pg_snapshot_xmin(pg_current_snapshot())::text"
        " from pg_database where datname = current_database()"
    )
    ((database, horizon),) = cursor.fetchall()
    return str(database), str(horizon)


TOUCHED = """
with event as materialized (
    select object, record_id, action, changes from platform_event
    where xid >= %(cursor)s::xid8 and object in ('order', 'order_line')
    order by xid, id
),
touched_order as (
    select record_id as id from event where object = 'order'
    union
    select l.order_id from event e join sales_orderline l on l.id = e.record_id
    where e.object = 'order_line'
    union
    select (changes -> 'order_id' ->> 0)::uuid from event
    where object = 'order_line' and changes ? 'order_id'
)
select to_char(o.ordered_on, 'YYYY-MM') from touched_order t join sales_order o using (id)
union
select to_char((changes -> 'ordered_on' ->> 0)::date, 'YYYY-MM') from event
where object = 'order' and changes ? 'ordered_on'
"""

EVENTS = """
select count(*), coalesce(bool_or(action = 'purge'), false) from (
    select action from platform_event
    where xid >= %(cursor)s::xid8 and object in ('order', 'order_line')
    limit %(limit)s
) e
"""


def _touched(
    cursor: psycopg.Cursor[Any], old: Manifest, database: str, horizon: str
) -> set[str] | None:
    """Give the months changed since `old`, or None for all of them.

    Reads the stream from the old cursor on, in its order. Events between the old and the new
    cursor may be read twice: writing a month again does no harm.
    """
    if old.database != database or int(old.cursor) > int(horizon):
        return None
    cursor.execute(EVENTS, {"cursor": old.cursor, "limit": TOO_MANY_EVENTS + 1})
    ((events, purged),) = cursor.fetchall()
    if events > TOO_MANY_EVENTS or purged:
        return None
    cursor.execute(TOUCHED, {"cursor": old.cursor})
    return {month for (month,) in cursor.fetchall()}


def _write(
    folder: Path, cursor: psycopg.Cursor[Any], months: set[str] | None, tell: Tell
) -> tuple[Manifest, int]:
    batch = uuid4().hex[:12]
    customers = _Files(folder, "customer", batch)
    for rows in copy_batches(cursor, CUSTOMERS, CUSTOMER_COLUMNS):
        customers.add(rows)
    lines = _Files(folder, "order_line", batch)
    by_month: dict[str, list[str]] = {m: [] for m in months or ()}
    if months is None or months:
        for month, name in _write_lines(
            lines, copy_batches(cursor, _lines_of(months), LINE_COLUMNS), tell
        ):
            by_month.setdefault(month, []).append(name)
    return (
        Manifest(
            months={m: names for m, names in by_month.items() if names},
            customers=customers.names,
            lines=dict(lines.rows_of),
        ),
        lines.rows,
    )


def _lines_of(months: set[str] | None) -> str:
    """Give the query for the lines of these months; by the index on time, a day wider each way."""
    if months is None:
        return LINES
    spans = []
    for month in sorted(months):
        first = dt.date.fromisoformat(f"{month}-01")
        after = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
        day = dt.timedelta(days=1)
        spans.append(
            f"(o.ordered_at >= '{first - day}' and o.ordered_at < '{after + day}'"
            f" and o.ordered_on >= '{first}' and o.ordered_on < '{after}')"
        )
    return f"{LINES} and ({' or '.join(spans)})"


class _Files:
    """Writes Parquet files of one table, each under a name of its own."""

    def __init__(self, folder: Path, table: str, batch: str):
        self.folder, self.table, self.batch = folder, table, batch
        self.names: list[str] = []
        self.rows = 0
        self.rows_of: defaultdict[str, int] = defaultdict(int)

    def add(self, rows: pa.RecordBatch | pa.Table, part: str = "") -> str:
        inside = self.folder / self.table / part
        inside.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = inside / f"{self.batch}-{len(self.names)}.parquet"
        table = rows if isinstance(rows, pa.Table) else pa.Table.from_batches([rows])
        pq.write_table(table, path, compression="zstd", compression_level=1)
        name = str(path.relative_to(self.folder))
        self.names.append(name)
        self.rows += table.num_rows
        if part:
            self.rows_of[part.removeprefix("month=")] += table.num_rows
        return name


def _write_lines(
    files: _Files, batches: Iterator[pa.RecordBatch], tell: Tell
) -> Iterator[tuple[str, str]]:
    """Write each month's lines into files of its own; yields (month, file)."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        waiting.append(batch)
        rows += batch.num_rows
        if rows >= BUFFERED_ROWS:
            yield from _by_month(files, pa.Table.from_batches(waiting))
            waiting, rows = [], 0
        tell(files.rows + rows)
    if rows:
        yield from _by_month(files, pa.Table.from_batches(waiting))
        tell(files.rows)


def _by_month(files: _Files, lines: pa.Table) -> Iterator[tuple[str, str]]:
    month = lines["ordered_on"].to_numpy().astype("datetime64[M]")
    order = np.argsort(month, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(month[order]).astype(int) != 0])
    for start, end in zip(starts, [*starts[1:], len(order)], strict=True):
        name = str(month[order[start]])
        yield name, files.add(lines.take(pa.array(order[start:end])), f"month={name}")


def _commit(folder: Path, manifest: Manifest) -> None:
    draft = folder / "manifest.json.new"
    with draft.open("w", encoding="utf-8") as file:
        json.dump(asdict(manifest), file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / "manifest.json")
    _sweep(folder, manifest.files)


def _sweep(folder: Path, keep: set[str]) -> None:
    """Take away files that no manifest names; young ones wait, somebody may be reading them."""
    before = time.time() - SWEEP_AFTER
    for path in folder.glob("*/**/*.parquet"):
        if str(path.relative_to(folder)) not in keep and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)


def paths_of(folder: Path, names: Sequence[str]) -> list[str]:
    return [str(folder / name) for name in names]


def line_files(folder: Path | None = None) -> list[str]:
    """Give the Parquet files that hold the order lines now."""
    folder = folder or warehouse_folder()
    manifest = read_manifest(folder)
    return paths_of(folder, [n for m in sorted(manifest.months) for n in manifest.months[m]])


def customer_files(folder: Path | None = None) -> list[str]:
    """Give the Parquet files that hold the customers now."""
    folder = folder or warehouse_folder()
    return paths_of(folder, read_manifest(folder).customers)


def forget(folder: Path | None = None) -> None:
    """Remove the warehouse; the next refresh builds it from the database."""
    folder = folder or warehouse_folder()
    (folder / "manifest.json").unlink(missing_ok=True)
    for table in ("order_line", "customer"):
        shutil.rmtree(folder / table, ignore_errors=True)
