"""ABC classes, the Pareto share and the Lorenz curve: how few customers bring how much.

A customer's class goes by the share of all value that strictly greater customers bring: below a
it is A, below b it is B, else C. So whoever lifts the sum over 80 % still counts to A, and equal
customers are in one class whatever order the rows come in. Zero, negative and missing values
bring nothing: they are class `none` and outside every share.
"""

from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import ArrayLike

from guanxi.analytics.models.inputs import Floats, at_least_one, vectors

# Shares of float sums this close to a border are on it.
_TOLERANCE = 1e-9


class ParetoShare(NamedTuple):
    """The greatest `customers` of `customers_with_value` bring `value_share` of all value."""

    customers: int
    customers_with_value: int
    customer_share: float
    value_share: float


class LorenzCurve(NamedTuple):
    """The smallest customers, as a share of all, bring this share of the value; from 0 to 1."""

    customer_share: Floats
    value_share: Floats


def abc(table: ir.Table, *, value: str, a: float = 0.8, b: float = 0.95) -> ir.Table:
    """Add `abc_class` (A, B, C, none) and `cumulative_share` to a table of customers.

    `cumulative_share` is what the customer, all equal and all greater ones bring together; null
    in class none.
    """
    if not 0 < a < b < 1:
        raise ValueError(f"a and b must rise between 0 and 1, not {a!r} and {b!r}")
    shares = _shares_by_value(table, value)
    shares = shares.select(
        _level=shares["level"],
        cumulative_share=shares["through"],
        abc_class=ibis.cases(
            (shares["before"] < a - _TOLERANCE, "A"),
            (shares["before"] < b - _TOLERANCE, "B"),
            else_="C",
        ),
    )
    joined = table.left_join(shares, table[value] == shares["_level"]).drop("_level")
    return joined.mutate(abc_class=joined["abc_class"].fill_null("none"))


def pareto_share(table: ir.Table, *, value: str, share: float = 0.8) -> ParetoShare | None:
    """Count the fewest customers who bring `share` of all value; None if nobody brings any."""
    if not 0 < share <= 1:
        raise ValueError(f"share must be above 0 and at most 1, not {share!r}")
    shares = _shares_by_value(table, value)
    levels = shares.select("before", "through", "customers").order_by("before").to_pyarrow()
    if not levels.num_rows:
        return None
    before, through, customers = (np.asarray(column, dtype=float) for column in levels.columns)
    last = int(np.argmax(through >= share - _TOLERANCE))
    each = (through[last] - before[last]) / customers[last]
    of_level = int(np.ceil((share - before[last]) / each - _TOLERANCE))
    needed = int(customers[:last].sum()) + of_level
    return ParetoShare(
        customers=needed,
        customers_with_value=int(customers.sum()),
        customer_share=needed / float(customers.sum()),
        value_share=float(before[last] + of_level * each),
    )


def lorenz_curve(values: ArrayLike) -> LorenzCurve:
    """Give the points of the Lorenz curve of values that are not negative."""
    (worth,) = vectors(values=values)
    at_least_one("values", worth)
    if not worth.sum() > 0:
        raise ValueError("values are all 0: there is nothing to share")
    sums = np.concatenate([[0.0], np.cumsum(np.sort(worth))])
    return LorenzCurve(np.linspace(0, 1, len(sums)), sums / sums[-1])


def gini(values: ArrayLike) -> float:
    """Give the Gini coefficient: 0 if all bring the same, 1 - 1/n if one customer brings all.

    It is one less twice the area under the Lorenz curve (Gini 1912; no small-sample correction).
    """
    curve = lorenz_curve(values)
    return float(1 - 2 * np.trapezoid(curve.value_share, curve.customer_share))


def _shares_by_value(table: ir.Table, value: str) -> ir.Table:
    """Give, for each `level` (distinct positive value), its `customers` and the share of all value
    that higher levels bring (`before`) and that they bring with it (`through`).
    """
    worth = table.select(level=table[value])
    worth = worth.filter(_brings_something(worth["level"]))
    levels = worth.group_by("level").aggregate(customers=worth.count(), worth=worth["level"].sum())
    running = ibis.cumulative_window(order_by=levels["level"].desc())
    levels = levels.mutate(
        running=levels["worth"].sum().over(running), total=levels["worth"].sum().over()
    )
    total = levels["total"].cast("float64")
    return levels.mutate(
        before=(levels["running"] - levels["worth"]).cast("float64") / total,
        through=levels["running"].cast("float64") / total,
    )


def _brings_something(value: Any) -> Any:
    positive = value.fill_null(0) > 0
    return positive & ~value.isnan().fill_null(False) if value.type().is_floating() else positive
