"""The value ledger: what each customer brought and cost, month by month, exact to the cent.

    revenue      = sales - returns + adjustments
    contribution = margin - cost_to_serve

Every figure is a plain sum over entries, one entry a fact, so that the months add up to the facts
whatever the order they came in, and each figure opens the facts that made it.
"""

from datetime import date as Date  # noqa: N812 - as elsewhere in this package
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from guanxi.analytics.value.entries import AMOUNTS, ValueEntries
from guanxi.analytics.value.exact import MONEY, exactly

# What must be known for a figure to be said at all, and the figures it holds up.
_KNOWN_BY = {"discount": "knows_list", "margin": "knows_cost", "cost_to_serve": "knows_rate"}
_UNKNOWN_COUNTS = {
    "lines_without_list": "knows_list",
    "lines_without_cost": "knows_cost",
    "facts_without_rate": "knows_rate",
}
# The amounts that a figure of the ledger is made of.
MADE_OF = {
    **{name: (name,) for name in AMOUNTS},
    "revenue": ("sales", "returns", "adjustments"),
    "contribution": ("margin", "cost_to_serve"),
    "overdue": ("overdue_change",),
}
_COLUMNS = (
    "customer_id",
    "month",
    "sales",
    "returns",
    "adjustments",
    "revenue",
    "discount",
    "margin",
    "cost_to_serve",
    "contribution",
    "overdue",
    "overdue_change",
    "amount_without_cost",
    *_UNKNOWN_COUNTS,
    "entries",
)


def value_ledger(entries: ValueEntries | ir.Table) -> ir.Table:
    """Add up the entries by customer and month, as a lazy expression.

    Columns: customer_id, month (its first day); sales (as billed), returns (above 0), adjustments,
    revenue; discount (what was taken off list prices on sales); margin; cost_to_serve;
    contribution; overdue (at the month's end) and overdue_change; amount_without_cost; entries.

    discount, margin and cost_to_serve are those of the facts that know them, null in a month
    whose facts all do not; lines_without_list, lines_without_cost, facts_without_rate count these.
    Months without an entry have no row: see `with_quiet_months`.
    """
    table = entries.table if isinstance(entries, ValueEntries) else entries
    months = table.group_by("customer_id", "month").aggregate(
        **{name: table[name].sum().cast(MONEY) for name in AMOUNTS},
        **{knows: table[knows].max() for knows in _KNOWN_BY.values()},
        **{
            count: (table[knows] == 0).sum().fill_null(0).cast("int64")
            for count, knows in _UNKNOWN_COUNTS.items()
        },
        entries=table.count(),
    )
    sums = {name: months[name].fill_null(exactly(0)) for name in AMOUNTS}
    # All unknown is unknown; some unknown is what is known, with the rest counted beside it.
    for name, knows in _KNOWN_BY.items():
        all_unknown = (months[knows] == 0).fill_null(False)
        sums[name] = all_unknown.ifelse(ibis.null(MONEY), sums[name])
    return _with_figures(months.mutate(**sums))


def with_quiet_months(ledger: ir.Table, *, through: Date) -> ir.Table:
    """Give every customer a row for each month from the first one to that of `through`.

    In a month without entries nothing was sold and nothing cost: zeros, not nulls, no entries,
    and what was overdue still is. Many rows: ask for the customers that are shown.
    """
    first = ledger["month"].min().to_pyarrow().as_py()
    if first is None:
        return ledger
    if through < first:
        raise ValueError(f"through must not be before the first month, {first}: {through}")
    months = ibis.memtable(pa.table({"every": pa.array(_months(first, through), pa.date32())}))
    began = ledger.group_by("customer_id").aggregate(first=ledger["month"].min())
    dense = began.cross_join(months)
    dense = dense.filter(dense["every"] >= dense["first"])
    dense = dense.select(_customer=dense["customer_id"], every=dense["every"])
    on = [dense["_customer"] == ledger["customer_id"], dense["every"] == ledger["month"]]
    joined = dense.left_join(ledger.filter(ledger["month"] <= ibis.literal(through)), on)
    quiet = joined["entries"].isnull()
    filled: dict[str, Any] = {name: quiet.ifelse(exactly(0), joined[name]) for name in AMOUNTS}
    filled |= {name: joined[name].fill_null(0) for name in (*_UNKNOWN_COUNTS, "entries")}
    return _with_figures(
        joined.select(customer_id=joined["_customer"], month=joined["every"], **filled)
    )


def entries_behind(
    entries: ValueEntries | ir.Table, *, customer_id: Any, month: Date, figure: str
) -> ir.Table:
    """Find the entries that made one figure of the ledger, those of unknown amount with them.

    What is overdue at a month's end was made in all months up to it.
    """
    table = entries.table if isinstance(entries, ValueEntries) else entries
    if figure not in MADE_OF:
        raise ValueError(f"figure must be one of {', '.join(MADE_OF)}, not {figure!r}")
    first = ibis.literal(month.replace(day=1))
    when = table["month"] <= first if figure == "overdue" else table["month"] == first
    adds = [(table[name] != 0).fill_null(True) for name in MADE_OF[figure]]
    speaks = ibis.or_(*adds)
    whose = table["customer_id"] == ibis.literal(customer_id, type=table["customer_id"].type())
    return table.filter(whose & when & speaks).order_by("day", "source", "fact_id")


def _with_figures(months: ir.Table) -> ir.Table:
    so_far = ibis.cumulative_window(group_by="customer_id", order_by="month")
    return months.mutate(
        revenue=months["sales"] - months["returns"] + months["adjustments"],
        contribution=months["margin"] - months["cost_to_serve"],
        overdue=months["overdue_change"].sum().over(so_far).cast(MONEY),
    ).select(_COLUMNS)


def _months(first: Date, through: Date) -> list[Date]:
    last = through.year * 12 + through.month
    return [
        Date((n - 1) // 12, (n - 1) % 12 + 1, 1)
        for n in range(first.year * 12 + first.month, last + 1)
    ]
