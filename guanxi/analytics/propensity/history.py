"""What was known of each customer on a day in the past, and what came of it afterwards.

A model may learn only from what its user will know when asking it. So every feature is made of
the order lines up to and including the `cut`, and the outcome of those in the window after it:

    known:   day <= cut            outcome:   cut < day <= cut + window_days

A property test holds it to that: whatever is changed after the cut changes no feature.
"""

import datetime as dt
from collections.abc import Sequence
from datetime import date as Date  # noqa: N812 - `date` is a word of this subject
from typing import Literal

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from guanxi.analytics.facts import customer_facts, usable_lines
from guanxi.analytics.purchases import as_table, days_between
from guanxi.analytics.trust.forecasts import bought_between

Outcome = Literal["purchase", "no_purchase"]
_WINDOWS = (30, 90, 365)


def history_features(lines: ir.Table | pa.Table, *, cut: Date) -> pa.Table:
    """Describe each customer who had bought by the end of `cut`, from what was known then.

    `lines` are those of `score_customers`. Of a line with `recorded_on` (a column that may be
    absent) nothing was known before that day.

    customer_id; days_since_last, tenure_days; purchases (days with one), and in the last 30, 90 and
    365 days; mean_gap_days and recent_gap_days (null for who bought once), silence_to_gap (days
    since the last over the mean gap); amount (net, ever), and in the last 30, 90 and 365 days;
    mean_purchase, largest_order, lines_per_order; return_share (returned over bought); margin_share
    (null where no margin is known); purchases_rise, those of the newer half of the customer's time
    (a year at most) less those of the older.
    """
    known = _known(as_table(lines), cut)
    facts = customer_facts(known, as_of=cut)
    facts = facts.filter(facts["purchases"] > 0)
    recent = _recent(known, cut)
    joined = facts.left_join(recent, "customer_id")
    return (
        joined.select(
            "customer_id",
            "days_since_last",
            "tenure_days",
            "purchases",
            *(f"purchases_{days}d" for days in _WINDOWS),
            "mean_gap_days",
            "recent_gap_days",
            silence_to_gap=joined["days_since_last"] / joined["mean_gap_days"],
            amount=joined["amount"],
            **{f"amount_{days}d": joined[f"amount_{days}d"] for days in _WINDOWS},
            mean_purchase=joined["bought"] / joined["purchases"],
            largest_order=joined["largest_order"],
            lines_per_order=joined["lines_per_order"],
            return_share=joined["returned"].fill_null(0.0) / joined["bought"],
            margin_share=joined["margin"] / joined["amount_with_margin"].nullif(0.0),
            purchases_rise=joined["recent_purchases"] - joined["earlier_purchases"],
        )
        .order_by("customer_id")
        .to_pyarrow()
    )


def buyers_after(
    lines: ir.Table | pa.Table, *, cut: Date, window_days: int, until: Date
) -> pa.Array:
    """Give the customers with a purchase in the window after `cut`.

    `until` is the last day up to which all orders are known: a window that ends later would take
    what is missing for silence, and is refused.
    """
    if window_days < 1:
        raise ValueError(f"window_days must be 1 or more, not {window_days!r}")
    end = cut + dt.timedelta(days=window_days)
    if end > until:
        raise ValueError(
            f"window_days ends on {end}, after the last day whose orders are all known ({until}): "
            "whoever buys later would count as not buying"
        )
    found = bought_between(as_table(lines), after=cut, until=end)
    return found.filter(found["purchases"] > 0).to_pyarrow()["customer_id"].combine_chunks()


def history_table(
    lines: ir.Table | pa.Table,
    *,
    cuts: Sequence[Date],
    window_days: int,
    until: Date,
    outcome: Outcome = "no_purchase",
) -> pa.Table:
    """Give what to learn from: the features of each customer at each cut, `cut`, and `outcome`,
    true if the customer bought (`purchase`) or did not (`no_purchase`) in the window after it.

    A customer has a row for every cut by which they had bought: name customer_id as the `group`
    when fitting.
    """
    if not cuts:
        raise ValueError("cuts is empty: name at least one day")
    if outcome not in ("purchase", "no_purchase"):
        raise ValueError(f"outcome must be purchase or no_purchase, not {outcome!r}")
    parts = []
    for cut in sorted(cuts):
        features = history_features(lines, cut=cut)
        bought = buyers_after(lines, cut=cut, window_days=window_days, until=until)
        said = pc.is_in(features["customer_id"], bought)
        said = said if outcome == "purchase" else pc.invert(said)
        days = pa.array([cut] * features.num_rows, pa.date32())
        parts.append(features.append_column("cut", days).append_column("outcome", said))
    return pa.concat_tables(parts)


def _known(lines: ir.Table, cut: Date) -> ir.Table:
    if "recorded_on" in lines.columns:
        recorded = lines["recorded_on"].cast("date")
        lines = lines.filter(recorded.isnull() | (recorded <= ibis.literal(cut)))
    return lines


def _recent(lines: ir.Table, cut: Date) -> ir.Table:
    """Give what `customer_facts` has not: windows that end at the cut, and the sizes of orders."""
    lines = usable_lines(lines, as_of=cut)
    orders = lines.group_by("customer_id", "order_id", "day").aggregate(
        net=lines["amount"].cast("float64").sum(), lines=lines.count()
    )
    orders = orders.mutate(
        days_ago=days_between(orders["day"], ibis.literal(cut)), bought=orders["net"] > 0
    )
    measures: dict[str, ir.Value] = {
        "largest_order": orders["net"].max(),
        "lines_per_order": orders["lines"].cast("float64").mean(where=orders["bought"]),
    }
    for days in _WINDOWS:
        within = orders["days_ago"] < days
        measures[f"purchases_{days}d"] = orders["day"].nunique(where=within & orders["bought"])
        measures[f"amount_{days}d"] = orders["net"].sum(where=within).fill_null(0.0)
    return orders.group_by("customer_id").aggregate(**measures)
