"""Pareto/NBD against published figures, the formula of the papers, and simulation."""

from pathlib import Path

import numpy as np
import pytest
from scipy.special import hyp2f1

from guanxi.analytics import ParetoNBD
from guanxi.analytics.models.pareto_nbd_likelihood import ParetoLikelihood

from .known_data import cdnow_summary

# Fader, Hardie and Lee (2005), table 2: the CDNOW sample, in weeks.
CDNOW = {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}


@pytest.mark.outside_data
def test_cdnow_gives_the_published_fit(outside_data: Path) -> None:
    summary = cdnow_summary(outside_data)
    del summary["customer"]
    fit = ParetoNBD().fit(**summary)
    assert fit.params_ == pytest.approx(CDNOW, abs=2e-3)
    assert fit.log_likelihood_ == pytest.approx(-9595.0, abs=0.05)
    assert fit.converged_
    assert fit.warnings_ == []


def test_one_customer_is_forecast_as_published() -> None:
    model = ParetoNBD.with_params(**CDNOW)
    customer = {"frequency": [26], "recency": [30.86], "age": [31]}
    assert model.expected_purchases(horizon=52, **customer) == pytest.approx([25.46], abs=0.005)
    assert model.probability_alive(**customer) == pytest.approx([0.9979], abs=5e-5)


def by_hypergeometric(parameters: dict[str, float], x: float, t_x: float, t: float) -> float:
    """The chance to be alive as Fader and Hardie (2005), equations 17 and 18, have it."""
    r, alpha, s, beta = parameters.values()
    last = s + 1 if alpha >= beta else r + x
    most, apart = max(alpha, beta), abs(alpha - beta)

    def term(y: float) -> float:
        ratio = hyp2f1(r + s + x, last, r + s + x + 1, apart / (most + y))
        return float(ratio / (most + y) ** (r + s + x))

    left = s / (r + s + x) * (term(t_x) - term(t))
    return float(1 / (1 + left * (alpha + t) ** (r + x) * (beta + t) ** s))


@pytest.mark.parametrize("beta", [2.0, 10.578, 300.0])
def test_the_sum_is_the_hypergeometric_function_of_the_papers(beta: float) -> None:
    parameters = CDNOW | {"beta": beta}
    customers = [(0, 0.0, 39.0), (1, 0.2, 39.0), (1, 38.0, 39.0), (7, 20.0, 33.0), (29, 37.5, 39.0)]
    x, t_x, age = map(np.array, zip(*customers, strict=True))
    alive = ParetoNBD.with_params(**parameters).probability_alive(frequency=x, recency=t_x, age=age)
    expected = [by_hypergeometric(parameters, *customer) for customer in customers]
    assert alive == pytest.approx(expected, rel=1e-7)


def test_who_buys_at_this_moment_is_there_and_many_purchases_overflow_nothing() -> None:
    model = ParetoNBD.with_params(**CDNOW)
    columns = {"frequency": [3, 2000, 2000], "recency": [39, 30, 400], "age": [39, 400, 400]}
    alive = model.probability_alive(**columns)
    assert alive == pytest.approx([1, 0, 1], abs=1e-9)
    likelihood = ParetoLikelihood(
        x=np.array([3.0, 2000]), t_x=np.array([39.0, 30]), age=np.array([39.0, 400]), weight=None
    )
    here = likelihood.curvature(np.array(list(CDNOW.values())))
    assert np.isfinite(here.log_likelihood)
    assert np.isfinite(here.gradient).all()
    assert np.isfinite(here.hessian).all()


@pytest.mark.parametrize("s", [0.6, 1.0, 2.5])  # at 1 the papers' formula is 0/0
def test_forecasts_come_true_on_average(s: float) -> None:
    model = ParetoNBD.with_params(**CDNOW | {"s": s})
    size, random = 200_000, np.random.default_rng(1)
    rate = random.gamma(0.553, 1 / 10.578, size)
    there = random.exponential(size=size) / random.gamma(s, 1 / 11.669, size)
    early, late = np.minimum(there, 40), np.clip(there - 40, 0, 30)
    x, came = random.poisson(rate * early), random.poisson(rate * late)
    t_x = np.where(x > 0, early * random.random(size) ** (1 / np.maximum(x, 1)), 0)
    columns = {"frequency": x, "recency": t_x, "age": np.full(size, 40.0)}
    alive = model.probability_alive(**columns)
    expected = model.expected_purchases(horizon=30, **columns)
    for group in range(5):
        here = x == group
        wide = 4 / np.sqrt(here.sum())
        assert alive[here].mean() == pytest.approx((there[here] > 40).mean(), abs=wide / 2)
        assert expected[here].mean() == pytest.approx(
            came[here].mean(), abs=wide * came[here].std() + 1e-3
        )
    assert model.expected_purchases_new([40]) == pytest.approx([x.mean()], rel=0.03)
