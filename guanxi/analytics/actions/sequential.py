"""When to stop: intervals that stay valid however often one looks.

Whoever looks at an ordinary interval every day and stops once it leaves 0 out will find an effect
in most experiments without any. The normal-mixture interval
    d +- sqrt( 2 V (V + t^2) / t^2  (ln(1/a) + ln((V + t^2) / V) / 2) )
of a difference d with variance V covers the truth on all days at once with probability 1 - a: the
mixture sequential probability ratio test turned into an interval (Robbins 1970; Johari, Koomen,
Pekelis, Walsh 2022, Always valid inference: continuous monitoring of A/B tests, Operations Research
70, 1806-1821; Howard, Ramdas, McAuliffe, Sekhon 2021, Annals of Statistics 49, 1055-1080). t, the
spread of effects thought possible, is chosen before the start; a bad choice costs time, never
validity.

d is taken as normal, so nothing is judged before there is something to judge by (`FEWEST_IN_ARM`,
`FEWEST_BUYERS`). V is estimated, and a small arm in which few have bought yet often looks as if its
amounts hardly varied: V is the greater of Welch's and the one that holds if the arms are alike.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Self

import numpy as np

from guanxi.analytics.intervals import Measured, Sample, checked_level

FEWEST_IN_ARM = 100
# In the smaller arm, if its customers bought as often as all.
FEWEST_BUYERS = 10

State = Literal["helps", "harms", "no_matter", "go_on", "too_few"]


class Look(NamedTuple):
    """What was known on one day: the lift so far, the variance of that figure, the sizes of the
    arms, and how many buyers the smaller arm would have if it bought as all did.
    """

    difference: float
    variance: float
    treated: int
    held_out: int
    buyers: float

    @classmethod
    def of(cls, treated: Sample, held_out: Sample, *, bought: int) -> Self:
        """Take it from the two arms' values, and the number of customers in both who bought."""
        n, m = treated.size, held_out.size
        alike = ((n - 1) * treated.variance + (m - 1) * held_out.variance) / (n + m - 2)
        return cls(
            difference=treated.mean - held_out.mean,
            variance=max(treated.squared_error + held_out.squared_error, alike * (1 / n + 1 / m)),
            treated=n,
            held_out=m,
            buyers=bought / (n + m) * min(n, m),
        )

    @property
    def can_be_judged(self) -> bool:
        """Say whether there are customers enough, and anything that varies, to judge by."""
        enough = min(self.treated, self.held_out) >= FEWEST_IN_ARM
        return enough and self.buyers >= FEWEST_BUYERS and self.variance > 0


class Course(NamedTuple):
    """Where an experiment stands after some looks.

    `interval` is the last one, cut to where all before it overlap (they all hold at once). `state`:
    it `helps` or `harms` (0 is outside), makes `no_matter` (all of the interval is closer to 0 than
    the smallest effect that matters), `go_on`, or there are `too_few` customers yet. `decided_at`
    is the first look that settled it.
    """

    state: State
    interval: Measured
    decided_at: int | None
    looks: int


def always_valid(
    difference: float, variance: float, *, spread: float, level: float = 0.95
) -> Measured:
    """Give one day's interval of the sequence; `spread` is t."""
    if not (np.isfinite(spread) and spread > 0):
        raise ValueError(f"spread must be above 0, not {spread!r}")
    if not (np.isfinite(variance) and variance >= 0):
        raise ValueError(f"variance must be 0 or more, not {variance!r}")
    if variance == 0:  # the limit
        return Measured(difference, difference, difference)
    both = variance + spread**2
    evidence = np.log(1 / (1 - checked_level(level))) + np.log(both / variance) / 2
    reach = float(np.sqrt(2 * variance * both / spread**2 * evidence))
    return Measured(difference, difference - reach, difference + reach)


def course(
    looks: Sequence[Look], *, smallest: float, spread: float | None = None, level: float = 0.95
) -> Course:
    """Follow an experiment from look to look, the oldest first, and say whether it is decided.

    `smallest` is the least effect worth acting for, in the unit of the differences; `spread` is it
    too unless said otherwise. Once settled, later looks change nothing: an experiment that was
    stopped stays stopped.
    """
    if not (np.isfinite(smallest) and smallest > 0):
        raise ValueError(f"smallest must be above 0, not {smallest!r}")
    low, high = -np.inf, np.inf
    interval, state = Measured(np.nan, low, high), "too_few"
    for place, look in enumerate(looks):
        if not look.can_be_judged:
            continue
        found = always_valid(look.difference, look.variance, spread=spread or smallest, level=level)
        low, high = max(low, found.low), min(high, found.high)
        if low > high:
            # They cannot all hold: the effect has moved, or chance has. The newest stands alone.
            low, high = found.low, found.high
        interval = Measured(look.difference, low, high)
        state = _state(interval, smallest)
        if state != "go_on":
            return Course(state, interval, place, len(looks))
    return Course("too_few" if state == "too_few" else "go_on", interval, None, len(looks))


def _state(interval: Measured, smallest: float) -> State:
    if interval.low > 0:
        return "helps"
    if interval.high < 0:
        return "harms"
    return "no_matter" if -smallest < interval.low and interval.high < smallest else "go_on"
