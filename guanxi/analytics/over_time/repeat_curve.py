"""The repeat curve: what share of customers has bought again so many days after the first time.

Who has not bought again yet may still do so: such customers count for as long as they were seen,
and no longer. The estimator is that of Kaplan and Meier (1958),

    S(t) = product over t_i <= t of (1 - d_i / n_i)

with d_i events among the n_i still at risk at t_i; its variance Greenwood's (1926), its interval
that of log(-log S), which stays between 0 and 1 (Kalbfleisch and Prentice 1980).
"""

from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - `date` is the name of a column argument here

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from guanxi.analytics.checks import need_columns
from guanxi.analytics.intervals import checked_level
from guanxi.analytics.models.inputs import Floats, at_least_one, vectors
from guanxi.analytics.purchases import days_between, purchase_days

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class SurvivalCurve:
    """What Kaplan and Meier say at each `time` at which something happened.

    `survival` is the share to whom it has not happened by then, with its `standard_error` and
    interval; `low` and `high` are NaN once everybody at risk has gone. `watched_to` is the longest
    time that anybody was seen; nothing is known beyond.
    """

    time: Floats
    at_risk: Counts
    events: Counts
    survival: Floats
    standard_error: Floats
    low: Floats
    high: Floats
    watched_to: float


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
    days = purchase_days(table, customer=customer, date=date, amount=None, as_of=as_of)
    need_columns(days, "table", (customer,))
    first, again = days["first_day"], days["day"].min(where=days["day"] > days["first_day"])
    found = days.group_by(customer).aggregate(first=first.min(), again=again)
    waited = days_between(found["first"], found["again"].coalesce(ibis.literal(as_of)))
    # Few distinct waits: the engine counts them, whatever the number of customers.
    found = found.select(waited=waited, repeated=found["again"].notnull())
    counted = found.group_by("waited", "repeated").aggregate(customers=found.count()).to_pyarrow()
    waits, repeated, customers = (column.to_numpy() for column in counted.columns)
    curve = kaplan_meier(waits, repeated, weights=customers, level=level)
    return RepeatCurve(
        days=curve.time,
        share=1 - curve.survival,
        low=1 - curve.high,
        high=1 - curve.low,
        at_risk=curve.at_risk,
        customers=int(customers.sum()),
        repeaters=int(customers[repeated.astype(bool)].sum()),
        watched_days=curve.watched_to,
    )


def kaplan_meier(
    durations: ArrayLike,
    observed: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> SurvivalCurve:
    """Estimate how long it takes until something happens, some not having been seen until then.

    `durations` until it happened or until last seen; `observed` is 1 where it happened, else 0;
    a row of weight 3 counts as three rows. Who was last seen at a time was at risk then.
    """
    times, seen = vectors(durations=durations, observed=observed)
    at_least_one("durations", times)
    if not np.isin(seen, (0, 1)).all():
        raise ValueError("observed must hold 0 and 1 only")
    (count,) = vectors(weights=np.ones(len(times)) if weights is None else weights)
    if len(count) != len(times):
        raise ValueError(f"weights has {len(count)} values where durations have {len(times)}")
    every, place = np.unique(times, return_inverse=True)
    events = np.bincount(place, seen * count, len(every))
    gone = np.bincount(place, count, len(every))
    at_risk = gone[::-1].cumsum()[::-1]
    kept = events > 0
    d, n = events[kept], at_risk[kept]
    survival = np.cumprod(1 - d / n)
    last = d == n
    greenwood = np.cumsum(d / (n * np.where(last, 1, n - d)))
    error = survival * np.sqrt(greenwood)
    inside = survival > 0
    log = np.log(np.where(inside, survival, 0.5))
    reach = ndtri((1 + checked_level(level)) / 2) * np.sqrt(greenwood) / log
    low, high = (np.exp(log * np.exp(sign * reach)) for sign in (-1, 1))
    return SurvivalCurve(
        time=every[kept],
        at_risk=n.astype(np.int64),
        events=d.astype(np.int64),
        survival=survival,
        standard_error=error,
        low=np.where(inside, low, np.nan),
        high=np.where(inside, high, np.nan),
        watched_to=float(every[-1]),
    )
