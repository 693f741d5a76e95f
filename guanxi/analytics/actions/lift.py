"""Did acting help? Treated less held out, in conversion and in money, with intervals.

Everybody assigned counts to the arm they were assigned to, acted upon or not (intention to treat):
whom colleagues reached is no accident, and only the assignment was random.
"""

from typing import NamedTuple

import numpy as np

from guanxi.analytics.intervals import (
    Measured,
    Sample,
    bootstrap_difference,
    difference_of_means,
    difference_of_shares,
)
from guanxi.analytics.models.inputs import Floats


class Outcomes(NamedTuple):
    """One arm's customers: the net `amount` in the outcome window, whether they `converted` (1 or
    0), and the amount in the time `before` they were assigned.
    """

    amount: Floats
    converted: Floats
    before: Floats


class Lift(NamedTuple):
    """What being treated brought, per customer.

    `conversion` as a difference of shares (Newcombe 1998); `money` by Welch's t; `money_skewed` by
    the BCa bootstrap, to be trusted where the two disagree; `money_adjusted` by Welch's t after
    taking out what the time before explains (CUPED), with `variance_saved` the share of the
    variance that this takes away. `in_all` is the adjusted lift times the treated: money brought.
    """

    treated: int
    held_out: int
    conversion: Measured
    money: Measured
    money_skewed: Measured
    money_adjusted: Measured
    variance_saved: float
    in_all: Measured


def lift(treated: Outcomes, held_out: Outcomes, *, seed: int = 0, level: float = 0.95) -> Lift:
    """Compare two arms of two customers or more each."""
    shares = ((int(arm.converted.sum()), len(arm.converted)) for arm in (treated, held_out))
    adjusted, saved = cuped(treated, held_out)
    money_adjusted = difference_of_means(*map(Sample.of, adjusted), level=level)
    size = len(treated.amount)
    return Lift(
        treated=size,
        held_out=len(held_out.amount),
        conversion=difference_of_shares(*shares, level=level),
        money=difference_of_means(
            Sample.of(treated.amount), Sample.of(held_out.amount), level=level
        ),
        money_skewed=bootstrap_difference(treated.amount, held_out.amount, seed=seed, level=level),
        money_adjusted=money_adjusted,
        variance_saved=saved,
        in_all=Measured(*(size * figure for figure in money_adjusted)),
    )


def cuped(treated: Outcomes, held_out: Outcomes) -> tuple[tuple[Floats, Floats], float]:
    """Take out of each amount what the customer's own past explains:
        y - theta (x - mean x), theta = cov(y, x) / var(x)
    with the covariance within the arms and the mean over both. The difference of means stays
    unbiased, as assignment knew nothing of x; its variance shrinks by the squared correlation.
    Deng, Xu, Kohavi, Walker (2013): Improving the sensitivity of online controlled experiments by
    utilizing pre-experiment data. WSDM, 123-132. Also gives the share of variance taken away.
    """
    arms = (treated, held_out)
    spread = sum(((arm.before - arm.before.mean()) ** 2).sum() for arm in arms)
    if spread == 0:
        return (treated.amount, held_out.amount), 0.0
    together = sum(((arm.before - arm.before.mean()) * arm.amount).sum() for arm in arms)
    theta = together / spread
    middle = np.concatenate([arm.before for arm in arms]).mean()
    one, other = (arm.amount - theta * (arm.before - middle) for arm in arms)
    left = Sample.of(one).squared_error + Sample.of(other).squared_error
    whole = Sample.of(treated.amount).squared_error + Sample.of(held_out.amount).squared_error
    return (one, other), float(1 - left / whole) if whole else 0.0
