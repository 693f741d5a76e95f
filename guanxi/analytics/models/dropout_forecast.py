"""E[purchases] of a customer who is alive now, buys at a Gamma rate and drops out at a Beta risk.

The BG/NBD literature writes it with Gauss's hypergeometric function:
    (a+B-1) / (a-1) [1 - (1-z)^A 2F1(A, B; a+B-1; z)],  z = t / (alpha+T+t)
with A = r+x, B = b+n. That is the expectation, over p ~ Beta(a, B), of
    h(p) = (1 - (1 + p load)^-A) / p,  load = t / (alpha+T)
which serves where 2F1 overflows.
"""

import numpy as np
from scipy.special import betainc, betaincinv, betaln, expit, hyp2f1, log_expit

from guanxi.analytics.models.inputs import Floats

# At a = 1 the formula is 0/0, and the closer to it, the fewer digits are left: there the value is
# that of the polynomial through neighbours far enough away.
_AROUND_ONE = 1e-2
_NEIGHBOURS = (-3, -2, -1, 1, 2, 3)
# Where a - A is a whole number, 2F1 as it is computed may be wrong in its first digit, and right to
# eleven a little to both sides.
_WHOLE = 1e-8
_ASIDE = 1e-7
_QUADRATURE_NODES = 801
_TAIL = 1e-15
_HIGHEST_LOGIT = 36.0


def purchases_before_dropout(*, shape: Floats, load: Floats, leave: float, stay: Floats) -> Floats:
    """Give the expected purchases for A = `shape`, p ~ Beta(`leave`, `stay`), and the load.

    Between 0 and A load, which is what a customer who never leaves would buy.
    """
    if abs(leave - 1) < _AROUND_ONE:
        expected = _by_neighbours(shape, load, leave, stay)
    else:
        expected = _by_hypergeometric(shape, load, leave, stay)
    for row in np.flatnonzero(~np.isfinite(expected)):
        expected[row] = _by_quadrature(shape[row], load[row], leave, stay[row])
    bounded: Floats = np.clip(expected, 0, shape * load)
    return bounded


def _by_neighbours(shape: Floats, load: Floats, leave: float, stay: Floats) -> Floats:
    """Interpolate between values at a little more and less than a = 1 (Lagrange)."""
    place = (leave - 1) / _AROUND_ONE
    expected = np.zeros(len(shape))
    for here in _NEIGHBOURS:
        others = [other for other in _NEIGHBOURS if other != here]
        weight = np.prod([(place - other) / (here - other) for other in others])
        with np.errstate(invalid="ignore"):  # overflows: for the quadrature
            expected += weight * _by_hypergeometric(shape, load, 1 + here * _AROUND_ONE, stay)
    return expected


def _by_hypergeometric(shape: Floats, load: Floats, leave: float, stay: Floats) -> Floats:
    apart = leave - shape
    aside = np.where(np.abs(apart - np.round(apart)) < _WHOLE, _ASIDE, 0.0)
    expected = _by_formula(shape + aside, load, leave, stay)
    rows = np.flatnonzero(aside)
    if len(rows):
        other = _by_formula((shape - aside)[rows], load[rows], leave, stay[rows])
        with np.errstate(invalid="ignore"):  # overflows: for the quadrature
            expected[rows] = (expected[rows] + other) / 2
    return expected


def _by_formula(shape: Floats, load: Floats, leave: float, stay: Floats) -> Floats:
    chances = leave + stay - 1
    with np.errstate(over="ignore", invalid="ignore"):
        series = hyp2f1(shape, stay, chances, load / (1 + load))
        none_lost = np.exp(-shape * np.log1p(load)) * series
        expected: Floats = chances / (leave - 1) * (1 - none_lost)
    return expected


def _by_quadrature(shape: float, load: float, leave: float, stay: float) -> float:
    """Integrate h(p) over the logit of p by the trapezium rule, exact to many digits there.

    In both tails h is flat (A load below, h(1) above) and the integral has a closed form.
    """
    least = max(betaincinv(leave, stay, _TAIL), 1e-10 / (1 + shape * load))
    most = betaincinv(leave, stay, 1 - _TAIL)
    if most <= least:
        return float(shape * load)
    low = np.log(least) - np.log1p(-least)
    high = min(np.log(most) - np.log1p(-most), _HIGHEST_LOGIT) if most < 1 else _HIGHEST_LOGIT
    logit = np.linspace(low, high, _QUADRATURE_NODES)
    p = expit(logit)
    lost = -np.expm1(-shape * np.log1p(p * load)) / p
    density = np.exp(leave * log_expit(logit) + stay * log_expit(-logit) - betaln(leave, stay))
    tails = betainc(leave, stay, least) * shape * load
    tails += betainc(stay, leave, expit(-high)) * lost[-1]
    return float(tails + np.trapezoid(density * lost, logit))
