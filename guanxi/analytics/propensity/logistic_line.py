"""A logistic curve through one column: what recalibrating and judging calibration both need."""

from typing import NamedTuple

import numpy as np
from scipy.special import expit, log_expit

from guanxi.analytics.models.inputs import Floats

_MOST_STEPS = 100
_GAIN_LEFT = 1e-9


class LogisticLine(NamedTuple):
    """log odds = intercept + slope * x, with standard errors."""

    slope: float
    slope_error: float
    intercept: float
    intercept_error: float


def logistic_line(x: Floats, targets: Floats, *, offset: Floats | None = None) -> LogisticLine:
    """Fit by Newton's method the line whose probabilities come nearest to `targets` (0 to 1).

    Of an `x` that is the same throughout only the intercept is fitted, with slope 0. Raises
    ValueError if there is no such line, as where x parts the targets without a fault.
    """
    fixed = np.zeros(len(x)) if offset is None else offset
    constant = np.ptp(x) == 0
    design = np.ones((len(x), 1)) if constant else np.column_stack([np.ones(len(x)), x])
    beta = np.zeros(design.shape[1])
    loss = _loss(design @ beta + fixed, targets)
    for _ in range(_MOST_STEPS):
        stated = expit(design @ beta + fixed)
        slope = design.T @ (targets - stated)
        information = design.T @ (design * (stated * (1 - stated))[:, None])
        if np.linalg.cond(information) > 1e14:
            break
        step = np.linalg.solve(information, slope)
        if slope @ step / 2 < _GAIN_LEFT:
            errors = np.sqrt(np.diag(np.linalg.inv(information)))
            if constant:
                return LogisticLine(0.0, 0.0, float(beta[0]), float(errors[0]))
            return LogisticLine(*map(float, (beta[1], errors[1], beta[0], errors[0])))
        share, tried = 1.0, _loss(design @ (beta + step) + fixed, targets)
        while tried > loss and share > 1e-6:
            share /= 2
            tried = _loss(design @ (beta + share * step) + fixed, targets)
        beta, loss = beta + share * step, tried
    raise ValueError("x and targets determine no logistic line: one parts the other without fault")


def _loss(log_odds: Floats, targets: Floats) -> float:
    return -float(targets @ log_expit(log_odds) + (1 - targets) @ log_expit(-log_odds))
