"""What order lines say of each customer, gathered in the engine before any model looks at it.

Lines net to orders, so that a discount line is part of its order. An order above zero is a
purchase, one below zero a return, one of exactly zero (a sample, an exchange) neither. Purchases
on one day count as one. All money counts, returns included; only purchases make a rhythm.
"""

from datetime import date as Date  # noqa: N812 - `date` names columns elsewhere in this package

import ibis
import ibis.expr.types as ir

from guanxi.analytics.purchases import days_between
from guanxi.analytics.rhythm import gap_measures, with_gaps

YEAR_DAYS = 365
# A trend compares the newer half of a customer's time with the older; a year is time enough.
_LONGEST_TREND_DAYS = 365


def usable_lines(lines: ir.Table, *, as_of: Date) -> ir.Table:
    """Keep the lines of known customers with date and amount, up to and including `as_of`."""
    lines = lines.mutate(day=lines["ordered_on"].cast("date"))
    said = lines["customer_id"].notnull() & lines["day"].notnull() & lines["amount"].notnull()
    return lines.filter(said & (lines["day"] <= ibis.literal(as_of)))


def line_counts(lines: ir.Table, *, as_of: Date) -> dict[str, int]:
    """Count the lines and those that scoring leaves out, by the first reason that holds."""
    day, no_customer = lines["ordered_on"].cast("date"), lines["customer_id"].isnull()
    incomplete = ~no_customer & (day.isnull() | lines["amount"].isnull())
    future = ~no_customer & ~incomplete & (day > ibis.literal(as_of))
    counted = lines.aggregate(
        lines=lines.count(),
        without_customer=no_customer.sum().fill_null(0),
        without_date_or_amount=incomplete.sum().fill_null(0),
        after_as_of=future.sum().fill_null(0),
    ).to_pyarrow()
    return {name: int(counted[name][0].as_py()) for name in counted.column_names}


def customer_facts(lines: ir.Table, *, as_of: Date) -> ir.Table:
    """Give one row a customer with a usable line, as a lazy expression.

    Money: `amount` and `returned` ever, `revenue_12m`, and the margins with the amount whose
    margin is known. Rhythm: see `gap_measures`. Trend: purchase days and their amount in the
    last `trend_days` and in as many days before. Who only returned has 0 purchases and nulls.
    """
    days = customer_days(usable_lines(lines, as_of=as_of), as_of=as_of)
    money = days.group_by("customer_id").aggregate(
        amount=days["amount"].sum(),
        returned=days["returned"].sum(),
        margin=days["margin"].sum(),
        amount_with_margin=days["amount_with_margin"].sum(),
        **{
            f"{name}_12m": days[name].sum(where=days["days_ago"] < YEAR_DAYS)
            for name in ("amount", "margin", "amount_with_margin")
        },
    )
    buying = _buying(days, as_of=as_of)
    joined = money.left_join(buying, "customer_id").drop("customer_id_right")
    return joined.mutate(
        purchases=joined["purchases"].fill_null(0),
        revenue_12m=joined["amount_12m"].fill_null(0.0),
    )


def customer_days(lines: ir.Table, *, as_of: Date) -> ir.Table:
    """Give one row a customer and day of usable lines.

    Net `amount`, `bought` (null on a day without a purchase), `returned`, `margin` and the
    `amount_with_margin`; `days_ago` from `as_of`.
    """
    margin = lines["margin"].cast("float64")
    amount = lines["amount"].cast("float64")
    orders = lines.group_by("customer_id", "order_id", "day").aggregate(
        net=lines["amount"].sum(),
        margin=margin.sum(),
        amount_with_margin=amount.sum(where=margin.notnull()),
    )
    net = orders["net"].cast("float64")
    days = orders.group_by("customer_id", "day").aggregate(
        amount=net.sum(),
        bought=net.sum(where=orders["net"] > 0),
        returned=-net.sum(where=orders["net"] < 0),
        margin=orders["margin"].sum(),
        amount_with_margin=orders["amount_with_margin"].sum(),
    )
    return days.mutate(days_ago=days_between(days["day"], ibis.literal(as_of)))


def _buying(days: ir.Table, *, as_of: Date) -> ir.Table:
    days = days.filter(days["bought"].notnull()).select("customer_id", "day", "days_ago", "bought")
    days = with_gaps(days, "customer_id")
    tenure = days["days_ago"].max().over(ibis.window(group_by="customer_id"))
    days = days.mutate(trend_days=ibis.least(tenure / 2.0, float(_LONGEST_TREND_DAYS)))
    # The first purchase starts the customer's time: it is no evidence of how often in it.
    repeat = days["gap_days"].notnull()
    recent = repeat & (days["days_ago"] < days["trend_days"])
    earlier = repeat & ~recent & (days["days_ago"] < 2 * days["trend_days"])
    return days.group_by("customer_id").aggregate(
        **gap_measures(days),
        days_since_last=days["days_ago"].min(),
        tenure_days=days["days_ago"].max(),
        bought=days["bought"].sum(),
        trend_days=days["trend_days"].max(),
        recent_purchases=recent.sum(),
        earlier_purchases=earlier.sum(),
        recent_amount=days["bought"].sum(where=recent).fill_null(0.0),
        earlier_amount=days["bought"].sum(where=earlier).fill_null(0.0),
    )
