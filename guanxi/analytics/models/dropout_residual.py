"""DERT of BG/NBD and MBG/NBD: all purchases still to come, each worth less the later it comes.

A customer who is alive now buys at a rate lambda and leaves after a purchase with chance p, so is
still there a time t ahead with chance e^(-lambda p t). Discounted at a continuous rate d, lambda /
(d + lambda p) purchases are to come, and over lambda ~ Gamma(A, alpha+T) and p ~ Beta(a, B)
    DERT = A load E[F(g load)],   load = 1 / (d (alpha + T)),   g ~ Gamma(A + 1, 1)
    F(q) = E[1 / (1 + p q)] = 2F1(1, a; a+B; -q)
The papers give no closed form. Both expectations are taken by the trapezium rule, over ln q and
over the logit of p: the integrands are analytic and die away at both ends, where that rule is exact
to many digits. F depends on x alone, so all customers of one x share it.
"""

import numpy as np
from scipy.special import (
    betainc,
    betaincinv,
    betaln,
    expit,
    gammainccinv,
    gammaincinv,
    gammaln,
    log_expit,
)

from guanxi.analytics.models.inputs import Floats

_TAIL = 1e-14
# Steps of ln q: within the strip where the integrand is analytic, and within its width.
_WIDEST_STEP = 0.25
_STEPS_A_WIDTH = 2.0
_LOGITS = 801
_HIGHEST_LOGIT = 36.0
# A block of so many customers times the places of ln q stays in the processor's cache.
_BLOCK = 2**11


def discounted_before_dropout(*, shape: Floats, load: Floats, leave: float, stay: Floats) -> Floats:
    """Give the discounted purchases for A = `shape` and p ~ Beta(`leave`, `stay`), both of which
    follow from x, and the `load`.

    Between 0 and A load, which is what a customer who never leaves would buy.
    """
    residual = np.zeros(len(shape))
    order = np.argsort(shape, kind="stable")
    starts = np.flatnonzero(np.diff(shape[order], prepend=-1.0))
    for rows in np.split(order, starts[1:]) if len(order) else []:
        one = rows[0]
        kept = _mean_over_rates(shape[one], load[rows], leave, stay[one])
        residual[rows] = shape[one] * load[rows] * np.clip(kept, 0, 1)
    return residual


def _mean_over_rates(shape: float, load: Floats, leave: float, stay: float) -> Floats:
    """E[F(g load)] of each load: of the purchases of one who never leaves, the share that comes."""
    biased = shape + 1
    low, high = np.log(gammaincinv(biased, _TAIL)), np.log(gammainccinv(biased, _TAIL))
    widest = min(_WIDEST_STEP, 1 / (_STEPS_A_WIDTH * np.sqrt(biased)))
    logs = np.log(load)
    first, last = logs.min() + low, logs.max() + high
    log_q = np.linspace(first, last, int(np.ceil((last - first) / widest)) + 1)
    step = log_q[1] - log_q[0]
    kept = _mean_over_risks(np.exp(log_q), leave, stay) * step
    mean = np.empty(len(load))
    for start in range(0, len(load), _BLOCK):
        rows = slice(start, start + _BLOCK)
        g = log_q - logs[rows, None]
        mean[rows] = np.exp(biased * g - np.exp(np.minimum(g, 700)) - gammaln(biased)) @ kept
    return mean


def _mean_over_risks(q: Floats, leave: float, stay: float) -> Floats:
    """F(q) at each q. Below the least p that matters 1 / (1 + p q) is 1; above the most, p is."""
    least = max(betaincinv(leave, stay, _TAIL), 1e-12 / (1 + q.max()))
    most = betaincinv(leave, stay, 1 - _TAIL)
    if most <= least:
        return np.asarray(1 / (1 + q * leave / (leave + stay)))
    high = min(np.log(most) - np.log1p(-most), _HIGHEST_LOGIT) if most < 1 else _HIGHEST_LOGIT
    logit = np.linspace(np.log(least) - np.log1p(-least), high, _LOGITS)
    density = np.exp(leave * log_expit(logit) + stay * log_expit(-logit) - betaln(leave, stay))
    density *= logit[1] - logit[0]
    density[[0, -1]] /= 2
    kept = 1 / (1 + q[:, None] * expit(logit)) @ density
    tails = betainc(leave, stay, least) + betainc(stay, leave, expit(-high)) / (1 + q)
    return np.asarray(kept + tails)
