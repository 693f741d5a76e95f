"""BG/BB: who buys, or gives, at occasions that come up one after the other, and who has left?

At each occasion a customer who is still there buys with chance p; p ~ Beta(alpha, beta) over
customers. Before each occasion a customer leaves for good with chance q; q ~ Beta(gamma, delta).

Fader, P. S., Hardie, B. G. S., Shang, J. (2010): Customer-base analysis in a discrete-time
noncontractual setting. Marketing Science 29(6), 1086-1108.
"""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, gammaln, hyp2f1

from guanxi.analytics.models.collapse import Collapsed, collapse, count_distinct
from guanxi.analytics.models.contract import LikelihoodModel, Search
from guanxi.analytics.models.inputs import (
    Floats,
    at_least_one,
    discount_rate,
    occasions_seen,
    whole_number,
    whole_numbers,
)
from guanxi.analytics.models.log_beta import log_beta
from guanxi.analytics.models.maximize import Curvature
from guanxi.analytics.models.prior import Prior


class Occasions(NamedTuple):
    """Simulated customers, in the columns that `fit` takes."""

    frequency: Floats
    recency: Floats
    periods: Floats


class BetaGeometricBetaBernoulli(LikelihoodModel):
    """BG/BB: alpha and beta of buying at an occasion, gamma and delta of leaving before one."""

    parameter_names = ("alpha", "beta", "gamma", "delta")
    leaving = ("gamma", "delta")

    def fit(
        self,
        *,
        frequency: ArrayLike,
        recency: ArrayLike,
        periods: ArrayLike,
        weights: ArrayLike | None = None,
        prior: Prior | None = None,
    ) -> Self:
        """Estimate the four from the purchases x at `periods` occasions n, of which the t_x-th was
        the last that was taken (0: none).

        The purchase by which somebody became a customer counts as none of them.
        """
        columns = self._read(frequency=frequency, recency=recency, periods=periods)
        return self._fit(columns, weights, prior)

    def probability_alive(
        self, *, frequency: ArrayLike, recency: ArrayLike, periods: ArrayLike
    ) -> Floats:
        """Give the chance that each is still there at the next occasion, n + 1:
        B(alpha + x, beta + n - x) B(gamma, delta + n + 1) / (B(alpha, beta) B(gamma, delta) L).
        """
        distinct = self._distinct(frequency, recency, periods)
        return distinct.scatter(self._there(distinct.columns, 1)[0])

    def expected_purchases(
        self, *, horizon: int, frequency: ArrayLike, recency: ArrayLike, periods: ArrayLike
    ) -> Floats:
        """Give E[X(n, n + n*) | x, t_x, n]: purchases to expect at the next `horizon` occasions.

        The sum, over these, of the chance to be there times the chance to buy if so, which holds
        where the paper's closed form is 0/0 (gamma = 1).
        """
        ahead = whole_number("horizon", horizon)
        distinct = self._distinct(frequency, recency, periods)
        there = self._there(distinct.columns, ahead).sum(axis=0)
        return distinct.scatter(self._chance_to_buy(distinct.columns) * there)

    def discounted_purchases(
        self,
        *,
        discount: float,
        horizon: int | None = None,
        frequency: ArrayLike,
        recency: ArrayLike,
        periods: ArrayLike,
    ) -> Floats:
        """Give the purchases still to come, that at the k-th occasion from now worth
        (1 + discount)^-k.

        Those at the next `horizon` occasions; without one all there will ever be (DERT, equation
        14 of the paper), for a discount above 0.
        """
        worth = 1 / (1 + discount_rate(discount, above_0=horizon is None))
        _, _, gamma, delta = self._fitted()
        distinct = self._distinct(frequency, recency, periods)
        buys = self._chance_to_buy(distinct.columns)
        if horizon is not None:
            ahead = whole_number("horizon", horizon)
            worths = worth ** np.arange(1.0, ahead + 1)
            return distinct.scatter(buys * (worths @ self._there(distinct.columns, ahead)))
        n = distinct.columns[2]
        there = self._there(distinct.columns, 1)[0]
        ever = hyp2f1(1, delta + n + 1, gamma + delta + n + 1, worth)
        return distinct.scatter(buys * there * worth * ever)

    def purchase_chances(
        self,
        *,
        horizon: int,
        most: int,
        frequency: ArrayLike,
        recency: ArrayLike,
        periods: ArrayLike,
    ) -> Floats:
        """Give P(X(n, n + n*) = y | x, t_x, n) at the next `horizon` n* occasions, a column for
        each number y of purchases from 0 to `most`: the sum, over the number of occasions at which
        the customer is still there, of the beta-binomial chance of y purchases at so many."""
        alpha, beta, _, _ = self._fitted()
        ahead, last = whole_number("horizon", horizon), whole_number("most", most)
        distinct = self._distinct(frequency, recency, periods)
        x, _, n = distinct.columns
        reached = self._there(distinct.columns, ahead)
        there = np.concatenate([np.ones((1, len(x))), reached, np.zeros((1, len(x)))])
        chances = np.zeros((len(x), last + 1))
        for k in range(ahead + 1):
            bought = _beta_binomial(k, last, (alpha + x)[:, None], (beta + n - x)[:, None])
            chances += (there[k] - there[k + 1])[:, None] * bought
        return distinct.scatter(chances)

    def purchase_chances_new(self, periods: ArrayLike, *, most: int) -> Floats:
        """Give P(X(n) = x) of a new customer, a column for each number x from 0 to `most`."""
        (n,) = whole_numbers(periods=np.atleast_1d(np.asarray(periods, dtype=np.float64)))
        nothing = {name: np.zeros(1) for name in ("frequency", "recency", "periods")}
        chances = np.zeros((len(n), whole_number("most", most) + 1))
        for horizon in np.unique(n):
            chances[n == horizon] = self.purchase_chances(horizon=horizon, most=most, **nothing)
        return chances

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

    def _read(
        self, *, frequency: ArrayLike, recency: ArrayLike, periods: ArrayLike
    ) -> tuple[Floats, ...]:
        columns = occasions_seen(frequency, recency, periods)
        at_least_one("frequency", columns[0])
        return columns

    def _likelihood(self, columns: tuple[Floats, ...], weight: Floats | None) -> "_Likelihood":
        x, t_x, n = columns
        return _Likelihood(x, t_x, n, weight)

    def _search(self, columns: tuple[Floats, ...], weight: Floats | None) -> Search:
        return Search(np.array([1.0, 1.0, 1.0, 2.0]), np.ones(4))

    def _own_doubts(self, columns: tuple[Floats, ...]) -> list[str]:
        if columns[0].any():
            return []
        return ["Nobody has bought again: how often customers buy can hardly be known."]

    def _distinct(self, frequency: ArrayLike, recency: ArrayLike, periods: ArrayLike) -> Collapsed:
        self._fitted()
        return collapse(*occasions_seen(frequency, recency, periods))

    def _chance_to_buy(self, columns: tuple[Floats, ...]) -> Floats:
        """E[p | x, n] of whoever was there all along: (alpha + x) / (alpha + beta + n)."""
        alpha, beta, _, _ = self._fitted()
        x, _, n = columns
        return np.asarray((alpha + x) / (alpha + beta + n))

    def _there(self, columns: tuple[Floats, ...], last: int) -> Floats:
        """The chance to be there at the next occasion, the one after, up to the `last` [last,
        rows]."""
        alpha, beta, gamma, delta = self._fitted()
        x, t_x, n = columns
        likelihood = _Likelihood(x, t_x, n, None, are_distinct=True)
        bought = betaln(alpha + x, beta + n - x) - betaln(alpha, beta) - betaln(gamma, delta)
        ahead = np.arange(1.0, last + 1)[:, None]
        stayed = bought + betaln(gamma, delta + n + ahead)
        return np.asarray(np.exp(stayed - likelihood.of_each(np.array(self._fitted()))))


def _beta_binomial(occasions: int, most: int, buys: Floats, passes: Floats) -> Floats:
    """The chance of each number of purchases from 0 to `most` at so many `occasions`."""
    y = np.arange(min(occasions, most) + 1.0)
    choose = gammaln(occasions + 1) - gammaln(y + 1) - gammaln(occasions - y + 1)
    chances = np.exp(choose + betaln(buys + y, passes + occasions - y) - betaln(buys, passes))
    return np.pad(chances, ((0, 0), (0, most + 1 - len(y))))


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
