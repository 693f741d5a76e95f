"""Measures of probabilities, against their definitions and against simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.special import expit, logit

from guanxi.analytics.propensity import (
    CannotLearnError,
    auc,
    auc_difference,
    brier,
    calibration_line,
    lift_table,
    log_loss,
)


def rows(seed: int, size: int = 200, slope: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Outcomes, and log odds of which they follow `slope` times."""
    random = np.random.default_rng(seed)
    log_odds = random.normal(-0.5, 1.2, size)
    return random.random(size) < expit(slope * log_odds), log_odds


def placements(said: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """As DeLong, DeLong and Clarke-Pearson define them: every yes beside every no."""
    beside = score[said][:, None] - score[~said]
    wins = (beside > 0) + 0.5 * (beside == 0)
    return wins.mean(axis=1), wins.mean(axis=0)


@pytest.mark.parametrize("seed", range(5))
def test_auc_is_what_delong_defines(seed: int) -> None:
    said, score = rows(seed)
    score = np.round(score, 1)  # with ties
    of_yes, of_no = placements(said, score)
    found = auc(said, score)
    assert found.value == pytest.approx(of_yes.mean())
    variance = of_yes.var(ddof=1) / said.sum() + of_no.var(ddof=1) / (~said).sum()
    assert found.standard_error == pytest.approx(np.sqrt(variance))
    assert found.low < found.value < found.high
    reach = logit(found.high) - logit(found.value)
    assert reach == pytest.approx(logit(found.value) - logit(found.low))


def test_intervals_of_auc_cover_the_truth() -> None:
    # Two normals one standard deviation apart: AUC = Phi(1 / sqrt 2).
    random, covered = np.random.default_rng(5), 0
    for _ in range(400):
        score = np.concatenate([random.normal(1, 1, 40), random.normal(0, 1, 80)])
        found = auc(np.arange(120) < 40, score)
        covered += found.low < 0.7602499389 < found.high
    assert 0.92 < covered / 400 < 0.975


def test_difference_of_aucs_is_paired() -> None:
    said, score = rows(6)
    other = score + np.random.default_rng(60).normal(0, 1, len(score))
    one_yes, one_no = placements(said, score)
    two_yes, two_no = placements(said, other)
    found = auc_difference(said, score, other)
    variance = (one_yes - two_yes).var(ddof=1) / said.sum()
    variance += (one_no - two_no).var(ddof=1) / (~said).sum()
    assert found.value == pytest.approx(one_yes.mean() - two_yes.mean())
    assert found.standard_error == pytest.approx(np.sqrt(variance))
    assert found.value > 0
    assert found.p_value < 0.05
    assert auc_difference(said, score, score) == (0.0, 0.0, 1.0)


@given(arrays.arrays(np.int8, 30, elements=st.integers(0, 9)), st.integers(1, 29))
def test_only_the_order_counts_for_auc(score: np.ndarray, yes: int) -> None:
    said = np.arange(30) < yes
    found = auc(said, score)
    assert auc(said, np.exp(score / 3.0)).value == pytest.approx(found.value)
    assert auc(~said, score).value == pytest.approx(1 - found.value)


def test_auc_at_its_ends() -> None:
    said = np.array([1, 1, 0, 0])
    assert auc(said, [4, 3, 2, 1])[:2] == (1.0, 0.0)
    assert auc(said, [1, 1, 1, 1]).value == 0.5
    once = auc([1, 0, 0], [3, 2, 5])
    assert once.value == 0.5
    assert np.isnan(once.standard_error)


def test_losses_are_those_of_the_definitions() -> None:
    assert log_loss([1, 0], [0.8, 0.4]) == pytest.approx(-(np.log(0.8) + np.log(0.6)) / 2)
    assert log_loss([1, 0], [0.0, 0.4]) == np.inf
    assert brier([1, 0], [0.8, 0.4]) == pytest.approx((0.04 + 0.16) / 2)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_calibration_line_finds_what_is_wrong(seed: int) -> None:
    said, log_odds = rows(seed, size=20_000, slope=0.7)
    found = calibration_line(said, expit(log_odds))
    assert abs(found.slope - 0.7) < 4 * found.slope_error
    assert abs(found.intercept) < 4 * found.intercept_error
    assert found.slope_error == pytest.approx(0.017, abs=0.003)
    said, log_odds = rows(seed, size=20_000)
    shifted = calibration_line(said, expit(log_odds - 0.3))
    assert abs(shifted.shift - 0.3) < 4 * shifted.shift_error
    assert abs(shifted.slope - 1) < 4 * shifted.slope_error


def test_calibration_line_of_a_perfect_order_is_not_determined() -> None:
    found = calibration_line([0, 0, 1, 1], [0.1, 0.2, 0.6, 0.9])
    assert np.isnan(found.slope)
    assert np.isfinite(found.shift)


def test_picks_among_equals_hit_as_chance_does() -> None:
    table = lift_table([1, 0, 1, 0, 0], [9, 5, 5, 5, 1], picks=[1, 2, 4, 5])
    assert table["hits"].to_pylist() == pytest.approx([1, 1 + 1 / 3, 2, 2])
    assert table["gain"].to_pylist() == pytest.approx([0.5, 2 / 3, 1, 1])
    assert table["lift"].to_pylist() == pytest.approx([2.5, 5 / 3, 1.25, 1])


def test_bad_input_is_refused_by_name() -> None:
    with pytest.raises(CannotLearnError, match="outcome is the same in all 2 rows"):
        auc([1, 1], [0.1, 0.2])
    with pytest.raises(ValueError, match="outcome is neither 0 nor 1 in 1 row"):
        brier([1, 2], [0.1, 0.2])
    with pytest.raises(ValueError, match="probability is not between 0 and 1"):
        log_loss([1, 0], [0.1, 1.2])
    with pytest.raises(ValueError, match="score has 1 values for 2 outcomes"):
        auc([1, 0], [0.1])
    with pytest.raises(ValueError, match="score is missing or infinite in 1 row"):
        auc([1, 0], [np.nan, 0.1])
    with pytest.raises(ValueError, match="outcome is empty"):
        log_loss([], [])
    with pytest.raises(ValueError, match="picks is not between 1 and 2"):
        lift_table([1, 0], [2, 1], picks=[3])
    with pytest.raises(ValueError, match="probability is exactly 0 or 1"):
        calibration_line([1, 0], [1.0, 0.5])
