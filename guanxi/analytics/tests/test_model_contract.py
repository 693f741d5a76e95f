"""What holds for every model. A new one adds its case here and is covered."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.analytics import (
    BetaGeometricBetaBernoulli,
    BetaGeometricNBD,
    GammaGamma,
    LikelihoodModel,
    ModifiedBetaGeometricNBD,
    NotFittedError,
    ParetoNBD,
    Prior,
    ShiftedBetaGeometric,
    fit_groups,
)
from guanxi.analytics.models.contract import UNSEEN_DROPOUT

Columns = dict[str, np.ndarray]


@dataclass(frozen=True)
class Case:
    """A model, the truth to draw from, and which columns and parameters carry a unit."""

    model: type[LikelihoodModel]
    truth: dict[str, float]
    forecast: str
    unit_columns: tuple[str, ...] = ()
    unit_parameters: tuple[str, ...] = ()
    watched: str = ""  # what `simulate` calls how long customers are watched: between these two
    between: tuple[int, int] = (0, 0)
    ahead: float | None = None  # how far to look
    nobody_leaves: dict[str, float] | None = None  # a truth without dropout

    def draw(self, size: int, seed: int) -> Columns:
        model: Any = self.model.with_params(**self.truth)
        random = np.random.default_rng(seed)
        if self.model is GammaGamma:
            return model.simulate(frequency=random.integers(1, 12, size), seed=seed)._asdict()
        watched = random.integers(*self.between, size)
        return model.simulate(size=size, seed=seed, **{self.watched: watched})._asdict()

    def likelihood(self, columns: Columns) -> Any:
        return self.model()._likelihood(tuple(columns.values()), None)

    def score(self, model: LikelihoodModel, columns: Columns) -> np.ndarray:
        if self.model is ShiftedBetaGeometric:
            columns = {"periods": columns["periods"]}
        ahead = {} if self.ahead is None else {"horizon": self.ahead}
        return getattr(model, self.forecast)(**columns, **ahead)


def purchases_case(model: type[LikelihoodModel]) -> Case:
    truth = {"r": 0.6, "alpha": 25.0, "a": 0.8, "b": 2.5}
    units = ("recency", "age"), ("alpha",)
    stay = truth | {"r": 2.0, "a": 1e-6, "b": 5.0}
    forecast = "expected_purchases"
    return Case(model, truth, forecast, *units, "age", (100, 500), 90.0, nobody_leaves=stay)


CASES = [
    purchases_case(BetaGeometricNBD),
    purchases_case(ModifiedBetaGeometricNBD),
    Case(GammaGamma, {"p": 5.0, "q": 4.0, "v": 20.0}, "expected_spend", ("monetary",), ("v",)),
    Case(
        ParetoNBD,
        {"r": 0.6, "alpha": 25.0, "s": 0.7, "beta": 90.0},
        "expected_purchases",
        ("recency", "age"),
        ("alpha", "beta"),
        "age",
        (100, 500),
        ahead=90.0,
        nobody_leaves={"r": 2.0, "alpha": 200.0, "s": 0.7, "beta": 1e9},
    ),
    Case(
        BetaGeometricBetaBernoulli,
        {"alpha": 1.2, "beta": 0.8, "gamma": 0.7, "delta": 2.8},
        "expected_purchases",
        watched="periods",
        between=(6, 12),
        ahead=5,
        nobody_leaves={"alpha": 1.2, "beta": 0.8, "gamma": 1e-7, "delta": 2.8},
    ),
    Case(
        ShiftedBetaGeometric,
        {"alpha": 0.7, "beta": 3.8},
        "probability_renew",
        watched="periods",
        between=(3, 12),
    ),
]
WITH_UNIT = [case for case in CASES if case.unit_parameters]
WITH_DROPOUT = [case for case in CASES if case.nobody_leaves]


@pytest.fixture(params=CASES, ids=lambda case: case.model.__name__)
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_truth_lies_within_the_stated_errors(case: Case, seed: int) -> None:
    fit = case.model().fit(**case.draw(20_000, seed))
    assert fit.converged_
    assert fit.warnings_ == []
    assert fit.sees_dropout_ == bool(case.nobody_leaves)
    for name, truth in case.truth.items():
        assert abs(fit.params_[name] - truth) < 4 * fit.standard_errors_[name]


def test_standard_errors_are_as_wide_as_estimates_scatter(case: Case) -> None:
    fits = [case.model().fit(**case.draw(2_000, seed)) for seed in range(30)]
    for name in case.truth:
        scatter = np.std([np.log(fit.params_[name]) for fit in fits])
        stated = np.mean([fit.standard_errors_[name] / fit.params_[name] for fit in fits])
        assert 0.6 < stated / scatter < 1.6


def test_gradient_and_hessian_are_those_of_the_likelihood(case: Case) -> None:
    likelihood = case.likelihood(case.draw(500, seed=4))
    for factor in (0.3, 1.0, 4.0):
        point = np.array(list(case.truth.values())) * factor
        here = likelihood.curvature(point)
        for place, step in enumerate(point * 1e-6):
            ahead, behind = point.copy(), point.copy()
            ahead[place] += step
            behind[place] -= step
            up, down = likelihood.curvature(ahead), likelihood.curvature(behind)
            slope = (up.log_likelihood - down.log_likelihood) / (2 * step)
            bend = (up.gradient - down.gradient) / (2 * step)
            assert here.gradient[place] == pytest.approx(slope, rel=1e-4, abs=1e-3)
            assert here.hessian[place] == pytest.approx(bend, rel=1e-4, abs=1e-3)


def test_weights_stand_for_repetitions(case: Case) -> None:
    columns = case.draw(800, seed=5)
    weights = np.random.default_rng(5).integers(0, 4, 800)
    repeated = {name: np.repeat(column, weights) for name, column in columns.items()}
    weighted, plain = case.model().fit(**columns, weights=weights), case.model().fit(**repeated)
    assert weighted.params_ == pytest.approx(plain.params_, rel=1e-5)
    assert weighted.log_likelihood_ == pytest.approx(plain.log_likelihood_, rel=1e-9)
    assert weighted.standard_errors_ == pytest.approx(plain.standard_errors_, rel=1e-4)


@settings(max_examples=10, deadline=None)
@given(weights=st.lists(st.integers(0, 5), min_size=30, max_size=30).filter(any))
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.model.__name__)
def test_weights_stand_for_repetitions_among_others(case: Case, weights: list[int]) -> None:
    columns = case.draw(30, seed=13)
    repeated = {name: np.repeat(column, weights) for name, column in columns.items()}
    model = case.model.with_params(**case.truth)
    weighted = model.log_likelihood_of(**columns, weights=weights)
    assert weighted == pytest.approx(model.log_likelihood_of(**repeated), rel=1e-9)


def test_truth_is_likelier_than_another_model_of_other_customers(case: Case) -> None:
    held_out = case.draw(2_000, seed=14)
    wrong = {name: 3 * value for name, value in case.truth.items()}
    truth, other = (case.model.with_params(**params) for params in (case.truth, wrong))
    assert truth.log_likelihood_of(**held_out) > other.log_likelihood_of(**held_out) + 10


def test_prior_is_weighed_with_the_data(case: Case) -> None:
    columns = case.draw(300, seed=15)
    prior = Prior({name: 2 * value for name, value in case.truth.items()}, spread=0.5)
    fit = case.model().fit(**columns, prior=prior)
    assert fit.converged_
    at = np.array(list(fit.params_.values()))
    here = case.likelihood(columns).curvature(at)
    away = np.log(at / np.array(list(prior.median.values())))
    # Where the data's pull ends: as far from the medians as the prior lets them go.
    assert here.gradient * at == pytest.approx(away / 0.5**2, abs=1e-3)
    curved = np.outer(at, at) * here.hessian + np.diag(at * here.gradient)
    errors = at * np.sqrt(np.diag(np.linalg.inv(np.eye(len(at)) / 0.5**2 - curved)))
    assert list(fit.standard_errors_.values()) == pytest.approx(errors, rel=1e-3)
    assert fit.log_likelihood_ == pytest.approx(here.log_likelihood)


def test_firm_prior_decides_and_a_vague_one_does_not(case: Case) -> None:
    columns = case.draw(800, seed=16)
    median = {name: 1.5 * value for name, value in case.truth.items()}
    firm = case.model().fit(**columns, prior=Prior(median, spread=1e-3))
    assert firm.params_ == pytest.approx(median, rel=1e-2)
    vague, without = (
        case.model().fit(**columns, prior=Prior(median, 1e4)),
        case.model().fit(**columns),
    )
    assert vague.params_ == pytest.approx(without.params_, rel=1e-4)


def test_prior_lets_a_handful_of_customers_be_fitted(case: Case) -> None:
    fit = case.model().fit(**case.draw(4, seed=17), prior=Prior(case.truth, spread=0.3))
    assert fit.converged_
    assert not any("edge" in warning for warning in fit.warnings_)
    for name, truth in case.truth.items():
        assert 0.3 < fit.params_[name] / truth < 3


def test_prior_that_is_none_of_this_model_is_refused(case: Case) -> None:
    columns, name = case.draw(20, seed=19), case.model.parameter_names[0]
    for prior in (Prior({"slope": 1.0}), Prior({}, {"slope": 1.0})):
        with pytest.raises(ValueError, match="prior names slope; there is"):
            case.model().fit(**columns, prior=prior)
    for prior in (Prior({name: -1.0}), Prior({name: 1.0}, spread=0.0)):
        with pytest.raises(ValueError, match=f"prior of {name} must be a positive number"):
            case.model().fit(**columns, prior=prior)
    with pytest.raises(ValueError, match="a spread for each median"):
        case.model().fit(**columns, prior=Prior({name: 1.0}, spread={}))


@pytest.mark.parametrize("case", WITH_DROPOUT, ids=lambda case: case.model.__name__)
def test_dropout_that_cannot_be_seen_is_said_plainly(case: Case) -> None:
    assert case.nobody_leaves is not None
    loyal = replace(case, truth=case.nobody_leaves)
    fit = case.model().fit(**loyal.draw(300, seed=20))
    assert UNSEEN_DROPOUT in fit.warnings_
    assert not fit.sees_dropout_
    handful = case.model().fit(**case.draw(2, seed=21))
    assert handful.warnings_


def test_groups_are_fitted_together(case: Case) -> None:
    columns = case.draw(1_200, seed=22)
    group = np.repeat(["few", "many", "others"], [6, 594, 600])
    fits = fit_groups(case.model, group=group, **columns)
    assert fits.pooled.params_ == case.model().fit(**columns).params_
    assert fits.table["converged"].to_pylist() == [True] * 3
    assert fits.table["customers"].to_pylist() == [6, 594, 600]
    # All are drawn alike, so none strays far from the whole.
    for name in case.model.parameter_names:
        assert fits.table[name].to_numpy() == pytest.approx(fits.pooled.params_[name], rel=0.5)
    scored = fits.forecast(lambda model, **rows: case.score(model, rows), group=group, **columns)
    few = {name: column[:6] for name, column in columns.items()}
    assert scored[:6] == pytest.approx(case.score(fits.models["few"], few))


def test_order_of_rows_does_not_matter(case: Case) -> None:
    columns = case.draw(800, seed=6)
    order = np.random.default_rng(6).permutation(800)
    shuffled = {name: column[order] for name, column in columns.items()}
    one, other = case.model().fit(**columns), case.model().fit(**shuffled)
    assert one.params_ == pytest.approx(other.params_, rel=1e-5)
    assert case.score(one, columns)[order] == pytest.approx(case.score(one, shuffled))


@pytest.mark.parametrize("case", WITH_UNIT, ids=lambda case: case.model.__name__)
@pytest.mark.parametrize("unit", [1 / 7, 1000.0])
def test_unit_only_scales_the_result(case: Case, unit: float) -> None:
    columns = case.draw(800, seed=7)
    scaled = {
        name: column * (unit if name in case.unit_columns else 1)
        for name, column in columns.items()
    }
    one, other = case.model().fit(**columns), case.model().fit(**scaled)
    expected = dict(one.params_)
    for name in case.unit_parameters:
        expected[name] *= unit
    assert other.params_ == pytest.approx(expected, rel=1e-4)


def test_crowd_fitted_from_a_sample_ends_at_the_same_top(case: Case) -> None:
    columns = case.draw(60_000, seed=8)
    fit = case.model().fit(**columns)
    likelihood = case.likelihood(columns)
    at_end = likelihood.curvature(np.array(list(fit.params_.values())))
    assert fit.log_likelihood_ == pytest.approx(at_end.log_likelihood, rel=1e-12)
    slope = at_end.gradient * np.array(list(fit.params_.values()))
    assert np.abs(slope / 60_000).max() < 1e-6


def test_published_parameters_serve_without_data(case: Case) -> None:
    model = case.model.with_params(**case.truth)
    assert model.params_ == case.truth
    assert (case.score(model, case.draw(50, seed=9)) > 0).all()


@pytest.mark.parametrize("wrong", [{}, {"r": 1.0}, {"p": 1.0, "q": 1.0, "v": -1.0}])
def test_wrong_parameters_are_refused(case: Case, wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"needs exactly|must be a positive number"):
        case.model.with_params(**wrong)


def test_forecast_before_fit_is_refused(case: Case) -> None:
    with pytest.raises(NotFittedError, match="call fit first"):
        case.score(case.model(), case.draw(5, seed=10))


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (-1.0, "is negative in 1 row"),
        (np.nan, "is missing"),
        (np.inf, "is infinite"),
    ],
)
def test_refusal_names_the_argument_and_the_row(case: Case, value: float, complaint: str) -> None:
    columns = case.draw(10, seed=11)
    for name in columns:
        spoilt = {key: column.copy() for key, column in columns.items()}
        spoilt[name][3] = value
        with pytest.raises(ValueError, match=rf"^{name} {complaint}.*row 3$"):
            case.model().fit(**spoilt)


def test_shapes_that_do_not_fit_are_refused(case: Case) -> None:
    columns = case.draw(10, seed=12)
    first = next(iter(columns))
    for values, complaint in (
        (columns[first][:9], f"differ in length: {first} 9"),
        (columns[first][None], f"{first} must be one column"),
        (["many"] * 10, f"{first} must be a column of numbers"),
        (columns[first] + 0.5, f"{first} is not a whole number"),
    ):
        with pytest.raises(ValueError, match=complaint):
            case.model().fit(**columns | {first: values})
    with pytest.raises(ValueError, match=rf"{first} is .*empty"):
        case.model().fit(**{name: [] for name in columns})
    with pytest.raises(ValueError, match="weights has 3 values"):
        case.model().fit(**columns, weights=[1, 1, 1])
    with pytest.raises(ValueError, match="weights are all 0"):
        case.model().fit(**columns, weights=np.zeros(10))
