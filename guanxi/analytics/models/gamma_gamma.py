"""Gamma-Gamma: what does a customer spend on a purchase, given a few purchases seen?

A purchase is Gamma(p, nu) with nu ~ Gamma(q, v) over customers; spend does not depend on how
often the customer buys.

Fader, P. S., Hardie, B. G. S. (2013): The Gamma-Gamma Model of Monetary Value.
http://www.brucehardie.com/notes/025/
"""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, gammaln, polygamma

from guanxi.analytics.models.collapse import count_distinct
from guanxi.analytics.models.contract import LikelihoodModel, Search
from guanxi.analytics.models.inputs import Floats, spend_history, whole_numbers
from guanxi.analytics.models.maximize import Curvature
from guanxi.analytics.models.prior import Prior


class SpendHistory(NamedTuple):
    """Simulated customers, in the columns that `fit` takes."""

    frequency: Floats
    monetary: Floats


class GammaGamma(LikelihoodModel):
    """Spend per purchase: parameters p, q and v, the last in the currency of the data."""

    parameter_names = ("p", "q", "v")

    def fit(
        self,
        *,
        frequency: ArrayLike,
        monetary: ArrayLike,
        weights: ArrayLike | None = None,
        prior: Prior | None = None,
    ) -> Self:
        """Estimate p, q, v from x purchases of mean value `monetary`; rows with x = 0 say
        nothing."""
        return self._fit(self._read(frequency=frequency, monetary=monetary), weights, prior)

    def expected_spend(self, *, frequency: ArrayLike, monetary: ArrayLike) -> Floats:
        """Give E[M | x, m] = p (v + x m) / (p x + q - 1), the value to expect of a purchase.

        NaN where that mean does not exist (q <= 1 and next to nothing bought).
        """
        p, q, v = self._fitted()
        x, mean_spend = spend_history(frequency, monetary)
        below = p * x + q - 1
        exists = below > 0
        spend: Floats = np.where(
            exists, p * (v + x * mean_spend) / np.where(exists, below, 1), np.nan
        )
        return spend

    def simulate(self, *, frequency: ArrayLike, seed: int) -> SpendHistory:
        """Draw a customer for each number of purchases."""
        p, q, v = self._fitted()
        random = np.random.default_rng(seed)
        (x,) = whole_numbers(frequency=frequency)
        rate = np.maximum(random.gamma(q, 1 / v, len(x)), 1e-300)
        spent = random.gamma(p * np.maximum(x, 1)) / rate
        return SpendHistory(x, np.where(x > 0, spent / np.maximum(x, 1), 0.0))

    def _read(self, *, frequency: ArrayLike, monetary: ArrayLike) -> tuple[Floats, ...]:
        return spend_history(frequency, monetary)

    def _likelihood(self, columns: tuple[Floats, ...], weight: Floats | None) -> "_Likelihood":
        x, mean_spend = columns
        bought = self._says_something(columns)
        if not bought.any():
            raise ValueError("frequency is 0 or empty throughout: a fit needs a purchase")
        kept = None if weight is None else weight[bought]
        if kept is not None and not kept.sum() > 0:
            raise ValueError("weights are 0 wherever frequency is above 0: a fit needs a purchase")
        (x, mean_spend), counts = count_distinct(x[bought], mean_spend[bought], weights=kept)
        return _Likelihood(x, mean_spend, counts)

    def _search(self, columns: tuple[Floats, ...], weight: Floats | None) -> Search:
        x, mean_spend = columns
        said = (x > 0) if weight is None else weight * (x > 0)
        unit = float(np.average(mean_spend, weights=said))
        return Search(np.array([2.0, 3.0, unit]), np.array([1.0, 1.0, unit]))

    def _says_something(self, columns: tuple[Floats, ...]) -> NDArray[np.bool_]:
        return columns[0] > 0

    def _own_doubts(self, columns: tuple[Floats, ...]) -> list[str]:
        doubts = []
        if columns[0].max() <= 1:
            doubts.append(
                "Nobody bought twice: how much of the spread is within a customer and how much "
                "between customers cannot be told."
            )
        if self.params_["q"] <= 1:
            doubts.append(
                f"q is {self.params_['q']:.3g}: spend varies so much between customers that the "
                "model has no population mean; customers without purchases get no forecast."
            )
        return doubts


class _Likelihood:
    """ln L = ln G(px+q) - ln G(px) - ln G(q) + q ln v + (px-1) ln m + px ln x - (px+q) ln(xm+v)

    The gamma functions are of x alone, so they are taken once for each number of purchases that
    occurs; a customer costs one logarithm and one division a step.
    """

    def __init__(self, x: Floats, mean_spend: Floats, weight: Floats) -> None:
        self.weight, self.weight_x, self.total = weight, weight * x, float(weight.sum())
        self.spent = x * mean_spend
        self.log_spent_sum = float(weight @ np.log(self.spent))
        self.base = -float(weight @ np.log(mean_spend))
        self.counts, place = np.unique(x, return_inverse=True)
        self.customers = np.bincount(place, weights=weight)

    def curvature(self, parameters: Floats) -> Curvature:
        """Give ln L with gradient and Hessian in (p, q, v)."""
        p, q, v = parameters
        n, x, customers = self.total, self.counts, self.customers
        shape = p * x + q
        bend_shape = polygamma(1, shape)
        log_share = -np.log1p(v / self.spent)  # of what was spent in itself and v: ln xm/(xm+v)
        share, share_x = float(self.weight @ log_share), float(self.weight_x @ log_share)
        one_over = 1 / (self.spent + v)
        over, over_x = self.weight @ one_over, self.weight_x @ one_over
        one_over *= one_over
        square, square_x = self.weight @ one_over, self.weight_x @ one_over
        log_sum = self.log_spent_sum - share  # of ln(xm+v)
        value = customers @ (gammaln(shape) - gammaln(p * x)) + n * (q * np.log(v) - gammaln(q))
        value += self.base + p * share_x - q * log_sum
        hessian = _symmetric(
            pp=customers @ (x**2 * (bend_shape - polygamma(1, p * x))),
            pq=customers @ (x * bend_shape),
            pv=-over_x,
            qq=customers @ bend_shape - n * polygamma(1, q),
            qv=n / v - over,
            vv=p * square_x + q * square - n * q / v**2,
        )
        gradient = np.array(
            [
                customers @ (x * (digamma(shape) - digamma(p * x))) + share_x,
                customers @ digamma(shape) + n * (np.log(v) - digamma(q)) - log_sum,
                n * q / v - p * over_x - q * over,
            ]
        )
        return Curvature(float(value), gradient, hessian)


def _symmetric(*, pp: float, pq: float, pv: float, qq: float, qv: float, vv: float) -> Floats:
    return np.array([[pp, pq, pv], [pq, qq, qv], [pv, qv, vv]])
