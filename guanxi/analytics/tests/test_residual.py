"""Purchases still to come, worth less the later: against the papers, closed forms and sums."""

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import exp1, hyp2f1, hyperu
from scipy.stats import gamma

from guanxi.analytics import (
    BetaGeometricBetaBernoulli,
    BetaGeometricNBD,
    ModifiedBetaGeometricNBD,
    ParetoNBD,
    discount_per_unit,
    purchase_summary,
)
from guanxi.analytics.models.dropout_forecast import purchases_before_dropout
from guanxi.analytics.models.dropout_residual import discounted_before_dropout
from guanxi.analytics.models.pareto_nbd_forecast import discounted_time_there
from guanxi.analytics.tests.known_data import cdnow_purchases

# Fader, Hardie and Lee (2005, RFM and CLV) fit all 78 weeks of the CDNOW sample and discount by
# 15 % a year; the parameters are those that the R package BTYD gives for it.
ALL_WEEKS = {"r": 0.563, "alpha": 12.559, "s": 0.408, "beta": 10.515}
WEEKLY = np.expm1(0.0027)
BG = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
MODELS: list[Any] = [
    BetaGeometricNBD.with_params(**BG),
    ModifiedBetaGeometricNBD.with_params(**BG),
    ParetoNBD.with_params(**ALL_WEEKS),
]


def equation_2(params: dict[str, float], x: int, t_x: float, age: float, rate: float) -> float:
    """DERT of Fader, Hardie and Lee (2005), by Tricomi's U: but for P(alive), tested elsewhere."""
    r, alpha, s, beta = params.values()
    alive = ParetoNBD.with_params(**params).probability_alive(
        frequency=[x], recency=[t_x], age=[age]
    )[0]
    there = (beta + age) ** s * rate ** (s - 1) * hyperu(s, s, rate * (beta + age))
    return float(alive * (r + x) / (alpha + age) * there)


@pytest.mark.outside_data
def test_cdnow_of_all_weeks_gives_the_published_fit(outside_data: Path) -> None:
    summary = purchase_summary(
        cdnow_purchases(outside_data),
        customer="customer",
        date="bought_on",
        as_of=datetime.date(1998, 6, 30),
        unit="week",
    ).to_pyarrow()
    columns = {name: summary[name].to_numpy() for name in ("frequency", "recency", "age")}
    fit = ParetoNBD().fit(**columns)
    assert fit.params_ == pytest.approx(ALL_WEEKS, rel=2e-3)
    assert fit.warnings_ == []


@pytest.mark.parametrize(
    ("x", "t_x"), [(0, 0.0), (1, 30.0), (7, 35.0), (7, 77.0), (14, 60.0), (29, 77.0)]
)
def test_pareto_residual_is_the_published_closed_form(x: int, t_x: float) -> None:
    residual = ParetoNBD.with_params(**ALL_WEEKS).discounted_purchases(
        discount=WEEKLY, frequency=[x], recency=[t_x], age=[77.86]
    )
    assert residual[0] == pytest.approx(equation_2(ALL_WEEKS, x, t_x, 77.86, 0.0027), rel=1e-8)


@pytest.mark.parametrize("s", [0.05, 0.4, 1.0, 1.7, 12.0])
@pytest.mark.parametrize("z", [1e-7, 1e-3, 0.2, 3.0, 500.0])
def test_time_there_is_tricomis_function(s: float, z: float) -> None:
    found = discounted_time_there(s, np.array([1.0]), z)[0]
    if s == 1:
        expected = np.exp(z) * exp1(z) if z < 700 else 1 / z
    else:
        growth = np.linspace(0, np.log1p(60 / z), 400_001)
        integrand = np.exp(-z * np.expm1(growth) + (1 - s) * growth)
        expected = np.trapezoid(integrand, growth)
    assert found == pytest.approx(expected, rel=1e-7)


@settings(max_examples=40, deadline=None)
@example(shape=5.0, load=3.0, leave=12.0, stay=100.0)
@example(shape=6.0, load=3.0, leave=9.0, stay=93.0)
@given(
    shape=st.floats(0.05, 300),
    load=st.floats(1e-3, 1e4),
    leave=st.floats(0.1, 50),
    stay=st.floats(0.3, 300),
)
def test_beta_geometric_residual_is_what_is_expected_bit_by_bit(
    shape: float, load: float, leave: float, stay: float
) -> None:
    # In units in which alpha + T is 1 and the rate 1 / load: rate times the integral of e^(-rate u)
    # times what is expected until u.
    logs = np.linspace(-32, 4.0, 2001)
    u = load * np.exp(logs)
    so_far = purchases_before_dropout(
        shape=np.full(len(u), shape), load=u, leave=leave, stay=np.full(len(u), stay)
    )
    by_parts = np.trapezoid(np.exp(logs - np.exp(logs)) * so_far, logs)
    found = discounted_before_dropout(
        shape=np.array([shape]), load=np.array([load]), leave=leave, stay=np.array([stay])
    )
    assert found[0] == pytest.approx(by_parts, rel=1e-5)


@pytest.mark.parametrize(
    ("shape", "load", "leave", "stay"),
    [
        (0.243, 80.0, 0.793, 2.426),
        (6.0, 3.0, 9.0, 93.0),
        (40.0, 0.2, 0.3, 40.5),
        (1.3, 7.0, 1.0, 3),
    ],
)
def test_beta_geometric_residual_is_the_mean_over_rates(
    shape: float, load: float, leave: float, stay: float
) -> None:
    def kept(g: float) -> float:
        return float(gamma.pdf(g, shape + 1) * hyp2f1(1, leave, leave + stay, -g * load))

    most = gamma.isf(1e-14, shape + 1)
    expected = shape * load * quad(kept, 0, most, epsabs=1e-12, limit=300)[0]
    found = discounted_before_dropout(
        shape=np.array([shape]), load=np.array([load]), leave=leave, stay=np.array([stay])
    )
    assert found[0] == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_residual_grows_with_the_horizon_to_all_there_will_be(model: Any) -> None:
    columns = {"frequency": [0, 1, 7, 7, 26], "recency": [0, 30, 35, 77, 30], "age": [77.86] * 5}
    ends = [0, 10, 52, 520]
    until = [model.discounted_purchases(discount=WEEKLY, horizon=end, **columns) for end in ends]
    ever = model.discounted_purchases(discount=WEEKLY, **columns)
    assert until[0] == pytest.approx(np.zeros(5))
    assert (np.diff([*until, ever], axis=0) > 0).all()
    # Week by week, each from its middle.
    weeks = np.arange(53.0)
    so_far = np.stack([model.expected_purchases(horizon=week, **columns) for week in weeks])
    by_week = (1 + WEEKLY) ** -(weeks[1:] - 0.5) @ np.diff(so_far, axis=0)
    assert until[2] == pytest.approx(by_week, rel=1e-5)
    plain = model.discounted_purchases(discount=0, horizon=52, **columns)
    assert plain == pytest.approx(model.expected_purchases(horizon=52, **columns))
    many = 4000.0
    nearly = model.discounted_purchases(discount=0.02, horizon=many, **columns)
    assert nearly == pytest.approx(model.discounted_purchases(discount=0.02, **columns), rel=0.1)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_residual_is_the_same_in_days_and_in_weeks(model: Any) -> None:
    times = {"alpha", "beta"}
    in_days = type(model).with_params(
        **{name: value * (7 if name in times else 1) for name, value in model.params_.items()}
    )
    weeks = {"frequency": [0, 3], "recency": [0.0, 20.0], "age": [30.0, 39.0]}
    days = weeks | {"recency": [0.0, 140.0], "age": [210.0, 273.0]}
    for horizon in (None, 26.0):
        found = in_days.discounted_purchases(
            discount=discount_per_unit(0.15, units_a_year=364),
            horizon=horizon and 7 * horizon,
            **days,
        )
        assert found == pytest.approx(
            model.discounted_purchases(
                discount=discount_per_unit(0.15, units_a_year=52), horizon=horizon, **weeks
            )
        )


def test_a_rate_a_year_is_a_smaller_one_a_unit() -> None:
    assert discount_per_unit(0.15, units_a_year=1) == pytest.approx(0.15)
    assert np.log1p(discount_per_unit(0.15, units_a_year=52)) == pytest.approx(0.0027, abs=5e-5)
    assert discount_per_unit(0.0, units_a_year=12) == 0
    with pytest.raises(ValueError, match="units_a_year must be a positive number"):
        discount_per_unit(0.1, units_a_year=0)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_without_a_discount_there_is_no_end(model: Any) -> None:
    columns = {"frequency": [1], "recency": [1], "age": [2]}
    with pytest.raises(ValueError, match="discount must be a rate a period above 0"):
        model.discounted_purchases(discount=0, **columns)
    with pytest.raises(ValueError, match="horizon must be"):
        model.discounted_purchases(discount=0, horizon=-1, **columns)


def test_donors_to_come_within_a_horizon() -> None:
    model = BetaGeometricBetaBernoulli.with_params(alpha=1.204, beta=0.75, gamma=0.657, delta=2.783)
    columns = {"frequency": [6, 2, 0], "recency": [6, 3, 0], "periods": [6, 6, 6]}
    until = np.array([model.expected_purchases(horizon=k, **columns) for k in range(6)])
    by_hand = np.diff(until, axis=0).T @ 1.1 ** -np.arange(1.0, 6)
    found = model.discounted_purchases(discount=0.1, horizon=5, **columns)
    assert found == pytest.approx(by_hand)
    ever = model.discounted_purchases(discount=0.1, **columns)
    far = model.discounted_purchases(discount=0.1, horizon=300, **columns)
    assert far == pytest.approx(ever, rel=1e-6)
