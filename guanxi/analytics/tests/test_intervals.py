"""Intervals against published tables, exact enumeration and other people's code."""

import numpy as np
import pytest
from scipy import stats

from guanxi.analytics.intervals import (
    Sample,
    bootstrap_difference,
    bootstrap_mean,
    difference_of_means,
    difference_of_shares,
    exact_share,
    least_rate,
    mean_of_sums,
    wilson_share,
)

SKEWED = np.random.default_rng(1).lognormal(0, 1, 60)
OTHER = np.random.default_rng(2).lognormal(0.3, 1, 45)


def test_exact_interval_as_in_the_tables() -> None:
    low, high = exact_share([5, 0, 10, 0], [20, 10, 10, 0])
    assert low == pytest.approx([0.0866, 0, 0.6915, 0], abs=5e-5)
    assert high == pytest.approx([0.4910, 0.3085, 1, 1], abs=5e-5)


def test_wilson_interval_as_published() -> None:
    # Newcombe (1998), Two-sided confidence intervals for the single proportion, table I, method 3
    low, high = wilson_share([81, 15, 0, 1, 0], [263, 148, 20, 29, 0])
    assert low == pytest.approx([0.2553, 0.0624, 0, 0.0061, 0], abs=5e-5)
    assert high == pytest.approx([0.3662, 0.1605, 0.1611, 0.1718, 1], abs=5e-5)


def test_mean_of_sums_is_that_of_the_values() -> None:
    mean, low, high = mean_of_sums(SKEWED.sum(), (SKEWED**2).sum(), len(SKEWED))
    ends = stats.t.interval(0.95, len(SKEWED) - 1, SKEWED.mean(), stats.sem(SKEWED))
    assert (mean, low, high) == pytest.approx((SKEWED.mean(), *ends))
    few = mean_of_sums([0, 5], [0, 25], [0, 1])
    assert np.isnan(few).tolist() == [[True, False], [True, True], [True, True]]


def test_least_rate_has_the_chance_that_is_left() -> None:
    rate = least_rate([0, 7, 3], [5, 10, 0], level=0.9)
    assert rate[0] == 0
    assert stats.poisson.sf(6, rate[1] * 10) == pytest.approx(0.1)
    assert np.isnan(rate[2])


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_exact_interval_never_covers_too_rarely(level: float) -> None:
    counts = np.arange(26)
    low, high = exact_share(counts, 25, level=level)
    for share in np.linspace(0.01, 0.99, 50):
        covers = (low <= share) & (share <= high)
        assert stats.binom.pmf(counts[covers], 25, share).sum() >= level


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [  # Newcombe (1998), table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_difference_of_shares_as_published(
    one: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    found = difference_of_shares(one, other)
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)
    assert difference_of_shares(other, one).low == pytest.approx(-found.high)


def test_difference_of_means_is_welchs() -> None:
    known = stats.ttest_ind(SKEWED, OTHER, equal_var=False).confidence_interval(0.9)
    found = difference_of_means(Sample.of(SKEWED), Sample.of(OTHER), level=0.9)
    assert found == pytest.approx((SKEWED.mean() - OTHER.mean(), known.low, known.high))


def test_bootstrap_agrees_with_scipys() -> None:
    random = np.random.default_rng(3)
    for found, samples, statistic in (
        (bootstrap_mean(SKEWED, seed=4), (SKEWED,), np.mean),
        (
            bootstrap_difference(SKEWED, OTHER, seed=4),
            (SKEWED, OTHER),
            lambda one, other, axis: one.mean(axis=axis) - other.mean(axis=axis),
        ),
    ):
        known = stats.bootstrap(samples, statistic, n_resamples=9999, method="BCa", rng=random)
        width = known.confidence_interval.high - known.confidence_interval.low
        assert found.low == pytest.approx(known.confidence_interval.low, abs=0.05 * width)
        assert found.high == pytest.approx(known.confidence_interval.high, abs=0.05 * width)
    assert bootstrap_mean(SKEWED, seed=4) == bootstrap_mean(SKEWED, seed=4)
    # Skewed to the right: further up than down, which a t interval cannot say.
    mean = bootstrap_mean(SKEWED, seed=4)
    assert mean.high - mean.value > 1.1 * (mean.value - mean.low)


def test_many_values_are_grouped_without_harm() -> None:
    many = np.random.default_rng(5).exponential(size=50_001)
    found, error = bootstrap_mean(many, seed=6), many.std() / np.sqrt(len(many))
    assert found.value == many.mean()
    assert (found.high - found.low) / (2 * 1.96 * error) == pytest.approx(1, abs=0.08)


def test_equal_values_leave_nothing_open() -> None:
    fives = np.full(9, 5.0)
    assert bootstrap_mean(fives, seed=1) == (5, 5, 5)
    assert difference_of_means(Sample.of(fives), Sample.of(fives)) == (0, 0, 0)


def test_what_is_no_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="values must be two or more, not 1"):
        bootstrap_mean(np.ones(1), seed=1)
    with pytest.raises(ValueError, match="level must be between 0 and 1"):
        exact_share(1, 2, level=95)
    with pytest.raises(ValueError, match="successes must be between"):
        exact_share(3, 2)
    with pytest.raises(ValueError, match="a share of 0 in 0 is none"):
        difference_of_shares((0, 0), (1, 2))
