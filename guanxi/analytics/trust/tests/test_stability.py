"""Two snapshots of scores: who moved, against published examples and other people's code."""

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from guanxi.analytics.trust import Transition, compare_snapshots, movers


def snapshot(**columns: Any) -> pa.Table:
    size = len(next(iter(columns.values())))
    names = pa.array([f"c{at:04}" for at in range(size)], pa.string())
    return pa.table({"customer_id": names, **columns})


def crossed(counts: dict[tuple[str, str], int]) -> tuple[pa.Table, pa.Table]:
    pairs = [pair for pair, number in counts.items() for _ in range(number)]
    was, now = zip(*pairs, strict=True)
    return snapshot(stage=list(was)), snapshot(stage=list(now))


def test_agreement_by_hand() -> None:
    before, after = crossed({("a", "a"): 20, ("a", "b"): 5, ("b", "a"): 10, ("b", "b"): 15})
    (found,) = compare_snapshots(before, after, classes=["stage"]).classes
    # 35 of 50 stayed; chance alone gives half: (.7 - .5) / (1 - .5)
    assert found.moved == pytest.approx(0.3)
    assert found.agreement == pytest.approx(0.4)
    assert found.transitions[0] == Transition("a", "a", 20)


def test_balance_as_published() -> None:
    """Agresti (2002), Categorical data analysis, table 10.1: McNemar's 17.36 for two ratings of a
    prime minister by 1,600 voters."""
    before, after = crossed(
        {("yes", "yes"): 794, ("yes", "no"): 150, ("no", "yes"): 86, ("no", "no"): 570}
    )
    (found,) = compare_snapshots(before, after, classes=["stage"]).classes
    assert found.balance == pytest.approx(stats.chi2.sf(17.36, 1), rel=0.01)


def test_even_traffic_is_balanced() -> None:
    before, after = crossed({("a", "b"): 40, ("b", "a"): 42, ("b", "c"): 10, ("c", "b"): 9})
    (found,) = compare_snapshots(before, after, classes=["stage"]).classes
    assert found.moved == 1
    assert found.balance > 0.5


def test_order_is_compared_as_spearman_did() -> None:
    random = np.random.default_rng(1)
    was = random.integers(0, 30, 400).astype(float)
    now = was + random.integers(0, 12, 400)
    (found,) = compare_snapshots(
        snapshot(value=was), snapshot(value=now), numbers=["value"]
    ).numbers
    assert found.rank_correlation == pytest.approx(stats.spearmanr(was, now).statistic)
    assert found.median_change == np.median(now - was)
    assert 0 < found.same_tenth < 1


def test_tenths_that_keep_their_customers_and_one_that_changes() -> None:
    was = np.arange(100.0)
    now = was.copy()
    now[[95, 5]] = now[[5, 95]]
    (found,) = compare_snapshots(
        snapshot(value=was), snapshot(value=now), numbers=["value"]
    ).numbers
    assert found.same_tenth == pytest.approx(0.98)
    assert found.top_kept == pytest.approx(0.9)


def test_customers_who_came_or_left_are_counted_apart() -> None:
    before = snapshot(value=[1.0, None, 3.0, 4.0], stage=["a", None, "b", "b"])
    after = snapshot(value=[None, 2.0, 3.0, 9.0, 5.0], stage=["a", "a", "b", "b", "b"]).slice(1)
    shuffled = after.take(pa.array([3, 0, 2, 1]))
    found = compare_snapshots(before, shuffled, numbers=["value"], classes=["stage"])
    assert (found.customers, found.came, found.left) == (3, 1, 1)
    (number,), (stage,) = found.numbers, found.classes
    assert (number.customers, number.appeared, number.vanished) == (2, 1, 0)
    assert number.rank_correlation == pytest.approx(1)
    assert Transition(None, "a", 1) in stage.transitions
    assert stage.moved == pytest.approx(1 / 3)


def test_furthest_movers_first() -> None:
    before = snapshot(value=[1.0, 5.0, 9.0, None, 7.0])
    after = snapshot(value=[4.0, 5.0, 1.0, 3.0, 10.0])
    assert movers(before, after, column="value", most=2).to_pylist() == [
        {"customer_id": "c0002", "before": 9.0, "after": 1.0, "change": -8.0},
        {"customer_id": "c0000", "before": 1.0, "after": 4.0, "change": 3.0},
    ]
    assert movers(before, before, column="value").num_rows == 0


def test_nobody_and_constants_give_no_nonsense() -> None:
    empty = snapshot(value=pa.array([], pa.float64()), stage=pa.array([], pa.string()))
    found = compare_snapshots(empty, empty, numbers=["value"], classes=["stage"])
    assert found.customers == 0
    assert math.isnan(found.numbers[0].rank_correlation)
    assert math.isnan(found.classes[0].moved)
    same = snapshot(value=[2.0] * 5, stage=["a"] * 5)
    found = compare_snapshots(same, same, numbers=["value"], classes=["stage"])
    assert math.isnan(found.numbers[0].rank_correlation)
    assert (found.numbers[0].same_tenth, found.classes[0].agreement) == (1, 1)
    assert found.classes[0].balance == 1


def test_snapshots_that_make_no_sense_are_refused() -> None:
    one = snapshot(value=[1.0, 2.0])
    with pytest.raises(ValueError, match="after names a customer twice"):
        compare_snapshots(one, pa.concat_tables([one, one]), numbers=["value"])
    with pytest.raises(ValueError, match="before has no column 'stage'"):
        compare_snapshots(one, one, classes=["stage"])
