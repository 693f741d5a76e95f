"""Whom to contact: where the expected profit is above zero."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.analytics.propensity import plan_contacts, profit_threshold

MONEY = st.floats(0, 1000)


def test_a_contact_pays_from_the_threshold_on() -> None:
    assert profit_threshold(gain=100, cost=5) == pytest.approx(0.05)
    assert profit_threshold(gain=100, cost=5, waste=20) == pytest.approx(25 / 120)
    assert profit_threshold(gain=5, cost=5) == np.inf


@given(MONEY, MONEY, MONEY)
def test_nothing_is_gained_or_lost_at_the_threshold(gain: float, cost: float, waste: float) -> None:
    threshold = profit_threshold(gain=gain, cost=cost, waste=waste)
    if np.isfinite(threshold):
        at = threshold * gain - (1 - threshold) * waste - cost
        assert at == pytest.approx(0, abs=1e-9 * (1 + gain + cost + waste))
    else:
        assert gain <= cost  # even a certain yes brings nothing


def test_the_most_profitable_are_contacted() -> None:
    plan = plan_contacts([0.5, 0.1, 0.9], gain=[10, 200, 10], cost=2)
    assert plan.profit == pytest.approx([3, 18, 7])
    assert plan.threshold == pytest.approx([0.2, 0.01, 0.2])
    assert plan.contact.all()
    assert plan.expected_profit == pytest.approx(28)
    two = plan_contacts([0.5, 0.1, 0.9], gain=[10, 200, 10], cost=2, at_most=2)
    assert two.contact.tolist() == [False, True, True]
    assert two.expected_profit == pytest.approx(25)
    assert not plan_contacts([0.5], gain=1, cost=2).contact.any()


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"probability": [1.5]}, "probability is not between 0 and 1"),
        ({"cost": -1}, "cost is negative"),
        ({"gain": np.nan}, "gain is missing"),
        ({"at_most": -1}, "at_most must be 0 or more"),
    ],
)
def test_bad_input_is_refused_by_name(wrong: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        plan_contacts(**{"probability": [0.5], "gain": 1, "cost": 1, **wrong})
