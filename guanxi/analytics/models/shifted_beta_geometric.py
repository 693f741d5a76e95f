"""sBG: for how many periods do customers with a contract renew it?

At each renewal a customer leaves for good with chance p; p ~ Beta(alpha, beta) over customers. Who
is likely to leave leaves first, so that retention rises with tenure though nobody changes.

Fader, P. S., Hardie, B. G. S. (2007): How to project customer retention. Journal of Interactive
Marketing 21(1), 76-90.
Fader, P. S., Hardie, B. G. S. (2010): Customer-base valuation in a contractual setting: the perils
of ignoring heterogeneity. Marketing Science 29(1), 85-93.
"""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, hyp2f1

from guanxi.analytics.models.collapse import count_distinct
from guanxi.analytics.models.contract import LikelihoodModel, Search
from guanxi.analytics.models.inputs import (
    Floats,
    at_least_one,
    discount_rate,
    tenure,
    whole_number,
    whole_numbers,
)
from guanxi.analytics.models.log_beta import log_beta
from guanxi.analytics.models.maximize import Curvature
from guanxi.analytics.models.prior import Prior


class Tenure(NamedTuple):
    """Simulated customers, in the columns that `fit` takes."""

    periods: Floats
    lost: Floats


class ShiftedBetaGeometric(LikelihoodModel):
    """sBG: parameters alpha and beta of the chance to leave at a renewal."""

    parameter_names = ("alpha", "beta")

    def fit(
        self,
        *,
        periods: ArrayLike,
        lost: ArrayLike,
        weights: ArrayLike | None = None,
        prior: Prior | None = None,
    ) -> Self:
        """Estimate alpha, beta from the renewals that came up for each customer, and whether the
        last of these was refused (`lost` is 1) or all were taken (0: a contract still runs)."""
        return self._fit(self._read(periods=periods, lost=lost), weights, prior)

    def survival(self, periods: ArrayLike) -> Floats:
        """Give S(t) = B(alpha, beta + t) / B(alpha, beta): the share left after t renewals."""
        alpha, beta = self._fitted()
        (count,) = whole_numbers(periods=np.atleast_1d(np.asarray(periods, dtype=np.float64)))
        share: Floats = np.exp(betaln(alpha, beta + count) - betaln(alpha, beta))
        return share

    def probability_renew(self, *, periods: ArrayLike) -> Floats:
        """Give (beta + n) / (alpha + beta + n): the chance that whoever has renewed n times does so
        once more."""
        alpha, beta = self._fitted()
        (count,) = whole_numbers(periods=periods)
        chance: Floats = (beta + count) / (alpha + beta + count)
        return chance

    def expected_renewals(self, *, periods: ArrayLike, discount: float = 0.0) -> Floats:
        """Give the renewals still to come of whoever has renewed n times, the k-th from now worth
        (1 + discount)^-k:
            DERL = s z 2F1(1, beta + n + 1; alpha + beta + n + 1; z)
        with s the chance of the next and z = 1 / (1 + discount). Without a discount that is
        (beta + n) / (alpha - 1), and for an alpha of at most 1, where so many stay so long that
        there is no such number, infinity.
        """
        alpha, beta = self._fitted()
        (count,) = whole_numbers(periods=periods)
        worth = 1 / (1 + discount_rate(discount))
        if worth == 1 and alpha <= 1:
            return np.full(len(count), np.inf)
        if worth == 1:
            return np.asarray((beta + count) / (alpha - 1))
        ahead = hyp2f1(1, beta + count + 1, alpha + beta + count + 1, worth)
        renewals: Floats = (beta + count) / (alpha + beta + count) * worth * ahead
        return renewals

    def renewal_chances(self, *, horizon: int, periods: ArrayLike) -> Floats:
        """Give the chance of each number of renewals from 0 to `horizon`, of the next `horizon` to
        come up, for whoever has renewed n times: S(n + k) / S(n) less the same of k + 1."""
        alpha, beta = self._fitted()
        (count,) = whole_numbers(periods=periods)
        k = np.arange(whole_number("horizon", horizon) + 1.0)
        now = count[:, None]
        left = np.exp(betaln(alpha, beta + now + k) - betaln(alpha, beta + now))
        return np.asarray(left - np.append(left[:, 1:], np.zeros((len(count), 1)), axis=1))

    def simulate(self, *, size: int, periods: ArrayLike, seed: int) -> Tenure:
        """Draw `size` customers for whom at most `periods` renewals came up (one number or one
        each)."""
        alpha, beta = self._fitted()
        random = np.random.default_rng(seed)
        (most,) = whole_numbers(periods=np.broadcast_to(np.asarray(periods, np.float64), size))
        # The first of many coin tosses to fail comes as late as this (inversion).
        chance = np.clip(random.beta(alpha, beta, size), 1e-300, 1 - 1e-16)
        left_at = np.ceil(np.log(random.random(size)) / np.log1p(-chance))
        left_at = np.maximum(left_at, 1)
        return Tenure(np.minimum(left_at, most), (left_at <= most).astype(float))

    def _read(self, *, periods: ArrayLike, lost: ArrayLike) -> tuple[Floats, ...]:
        columns = tenure(periods, lost)
        at_least_one("periods", columns[0])
        return columns

    def _likelihood(self, columns: tuple[Floats, ...], weight: Floats | None) -> "_Likelihood":
        periods, lost = columns
        return _Likelihood(periods, lost, weight)

    def _search(self, columns: tuple[Floats, ...], weight: Floats | None) -> Search:
        return Search(np.array([1.0, 2.0]), np.ones(2))

    def _own_doubts(self, columns: tuple[Floats, ...]) -> list[str]:
        periods, lost = columns
        if not lost.any():
            return ["Nobody has refused a renewal: how many will can hardly be known."]
        if lost.all() and periods.max() == periods.min():
            return ["All left at the same renewal: how customers differ cannot be known."]
        return []


class _Likelihood:
    """ln L = ln B(alpha + [lost], beta + t - [lost]) - ln B(alpha, beta), by distinct (t, lost)."""

    def __init__(self, periods: Floats, lost: Floats, weight: Floats | None) -> None:
        (self.periods, self.lost), self.weight = count_distinct(periods, lost, weights=weight)
        self.total = float(self.weight.sum())

    def curvature(self, parameters: Floats) -> Curvature:
        """Give ln L with gradient and Hessian in (alpha, beta)."""
        alpha, beta = parameters
        seen = log_beta(alpha + self.lost, beta + self.periods - self.lost)
        before = log_beta(alpha, beta)
        return Curvature(
            float(self.weight @ seen.value - self.total * before.value),
            seen.slopes @ self.weight - self.total * before.slopes,
            seen.bends @ self.weight - self.total * before.bends,
        )
