"""The model of a yes or no: chosen, calibrated and explained, on tables with a known truth."""

import json
import sys
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from scipy.special import expit, logit

from guanxi.analytics import NotFittedError
from guanxi.analytics.propensity import (
    CannotLearnError,
    MissingLibraryError,
    PropensityModel,
    auc,
    calibration_line,
)
from guanxi.analytics.propensity.model import Kind

CITIES = np.array(["北京", "上海", "广州", 'the "old" town'])
OF_CITY = np.array([0.8, -0.4, 0.0, -0.6])


def customers(seed: int, size: int = 1500) -> pa.Table:
    """Rows whose log odds of `left` are known: linear in silence, bent in age, by city."""
    random = np.random.default_rng(seed)
    silence, age = random.gamma(2, 40, size), random.uniform(18, 80, size)
    city = random.integers(0, 4, size)
    log_odds = -1.6 + 0.012 * silence + ((age - 49) / 25) ** 2 * 0.8 + OF_CITY[city]
    gaps = random.random(size) < 0.1
    return pa.table(
        {
            "key": [f"k{place}" for place in range(size)],
            "silence": pa.array(silence, mask=gaps),
            "age": age,
            "city": CITIES[city],
            "noise": random.normal(size=size),
            "same": np.ones(size),
            "left": random.random(size) < expit(log_odds),
        }
    )


def fit(
    table: pa.Table, *, seed: int = 0, candidates: Any = None, **options: Any
) -> PropensityModel:
    chosen = {} if candidates is None else {"candidates": candidates}
    options = {"target": "left", "leave_out": ["key"], **options}
    return PropensityModel(seed=seed, folds=3, **chosen).fit(table, **options)


@pytest.fixture(scope="module", params=["logistic", "boosting", "average"])
def fitted(request: pytest.FixtureRequest) -> PropensityModel:
    kind: Kind = request.param
    return fit(customers(1), candidates=(kind,))


@pytest.fixture(scope="module")
def unseen() -> pa.Table:
    return customers(2, size=4000)


def test_probabilities_of_new_rows_rank_and_come_true(
    fitted: PropensityModel, unseen: pa.Table
) -> None:
    said = unseen["left"].to_numpy()
    stated = fitted.probabilities(unseen)
    assert auc(said, stated).value > 0.69  # the truth itself reaches about .73
    line = calibration_line(said, stated)
    assert 0.75 < line.slope < 1.35
    assert abs(line.shift) < 0.2
    assert fitted.beats_naive_
    assert fitted.columns_.dropped == {"same": "it is the same in every row"}


def test_reasons_add_up_to_the_log_odds(fitted: PropensityModel, unseen: pa.Table) -> None:
    explained = fitted.explain(unseen)
    added = explained.base + explained.contributions.sum(axis=1)
    raw = fitted._model.log_odds(fitted.columns_.read(unseen))
    assert added == pytest.approx(raw, abs=1e-9)
    assert explained.table().column_names == ["silence", "age", "noise", "city"]
    assert list(explained.importance())[-1] == "noise"
    assert fitted.log_odds(unseen) == pytest.approx(logit(fitted.probabilities(unseen)))


def test_reasons_are_said_in_codes_and_values(fitted: PropensityModel, unseen: pa.Table) -> None:
    explained = fitted.explain(unseen)
    for row, text in enumerate(explained.reasons(most=2).to_pylist()[:300]):
        said = json.loads(text)
        assert len(said) <= 2
        strengths = [abs(reason["contribution"]) for reason in said]
        assert strengths == sorted(strengths, reverse=True)
        for reason in said:
            place = fitted.columns_.names.index(reason["column"])
            contribution = explained.contributions[row, place]
            assert reason["contribution"] == pytest.approx(contribution, abs=6e-4)
            assert reason["code"] == ("raises" if contribution > 0 else "lowers")
            value = unseen[reason["column"]][row].as_py()
            if value is None:
                assert not {"number", "text"} & set(reason)
            else:
                key = "text" if reason["column"] == "city" else "number"
                assert reason[key] == pytest.approx(value, abs=6e-4)


def test_held_out_figures_are_those_of_rows_not_seen(fitted: PropensityModel) -> None:
    said = customers(1)["left"].to_numpy()
    assert fitted.auc_ == auc(said, logit(fitted.held_out_))
    # A model judged by the rows it was made of would look better.
    assert fitted.auc_.value < auc(said, fitted.probabilities(customers(1))).value
    card = json.loads(json.dumps(fitted.card()))
    assert card["log_loss"] < card["naive_log_loss"]
    assert card["rows"] == 1500
    line = calibration_line(said, fitted.held_out_)
    assert abs(line.slope - 1) < 3 * line.slope_error


def test_unknown_and_missing_values_are_scored(fitted: PropensityModel) -> None:
    rows = customers(3, size=3).set_column(3, "city", pa.array(["深圳", None, "北京"]))
    rows = rows.set_column(1, "silence", pa.array([None, 1e9, 3.0]))
    rows = rows.set_column(4, "noise", pa.array([None, None, None], pa.float64()))
    assert np.isfinite(fitted.probabilities(rows)).all()
    assert fitted.unknown_levels(rows) == {"city": 2}
    if fitted.choice_ == "logistic":
        # Nothing is known of them, so nothing is said.
        assert fitted.explain(rows).table()["city"].to_pylist()[:2] == [0.0, 0.0]


def test_the_same_seed_gives_the_same_model() -> None:
    table = customers(4, size=600)
    one, same, other = (fit(table, seed=seed) for seed in (5, 5, 6))
    assert one.card() == same.card()
    assert np.array_equal(one.probabilities(table), same.probabilities(table))
    assert not np.array_equal(one.held_out_, other.held_out_)


def test_the_candidate_of_least_log_loss_is_taken() -> None:
    model = fit(customers(5, size=600))
    losses = {candidate.kind: candidate.log_loss for candidate in model.candidates_}
    assert set(losses) == {"logistic", "boosting", "average"}
    assert losses[model.choice_] == min(losses.values())


def test_noise_is_not_believed() -> None:
    random = np.random.default_rng(6)
    table = pa.table(
        {
            "noise": random.normal(size=800),
            "words": random.choice(["a", "b", "c"], 800),
            "left": random.random(800) < 0.3,
        }
    )
    model = fit(table, leave_out=[])
    assert not model.beats_naive_
    assert any("no more than the share of yes does" in said for said in model.warnings_)
    assert model.probabilities(table) == pytest.approx(0.3, abs=0.12)


def test_rows_of_one_group_are_not_held_out_by_themselves() -> None:
    # Each customer comes five times, alike to the last digit, with an outcome drawn by lot: only
    # who has seen the customer can tell it.
    random = np.random.default_rng(7)
    size = 200
    once = {"mark": random.normal(size=size), "left": random.random(size) < 0.5}
    table = pa.table({name: np.repeat(column, 5) for name, column in once.items()})
    table = table.append_column("who", pa.array(np.repeat(np.arange(size), 5)))
    options: dict[str, Any] = {"leave_out": [], "candidates": ("boosting",)}
    assert fit(table, leave_out=["who"], candidates=("boosting",)).auc_.value > 0.7
    assert fit(table, group="who", **options).auc_.value < 0.6


def test_rows_in_time_order_are_judged_by_later_ones() -> None:
    model = fit(customers(8, size=900), in_time_order=True, candidates=("logistic",))
    assert np.isnan(model.held_out_[:225]).all()
    assert np.isfinite(model.held_out_[225:]).all()
    assert model.auc_.value > 0.6
    with pytest.raises(ValueError, match="exclude each other"):
        fit(customers(8), in_time_order=True, group="city")


def test_of_too_many_rows_some_are_learnt_from() -> None:
    table = customers(17, size=1000)
    table = table.append_column("who", pa.array(np.arange(1000) // 4))
    model = PropensityModel(candidates=("logistic",), most_rows=600)
    options: dict[str, Any] = {"target": "left", "leave_out": ["key"]}
    model.fit(table, group="who", **options)
    used = np.isfinite(model.held_out_)
    assert used.sum() == model.rows_ == 600
    assert len(np.unique(used.reshape(250, 4), axis=0)) == 2  # whole groups or nothing of them
    assert "It is learnt from 600 of the 1000 rows." in model.warnings_
    model.fit(table, **options)
    assert np.isfinite(model.held_out_).sum() == 600
    model.fit(table, in_time_order=True, **options)
    assert np.isfinite(model.held_out_).nonzero()[0].tolist() == [*range(500, 1000)]


def test_kinds_of_columns_are_read_alike() -> None:
    table = customers(18, size=600)
    plain = fit(table, candidates=("logistic",))
    other = table.set_column(2, "age", pc.cast(pc.round(table["age"], 6), pa.decimal128(20, 6)))
    other = other.set_column(3, "city", pc.dictionary_encode(table["city"]))
    other = other.set_column(1, "silence", pc.fill_null(table["silence"], np.nan))
    assert fit(other, candidates=("logistic",)).log_loss_ == pytest.approx(plain.log_loss_)
    numbered = pc.index_in(table["city"], pa.array(CITIES))
    other = table.set_column(3, "city", numbered)
    by_number = fit(other, candidates=("logistic",), categories=["city"])
    assert by_number.log_loss_ == pytest.approx(plain.log_loss_)
    assert fit(other, candidates=("logistic",)).log_loss_ != pytest.approx(plain.log_loss_)


def test_groups_must_be_named_and_be_enough() -> None:
    table = customers(19, size=300)
    with pytest.raises(ValueError, match="the table has no column 'who'"):
        fit(table, group="who")
    with pytest.raises(CannotLearnError, match="group has fewer than 3 groups"):
        fit(table.append_column("who", pa.array(np.arange(300) % 2)), group="who")
    gaps = table.append_column("who", pa.array([None, *range(299)]))
    with pytest.raises(ValueError, match=r"who is missing in 1 row"):
        fit(gaps, group="who")
    with pytest.raises(ValueError, match="most_rows must be 1 or more"):
        PropensityModel(most_rows=0)


def test_a_category_that_comes_and_goes_with_time_is_not_used() -> None:
    table = customers(20, size=600)
    months = pa.array([f"2026-{1 + place // 55:02}" for place in range(600)])
    table = table.append_column("month", months)
    model = fit(table, in_time_order=True, candidates=("logistic",))
    assert "cannot be told from time itself" in model.columns_.dropped["month"]
    assert "month" in fit(table, candidates=("logistic",)).columns_.names


def test_many_rows_are_calibrated_by_isotonic_regression() -> None:
    model = fit(customers(9, size=4000), candidates=("logistic",))
    assert model.calibration_ == "isotonic"
    assert fit(customers(9, size=800), candidates=("logistic",)).calibration_ == "platt"
    rows = customers(10, size=2000)
    raw = model._model.log_odds(model.columns_.read(rows))
    order = np.argsort(raw)
    # It rises strictly: no two that the model tells apart become equal.
    assert (np.diff(model.log_odds(rows)[order])[np.diff(raw[order]) > 0] > 0).all()


def test_texts_serve_as_target() -> None:
    table = customers(11, size=600)
    texts = np.where(table["left"].to_numpy(), "yes", "no")
    by_text = table.set_column(6, "left", pa.array(texts))
    one = fit(by_text, positive="yes", candidates=("logistic",))
    assert one.card() == fit(table, candidates=("logistic",)).card()
    with pytest.raises(CannotLearnError, match="left is never 'oui', only no or yes"):
        fit(by_text, positive="oui")


def test_texts_that_name_rows_are_left_out() -> None:
    model = fit(customers(12, size=600), leave_out=[], candidates=("logistic",))
    assert "it names rows" in model.columns_.dropped["key"]
    assert any("Column key is not used" in said for said in model.warnings_)


@pytest.mark.parametrize(
    ("change", "options", "error", "complaint"),
    [
        ({"left": [True] * 60}, {}, CannotLearnError, "left is the same in all 60 rows"),
        (
            {"left": [k < 5 for k in range(60)]},
            {},
            CannotLearnError,
            "outcome in 5 of 60 rows",
        ),
        ({"left": [None] * 60}, {}, ValueError, "left is missing in 60 row"),
        ({"left": [2] * 60}, {}, ValueError, "left is neither 0 nor 1"),
        ({"age": [np.inf] * 60}, {}, ValueError, "'age' is infinite in 60 row"),
        ({"age": [[1]] * 60}, {}, ValueError, "'age' is of type list"),
        ({}, {"target": "gone"}, ValueError, "no column 'gone'"),
        ({}, {"leave_out": ["gone"]}, ValueError, "no column 'gone'"),
        (
            {},
            {"leave_out": ["key", "silence", "age", "city", "noise"]},
            CannotLearnError,
            "no column of the table varies",
        ),
    ],
)
def test_what_cannot_be_learnt_from_is_refused(
    change: dict[str, Any], options: dict[str, Any], error: type[Exception], complaint: str
) -> None:
    table = customers(13, size=60)
    for name, values in change.items():
        table = table.set_column(table.column_names.index(name), name, pa.array(values))
    with pytest.raises(error, match=complaint):
        fit(table, candidates=("logistic",), **options)


def test_few_rows_are_called_few() -> None:
    model = fit(customers(14, size=120), candidates=("logistic",))
    assert any("times only: what is said of it is rough" in w for w in model.warnings_)


def test_scoring_wants_the_columns_learnt_from_and_a_fit(fitted: PropensityModel) -> None:
    with pytest.raises(ValueError, match="lacks column 'age'"):
        fitted.probabilities(customers(15, size=3).drop_columns(["age"]))
    with pytest.raises(NotFittedError, match="call fit first"):
        PropensityModel().probabilities(customers(15, size=3))
    with pytest.raises(ValueError, match="candidates must be some of"):
        PropensityModel(candidates=("guess",))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="folds must be 2 or more"):
        PropensityModel(folds=1)


def test_a_machine_without_openmp_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    class Lacking:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "lightgbm":
                raise OSError("libgomp.so.1: cannot open shared object file")

    monkeypatch.delitem(sys.modules, "lightgbm", raising=False)
    # A stand-in, as the machines that tests run on have the library.
    monkeypatch.setattr(sys, "meta_path", [Lacking(), *sys.meta_path])
    with pytest.raises(MissingLibraryError, match="apt-get install libgomp1"):
        fit(customers(16, size=300))
    assert fit(customers(16, size=300), candidates=("logistic",)).choice_ == "logistic"
