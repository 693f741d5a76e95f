"""The repeat curve: what share of customers has bought again so many days after the first time.

Who has not bought again yet may still do so: such customers count for as long as they were seen,
and no longer (Kaplan and Meier 1958; see `guanxi.analytics.survival`).
"""

from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - `date` is the name of a column argument here

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from guanxi.analytics.checks import need_columns
from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.purchases import as_table, days_between, purchase_days
from guanxi.analytics.survival import kaplan_meier

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class RepeatCurve:
    """The share of customers who bought again within so many `days`, with its interval.

    `customers` were counted, `repeaters` of them have bought again. The curve is flat between the
    days it names, and known up to `watched_days`.
    """

    days: Floats
    share: Floats
    low: Floats
    high: Floats
    at_risk: Counts
    customers: int
    repeaters: int
    watched_days: float

    def share_within(self, days: float) -> float | None:
        """Give the share who bought again within so many days; None beyond what was seen."""
        if not days >= 0:
            raise ValueError(f"days must be 0 or more, not {days!r}")
        if days > self.watched_days:
            return None
        place = int(np.searchsorted(self.days, days, side="right")) - 1
        return float(self.share[place]) if place >= 0 else 0.0

    def days_until(self, share: float) -> float | None:
        """Give the days within which that share has bought again; None if not reached yet."""
        if not 0 < share <= 1:
            raise ValueError(f"share must be above 0 and at most 1, not {share!r}")
        place = int(np.searchsorted(self.share, share - 1e-12))
        return float(self.days[place]) if place < len(self.days) else None


def repeat_curve(
    table: ir.Table | pa.Table, *, customer: str, date: str, as_of: Date, level: float = 0.95
) -> RepeatCurve:
    """Draw the curve from purchases (returns left out) up to and including `as_of`.

    Several purchases on one day count as one. Raises ValueError if there is none.
    """
    need_columns(as_table(table), "table", (customer, date))
    days = purchase_days(table, customer=customer, date=date, amount=None, as_of=as_of)
    first, again = days["first_day"], days["day"].min(where=days["day"] > days["first_day"])
    found = days.group_by(customer).aggregate(first=first.min(), again=again)
    waited = days_between(found["first"], found["again"].coalesce(ibis.literal(as_of)))
    # Few distinct waits: the engine counts them, whatever the number of customers.
    found = found.select(waited=waited, repeated=found["again"].notnull())
    counted = found.group_by("waited", "repeated").aggregate(customers=found.count()).to_pyarrow()
    waits, repeated, customers = (column.to_numpy() for column in counted.columns)
    curve = kaplan_meier(waits, repeated, weights=customers, level=level).table
    steps = curve.filter(pc.greater(curve["lost"], 0))
    time, at_risk, left, low, high = (
        steps[name].to_numpy() for name in ("time", "at_risk", "survival", "low", "high")
    )
    return RepeatCurve(
        days=time,
        share=1 - left,
        low=1 - high,
        high=1 - low,
        at_risk=at_risk.astype(np.int64),
        customers=int(customers.sum()),
        repeaters=int(customers[repeated.astype(bool)].sum()),
        watched_days=float(waits.max()),
    )
