"""Puts the result of a run in the place of the one before, in one transaction.

Rows arrive by COPY in a temporary table and are then merged set by set, so that the time is the
database's and the memory flat. A reader sees the old scores until the commit, then the new ones.
"""

import datetime as dt
import io
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import psycopg
import pyarrow as pa
import pyarrow.csv as pa_csv
from django.db import connection

from guanxi.analytics import ScoreResult
from guanxi.insight import attention_rules
from guanxi.insight.models import CustomerScore, ScoreRun, ScoreSnapshot
from guanxi.platform.events.context import acting

COPY_ROWS = 50_000
CUSTOMERS = "customers_customer"
ELIGIBLE = "c.deleted_at is null and c.category not in ('public_interest', 'internal')"

# Column of the scores: column of the library's result and its type there.
INCOMING = {
    "customer_id": ("customer_id", "uuid"),
    "stage": ("stage", "text"),
    "stage_confidence": ("stage_confidence", "float8"),
    "rfm_class": ("rfm_class", "text"),
    "rfm_r": ("rfm_r", "smallint"),
    "rfm_f": ("rfm_f", "smallint"),
    "rfm_m": ("rfm_m", "smallint"),
    "abc_class": ("abc_class", "text"),
    "purchases": ("purchases", "int"),
    "monetary": ("amount", "money"),
    "revenue_12m": ("revenue_12m", "money"),
    "margin_12m": ("margin_12m", "money"),
    "first_purchase_on": ("first_on", "date"),
    "last_purchase_on": ("last_on", "date"),
    "recency_days": ("recency_days", "int"),
    "expected_gap_days": ("expected_gap_days", "float8"),
    "late_probability": ("late_probability", "float8"),
    "probability_alive": ("probability_alive", "float8"),
    "expected_purchases_12m": ("expected_purchases_12m", "float8"),
    "expected_spend": ("expected_spend", "money"),
    "expected_value_12m": ("expected_value_12m", "money"),
    "reasons": ("reasons", "jsonb"),
}
HISTORY = ("stage", "probability_alive", "expected_value_12m", "rfm_class", "abc_class")
ARRIVES_AS = {"money": "float8", "jsonb": "text"}
LARGEST = "9e14"  # what the columns for money hold; sums of absurd amounts stop there

# All the scores a run changes are one event of the stream.
RUN_EVENT = """
insert into platform_event (object, record_id, action, actor_id, source)
values ('scorerun', %(run)s, 'insert', %(actor)s, %(source)s)
"""

Lap = Callable[[str], dict[str, float]]


def previous_query(as_of: dt.date) -> str:
    """The state of each customer before a day: stage, classes, and the day of that entry.

    Usually the current scores are of an earlier day and say it all; when a day is scored again, or
    one further back, the history does.
    """
    columns = "customer_id, stage, rfm_class, abc_class"
    current = ScoreRun.objects.order_by("-finished_at").values_list("as_of", flat=True).first()
    if current is not None and current < as_of:
        return f"select {columns}, snapshot_on from insight_customerscore"  # noqa: S608
    return (
        f"select distinct on (customer_id) {columns}, as_of as snapshot_on"  # noqa: S608
        f" from insight_scoresnapshot where as_of < '{as_of.isoformat()}'"
        " order by customer_id, as_of desc"
    )


def has_history_before(as_of: dt.date) -> bool:
    return ScoreSnapshot.objects.filter(as_of__lt=as_of).exists()


def replace_scores(
    *,
    run: ScoreRun,
    result: ScoreResult,
    past: Sequence[ScoreResult],
    today: dt.date,
    actor_id: UUID | None = None,
    clock: Lap = lambda step: {},
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> ScoreRun:
    """Write the scores, the history and what needs attention, and keep the run, all or nothing."""
    source = f"job:{run.job_id}" if run.job_id else "score"
    with acting(actor_id=actor_id, source=source), connection.cursor() as cursor:
        raw: psycopg.Cursor[Any] = cursor.cursor
        raw.execute("set local work_mem = '128MB'")
        # Every join is of whole sets. What the planner takes for small may be growing just now.
        raw.execute("set local enable_nestloop = off")
        _copy_past(raw, past)
        _make_previous(raw, run.as_of)
        _copy_in(raw, "insight_incoming", _columns(), result.customers, tell)
        clock("copy")
        raw.execute(
            "delete from insight_customerscore s where not exists ("  # noqa: S608
            f"select from {CUSTOMERS} c where c.id = s.customer_id and {ELIGIBLE})"
        )
        _merge(raw, run.as_of)
        clock("merge")
        _write_history(raw, run.as_of)
        clock("history")
        run.customers = CustomerScore.objects.count()
        attention_rules.refresh_items(raw, as_of=run.as_of, today=today)
        run.timings = clock("attention")
        run.save(force_insert=True)
        raw.execute(RUN_EVENT, {"run": run.pk, "actor": actor_id, "source": source})
        for table in ("insight_incoming", "insight_previous"):
            raw.execute(f"drop table {table}")
    return run


def _columns() -> dict[str, str]:
    return {name: ARRIVES_AS.get(kind, kind) for name, (_source, kind) in INCOMING.items()}


def _make_previous(cursor: psycopg.Cursor[Any], as_of: dt.date) -> None:
    cursor.execute(f"create temp table insight_previous on commit drop as {previous_query(as_of)}")
    cursor.execute("analyze insight_previous")


def _copy_in(
    cursor: psycopg.Cursor[Any],
    table: str,
    columns: dict[str, str],
    rows: pa.Table,
    tell: Callable[[int, int], None],
) -> None:
    """Make a temporary table and COPY the library's rows into it."""
    shape = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    cursor.execute(f"create temp table {table} ({shape}) on commit drop")
    sources = [INCOMING[name][0] for name in columns]
    if not rows.num_rows:
        return
    with cursor.copy(f"copy {table} from stdin (format csv)") as copy:
        done = 0
        for batch in rows.select(sources).to_batches(max_chunksize=COPY_ROWS):
            copy.write(as_csv(batch))
            done += batch.num_rows
            tell(done, rows.num_rows)
    cursor.execute(f"analyze {table}")


def as_csv(batch: pa.RecordBatch) -> memoryview:
    """Rows as PostgreSQL's COPY reads them: null is nothing, text is quoted where it must be."""
    buffer = io.BytesIO()
    options = pa_csv.WriteOptions(include_header=False, quoting_style="needed")
    pa_csv.write_csv(batch, buffer, options)
    return buffer.getbuffer()


def _stored(name: str) -> str:
    kind = INCOMING[name][1]
    if kind == "money":
        clamped = f"least(greatest(i.{name}, -{LARGEST}), {LARGEST})::numeric(19, 4)"
        return f"case when i.{name} is not null then {clamped} end"  # both pass over a null
    return f"i.{name}"


NO_PURCHASE = '[{"code": "no_purchase"}]'
WITHOUT_PURCHASES = {
    "stage": "coalesce(i.stage, 'potential')",
    "purchases": "coalesce(i.purchases, 0)",
    "reasons": f"coalesce(i.reasons, '{NO_PURCHASE}')::jsonb",
}
# Written to the history when one of the three changed, and once a month.
NEWS = (
    "(p.customer_id is null"
    " or (p.stage, p.rfm_class, p.abc_class) is distinct from"
    " (coalesce(i.stage, 'potential'), i.rfm_class, i.abc_class)"
    " or date_trunc('month', p.snapshot_on) < date_trunc('month', %(as_of)s::date))"
)


def _merge(cursor: psycopg.Cursor[Any], as_of: dt.date) -> None:
    """Change and insert the scores of every customer in use.

    Equal rows are not touched: ON CONFLICT DO UPDATE would lock, and so write, each of them.
    """
    names = list(INCOMING)
    values = {n: WITHOUT_PURCHASES.get(n, _stored(n)) for n in names} | {"customer_id": "c.id"}
    shown = ", ".join(f"{value} as {n}" for n, value in values.items())
    found = (
        f"(select {shown}, case when {NEWS} then %(as_of)s::date else p.snapshot_on end"  # noqa: S608
        f" as snapshot_on from {CUSTOMERS} c"
        " left join insight_incoming i on i.customer_id = c.id"
        " left join insight_previous p on p.customer_id = c.id"
        f" where {ELIGIBLE}) n"
    )
    columns = ", ".join([*names, "snapshot_on"])
    changed = [n for n in [*names, "snapshot_on"] if n != "customer_id"]
    old, new = (", ".join(f"{of}.{n}" for n in changed) for of in "sn")
    assigned = ", ".join(f"{n} = n.{n}" for n in changed)
    cursor.execute(
        f"update insight_customerscore s set {assigned} from {found}"  # noqa: S608
        f" where s.customer_id = n.customer_id and ({old}) is distinct from ({new})",
        {"as_of": as_of},
    )
    cursor.execute(
        f"insert into insight_customerscore ({columns}) select {columns} from {found}"  # noqa: S608
        " where not exists"
        " (select from insight_customerscore s where s.customer_id = n.customer_id)",
        {"as_of": as_of},
    )


def _write_history(cursor: psycopg.Cursor[Any], as_of: dt.date) -> None:
    """Make the entries of this day what this run found; an earlier run's of the day give way."""
    columns, entries = ", ".join(HISTORY), "insight_scoresnapshot"
    values = {"as_of": as_of}
    if ScoreRun.objects.filter(as_of=as_of).exists():
        old, new = (", ".join(f"{of}.{n}" for n in HISTORY) for of in "es")
        cursor.execute(
            f"delete from {entries} e where as_of = %(as_of)s and not exists ("  # noqa: S608
            " select from insight_customerscore s where s.customer_id = e.customer_id"
            f" and s.snapshot_on = e.as_of and ({old}) is not distinct from ({new}))",
            values,
        )
    cursor.execute(
        f"insert into {entries} (customer_id, as_of, {columns})"  # noqa: S608
        f" select customer_id, snapshot_on, {columns} from insight_customerscore s"
        " where snapshot_on = %(as_of)s and not exists ("
        f" select from {entries} e where e.customer_id = s.customer_id and e.as_of = %(as_of)s)",
        values,
    )


def _copy_past(cursor: psycopg.Cursor[Any], past: Sequence[ScoreResult]) -> None:
    """Keep what a first run found out about earlier months."""
    columns = {n: k for n, k in _columns().items() if n in ("customer_id", *HISTORY)}
    names = ", ".join(columns)
    values = ", ".join(_stored(n) for n in columns)
    for result in past:
        _copy_in(cursor, "insight_past", columns, result.customers, lambda done, total: None)
        cursor.execute(
            f"insert into insight_scoresnapshot (as_of, {names}) select %s, {values}"  # noqa: S608
            f" from insight_past i join {CUSTOMERS} c on c.id = i.customer_id where {ELIGIBLE}"
            " on conflict (customer_id, as_of) do nothing",
            [result.as_of],
        )
        cursor.execute("drop table insight_past")
