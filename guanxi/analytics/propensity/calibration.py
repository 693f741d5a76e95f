"""From a model's log odds to probabilities that come true, by rows the model had not seen.

Platt's line where few rows say yes (or no), isotonic regression where many do: it takes on any
rising shape, but with less than a thousand it follows chance (Niculescu-Mizil, A., Caruana, R.
(2005): Predicting good probabilities with supervised learning. ICML 22, 625-632).

Platt, J. (1999): Probabilistic outputs for support vector machines; the targets (n + 1) / (n + 2)
and 1 / (n + 2) in place of 1 and 0 are his. Isotonic regression is drawn through the centres of
its steps: Oron, A. P., Flournoy, N. (2017): Centered isotonic regression. Statistics in
Biopharmaceutical Research 9(3), 258-267. So both rise strictly, and no two customers whom the
model tells apart get one probability.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.special import expit, logit

from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.propensity.folds import Folds
from guanxi.analytics.propensity.inputs import Bools
from guanxi.analytics.propensity.logistic_line import logistic_line

Method = Literal["platt", "isotonic"]
FEWEST_FOR_ISOTONIC = 1000
_NEXT_TO_NOTHING = 1e-6


class Calibrator(Protocol):
    """A rising curve from a model's log odds to calibrated ones."""

    @property
    def method(self) -> Method:
        """How it was found."""

    def log_odds(self, raw: Floats) -> Floats:
        """Give the calibrated log odds."""


@dataclass(frozen=True)
class Platt:
    """A straight line."""

    slope: float
    intercept: float
    method: Method = "platt"

    def log_odds(self, raw: Floats) -> Floats:
        """Give the calibrated log odds."""
        return self.intercept + self.slope * raw


@dataclass(frozen=True)
class Isotonic:
    """A rising line through points; beyond the outer ones it goes on with slope 1."""

    at: Floats
    calibrated: Floats
    method: Method = "isotonic"

    def log_odds(self, raw: Floats) -> Floats:
        """Give the calibrated log odds."""
        within: Floats = np.interp(raw, self.at, self.calibrated)
        return within + (raw - np.clip(raw, self.at[0], self.at[-1]))


def fit_calibrator(raw: Floats, said: Bools) -> Calibrator:
    """Fit the method that the number of rows bears."""
    if min(said.sum(), (~said).sum()) >= FEWEST_FOR_ISOTONIC:
        curve = _isotonic(raw, said)
        if curve is not None:
            return curve
    return _platt(raw, said)


def cross_calibrated(raw: Floats, said: Bools, folds: Folds) -> Floats:
    """Give calibrated log odds of the rows held out, each by the curve of the other folds."""
    number, calibrated = folds.number, np.full(len(raw), np.nan)
    for fold in range(len(folds.parts)):
        here, others = number == fold, (number >= 0) & (number != fold)
        if said[others].any() and not said[others].all():
            calibrated[here] = fit_calibrator(raw[others], said[others]).log_odds(raw[here])
        else:  # the other folds have no two outcomes to calibrate by
            calibrated[here] = raw[here]
    return calibrated


def _platt(raw: Floats, said: Bools) -> Platt:
    yes, no = int(said.sum()), int((~said).sum())
    line = logistic_line(raw, np.where(said, (yes + 1) / (yes + 2), 1 / (no + 2)))
    if line.slope > 0:
        return Platt(line.slope, line.intercept)
    # What is told the wrong way round, or not at all, is told best by the mean; a slope just above
    # 0 keeps the order without saying anything by it.
    level = logistic_line(np.zeros(len(raw)), said.astype(float))
    return Platt(_NEXT_TO_NOTHING, level.intercept - _NEXT_TO_NOTHING * float(raw.mean()))


def _isotonic(raw: Floats, said: Bools) -> Isotonic | None:
    """Draw the curve, or None if the rows make up a single step."""
    order = np.argsort(raw, kind="stable")
    at, first, counts = np.unique(raw[order], return_index=True, return_counts=True)
    hits = np.add.reduceat(said[order].astype(np.float64), first)
    found = isotonic_regression(hits / counts, weights=counts)
    starts = found.blocks[:-1]
    if len(starts) < 2:
        return None
    rows = np.add.reduceat(counts.astype(np.float64), starts)
    centres = np.add.reduceat(at * counts, starts) / rows
    share = np.add.reduceat(hits, starts) / rows
    # Nothing is certain: a step of which all, or none, said yes stands half a row from the end,
    # yet outside its neighbour.
    share[0] = max(share[0], min(0.5 / (rows[0] + 1), share[1] / 2))
    share[-1] = min(share[-1], max(1 - 0.5 / (rows[-1] + 1), (1 + share[-2]) / 2))
    return Isotonic(centres, logit(share))


def probabilities_of(log_odds: Floats) -> Floats:
    """Turn log odds into probabilities."""
    stated: Floats = expit(log_odds)
    return stated
