"""Ranking: by value, only what is allowed, and no better choice within the limits."""

import itertools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.analytics.actions import rank_candidates

Row = tuple[str, str, float, float, float, str]


def candidates(*rows: Row) -> pa.Table:
    names = ("customer_id", "action", "probability", "gain", "cost", "owner")
    columns = list(zip(*rows, strict=True)) or [()] * 6
    types = [pa.string(), pa.string(), *[pa.float64()] * 3, pa.string()]
    return pa.table({name: pa.array(columns[at], types[at]) for at, name in enumerate(names)})


CALLS = candidates(
    ("a", "call", 0.5, 100, 10, "li"),
    ("a", "visit", 0.8, 100, 60, "li"),
    ("b", "call", 0.1, 300, 10, "li"),
    ("b", "mail", 0.1, 10, 1, "li"),
    ("c", "call", 0.9, 100, 10, "wang"),
    ("d", "call", 0.2, 40, 10, "wang"),
)


def chosen(table: pa.Table) -> list[tuple[str, str]]:
    return [(row["customer_id"], row["action"]) for row in table.to_pylist() if row["is_chosen"]]


def test_best_value_first_and_one_each() -> None:
    found = rank_candidates(CALLS).to_pylist()
    assert [(row["customer_id"], row["action"], row["value"]) for row in found] == [
        ("c", "call", 80),
        ("a", "call", 40),
        ("a", "visit", 20),
        ("b", "call", 20),
        ("b", "mail", 0),
        ("d", "call", -2),
    ]
    assert [row["place"] for row in found] == [1, 2, 3, 4, None, None]
    assert [row["is_chosen"] for row in found] == [True, True, False, True, False, False]
    reasons = [row["passed_over"] for row in found]
    assert reasons == [None, None, "customer_full", None, "no_value", "no_value"]
    assert len(chosen(rank_candidates(CALLS, per_customer=2))) == 4


def test_what_a_mask_forbids_stands_last_with_its_name() -> None:
    consent = np.array([False, True, True, True, False, True])
    rested = np.array([False, True, True, True, True, True])
    found = rank_candidates(CALLS, masks={"consent": consent, "rested": rested}).to_pylist()
    assert [row["blocked_by"] for row in found] == [None] * 4 + ["consent", "consent"]
    assert [row["customer_id"] for row in found][4:] == ["c", "a"]
    assert all(row["place"] is None and not row["is_chosen"] for row in found[4:])
    assert found[0]["action"] == "visit"


def test_owners_take_on_no_more_than_they_can() -> None:
    found = rank_candidates(CALLS, capacity={"li": 1, "wang": 5})
    assert chosen(found) == [("c", "call"), ("a", "call")]
    left = {row["customer_id"]: row["passed_over"] for row in found.to_pylist()[3:4]}
    assert left == {"b": "owner_full"}
    assert chosen(rank_candidates(CALLS, capacity={"wang": 5})) == [("c", "call")]
    assert chosen(rank_candidates(CALLS, capacity=1)) == [("c", "call"), ("a", "call")]


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.integers(-3, 9), min_size=1, max_size=8),
    owners=st.lists(st.sampled_from(["li", "wang"]), min_size=4, max_size=4),
    per_customer=st.integers(1, 2),
    capacity=st.integers(0, 3),
    seed=st.integers(0, 99),
)
def test_no_choice_within_the_limits_is_worth_more(
    values: list[int], owners: list[str], per_customer: int, capacity: int, seed: int
) -> None:
    rows = [
        (f"c{at % 4}", f"a{at // 4}", 1.0, float(value), 0.0, owners[at % 4])
        for at, value in enumerate(values)
    ]
    limits = {"per_customer": per_customer, "capacity": {"li": capacity, "wang": 1}}
    table = rank_candidates(candidates(*rows), **limits)
    ours = sum(row["value"] for row in table.to_pylist() if row["is_chosen"])
    best = 0.0
    for size in range(len(rows) + 1):
        for picked in itertools.combinations(rows, size):
            of_customers = [row[0] for row in picked]
            of_owners = [row[5] for row in picked]
            if all(of_customers.count(who) <= per_customer for who in of_customers) and all(
                of_owners.count(who) <= limits["capacity"][who] for who in of_owners
            ):
                best = max(best, sum(row[3] for row in picked))
    assert ours == best
    order = np.random.default_rng(seed).permutation(len(rows))
    assert rank_candidates(candidates(*(rows[at] for at in order)), **limits).equals(table)


def test_nothing_to_do_is_no_error() -> None:
    found = rank_candidates(candidates(), capacity={"li": 3})
    assert found.num_rows == 0
    assert "is_chosen" in found.column_names


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (("x", "call", 1.5, 1, 1, "li"), "probability must be between 0 and 1"),
        (("x", "call", 0.5, float("nan"), 1, "li"), "gain is missing or infinite in 1 row"),
        (("x", "call", 0.5, 1, -1, "li"), "cost is negative"),
        (("a", "call", 0.5, 1, 1, "li"), "names an action of a customer twice"),
        (("a", "mail", 0.5, 1, 1, "wang"), "owner differs between candidates"),
    ],
)
def test_candidates_that_make_no_sense_are_refused(row: Row, complaint: str) -> None:
    table = pa.concat_tables([CALLS, candidates(row)])
    with pytest.raises(ValueError, match=complaint):
        rank_candidates(table, capacity=3)


def test_limits_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="per_customer must be 1 or more"):
        rank_candidates(CALLS, per_customer=0)
    with pytest.raises(ValueError, match="candidates has no column 'owner'"):
        rank_candidates(CALLS.drop_columns("owner"), capacity=1)
    with pytest.raises(ValueError, match="mask 'consent' must say yes or no for each of the 6"):
        rank_candidates(CALLS, masks={"consent": [True]})
    with pytest.raises(ValueError, match="capacity must be 0 or more"):
        rank_candidates(CALLS, capacity={"li": -1})
