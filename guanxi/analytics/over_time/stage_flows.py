"""How customers move between lifecycle stages: flows for a picture, shares and stays for a plan.

From flows come the shares of a first-order Markov chain: of the customers in stage i, the share
p_ij that is in stage j a period later. If only the present stage matters, a stay in stage i lasts
1 / (1 - p_ii) periods in the mean (Pfeifer and Carraway 2000, Modeling customer relationships as
Markov chains). Hysteresis makes stays a little longer than that.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from guanxi.analytics.checks import (
    need_columns,
    refuse_missing,
    refuse_twice,
    refuse_unknown,
)
from guanxi.analytics.intervals import wilson_share
from guanxi.analytics.lifecycle import STAGES
from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.purchases import as_table

Counts = NDArray[np.int64]


def stage_flows_between(
    before: ir.Table | pa.Table,
    after: ir.Table | pa.Table,
    *,
    customer: str = "customer_id",
    stage: str = "stage",
) -> pa.Table:
    """Count who went from which stage to which: from_stage, to_stage, customers.

    from_stage is null for those who were not there before, to_stage for those who are no longer.
    """
    ends = []
    for argument, table in (("before", as_table(before)), ("after", as_table(after))):
        _check(table, argument, (customer, stage))
        refuse_twice(table, argument, customer)
        ends.append(table.select(customer=table[customer], stage=table[stage]))
    joined = ends[0].outer_join(ends[1], "customer", lname="{name}_0", rname="{name}_1")
    return _counted(joined, from_stage="stage_0", to_stage="stage_1").to_pyarrow()


def stage_flows(
    history: ir.Table | pa.Table,
    *,
    customer: str = "customer_id",
    month: str = "month",
    stage: str = "stage",
) -> pa.Table:
    """Count who went from which stage to which by month: month, from_stage, to_stage, customers.

    `history` has a row a customer and month (any day of it). A flow's `month` is the one it ends
    in. from_stage is null for whom the month before does not know, to_stage (in the month after
    the last one known) for whom no longer; the first month of all has no flows.
    """
    table = as_table(history)
    _check(table, "history", (customer, month, stage))
    day = table[month].cast("date")
    table = table.select(
        customer=table[customer],
        month=(day.year() * 12 + day.month() - 1).cast("int64"),
        stage=table[stage],
    )
    rows = table.group_by("customer", "month").aggregate(rows=table.count())
    twice = int((rows["rows"] > 1).sum().fill_null(0).to_pyarrow().as_py())
    if twice:
        raise ValueError(f"history has {twice} customer(s) twice in one month")
    ends = table.aggregate(first=table["month"].min(), last=table["month"].max()).to_pyarrow()
    first, last = (column[0].as_py() for column in ends.columns)
    by_customer = ibis.window(group_by="customer", order_by="month")
    steps = table.mutate(
        was_in=table["month"].lag().over(by_customer),
        was=table["stage"].lag().over(by_customer),
        next_in=table["month"].lead().over(by_customer),
    )
    known = steps["was_in"] == steps["month"] - 1
    came = steps.filter(steps["month"] > ibis.literal(first, "int64")).select(
        "month", to_stage="stage", from_stage=known.ifelse(steps["was"], ibis.null("string"))
    )
    stays = (steps["next_in"] == steps["month"] + 1).fill_null(False)
    gone = steps.filter((steps["month"] < ibis.literal(last, "int64")) & ~stays).select(
        month=steps["month"] + 1, to_stage=ibis.null("string"), from_stage=steps["stage"]
    )
    flows = came.union(gone.select(came.columns), distinct=False)
    counted = _counted(flows, month="month", from_stage="from_stage", to_stage="to_stage")
    found = counted.to_pyarrow()
    months = np.asarray(found["month"].to_numpy(), np.int64) - 1970 * 12
    days = pa.array(months.astype("datetime64[M]").astype("datetime64[D]"))
    return found.set_column(0, "month", days)


@dataclass(frozen=True)
class TransitionMatrix:
    """Moves from each stage (row) to each (column) in one period, over all periods counted.

    `share` with Wilson's `low` and `high` is NaN where nobody started. `stay` is the expected
    stay in periods, with its ends by those of the share that stays: NaN where nobody has left, as
    then only `stay_low` is known. `came` and `went` count, by stage, those whom the period before
    or after does not know; they are in no share.
    """

    stages: tuple[str, ...]
    customers: Counts
    share: Floats
    low: Floats
    high: Floats
    stay: Floats
    stay_low: Floats
    stay_high: Floats
    came: Counts
    went: Counts


def transition_matrix(
    flows: pa.Table, *, stages: Sequence[str] = STAGES, level: float = 0.95
) -> TransitionMatrix:
    """Add up flows, of one period or of many, to counts, shares and expected stays.

    Months of one customer are not independent; the intervals take them as if they were.
    """
    place = {name: n for n, name in enumerate(stages)}
    counts = np.zeros((len(stages) + 1, len(stages) + 1), np.int64)
    for row in flows.select(["from_stage", "to_stage", "customers"]).to_pylist():
        ends = []
        for name in (row["from_stage"], row["to_stage"]):
            if name is not None and name not in place:
                raise ValueError(f"flows has the stage {name!r}, which is not among {stages}")
            ends.append(len(stages) if name is None else place[name])
        counts[ends[0], ends[1]] += row["customers"]
    inside = counts[:-1, :-1]
    started = inside.sum(axis=1)
    nobody = (started == 0)[:, None]
    low, high = wilson_share(inside, started[:, None], level=level)
    share = inside / np.where(nobody, 1, started[:, None])
    share, low, high = (np.where(nobody, np.nan, part) for part in (share, low, high))
    stay, stay_low, stay_high = (_stay(np.diag(part)) for part in (share, low, high))
    return TransitionMatrix(
        stages=tuple(stages),
        customers=inside,
        share=share,
        low=low,
        high=high,
        stay=stay,
        stay_low=stay_low,
        stay_high=stay_high,
        came=counts[-1, :-1],
        went=counts[:-1, -1],
    )


def _stay(stays: Floats) -> Floats:
    return 1 / np.where(stays < 1, 1 - stays, np.nan)


def _check(table: ir.Table, argument: str, names: tuple[str, ...]) -> None:
    need_columns(table, argument, names)
    for name in names:
        refuse_missing(table, argument, name)
    refuse_unknown(table, argument, names[-1], STAGES)


def _counted(table: ir.Table, **names: str) -> ir.Table:
    table = table.select(**names)
    flows = table.group_by(*names).aggregate(customers=table.count())
    return flows.order_by(*names)
