"""ABC classes, the Pareto share and the Lorenz curve."""

from decimal import Decimal

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.analytics import ParetoShare, abc, gini, lorenz_curve, pareto_share


def table_of(values: list[float | None], kind: pa.DataType | None = None) -> ibis.Table:
    column = pa.array(values, kind or pa.float64())
    return ibis.memtable(pa.table({"place": range(len(values)), "worth": column}))


def classes(values: list[float | None], **options: float) -> list[str]:
    found = abc(table_of(values), value="worth", **options).order_by("place").to_pyarrow()
    return found["abc_class"].to_pylist()


def test_who_lifts_the_sum_over_the_border_still_counts() -> None:
    assert classes([70.0, 20.0, 6.0, 4.0]) == ["A", "A", "B", "C"]


def test_border_hit_exactly_is_a_border() -> None:
    assert classes([80.0, 15.0, 5.0]) == ["A", "B", "C"]
    assert classes([0.1] * 8 + [0.05] * 4, a=0.8, b=0.9) == ["A"] * 8 + ["B"] * 4


def test_negative_zero_and_missing_values_stand_apart() -> None:
    values = [-5.0, 0.0, None, float("nan"), 10.0]
    assert classes(values) == ["none"] * 4 + ["A"]
    shares = abc(table_of(values), value="worth").order_by("place").to_pyarrow()
    assert shares["cumulative_share"].to_pylist() == [None] * 4 + [1.0]


def test_decimals_share_exactly() -> None:
    values = [Decimal("0.10")] * 10
    found = abc(table_of(values, pa.decimal128(18, 2)), value="worth").to_pyarrow()
    assert set(found["cumulative_share"].to_pylist()) == {1.0}


def test_pareto_share_counts_the_fewest() -> None:
    table = table_of([50.0, 30.0, 10.0, 10.0, -3.0, None])
    assert pareto_share(table, value="worth") == ParetoShare(2, 4, 0.5, 0.8)
    assert pareto_share(table, value="worth", share=0.81) == ParetoShare(3, 4, 0.75, 0.9)
    assert pareto_share(table, value="worth", share=1) == ParetoShare(4, 4, 1.0, 1.0)


def test_pareto_share_among_equals_counts_heads() -> None:
    assert pareto_share(table_of([7.0] * 10), value="worth") == ParetoShare(8, 10, 0.8, 0.8)


def test_nobody_bringing_anything_has_no_share() -> None:
    assert pareto_share(table_of([0.0, -1.0]), value="worth") is None


def test_borders_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="must rise between 0 and 1"):
        abc(table_of([1.0]), value="worth", a=0.9, b=0.8)
    with pytest.raises(ValueError, match="share must be above 0"):
        pareto_share(table_of([1.0]), value="worth", share=0)
    with pytest.raises(ValueError, match="values are all 0"):
        gini([0, 0])


def test_gini_of_equals_and_of_one_for_all() -> None:
    assert gini([3, 3, 3, 3]) == pytest.approx(0)
    assert gini([0, 0, 0, 9]) == pytest.approx(0.75)
    curve = lorenz_curve([1, 3])
    assert curve.customer_share.tolist() == [0, 0.5, 1]
    assert curve.value_share.tolist() == [0, 0.25, 1]


@settings(max_examples=15, deadline=None)
@given(
    values=st.lists(st.integers(-3, 20), min_size=1, max_size=40),
    scale=st.floats(0.01, 1000),
    seed=st.integers(0, 99),
)
def test_classes_depend_on_values_alone(values: list[int], scale: float, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(values))
    found = classes([float(value) for value in values])
    assert [found[place] for place in order] == classes([values[place] * scale for place in order])
    assert {"none"} == {name for name, value in zip(found, values, strict=True) if value <= 0} | {
        "none"
    }
    positive = sorted(
        ((value, name) for value, name in zip(values, found, strict=True) if value > 0),
        reverse=True,
    )
    assert [name for _, name in positive] == sorted(name for _, name in positive)
    assert not positive or positive[0][1] == "A"


@given(values=st.lists(st.floats(0, 1e6), min_size=1).filter(lambda values: sum(values) > 1e-3))
def test_gini_is_a_share(values: list[float]) -> None:
    assert -1e-9 <= gini(values) <= 1 - 1 / len(values) + 1e-9
