"""Lifecycle stages from evidence."""

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.analytics import STAGES, Lifecycle, LifecycleFacts, RatePrior, lifecycle_stage
from guanxi.analytics.lifecycle import MARGIN, chance_of_rise
from guanxi.analytics.reasons import Reason, reasons_as_json

PRIOR = RatePrior(r=1.0, alpha=60.0)
NONE = {field.name: np.nan for field in dataclasses.fields(LifecycleFacts)}


def customer(**known: float) -> LifecycleFacts:
    """One customer: seven steady purchases in half a year, the last a week ago; but for `known`."""
    steady = {
        "purchases": 7,
        "days_since_last": 7,
        "expected_gap_days": 35,
        "gap_chance": 0.8,
        "pace_kept": 0.95,
        "last_gap_days": 30,
        "last_gap_chance": 0.4,
        "trend_days": 90,
        "recent_purchases": 3,
        "earlier_purchases": 3,
        "recent_amount": 300,
        "earlier_amount": 300,
    }
    return LifecycleFacts(
        **{name: np.array([float(value)]) for name, value in (NONE | steady | known).items()}
    )


def stage_of(facts: LifecycleFacts, previous: str | None = None) -> str:
    held = None if previous is None else np.array([STAGES.index(previous)], np.int8)
    return str(lifecycle_stage(facts, previous=held).names[0])


def reasons_of(found: Lifecycle) -> list[dict[str, Any]]:
    return json.loads(reasons_as_json(found.reasons, rows=1)[0].as_py())


@pytest.mark.parametrize(
    ("known", "stage", "code"),
    [
        ({}, "maturity", "steady"),
        ({**NONE, "purchases": 0}, "potential", "no_purchase"),
        ({"purchases": 1}, "development", "few_purchases"),
        ({"purchases": 2}, "development", "few_purchases"),
        ({"purchases": 4}, "growth", "becoming_regular"),
        ({"recent_purchases": 9, "recent_amount": 1800}, "growth", "rising"),
        (
            {"recent_purchases": 0, "recent_amount": 0, "earlier_purchases": 9},
            "maturity",
            "falling",
        ),
        ({"probability_alive": 0.1}, "termination", "probably_left"),
        ({"gap_chance": 0.02}, "termination", "long_silence"),
        ({"purchases": 1, "gap_chance": 0.4, "pace_kept": 0.12}, "termination", "long_silence"),
        ({"last_gap_days": 200, "last_gap_chance": 0.01}, "return", "came_back"),
        ({"last_gap_days": 20, "last_gap_chance": 0.01}, "maturity", "steady"),
    ],
)
def test_stage_and_the_reason_given(known: dict[str, float], stage: str, code: str) -> None:
    facts = customer(**known)
    found = lifecycle_stage(facts)
    assert found.names[0] == stage
    assert [reason["code"] for reason in reasons_of(found)] == [code]


def test_stage_at_a_border_is_held() -> None:
    just_over = customer(probability_alive=0.47)
    assert stage_of(just_over) == "termination"
    assert stage_of(just_over, previous="maturity") == "maturity"
    held = lifecycle_stage(just_over, previous=np.array([STAGES.index("maturity")], np.int8))
    assert {"code": "stage_held", "candidate": "termination"} in reasons_of(held)
    assert held.confidence[0] == pytest.approx(0.47)


def test_stage_gives_way_to_plain_evidence() -> None:
    assert stage_of(customer(probability_alive=0.3), previous="maturity") == "termination"


def test_stage_without_any_evidence_is_not_held() -> None:
    assert stage_of(customer(purchases=1), previous="potential") == "development"


def test_nothing_known_but_purchases_is_no_reason_to_give_up() -> None:
    assert stage_of(customer(**NONE | {"purchases": 1})) == "development"


def test_rise_by_number_and_amount_adds_up() -> None:
    def rise(**known: float) -> float:
        return float(chance_of_rise(customer(**known))[0])

    assert rise() == pytest.approx(0.5)
    more, dearer = {"recent_purchases": 5, "recent_amount": 500}, {"recent_amount": 500}
    assert rise(**more) > 0.5
    assert rise(**dearer) > 0.5
    assert rise(recent_purchases=5, recent_amount=900) > max(rise(**more), rise(**dearer))
    assert rise(recent_purchases=0, earlier_purchases=0) == pytest.approx(0.5)


@settings(max_examples=60)
@given(
    purchases=st.integers(0, 40),
    alive=st.one_of(st.none(), st.floats(0, 1)),
    active=st.floats(0, 900),
    silence=st.floats(0, 900),
    last_gap=st.floats(0, 900),
    recent=st.integers(0, 20),
    earlier=st.integers(0, 20),
    previous=st.sampled_from(STAGES),
)
def test_evidence_adds_up_and_holds_stages(
    purchases: int,
    alive: float | None,
    active: float,
    silence: float,
    last_gap: float,
    recent: int,
    earlier: int,
    previous: str,
) -> None:
    history = {"frequency": max(purchases - 1, 0), "active_days": active}
    facts = customer(
        purchases=purchases,
        probability_alive=np.nan if alive is None else alive,
        gap_chance=PRIOR.gap_chance(**history, gap_days=silence),
        pace_kept=PRIOR.pace_kept(active_days=active, gap_days=silence),
        last_gap_days=last_gap,
        last_gap_chance=PRIOR.gap_chance(**history, gap_days=last_gap),
        recent_purchases=recent,
        earlier_purchases=earlier,
        recent_amount=recent * 10,
        earlier_amount=earlier * 10,
    )
    free = lifecycle_stage(facts)
    assert free.evidence.sum() == pytest.approx(1)
    assert (free.evidence >= 0).all()
    place = STAGES.index(previous)
    bound = lifecycle_stage(facts, previous=np.array([place], np.int8))
    gain = free.confidence[0] - free.evidence[0, place]
    if bound.stage[0] != place:
        assert gain >= MARGIN or free.evidence[0, place] == 0
    else:
        assert gain < MARGIN
    again = lifecycle_stage(facts, previous=bound.stage)
    assert again.stage[0] == bound.stage[0]
    assert reasons_of(bound)


def test_reasons_are_json_with_whole_rounded_and_missing_numbers() -> None:
    holds = np.array([True, False, True])
    reasons = [
        Reason("one", holds, {"n": np.array([2.0, 0, 0.12345]), "m": np.array([np.nan, 0, 1e12])}),
        Reason("two", ~holds, {}),
        Reason("three", np.array([True, True, True]), {"stage": np.array(["a", "b", "c"])}),
    ]
    texts = [json.loads(text) for text in reasons_as_json(reasons, rows=3).to_pylist()]
    assert texts == [
        [{"code": "one", "n": 2, "m": None}, {"code": "three", "stage": "a"}],
        [{"code": "two"}, {"code": "three", "stage": "b"}],
        [{"code": "one", "n": 0.123, "m": 1e12}, {"code": "three", "stage": "c"}],
    ]
    nobody = [Reason("never", np.array([False]), {})]
    assert reasons_as_json(nobody, rows=1).to_pylist() == ["[]"]
