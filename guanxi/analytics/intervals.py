"""Intervals around shares, means and differences: exact where there is an exact one.

Bootstrap intervals are Efron's BCa (1987, Better bootstrap confidence intervals, JASA 82, 171-185):
second-order correct for skewed values, which amounts of money are. The acceleration of a mean is
known in closed form, so nothing is left out one by one.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, gammaincinv, ndtr, ndtri, stdtrit

from guanxi.analytics.models.inputs import Floats

_RESAMPLES = 2_000
_RESAMPLES_AT_ONCE = 100
# More values than this are first added up in so many random groups: the mean of a resample of
# groups scatters as that of a resample of values does, at a cost that no longer grows.
_MOST_GROUPS = 4_000


class Measured(NamedTuple):
    """A figure, and the ends of the interval that covers the truth at the level asked for."""

    value: float
    low: float
    high: float


class Sample(NamedTuple):
    """All that a t interval needs to know of some values."""

    size: int
    mean: float
    variance: float

    @property
    def squared_error(self) -> float:
        """Give the variance of the mean."""
        return self.variance / self.size

    @classmethod
    def of(cls, values: Floats) -> "Sample":
        """Take it from two values or more."""
        if len(values) < 2:
            raise ValueError(f"values must be two or more, not {len(values)}")
        return cls(len(values), float(values.mean()), float(values.var(ddof=1)))


def checked_level(level: float) -> float:
    """Read how often an interval is to cover the truth."""
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level!r}")
    return level


def normal_quantile(level: float) -> float:
    """Give how many standard errors a two-sided interval of a normal figure reaches to a side."""
    return float(ndtri((1 + checked_level(level)) / 2))


def exact_share(
    successes: ArrayLike, trials: ArrayLike, *, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Give the ends of the exact binomial interval (Clopper and Pearson 1934), 0 to 1 for no trial.

    The ends are those shares under which so many or more, so few or less, have half of what the
    level leaves: Beta quantiles. It never covers less often than it says.
    """
    k, n = np.asarray(successes, float), np.asarray(trials, float)
    tail = (1 - checked_level(level)) / 2
    if not ((k >= 0) & (k <= n)).all():
        raise ValueError("successes must be between 0 and trials")
    # Where an end is 0 or 1 by definition, the parameters are moved to where they are legal.
    low = np.where(k > 0, betaincinv(np.maximum(k, 1), n - k + 1, tail), 0.0)
    high = np.where(k < n, betaincinv(k + 1, np.maximum(n - k, 1), 1 - tail), 1.0)
    return low, high


def wilson_share(
    successes: ArrayLike, trials: ArrayLike, *, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Give the ends of Wilson's interval (1927), 0 to 1 for no trial.

    (p + z^2/2n -+ z sqrt(p(1 - p)/n + z^2/4n^2)) / (1 + z^2/n). Closer than the exact one, and it
    covers as often as it says on average rather than at least.
    """
    k, n = np.asarray(successes, float), np.asarray(trials, float)
    z2 = ndtri((1 + checked_level(level)) / 2) ** 2
    if not ((k >= 0) & (k <= n)).all():
        raise ValueError("successes must be between 0 and trials")
    share = k / np.maximum(n, 1)
    centre = (k + z2 / 2) / (n + z2)
    reach = np.sqrt(z2 * (n * share * (1 - share) + z2 / 4)) / (n + z2)
    # At the ends the root cancels exactly, whatever rounding says.
    low = np.where(k > 0, centre - reach, 0.0)
    return low, np.where(k < n, centre + reach, 1.0)


def mean_of_sums(
    total: ArrayLike, squares: ArrayLike, count: ArrayLike, *, level: float = 0.95
) -> tuple[Floats, Floats, Floats]:
    """Give mean and ends of Student's interval from sums of values and of their squares.

    NaN for the mean of none and the interval of fewer than two.
    """
    n, sums = np.asarray(count, float), np.asarray(total, float)
    some, more = np.where(n > 0, n, np.nan), np.where(n > 1, n - 1, np.nan)
    mean = sums / some
    # Rounding may leave less than nothing of what equal values differ by.
    variance = np.maximum(np.asarray(squares, float) - sums * mean, 0) / more
    reach = stdtrit(more, (1 + checked_level(level)) / 2) * np.sqrt(variance / some)
    return mean, mean - reach, mean + reach


def least_rate(events: ArrayLike, exposure: ArrayLike, *, level: float = 0.95) -> Floats:
    """Give the lower bound of a Poisson rate (Garwood 1936), one-sided; NaN without exposure.

    The rate under which so many events or more have the chance that the level leaves:
    chi2(1 - level; 2 events) / (2 exposure), and 0 where nothing happened.
    """
    k, time = np.asarray(events, float), np.asarray(exposure, float)
    bound = gammaincinv(np.maximum(k, 1), 1 - checked_level(level))
    return np.where(k > 0, bound, 0.0) / np.where(time > 0, time, np.nan)


def difference_of_shares(
    one: tuple[int, int], other: tuple[int, int], *, level: float = 0.95
) -> Measured:
    """Compare two shares, each (successes, trials): one less the other.

    Newcombe (1998), Interval estimation for the difference between independent proportions,
    Statistics in Medicine 17, 873-890, method 10: made of the Wilson intervals of both, so that it
    holds for small numbers and stays between -1 and 1.
    """
    (p1, low1, high1), (p2, low2, high2) = (_wilson(*pair, level) for pair in (one, other))
    below = np.hypot(p1 - low1, high2 - p2)
    above = np.hypot(high1 - p1, p2 - low2)
    return Measured(p1 - p2, float(p1 - p2 - below), float(p1 - p2 + above))


def difference_of_means(one: Sample, other: Sample, *, level: float = 0.95) -> Measured:
    """Compare two means by Welch's t (1947), whose variances may differ."""
    difference = one.mean - other.mean
    squared = one.squared_error + other.squared_error
    if squared == 0:
        return Measured(difference, difference, difference)
    freedom = squared**2 / sum(
        sample.squared_error**2 / (sample.size - 1) for sample in (one, other)
    )
    reach = float(stdtrit(freedom, (1 + checked_level(level)) / 2) * np.sqrt(squared))
    return Measured(difference, difference - reach, difference + reach)


def bootstrap_mean(values: Floats, *, seed: int, level: float = 0.95) -> Measured:
    """Give the mean of some values with its BCa interval."""
    centred = Sample.of(values)
    random = np.random.default_rng(seed)
    influence = (values - centred.mean) / len(values)
    return _bca(centred.mean, _resampled_means(values, random), influence, level)


def bootstrap_difference(one: Floats, other: Floats, *, seed: int, level: float = 0.95) -> Measured:
    """Give the difference of two independent means with its BCa interval."""
    first, second = Sample.of(one), Sample.of(other)
    random = np.random.default_rng(seed)
    resampled = _resampled_means(one, random) - _resampled_means(other, random)
    influence = np.concatenate(
        [(one - first.mean) / first.size, (second.mean - other) / second.size]
    )
    return _bca(first.mean - second.mean, resampled, influence, level)


def _wilson(successes: int, trials: int, level: float) -> tuple[float, float, float]:
    if not 0 <= successes <= trials or trials == 0:
        raise ValueError(f"a share of {successes} in {trials} is none")
    low, high = wilson_share(successes, trials, level=level)
    return successes / trials, float(low), float(high)


def _resampled_means(values: Floats, random: np.random.Generator) -> Floats:
    group = np.arange(len(values))
    if len(values) > _MOST_GROUPS:
        group = random.permutation(len(values)) % _MOST_GROUPS
    sums, sizes = (np.bincount(group, each) for each in (values, np.ones(len(values))))
    means = []
    for _ in range(_RESAMPLES // _RESAMPLES_AT_ONCE):
        drawn = random.integers(0, len(sums), (_RESAMPLES_AT_ONCE, len(sums)))
        means.append(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1))
    return np.concatenate(means)


def _bca(value: float, resampled: Floats, influence: Floats, level: float) -> Measured:
    """Read off the quantiles that bias z0 and acceleration a point to:
    Phi(z0 + (z0 + z) / (1 - a (z0 + z))), a = sum l^3 / (6 (sum l^2)^1.5), l the influences.
    """
    spread = float((influence**2).sum())
    if spread == 0:
        return Measured(value, value, value)
    acceleration = float((influence**3).sum()) / (6 * spread**1.5)
    below = ((resampled < value).mean() + (resampled <= value).mean()) / 2
    half = 0.5 / len(resampled)
    bias = ndtri(np.clip(below, half, 1 - half))
    tails = bias + ndtri(np.array([1 - checked_level(level), 1 + level]) / 2)
    low, high = np.quantile(resampled, ndtr(bias + tails / (1 - acceleration * tails)))
    return Measured(value, float(low), float(high))
