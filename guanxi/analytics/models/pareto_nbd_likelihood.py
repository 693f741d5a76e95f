"""The log-likelihood of Pareto/NBD over collapsed customers, with exact derivatives.

Whoever bought x times, the last time at t_x, and was watched until T, is alive or has left at some
y between (Fader, Hardie 2005, equation 17):

ln L = ln G(r+x) - ln G(r) + r ln alpha + s ln beta                 varies by x: `_by_count`
       - (r+x) ln(alpha+T) - s ln(beta+T)                           varies by T: `_by_age`
       + ln(1 + R)                                                  by (x, t_x, T): `_SameCount`
R = s (alpha+T)^(r+x) (beta+T)^s I,   I = integral from t_x to T of F(y) dy
F(y) = (alpha+y)^-(r+x) (beta+y)^-(s+1)

The papers write I by Gauss's hypergeometric function. Here it is a sum: between the times that
occur among the customers of one x, F times whatever its derivatives need is integrated by Gauss and
Legendre's rule, and added up from the end, so that all customers of that x share the work, and each
takes the difference of two sums.
"""

import numpy as np
from scipy.special import digamma, expit, gammaln, polygamma

from guanxi.analytics.models.collapse import Integers, count_distinct, tabulate
from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.models.maximize import Curvature, added

# Between two times the variable is the logarithm of the time, in which F is nearly exponential: so
# few places are exact to many digits if the steps are small, which further times see to.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(6)
_STEPS = 192
# Sums of numbers that shrink by more than e to this power are continued from a new unit.
_RANGE = 500.0
# Which of 1, ln(alpha+y), 1/(alpha+y), ln(beta+y), 1/(beta+y) are multiplied: the moments of F.
_PAIRS = [(i, j) for i in range(5) for j in range(i, 5)]
_PLACE = {pair: place for place, pair in enumerate(_PAIRS)}
# Where the products of two of the latter four are, as a square.
_SQUARES = np.array([[_PLACE[min(i, j), max(i, j)] for j in range(1, 5)] for i in range(1, 5)])


class ParetoLikelihood:
    """ln L of customers, each part over the distinct values of what it varies by."""

    def __init__(
        self,
        *,
        x: Floats,
        t_x: Floats,
        age: Floats,
        weight: Floats | None,
        are_distinct: bool = False,
    ) -> None:
        if are_distinct:
            weight = np.ones(len(x))
        else:
            (x, t_x, age), weight = count_distinct(x, t_x, age, weights=weight)
        self.total = float(weight.sum())
        self.x, rows = tabulate(x)
        self.x_weight = np.bincount(rows, weight, minlength=len(self.x))
        self.age, rows = tabulate(age)
        self.age_weight = np.bincount(rows, weight, minlength=len(self.age))
        self.age_purchases = np.bincount(rows, weight * x, minlength=len(self.age))
        self.rows = len(x)
        latest = float(age.max(initial=0))
        order = np.argsort(x, kind="stable")
        starts = np.flatnonzero(np.diff(x[order], prepend=-1.0))
        self.groups = [
            _SameCount(float(x[own[0]]), own, t_x[own], age[own], weight[own], latest)
            for own in np.split(order, starts[1:])
            if len(own)
        ]

    def curvature(self, parameters: Floats) -> Curvature:
        """Give ln L with gradient and Hessian in (r, alpha, s, beta)."""
        parts = [self._by_count(parameters), self._by_age(parameters)]
        parts += [group.curvature(parameters) for group in self.groups]
        return added(parts)

    def log_odds_left(self, parameters: Floats) -> Floats:
        """Give ln R of each row."""
        found = np.full(self.rows, -np.inf)
        for group in self.groups:
            found[group.rows] = group.log_odds_left(parameters)
        return found

    def _by_count(self, parameters: Floats) -> Curvature:
        r, alpha, s, beta = parameters
        x, weight, n = self.x, self.x_weight, self.total
        value = weight @ (gammaln(r + x) - gammaln(r)) + n * (r * np.log(alpha) + s * np.log(beta))
        by_r = weight @ (digamma(r + x) - digamma(r)) + n * np.log(alpha)
        hessian = np.zeros((4, 4))
        hessian[0, 0] = weight @ (polygamma(1, r + x) - polygamma(1, r))
        hessian[0, 1] = hessian[1, 0] = n / alpha
        hessian[1, 1] = -n * r / alpha**2
        hessian[2, 3] = hessian[3, 2] = n / beta
        hessian[3, 3] = -n * s / beta**2
        gradient = np.array([by_r, n * r / alpha, n * np.log(beta), n * s / beta])
        return Curvature(float(value), gradient, hessian)

    def _by_age(self, parameters: Floats) -> Curvature:
        r, alpha, s, beta = parameters
        exponent, weight = r * self.age_weight + self.age_purchases, self.age_weight
        buying, leaving = alpha + self.age, beta + self.age
        value = -exponent @ np.log(buying) - s * weight @ np.log(leaving)
        gradient = -np.array(
            [
                weight @ np.log(buying),
                exponent @ (1 / buying),
                weight @ np.log(leaving),
                s * weight @ (1 / leaving),
            ]
        )
        hessian = np.zeros((4, 4))
        hessian[0, 1] = hessian[1, 0] = -weight @ (1 / buying)
        hessian[1, 1] = exponent @ buying**-2.0
        hessian[2, 3] = hessian[3, 2] = -weight @ (1 / leaving)
        hessian[3, 3] = s * weight @ leaving**-2.0
        return Curvature(float(value), gradient, hessian)


class _SameCount:
    """The terms ln(1 + R) of the customers who bought x times, x being one number."""

    def __init__(
        self, x: float, rows: Integers, t_x: Floats, age: Floats, weight: Floats, latest: float
    ) -> None:
        self.x, self.rows, self.t_x, self.age, self.weight = x, rows, t_x, age, weight
        times, places = np.unique(np.concatenate([t_x, age]), return_inverse=True)
        self.times, moved = _no_long_gaps(times, latest / _STEPS)
        self.first, self.last = np.split(moved[places], 2)

    def log_odds_left(self, parameters: Floats) -> Floats:
        """Give ln R; minus infinity for who bought at this moment."""
        return self._integrals(parameters)[0]

    def curvature(self, parameters: Floats) -> Curvature:
        """Give their part of ln L, its gradient and its Hessian.

        With p = R / (1 + R): gradient p z', Hessian p (1 - p) z' z'^T + p z'', z = ln R, whose
        derivatives are means and covariances of those of ln F under F.
        """
        r, alpha, s, beta = parameters
        z, integrals, logs_now = self._integrals(parameters)
        exponent, buying, leaving = r + self.x, 1 / (alpha + self.age), 1 / (beta + self.age)
        there = integrals[:, 0]
        per = np.divide(1, there, out=np.zeros(len(there)), where=there > 0)
        left = expit(z)
        weight = self.weight * left
        mean = integrals[:, 1:5] * per[:, None]
        total = (weight * per) @ integrals  # of the mean of each pair
        slopes = np.empty((len(z), 4))
        slopes[:, 0] = logs_now[0] - mean[:, 0]
        slopes[:, 1] = exponent * (buying - mean[:, 1])
        slopes[:, 2] = 1 / s + logs_now[1] - mean[:, 2]
        slopes[:, 3] = s * leaving - (s + 1) * mean[:, 3]
        factor = np.array([1.0, exponent, 1.0, s + 1])
        covariance = total[_SQUARES] - (mean * weight[:, None]).T @ mean
        hessian = (slopes * (weight * (1 - left))[:, None]).T @ slopes
        hessian += np.outer(factor, factor) * covariance
        of_rate = weight @ buying - total[_PLACE[0, 2]]
        of_leaving = weight @ leaving - total[_PLACE[0, 4]]
        hessian[0, 1] += of_rate
        hessian[1, 0] += of_rate
        hessian[2, 3] += of_leaving
        hessian[3, 2] += of_leaving
        hessian[1, 1] += exponent * (total[_PLACE[2, 2]] - weight @ buying**2)
        hessian[2, 2] -= weight.sum() / s**2
        hessian[3, 3] += (s + 1) * total[_PLACE[4, 4]] - s * (weight @ leaving**2)
        value = self.weight @ np.logaddexp(0, z)
        return Curvature(float(value), weight @ slopes, hessian)

    def _integrals(self, parameters: Floats) -> tuple[Floats, Floats, tuple[Floats, Floats]]:
        """ln R of each; from t_x to T, over F at t_x, the integrals of F times the products of
        `_PAIRS`; and ln(alpha+T), ln(beta+T)."""
        r, alpha, s, beta = parameters
        exponent = r + self.x
        buying, leaving = np.log(alpha + self.times), np.log(beta + self.times)
        logs = -exponent * buying - (s + 1) * leaving
        sums = _summed_from_the_end(logs, self._between(parameters, logs))
        first, last = self.first, self.last
        integrals = sums.take(last, axis=0)
        integrals *= -np.exp(logs[last] - logs[first])[:, None]
        integrals += sums.take(first, axis=0)
        there = np.maximum(integrals[:, 0], 0, out=integrals[:, 0])
        now = buying[last], leaving[last]
        with np.errstate(divide="ignore"):
            z = np.log(s) + logs[first] + np.log(there)  # nobody leaves within no time
        z += exponent * now[0] + s * now[1]
        return z, integrals, now

    def _between(self, parameters: Floats, logs: Floats) -> Floats:
        """Integrals from each time to the next, over F there, of F times each product."""
        _, alpha, s, beta = parameters
        exponent = parameters[0] + self.x
        least = min(alpha, beta)
        edges = np.log(least + self.times)
        half = np.diff(edges)[:, None] / 2
        place = np.exp(edges[:-1, None] + half * (1 + _NODES))  # least + y
        buying, leaving = place + (alpha - least), place + (beta - least)
        log_buying, log_leaving = np.log(buying), np.log(leaving)
        weight = -exponent * log_buying - (s + 1) * log_leaving - logs[:-1, None]
        weight = np.exp(weight) * place * half * _WEIGHTS
        factors = (np.ones_like(place), log_buying, 1 / buying, log_leaving, 1 / leaving)
        return np.stack(
            [np.einsum("ij,ij,ij->i", weight, factors[i], factors[j]) for i, j in _PAIRS], axis=1
        )


def _no_long_gaps(times: Floats, step: float) -> tuple[Floats, Integers]:
    """Put further times where two are further apart than `step`; and say where each one went."""
    pieces = np.maximum(np.ceil(np.diff(times) / step), 1).astype(np.intp) if step > 0 else None
    if pieces is None:
        return times, np.arange(len(times))
    moved = np.concatenate([[0], np.cumsum(pieces)])
    return np.interp(np.arange(moved[-1] + 1), moved, times), moved


def _summed_from_the_end(logs: Floats, between: Floats) -> Floats:
    """From each time to the last, in units of F there: H[i] = h[i] + H[i+1] F[i+1] / F[i]."""
    sums = np.zeros((len(logs), len(_PAIRS)))
    end = len(logs) - 1
    while end > 0:
        # `logs` falls: this part of it is within the range of numbers.
        start = int(np.searchsorted(-logs[:end], -logs[end] - _RANGE))
        start = min(start, end - 1)
        unit = np.exp(logs[start:end] - logs[end])[:, None]
        added = np.cumsum((between[start:end] * unit)[::-1], axis=0)[::-1]
        sums[start:end] = (added + sums[end]) / unit
        end = start
    return sums
