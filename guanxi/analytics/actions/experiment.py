"""From who was assigned to which arm, and the orders, to a lift report.

shares = {"treated": 0.9, "held_out": 0.1}
arms = assign(customers, experiment="win_back", shares=shares)
found = outcomes(assigned, lines, as_of=today, window_days=60)
report = lift_report(found, shares=shares, held_out="held_out", as_of=today)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - `date` names columns elsewhere in this package
from typing import Literal

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from guanxi.analytics.actions.assignment import RatioCheck, checked_shares, ratio_check
from guanxi.analytics.actions.lift import Lift, Outcomes, cuped, lift
from guanxi.analytics.actions.sequential import FEWEST_BUYERS, FEWEST_IN_ARM, Look
from guanxi.analytics.facts import customer_days, usable_lines
from guanxi.analytics.intervals import Sample
from guanxi.analytics.purchases import as_table, days_between
from guanxi.analytics.scoring import Columns, ValueBasis

Problem = Literal["sample_ratio_mismatch", "too_few_customers", "too_few_buyers"]


@dataclass(frozen=True)
class LiftReport:
    """What each treated arm brought against the held out.

    `lifts` has the arms that can be judged; of the others `problems` says why not. That is all of
    them with a `sample_ratio_mismatch`: who is in an arm was then not left to chance, and no figure
    can be trusted. `pending` are customers whose window runs.
    """

    held_out: str
    ratio: RatioCheck
    complete: int
    pending: int
    lifts: dict[str, Lift]
    problems: dict[str, Problem]

    @property
    def is_valid(self) -> bool:
        """Say whether the arms are what chance made them."""
        return not self.ratio.is_mismatch


def outcomes(
    assigned: ir.Table | pa.Table,
    lines: ir.Table | pa.Table,
    *,
    as_of: Date,
    window_days: int,
    before_days: int = 365,
    value: ValueBasis = "revenue",
) -> pa.Table:
    """Say what each assigned customer did in the `window_days` from that day on.

    `assigned` has customer_id, arm and assigned_on, one row a customer; `lines` are those of
    `score_customers`. The window begins with the day of assignment and is the same for all arms,
    acted upon or not. Columns: customer_id, arm, assigned_on; `matures_on`, the window's last day;
    `purchases` (days) and `money` in it, net of returns, as revenue or margin (unknown margins
    count nothing); `before`, the money of the `before_days` before; by customer.
    """
    for name, days in (("window_days", window_days), ("before_days", before_days)):
        if days <= 0:
            raise ValueError(f"{name} must be above 0, not {days!r}")
    who = as_table(assigned).select("customer_id", "arm", "assigned_on").to_pyarrow()
    if pc.count_distinct(who["customer_id"]).as_py() < who.num_rows:
        raise ValueError("assigned names a customer twice: an experiment assigns once")
    if any(who[name].null_count for name in who.column_names):
        raise ValueError("assigned must have no empty customer_id, arm or assigned_on")
    everybody = ibis.memtable(who)
    theirs = usable_lines(as_table(lines), as_of=as_of).semi_join(everybody, "customer_id")
    days = customer_days(theirs, as_of=as_of)
    money = days["amount" if value == "revenue" else "margin"]
    days = days.mutate(money=money, has_bought=days["bought"].notnull())
    days = days.select("customer_id", "day", "money", "has_bought")
    joined = everybody.left_join(days, "customer_id").drop("customer_id_right")
    since = days_between(joined["assigned_on"].cast("date"), joined["day"])
    within, earlier = since.between(0, window_days - 1), since.between(-before_days, -1)
    found = joined.group_by("customer_id", "arm", "assigned_on").aggregate(
        purchases=(joined["has_bought"] & within).sum().fill_null(0),
        money=joined["money"].sum(where=within).fill_null(0.0),
        before=joined["money"].sum(where=earlier).fill_null(0.0),
    )
    last = found["assigned_on"].cast("date") + ibis.interval(days=window_days - 1)
    return (
        found.mutate(matures_on=last.cast("date"))
        .select("customer_id", "arm", "assigned_on", "matures_on", "purchases", "money", "before")
        .order_by("customer_id")
        .to_pyarrow()
    )


def lift_report(
    found: pa.Table,
    *,
    shares: Mapping[str, float],
    held_out: str,
    as_of: Date,
    seed: int = 0,
    level: float = 0.95,
) -> LiftReport:
    """Compare each arm with the held out, over the customers whose window is over by `as_of`.

    `shares` are those by which the customers in `found` were assigned: other shares make another
    experiment. Each arm's intervals stand for themselves: of twenty useless arms one will shine.
    """
    names, _ = checked_shares(shares)
    if held_out not in names:
        raise ValueError(f"shares has no arm {held_out!r} to hold out")
    ratio = ratio_check(found["arm"].to_pylist(), shares)
    complete = _complete(found, as_of)
    lifts: dict[str, Lift] = {}
    problems: dict[str, Problem] = {}
    control = _arm(complete, held_out)
    for name in names:
        if name == held_out:
            continue
        treated = _arm(complete, name)
        problem = "sample_ratio_mismatch" if ratio.is_mismatch else _problem(treated, control)
        if problem:
            problems[name] = problem
        else:
            lifts[name] = lift(treated, control, seed=seed, level=level)
    pending = found.num_rows - complete.num_rows
    return LiftReport(held_out, ratio, complete.num_rows, pending, lifts, problems)


def looks(
    found: pa.Table,
    *,
    arm: str,
    held_out: str,
    days: Sequence[Date],
    measure: Literal["money", "conversion"] = "money",
) -> list[Look]:
    """Say what was known on each of some days of an arm's lift, for `course`.

    Money is adjusted by what was spent before (CUPED). Each look takes in everybody whose window
    is over by that day.
    """
    taken = []
    for day in days:
        complete = _complete(found, day)
        treated, control = _arm(complete, arm), _arm(complete, held_out)
        sizes = len(treated.amount), len(control.amount)
        if min(sizes) < 2:
            taken.append(Look(np.nan, np.nan, *sizes, buyers=0))
            continue
        sides = (
            cuped(treated, control)[0]
            if measure == "money"
            else (treated.converted, control.converted)
        )
        bought = int(treated.converted.sum() + control.converted.sum())
        taken.append(Look.of(*map(Sample.of, sides), bought=bought))
    return taken


def _complete(found: pa.Table, as_of: Date) -> pa.Table:
    return found.filter(pc.less_equal(found["matures_on"], pa.scalar(as_of, pa.date32())))


def _arm(found: pa.Table, name: str) -> Outcomes:
    row = Columns(found.filter(pc.equal(found["arm"], name)))
    return Outcomes(row["money"], (row["purchases"] > 0).astype(float), row["before"])


def _problem(treated: Outcomes, held_out: Outcomes) -> Problem | None:
    """Intervals of means lean on many customers, those of money on some who bought as well."""
    smaller = min(len(treated.amount), len(held_out.amount))
    if smaller < FEWEST_IN_ARM:
        return "too_few_customers"
    share = np.concatenate([treated.converted, held_out.converted]).mean()
    return "too_few_buyers" if share * smaller < FEWEST_BUYERS else None
