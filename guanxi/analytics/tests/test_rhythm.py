"""The rhythm of purchases and the chance of a silence."""

import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.analytics import RatePrior, rhythm

NEW_YEAR = datetime.date(2026, 1, 1)
PRIOR = RatePrior(r=1.0, alpha=30.0)


def rhythm_of(*days: int, as_of: int) -> dict[str, float]:
    bought = [NEW_YEAR + datetime.timedelta(day) for day in days]
    records = pa.table({"who": ["a"] * len(days), "on": bought})
    found = rhythm(
        records,
        customer="who",
        date="on",
        as_of=NEW_YEAR + datetime.timedelta(as_of),
        prior=PRIOR,
    )
    return found.to_pyarrow().to_pylist()[0]


def test_gaps_mean_and_recent() -> None:
    found = rhythm_of(0, 10, 10, 30, as_of=35)
    assert found["purchases"] == 3
    assert found["mean_gap_days"] == 15
    assert found["recent_gap_days"] == pytest.approx((20 + 0.7 * 10) / 1.7)
    assert found["last_gap_days"] == 20
    assert found["days_since_last"] == 5
    assert found["expected_gap_days"] == pytest.approx((30 + 30) / 3)
    assert found["late_probability"] == pytest.approx(1 - (60 / 65) ** 3)


def test_who_bought_once_has_the_rhythm_of_the_firm() -> None:
    found = rhythm_of(0, as_of=30)
    assert found["mean_gap_days"] is None
    assert found["recent_gap_days"] is None
    assert found["expected_gap_days"] == 30
    assert found["late_probability"] == pytest.approx(0.5)


def test_chance_is_what_simulated_customers_do() -> None:
    random = np.random.default_rng(1)
    rate = random.gamma(3 + 4, 1 / (40 + 100), 200_000)
    gaps = random.exponential(1 / rate)
    chance = RatePrior(r=3, alpha=40).gap_chance(frequency=4, active_days=100, gap_days=25)
    assert (gaps > 25).mean() == pytest.approx(chance, abs=0.005)


@given(
    x=st.integers(0, 200),
    active=st.floats(0, 3000),
    gap=st.floats(0, 3000),
    more=st.floats(0, 3000),
)
def test_longer_silence_is_less_likely(x: int, active: float, gap: float, more: float) -> None:
    history = {"frequency": x, "active_days": active}
    shorter = PRIOR.gap_chance(**history, gap_days=gap)
    assert 0 <= PRIOR.gap_chance(**history, gap_days=gap + more) <= shorter <= 1
    kept = PRIOR.pace_kept(active_days=active, gap_days=gap)
    assert kept ** (1 + x) == pytest.approx(shorter)


def test_prior_of_population_is_its_mean_rate() -> None:
    prior = RatePrior.of_population(frequency=[0, 3, 1], age=[100, 200, 100])
    assert prior == RatePrior(r=1.0, alpha=100.0)
    assert RatePrior.of_population(frequency=[0, 0], age=[5, 9]) is None
