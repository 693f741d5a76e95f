"""AHP weights against Saaty's own examples; the index, its sensitivity; shares of wallet."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.analytics.value import (
    Indicator,
    ahp_weights,
    comparison_matrix,
    rank_sensitivity,
    share_of_wallet,
    value_index,
)


def upper(rows: list[list[float]]) -> np.ndarray:
    """A reciprocal matrix from what stands right of its diagonal."""
    n = len(rows) + 1
    matrix = np.eye(n)
    for i, row in enumerate(rows):
        matrix[i, i + 1 :] = row
        matrix[i + 1 :, i] = 1 / np.array(row)
    return matrix


COUNTRIES = ["US", "USSR", "China", "France", "UK", "Japan", "Germany"]
# Saaty (1980), wealth of nations.
WEALTH = upper(
    [[4, 9, 6, 6, 5, 5], [7, 5, 5, 3, 4], [1 / 5, 1 / 5, 1 / 7, 1 / 5], [1, 1 / 3, 1 / 3],
     [1 / 3, 1 / 3], [2]]
)  # fmt: skip
HOUSE_ASPECTS = ["size", "transport", "surroundings", "age", "yard", "modern", "condition", "money"]
# Saaty (1990), How to make a decision, European Journal of Operational Research 48, 9-26.
HOUSE = upper(
    [[5, 3, 7, 6, 6, 1 / 3, 1 / 4], [1 / 3, 5, 3, 3, 1 / 5, 1 / 7], [6, 3, 4, 6, 1 / 5],
     [1 / 3, 1 / 4, 1 / 7, 1 / 8], [1 / 2, 1 / 5, 1 / 6], [1 / 5, 1 / 6], [1 / 2]]
)  # fmt: skip
SCHOOL_ASPECTS = ["learning", "friends", "life", "vocational", "college", "music"]
# Saaty (1980), school selection.
SCHOOL = upper([[4, 3, 1, 3, 4], [7, 3, 1 / 5, 1], [1 / 5, 1 / 5, 1 / 6], [1, 1 / 3], [3]])


def test_wealth_of_nations() -> None:
    found = ahp_weights(COUNTRIES, WEALTH)
    published = [0.427, 0.230, 0.021, 0.052, 0.052, 0.123, 0.094]
    assert list(found.weights.values()) == pytest.approx(published, abs=2e-3)
    assert found.largest_eigenvalue == pytest.approx(7.61, abs=0.005)
    assert found.consistency_ratio == pytest.approx(0.08, abs=0.005)
    assert found.is_consistent
    assert found.advice is None


def test_buying_a_house_names_the_comparison_to_think_over() -> None:
    found = ahp_weights(HOUSE_ASPECTS, HOUSE)
    published = [0.173, 0.054, 0.188, 0.018, 0.031, 0.036, 0.167, 0.333]
    assert list(found.weights.values()) == pytest.approx(published, abs=1e-3)
    assert found.largest_eigenvalue == pytest.approx(9.669, abs=5e-4)
    assert found.consistency_index == pytest.approx(0.238, abs=1e-3)
    assert found.consistency_ratio == pytest.approx(0.169, abs=1e-3)
    worst = found.most_inconsistent
    assert worst is not None
    assert (worst.first, worst.second, worst.stated) == ("surroundings", "condition", 6)
    assert "think over how surroundings compares with condition" in str(found.advice)
    better = HOUSE.copy()
    better[2, 6], better[6, 2] = 1 / 2, 2
    again = ahp_weights(HOUSE_ASPECTS, better)
    published = [0.175, 0.062, 0.103, 0.019, 0.034, 0.041, 0.221, 0.345]
    assert list(again.weights.values()) == pytest.approx(published, abs=1e-3)
    assert again.largest_eigenvalue == pytest.approx(8.811, abs=1e-3)
    assert again.consistency_ratio == pytest.approx(0.083, abs=1e-3)


def test_choosing_a_school_is_not_consistent() -> None:
    found = ahp_weights(SCHOOL_ASPECTS, SCHOOL)
    assert list(found.weights.values()) == pytest.approx(
        [0.32, 0.14, 0.03, 0.13, 0.24, 0.14], abs=6e-3
    )
    assert found.consistency_ratio > 0.2
    assert not found.is_consistent


@given(weights=st.lists(st.floats(0.05, 1), min_size=1, max_size=9))
def test_comparing_without_contradiction_gives_the_weights_back(weights: list[float]) -> None:
    names = [f"n{n}" for n in range(len(weights))]
    w = np.array(weights)
    found = ahp_weights(names, w[:, None] / w[None, :])
    assert list(found.weights.values()) == pytest.approx((w / w.sum()).tolist())
    assert found.consistency_ratio == pytest.approx(0, abs=1e-9)
    assert found.most_inconsistent is None


def test_comparisons_that_cannot_be_used_are_refused() -> None:
    names = ["a", "b", "c"]
    pairs = {("a", "b"): 2.0, ("c", "a"): 4.0, ("b", "c"): 0.5}
    matrix = comparison_matrix(names, pairs)
    assert matrix.tolist() == [[1, 2, 0.25], [0.5, 1, 0.5], [4, 2, 1]]
    with pytest.raises(ValueError, match="comparisons lacks b with c"):
        comparison_matrix(names, {("a", "b"): 2, ("c", "a"): 4})
    with pytest.raises(ValueError, match="comparisons has b with a twice"):
        comparison_matrix(names, {**pairs, ("b", "a"): 2})
    with pytest.raises(ValueError, match="comparisons has a with d: no pair"):
        comparison_matrix(names, {("a", "d"): 2})
    with pytest.raises(ValueError, match="must be above 0, not 0"):
        comparison_matrix(names, {("a", "b"): 0})
    with pytest.raises(ValueError, match="matrix says 3 of a with b and 3 the other way round"):
        ahp_weights(["a", "b"], [[1, 3], [3, 1]])
    with pytest.raises(ValueError, match="names must be 1 to 15, not 16"):
        ahp_weights([str(n) for n in range(16)], np.ones((16, 16)))
    with pytest.raises(ValueError, match="matrix must hold numbers above 0"):
        ahp_weights(["a", "b"], [[1, -2], [-0.5, 1]])


def test_each_way_of_bringing_to_one_scale() -> None:
    columns = {
        "margin": [10, 20, 20, 40],
        "volume": [0, 5, 20, 10],
        "overdue": [0, 40, 10, np.nan],
    }
    found = value_index(
        columns,
        [
            Indicator("margin", 2),
            Indicator("volume", 1, "range", low=0, high=10),
            Indicator("overdue", 1, "target", less_is_better=True, target=20),
        ],
    )
    assert found.normalized.T.tolist()[:2] == [[0.125, 0.5, 0.5, 0.875], [0, 0.5, 1, 1]]
    assert found.normalized[:3, 2].tolist() == [1, 0.5, 1]
    assert found.weights == {"margin": 0.5, "volume": 0.25, "overdue": 0.25}
    assert found.index == pytest.approx([31.25, 50, 75, 100 * (0.875 * 0.5 + 0.25) / 0.75])
    assert found.known.tolist() == [1, 1, 1, 0.75]


def test_index_says_what_it_cannot_say() -> None:
    columns = {"margin": [1, np.nan, 3], "grade": [2, 2, 2], "never": [np.nan] * 3}
    indicators = [Indicator("margin", 6), Indicator("grade", 3), Indicator("never", 1)]
    found = value_index(columns, indicators)
    assert np.isnan(found.index).tolist() == [False, True, False]
    assert found.warnings == [
        "grade is 2 for everybody: it tells nobody apart",
        "never is not known of anybody",
    ]
    with pytest.raises(ValueError, match="margin is infinite in 1 row"):
        value_index({**columns, "margin": [1, np.inf, 3]}, indicators)
    with pytest.raises(ValueError, match="columns lacks grade"):
        value_index({"margin": [1]}, indicators)
    with pytest.raises(ValueError, match="indicators have no weight"):
        value_index(columns, [Indicator("margin", 0)])
    with pytest.raises(ValueError, match="a target belongs to the way target"):
        Indicator("margin", 1, "target")
    with pytest.raises(ValueError, match="low must be below high"):
        Indicator("margin", 1, "range", low=3, high=3)


def test_how_far_a_weight_may_move() -> None:
    # a leads b by both halves; by x alone b leads: they meet where t * .2 + (1 - t) * .9
    # = t * .8 + (1 - t) * .4, at t = 5 / 11.
    columns = {"x": [0.2, 0.8, 0.0], "y": [0.9, 0.4, 0.1]}
    indicators = [Indicator(name, w, "range", low=0, high=1) for name, w in (("x", 1), ("y", 3))]
    found = rank_sensitivity(value_index(columns, indicators), top=1)
    assert found.top == [0]
    x, y = found.ranges
    assert (x.low, x.high) == pytest.approx((0, 5 / 11))
    assert (y.low, y.high) == pytest.approx((6 / 11, 1))
    assert (x.overtaken, x.by) == (0, 1)
    assert found.stability == pytest.approx(5 / 11 - 0.25)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), top=st.integers(1, 6))
def test_within_the_range_the_top_stands_and_beyond_it_falls(seed: int, top: int) -> None:
    random = np.random.default_rng(seed)
    names = ["p", "q", "r"]
    columns = {name: random.random(8) for name in names}
    given = random.random(3) + 0.05
    weights = given / given.sum()

    def index(w: np.ndarray) -> list[int]:
        made = [Indicator(n, v, "range", low=0, high=1) for n, v in zip(names, w, strict=True)]
        return np.argsort(-value_index(columns, made).index, kind="stable")[:top].tolist()

    made = [Indicator(n, v, "range", low=0, high=1) for n, v in zip(names, weights, strict=True)]
    found = rank_sensitivity(value_index(columns, made), top=top)
    assert found.top == index(weights)
    for k, one in enumerate(found.ranges):

        def moved(t: float, k: int = k) -> np.ndarray:
            others = weights * (1 - t) / (1 - weights[k])
            others[k] = t
            return others

        for inside in np.linspace(one.low + 1e-6, one.high - 1e-6, 7):
            assert index(moved(inside)) == found.top
        if one.high < 1 - 1e-4:
            assert index(moved(one.high + 1e-5)) != found.top
        if one.low > 1e-4:
            assert index(moved(one.low - 1e-5)) != found.top


def test_sensitivity_where_nothing_can_change_and_where_anything_does() -> None:
    alone = rank_sensitivity(value_index({"x": [3.0, 1.0]}, [Indicator("x", 1)]))
    assert alone.stability is None
    equal = value_index(
        {"x": [0.4, 0.6], "y": [0.6, 0.4]},
        [Indicator(name, 1, "range", low=0, high=1) for name in "xy"],
    )
    assert rank_sensitivity(equal).stability == pytest.approx(0)
    nobody = value_index({"x": [np.nan]}, [Indicator("x", 1)])
    with pytest.raises(ValueError, match="no customer with an index"):
        rank_sensitivity(nobody)


def test_wallet_is_stated_or_that_of_a_good_peer() -> None:
    spend = [*range(21), 50.0, 30.0, 10.0]
    peers = ["a"] * 21 + ["b", "a", "a"]
    stated = [np.nan] * 22 + [20.0, 40.0]
    found = share_of_wallet(spend, stated=stated, peers=peers, quantile=0.5)
    typical = float(np.quantile([*range(21), 30, 10], 0.5))
    assert found.wallet[4] == typical
    assert found.share[4] == pytest.approx(4 / typical)
    assert found.growth_potential[4] == typical - 4
    assert found.share[20] == 1
    assert found.basis[[4, 21, 22, 23]].tolist() == ["estimated", "unknown", "stated", "stated"]
    assert np.isnan([found.wallet[21], found.share[21]]).all()
    assert found.wallet[22] == 30
    assert found.outgrown.tolist() == [False] * 22 + [True, False]
    assert found.share[23] == 0.25


def test_who_is_of_no_known_kind_has_no_peers() -> None:
    found = share_of_wallet([1.0, 3, 8], peers=["a", "a", None], quantile=0.5, fewest=2)
    assert found.basis.tolist() == ["estimated", "estimated", "unknown"]
    assert found.wallet[:2].tolist() == [2, 3]


def test_wallet_grows_with_size() -> None:
    size = np.array([1.0] * 20 + [10.0, 0.0])
    spend = np.array([5.0] * 20 + [20.0, 20.0])
    found = share_of_wallet(spend, size=size, quantile=0.9)
    assert found.wallet[20] == pytest.approx(50)
    assert found.basis[21] == "unknown"
    with pytest.raises(ValueError, match="stated must be 0 or more where it is known"):
        share_of_wallet([1.0], stated=[-1.0])
    with pytest.raises(ValueError, match="quantile must be between 0 and 1"):
        share_of_wallet([1.0], quantile=1)


@given(values=st.lists(st.floats(0, 1e6), min_size=4, max_size=30), q=st.floats(0.01, 0.99))
def test_quantile_of_peers_is_numpys(values: list[float], q: float) -> None:
    half = len(values) // 2
    peers = ["a"] * half + ["b"] * (len(values) - half)
    found = share_of_wallet(values, peers=peers, quantile=q, fewest=2)
    for name, part in (("a", values[:half]), ("b", values[half:])):
        wallets = found.wallet[np.array(peers) == name]
        assert wallets == pytest.approx(np.maximum(part, np.quantile(part, q)), rel=1e-9)
