"""Facts as ledger entries: each fact becomes at most one, and can be found again by its id.

An entry says what one fact adds to a customer's month. Zero means that it adds nothing; null that
what it adds is not known (a sale without a cost), which is not the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - as elsewhere in this package
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from guanxi.analytics.checks import need_columns, refuse_missing, refuse_twice, refuse_unknown
from guanxi.analytics.purchases import as_table
from guanxi.analytics.value.exact import FACTOR, MONEY, exactly, money
from guanxi.analytics.value.rate_card import RateCard

LINE_KINDS = ("sale", "return", "adjustment")
# What an entry adds, in the order of the ledger. Each is 0 where its source has no say in it.
AMOUNTS = (
    "sales",
    "returns",
    "adjustments",
    "discount",
    "margin",
    "amount_without_cost",
    "cost_to_serve",
    "overdue_change",
)
# 1: known, 0: not known, null: nothing to know.
KNOWLEDGE = ("knows_list", "knows_cost", "knows_rate")
_OF_FACT = ("customer_id", "day", "source", "fact_id")


@dataclass(frozen=True)
class ValueEntries:
    """The entries, a lazy table, and how many facts of each source make none, by reason.

    Columns: customer_id, month (its first day), day, source ("order_line", the activity,
    "receivable" or "payment"), fact_id (text); the AMOUNTS; the KNOWLEDGE.
    """

    table: ir.Table
    left_out: dict[str, dict[str, int]]


def value_entries(
    *,
    as_of: Date,
    lines: ir.Table | pa.Table | None = None,
    served: Mapping[str, ir.Table | pa.Table] | None = None,
    rates: RateCard | None = None,
    receivables: ir.Table | pa.Table | None = None,
    payments: ir.Table | pa.Table | None = None,
) -> ValueEntries:
    """Turn facts up to and including `as_of` into entries. Money is in the reporting currency.

    `lines`: customer_id, line_id, ordered_on, kind (sale, return, adjustment), amount (as billed;
    a return's is negative), list_amount (the same at list price), cost; the last two may be null.
    An adjustment is what an order was made cheaper or dearer by as a whole; without a cost it has
    none, as nothing was bought for it.

    `served`, by activity (interaction, case, delivery …): customer_id, fact_id, happened_on, kind;
    if there, quantity (units of the rate; 1 without) and cost, which goes before the rate.

    `receivables`: customer_id, receivable_id, due_on, amount; `payments`: payment_id,
    receivable_id, paid_on, amount. What is not paid by the end of the day it is due is overdue
    from the next day until it is paid; what is paid too much counts against what else is overdue.

    Raises ValueError for a fact that is there twice, money in floats, a payment of nothing.
    """
    parts = []
    if lines is not None:
        parts.append(_of_lines(as_table(lines), as_of))
    for activity, facts in (served or {}).items():
        if activity in ("order_line", "receivable", "payment"):
            raise ValueError(f"served must not call an activity {activity!r}")
        parts.append(_of_activity(as_table(facts), activity, rates or RateCard([]), as_of))
    if receivables is not None:
        parts += _of_receivables(as_table(receivables), payments, as_of)
    elif payments is not None:
        raise ValueError("payments need the receivables that they pay")
    if not parts:
        raise ValueError("value_entries needs facts: lines, served or receivables")
    _refuse_mixed_keys(parts)
    table = parts[0].entries
    for part in parts[1:]:
        table = table.union(part.entries, distinct=False)
    return ValueEntries(table, {part.source: part.left_out for part in parts})


@dataclass(frozen=True)
class _Part:
    source: str
    entries: ir.Table
    left_out: dict[str, int]


def _of_lines(lines: ir.Table, as_of: Date) -> _Part:
    names = ("customer_id", "line_id", "ordered_on", "kind", "amount", "list_amount", "cost")
    need_columns(lines, "lines", names)
    refuse_twice(lines, "lines", "line_id")
    refuse_missing(lines, "lines", "kind")
    refuse_unknown(lines, "lines", "kind", LINE_KINDS)
    amount, none = money(lines, "lines", "amount"), exactly(0)
    sold, returned, adjusted = (lines["kind"] == kind for kind in LINE_KINDS)
    said = money(lines, "lines", "cost")
    # That nothing was bought for an adjustment says nothing of what the rest cost.
    free = adjusted & said.isnull()
    cost = free.ifelse(none, said)
    at_list = money(lines, "lines", "list_amount")
    return _part(
        lines,
        "order_line",
        fact_id="line_id",
        day="ordered_on",
        as_of=as_of,
        complete=amount.notnull(),
        sales=sold.ifelse(amount, none),
        returns=returned.ifelse(-amount, none),
        adjustments=adjusted.ifelse(amount, none),
        discount=sold.ifelse(at_list - amount, none),
        margin=amount - cost,
        amount_without_cost=cost.isnull().ifelse(amount, none),
        knows_list=sold.ifelse(at_list.notnull().cast("int8"), ibis.null("int8")),
        knows_cost=free.ifelse(ibis.null("int8"), said.notnull().cast("int8")),
    )


def _of_activity(facts: ir.Table, activity: str, rates: RateCard, as_of: Date) -> _Part:
    argument = f"served.{activity}"
    need_columns(facts, argument, ("customer_id", "fact_id", "happened_on", "kind"))
    refuse_twice(facts, argument, "fact_id")
    rate = rates.rate_on(
        activity=activity, kind=facts["kind"].cast("string"), day=facts["happened_on"].cast("date")
    )
    cost = rate
    if "quantity" in facts.columns:
        # Rounded by fact, half away from zero, so that the sums of months are sums of facts.
        units = money(facts, argument, "quantity").cast(FACTOR)
        cost = (rate.cast(FACTOR) * units).cast(MONEY)
    if "cost" in facts.columns:
        cost = money(facts, argument, "cost").coalesce(cost)
    return _part(
        facts,
        activity,
        fact_id="fact_id",
        day="happened_on",
        as_of=as_of,
        complete=ibis.literal(True),
        cost_to_serve=cost,
        knows_rate=cost.notnull().cast("int8"),
    )


def _of_receivables(
    receivables: ir.Table, payments: ir.Table | pa.Table | None, as_of: Date
) -> list[_Part]:
    names = ("customer_id", "receivable_id", "due_on", "amount")
    need_columns(receivables, "receivables", names)
    refuse_twice(receivables, "receivables", "receivable_id")
    late_on = (receivables["due_on"].cast("date") + ibis.interval(days=1)).cast("date")
    receivables = receivables.mutate(late_on=late_on)
    amount = money(receivables, "receivables", "amount")
    parts = [
        _part(
            receivables,
            "receivable",
            fact_id="receivable_id",
            day="late_on",
            as_of=as_of,
            complete=amount.notnull(),
            overdue_change=amount,
        )
    ]
    return parts if payments is None else [*parts, _of_payments(receivables, payments, as_of)]


def _of_payments(receivables: ir.Table, payments: ir.Table | pa.Table, as_of: Date) -> _Part:
    paid = as_table(payments)
    need_columns(paid, "payments", ("payment_id", "receivable_id", "paid_on", "amount"))
    refuse_twice(paid, "payments", "payment_id")
    owed = receivables.select("receivable_id", "customer_id", "late_on", _owed=ibis.literal(True))
    paid = paid.select("payment_id", "receivable_id", "paid_on", "amount")
    paid = paid.left_join(owed, "receivable_id")
    stray = paid.filter(paid["_owed"].isnull())["payment_id"].cast("string")
    first = stray.min().to_pyarrow().as_py()
    if first is not None:
        raise ValueError(f"payments.receivable_id names no receivable, as in payment {first}")
    amount = money(paid, "payments", "amount")
    # What is paid in time lessens what falls overdue; only what is paid late ends it.
    paid_on = paid["paid_on"].cast("date")
    counted_on = (paid_on.isnull() | paid["late_on"].isnull()).ifelse(
        ibis.null("date"), ibis.greatest(paid_on, paid["late_on"])
    )
    return _part(
        paid.mutate(counted_on=counted_on),
        "payment",
        fact_id="payment_id",
        day="counted_on",
        as_of=as_of,
        complete=amount.notnull(),
        overdue_change=-amount,
    )


def _part(
    facts: ir.Table,
    source: str,
    *,
    fact_id: str,
    day: str,
    as_of: Date,
    complete: Any,
    **measures: Any,
) -> _Part:
    known = {name: measures.get(name, exactly(0)).cast(MONEY) for name in AMOUNTS}
    known |= {name: measures.get(name, ibis.null("int8")).cast("int8") for name in KNOWLEDGE}
    on = facts[day].cast("date")
    facts = facts.select(
        customer_id=facts["customer_id"],
        month=on.truncate("M").cast("date"),
        day=on,
        source=ibis.literal(source),
        fact_id=facts[fact_id].cast("string"),
        _complete=complete & facts[fact_id].notnull(),
        **known,
    )
    nobody = facts["customer_id"].isnull()
    vague = ~nobody & (facts["day"].isnull() | ~facts["_complete"])
    later = (~nobody & ~vague & (facts["day"] > ibis.literal(as_of))).fill_null(False)
    counted = facts.aggregate(
        without_customer=nobody.sum().fill_null(0),
        incomplete=vague.sum().fill_null(0),
        after_as_of=later.sum().fill_null(0),
    ).to_pyarrow()
    left_out = {name: int(counted[name][0].as_py()) for name in counted.column_names}
    kept = facts.filter(~nobody & ~vague & ~later).drop("_complete")
    return _Part(source, kept, left_out)


def _refuse_mixed_keys(parts: list[_Part]) -> None:
    """Raise ValueError where sources name customers by ids of different types."""
    first = parts[0]
    for part in parts[1:]:
        kinds = [one.entries["customer_id"].type() for one in (first, part)]
        if kinds[0] != kinds[1]:
            raise ValueError(
                f"customer_id is {kinds[1]} in {part.source} where it is {kinds[0]} in"
                f" {first.source}"
            )
