"""What the models of (x, t_x, T) share: repeat purchases, the time of the last, and the age.

All times count from a customer's first purchase, in one unit of your choice. A rate of discount is
a share for each such unit (`discount_per_unit` makes it of a yearly one), so that no result depends
on the unit.

Given that a customer is there now, t_x tells nothing more: what is to come is forecast once for
each distinct (x, T) and weighed by the chance to be there.
"""

from abc import abstractmethod
from collections.abc import Callable
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike

from guanxi.analytics.models.collapse import collapse
from guanxi.analytics.models.contract import LikelihoodModel, Search
from guanxi.analytics.models.inputs import (
    Floats,
    at_least_one,
    discount_rate,
    horizon_length,
    purchase_history,
    vectors,
    whole_number,
)
from guanxi.analytics.models.maximize import maximize
from guanxi.analytics.models.prior import Prior

_SAMPLE = 20_000
# Expected purchases bend so little within a horizon that discounting them needs few places.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)


class PurchaseHistory(NamedTuple):
    """Simulated customers, in the columns that `fit` takes."""

    frequency: Floats
    recency: Floats
    age: Floats


class PurchaseModel(LikelihoodModel):
    """A model of when customers buy and whether they have left without a word."""

    def fit(
        self,
        *,
        frequency: ArrayLike,
        recency: ArrayLike,
        age: ArrayLike,
        weights: ArrayLike | None = None,
        prior: Prior | None = None,
    ) -> Self:
        """Estimate the parameters from repeat purchases x, the time t_x of the last, and age T.

        Parameters that are times come back in the unit of the data.
        """
        columns = self._read(frequency=frequency, recency=recency, age=age)
        return self._fit(columns, weights, prior)

    @abstractmethod
    def probability_alive(
        self, *, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
    ) -> Floats:
        """Give the chance that each customer has not left."""

    def expected_purchases(
        self, *, horizon: float, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
    ) -> Floats:
        """Give E[Y(t) | x, t_x, T]: purchases to expect in the next `horizon` t of time."""
        ahead = horizon_length(horizon)
        return self._ahead(
            lambda x, age_now: self._expected_if_alive(x, age_now, ahead),
            self.probability_alive(frequency=frequency, recency=recency, age=age),
            frequency,
            age,
        )

    def discounted_purchases(
        self,
        *,
        discount: float,
        horizon: float | None = None,
        frequency: ArrayLike,
        recency: ArrayLike,
        age: ArrayLike,
    ) -> Floats:
        """Give the purchases still to come, one in time t from now worth (1 + discount)^-t.

        Those of the next `horizon` of time; without one all there will ever be (DERT), for a
        discount above 0.
        """
        rate = float(np.log1p(discount_rate(discount, above_0=horizon is None)))
        ahead = None if horizon is None else horizon_length(horizon)
        return self._ahead(
            lambda x, age_now: (
                self._discounted_if_alive(x, age_now, rate)
                if ahead is None
                else self._discounted_until(x, age_now, rate, ahead)
            ),
            self.probability_alive(frequency=frequency, recency=recency, age=age),
            frequency,
            age,
        )

    def purchase_chances(
        self,
        *,
        horizon: float,
        most: int,
        frequency: ArrayLike,
        recency: ArrayLike,
        age: ArrayLike,
    ) -> Floats:
        """Give P(Y(t) = y | x, t_x, T) in the next `horizon` t of time, a column for each number y
        of purchases from 0 to `most`; what a row lacks to 1 is the chance of more."""
        ahead, last = horizon_length(horizon), whole_number("most", most)
        alive = self.probability_alive(frequency=frequency, recency=recency, age=age)
        chances = self._ahead(
            lambda x, age_now: self._chances_if_alive(x, age_now, ahead, last),
            alive[:, None],
            frequency,
            age,
        )
        chances[:, 0] += 1 - alive  # who has left buys nothing
        return chances

    @abstractmethod
    def expected_purchases_new(self, t: ArrayLike) -> Floats:
        """Give E[X(t)]: repeat purchases of a new customer in the first `t` of time."""

    @abstractmethod
    def purchase_chances_new(self, t: ArrayLike, *, most: int) -> Floats:
        """Give P(X(t) = x) of a new customer in the first `t` of time, a column for each number x
        of repeat purchases from 0 to `most`."""

    def _ahead(
        self,
        given_alive: Callable[[Floats, Floats], Floats],
        alive: Floats,
        frequency: ArrayLike,
        age: ArrayLike,
    ) -> Floats:
        distinct = collapse(*vectors(frequency=frequency, age=age))
        return np.asarray(alive * distinct.scatter(given_alive(*distinct.columns)))

    def _discounted_until(self, x: Floats, age: Floats, rate: float, ahead: float) -> Floats:
        """By parts: e^(-rate t) E[Y(t)] and rate times the integral of e^(-rate u) E[Y(u)]."""
        until = self._expected_if_alive(x, age, ahead) * np.exp(-rate * ahead)
        for node, weight in zip(_NODES, _WEIGHTS, strict=True):
            place = ahead * (1 + node) / 2
            part = rate * ahead / 2 * weight * np.exp(-rate * place)
            until += part * self._expected_if_alive(x, age, place)
        return np.asarray(until)

    @abstractmethod
    def _expected_if_alive(self, x: Floats, age: Floats, ahead: float) -> Floats:
        """Give E[Y(t)] of whoever is there now."""

    @abstractmethod
    def _discounted_if_alive(self, x: Floats, age: Floats, rate: float) -> Floats:
        """Give DERT of whoever is there now, at a continuous `rate`."""

    @abstractmethod
    def _chances_if_alive(self, x: Floats, age: Floats, ahead: float, most: int) -> Floats:
        """Give P(Y(t) = y) of whoever is there now, a column for each y."""

    def _read(
        self, *, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
    ) -> tuple[Floats, ...]:
        columns = purchase_history(frequency, recency, age)
        at_least_one("frequency", columns[0])
        return columns

    def _search(self, columns: tuple[Floats, ...], weight: Floats | None) -> Search:
        """Choose where the search begins: for a crowd, at the best fit of a sample of it.

        Each step over everybody that the sample saves is a large part of the whole time.
        """
        x, _, age = columns
        unit = float(np.average(age, weights=weight)) or 1.0
        units = self._units(unit)
        rough = Search(self._rough(float(np.average(x, weights=weight)), unit), units)
        stride = len(x) // _SAMPLE
        if stride < 2:
            return rough
        drawn = slice(None, None, stride)
        sampled = None if weight is None else weight[drawn]
        if sampled is not None and not sampled.sum() > 0:
            return rough
        likelihood = self._likelihood(tuple(column[drawn] for column in columns), sampled)
        fit = maximize(
            likelihood.curvature, start=rough.start, units=units, total_weight=likelihood.total
        )
        return Search(fit.parameters, units) if fit.converged and not fit.at_edge else rough

    def _own_doubts(self, columns: tuple[Floats, ...]) -> list[str]:
        if columns[0].any():
            return []
        return ["Nobody has bought again: how often customers buy can hardly be known."]

    @abstractmethod
    def _rough(self, mean_x: float, unit: float) -> Floats:
        """Where to begin without having looked at more than the mean of x."""

    @abstractmethod
    def _units(self, unit: float) -> Floats:
        """Each parameter's ordinary size where the mean age is `unit`."""
