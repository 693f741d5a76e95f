"""Calibration, naive rules, verdicts: by hand or against a simulation."""

import numpy as np
import pytest

from guanxi.analytics.intervals import Measured
from guanxi.analytics.trust import Comparison, calibration, compare, verdict_of
from guanxi.analytics.trust.forecasts import Past, naive_forecasts
from guanxi.analytics.trust.measures import log_likelihood


def test_calibration_counts_and_judges() -> None:
    chance = np.r_[np.full(100, 0.05), np.full(100, 0.55), [1.0]]
    happened = np.r_[np.ones(5), np.zeros(95), np.ones(20), np.zeros(80), [1]]
    low, middle, top = calibration(chance, happened)
    assert (low.lower, low.upper, low.customers, low.happened) == (0.0, 0.1, 100, 5)
    assert low.holds
    assert top.holds
    assert (middle.share, middle.holds) == (0.2, False)
    assert middle.low < 0.2 < middle.high < 0.55
    assert middle.mean_chance == pytest.approx(0.55)


def test_chances_that_are_true_are_called_so() -> None:
    random = np.random.default_rng(1)
    chance = random.beta(0.5, 2, 30_000)
    happened = (random.random(30_000) < chance).astype(float)
    for by in ("width", "count"):
        bins = calibration(chance, happened, by=by, level=0.999)
        assert len(bins) == 10
        assert all(found.holds for found in bins)
        doubled = calibration(np.minimum(2 * chance, 1), happened, by=by, level=0.999)
        assert sum(found.holds for found in doubled) <= 3
    sizes = [found.customers for found in calibration(chance, happened, by="count")]
    assert max(sizes) - min(sizes) <= 2


def test_what_is_no_chance_is_refused() -> None:
    assert calibration([], []) == []
    with pytest.raises(ValueError, match="chance is above 1"):
        calibration([1.5], [1])
    with pytest.raises(ValueError, match="chance is missing"):
        calibration([np.nan], [1])
    with pytest.raises(ValueError, match="happened is neither 0 nor 1"):
        calibration([0.5], [2])
    with pytest.raises(ValueError, match="bins must be 1 or more"):
        calibration([0.5], [1], bins=0)


def test_certainty_that_fails_costs_much_but_not_everything() -> None:
    assert log_likelihood(np.array([0.0]), np.array([1.0])) == pytest.approx(np.log(1e-6))
    assert log_likelihood(np.array([0.2, 0.7]), np.array([0.0, 1.0])) == pytest.approx(
        (np.log(0.8) + np.log(0.7)) / 2
    )


def test_naive_chances_are_shares_of_one_horizon_ago() -> None:
    old, new = np.full(80, 700.0), np.full(20, 100.0)
    bought_before = np.r_[np.ones(40, bool), np.zeros(60, bool)]
    bought = np.r_[np.ones(30), np.zeros(10), np.ones(8), np.zeros(32), np.ones(20)]
    past = Past(bought, 10 * bought, bought_before, np.r_[old, new])
    rules = naive_forecasts(past, horizon_days=365)
    chance = np.where(bought > 0, 30.5 / 41, 8.5 / 41)
    assert rules["same_as_before"]["buys"] == pytest.approx(chance)
    assert rules["average"]["buys"] == pytest.approx(np.full(100, 38.5 / 81))
    assert rules["average"]["amount"] == pytest.approx(np.full(100, 5.8))
    young = naive_forecasts(
        Past(bought, bought, bought_before, np.full(100, 100.0)), horizon_days=365
    )
    assert "buys" not in young["same_as_before"]
    assert "buys" not in young["average"]


def against(low: float, high: float, customers: int = 500) -> Comparison:
    middle = (low + high) / 2
    difference = Measured(middle, low, high)
    return Comparison("purchases", "rule", customers, 10 + middle, 10.0, difference, -middle / 10)


@pytest.mark.parametrize(
    ("comparisons", "word"),
    [
        ([against(-3, -1), against(-2, -0.5)], "better"),
        ([against(-3, -1), against(-2, 0.1)], "cannot_say"),
        ([against(-3, -1), against(0.1, 2)], "no_better"),
        ([against(-0.05, 0.05)], "no_better"),
        ([against(0, 0)], "no_better"),
        ([against(-3, -1, customers=29)], "cannot_say"),
        ([], "cannot_say"),
    ],
)
def test_word_is_as_documented(comparisons: list[Comparison], word: str) -> None:
    assert verdict_of(comparisons) == word


def test_interval_of_the_difference_covers_it() -> None:
    random, covered = np.random.default_rng(2), 0
    for seed in range(60):
        model, rule = random.chisquare(1, 200), 1.3 * random.chisquare(1, 200)
        difference = compare("buys", "rule", model, rule, seed=seed, level=0.9).difference
        covered += difference.low <= -0.3 <= difference.high
    assert 48 <= covered <= 59
