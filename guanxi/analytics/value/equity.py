"""The customer equity statement: what all customers together are worth, and what changed it.

    closing = opening + acquired + grown - shrunk - lost

Each customer's value (expected, or of a period) is taken from two snapshots, and its whole change
is put down to one movement. So the statement balances to the cent for whatever values come in.

Who counts as a customer is asked of each snapshot by itself: by lifecycle stage whoever is in
neither `potential` nor `termination`; without stages whoever is worth more than `least`. What the
value of somebody who does not count may be is outside of the statement: a customer is lost with
all that it was worth at the opening, and one that returns is acquired with all it is worth now.
"""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from guanxi.analytics.checks import need_columns, refuse_missing, refuse_twice, refuse_unknown
from guanxi.analytics.lifecycle import STAGES
from guanxi.analytics.purchases import as_table
from guanxi.analytics.value.exact import MONEY, amount_of, exactly, money

# Government, media, associations and the firm's own: they are no asset of the firm.
NO_ASSET = ("public_interest", "internal")
# `prospect` and `gone` count at neither end: never were customers, and were once.
MOVEMENTS = (
    "acquired",
    "returned",
    "grown",
    "shrunk",
    "unchanged",
    "lost",
    "prospect",
    "gone",
)
# The lines of the statement; `acquired` includes `returned`.
_FIGURES = (
    "opening",
    "moved_in",
    "moved_out",
    "acquired",
    "returned",
    "grown",
    "shrunk",
    "lost",
    "closing",
)
_BALANCE = tuple(name for name in _FIGURES if not name.startswith("moved_"))


@dataclass(frozen=True)
class EquityStatement:
    """The statement of all customers, by segment, and the customers behind every figure.

    `total` has the sums named in the module's formula and `returned`, which is part of `acquired`;
    and each again as a number of customers (`acquired_customers` …). `segments` has a row of the
    same a segment, with what customers brought along who moved (`moved_in`, `moved_out`, at their
    opening value); `moves` who moved (`from_segment`, `to_segment`, customers, value). Both are
    None without segments.

    `customers`: customer_id, opening, closing, change, movement (one of MOVEMENTS), and with
    segments opening_segment, closing_segment. `left_out` counts those who are no asset.
    """

    total: dict[str, Decimal | int]
    segments: pa.Table | None
    moves: pa.Table | None
    customers: pa.Table
    left_out: int


def equity_statement(
    opening: ir.Table | pa.Table,
    closing: ir.Table | pa.Table,
    *,
    value: str = "value",
    customer: str = "customer_id",
    stage: str | None = None,
    segment: str | None = None,
    category: str | None = None,
    least: Decimal | int = 0,
    no_asset: Collection[str] = NO_ASSET,
) -> EquityStatement:
    """State what the customers of two snapshots (a row each) were worth, and what changed it.

    `stage`, `segment` and `category` name columns of both. The category at the closing decides who
    stays out of the whole statement, so that nobody is lost by being relabelled. A customer who is
    in one snapshot only does not count in the other.

    Raises ValueError for a customer there twice, money in floats (round it to the cent first), and
    a customer who counts by stage without a value.
    """
    names = _Names(customer, value, stage, segment, category)
    floor = amount_of("least", least)
    before = _snapshot(as_table(opening), "opening", names, floor)
    after = _snapshot(as_table(closing), "closing", names, floor)
    moved = _moved(before, after, no_asset).to_pyarrow()
    kept = moved.filter(moved["is_asset"]).drop_columns(["is_asset"])
    # From here on one row a customer: small enough to leave the engine.
    table = ibis.memtable(kept)
    postings = _postings(table)
    (total,) = (
        postings.aggregate(**_sums(postings)).select(_named(_BALANCE)).to_pyarrow().to_pylist()
    )
    if segment is None:
        kept = kept.drop_columns(["opening_segment", "closing_segment"])
    return EquityStatement(
        total=total,
        segments=None if segment is None else _by_segment(postings),
        moves=None if segment is None else _moves(table),
        customers=kept,
        left_out=moved.num_rows - kept.num_rows,
    )


@dataclass(frozen=True)
class _Names:
    customer: str
    value: str
    stage: str | None
    segment: str | None
    category: str | None


def _snapshot(table: ir.Table, argument: str, names: _Names, floor: Decimal) -> ir.Table:
    """Read who counts at one end (`held`), with which value, and who ever bought (`known`)."""
    wanted = (names.customer, names.value, names.stage, names.segment, names.category)
    need_columns(table, argument, [name for name in wanted if name is not None])
    refuse_missing(table, argument, names.customer)
    refuse_twice(table, argument, names.customer)
    worth = money(table, argument, names.value)
    if names.stage is None:
        held, known = (worth > exactly(floor)).fill_null(False), worth.notnull()
    else:
        refuse_unknown(table, argument, names.stage, STAGES)
        # Who has no stage was never scored: nothing was bought yet.
        stage = table[names.stage].fill_null("potential")
        held, known = ~stage.isin(("potential", "termination")), stage != "potential"
    read = table.select(
        customer=table[names.customer],
        worth=worth,
        held=held,
        known=known,
        segment=_text(table, names.segment),
        category=_text(table, names.category),
    )
    unvalued = read.filter(read["held"] & read["worth"].isnull())
    found = unvalued.aggregate(
        count=unvalued.count(), first=unvalued["customer"].cast("string").min()
    )
    count, first = (column[0].as_py() for column in found.to_pyarrow().columns)
    if count:
        raise ValueError(
            f"{argument}.{names.value} is missing for {count} customer(s) who count by their stage,"
            f" such as {first}"
        )
    return read


def _text(table: ir.Table, name: str | None) -> ir.Value:
    return ibis.null("string") if name is None else table[name].cast("string")


def _moved(before: ir.Table, after: ir.Table, no_asset: Collection[str]) -> ir.Table:
    """Put the two snapshots side by side and name each customer's movement."""
    joined = before.outer_join(after, "customer", lname="{name}_0", rname="{name}_1")
    was, held = (joined[f"held_{end}"].fill_null(False) for end in (0, 1))
    knew, known = (joined[f"known_{end}"].fill_null(False) for end in (0, 1))
    opening = was.ifelse(joined["worth_0"], exactly(0))
    closing = held.ifelse(joined["worth_1"], exactly(0))
    still_there = joined["held_1"].notnull()
    category = still_there.ifelse(joined["category_1"], joined["category_0"])
    return joined.select(
        customer_id=joined["customer_0"].coalesce(joined["customer_1"]),
        opening=opening,
        closing=closing,
        change=(closing - opening).cast(MONEY),
        movement=ibis.cases(
            (was & ~held, "lost"),
            (~was & held & knew, "returned"),
            (~was & held, "acquired"),
            (was & (closing > opening), "grown"),
            (was & (closing < opening), "shrunk"),
            (was, "unchanged"),
            (knew | known, "gone"),
            else_="prospect",
        ),
        opening_segment=joined["segment_0"],
        closing_segment=joined["segment_1"],
        is_asset=~category.isin(tuple(no_asset)).fill_null(False),
    )


def _postings(customers: ir.Table) -> ir.Table:
    """Post each customer to the segment it was in and to the one it is in.

    Lost is posted where the customer was, all other movements where it is.
    """
    movement = customers["movement"]
    was = movement.isin(("lost", "grown", "shrunk", "unchanged"))
    held = movement.isin(("acquired", "returned", "grown", "shrunk", "unchanged"))
    changed = ~customers["opening_segment"].identical_to(customers["closing_segment"])
    moves = was & held & changed
    new = movement.isin(("acquired", "returned"))
    opening, closing, change = (customers[name] for name in ("opening", "closing", "change"))
    left = _posted(
        customers,
        "opening_segment",
        opening=(was, opening),
        moved_out=(moves, opening),
        lost=(movement == "lost", opening),
    )
    entered = _posted(
        customers,
        "closing_segment",
        moved_in=(moves, opening),
        acquired=(new, closing),
        returned=(movement == "returned", closing),
        grown=(movement == "grown", change),
        shrunk=(movement == "shrunk", -change),
        closing=(held, closing),
    )
    return left.union(entered, distinct=False)


def _posted(customers: ir.Table, segment: str, **figures: tuple[Any, Any]) -> ir.Table:
    columns: dict[str, Any] = {"segment": customers[segment]}
    for name in _FIGURES:
        counts, amount = figures.get(name, (ibis.literal(False), exactly(0)))
        columns[name] = counts.ifelse(amount, exactly(0)).cast(MONEY)
        columns[f"{name}_customers"] = counts.cast("int64")
    posted = customers.select(**columns)
    # Of the two postings of a customer, that at the end where it does not count says nothing.
    return posted.filter(ibis.or_(*(posted[f"{name}_customers"] > 0 for name in figures)))


def _sums(postings: ir.Table) -> dict[str, ir.Value]:
    sums: dict[str, Any] = {}
    for name in _FIGURES:
        sums[name] = postings[name].sum().cast(MONEY).fill_null(exactly(0))
        sums[f"{name}_customers"] = postings[f"{name}_customers"].sum().fill_null(0)
    return sums


def _named(figures: Collection[str]) -> list[str]:
    return [*figures, *(f"{name}_customers" for name in figures)]


def _by_segment(postings: ir.Table) -> pa.Table:
    found = postings.group_by("segment").aggregate(**_sums(postings))
    return found.select("segment", *_named(_FIGURES)).order_by("segment").to_pyarrow()


def _moves(customers: ir.Table) -> pa.Table:
    both = customers.filter(customers["movement"].isin(("grown", "shrunk", "unchanged")))
    both = both.filter(~both["opening_segment"].identical_to(both["closing_segment"]))
    found = both.group_by(
        from_segment=both["opening_segment"], to_segment=both["closing_segment"]
    ).aggregate(customers=both.count(), value=both["opening"].sum().cast(MONEY))
    return found.order_by("from_segment", "to_segment").to_pyarrow()
