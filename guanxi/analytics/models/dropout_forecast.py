"""E[purchases] of a customer who is alive now, buys at a Gamma rate and drops out at a Beta risk.

The BG/NBD literature writes it with Gauss's hypergeometric function:
    (a+B-1) / (a-1) [1 - (1-z)^A 2F1(A, B; a+B-1; z)],  z = t / (alpha+T+t)
with A = r+x, B = b+n. That is the expectation, over p ~ Beta(a, B), of
    h(p) = (1 - (1 + p load)^-A) / p,  load = t / (alpha+T)
which serves where 2F1 overflows.
"""

import numpy as np
from scipy.special import betainc, betaincinv, betaln, hyp2f1

from guanxi.analytics.models.inputs import Floats

# At a = 1 the formula is 0/0; the mean of two neighbours is off by the square of the distance.
_AROUND_ONE = 1e-4
_QUADRATURE_NODES = 801
_TAIL = 1e-15


def purchases_before_dropout(*, shape: Floats, load: Floats, leave: float, stay: Floats) -> Floats:
    """Give the expected purchases for A = `shape`, p ~ Beta(`leave`, `stay`), and the load.

    Between 0 and A load, which is what a customer who never leaves would buy.
    """
    if abs(leave - 1) < _AROUND_ONE:
        below = _by_hypergeometric(shape, load, 1 - _AROUND_ONE, stay)
        expected = (below + _by_hypergeometric(shape, load, 1 + _AROUND_ONE, stay)) / 2
    else:
        expected = _by_hypergeometric(shape, load, leave, stay)
    unsound = ~np.isfinite(expected)
    for row in np.flatnonzero(unsound):
        expected[row] = _by_quadrature(shape[row], load[row], leave, stay[row])
    bounded: Floats = np.clip(expected, 0, shape * load)
    return bounded


def _by_hypergeometric(shape: Floats, load: Floats, leave: float, stay: Floats) -> Floats:
    chances = leave + stay - 1
    with np.errstate(over="ignore", invalid="ignore"):
        series = hyp2f1(shape, stay, chances, load / (1 + load))
        none_lost = np.exp(-shape * np.log1p(load)) * series
        expected: Floats = chances / (leave - 1) * (1 - none_lost)
    return expected


def _by_quadrature(shape: float, load: float, leave: float, stay: float) -> float:
    """Integrate h(p) over the logit of p by the trapezium rule, exact to many digits there.

    Below `negligible` h is flat at A load, so that tail has a closed form.
    """
    negligible = 1e-10 / (1 + shape * load)
    low = max(betaincinv(leave, stay, _TAIL), negligible)
    high = betaincinv(leave, stay, 1 - _TAIL)
    flat = betainc(leave, stay, low) * shape * load
    if high <= low:
        return float(flat)
    logit_high = min(np.log(high) - np.log1p(-high), 36.0) if high < 1 else 36.0
    logit = np.linspace(np.log(low) - np.log1p(-low), logit_high, _QUADRATURE_NODES)
    log_p, log_rest = -np.logaddexp(0, -logit), -np.logaddexp(0, logit)
    density = np.exp(leave * log_p + stay * log_rest - betaln(leave, stay))
    p = np.exp(log_p)
    lost = -np.expm1(-shape * np.log1p(p * load)) / p
    return float(flat + np.trapezoid(density * lost, logit))
