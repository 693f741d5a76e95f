"""BG/BB: who buys, or gives, at occasions that come up one after the other, and who has left?

At each occasion a customer who is still there buys with chance p; p ~ Beta(alpha, beta) over
customers. Before each occasion a customer leaves for good with chance q; q ~ Beta(gamma, delta).

Fader, P. S., Hardie, B. G. S., Shang, J. (2010): Customer-base analysis in a discrete-time
noncontractual setting. Marketing Science 29(6), 1086-1108.
"""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, hyp2f1

from guanxi.analytics.models.collapse import Collapsed, collapse, count_distinct
from guanxi.analytics.models.contract import LikelihoodModel
from guanxi.analytics.models.inputs import (
    Floats,
    at_least_one,
    case_weights,
    discount_rate,
    occasions_seen,
    whole_number,
    whole_numbers,
)
from guanxi.analytics.models.log_beta import log_beta
from guanxi.analytics.models.maximize import Curvature, maximize


class Occasions(NamedTuple):
    """Simulated customers, in the columns that `fit` takes."""

    frequency: Floats
    recency: Floats
    periods: Floats


class BetaGeometricBetaBernoulli(LikelihoodModel):
    """BG/BB: alpha and beta of buying at an occasion, gamma and delta of leaving before one."""

    parameter_names = ("alpha", "beta", "gamma", "delta")

    def fit(
        self,
        *,
        frequency: ArrayLike,
        recency: ArrayLike,
        periods: ArrayLike,
        weights: ArrayLike | None = None,
    ) -> Self:
        """Estimate the four from the purchases x at `periods` occasions n, of which the t_x-th was
        the last that was taken (0: none).

        The purchase by which somebody became a customer counts as none of them. `weights` says how
        many customers a row stands for.
        """
        x, t_x, n = occasions_seen(frequency, recency, periods)
        at_least_one("frequency", x)
        weight = case_weights(weights, rows=len(x))
        likelihood = _Likelihood(x, t_x, n, weight)
        estimate = maximize(
            likelihood.curvature,
            start=np.array([1.0, 1.0, 1.0, 2.0]),
            units=np.ones(4),
            total_weight=likelihood.total,
        )
        return self._keep(estimate)

    def probability_alive(
        self, *, frequency: ArrayLike, recency: ArrayLike, periods: ArrayLike
    ) -> Floats:
        """Give the chance that each is still there at the next occasion, n + 1:
        B(alpha + x, beta + n - x) B(gamma, delta + n + 1) / (B(alpha, beta) B(gamma, delta) L).
        """
        distinct = self._distinct(frequency, recency, periods)
        return distinct.scatter(np.exp(self._log_there(distinct.columns, ahead=1)))

    def expected_purchases(
        self, *, horizon: int, frequency: ArrayLike, recency: ArrayLike, periods: ArrayLike
    ) -> Floats:
        """Give E[X(n, n + n*) | x, t_x, n]: purchases to expect at the next `horizon` occasions.

        The sum, over these, of the chance to be there times the chance to buy if so, which holds
        where the paper's closed form is 0/0 (gamma = 1).
        """
        ahead = whole_number("horizon", horizon)
        distinct = self._distinct(frequency, recency, periods)
        there = [np.exp(self._log_there(distinct.columns, k)) for k in range(1, ahead + 1)]
        buys = self._chance_to_buy(distinct.columns)
        return distinct.scatter(buys * np.sum(there, axis=0, initial=0.0))

    def discounted_purchases(
        self, *, discount: float, frequency: ArrayLike, recency: ArrayLike, periods: ArrayLike
    ) -> Floats:
        """Give DERT: all purchases still to come, that at the k-th occasion from now worth
        (1 + discount)^-k, for a discount above 0."""
        worth = 1 / (1 + discount_rate(discount, above_0=True))
        _, _, gamma, delta = self._fitted()
        distinct = self._distinct(frequency, recency, periods)
        n = distinct.columns[2]
        there = np.exp(self._log_there(distinct.columns, ahead=1))
        ever = hyp2f1(1, delta + n + 1, gamma + delta + n + 1, worth)
        return distinct.scatter(self._chance_to_buy(distinct.columns) * there * worth * ever)

    def expected_purchases_new(self, periods: ArrayLike) -> Floats:
        """Give E[X(n)]: purchases of a new customer at the first n occasions."""
        alpha, beta, gamma, delta = self._fitted()
        (n,) = whole_numbers(periods=np.atleast_1d(np.asarray(periods, dtype=np.float64)))
        k = np.arange(1, n.max(initial=0) + 1)
        there = np.exp(betaln(gamma, delta + k) - betaln(gamma, delta))
        so_far = np.concatenate([[0.0], np.cumsum(there)])
        expected: Floats = alpha / (alpha + beta) * so_far[n.astype(int)]
        return expected

    def simulate(self, *, size: int, periods: ArrayLike, seed: int) -> Occasions:
        """Draw `size` customers for whom `periods` occasions came up (one number or one each)."""
        alpha, beta, gamma, delta = self._fitted()
        random = np.random.default_rng(seed)
        (n,) = whole_numbers(periods=np.broadcast_to(np.asarray(periods, np.float64), size))
        buys, leaves = random.beta(alpha, beta, size), random.beta(gamma, delta, size)
        x, t_x, there = np.zeros(size), np.zeros(size), np.ones(size, bool)
        for occasion in range(1, int(n.max(initial=0)) + 1):
            there &= random.random(size) >= leaves
            bought = there & (random.random(size) < buys) & (occasion <= n)
            x[bought] += 1
            t_x[bought] = occasion
        return Occasions(x, t_x, n)

    def _distinct(self, frequency: ArrayLike, recency: ArrayLike, periods: ArrayLike) -> Collapsed:
        self._fitted()
        return collapse(*occasions_seen(frequency, recency, periods))

    def _chance_to_buy(self, columns: tuple[Floats, ...]) -> Floats:
        """E[p | x, n] of whoever was there all along: (alpha + x) / (alpha + beta + n)."""
        alpha, beta, _, _ = self._fitted()
        x, _, n = columns
        return np.asarray((alpha + x) / (alpha + beta + n))

    def _log_there(self, columns: tuple[Floats, ...], ahead: int) -> Floats:
        """ln of the chance to be there at the occasion so many `ahead`."""
        alpha, beta, gamma, delta = self._fitted()
        x, t_x, n = columns
        likelihood = _Likelihood(x, t_x, n, None, are_distinct=True)
        stayed = betaln(alpha + x, beta + n - x) + betaln(gamma, delta + n + ahead)
        stayed -= betaln(alpha, beta) + betaln(gamma, delta)
        return np.asarray(stayed - likelihood.of_each(np.array(self._fitted())))


class _Likelihood:
    """L = sum over m of B(alpha + x, beta + m - x) B(gamma + [m < n], delta + m), over the same of
    (alpha, beta) and (gamma, delta); m, the occasions at which the customer was there, is n or one
    of t_x .. n - 1.
    """

    def __init__(
        self,
        x: Floats,
        t_x: Floats,
        n: Floats,
        weight: Floats | None,
        *,
        are_distinct: bool = False,
    ) -> None:
        if are_distinct:
            self.weight = np.ones(len(x))
        else:
            (x, t_x, n), self.weight = count_distinct(x, t_x, n, weights=weight)
        self.total = float(self.weight.sum())
        terms = (n - t_x + 1).astype(int)
        self.starts = np.concatenate([[0], np.cumsum(terms)[:-1]]) if len(terms) else terms
        self.row = np.repeat(np.arange(len(x)), terms)
        place = np.arange(len(self.row)) - self.starts[self.row]
        self.x, self.there = x[self.row], t_x[self.row] + place
        self.left = (self.there < n[self.row]).astype(float)

    def of_each(self, parameters: Floats) -> Floats:
        """ln L of each row."""
        if not len(self.starts):
            return np.zeros(0)
        alpha, beta, gamma, delta = parameters
        buying = betaln(alpha + self.x, beta + self.there - self.x)
        staying = betaln(gamma + self.left, delta + self.there)
        logs = buying + staying - betaln(alpha, beta) - betaln(gamma, delta)
        return np.asarray(np.logaddexp.reduceat(logs, self.starts))

    def curvature(self, parameters: Floats) -> Curvature:
        """Give ln L with gradient and Hessian in (alpha, beta, gamma, delta).

        With p the shares of the terms of a row: gradient sum p g, Hessian sum p (g' + g g^T) less
        the square of the gradient.
        """
        alpha, beta, gamma, delta = parameters
        buying = log_beta(alpha + self.x, beta + self.there - self.x)
        staying = log_beta(gamma + self.left, delta + self.there)
        logs = buying.value + staying.value
        sums = np.logaddexp.reduceat(logs, self.starts)
        share = np.exp(logs - sums[self.row])
        weight = share * self.weight[self.row]
        slopes = np.concatenate([buying.slopes, staying.slopes])
        of_rows = np.add.reduceat(slopes * share, self.starts, axis=1)
        hessian = (slopes * weight) @ slopes.T - (of_rows * self.weight) @ of_rows.T
        before = log_beta(alpha, beta), log_beta(gamma, delta)
        gradient = of_rows @ self.weight
        for place, (of_terms, base) in enumerate(zip((buying, staying), before, strict=True)):
            part = slice(2 * place, 2 * place + 2)
            hessian[part, part] += of_terms.bends @ weight - self.total * base.bends
            gradient[part] -= self.total * base.slopes
        value = sums @ self.weight - self.total * sum(base.value for base in before)
        return Curvature(float(value), gradient, hessian)
