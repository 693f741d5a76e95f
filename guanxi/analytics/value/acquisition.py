"""What customers of each source cost and are worth, and what keeping customers costs.

Months are those of the calendar, the one of the acquisition is the first. A customer counts for a
span of months only if all of it has been seen; so a source of new customers looks neither worse
nor better for being new, only less sure.
"""

from datetime import date as Date  # noqa: N812 - as elsewhere in this package
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from guanxi.analytics.checks import need_columns, refuse_missing, refuse_twice
from guanxi.analytics.intervals import difference_of_shares, mean_of_sums, wilson_share
from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.purchases import as_table
from guanxi.analytics.value.exact import MONEY, money

_YEAR = 12
_AT_ONCE = 100_000  # customers whose months are laid out side by side

_SCHEMA = pa.schema(
    {
        "source": pa.string(),
        "customers": pa.int64(),
        "cost": pa.decimal128(38, 4),
        "cost_per_customer": pa.float64(),
        "first_year_customers": pa.int64(),
        "first_year_margin": pa.float64(),
        "first_year_margin_low": pa.float64(),
        "first_year_margin_high": pa.float64(),
        "expected_value": pa.float64(),
        "expected_value_low": pa.float64(),
        "expected_value_high": pa.float64(),
        "retention_customers": pa.int64(),
        "retention": pa.float64(),
        "retention_low": pa.float64(),
        "retention_high": pa.float64(),
        "payback_months": pa.int64(),
        "payback_earliest": pa.int64(),
        "payback_latest": pa.int64(),
    }
)


def acquisition_by_source(
    customers: ir.Table | pa.Table,
    ledger: ir.Table | pa.Table,
    costs: ir.Table | pa.Table,
    *,
    as_of: Date,
    level: float = 0.95,
    longest_payback: int = 36,
    fewest: int = 10,
) -> pa.Table:
    """Compare the sources that customers came from: one row a source, by name.

    `customers`: customer_id, source, acquired_on, expected_value (of what is still to come) and
    kept (whether still a customer after the time you ask about), null where not known yet.
    `ledger`: customer_id, month, margin, as `value_ledger` gives it. `costs`: source and cost, as
    many rows a source as there were; one without customers has its row too.

    Means have Student's intervals and retention Wilson's, at `level`. A customer with a month
    whose margin is not known has no first-year margin. `payback_months` is the first month
    by which the mean margin of customers has paid their mean cost, seen in `fewest` customers or
    more; `payback_earliest` and `_latest` are the same by the ends of the mean's interval. Null:
    not within `longest_payback` months, or not seen yet.
    """
    if longest_payback < 1 or fewest < 2:
        raise ValueError("longest_payback must be 1 or more, and fewest 2 or more")
    people, spent = _people(as_table(customers), as_of), _spent(as_table(costs))
    margins = _margins(as_table(ledger), people, max(longest_payback, _YEAR))
    sources = sorted({*spent, *people["source"].unique().to_pylist()})
    of = people["source"].to_numpy()
    rows = []
    for source in sources:
        mine = slice(*(int(np.searchsorted(of, source, side)) for side in ("left", "right")))
        count = mine.stop - mine.start
        cost = spent.get(source)
        each = float(cost) / count if cost is not None and count else None
        curve = _curve(margins, people, mine, max(longest_payback, _YEAR), level)
        rows.append(
            {
                "source": source,
                "customers": count,
                "cost": cost,
                "cost_per_customer": each,
                **_first_year(curve),
                **_expected(people, mine, level),
                **_retention(people, mine, level),
                **_payback(curve, each, longest_payback, fewest),
            }
        )
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


class RetentionCost(NamedTuple):
    """What keeping customers cost: for each kept, and for each kept more than without it.

    `kept_more` is the difference of the shares kept to the customers held out; `low` and `high`
    are the ends of the cost of one kept more. `high` is None where chance may have kept them,
    and all three where the effort kept nobody more, or nobody was held out.
    """

    per_kept: float | None
    kept_more: float | None
    per_kept_more: float | None
    low: float | None
    high: float | None


def retention_cost(
    cost: float | Decimal,
    *,
    kept: int,
    customers: int,
    kept_without: int | None = None,
    customers_without: int | None = None,
    level: float = 0.95,
) -> RetentionCost:
    """Give what it cost to keep a customer: `cost` was spent on `customers`, of whom `kept` stayed.

    `kept_without` of the `customers_without` on whom nothing was spent stayed anyway. The cost of
    one kept more is cost / (customers * difference of shares), with Newcombe's interval (1998).
    """
    spent = float(cost)
    if not (np.isfinite(spent) and spent >= 0):
        raise ValueError(f"cost must be 0 or more, not {cost!r}")
    if not 0 <= kept <= customers or customers == 0:
        raise ValueError(f"kept must be between 0 and customers, not {kept} of {customers}")
    per_kept = spent / kept if kept else None
    if kept_without is None and customers_without is None:
        return RetentionCost(per_kept, None, None, None, None)
    if kept_without is None or customers_without is None:
        raise ValueError("kept_without and customers_without belong together")
    more = difference_of_shares((kept, customers), (kept_without, customers_without), level=level)
    if more.value <= 0:
        return RetentionCost(per_kept, more.value, None, None, None)
    one, low = (spent / (customers * share) for share in (more.value, more.high))
    high = spent / (customers * more.low) if more.low > 0 else None
    return RetentionCost(per_kept, more.value, one, low, high)


def _people(table: ir.Table, as_of: Date) -> pa.Table:
    names = ("customer_id", "source", "acquired_on", "expected_value", "kept")
    need_columns(table, "customers", names)
    refuse_twice(table, "customers", "customer_id")
    for name in names[:3]:
        refuse_missing(table, "customers", name)
    on = table["acquired_on"].cast("date")
    # A month counts as seen from its last day on.
    seen_to = as_of + timedelta(days=1)
    whole = seen_to.year * 12 + seen_to.month
    began = (on.year() * 12 + on.month()).cast("int64")
    found = table.select(
        # UUIDs leave the engine as text, and the ledger is joined to what has left.
        customer_id=table["customer_id"].cast("string"),
        source=table["source"].cast("string"),
        began=began,
        seen=(whole - began).cast("int64"),
        expected_value=table["expected_value"].cast("float64"),
        kept=table["kept"].cast("boolean"),
        late=on > as_of,
    )
    # A source's customers stand together, and so do their margins.
    return found.filter(~found["late"]).drop("late").to_pyarrow().sort_by("source")


def _spent(table: ir.Table) -> dict[str, Decimal]:
    need_columns(table, "costs", ("source", "cost"))
    for name in ("source", "cost"):
        refuse_missing(table, "costs", name)
    table = table.select(source=table["source"].cast("string"), cost=money(table, "costs", "cost"))
    sums = table.group_by("source").aggregate(cost=table["cost"].sum().cast(MONEY)).to_pyarrow()
    found = dict(zip(sums["source"].to_pylist(), sums["cost"].to_pylist(), strict=True))
    for source, cost in found.items():
        if cost < 0:
            raise ValueError(f"costs of {source} are below 0: {cost}")
    return found


class _Margins(NamedTuple):
    """Margins by the customer's place and the month since acquisition, in order of places."""

    place: NDArray[np.int64]
    month: NDArray[np.int64]
    margin: Floats


def _margins(table: ir.Table, people: pa.Table, months: int) -> _Margins:
    need_columns(table, "ledger", ("customer_id", "month", "margin"))
    month = table["month"].cast("date")
    numbered = people.select(["customer_id", "began"]).append_column(
        "place", pa.array(np.arange(people.num_rows))
    )
    whose = as_table(numbered)
    rows = table.select(
        customer_id=table["customer_id"].cast("string"),
        month=(month.year() * 12 + month.month()).cast("int64"),
        margin=table["margin"].cast("float64"),
    ).inner_join(whose, "customer_id")
    rows = rows.mutate(since=rows["month"] - rows["began"])
    rows = rows.filter((rows["since"] >= 0) & (rows["since"] < months))
    found = rows.select("place", "since", "margin").order_by("place").to_pyarrow()
    return _Margins(*(np.asarray(column.to_numpy()) for column in found.columns))


class _Curve(NamedTuple):
    """Of how many customers the margin up to each month is known, its mean, and the mean's ends."""

    customers: Floats
    mean: Floats
    low: Floats
    high: Floats


def _curve(margins: _Margins, people: pa.Table, mine: slice, months: int, level: float) -> _Curve:
    seen = people["seen"].to_numpy()
    count, sums, squares = (np.zeros(months) for _ in range(3))
    for start in range(mine.start, mine.stop, _AT_ONCE):
        end = min(start + _AT_ONCE, mine.stop)
        laid_out = np.zeros((end - start, months))
        ours = slice(*np.searchsorted(margins.place, [start, end]))
        cells = (margins.place[ours] - start, margins.month[ours])
        np.add.at(laid_out, cells, margins.margin[ours])
        so_far = np.cumsum(laid_out, axis=1)
        known = (np.arange(months) < seen[start:end, None]) & np.isfinite(so_far)
        so_far = np.where(known, so_far, 0)
        count += known.sum(axis=0)
        sums += so_far.sum(axis=0)
        squares += (so_far**2).sum(axis=0)
    return _Curve(count, *mean_of_sums(sums, squares, count, level=level))


def _first_year(curve: _Curve) -> dict[str, Any]:
    last = _YEAR - 1
    return {
        "first_year_customers": int(curve.customers[last]),
        "first_year_margin": _said(curve.mean[last]),
        "first_year_margin_low": _said(curve.low[last]),
        "first_year_margin_high": _said(curve.high[last]),
    }


def _expected(people: pa.Table, mine: slice, level: float) -> dict[str, Any]:
    values = people["expected_value"].to_numpy()[mine]
    values = values[np.isfinite(values)]
    found = mean_of_sums(values.sum(), (values**2).sum(), len(values), level=level)
    names = ("expected_value", "expected_value_low", "expected_value_high")
    return dict(zip(names, map(_said, found), strict=True))


def _retention(people: pa.Table, mine: slice, level: float) -> dict[str, Any]:
    kept = people["kept"].slice(mine.start, mine.stop - mine.start).drop_null()
    customers, stayed = len(kept), int(pc.sum(kept).as_py() or 0)
    low, high = wilson_share(stayed, customers, level=level)
    asked = customers > 0
    return {
        "retention_customers": customers,
        "retention": stayed / customers if asked else None,
        "retention_low": float(low) if asked else None,
        "retention_high": float(high) if asked else None,
    }


def _payback(curve: _Curve, cost: float | None, longest: int, fewest: int) -> dict[str, int | None]:
    enough = curve.customers[:longest] >= fewest

    def first(so_far: Floats) -> int | None:
        if cost is None:
            return None
        paid = np.flatnonzero(enough & (so_far[:longest] >= cost))
        return int(paid[0]) + 1 if len(paid) else None

    return {
        "payback_months": first(curve.mean),
        "payback_earliest": first(curve.high),
        "payback_latest": first(curve.low),
    }


def _said(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None
