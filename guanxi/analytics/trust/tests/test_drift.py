"""Drift: the index by hand, its law under no change, and columns of every awkward kind."""

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.analytics.trust import drift_of_categories, drift_of_numbers, drift_of_tables
from guanxi.analytics.trust.drift import MODERATE, Bin

numbers = st.lists(st.integers(-50, 50).map(float), min_size=1, max_size=80)


def test_index_by_hand() -> None:
    """Half a row is added to each bin: shares 60.5 / 101 and 40.5 / 101, then 30.5 / 101 ..."""
    found = drift_of_categories(["a"] * 60 + ["b"] * 40, ["a"] * 30 + ["b"] * 70)
    before, now = (60.5 / 101, 40.5 / 101), (30.5 / 101, 70.5 / 101)
    psi = sum((a - e) * math.log(a / e) for e, a in zip(before, now, strict=True))
    assert found.psi == pytest.approx(psi)
    assert found.bins == [Bin("a", 60, 30), Bin("b", 40, 70)]
    # With one degree of freedom chi-square is a squared normal.
    z = math.sqrt(psi / (1 / 100 + 1 / 100))
    assert found.p_value == pytest.approx(math.erfc(z / math.sqrt(2)))
    assert found.by_chance == pytest.approx(6.6349 * 0.02, rel=1e-4)
    assert found.shift == "large"
    assert found.outside == 0


@pytest.mark.parametrize(("n", "m"), [(200, 200), (1000, 150)])
def test_chance_is_as_frequent_as_stated(n: int, m: int) -> None:
    random = np.random.default_rng(1)
    found = [
        drift_of_numbers(random.gamma(1, 1, n), random.gamma(1, 1, m)).p_value for _ in range(600)
    ]
    for level in (0.05, 0.2):
        assert np.mean(np.array(found) < level) == pytest.approx(level, abs=0.035)


def test_few_rows_do_not_cry_wolf() -> None:
    random = np.random.default_rng(2)
    found = [drift_of_numbers(random.normal(size=60), random.normal(size=60)) for _ in range(300)]
    assert np.mean([drift.psi >= MODERATE for drift in found]) > 0.4
    assert {drift.shift for drift in found} >= {"none", "too_few_rows"}
    assert np.mean([drift.shift in ("moderate", "large") for drift in found]) < 0.03


def test_real_shift_is_found() -> None:
    random = np.random.default_rng(3)
    before = random.normal(size=5000)
    assert drift_of_numbers(before, random.normal(0.4, 1, 5000)).shift == "moderate"
    far = drift_of_numbers(before, random.normal(1, 1, 5000))
    assert far.shift == "large"
    # Two normals a shift of d apart differ by d squared; bins lose a little of it.
    assert far.psi == pytest.approx(1, abs=0.15)
    assert drift_of_numbers(before, random.normal(0.05, 1, 5000)).shift == "none"


@settings(deadline=None)
@given(one=numbers, other=numbers, seed=st.integers(0, 9))
def test_what_holds_for_any_column(one: list[float], other: list[float], seed: int) -> None:
    found = drift_of_numbers(one, other)
    assert found.psi >= 0
    assert 0 <= found.p_value <= 1
    assert sum(row.reference for row in found.bins) == len(one)
    assert sum(row.current for row in found.bins) == len(other)
    shuffled = np.random.default_rng(seed).permutation(one)
    assert drift_of_numbers(shuffled, other) == found
    # What is monotone keeps every value in its bin.
    stretched = drift_of_numbers(np.exp(np.array(one) / 9), np.exp(np.array(other) / 9))
    assert stretched.psi == pytest.approx(found.psi)
    assert drift_of_numbers(one, one).psi == 0
    texts = [[f"{value:g}" for value in column] for column in (one, other)]
    by_level = drift_of_categories(*texts)
    assert sum(row.current for row in by_level.bins) == len(other)
    assert set(by_level.new_levels) == set(texts[1]) - set(texts[0])


def test_ties_share_a_bin() -> None:
    mostly_zero = np.r_[np.zeros(700), np.arange(1, 301)]
    found = drift_of_numbers(mostly_zero, mostly_zero[::2])
    assert found.bins[0] == Bin("<= 0", 700, 350)
    assert len(found.bins) == 4
    assert found.psi < 0.001


def test_constant_column_that_moves_is_noticed() -> None:
    found = drift_of_numbers(np.full(100, 7.0), np.full(100, 8.0))
    assert found.shift == "large"
    assert found.outside == 1
    assert found.new_levels == ["8"]
    assert drift_of_numbers(np.full(100, 7.0), np.full(50, 7.0)).psi == 0


def test_missing_is_a_bin_and_beyond_is_counted() -> None:
    before, now = np.arange(100.0), np.r_[np.arange(80.0), np.full(20, np.nan), [500, -1]]
    found = drift_of_numbers(before, now)
    assert found.bins[-1] == Bin("missing", 0, 20)
    assert found.outside == pytest.approx(2 / 102)
    nothing = drift_of_numbers(np.full(30, np.nan), np.full(30, np.nan))
    assert (nothing.psi, nothing.shift, nothing.p_value) == (0, "none", 1)
    assert drift_of_categories(["a"] * 50, [None] * 50).bins == [
        Bin("a", 50, 0),
        Bin("missing", 0, 50),
    ]


def test_rare_and_new_levels_are_put_together() -> None:
    before = ["big"] * 90 + ["x", "y", "z"] * 3
    found = drift_of_categories(before, ["big"] * 80 + ["x"] * 9 + ["new", "newer"] * 5)
    assert found.bins == [Bin("big", 90, 80), Bin("(rare)", 9, 9), Bin("(new)", 0, 10)]
    assert found.new_levels == ["new", "newer"]
    assert found.outside == pytest.approx(10 / 99)


def test_tables_are_compared_column_by_column() -> None:
    random = np.random.default_rng(4)
    before = pa.table(
        {
            "amount": pa.array(random.integers(0, 999, 500)),
            "stage": pa.array(random.choice(["growth", "return"], 500)),
            "moved": random.normal(size=500),
            "on": pa.nulls(500, pa.date32()),
            "gone": random.normal(size=500),
        }
    )
    now = before.drop_columns("gone").set_column(2, "moved", pa.array(random.normal(2, 1, 500)))
    found = drift_of_tables(before, now)
    assert found[0].column == "moved"
    assert {drift.column for drift in found} == {"moved", "amount", "stage"}
    assert [drift.shift for drift in found] == ["large", "none", "none"]
    with pytest.raises(ValueError, match="current has no column 'gone'"):
        drift_of_tables(before, now, columns=["gone"])
    with pytest.raises(ValueError, match="column 'on' holds neither numbers nor texts"):
        drift_of_tables(before, now, columns=["on"])


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="reference is empty"):
        drift_of_numbers([], [1.0])
    with pytest.raises(ValueError, match="current is empty"):
        drift_of_categories(["a"], [])
    with pytest.raises(ValueError, match="current is infinite in 1 row"):
        drift_of_numbers([1.0], [np.inf])
    with pytest.raises(ValueError, match="reference must be one column"):
        drift_of_numbers([[1.0]], [1.0])
    with pytest.raises(ValueError, match="bins must be 2 or more"):
        drift_of_numbers([1.0], [1.0], bins=1)
