"""Model cards: complete, plain, and a decision that follows from what is on them."""

import dataclasses
import datetime
import json
import math
from typing import Any

import numpy as np
import pytest

from guanxi.analytics import FittedModel
from guanxi.analytics.trust import (
    Backtest,
    CalibrationBin,
    ModelCard,
    Window,
    backtest,
    compare,
    decide,
    drift_of_numbers,
    model_card,
    plain,
)
from guanxi.analytics.trust.tests.firms import AS_OF, day, firm

FITTED = FittedModel(
    "ModifiedBetaGeometricNBD",
    {"r": 0.5, "alpha": 40.0, "a": 0.8, "b": 3.0},
    {"r": 0.1, "alpha": 5.0, "a": math.nan, "b": 1.0},
    -1234.5,
)
MADE_AT = datetime.datetime(2026, 7, 1, 2, tzinfo=datetime.UTC)


def card(fitted: FittedModel = FITTED, **options: Any) -> ModelCard:
    told = {
        "window": Window(day(900), AS_OF),
        "rows": {"lines": 5000, "customers": 800},
        "left_out": {"without_customer": 12},
        "made_at": MADE_AT,
    }
    return model_card(fitted, **told | options)


def proven(**verdicts: str) -> Backtest:
    """A backtest with these words, and comparisons in which the model saves a fifth or a third."""
    random = np.random.default_rng(1)
    losses = random.chisquare(1, 400)
    comparisons = [
        compare(target, rule, losses, losses * factor, seed=1, level=0.95)
        for target in verdicts
        for rule, factor in (("same_as_before", 1.5), ("average", 1.25))
    ]
    words = dict.fromkeys(("purchases", "buys", "spend", "amount"), "better") | verdicts
    return Backtest(365, 0.95, 7, [], comparisons, words)


def bins(right: int, wrong: int) -> list[CalibrationBin]:
    one = CalibrationBin(0.1, 0.2, 50, 0.15, 8, 0.16, 0.07, 0.29, True)
    return [one] * right + [one._replace(holds=False)] * wrong


def codes(of: ModelCard) -> list[str]:
    return [ground.code for ground in decide(of).grounds]


def test_card_holds_what_the_run_was_made_of() -> None:
    lines = firm(400, days=700, seed=2)
    found = backtest(lines, as_of=AS_OF, horizon_days=180, seed=7)
    fitted = found.cuts[-1].models[0]
    moved = drift_of_numbers(np.arange(500.0), np.arange(500.0) + 400)
    made = card(fitted, tested=found, drift=[moved], warnings=["Look twice."])
    read = json.loads(json.dumps(made.as_plain(), allow_nan=False))
    assert read["model"] == "ModifiedBetaGeometricNBD"
    assert read["window"] == {"first": str(day(900)), "last": str(AS_OF)}
    assert read["left_out"] == {"without_customer": 12}
    assert {one["name"]: one["value"] for one in read["parameters"]} == fitted.params
    assert set(read["errors"]) == set(read["verdicts"]) == {"purchases", "buys"}
    assert set(read["errors"]["buys"]) == {"model", "same_as_before", "average"}
    assert {one["target"] for one in read["comparisons"]} == {"purchases", "buys"}
    customers = found.cuts[-1].targets["buys"].customers
    assert sum(one["customers"] for one in read["calibration"]) == customers
    assert read["drift"][0]["shift"] == "large"
    assert (read["seed"], read["horizon_days"], read["level"]) == (7, 180, 0.95)
    assert read["made_at"] == "2026-07-01T02:00:00+00:00"
    assert read["library_version"]
    assert read["warnings"] == ["Look twice."]
    spend = card(found.cuts[-1].models[1], tested=found)
    assert set(spend.verdicts) == {"spend", "amount"}
    assert spend.calibration == []


def test_what_is_unknown_is_null() -> None:
    read = card().as_plain()
    assert read["parameters"][2] == {"name": "a", "value": 0.8, "standard_error": None}
    assert read["verdicts"] == read["errors"] == {}
    assert read["horizon_days"] is None


def test_plain_data_is_all_that_json_knows() -> None:
    odd = {"count": np.int64(3), "share": np.float32(0.5), "none": np.nan, "flag": np.bool_(True)}
    assert plain(odd) == {"count": 3, "share": 0.5, "none": None, "flag": True}
    with pytest.raises(TypeError, match="set has no plain form"):
        plain({1, 2})


def test_model_that_beats_the_rules_is_on_and_says_by_how_much() -> None:
    decision = decide(card(tested=proven(purchases="better", buys="better")))
    assert decision.is_on
    first = decision.grounds[0]
    assert (first.code, first.against) == ("better_than_naive", False)
    assert first.numbers["rule"] == "average"  # the harder of the two
    assert first.numbers["gain"] == pytest.approx(0.2)


def test_model_that_does_not_is_off() -> None:
    decision = decide(card(tested=proven(purchases="better", buys="no_better")))
    assert not decision.is_on
    against = [ground for ground in decision.grounds if ground.against]
    assert [ground.code for ground in against] == ["no_better_than_naive"]
    assert against[0].numbers["target"] == "buys"
    assert decision.targets_off == ["buys"]
    # A target that the model does not answer for is not held against it.
    assert decide(card(tested=proven(amount="no_better"))).is_on


def test_model_without_proof_is_on_and_marked() -> None:
    assert codes(card()) == ["not_proven"]
    assert decide(card()).is_on
    assert codes(card(tested=proven(purchases="cannot_say"))) == ["not_proven", "not_proven"]


def test_fit_that_is_none_is_off() -> None:
    for broken in (
        FITTED._replace(log_likelihood=math.nan),
        FITTED._replace(params=FITTED.params | {"a": math.inf}),
    ):
        decision = decide(card(broken, tested=proven()))
        assert not decision.is_on
        assert decision.grounds[0].code == "no_fit"


@pytest.mark.parametrize(("wrong", "said"), [(0, False), (3, False), (4, True), (10, True)])
def test_chances_that_fail_beyond_chance_are_named(wrong: int, said: bool) -> None:
    made = dataclasses.replace(card(tested=proven()), calibration=bins(10 - wrong, wrong))
    assert ("calibration_off" in codes(made)) is said
    assert decide(made).is_on


def test_columns_that_moved_are_named() -> None:
    still, moved = (drift_of_numbers(np.arange(400.0), np.arange(400.0) + by) for by in (0, 300))
    found = decide(card(drift=[still, moved._replace(column="amount")])).grounds
    assert [ground.numbers.get("column") for ground in found if ground.code == "drift"] == [
        "amount"
    ]


def test_cards_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="targets must be named for a model like Oracle"):
        card(FITTED._replace(name="Oracle"))
    assert card(FITTED._replace(name="Oracle"), targets=["buys"]).model == "Oracle"
    with pytest.raises(ValueError, match="window ends on"):
        card(window=Window(AS_OF, day(3)))
