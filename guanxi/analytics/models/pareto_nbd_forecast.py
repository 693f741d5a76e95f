"""What comes of a customer who is there now, buys at a Gamma rate and leaves at a Gamma risk.

The risk of leaving is Gamma(s, u) with u = beta + T: of whoever is there now, the share
(u / (u + t))^s still is a time t ahead. Purchases until then are negative binomial.
"""

import numpy as np
from scipy.special import exprel, gammaln, xlogy

from guanxi.analytics.models.inputs import Floats

# Integrals over a time ahead, by Gauss and Legendre's rule over its logarithm.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)
_PIECES = 12
_FEW_NODES, _FEW_WEIGHTS = np.polynomial.legendre.leggauss(8)
# e to minus this is nothing beside 1.
_NOTHING = 40.0
# Rows at a time: a block of all their nodes stays in the processor's cache.
_BLOCK = 2**9


def time_there(shape: float, until_now: Floats, ahead: Floats | float) -> Floats:
    """Give how much of the time ahead to expect before leaving: u (1 - (u / (u+t))^(s-1)) / (s-1),
    by (1 - e^-z) / z, which is 1 where s is 1."""
    log_growth = np.log1p(ahead / until_now)
    return np.asarray(until_now * log_growth * exprel((1 - shape) * log_growth))


def discounted_time_there(shape: float, until_now: Floats, rate: float) -> Floats:
    """Give all the time still to come before leaving, worth e^(-rate t) a time t ahead.

    u^s rate^(s-1) U(s, s, z), z = rate u, with Tricomi's U; that is u times the integral over v,
    the growth of ln u, of e^(-z (e^v - 1) - (s-1) v), without functions that fail at small z.
    """
    z = rate * until_now
    # The integrand has ended where either of its two exponents alone says so.
    end = np.log1p((_NOTHING + np.maximum(0, np.log(1 / z))) / z)
    if shape > 1:
        end = np.minimum(end, _NOTHING / (shape - 1))
    total = np.zeros(len(z))
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        growth = end * (1 + node) / 2
        total += weight * np.exp(-z * np.expm1(growth) - (shape - 1) * growth)
    return np.asarray(until_now * end / 2 * total)


def chances_while_there(
    *, shape: Floats, buying: Floats, leave: float, leaving: Floats, ahead: Floats, most: int
) -> Floats:
    """Give the chance of each number of purchases from 0 to `most` in the time t ahead:
        f(y; t) (u / (u + t))^s + integral over w from 0 to t of f(y; w) s u^s (u + w)^-(s+1)
    where f(y; w) is that of y purchases in a time w by a rate Gamma(`shape`, `buying`).

    Fader, P. S., Hardie, B. G. S. (2006): Deriving an expression for P(X(t) = x) under the
    Pareto/NBD model; (2014): Deriving the conditional PMF of the Pareto/NBD model.
    """
    chances = np.zeros((len(shape), most + 1))
    for start in range(0, len(shape), _BLOCK):
        rows = slice(start, start + _BLOCK)
        chances[rows] = _chances(
            *(shape[rows, None], buying[rows, None], leaving[rows, None], ahead[rows, None]),
            leave=leave,
            most=most,
        )
    return chances


def _chances(
    shape: Floats, buying: Floats, leaving: Floats, ahead: Floats, *, leave: float, most: int
) -> Floats:
    y = np.arange(most + 1.0)
    # The negative binomial: G(A+y) / (G(A) y!) (1 + load)^-A (load / (1 + load))^y.
    choose = gammaln(shape + y) - gammaln(shape) - gammaln(y + 1)

    def bought(time: Floats) -> Floats:
        load = time / buying
        return np.asarray(np.exp(choose + xlogy(y, load / (1 + load)) - shape * np.log1p(load)))

    chances = np.exp(-leave * np.log1p(ahead / leaving)) * bought(ahead)
    # The integrand changes on the scale of the shorter of the two times.
    least = np.minimum(buying, leaving)
    step = np.log1p(ahead / least) / _PIECES
    for piece in range(_PIECES):
        for node, weight in zip(_FEW_NODES, _FEW_WEIGHTS, strict=True):
            growth = step * (piece + (1 + node) / 2)
            time = least * np.expm1(growth)
            density = leave / (leaving + time) * np.exp(-leave * np.log1p(time / leaving))
            chances += weight * step / 2 * density * (least + time) * bought(time)
    return np.asarray(chances)
