"""How long do contracts last, and will one that has lasted so long be renewed?

Who is still a customer when the data end has a duration that is not over: it counts as at risk up
to then, and not as kept for ever.

Kaplan, E. L., Meier, P. (1958): Nonparametric estimation from incomplete observations. Journal of
the American Statistical Association 53, 457-481. Intervals on the scale of log(-log S), by which
they stay between 0 and 1: Kalbfleisch, J. D., Prentice, R. L. (2002), 1.4.1.
Tables of events by lifelines (Davidson-Pilon 2019).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike

from guanxi.analytics.intervals import normal_quantile
from guanxi.analytics.models.inputs import Floats, at_least_one, case_weights, vectors
from guanxi.analytics.propensity.inputs import outcomes


class Renewal(NamedTuple):
    """The chance to last, with its interval; NaN where nobody was watched for so long."""

    probability: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class SurvivalCurve:
    """`table` has a row for each distinct `time`: how many were `at_risk` just before, how many
    were `lost` then and how many seen for the last time (`censored`), and the share that lasts
    longer, `survival`, from `low` to `high`.
    """

    table: pa.Table
    level: float

    @property
    def median(self) -> float:
        """The first time by which half are lost; infinite if that was not seen."""
        gone = self._column("survival") <= 0.5
        return float(self._column("time")[gone.argmax()]) if gone.any() else np.inf

    def survival(self, at: ArrayLike) -> Floats:
        """Give the share that lasts longer than `at`."""
        return self.probability_renew(until=at).probability

    def probability_renew(self, *, until: ArrayLike, given: ArrayLike = 0.0) -> Renewal:
        """Give S(until) / S(given): the chance that what has lasted for `given` lasts longer than
        `until`, with Greenwood's variance over the losses in between.

        Where none was lost in between the low end is that of n trials without a failure, a ** (1/n)
        with a half the error allowed; where all were, the chance is 0 and so are both ends.
        """
        ends, starts = from_to(until, given)
        time, at_risk, lost = (self._column(name) for name in ("time", "at_risk", "lost"))
        kept = 1 - lost / at_risk
        with np.errstate(divide="ignore"):
            logs = np.concatenate([[0.0], np.cumsum(np.log(np.where(kept > 0, kept, 1.0)))])
            left = at_risk * (at_risk - lost)
            spread = np.where(left > 0, lost / np.where(left > 0, left, 1), 0.0)
        gone = np.concatenate([[0.0], np.cumsum(kept <= 0)])
        variances = np.concatenate([[0.0], np.cumsum(spread)])
        first, last = (np.searchsorted(time, when, side="right") for when in (starts, ends))
        chance = np.exp(logs[last] - logs[first])
        chance[gone[last] > gone[first]] = 0.0
        low, high = _on_log_log(chance, variances[last] - variances[first], self.level)
        # What nobody was lost from: as many trials as were watched to the end.
        watched = at_risk[np.minimum(last, len(time) - 1)]
        whole = (chance == 1) & (ends > starts)
        low = np.where(whole, ((1 - self.level) / 2) ** (1 / watched), low)
        known = (ends <= time[-1]) | (gone[-1] > 0)
        known &= (starts < time[-1]) & (gone[first] == 0)
        return Renewal(*(np.where(known, column, np.nan) for column in (chance, low, high)))

    def _column(self, name: str) -> Floats:
        column: Floats = self.table[name].to_numpy().astype(np.float64)
        return column


def kaplan_meier(
    durations: ArrayLike,
    lost: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    since: ArrayLike | None = None,
    level: float = 0.95,
) -> SurvivalCurve:
    """Estimate how long customers last.

    `durations` is how long each has been one, `lost` whether that is over (1) or goes on (0).
    `weights` says how many customers a row stands for. `since` is how long each had been one
    when first watched (left truncation): who left before that was never seen.
    """
    lasted, over = vectors(durations=durations, lost=outcomes("lost", lost).astype(np.float64))
    at_least_one("durations", lasted)
    weight = case_weights(weights, rows=len(lasted))
    entry = None
    if since is not None:
        lasted, entry = vectors(durations=lasted, since=since)
        if (entry >= lasted).any():
            place = int(np.argmax(entry >= lasted))
            raise ValueError(f"since is not before the end of durations, first in row {place}")
    from lifelines import KaplanMeierFitter

    fitter = KaplanMeierFitter().fit(lasted, over, weights=weight, entry=entry)
    events = fitter.event_table[fitter.event_table["removed"] > 0]
    time, at_risk, gone, censored, entered = (
        column.to_numpy(dtype=np.float64)
        for column in (
            events.index,
            *(events[name] for name in ("at_risk", "observed", "censored", "entrance")),
        )
    )
    # Who is first watched at the very time of a loss could not have been lost then.
    at_risk = at_risk - np.where(time > 0, entered, 0.0)
    table = pa.table({"time": time, "at_risk": at_risk, "lost": gone, "censored": censored})
    curve = SurvivalCurve(table, level)
    found = curve.probability_renew(until=table["time"].to_numpy())
    for name, values in zip(("survival", "low", "high"), found, strict=True):
        table = table.append_column(name, pa.array(values, from_pandas=True))
    return SurvivalCurve(table, level)


def _on_log_log(chance: Floats, variance: Floats, level: float) -> tuple[Floats, Floats]:
    inside = (chance > 0) & (chance < 1)
    safe = np.where(inside, chance, 0.5)
    reach = normal_quantile(level) * np.sqrt(variance) / np.abs(np.log(safe))
    low = np.where(inside, safe ** np.exp(reach), chance)
    high = np.where(inside, safe ** np.exp(-reach), chance)
    return low, high


def from_to(until: ArrayLike, given: ArrayLike) -> tuple[Floats, Floats]:
    """Read the ends and the starts of spans of time, equally many of both."""
    ends, starts = np.broadcast_arrays(
        np.atleast_1d(np.asarray(until, np.float64)), np.asarray(given, np.float64)
    )
    ends, starts = vectors(until=ends, given=starts)
    if (starts > ends).any():
        raise ValueError(f"given is later than until, first in row {int(np.argmax(starts > ends))}")
    return ends, starts
