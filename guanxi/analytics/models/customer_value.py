"""What a customer is worth: purchases still to come times what one brings, and how sure that is.

Two questions are asked of such a figure, and have two answers:

- How well is the *expected* value known? `customer_value` gives it with the standard error that
  follows from those of the parameters (delta method): right for sums, ranks and comparisons of
  customers, and the same whoever asks. The errors of one model's parameters go together, so their
  whole covariance is used; those of two models are apart, as Gamma-Gamma takes spend to have
  nothing to do with how often somebody buys.
- What may *this* customer come to spend? `spend_quantiles` gives shares of the distribution of the
  sum itself. It is far wider: most of it is chance that no data would take away. It is worked out,
  not drawn: y purchases of one whose spend per purchase is Gamma(p, nu), nu ~ Gamma(p x + q, c),
  c = v + x m, come to c times a beta-prime variable of (p y, p x + q), and the chances of each y
  are known. So it takes no seed, and once for each distinct history.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaln, expit, log_expit, ndtri

from guanxi.analytics.models.beta_geometric_beta_bernoulli import BetaGeometricBetaBernoulli
from guanxi.analytics.models.collapse import collapse
from guanxi.analytics.models.contract import LikelihoodModel, NotFittedError
from guanxi.analytics.models.gamma_gamma import GammaGamma
from guanxi.analytics.models.inputs import Floats, case_weights, spend_history, vectors
from guanxi.analytics.models.purchase_model import PurchaseModel

Model = TypeVar("Model", bound=LikelihoodModel)
BuyingModel = PurchaseModel | BetaGeometricBetaBernoulli

# A difference of logs this small is a slope to seven digits.
_STEP = 1e-3
_NARROWEST, _WIDEST = 4, 4096
_LEFT_OUT = 1e-3
_FURTHEST_LOGIT = 40.0
_MOST_STEPS, _SMALL_STEP = 60, 1e-9
_BLOCK = 2**12


@dataclass(frozen=True)
class UncertainForecast:
    """A forecast a row, with what it changes by as the logs of parameters do."""

    expected: Floats
    slopes: Floats  # [parameters, rows]
    covariance: Floats  # of the logs of the parameters

    @property
    def standard_error(self) -> Floats:
        """How far the expected value may be off by what is not known of the parameters."""
        variance = np.einsum("ir,ij,jr->r", self.slopes, self.covariance, self.slopes)
        return np.asarray(np.sqrt(np.maximum(variance, 0)))

    def interval(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Give low and high, between which the expected value lies with chance `level`.

        Normal for its logarithm, so that it stays positive.
        """
        if not 0 < level < 1:
            raise ValueError(f"level must be between 0 and 1, not {level!r}")
        known = np.where(self.expected > 0, self.expected, 1.0)
        factor = np.exp(ndtri((1 + level) / 2) * self.standard_error / known)
        return self.expected / factor, self.expected * factor

    def total(self, weights: ArrayLike | None = None) -> Self:
        """Give the sum over all customers: their errors are of the same parameters and add up."""
        weight = case_weights(weights, rows=len(self.expected))
        counts = np.ones(len(self.expected)) if weight is None else weight
        return type(self)(
            np.array([counts @ self.expected]), (self.slopes @ counts)[:, None], self.covariance
        )

    def times(self, other: "UncertainForecast") -> "UncertainForecast":
        """Give the product of two forecasts by models fitted apart."""
        one, two = len(self.covariance), len(other.covariance)
        covariance = np.zeros((one + two, one + two))
        covariance[:one, :one], covariance[one:, one:] = self.covariance, other.covariance
        slopes = np.concatenate([self.slopes * other.expected, other.slopes * self.expected])
        return UncertainForecast(self.expected * other.expected, slopes, covariance)


def with_error(model: Model, forecast: Callable[[Model], Floats]) -> UncertainForecast:
    """Give a forecast of a fitted model with the error that its parameters' errors make.

    What ran to the edge of its range is taken as known; of a fit that did not converge no error is
    known.
    """
    if not hasattr(model, "covariance_of_logs_"):
        raise NotFittedError(f"{type(model).__name__} was not fitted: no errors are known of it")
    slopes = []
    for name in model.parameter_names:
        up, down = (
            forecast(model.with_params(**model.params_ | {name: model.params_[name] * factor}))
            for factor in (np.exp(_STEP), np.exp(-_STEP))
        )
        with np.errstate(invalid="ignore"):  # of what has no end no slope is known
            slopes.append((up - down) / (2 * _STEP))
    known = model.covariance_of_logs_
    covariance = np.nan_to_num(known) if model.converged_ else np.full_like(known, np.nan)
    return UncertainForecast(forecast(model), np.stack(slopes), covariance)


def customer_value(
    purchases: BuyingModel,
    spend: GammaGamma,
    *,
    discount: float,
    horizon: Any = None,
    margin: ArrayLike = 1.0,
    monetary: ArrayLike,
    spend_frequency: ArrayLike | None = None,
    **history: ArrayLike,
) -> UncertainForecast:
    """Give the expected value of each customer: purchases within `horizon` (None: ever), each worth
    less the later it comes by `discount` a unit of time, times spend per purchase, times `margin`.

    `history` is frequency, recency and age, or for BG/BB periods; `monetary` the mean of
    `spend_frequency` purchases (left out: of `frequency`), as the spend model was fitted.
    """
    x = history["frequency"] if spend_frequency is None else spend_frequency
    share = np.asarray(margin, dtype=np.float64)
    (profit,) = vectors(margin=np.broadcast_to(share, len(np.asarray(x))))
    distinct = collapse(*vectors(**history))
    once = dict(zip(history, distinct.columns, strict=True))
    residual = with_error(
        purchases,
        lambda model: model.discounted_purchases(discount=discount, horizon=horizon, **once),
    )
    residual = UncertainForecast(
        distinct.scatter(residual.expected),
        residual.slopes[:, distinct.inverse],
        residual.covariance,
    )
    each = with_error(
        spend, lambda model: profit * model.expected_spend(frequency=x, monetary=monetary)
    )
    return residual.times(each)


def spend_quantiles(
    purchases: BuyingModel,
    spend: GammaGamma,
    *,
    shares: tuple[float, ...] = (0.05, 0.5, 0.95),
    horizon: Any,
    discount: float = 0.0,
    monetary: ArrayLike,
    spend_frequency: ArrayLike | None = None,
    **history: ArrayLike,
) -> Floats:
    """Give what each customer will spend within `horizon` at most with each chance of `shares`, a
    column a share. With a discount every purchase counts for what one does on average."""
    if not all(0 < share < 1 for share in shares):
        raise ValueError(f"shares must be between 0 and 1, not {shares!r}")
    p, q, v = spend._fitted()
    given = history["frequency"] if spend_frequency is None else spend_frequency
    x, mean_spend = spend_history(given, monetary)
    distinct = collapse(*vectors(**history), x)
    once = dict(zip(history, distinct.columns[:-1], strict=True))
    sums = _sums_in_units(purchases, p, q, np.array(shares), horizon, distinct.columns[-1], once)
    if discount:
        worth = purchases.discounted_purchases(discount=discount, horizon=horizon, **once)
        plain = purchases.expected_purchases(horizon=horizon, **once)
        sums *= np.divide(worth, plain, out=np.ones(len(plain)), where=plain > 0)[:, None]
    return np.asarray((v + x * mean_spend)[:, None] * distinct.scatter(sums))


def _sums_in_units(
    purchases: BuyingModel,
    p: float,
    q: float,
    shares: Floats,
    horizon: Any,
    x: Floats,
    history: dict[str, Floats],
) -> Floats:
    """Quantiles of the sum, in units of c, with as many columns of chances as a customer needs."""
    sums = np.empty((len(x), len(shares)))
    rows, most = np.arange(len(x)), _NARROWEST
    while len(rows):
        parts = [rows[start : start + _BLOCK] for start in range(0, len(rows), _BLOCK)]
        waiting = []
        for part in parts:
            chances = purchases.purchase_chances(
                horizon=horizon, most=most, **{name: c[part] for name, c in history.items()}
            )
            more = np.maximum(1 - chances.sum(axis=1), 0)
            chances[:, -1] += more
            done = (more < _LEFT_OUT * (1 - shares.max())) | (most >= _WIDEST)
            sums[part[done]] = _quantiles(chances[done], p, p * x[part[done]] + q, shares)
            waiting.append(part[~done])
        rows, most = np.concatenate(waiting), 4 * most
    return sums


def _quantiles(chances: Floats, p: float, shape: Floats, shares: Floats) -> Floats:
    """Where P(sum <= z) reaches each share: 0 where so many buy nothing."""
    found = np.zeros((len(chances), len(shares)))
    for place, share in enumerate(shares):
        rows = np.flatnonzero(chances[:, 0] < share)
        found[rows, place] = _reached(share, chances[rows], p, shape[rows])
    return found


def _reached(share: float, chances: Floats, p: float, shape: Floats) -> Floats:
    """Search the logit of z / (1 + z) by Newton's steps, halving the range where one leaves it."""
    of_purchases = p * np.arange(1.0, chances.shape[1])
    logit = np.zeros(len(chances))
    low, high = np.full((2, len(chances)), [[-_FURTHEST_LOGIT], [_FURTHEST_LOGIT]])
    rows = np.arange(len(chances))
    for _ in range(_MOST_STEPS):
        here, some, own = logit[rows], chances[rows], shape[rows, None]
        below = betainc(of_purchases, own, expit(here)[:, None])
        over = some[:, 0] + (some[:, 1:] * below).sum(axis=1) - share
        high[rows] = np.where(over >= 0, here, high[rows])
        low[rows] = np.where(over >= 0, low[rows], here)
        logs = of_purchases * log_expit(here)[:, None] + own * log_expit(-here)[:, None]
        density = (some[:, 1:] * np.exp(logs - betaln(of_purchases, own))).sum(axis=1)
        ahead = here - np.divide(over, density, out=np.full(len(here), np.inf), where=density > 0)
        within = (low[rows] < ahead) & (ahead < high[rows])
        logit[rows] = np.where(within, ahead, (low[rows] + high[rows]) / 2)
        rows = rows[np.abs(logit[rows] - here) > _SMALL_STEP]
        if not len(rows):
            break
    return np.exp(logit)
