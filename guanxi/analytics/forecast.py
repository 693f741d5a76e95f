"""What each customer will do next: the models where they can be fitted, the firm's means where not.

Purchases by MBG/NBD rather than BG/NBD: in BG/NBD nobody leaves after the first purchase, so it
would call every customer who bought once, years ago, certainly alive.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from guanxi.analytics.models.beta_geometric import ModifiedBetaGeometricNBD
from guanxi.analytics.models.gamma_gamma import GammaGamma
from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.rhythm import RatePrior

FEWEST_REPEATERS = 30
# The expected year is discounted quarter by quarter, each from its middle.
_QUARTERS = 4
# Without a model the firm's mean spend weighs as much as this many purchases of the customer.
_PRIOR_PURCHASES = 3.0
_RELATED_SPEND = 0.3
_LEAST_KEPT = 0.01


@dataclass(frozen=True)
class PurchaseForecast:
    """Who is alive (NaN: no model), what they will buy, and the rhythm to hold silences against."""

    probability_alive: Floats
    expected: Floats
    expected_discounted: Floats
    prior: RatePrior | None
    model: ModifiedBetaGeometricNBD | None
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class SpendForecast:
    """What each customer's next purchase will be worth."""

    expected: Floats
    model: GammaGamma | None
    warnings: list[str] = field(default_factory=list)


def forecast_purchases(
    *,
    frequency: Floats,
    recency: Floats,
    age: Floats,
    horizon_days: float,
    discount_rate_year: float,
) -> PurchaseForecast:
    """Expect each customer's purchases in the next `horizon_days`, plain and discounted."""
    history: dict[str, Any] = {"frequency": frequency, "recency": recency, "age": age}
    repeaters = int((frequency > 0).sum())
    if repeaters < FEWEST_REPEATERS:
        doubt = (
            f"Too few customers bought on two days or more ({repeaters}; a model needs "
            f"{FEWEST_REPEATERS}): purchases are forecast by the firm's mean rate, and nobody's "
            "chance to have left is stated."
        )
        return _by_mean_rate(history, horizon_days, discount_rate_year, [doubt])
    model = ModifiedBetaGeometricNBD().fit(**history)
    if not model.converged_:
        doubt = "The purchase model did not converge: the firm's mean rate stands in for it."
        return _by_mean_rate(history, horizon_days, discount_rate_year, [doubt])
    warnings = [f"Purchase model: {doubt}" for doubt in model.warnings_]
    alive = model.probability_alive(**history)
    if not model.sees_dropout_:
        warnings.append("Silences are judged by rhythm: nobody's chance to have left is stated.")
        alive = np.full(len(frequency), np.nan)
    ends = _quarter_ends(horizon_days)
    so_far = np.stack([model.expected_purchases(horizon=end, **history) for end in ends])
    return PurchaseForecast(
        probability_alive=alive,
        expected=so_far[-1],
        expected_discounted=_discounted(so_far, ends, discount_rate_year),
        prior=RatePrior(r=model.params_["r"], alpha=model.params_["alpha"]),
        model=model,
        warnings=warnings,
    )


def forecast_spend(*, purchases: Floats, bought: Floats, returned: Floats) -> SpendForecast:
    """Expect the worth of each customer's next purchase, net of returns, from all so far.

    The first counts too, unlike in the CDNOW papers: it is all that is known of most customers.
    The model is fitted to customers who kept half or more; who returned all is scored as having
    kept next to nothing, since the model knows only positive amounts.
    """
    kept = np.maximum(bought - returned, _LEAST_KEPT * bought)
    mean_spend = kept / purchases
    usual = kept >= bought / 2
    warnings: list[str] = []
    repeats = usual & (purchases > 1)
    if repeats.sum() < FEWEST_REPEATERS:
        warnings.append(
            f"Too few customers bought on two days or more ({int(repeats.sum())}; a model needs "
            f"{FEWEST_REPEATERS}): spend is forecast by a mean of the customer's and the firm's."
        )
        return SpendForecast(_shrunk_mean(purchases, mean_spend), None, warnings)
    model = GammaGamma().fit(frequency=purchases[usual], monetary=mean_spend[usual])
    warnings += [f"Spend model: {doubt}" for doubt in model.warnings_]
    expected = model.expected_spend(frequency=purchases, monetary=mean_spend)
    if not (model.converged_ and np.isfinite(expected).all()):
        warnings.append("The spend model does not hold here: shrunken means stand in for it.")
        return SpendForecast(_shrunk_mean(purchases, mean_spend), None, warnings)
    related = _correlation(np.log(purchases[repeats]), np.log(mean_spend[repeats]))
    if abs(related) > _RELATED_SPEND:
        warnings.append(
            f"How often and for how much customers buy is correlated ({related:.2f}), which the "
            "spend model assumes it is not: expected values are rougher than they look."
        )
    return SpendForecast(expected, model, warnings)


def _by_mean_rate(
    history: dict[str, Floats], horizon_days: float, discount_rate_year: float, warnings: list[str]
) -> PurchaseForecast:
    frequency, age = history["frequency"], history["age"]
    prior = RatePrior.of_population(frequency=frequency, age=age)
    unknown = np.full(len(frequency), np.nan)
    if prior is None:
        warnings = [*warnings, "Nobody has come back yet: no rate of buying can be stated."]
        return PurchaseForecast(unknown, unknown, unknown, None, None, warnings)
    # The silence since the last purchase counts as time without purchases.
    rate = (prior.r + frequency) / (prior.alpha + age)
    ends = _quarter_ends(horizon_days)
    so_far = ends[:, None] * rate
    discounted = _discounted(so_far, ends, discount_rate_year)
    return PurchaseForecast(unknown, so_far[-1], discounted, prior, None, warnings)


def _quarter_ends(horizon_days: float) -> Floats:
    ends: Floats = np.arange(1.0, _QUARTERS + 1) * (horizon_days / _QUARTERS)
    return ends


def _discounted(so_far: Floats, ends: Floats, discount_rate_year: float) -> Floats:
    in_quarter = np.diff(so_far, axis=0, prepend=0.0)
    middles = ends - ends[0] / 2
    factors = (1 + discount_rate_year) ** (-middles / 365)
    total: Floats = factors @ in_quarter
    return total


def _shrunk_mean(purchases: Floats, mean_spend: Floats) -> Floats:
    if not purchases.sum() > 0:
        return np.full(len(purchases), np.nan)
    of_firm = (purchases @ mean_spend) / purchases.sum()
    shrunk: Floats = (_PRIOR_PURCHASES * of_firm + purchases * mean_spend) / (
        _PRIOR_PURCHASES + purchases
    )
    return shrunk


def _correlation(one: Floats, other: Floats) -> float:
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])
