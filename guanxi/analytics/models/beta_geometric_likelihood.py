"""The log-likelihood of BG/NBD and MBG/NBD over collapsed customers, with exact derivatives.

For a customer with x repeat purchases, the last at t_x, watched until T, who may have left
after n = x + `extra` of the purchases (extra is 0 in BG/NBD, 1 in MBG/NBD), equation (6) of
Fader, Hardie, Lee (2005) reads, with the mixture written as a log-odds:

ln L = ln G(r+x) - ln G(r) + ln B(a, b+n) - ln B(a, b)              varies by x: `_by_count`
       + r ln alpha - (r+x) ln(alpha+T)                             varies by T: `_by_age`
       + [n > 0] ln(1 + e^z)                                        by (x, t_x, T): `_Mixture`
z = ln a - ln(b+n-1) + (r+x) ln((alpha+T) / (alpha+t_x))            log-odds of having left
"""

from typing import NamedTuple

import numpy as np
from scipy.special import betaln, digamma, gammaln, polygamma

from guanxi.analytics.models.collapse import Integers, count_distinct, tabulate
from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.models.maximize import Curvature, added

# Customers handled at a time: the dozen vectors of a block stay in the processor's cache.
_BLOCK = 2**13
# e to this power is still a number; ln(1 + e^z) is 0 to all digits long before z = -700.
_LARGEST_EXPONENT = 700.0


class BetaGeometricLikelihood:
    """ln L of customers, each part over the distinct values of what it varies by."""

    def __init__(
        self, *, x: Floats, t_x: Floats, age: Floats, extra: int, weight: Floats | None
    ) -> None:
        # All that follows is of the distinct tuples: one pass over everybody is most of the time.
        (x, t_x, age), weight = count_distinct(x, t_x, age, weights=weight)
        self.total = float(weight.sum())
        self.x, of_x = tabulate(x)
        self.x_weight = np.bincount(of_x, weight, minlength=len(self.x))
        self.n = self.x + extra
        self.age, rows = tabulate(age)
        self.age_weight = np.bincount(rows, weight, minlength=len(self.age))
        self.age_purchases = np.bincount(rows, weight * x, minlength=len(self.age))
        exposed = x + extra > 0
        x, t_x, age, weight = (column[exposed] for column in (x, t_x, age, weight))
        of_x = of_x[exposed]
        # In whole days few times occur, so that their logarithms are taken once and looked up.
        self.time, rows = tabulate(np.concatenate([t_x, age]))
        last, now = np.split(rows, 2)
        blocks = [slice(start, start + _BLOCK) for start in range(0, len(x), _BLOCK)]
        self.mixtures = [
            _Mixture(x[rows], of_x[rows], last[rows], now[rows], weight[rows]) for rows in blocks
        ]

    def curvature(self, parameters: Floats) -> Curvature:
        """Give ln L with gradient and Hessian in (r, alpha, a, b)."""
        parts = [self._by_count(parameters), self._by_age(parameters)]
        _, alpha, _, b = parameters
        stay = b + np.maximum(self.n, 1) - 1
        looked_up = _LookedUp(
            np.log(alpha + self.time), 1 / (alpha + self.time), np.log(stay), 1 / stay
        )
        parts += [mixture.curvature(parameters, looked_up) for mixture in self.mixtures]
        return added(parts)

    def _by_count(self, parameters: Floats) -> Curvature:
        r, _, a, b = parameters
        x, n, weight = self.x, self.n, self.x_weight
        value = gammaln(r + x) - gammaln(r) + betaln(a, b + n) - betaln(a, b)
        by_r = digamma(r + x) - digamma(r)
        by_a = digamma(a + b) - digamma(a + b + n)
        by_b = by_a + digamma(b + n) - digamma(b)
        hessian = np.zeros((4, 4))
        hessian[0, 0] = weight @ (polygamma(1, r + x) - polygamma(1, r))
        hessian[2:, 2:] = weight @ (polygamma(1, a + b) - polygamma(1, a + b + n))
        hessian[3, 3] += weight @ (polygamma(1, b + n) - polygamma(1, b))
        gradient = np.array([weight @ by_r, 0.0, weight @ by_a, weight @ by_b])
        return Curvature(float(weight @ value), gradient, hessian)

    def _by_age(self, parameters: Floats) -> Curvature:
        r, alpha, _, _ = parameters
        until = alpha + self.age
        exponent = r * self.age_weight + self.age_purchases
        logs = np.log(until)
        value = r * self.total * np.log(alpha) - exponent @ logs
        gradient, hessian = np.zeros(4), np.zeros((4, 4))
        gradient[0] = self.total * np.log(alpha) - self.age_weight @ logs
        gradient[1] = r * self.total / alpha - exponent @ (1 / until)
        hessian[0, 1] = hessian[1, 0] = self.total / alpha - self.age_weight @ (1 / until)
        hessian[1, 1] = exponent @ until**-2.0 - r * self.total / alpha**2
        return Curvature(float(value), gradient, hessian)


class _LookedUp(NamedTuple):
    """What of z depends on one time alone, or on x alone."""

    log_time: Floats  # ln(alpha + t)
    over_time: Floats
    log_stay: Floats  # ln(b + n - 1)
    over_stay: Floats


class _Mixture:
    """The terms ln(1 + e^z) of a block of customers.

    With s = 1 / (1 + e^-z): gradient s z', Hessian s (1 - s) z' z'^T + s z''.
    """

    def __init__(
        self, x: Floats, of_x: Integers, last: Integers, now: Integers, weight: Floats
    ) -> None:
        self.x, self.of_x, self.last, self.now, self.weight = x, of_x, last, now, weight

    def curvature(self, parameters: Floats, looked_up: _LookedUp) -> Curvature:
        """Give the block's part of ln L, its gradient and its Hessian."""
        r, _, a, _ = parameters
        log_time, over_time, log_stay, over_stay = looked_up
        since_age, since_last = over_time.take(self.now), over_time.take(self.last)
        apart = since_age - since_last
        exponent = r + self.x
        slopes = np.empty((4, len(exponent)))
        by_r, by_alpha, by_a, by_b = slopes
        np.subtract(log_time.take(self.now), log_time.take(self.last), out=by_r)
        np.multiply(exponent, apart, out=by_alpha)
        by_a[:] = 1 / a
        np.negative(over_stay.take(self.of_x), out=by_b)
        z = exponent * by_r
        z += np.log(a) - log_stay.take(self.of_x)
        odds_alive = np.exp(np.minimum(-z, _LARGEST_EXPONENT))
        value = z + np.log1p(odds_alive)
        left = 1 / (1 + odds_alive)
        weight_left = self.weight * left
        hessian = (slopes * (weight_left * (1 - left))) @ slopes.T
        mixed = weight_left @ apart
        hessian[0, 1] += mixed
        hessian[1, 0] += mixed
        hessian[1, 1] -= (weight_left * by_alpha) @ (since_age + since_last)
        hessian[2, 2] -= weight_left.sum() / a**2
        hessian[3, 3] += weight_left @ by_b**2
        return Curvature(float(self.weight @ value), slopes @ weight_left, hessian)
