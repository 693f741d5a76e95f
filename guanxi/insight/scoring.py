"""The score run: warehouse up to date, models, and all scores replaced in one transaction.

Whatever happens on the way, people keep seeing the last complete run: nothing is written before
everything is computed, and then all of it or nothing is.
"""

import datetime as dt
import math
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from django.db import connection
from django.utils import timezone

from guanxi.analytics import ScoreResult, score_customers
from guanxi.insight import warehouse, write_back
from guanxi.insight.as_of import AsOf, choose_as_of, months_before
from guanxi.insight.copy_out import Column, copy_batches, schema_of
from guanxi.insight.models import ScoreRun, Stage
from guanxi.insight.one_at_a_time import ENGINE_MEMORY, Tell, one_at_a_time
from guanxi.platform.workspaces.services import books_today, current_workspace

# A first run looks back as well, month by month, so that there is a history to compare with: as
# often as a few seconds allow.
LOOK_BACK = ((300_000, 12), (3_000_000, 3))  # up to so many lines, so many months

STAGES = tuple(Stage.values)
EMPTY_LINES = pa.table(
    {
        "customer_id": pa.array([], pa.string()),
        "order_id": pa.array([], pa.string()),
        "ordered_on": pa.array([], pa.date32()),
        "amount": pa.array([], pa.decimal128(19, 4)),
        "margin": pa.array([], pa.decimal128(19, 4)),
    }
)


def run(
    *,
    as_of: dt.date | None = None,
    job_id: UUID | None = None,
    actor_id: UUID | None = None,
    today: dt.date | None = None,
    look_back: int | None = None,
    tell: Tell = lambda step, done, total: None,
) -> ScoreRun:
    """Score all customers and replace their scores. Raises AsOfInFutureError.

    One run at a time: a second one waits. `today` and `look_back`, the months a first run scores
    as well (None: as many as LOOK_BACK says), are for tests.
    """
    today = today or books_today()
    started_at, clock = timezone.now(), _Clock()
    with one_at_a_time(tell):
        warehouse.refresh(tell=lambda lines: tell("refresh", lines, None))
        clock.lap("refresh")
        engine = open_engine()
        lines = scored_lines(engine)
        chosen = choose_as_of(chosen=as_of, newest=newest_purchase(lines, today), today=today)
        tell("score", 0, None)
        past = _look_back(lines, chosen.day, look_back, tell)
        previous = past[-1].customers if past else previous_stages(chosen.day)
        result = score(lines, as_of=chosen.day, previous=previous)
        engine.disconnect()
        clock.lap("score")
        return write_back.replace_scores(
            run=_describe(chosen, result, started_at, job_id),
            result=result,
            past=past,
            today=today,
            actor_id=actor_id,
            clock=clock.lap,
            tell=lambda done, total: tell("write", done, total),
        )


class _Clock:
    """Seconds by step, kept with the run."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = time.monotonic()

    def lap(self, step: str) -> dict[str, float]:
        now = time.monotonic()
        self.seconds[step] = round(now - self._since, 3)
        self._since = now
        return self.seconds


def open_engine() -> Any:
    """A DuckDB of our own that never looks for anything on the network."""
    scratch = warehouse.warehouse_folder() / "scratch"
    return ibis.duckdb.connect(
        memory_limit=ENGINE_MEMORY,
        temp_directory=str(scratch),
        autoinstall_known_extensions=False,
    )


def scored_lines(engine: Any, folder: Path | None = None) -> ir.Table:
    """The order lines the models may see: of customers who are in use and not kept out of them."""
    files = warehouse.line_files(folder)
    if not files:
        return ibis.memtable(EMPTY_LINES)
    lines = _read(engine, files)
    customers = _read(engine, warehouse.customer_files(folder))
    lines = lines.filter(lines["customer_id"].notnull())
    lines = lines.anti_join(customers.filter(customers["is_scored"] == 0), "customer_id")
    return lines.select("customer_id", "order_id", "ordered_on", "amount", "margin")


def _read(engine: Any, files: list[str]) -> ir.Table:
    with warnings.catch_warnings():
        # Ibis 12 asks DuckDB 2 for the schema in a way that still works, but is going out.
        warnings.simplefilter("ignore", DeprecationWarning)
        table: ir.Table = engine.read_parquet(files)
        return table


def _rows(table: ir.Table) -> int:
    return int(table.count().to_pyarrow().as_py())


def newest_purchase(lines: ir.Table, today: dt.date) -> dt.date | None:
    """The last day up to today on which somebody bought; orders dated ahead say nothing."""
    bought = lines.filter((lines["ordered_on"] <= ibis.literal(today)) & (lines["amount"] > 0))
    newest = bought.aggregate(day=bought["ordered_on"].max()).to_pyarrow()["day"][0].as_py()
    return newest if newest is None or isinstance(newest, dt.date) else newest.date()


def score(lines: ir.Table, *, as_of: dt.date, previous: pa.Table | None = None) -> ScoreResult:
    """Score by the library; nobody if nobody bought up to that day."""
    usable = lines.filter(lines["ordered_on"] <= ibis.literal(as_of))
    if not _rows(usable.limit(1)):
        return ScoreResult(
            customers=pa.table({"customer_id": pa.array([], pa.string())}),
            as_of=as_of,
            horizon_days=365,
            value_basis="revenue",
            models=[],
            warnings=[],
            counts={"lines": 0, "customers": 0},
            pareto=None,
        )
    held = None if previous is None or not previous.num_rows else previous
    if held is not None:
        held = held.select(["customer_id", "stage"])
    return score_customers(lines, as_of=as_of, previous_stages=held)


PREVIOUS_COLUMNS = (Column("customer_id", "uuid_text"), Column("stage", "bigint"))


def previous_stages(as_of: dt.date) -> pa.Table:
    """The stage each customer was in before that day: `customer_id` (text), `stage`."""
    places = ", ".join(f"'{stage}'" for stage in STAGES)
    query = (
        f"select customer_id::text, (array_position(array[{places}], stage::text) - 1)::bigint"  # noqa: S608
        f" from ({write_back.previous_query(as_of)}) p"
    )
    with connection.cursor() as cursor:
        batches = list(copy_batches(cursor.cursor, query, PREVIOUS_COLUMNS))
    found = pa.Table.from_batches(batches, schema=schema_of(PREVIOUS_COLUMNS))
    named = pa.array(STAGES).take(found["stage"])
    return found.set_column(1, "stage", named)


def _look_back(
    lines: ir.Table, as_of: dt.date, months: int | None, tell: Tell
) -> Sequence[ScoreResult]:
    """Score as of the same day of earlier months, oldest first, if there is no history yet."""
    if write_back.has_history_before(as_of):
        return []
    if months is None:
        count = _rows(lines)
        months = next((months for limit, months in LOOK_BACK if count <= limit), 0)
    past: list[ScoreResult] = []
    for back in range(months, 0, -1):
        tell("score", months - back, months + 1)
        held = past[-1].customers if past else None
        result = score(lines, as_of=months_before(as_of, back), previous=held)
        if result.customers.num_rows:
            past.append(result)
    return past


def _describe(
    as_of: AsOf, result: ScoreResult, started_at: dt.datetime, job_id: UUID | None
) -> ScoreRun:
    workspace = current_workspace()
    return ScoreRun(
        as_of=as_of.day,
        as_of_reason=as_of.reason,
        newest_purchase=as_of.newest_purchase,
        currency=workspace.currency if workspace else "",
        value_basis=result.value_basis,
        horizon_days=result.horizon_days,
        customers=0,
        counts=result.counts,
        params={
            m.name: {
                "params": _finite(m.params),
                "standard_errors": _finite(m.standard_errors),
                **_finite({"log_likelihood": m.log_likelihood}),
            }
            for m in result.models
        },
        warnings=result.warnings,
        job_id=job_id,
        started_at=started_at,
    )


def _finite(figures: dict[str, float]) -> dict[str, float | None]:
    """Null for what could not be found: JSON knows no NaN."""
    return {name: v if math.isfinite(v) else None for name, v in figures.items()}
