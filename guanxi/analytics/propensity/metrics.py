"""How good are probabilities? Their ranking, truth and use, with what chance leaves open.

DeLong, E. R., DeLong, D. M., Clarke-Pearson, D. L. (1988): Comparing the areas under two or more
correlated receiver operating characteristic curves. Biometrics 44(3), 837-845; in O(n log n) by
Sun, X., Xu, W. (2014), IEEE Signal Processing Letters 21(11), 1389-1393.
Brier, G. W. (1950): Verification of forecasts expressed in terms of probability. Monthly Weather
Review 78(1), 1-3.
Cox, D. R. (1958): Two further applications of a model for binary regression. Biometrika 45,
562-565 (slope and intercept of calibration).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike
from scipy.special import expit, logit, ndtr

from guanxi.analytics.intervals import normal_quantile
from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.propensity.inputs import (
    Bools,
    both_outcomes,
    outcomes,
    probabilities,
    refuse,
    scores,
)
from guanxi.analytics.propensity.logistic_line import LogisticLine, logistic_line


class Auc(NamedTuple):
    """The chance that a yes is ranked above a no (a tie counts half), and its interval.

    `standard_error` and interval are NaN where an outcome occurs only once.
    """

    value: float
    standard_error: float
    low: float
    high: float


class AucDifference(NamedTuple):
    """By how much one score ranks better than another on the same rows."""

    value: float
    standard_error: float
    p_value: float


class CalibrationLine(NamedTuple):
    """log odds of the outcome = intercept + slope * log odds stated: 0 and 1 if all is well.

    A slope below 1 says that probabilities are too extreme. `shift` is the intercept with the
    slope held at 1: above 0, more say yes than was stated. NaN where the data do not determine it.
    """

    slope: float
    slope_error: float
    intercept: float
    intercept_error: float
    shift: float
    shift_error: float


def auc(outcome: ArrayLike, score: ArrayLike, *, level: float = 0.95) -> Auc:
    """Give the area under the ROC curve, with DeLong's interval on the scale of its log odds
    (so that it stays below 1)."""
    said = both_outcomes("outcome", outcome)
    values = scores("score", score, rows=len(said))
    of_yes, of_no = _placements(said, values)
    area = float(of_yes.mean())
    error = float(np.sqrt(_variance_of_mean(of_yes) + _variance_of_mean(of_no)))
    if np.isnan(error):
        return Auc(area, error, np.nan, np.nan)
    if error == 0:  # ranked without a fault, or every one a tie: nothing varies
        return Auc(area, 0.0, area, area)
    reach = normal_quantile(level) * error / (area * (1 - area))
    low, high = expit(logit(area) + np.array([-reach, reach]))
    return Auc(area, error, float(low), float(high))


def auc_difference(outcome: ArrayLike, one: ArrayLike, other: ArrayLike) -> AucDifference:
    """Give AUC(one) - AUC(other) with DeLong's paired standard error and two-sided p value."""
    said = both_outcomes("outcome", outcome)
    placed = [
        _placements(said, scores(name, values, rows=len(said)))
        for name, values in (("one", one), ("other", other))
    ]
    of_yes, of_no = placed[0][0] - placed[1][0], placed[0][1] - placed[1][1]
    value = float(of_yes.mean())
    error = float(np.sqrt(_variance_of_mean(of_yes) + _variance_of_mean(of_no)))
    if error == 0:
        return AucDifference(value, error, 1.0 if value == 0 else 0.0)
    return AucDifference(value, error, float(2 * ndtr(-abs(value) / error)))


def log_losses(outcome: ArrayLike, probability: ArrayLike) -> Floats:
    """Give each row's -ln of the probability stated for what happened (infinite where it is 0)."""
    said = outcomes("outcome", outcome)
    stated = probabilities("probability", probability, rows=len(said))
    with np.errstate(divide="ignore"):
        losses: Floats = -np.log(np.where(said, stated, 1 - stated))
    return losses


def log_loss(outcome: ArrayLike, probability: ArrayLike) -> float:
    """Give the mean of the log losses, in nats."""
    return float(_some(log_losses(outcome, probability)).mean())


def brier(outcome: ArrayLike, probability: ArrayLike) -> float:
    """Give the mean squared distance of the probabilities from what happened (1 or 0)."""
    said = outcomes("outcome", outcome)
    stated = probabilities("probability", probability, rows=len(said))
    return float(np.mean(_some(stated - said) ** 2))


def calibration_line(outcome: ArrayLike, probability: ArrayLike) -> CalibrationLine:
    """Fit the logistic line of outcome on the log odds stated (none may be exactly 0 or 1)."""
    said = both_outcomes("outcome", outcome)
    stated = probabilities("probability", probability, rows=len(said))
    refuse("probability", (stated == 0) | (stated == 1), "is exactly 0 or 1")
    log_odds = logit(stated)
    shifted = logistic_line(np.zeros(len(said)), said.astype(float), offset=log_odds)
    separated = max(log_odds[~said]) <= min(log_odds[said])
    separated |= max(log_odds[said]) <= min(log_odds[~said])
    unknown = LogisticLine(np.nan, np.nan, np.nan, np.nan)
    line = unknown if separated else logistic_line(log_odds, said.astype(float))
    return CalibrationLine(
        line.slope,
        line.slope_error,
        line.intercept,
        line.intercept_error,
        shifted.intercept,
        shifted.intercept_error,
    )


def lift_table(outcome: ArrayLike, score: ArrayLike, *, picks: Sequence[int]) -> pa.Table:
    """Say what picking the `picks` rows of highest score brings.

    Columns: `picks`; `hits`, those of them with a yes (of equal scores at the border the number
    that a random choice among them is expected to hit); `gain`, hits as a share of all yes;
    `lift`, the share of hits among the picks against that among all.
    """
    said = both_outcomes("outcome", outcome)
    values = scores("score", score, rows=len(said))
    order = np.argsort(-values, kind="stable")
    hits = np.concatenate([[0.0], np.cumsum(said[order])])
    # Between the ends of a run of equal scores expectation rises in a straight line.
    ends = np.concatenate([[0], np.flatnonzero(np.diff(values[order])) + 1, [len(said)]])
    wanted = np.asarray(picks, dtype=np.int64)
    refuse("picks", (wanted < 1) | (wanted > len(said)), f"is not between 1 and {len(said)}")
    expected = np.interp(wanted, ends, hits[ends])
    return pa.table(
        {
            "picks": wanted,
            "hits": expected,
            "gain": expected / hits[-1],
            "lift": expected / wanted / said.mean(),
        }
    )


def _placements(said: Bools, values: Floats) -> tuple[Floats, Floats]:
    """Give for each yes the share of no below it, and for each no the share of yes above it."""
    return _share_below(values[said], values[~said]), 1 - _share_below(values[~said], values[said])


def _share_below(values: Floats, others: Floats) -> Floats:
    """Give for each value the share of the others below it; an equal one counts half."""
    ordered = np.sort(others)
    below = [np.searchsorted(ordered, values, side=side) for side in ("left", "right")]
    shares: Floats = (below[0] + below[1]) / (2 * len(others))
    return shares


def _variance_of_mean(values: Floats) -> float:
    return float(values.var(ddof=1)) / len(values) if len(values) > 1 else np.nan


def _some(values: Floats) -> Floats:
    if not len(values):
        raise ValueError("outcome is empty: there is nothing to measure")
    return values
