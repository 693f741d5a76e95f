"""Pareto/NBD: customers buy at their own rate, and leave without a word at their own rate.

While alive a customer buys at a Poisson rate lambda; lambda ~ Gamma(r, alpha) over customers. The
time until a customer leaves is exponential with rate mu; mu ~ Gamma(s, beta) over customers.

Schmittlein, D. C., Morrison, D. G., Colombo, R. (1987): Counting your customers: who are they and
what will they do next? Management Science 33(1), 1-24.
Fader, P. S., Hardie, B. G. S. (2005): A note on deriving the Pareto/NBD model and related
expressions.
Fader, P. S., Hardie, B. G. S., Lee, K. L. (2005): RFM and CLV: Using Iso-Value Curves for Customer
Base Analysis. Journal of Marketing Research 42(4), 415-430.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from guanxi.analytics.models.collapse import collapse
from guanxi.analytics.models.inputs import Floats, purchase_history, vectors, whole_number
from guanxi.analytics.models.pareto_nbd_forecast import (
    chances_while_there,
    discounted_time_there,
    time_there,
)
from guanxi.analytics.models.pareto_nbd_likelihood import ParetoLikelihood
from guanxi.analytics.models.purchase_model import PurchaseHistory, PurchaseModel


class ParetoNBD(PurchaseModel):
    """Pareto/NBD. A customer may leave at any moment, not only after a purchase."""

    parameter_names = ("r", "alpha", "s", "beta")
    leaving = ("s", "beta")

    def probability_alive(
        self, *, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
    ) -> Floats:
        """Give the chance that each customer has not left: 1 / (1 + R), see `ParetoLikelihood`."""
        parameters = np.array(self._fitted())
        distinct = collapse(*purchase_history(frequency, recency, age))
        x, t_x, age_now = distinct.columns
        likelihood = ParetoLikelihood(x=x, t_x=t_x, age=age_now, weight=None, are_distinct=True)
        return distinct.scatter(expit(-likelihood.log_odds_left(parameters)))

    def expected_purchases_new(self, t: ArrayLike) -> Floats:
        """Give E[X(t)]: repeat purchases of a new customer in the first `t` of time."""
        r, alpha, s, beta = self._fitted()
        (time,) = vectors(t=np.atleast_1d(np.asarray(t, dtype=np.float64)))
        return np.asarray(r / alpha * time_there(s, np.full(len(time), beta), time))

    def purchase_chances_new(self, t: ArrayLike, *, most: int) -> Floats:
        """Give P(X(t) = x) from x = 0 to `most`, see `chances_while_there`."""
        r, alpha, s, beta = self._fitted()
        (time,) = vectors(t=np.atleast_1d(np.asarray(t, dtype=np.float64)))
        same = np.ones(len(time))
        return chances_while_there(
            shape=r * same,
            buying=alpha * same,
            leave=s,
            leaving=beta * same,
            ahead=time,
            most=whole_number("most", most),
        )

    def simulate(self, *, size: int, age: ArrayLike, seed: int) -> PurchaseHistory:
        """Draw `size` customers who have been watched for `age` (one time, or one each)."""
        r, alpha, s, beta = self._fitted()
        random = np.random.default_rng(seed)
        (ages,) = vectors(age=np.broadcast_to(np.asarray(age, dtype=np.float64), size))
        leaving = np.maximum(random.gamma(s, 1 / beta, size), 1e-300)
        there = np.minimum(random.exponential(size=size) / leaving, ages)
        x = random.poisson(random.gamma(r, 1 / alpha, size) * there).astype(float)
        # The last of x moments drawn evenly from a time is as late as this (inversion).
        last = there * random.random(size) ** (1 / np.maximum(x, 1))
        return PurchaseHistory(x, np.where(x > 0, last, 0.0), ages)

    def _expected_if_alive(self, x: Floats, age: Floats, ahead: float) -> Floats:
        """(r + x) (beta + T) / ((alpha + T) (s - 1)) [1 - ((beta + T) / (beta + T + t))^(s - 1)]"""
        r, alpha, s, beta = self._fitted()
        return np.asarray((r + x) / (alpha + age) * time_there(s, beta + age, ahead))

    def _discounted_if_alive(self, x: Floats, age: Floats, rate: float) -> Floats:
        """(r + x) / (alpha + T) rate^(s-1) (beta + T)^s U(s, s, rate (beta + T)): with P(alive),
        equation (2) of Fader, Hardie and Lee (2005, RFM and CLV)."""
        r, alpha, s, beta = self._fitted()
        return np.asarray((r + x) / (alpha + age) * discounted_time_there(s, beta + age, rate))

    def _chances_if_alive(self, x: Floats, age: Floats, ahead: float, most: int) -> Floats:
        r, alpha, s, beta = self._fitted()
        return chances_while_there(
            shape=r + x,
            buying=alpha + age,
            leave=s,
            leaving=beta + age,
            ahead=np.full(len(x), ahead),
            most=most,
        )

    def _likelihood(self, columns: tuple[Floats, ...], weight: Floats | None) -> ParetoLikelihood:
        x, t_x, age = columns
        return ParetoLikelihood(x=x, t_x=t_x, age=age, weight=weight)

    def _rough(self, mean_x: float, unit: float) -> Floats:
        return np.array([0.5, 0.5 * unit / max(mean_x, 1e-3), 0.5, unit])

    def _units(self, unit: float) -> Floats:
        return np.array([1.0, unit, 1.0, unit])
