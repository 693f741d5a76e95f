"""What customers are worth, and how sure that is: against formulae, simulation, refitted firms."""

from typing import Any

import numpy as np
import pytest

from guanxi.analytics import (
    BetaGeometricBetaBernoulli,
    BetaGeometricNBD,
    GammaGamma,
    ModifiedBetaGeometricNBD,
    NotFittedError,
    ParetoNBD,
    ShiftedBetaGeometric,
    customer_value,
    spend_quantiles,
    with_error,
)

BUYING = BetaGeometricNBD.with_params(r=0.9, alpha=25.0, a=0.8, b=2.5)
PARETO = ParetoNBD.with_params(r=0.9, alpha=25.0, s=0.7, beta=90.0)
DONORS = BetaGeometricBetaBernoulli.with_params(alpha=1.2, beta=0.75, gamma=0.66, delta=2.8)
SPEND = GammaGamma.with_params(p=5.0, q=4.0, v=60.0)
DISCOUNT = 0.0003
SOME = {
    "frequency": np.array([0.0, 1, 4, 12]),
    "recency": np.array([0.0, 50, 200, 290]),
    "age": np.array([100.0, 300, 300, 300]),
}
PAID = np.array([0.0, 15, 30, 22])

Columns = dict[str, np.ndarray]


def firm(size: int, seed: int, model: Any = BUYING) -> tuple[Columns, np.ndarray]:
    random = np.random.default_rng(seed)
    watched = "periods" if model is DONORS else "age"
    span = (6, 12) if model is DONORS else (100, 500)
    history = model.simulate(size=size, seed=seed, **{watched: random.integers(*span, size)})
    bought = SPEND.simulate(frequency=history.frequency, seed=seed)
    return history._asdict(), bought.monetary


def fitted(size: int, seed: int, model: Any = BUYING) -> tuple[Any, GammaGamma]:
    history, paid = firm(size, seed, model)
    spend = GammaGamma().fit(frequency=history["frequency"], monetary=paid)
    return type(model)().fit(**history), spend


def test_error_is_that_of_the_formula() -> None:
    _, spend = fitted(3_000, 1)
    mean = with_error(spend, lambda model: model.expected_spend(frequency=[0], monetary=[0]))
    q = spend.params_["q"]
    # ln M = ln p + ln v - ln(q - 1)
    slope = np.array([1, -q / (q - 1), 1])
    error = mean.expected[0] * np.sqrt(slope @ spend.covariance_of_logs_ @ slope)
    assert mean.standard_error[0] == pytest.approx(error, rel=1e-5)
    low, high = mean.interval(0.95)
    assert np.sqrt(low * high) == pytest.approx(mean.expected)
    assert np.log(high / low) == pytest.approx(2 * 1.96 * error / mean.expected, rel=1e-3)


def test_value_is_as_sure_as_refitted_firms_agree() -> None:
    found, errors, sums, sum_errors = [], [], [], []
    for seed in range(60):
        buying, spend = fitted(600, 50 + seed)
        value = customer_value(buying, spend, discount=DISCOUNT, monetary=PAID, **SOME)
        found.append(np.log(value.expected))
        errors.append(value.standard_error / value.expected)
        total = value.total()
        sums.append(np.log(total.expected[0]))
        sum_errors.append(total.standard_error[0] / total.expected[0])
    ratio = np.mean(errors, axis=0) / np.std(found, axis=0)
    assert (ratio > 0.65).all()
    assert (ratio < 1.5).all()
    assert 0.65 < np.mean(sum_errors) / np.std(sums) < 1.5


@pytest.mark.parametrize("model", [BUYING, PARETO, DONORS], ids=lambda model: type(model).__name__)
def test_value_is_purchases_to_come_times_spend(model: Any) -> None:
    buying, spend = fitted(1_500, 2, model)
    history, paid = firm(200, 3, model)
    for horizon in (None, 12):
        value = customer_value(
            buying, spend, discount=0.01, horizon=horizon, margin=0.3, monetary=paid, **history
        )
        residual = buying.discounted_purchases(discount=0.01, horizon=horizon, **history)
        each = spend.expected_spend(frequency=history["frequency"], monetary=paid)
        assert value.expected == pytest.approx(residual * each * 0.3)
        assert (value.standard_error > 0).all()
        low, high = value.interval()
        assert (low < value.expected).all()
        assert (value.expected < high).all()


def test_total_counts_weights_and_adds_errors_up() -> None:
    buying, spend = fitted(1_500, 4)
    times = np.array([3, 0, 1, 2])
    repeated = {name: np.repeat(column, times) for name, column in SOME.items()}
    total = customer_value(buying, spend, discount=DISCOUNT, monetary=PAID, **SOME).total(times)
    plain = customer_value(
        buying, spend, discount=DISCOUNT, monetary=np.repeat(PAID, times), **repeated
    )
    assert total.expected == pytest.approx(plain.expected.sum())
    assert total.standard_error == pytest.approx(plain.total().standard_error)
    apart = np.sqrt((plain.standard_error**2).sum())
    assert apart < total.standard_error[0] <= plain.standard_error.sum()


def test_margin_is_one_for_all_or_one_each() -> None:
    buying, spend = fitted(800, 5)
    margin = np.array([0.1, 0.2, 0.3, 0.4])
    one = customer_value(buying, spend, discount=DISCOUNT, monetary=PAID, **SOME)
    each = customer_value(buying, spend, discount=DISCOUNT, margin=margin, monetary=PAID, **SOME)
    assert each.expected == pytest.approx(margin * one.expected)
    assert each.standard_error == pytest.approx(margin * one.standard_error)
    all_purchases = SOME["frequency"] + 1
    counted = customer_value(
        buying,
        spend,
        discount=DISCOUNT,
        monetary=PAID + 5,
        spend_frequency=all_purchases,
        **SOME,
    )
    residual = buying.discounted_purchases(discount=DISCOUNT, **SOME)
    spent = spend.expected_spend(frequency=all_purchases, monetary=PAID + 5)
    assert counted.expected == pytest.approx(residual * spent)


def test_renewals_have_errors_too_where_there_is_such_a_number() -> None:
    truth = ShiftedBetaGeometric.with_params(alpha=3.0, beta=6.0)
    fit = ShiftedBetaGeometric().fit(**truth.simulate(size=2_000, periods=9, seed=1)._asdict())
    ahead = with_error(fit, lambda model: model.expected_renewals(periods=[0, 4]))
    low, high = ahead.interval(0.999)
    assert (low < truth.expected_renewals(periods=[0, 4])).all()
    assert (truth.expected_renewals(periods=[0, 4]) < high).all()
    endless = ShiftedBetaGeometric.with_params(alpha=0.5, beta=2.0)
    fit = ShiftedBetaGeometric().fit(**endless.simulate(size=2_000, periods=9, seed=1)._asdict())
    never = with_error(fit, lambda model: model.expected_renewals(periods=[0]))
    assert np.isinf(never.expected[0])
    assert np.isnan(never.standard_error[0])


def test_errors_of_what_was_not_fitted_are_not_made_up() -> None:
    buying, spend = fitted(800, 6)
    with pytest.raises(NotFittedError, match="BetaGeometricNBD was not fitted: no errors"):
        customer_value(BUYING, spend, discount=DISCOUNT, monetary=PAID, **SOME)
    buying.converged_ = False
    value = customer_value(buying, spend, discount=DISCOUNT, monetary=PAID, **SOME)
    assert np.isnan(value.standard_error).all()
    with pytest.raises(ValueError, match="level must be between 0 and 1"):
        value.interval(95)


@pytest.mark.parametrize(
    "model",
    [BUYING, ModifiedBetaGeometricNBD.with_params(**BUYING.params_), PARETO],
    ids=lambda model: type(model).__name__,
)
def test_quantiles_of_new_customers_are_those_of_simulated_ones(model: Any) -> None:
    drawn = model.simulate(size=200_000, age=365.0, seed=7).frequency
    paid = SPEND.simulate(frequency=drawn, seed=7).monetary
    shares = (0.2, 0.5, 0.8, 0.95)
    new = {"frequency": [0], "recency": [0], "age": [0]}
    found = spend_quantiles(
        model, SPEND, shares=shares, horizon=365, monetary=[0], spend_frequency=[0], **new
    )
    for share, quantile in zip(shares, found[0], strict=True):
        below, at_most = (drawn * paid < quantile).mean(), (drawn * paid <= quantile).mean()
        assert below - 0.005 < share < at_most + 0.005


def test_quantiles_add_up_to_what_is_expected() -> None:
    left = (np.arange(150) + 0.5) / 150  # closer to one another where the tail is long
    shares = tuple(1 - left[::-1] ** 3)
    for model in (BUYING, PARETO):
        found = spend_quantiles(model, SPEND, shares=shares, horizon=90, monetary=PAID, **SOME)
        assert (np.diff(found, axis=1) >= 0).all()
        expected = model.expected_purchases(horizon=90, **SOME) * SPEND.expected_spend(
            frequency=SOME["frequency"], monetary=PAID
        )
        mean = (found * 3 * left[::-1] ** 2).mean(axis=1)
        assert mean == pytest.approx(expected, rel=3e-3)


@pytest.mark.parametrize("model", [BUYING, PARETO], ids=lambda model: type(model).__name__)
def test_quantiles_of_busy_customers_are_numbers_too(model: Any) -> None:
    busy = {"frequency": [0.0, 900], "recency": [0.0, 300], "age": [300.0, 300]}
    found = spend_quantiles(model, SPEND, horizon=300, monetary=[0, 20], **busy)
    assert (found[0] >= 0).all()
    # Hundreds of purchases at about 20, if still there at all.
    chances = model.purchase_chances(horizon=300, most=2_000, **busy)[1]
    usual = 20 * np.searchsorted(np.cumsum(chances), 0.95)
    assert found[1, 2] == pytest.approx(usual, rel=0.05)
    less = spend_quantiles(model, SPEND, horizon=300, discount=0.001, monetary=[0, 20], **busy)
    assert (less[1] < found[1]).all()
    with pytest.raises(ValueError, match="shares must be between 0 and 1"):
        spend_quantiles(model, SPEND, shares=(5.0,), horizon=300, monetary=[0, 20], **busy)
