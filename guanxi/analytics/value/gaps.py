"""The gap board: what acquiring, growing and keeping would bring at the best segment's rate.

    acquire  customers acquired (or returned) for each customer held at the opening
    grow     change of the value of the customers held at both ends, as a share of it
    keep     customers not lost, as a share of those held at the opening

The bar for each is the rate that the best comparable segment surely has. Comparable is a segment
with at least `fewest` customers to judge the rate by; surely, the one-sided lower confidence bound
of that rate (Garwood 1936, a normal bound of the ratio, Wilson 1927), so that few customers and
good luck do not set the bar. The segment with the greatest such bound is the best one, and

    gap = (bar - rate) * what the rate is of, in money; 0 where the rate is at or above the bar.

For acquire that is the customers held times the mean value of an acquired one; for grow and keep
the opening value. A gap is what could be, not what is owed: rates differ for reasons too.
"""

from decimal import Decimal
from typing import Any, NamedTuple

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.special import ndtri

from guanxi.analytics.intervals import checked_level, least_rate, wilson_share
from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.value.equity import EquityStatement

TASKS = ("acquire", "grow", "keep")
_STAYED = ("grown", "shrunk", "unchanged")
_CENT = Decimal("0.01")


class _Rates(NamedTuple):
    """One task in all segments: how many customers judge the rate, the rate, what it surely is,
    and how much money one full rate would be.
    """

    judged_by: Floats
    rate: Floats
    surely: Floats
    money: Floats


def gap_board(statement: EquityStatement, *, level: float = 0.95, fewest: int = 30) -> pa.Table:
    """Compare the segments of a statement: one row a segment and task, the greatest gaps first.

    Columns: segment, task, customers (that judge the rate), rate, surely (its lower bound), bar,
    bar_segment, is_comparable, gap (money, to the cent). `rate` is null where there is nobody to
    judge it by; bar and gap too where no segment is comparable.

    The segment of customers without one is judged, but sets no bar.
    """
    checked_level(level)
    if fewest < 2:
        raise ValueError(f"fewest must be 2 or more, not {fewest}")
    if statement.segments is None:
        raise ValueError("statement has no segments to compare: make it with segment=")
    figures = _figures(statement)
    tasks = {
        "acquire": _acquire(figures, level),
        "grow": _grow(figures, level),
        "keep": _keep(figures, level),
    }
    names = figures["segment"]
    named = names.is_valid().to_numpy(zero_copy_only=False)
    rows = [
        row
        for task, rates in tasks.items()
        for row in _rows(task, rates, names.to_pylist(), named, fewest)
    ]
    rows.sort(key=lambda row: (-(row["gap"] or 0), TASKS.index(row["task"]), row["segment"] or ""))
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


def customers_behind_gap(
    statement: EquityStatement, *, segment: str | None, task: str, bar: float | None = None
) -> pa.Table:
    """Find the customers behind a gap, those with most at stake first.

    acquire: the segment's prospects who are still none; grow: customers who grew by less than
    `bar` (which it needs); keep: customers lost.
    """
    table = ibis.memtable(statement.customers)
    if "closing_segment" not in table.columns:
        raise ValueError("statement has no segments: make it with segment=")
    movement = table["movement"]
    if task == "keep":
        found, whose = movement == "lost", table["opening_segment"]
    elif task == "acquire":
        found, whose = movement == "prospect", table["closing_segment"]
    elif task == "grow":
        if bar is None:
            raise ValueError("bar must be given for grow: the rate of the board's row")
        below = table["change"].cast("float64") < bar * table["opening"].cast("float64")
        found, whose = movement.isin(_STAYED) & below, table["closing_segment"]
    else:
        raise ValueError(f"task must be one of {', '.join(TASKS)}, not {task!r}")
    behind = table.filter(found & whose.identical_to(ibis.literal(segment, type="string")))
    return behind.order_by(behind["opening"].desc(), "customer_id").to_pyarrow()


_SCHEMA = pa.schema(
    {
        "segment": pa.string(),
        "task": pa.string(),
        "customers": pa.int64(),
        "rate": pa.float64(),
        "surely": pa.float64(),
        "bar": pa.float64(),
        "bar_segment": pa.string(),
        "is_comparable": pa.bool_(),
        "gap": pa.decimal128(38, 2),
    }
)


def _figures(statement: EquityStatement) -> pa.Table:
    """Add to the statement's segments the sums of squares that the ratio's bound needs."""
    customers = ibis.memtable(statement.customers)
    stayed = customers.filter(customers["movement"].isin(_STAYED))
    worth, change = (stayed[name].cast("float64") for name in ("opening", "change"))
    sums = stayed.group_by(segment=stayed["closing_segment"]).aggregate(
        stayed=stayed.count(),
        worth=worth.sum(),
        changed=change.sum(),
        worth_squared=(worth * worth).sum(),
        changed_squared=(change * change).sum(),
        product=(worth * change).sum(),
    )
    segments = ibis.memtable(statement.segments)
    joined = segments.left_join(
        sums.rename(_segment="segment"),
        [segments["segment"].identical_to(sums["segment"])],
    )
    return joined.order_by("segment").to_pyarrow()


def _column(figures: pa.Table, name: str) -> Floats:
    column = pc.fill_null(pc.cast(figures[name], pa.float64()), 0.0)
    values: Floats = column.to_numpy(zero_copy_only=False)
    return values


def _per(amount: Floats, of: Floats) -> Floats:
    return amount / np.where(of > 0, of, np.nan)


def _acquire(figures: pa.Table, level: float) -> _Rates:
    held, acquired, worth = (
        _column(figures, name) for name in ("opening_customers", "acquired_customers", "acquired")
    )
    everybody = worth.sum() / max(acquired.sum(), 1)
    each = np.where(acquired > 0, worth / np.maximum(acquired, 1), everybody)
    surely = least_rate(acquired, held, level=level)
    return _Rates(held, _per(acquired, held), surely, held * each)


def _grow(figures: pa.Table, level: float) -> _Rates:
    n, worth, changed, worth2, changed2, product = (
        _column(figures, name)
        for name in ("stayed", "worth", "changed", "worth_squared", "changed_squared", "product")
    )
    rate = _per(changed, worth)
    # The ratio of two means, linearized (Cochran 1977, Sampling Techniques, 6.4).
    spread = np.maximum(changed2 - 2 * rate * product + rate**2 * worth2, 0)
    error = _per(np.sqrt(spread * n / np.maximum(n - 1, 1)), worth)
    return _Rates(n, rate, rate - float(ndtri(level)) * error, worth)


def _keep(figures: pa.Table, level: float) -> _Rates:
    held, lost, worth = (
        _column(figures, name) for name in ("opening_customers", "lost_customers", "opening")
    )
    # The lower end of a two-sided interval is a one-sided bound with half of what that leaves.
    low, _ = wilson_share(held - lost, held, level=max(2 * level - 1, 1e-9))
    return _Rates(held, _per(held - lost, held), np.where(held > 0, low, np.nan), worth)


def _rows(
    task: str, rates: _Rates, names: list[str | None], named: Any, fewest: int
) -> list[dict[str, Any]]:
    comparable = named & (rates.judged_by >= fewest) & np.isfinite(rates.surely)
    best = int(np.argmax(np.where(comparable, rates.surely, -np.inf))) if comparable.any() else None
    bar = None if best is None else float(rates.surely[best])
    rows = []
    for place, name in enumerate(names):
        rate = float(rates.rate[place])
        known = bool(np.isfinite(rate))
        gap = None
        if known and bar is not None:
            missing = max(bar - rate, 0.0) * max(float(rates.money[place]), 0.0)
            gap = Decimal(missing).quantize(_CENT)
        rows.append(
            {
                "segment": name,
                "task": task,
                "customers": int(rates.judged_by[place]),
                "rate": rate if known else None,
                "surely": float(rates.surely[place]) if known else None,
                "bar": bar,
                "bar_segment": None if best is None else names[best],
                "is_comparable": bool(comparable[place]),
                "gap": gap,
            }
        )
    return rows
