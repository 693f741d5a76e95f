"""Pareto/NBD: customers buy at their own rate, and leave without a word at their own rate.

While alive a customer buys at a Poisson rate lambda; lambda ~ Gamma(r, alpha) over customers. The
time until a customer leaves is exponential with rate mu; mu ~ Gamma(s, beta) over customers.

Schmittlein, D. C., Morrison, D. G., Colombo, R. (1987): Counting your customers: who are they and
what will they do next? Management Science 33(1), 1-24.
Fader, P. S., Hardie, B. G. S. (2005): A note on deriving the Pareto/NBD model and related
expressions.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, exprel

from guanxi.analytics.models.collapse import collapse
from guanxi.analytics.models.inputs import Floats, horizon_length, purchase_history, vectors
from guanxi.analytics.models.pareto_nbd_likelihood import ParetoLikelihood
from guanxi.analytics.models.purchase_model import PurchaseHistory, PurchaseModel


class ParetoNBD(PurchaseModel):
    """Pareto/NBD. A customer may leave at any moment, not only after a purchase."""

    parameter_names = ("r", "alpha", "s", "beta")

    def probability_alive(
        self, *, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
    ) -> Floats:
        """Give the chance that each customer has not left: 1 / (1 + R), see `ParetoLikelihood`."""
        parameters = np.array(self._fitted())
        distinct = collapse(*purchase_history(frequency, recency, age))
        x, t_x, age_now = distinct.columns
        likelihood = ParetoLikelihood(x=x, t_x=t_x, age=age_now, weight=None, are_distinct=True)
        return distinct.scatter(expit(-likelihood.log_odds_left(parameters)))

    def expected_purchases(
        self, *, horizon: float, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
    ) -> Floats:
        """Give E[Y(t) | x, t_x, T], purchases to expect in the next `horizon` t of time:
        P(alive) (r + x) (beta + T) / ((alpha + T) (s - 1))
            [1 - ((beta + T) / (beta + T + t))^(s - 1)]
        """
        r, alpha, s, beta = self._fitted()
        ahead = horizon_length(horizon)
        alive = self.probability_alive(frequency=frequency, recency=recency, age=age)
        x, _, age_now = purchase_history(frequency, recency, age)
        watched = _time_there(s, beta + age_now, ahead)
        return np.asarray(alive * (r + x) / (alpha + age_now) * watched)

    def expected_purchases_new(self, t: ArrayLike) -> Floats:
        """Give E[X(t)]: repeat purchases of a new customer in the first `t` of time."""
        r, alpha, s, beta = self._fitted()
        (time,) = vectors(t=np.atleast_1d(np.asarray(t, dtype=np.float64)))
        return np.asarray(r / alpha * _time_there(s, np.full(len(time), beta), time))

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

    def _likelihood(
        self, x: Floats, t_x: Floats, age: Floats, weight: Floats | None
    ) -> ParetoLikelihood:
        return ParetoLikelihood(x=x, t_x=t_x, age=age, weight=weight)

    def _rough(self, mean_x: float, unit: float) -> Floats:
        return np.array([0.5, 0.5 * unit / max(mean_x, 1e-3), 0.5, unit])

    def _units(self, unit: float) -> Floats:
        return np.array([1.0, unit, 1.0, unit])


def _time_there(shape: float, until_now: Floats, ahead: Floats | float) -> Floats:
    """How much of the time ahead to expect before leaving: u (1 - (u / (u + t))^(s-1)) / (s-1), by
    (1 - e^-z) / z, which is 1 where s is 1."""
    log_growth = np.log1p(ahead / until_now)
    return np.asarray(until_now * log_growth * exprel((1 - shape) * log_growth))
