"""From purchase records to one row a customer, computed in the engine that holds them.

Purchases are counted as the buy-till-you-die literature does: several on one day are one, the
first starts the customer's clock, and only those after it are counted as repeats.
"""

from datetime import date as Date  # noqa: N812 - `date` is the name of a column argument here
from typing import Literal

import ibis
import ibis.expr.types as ir
import pyarrow as pa

Unit = Literal["day", "week"]
DAYS_IN: dict[Unit, int] = {"day": 1, "week": 7}


def as_table(table: ir.Table | pa.Table) -> ir.Table:
    """Read an Arrow table as an Ibis table; leave an Ibis table alone."""
    return ibis.memtable(table) if isinstance(table, pa.Table) else table


def days_between(earlier: ir.DateValue, later: ir.DateValue) -> ir.IntegerValue:
    """Count the midnights from one date to another."""
    return later.delta(earlier, unit="day")


def purchase_summary(
    table: ir.Table | pa.Table,
    *,
    customer: str,
    date: str,
    amount: str | None = None,
    as_of: Date,
    unit: Unit = "day",
) -> ir.Table:
    """Summarize each customer's purchases up to and including `as_of`, as a lazy expression.

    `frequency`: distinct purchase days less one; `recency`: time from the first to the last;
    `age`: time from the first to `as_of`, both in `unit`; `purchases` (days), `first_on`,
    `last_on`. With `amount` also the `total`, and `monetary`, the mean of the daily totals after
    the first day (0 for who bought on one day only), as the Gamma-Gamma model wants it.
    """
    if unit not in DAYS_IN:
        raise ValueError(f"unit must be one of {', '.join(DAYS_IN)}, not {unit!r}")
    daily = purchase_days(table, customer=customer, date=date, amount=amount, as_of=as_of)
    day = daily["day"]
    measures = {"purchases": daily.count(), "first_on": day.min(), "last_on": day.max()}
    if amount is not None:
        measures["total"] = daily["amount"].sum()
        measures["repeated"] = daily["amount"].sum(where=day > daily["first_day"])
    summary = daily.group_by(customer).aggregate(**measures)
    length = float(DAYS_IN[unit])
    summary = summary.mutate(
        frequency=summary["purchases"] - 1,
        recency=days_between(summary["first_on"], summary["last_on"]) / length,
        age=days_between(summary["first_on"], ibis.literal(as_of)) / length,
    )
    columns = [customer, "frequency", "recency", "age", "purchases", "first_on", "last_on"]
    if amount is None:
        return summary.select(columns)
    repeats = summary["frequency"].nullif(0)
    mean = (summary["repeated"].cast("float64") / repeats).fill_null(0.0)
    return summary.mutate(monetary=mean).select([*columns, "total", "monetary"])


def purchase_days(
    table: ir.Table | pa.Table, *, customer: str, date: str, amount: str | None, as_of: Date
) -> ir.Table:
    """Give one row a customer and `day` up to `as_of`, with the `first_day` and the `amount`.

    Instants are read as the dates they show: turn them into the firm's time zone before.
    """
    rows = as_table(table)
    rows = rows.filter(rows[customer].notnull()).mutate(day=rows[date].cast("date"))
    rows = rows.filter(rows["day"] <= ibis.literal(as_of))
    sums = {} if amount is None else {"amount": rows[amount].sum().fill_null(0)}
    daily = rows.group_by(customer, "day").aggregate(**sums)
    by_customer = ibis.window(group_by=customer)
    return daily.mutate(first_day=daily["day"].min().over(by_customer))
