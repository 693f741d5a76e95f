"""Logistic regression with a ridge penalty; its strength, and whether numbers bend, is chosen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.propensity.columns import Columns, Rows
from guanxi.analytics.propensity.design import Design
from guanxi.analytics.propensity.folds import Folds
from guanxi.analytics.propensity.inputs import Bools
from guanxi.analytics.propensity.metrics import log_losses

# One over the penalty on half the sum of squared coefficients, against the summed log loss.
STRENGTHS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
_MOST_STEPS = 100


@dataclass(frozen=True)
class Logistic:
    """A fitted logistic regression."""

    design: Design
    coefficients: Floats
    intercept: float

    def log_odds(self, rows: Rows) -> Floats:
        """Give the log odds of each row."""
        log_odds: Floats = self.design.matrix(rows) @ self.coefficients + self.intercept
        return log_odds

    def contributions(self, rows: Rows) -> Floats:
        """Give what each column adds to `base`, exactly."""
        return self.design.contributions(rows, self.coefficients)

    @property
    def base(self) -> float:
        """The log odds of a row that is at the mean in every term."""
        return self.intercept


@dataclass(frozen=True)
class LogisticSettings:
    """What the folds chose."""

    curved: bool
    strength: float


def fit_logistic(columns: Columns, rows: Rows, said: Bools, settings: LogisticSettings) -> Logistic:
    """Fit with the settings given."""
    design = Design.learn(columns, rows, curved=settings.curved)
    ((coefficients, intercept),) = _paths(design.matrix(rows), said, (settings.strength,))
    return Logistic(design, coefficients, intercept)


def choose_logistic(
    columns: Columns, rows: Rows, said: Bools, folds: Folds
) -> tuple[LogisticSettings, Floats]:
    """Choose the settings of least log loss out of fold; give them and the log odds so found."""
    found: dict[LogisticSettings, Floats] = {}
    for curved in (False, True):
        for train, held in folds.parts:
            learnt = rows.take(train)
            design = Design.learn(columns, learnt, curved=curved)
            matrix, unseen = design.matrix(learnt), design.matrix(rows.take(held))
            fits = _paths(matrix, said[train], STRENGTHS)
            for strength, (coefficients, intercept) in zip(STRENGTHS, fits, strict=True):
                settings = LogisticSettings(curved, strength)
                stated = found.setdefault(settings, np.full(rows.count, np.nan))
                stated[held] = unseen @ coefficients + intercept
    seen = folds.held_out
    loss = {
        settings: float(log_losses(said[seen], expit(stated[seen])).mean())
        for settings, stated in found.items()
    }
    best = min(loss, key=loss.__getitem__)
    return best, found[best]


def _paths(
    matrix: NDArray[np.float64], said: Bools, strengths: tuple[float, ...]
) -> list[tuple[Floats, float]]:
    """Fit one regression a strength, each starting where the one before ended."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(solver="newton-cholesky", warm_start=True, max_iter=_MOST_STEPS)
    fits = []
    for strength in strengths:
        model.set_params(C=strength).fit(matrix, said)
        fits.append((model.coef_[0].copy(), float(model.intercept_[0])))
    return fits
