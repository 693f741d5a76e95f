"""Clusters hang together as a whole, and never hold two that somebody called different."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.analytics.matching import cluster_pairs, expected_precision, threshold_for

Pair = tuple[str, str, float]


def pairs_of(*pairs: Pair) -> pa.Table:
    ones, others, weights = zip(*pairs, strict=True) if pairs else ((), (), ())
    return pa.table(
        {
            "id_l": pa.array(ones, pa.string()),
            "id_r": pa.array(others, pa.string()),
            "weight": pa.array(weights, pa.float64()),
            "probability": pa.array([1 / (1 + 2**-w) for w in weights], pa.float64()),
        }
    )


def clustered(ids: str, *pairs: Pair, different: str = "") -> set[str]:
    apart = pa.table(
        {
            "id_l": pa.array(different[::2], pa.string()),
            "id_r": pa.array(different[1::2], pa.string()),
        }
    )
    found = cluster_pairs(ids, pairs_of(*pairs), different=apart).to_pylist()
    groups: dict[str, str] = {}
    for row in found:
        groups[row["cluster"]] = groups.get(row["cluster"], "") + row["id"]
    return set(groups.values())


def test_pairs_become_clusters_named_by_their_smallest_id() -> None:
    assert clustered("abcd", ("c", "b", 5.0), ("b", "a", 4.0)) == {"abc", "d"}
    assert cluster_pairs(["b", "a"], pairs_of(("a", "b", 3.0)))["cluster"].to_pylist() == ["a", "a"]


def test_what_speaks_against_a_chain_counts() -> None:
    assert clustered("abc", ("a", "b", 5.0), ("b", "c", 2.0), ("a", "c", -4.0)) == {"ab", "c"}


def test_one_weak_pair_does_not_join_two_large_clusters() -> None:
    left = [(a, b, 9.0) for a in "abcde" for b in "abcde" if a < b]
    right = [(a, b, 9.0) for a in "vwxyz" for b in "vwxyz" if a < b]
    assert clustered("abcdevwxyz", *left, *right, ("a", "z", 1.0)) == {"abcde", "vwxyz"}


def test_improbable_pairs_join_nothing() -> None:
    assert clustered("ab", ("a", "b", -0.1)) == {"a", "b"}


def test_the_different_stay_apart_through_others_too() -> None:
    chain = (("a", "b", 9.0), ("b", "c", 8.0), ("c", "d", 7.0))
    assert clustered("abcd", *chain) == {"abcd"}
    assert clustered("abcd", *chain, different="ad") == {"abc", "d"}
    assert clustered("abcd", *chain, different="daxy") == {"abc", "d"}


@given(
    pairs=st.lists(
        st.tuples(
            st.sampled_from("abcdef"), st.sampled_from("ghijkl"), st.floats(-8, 30, width=16)
        ),
        unique_by=lambda pair: pair[:2],
    ),
    apart=st.lists(st.sampled_from(["ag", "ah", "bg", "fl"]), unique=True),
)
def test_every_record_is_in_one_cluster_and_no_two_different_in_the_same(
    pairs: list[Pair], apart: list[str]
) -> None:
    groups = clustered("abcdefghijkl", *pairs, different="".join(apart))
    assert sorted("".join(groups)) == list("abcdefghijkl")
    assert not any(set(two) <= set(group) for two in apart for group in groups)


def test_the_threshold_keeps_the_expected_precision() -> None:
    probabilities = [0.6, 0.99, 0.9, 0.8, 0.3]
    assert expected_precision(probabilities)[:3] == pytest.approx([0.99, 0.945, 0.89667], abs=1e-4)
    assert threshold_for(probabilities, precision=0.94) == 0.9
    assert threshold_for(probabilities, precision=0.7) == 0.6  # 0.3 is more likely two than one
    assert threshold_for([0.7], precision=0.9) == 1.0
    assert threshold_for([]) == 1.0
