"""What the models of (x, t_x, T) share: repeat purchases, the time of the last, and the age.

All times count from a customer's first purchase, in one unit of your choice.
"""

from abc import abstractmethod
from typing import NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike

from guanxi.analytics.models.contract import LikelihoodModel
from guanxi.analytics.models.inputs import Floats, at_least_one, case_weights, purchase_history
from guanxi.analytics.models.maximize import Curvature, maximize

_SAMPLE = 20_000


class PurchaseHistory(NamedTuple):
    """Simulated customers, in the columns that `fit` takes."""

    frequency: Floats
    recency: Floats
    age: Floats


class PurchaseLikelihood(Protocol):
    """The log-likelihood of customers."""

    total: float  # how many there are

    def curvature(self, parameters: Floats) -> Curvature:
        """Give it at one point, with its derivatives."""


class PurchaseModel(LikelihoodModel):
    """A model of when customers buy and whether they have left without a word."""

    def fit(
        self,
        *,
        frequency: ArrayLike,
        recency: ArrayLike,
        age: ArrayLike,
        weights: ArrayLike | None = None,
    ) -> Self:
        """Estimate the parameters from repeat purchases x, the time t_x of the last, and age T.

        Parameters that are times come back in the unit of the data. `weights` says how many
        customers a row stands for.
        """
        x, t_x, age_now = purchase_history(frequency, recency, age)
        at_least_one("frequency", x)
        weight = case_weights(weights, rows=len(x))
        unit = float(np.average(age_now, weights=weight)) or 1.0
        estimate = maximize(
            self._likelihood(x, t_x, age_now, weight).curvature,
            start=self._start(x, t_x, age_now, weight, unit),
            units=self._units(unit),
            total_weight=float(len(x) if weight is None else weight.sum()),
        )
        return self._keep(estimate)

    def _start(
        self, x: Floats, t_x: Floats, age: Floats, weight: Floats | None, unit: float
    ) -> Floats:
        """Choose where the search begins: for a crowd, at the best fit of a sample of it.

        Each step over everybody that the sample saves is a large part of the whole time.
        """
        rough = self._rough(float(np.average(x, weights=weight)), unit)
        stride = len(x) // _SAMPLE
        if stride < 2:
            return rough
        drawn = slice(None, None, stride)
        sampled = None if weight is None else weight[drawn]
        if sampled is not None and not sampled.sum() > 0:
            return rough
        likelihood = self._likelihood(x[drawn], t_x[drawn], age[drawn], sampled)
        fit = maximize(
            likelihood.curvature,
            start=rough,
            units=self._units(unit),
            total_weight=likelihood.total,
        )
        return fit.parameters if fit.converged and not fit.at_edge else rough

    @abstractmethod
    def _likelihood(
        self, x: Floats, t_x: Floats, age: Floats, weight: Floats | None
    ) -> PurchaseLikelihood: ...

    @abstractmethod
    def _rough(self, mean_x: float, unit: float) -> Floats:
        """Where to begin without having looked at more than the mean of x."""

    @abstractmethod
    def _units(self, unit: float) -> Floats:
        """Each parameter's ordinary size where the mean age is `unit`."""
