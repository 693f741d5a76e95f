"""RFM scores and the eight classes."""

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.analytics import RFM_CLASSES, rfm


def scored(
    recency: list[float | None], purchases: list[int], amount: list[float], k: int = 5
) -> list[dict[str, object]]:
    customers = pa.table(
        {
            "place": range(len(recency)),
            "recency_days": pa.array(recency, pa.float64()),
            "purchases": purchases,
            "amount": pa.array(amount, pa.float64()),
        }
    )
    return rfm(ibis.memtable(customers), k).order_by("place").to_pyarrow().to_pylist()


def test_without_ties_every_score_goes_to_a_kth() -> None:
    rows = scored(list(range(10)), list(range(10)), list(range(10)))
    assert [row["rfm_r"] for row in rows] == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert [row["rfm_f"] for row in rows] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert [row["rfm_m"] for row in rows] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_ties_get_the_score_of_the_share_below_them() -> None:
    rows = scored([1] * 10, [1] * 6 + [2, 2, 3, 9], [5] * 10)
    assert [row["rfm_f"] for row in rows] == [1] * 6 + [4, 4, 5, 5]
    assert {row["rfm_r"] for row in rows} == {row["rfm_m"] for row in rows} == {1}


@pytest.mark.parametrize(
    ("recency", "purchases", "amount", "expected"),
    [
        (1, 9, 90, "important_value"),
        (1, 1, 90, "important_develop"),
        (99, 9, 90, "important_keep"),
        (99, 1, 90, "important_win_back"),
        (1, 9, 1, "general_value"),
        (1, 1, 1, "general_develop"),
        (99, 9, 1, "general_keep"),
        (99, 1, 1, "general_win_back"),
    ],
)
def test_classes_of_the_textbook(recency: int, purchases: int, amount: int, expected: str) -> None:
    # One middling customer holds each mean between low and high.
    rows = scored([recency, 100 - recency], [purchases, 10 - purchases], [amount, 91 - amount])
    assert rows[0]["rfm_class"] == expected
    assert expected in RFM_CLASSES


def test_customers_at_the_mean_are_high_however_the_sum_is_rounded() -> None:
    rows = scored([0.1] * 10, [3] * 10, [0.1] * 10)
    assert {row["rfm_class"] for row in rows} == {"important_value"}


def test_who_lacks_a_measure_is_left_out() -> None:
    rows = scored([1, 2, None], [1, 2, 1000], [1, 2, 1e6])
    assert rows[2]["rfm_f"] is None
    assert rows[2]["rfm_class"] is None
    assert rows[1]["rfm_m"] == 3
    assert rows[1]["rfm_class"] == "important_keep"


def test_scores_start_at_two_tiles() -> None:
    with pytest.raises(ValueError, match="k must be 2 or more"):
        scored([1], [1], [1], k=1)


@settings(max_examples=15, deadline=None)
@given(
    values=st.lists(st.integers(0, 6), min_size=1, max_size=30),
    k=st.integers(2, 6),
    seed=st.integers(0, 99),
)
def test_scores_depend_on_values_alone(values: list[int], k: int, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(values))
    shuffled = [values[place] for place in order]
    rows = scored(values, values, values, k)
    again = scored(shuffled, shuffled, shuffled, k)
    for name in ("rfm_r", "rfm_f", "rfm_m", "rfm_class"):
        assert [rows[place][name] for place in order] == [row[name] for row in again]
    by_value = {value: row["rfm_f"] for value, row in zip(values, rows, strict=True)}
    ascending = [by_value[value] for value in sorted(by_value)]
    assert ascending == sorted(ascending)
    assert 1 <= min(ascending) <= max(ascending) <= k
