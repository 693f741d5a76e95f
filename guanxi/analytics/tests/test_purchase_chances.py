"""How many purchases are to come, number by number: against integrals, means and simulation."""

from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import comb
from scipy.stats import beta, gamma, nbinom, poisson

from guanxi.analytics import (
    BetaGeometricBetaBernoulli,
    BetaGeometricNBD,
    ModifiedBetaGeometricNBD,
    ParetoNBD,
    ShiftedBetaGeometric,
)

BG = {"r": 0.9, "alpha": 20.0, "a": 0.8, "b": 2.4}
PARETO = {"r": 0.6, "alpha": 10.6, "s": 0.6, "beta": 11.7}
DONORS = {"alpha": 1.204, "beta": 0.750, "gamma": 0.657, "delta": 2.783}
MODELS: list[Any] = [
    BetaGeometricNBD.with_params(**BG),
    ModifiedBetaGeometricNBD.with_params(**BG),
    ParetoNBD.with_params(**PARETO),
    ParetoNBD.with_params(**PARETO | {"s": 1.0, "beta": 1.5}),
    BetaGeometricBetaBernoulli.with_params(**DONORS),
]
CUSTOMERS = {
    "frequency": [0, 0, 1, 2, 2, 5],
    "recency": [0, 0, 3, 6, 3, 6],
    "age": [0.5, 6, 6, 6, 6, 6.5],
}
OCCASIONS = {"frequency": [0, 1, 2, 5], "recency": [0, 3, 6, 6], "periods": [6, 6, 6, 6]}


@pytest.fixture(params=MODELS, ids=lambda model: type(model).__name__)
def model(request: pytest.FixtureRequest) -> Any:
    return request.param


def customers(model: Any) -> dict[str, list[float]]:
    return OCCASIONS if isinstance(model, BetaGeometricBetaBernoulli) else CUSTOMERS


def test_chances_add_up_to_one_and_their_mean_to_what_is_expected(model: Any) -> None:
    columns = customers(model)
    chances = model.purchase_chances(horizon=8, most=150, **columns)
    assert chances.shape == (len(columns["frequency"]), 151)
    assert chances.min() >= 0
    assert chances.sum(axis=1) == pytest.approx(1, abs=1e-8)
    expected = model.expected_purchases(horizon=8, **columns)
    assert chances @ np.arange(151) == pytest.approx(expected, rel=1e-6)
    assert model.purchase_chances(horizon=0, most=2, **columns) == pytest.approx(
        np.tile([1.0, 0, 0], (len(expected), 1))
    )


def test_fewer_columns_are_the_same_chances(model: Any) -> None:
    columns = customers(model)
    few, many = (model.purchase_chances(horizon=8, most=most, **columns) for most in (3, 9))
    assert few == pytest.approx(many[:, :4])


def test_new_customers_buy_as_often_as_simulated(model: Any) -> None:
    watched = "periods" if isinstance(model, BetaGeometricBetaBernoulli) else "age"
    drawn = model.simulate(size=200_000, seed=1, **{watched: 12}).frequency
    chances = model.purchase_chances_new([12, 0, 12], most=6)
    shares = np.bincount(drawn.astype(int), minlength=7)[:7] / len(drawn)
    wide = 4 * np.sqrt(shares * (1 - shares) / len(drawn))
    assert (np.abs(chances[0] - shares) < wide + 1e-9).all()
    assert (chances[2] == chances[0]).all()
    nothing = model.purchase_chances_new([0], most=6)[0]
    assert nothing == pytest.approx([1, 0, 0, 0, 0, 0, 0])
    mean = model.purchase_chances_new([12], most=200)[0] @ np.arange(201)
    assert mean == pytest.approx(model.expected_purchases_new([12])[0], rel=1e-6)


@pytest.mark.parametrize("y", [0, 1, 4])
def test_pareto_is_the_integral_over_the_moment_of_leaving(y: int) -> None:
    r, alpha, s, scale = PARETO.values()
    x, age, ahead = 7, 33.0, 52.0

    def bought(time: float) -> float:
        return float(nbinom.pmf(y, r + x, (alpha + age) / (alpha + age + time)))

    def left(time: float) -> float:
        risk = s * (scale + age) ** s / (scale + age + time) ** (s + 1)
        return risk * bought(time)

    there = ((scale + age) / (scale + age + ahead)) ** s * bought(ahead)
    expected = there + quad(left, 0, ahead, epsabs=1e-12)[0]
    columns = {"frequency": [x], "recency": [age], "age": [age]}  # bought this moment: is there
    chances = ParetoNBD.with_params(**PARETO).purchase_chances(horizon=ahead, most=y, **columns)
    assert chances[0, y] == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("y", [0, 1, 3])
def test_beta_geometric_is_the_integral_over_rate_and_risk(y: int) -> None:
    r, alpha, a, b = BG.values()
    x, age, ahead = 4, 30.0, 26.0

    # Both spread evenly over their chances.
    even = (np.arange(800) + 0.5) / 800
    p = beta.ppf(even, a, b + x)
    rate = gamma.ppf(even, r + x, scale=1 / (alpha + age))[:, None]
    held = (1 - p) ** y * poisson.pmf(y, rate * ahead)
    if y:
        held = held + p * (1 - p) ** (y - 1) * poisson.sf(y - 1, rate * ahead)
    expected = held.mean()
    model = BetaGeometricNBD.with_params(**BG)
    columns = {"frequency": [x], "recency": [age], "age": [age]}
    alive = model.probability_alive(**columns)[0]
    chance = model.purchase_chances(horizon=ahead, most=y, **columns)[0, y] - (1 - alive) * (y == 0)
    assert chance == pytest.approx(alive * expected, rel=1e-3)


def test_donors_buy_as_the_equation_of_the_paper_says() -> None:
    from scipy.special import beta as beta_function

    alpha, stay, gam, delta = DONORS.values()
    n, x = 6, 2

    def bought(i: int) -> float:
        chance = beta_function(alpha + x, stay + i - x) / beta_function(alpha, stay)
        return float(comb(i, x) * chance)

    # Fader, Hardie and Shang (2010), equation 7.
    expected = bought(n) * beta_function(gam, delta + n) / beta_function(gam, delta)
    for i in range(x, n):
        expected += bought(i) * beta_function(gam + 1, delta + i) / beta_function(gam, delta)
    model = BetaGeometricBetaBernoulli.with_params(**DONORS)
    assert model.purchase_chances_new([n], most=x)[0, x] == pytest.approx(expected)


def test_renewals_come_as_often_as_the_curve_of_who_is_left_says() -> None:
    model = ShiftedBetaGeometric.with_params(alpha=0.668, beta=3.806)
    chances = model.renewal_chances(horizon=4, periods=[0, 3])
    assert chances.sum(axis=1) == pytest.approx(1)
    left = model.survival(3 + np.arange(5)) / model.survival([3])
    assert chances[1] == pytest.approx([*-np.diff(left), left[-1]])


def test_customers_of_thousands_of_purchases_overflow_nothing() -> None:
    columns = {"frequency": [3000], "recency": [400], "age": [400]}
    for made in MODELS[:3]:
        chances = made.purchase_chances(horizon=1, most=40, **columns)
        assert chances.sum() == pytest.approx(1, abs=1e-6)
        assert chances @ np.arange(41) == pytest.approx(
            made.expected_purchases(horizon=1, **columns), rel=1e-6
        )


@pytest.mark.parametrize("most", [-1, 1.5])
def test_a_number_of_purchases_is_a_whole_one(model: Any, most: float) -> None:
    with pytest.raises(ValueError, match="most must be a whole number"):
        model.purchase_chances(horizon=8, most=most, **customers(model))
