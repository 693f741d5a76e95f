"""Cohorts: customers by the month they first bought in, and what became of them since.

A row's money is exact: over the months since, it adds up to all that the cohort brought.
"""

from datetime import date as Date  # noqa: N812 - as elsewhere in this package
from datetime import timedelta
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from guanxi.analytics.checks import need_columns
from guanxi.analytics.intervals import wilson_share
from guanxi.analytics.purchases import as_table
from guanxi.analytics.value.exact import MONEY, money

_SCHEMA = pa.schema(
    {
        "cohort": pa.date32(),
        "months_since": pa.int64(),
        "customers": pa.int64(),
        "buyers": pa.int64(),
        "retention": pa.float64(),
        "retention_low": pa.float64(),
        "retention_high": pa.float64(),
        "value": pa.decimal128(38, 4),
        "cumulative_value": pa.decimal128(38, 4),
        "value_per_customer": pa.float64(),
        "lines_without_value": pa.int64(),
        "is_whole": pa.bool_(),
    }
)


def cohorts(
    lines: ir.Table | pa.Table, *, as_of: Date, value: str = "amount", level: float = 0.95
) -> pa.Table:
    """Follow each month's new customers up to and including `as_of`: a row a cohort and month.

    `lines`: customer_id, order_id, ordered_on, amount and, if it is another column, the `value`
    to add up (margin; null where not known). An order whose lines net above zero is a purchase;
    the first makes the cohort. Who only returned is in none.

    Columns: cohort (first of the month), months_since (0: the cohort's own), customers, buyers
    (who bought in that month), retention (their share, with Wilson's interval), value (of that
    month, returns taken off; what was returned before the first purchase counts in month 0),
    cumulative_value and value_per_customer up to then, lines_without_value, and is_whole: false
    for the month that `as_of` does not see the end of.
    """
    orders = _orders(as_table(lines), as_of, value)
    bought = orders.filter(orders["net"] > 0)
    began = bought.group_by("customer_id").aggregate(cohort=bought["month"].min())
    rows = orders.inner_join(began, "customer_id")
    rows = rows.mutate(months_since=ibis.greatest(rows["month"] - rows["cohort"], 0))
    is_buyer = (rows["net"] > 0).ifelse(rows["customer_id"], ibis.null(rows["customer_id"].type()))
    cells = rows.group_by("cohort", "months_since").aggregate(
        buyers=is_buyer.nunique(),
        value=rows["value"].sum().cast(MONEY),
        without=rows["without"].sum(),
    )
    filled = {(row["cohort"], row["months_since"]): row for row in cells.to_pyarrow().to_pylist()}
    seen_to = as_of + timedelta(days=1)
    return _table(filled, last=_month(as_of), whole=_month(seen_to) - 1, level=level)


def _orders(lines: ir.Table, as_of: Date, value: str) -> ir.Table:
    need_columns(lines, "lines", {"customer_id", "order_id", "ordered_on", "amount", value})
    day = lines["ordered_on"].cast("date")
    amount, worth = money(lines, "lines", "amount"), money(lines, "lines", value)
    lines = lines.select(
        customer_id=lines["customer_id"],
        order_id=lines["order_id"],
        day=day,
        month=(day.year() * 12 + day.month() - 1).cast("int64"),
        amount=amount,
        value=worth,
    )
    said = lines["customer_id"].notnull() & lines["day"].notnull() & lines["amount"].notnull()
    lines = lines.filter(said & (lines["day"] <= ibis.literal(as_of)))
    return lines.group_by("customer_id", "order_id", "month").aggregate(
        net=lines["amount"].sum(),
        value=lines["value"].sum(),
        without=lines["value"].isnull().sum(),
    )


def _table(
    cells: dict[tuple[int, int], dict[str, Any]], *, last: int, whole: int, level: float
) -> pa.Table:
    """Fill the months in which nobody of a cohort did anything, and add up."""
    rows = []
    for cohort in sorted({cohort for cohort, _ in cells}):
        customers, so_far = cells[cohort, 0]["buyers"], Decimal(0)
        for since in range(last - cohort + 1):
            cell = cells.get((cohort, since), {"buyers": 0, "value": None, "without": 0})
            value = cell["value"] or Decimal(0)
            so_far += value
            rows.append(
                {
                    "cohort": Date(cohort // 12, cohort % 12 + 1, 1),
                    "months_since": since,
                    "customers": customers,
                    "buyers": cell["buyers"],
                    "retention": cell["buyers"] / customers,
                    "value": value,
                    "cumulative_value": so_far,
                    "value_per_customer": float(so_far) / customers,
                    "lines_without_value": cell["without"],
                    "is_whole": cohort + since <= whole,
                }
            )
    buyers, customers = (
        np.array([row[name] for row in rows], float) for name in ("buyers", "customers")
    )
    for name, ends in zip(
        ("retention_low", "retention_high"),
        wilson_share(buyers, customers, level=level),
        strict=True,
    ):
        for row, end in zip(rows, ends.tolist(), strict=True):
            row[name] = end
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


def _month(day: Date) -> int:
    return day.year * 12 + day.month - 1
