"""BG/NBD and MBG/NBD against the papers, and what must hold for any customer."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import beta

from guanxi.analytics import BetaGeometricNBD, ModifiedBetaGeometricNBD
from guanxi.analytics.models.dropout_forecast import _by_quadrature, purchases_before_dropout
from guanxi.analytics.tests.known_data import cdnow_summary

PUBLISHED = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
MODELS = [BetaGeometricNBD, ModifiedBetaGeometricNBD]

parameters = st.fixed_dictionaries(
    {
        "r": st.floats(0.05, 20),
        "alpha": st.floats(0.1, 500),
        "a": st.floats(0.05, 20),
        "b": st.floats(0.05, 50),
    }
)
counts = st.integers(0, 300)
times = st.floats(0, 3000)
shares = st.floats(0, 1)


@pytest.mark.outside_data
def test_cdnow_fit_as_published(outside_data: Path) -> None:
    columns = cdnow_summary(outside_data)
    del columns["customer"]
    fit = BetaGeometricNBD().fit(**columns)
    assert fit.converged_
    assert fit.warnings_ == []
    assert fit.params_ == pytest.approx(PUBLISHED, abs=6e-4)
    assert fit.log_likelihood_ == pytest.approx(-9582.4, abs=0.05)
    # Fader, Hardie, Lee (2005), figure 5; worked out again with the fitted parameters.
    table = fit.expected_purchases_new([1 / 7, 1, 3, 223 / 7, 32, 78])
    assert table == pytest.approx([0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.858], abs=6e-4)


@pytest.mark.outside_data
def test_cdnow_fit_of_mbg(outside_data: Path) -> None:
    # As Wagner and Hoppe's BTYDplus and lifetimes give it for the same sample.
    columns = cdnow_summary(outside_data)
    del columns["customer"]
    fit = ModifiedBetaGeometricNBD().fit(**columns)
    known = {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}
    assert fit.params_ == pytest.approx(known, abs=1e-3)
    assert fit.log_likelihood_ == pytest.approx(-9582.1, abs=0.05)


def test_first_cdnow_customer_as_published() -> None:
    model = BetaGeometricNBD.with_params(**PUBLISHED)
    first = {"frequency": [2], "recency": [30.43], "age": [38.86]}
    assert model.expected_purchases(horizon=39, **first) == pytest.approx(1.226, abs=5e-4)
    assert model.probability_alive(**first) == pytest.approx(0.727, abs=5e-4)


def test_who_bought_once_may_have_left_only_in_mbg() -> None:
    once = {"frequency": [0, 0], "recency": [0, 0], "age": [1, 1000]}
    assert (BetaGeometricNBD.with_params(**PUBLISHED).probability_alive(**once) == 1).all()
    fresh, stale = ModifiedBetaGeometricNBD.with_params(**PUBLISHED).probability_alive(**once)
    assert 0.8 > fresh > stale > 0


@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=100, deadline=None)
@given(params=parameters, x=counts, age=times, share=shares, later=shares, ahead=times)
def test_what_holds_for_any_customer(
    model: type[BetaGeometricNBD],
    params: dict[str, float],
    x: int,
    age: float,
    share: float,
    later: float,
    ahead: float,
) -> None:
    fitted = model.with_params(**params)
    recency = share * age if x else 0.0
    now = {"frequency": [x], "recency": [recency], "age": [age]}
    alive = fitted.probability_alive(**now)[0]
    assert 0 <= alive <= 1
    if x:
        bought_later = now | {"recency": [recency + later * (age - recency)]}
        assert fitted.probability_alive(**bought_later)[0] >= alive - 1e-12
    near, far = (
        fitted.expected_purchases(horizon=horizon, **now)[0] for horizon in (ahead / 2, ahead)
    )
    without_leaving = (params["r"] + x) * ahead / (params["alpha"] + age)
    assert 0 <= near <= far + 1e-9
    assert far <= without_leaving * alive * (1 + 1e-9) + 1e-12


@settings(max_examples=100, deadline=None)
@example(shape=1.0, load=2.0, leave=0.5, stay=0.5)  # a + B = 1: 2F1 has a pole
@example(shape=1.0, load=1.0, leave=1.0, stay=0.375)  # a = 1: 0/0
@example(shape=103.0, load=1351.0, leave=1.0, stay=98.0)  # a = 1, and 2F1 overflows
@example(shape=0.99999, load=1.0, leave=1.0, stay=2050.0)  # a = 1, and hardly anybody leaves
@example(shape=2500.0, load=150.0, leave=1.0005, stay=0.4)
@example(shape=5.0, load=9.03, leave=12.0, stay=100.0)  # a - A is whole: 2F1 is off by a hundredth
@example(shape=9.0, load=53.5, leave=22.0, stay=150.0)
@given(
    shape=st.floats(0.05, 3000),
    load=st.floats(1e-4, 200),
    leave=st.floats(0.3, 1000),
    stay=st.floats(0.3, 3000),
)
def test_closed_form_and_quadrature_agree(
    shape: float, load: float, leave: float, stay: float
) -> None:
    vectors = np.array([shape]), np.array([load]), np.array([stay])
    closed = purchases_before_dropout(
        shape=vectors[0], load=vectors[1], leave=leave, stay=vectors[2]
    )
    integral = min(_by_quadrature(shape, load, leave, stay), shape * load)
    # The closed form is a small difference of large numbers where hardly anybody buys or leaves.
    assert closed[0] == pytest.approx(integral, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("leave", [0.5, 0.99995, 1.0, 1.00005, 2.0])
def test_forecast_is_smooth_where_its_formula_is_not(leave: float) -> None:
    shape, load, stay = 3.2, 1.7, 4.4

    def lost(p: float) -> float:
        return beta.pdf(p, leave, stay) * (1 - (1 + p * load) ** -shape) / p

    integral, _ = quad(lost, 0, 1, epsabs=1e-12, limit=200)
    computed = purchases_before_dropout(
        shape=np.array([shape]), load=np.array([load]), leave=leave, stay=np.array([stay])
    )
    assert computed[0] == pytest.approx(integral, rel=1e-5)


def test_enormous_customers_get_finite_forecasts() -> None:
    model = BetaGeometricNBD.with_params(**PUBLISHED)
    ahead = model.expected_purchases(
        horizon=5000, frequency=[5000, 800, 0], recency=[99, 1, 0], age=[100, 3000, 0]
    )
    assert np.isfinite(ahead).all()
    assert (ahead >= 0).all()


@pytest.mark.parametrize("model", MODELS)
def test_expected_purchases_new_is_what_simulation_gives(model: type[BetaGeometricNBD]) -> None:
    fitted = model.with_params(r=1.2, alpha=20, a=0.7, b=3)
    drawn = fitted.simulate(size=100_000, age=150.0, seed=3)
    assert drawn.frequency.mean() == pytest.approx(fitted.expected_purchases_new(150)[0], rel=0.02)


@pytest.mark.parametrize("model", MODELS)
def test_forecast_of_simulated_customers_comes_true(model: type[BetaGeometricNBD]) -> None:
    fitted = model.with_params(r=1.2, alpha=20, a=0.7, b=3)
    whole = fitted.simulate(size=100_000, age=200.0, seed=4)
    once = whole.frequency == 0
    # Who never came back in 200 days had not come back after 100 of them either.
    at_100 = fitted.expected_purchases(horizon=100, frequency=[0], recency=[0], age=[100])[0]
    first_half = fitted.simulate(size=100_000, age=100.0, seed=4)
    silent = first_half.frequency == 0
    grown = fitted.expected_purchases_new(200)[0] - fitted.expected_purchases_new(100)[0]
    forecast = fitted.expected_purchases(horizon=100, **first_half._asdict())
    assert forecast.mean() == pytest.approx(grown, rel=0.02)
    assert once.mean() < silent.mean()
    assert forecast[silent] == pytest.approx(at_100)


@pytest.mark.parametrize("model", MODELS)
def test_likelihood_of_all_is_the_sum_of_each(model: type[BetaGeometricNBD]) -> None:
    fitted = model.with_params(**PUBLISHED)
    columns = {
        "frequency": np.array([0, 3, 70_000, 70_001, 2, 0]),  # more than are numbered one by one
        "recency": np.array([0, 5, 90, 80, 2.5, 0]),
        "age": np.array([5, 20, 100, 100, 30, 5]),
    }
    each = [
        fitted.log_likelihood_of(**{name: column[[row]] for name, column in columns.items()})
        for row in range(6)
    ]
    assert fitted.log_likelihood_of(**columns) == pytest.approx(sum(each), rel=1e-12)


def test_same_seed_draws_same_customers() -> None:
    model = BetaGeometricNBD.with_params(**PUBLISHED)
    one, same, other = (model.simulate(size=50, age=100, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.recency, same.recency)
    assert not np.array_equal(one.recency, other.recency)


def test_nobody_leaving_is_said_plainly() -> None:
    loyal = BetaGeometricNBD.with_params(r=2, alpha=20, a=1e-6, b=5)
    history = loyal.simulate(size=3000, age=300.0, seed=1)._asdict()
    fit = BetaGeometricNBD().fit(**history)
    assert any("Parameter a" in warning for warning in fit.warnings_)
    assert fit.probability_alive(**history).min() > 0.9


def test_nobody_coming_back_is_said_plainly() -> None:
    history = {"frequency": np.zeros(50), "recency": np.zeros(50), "age": np.arange(50.0)}
    fit = BetaGeometricNBD().fit(**history)
    assert fit.warnings_
    assert (fit.expected_purchases(horizon=365, **history) < 0.01).all()


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"recency": [5, 9]}, "recency is greater than age in 1 row"),
        ({"frequency": [0, 1], "recency": [3, 3]}, "recency is above 0 where frequency is 0"),
    ],
)
def test_history_that_cannot_have_happened_is_refused(
    changed: dict[str, list[float]], complaint: str
) -> None:
    history = {"frequency": [1, 2], "recency": [5, 5], "age": [8, 8]} | changed
    with pytest.raises(ValueError, match=complaint):
        BetaGeometricNBD().fit(**history)


def test_horizon_must_be_a_length_of_time() -> None:
    model = BetaGeometricNBD.with_params(**PUBLISHED)
    with pytest.raises(ValueError, match="horizon must be"):
        model.expected_purchases(horizon=-1, frequency=[1], recency=[1], age=[1])
