"""Referral trees against a naive walk, circles, word of mouth, and what sources bring."""

import datetime
from decimal import Decimal
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from guanxi.analytics.value import (
    acquisition_by_source,
    referral_value,
    retention_cost,
    word_of_mouth_cost,
)

DAY = datetime.date(2026, 1, 1)


def referrals(*links: tuple[str, str] | tuple[str, str, datetime.date | None]) -> pa.Table:
    full = [(*link, DAY)[:3] for link in links]
    columns = list(zip(*full, strict=True)) or [[], [], []]
    types = (pa.string(), pa.string(), pa.date32())
    names = ("customer_id", "referrer_id", "referred_on")
    arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
    return pa.table(dict(zip(names, arrays, strict=True)))


def values(**worth: float) -> pa.Table:
    return pa.table(
        {
            "customer_id": pa.array(list(worth), pa.string()),
            "value": pa.array(list(worth.values()), pa.float64()),
        }
    )


def by_customer(table: pa.Table) -> dict[str, dict[str, Any]]:
    return {row.pop("customer_id"): row for row in table.to_pylist()}


# a brought b and c, b brought d, d brought e.
CHAIN = referrals(("b", "a"), ("c", "a"), ("d", "b"), ("e", "d"))
WORTH = values(b=100, c=40, d=80, e=400, somebody=9)


def test_each_level_counts_less() -> None:
    found = referral_value(CHAIN, WORTH, would_have_come=0.5, saved_cost=10)
    customers = by_customer(found.customers)
    # Credits: b .5 * 100 + 10 = 60, c 30, d 50, e 210.
    assert customers["a"] == {
        "level": 0,
        "direct_customers": 2,
        "direct_value": 90,
        "indirect_customers": 2,
        "indirect_value": pytest.approx(0.5 * 50 + 0.25 * 210),
        "referral_value": pytest.approx(90 + 25 + 52.5),
    }
    assert customers["b"]["referral_value"] == pytest.approx(50 + 0.5 * 210)
    assert customers["e"]["level"] == 3
    assert customers["e"]["referral_value"] == 0
    assert found.brought_by("a").to_pylist() == [
        {"customer_id": "b", "level": 1, "credit": 60},
        {"customer_id": "c", "level": 1, "credit": 30},
        {"customer_id": "d", "level": 2, "credit": 25},
        {"customer_id": "e", "level": 3, "credit": 52.5},
    ]
    assert found.brought_by("somebody").num_rows == 0
    assert found.warnings == []


def test_as_in_how_valuable_is_word_of_mouth() -> None:
    """All who were referred would have come anyway: what is left is the cost of acquiring them."""
    anyway = by_customer(referral_value(CHAIN, WORTH, would_have_come=1, saved_cost=10).customers)
    assert (anyway["a"]["direct_value"], anyway["a"]["indirect_value"]) == (20, 0)
    nobody = by_customer(referral_value(CHAIN, WORTH, would_have_come=0).customers)
    assert nobody["a"]["referral_value"] == 620


def test_circles_are_refused_by_name_or_cut_at_the_latest() -> None:
    ring = referrals(
        ("b", "a", datetime.date(2026, 2, 1)),
        ("c", "b", datetime.date(2026, 3, 1)),
        ("a", "c", datetime.date(2026, 1, 1)),
        ("d", "a"),
        ("x", "x"),
        ("z", "y"),
    )
    with pytest.raises(ValueError, match="referrals go in a circle: b referred by a referred by c"):
        referral_value(ring, WORTH, would_have_come=0)
    found = referral_value(ring, WORTH, would_have_come=0, circles="cut")
    assert [warning.split(";")[1] for warning in found.warnings[:2]] == [
        " c now counts as referred by nobody",
        " x now counts as referred by nobody",
    ]
    customers = by_customer(found.customers)
    assert customers["c"]["referral_value"] == 100 + 80
    assert customers["c"]["level"] == 0
    assert "without a value count as 0" in found.warnings[-1]


def test_links_that_cannot_be_read_are_refused_or_left_out() -> None:
    with pytest.raises(ValueError, match=r"referrals.customer_id is there twice for 1 .* b$"):
        referral_value(referrals(("b", "a"), ("b", "c")), WORTH, would_have_come=0)
    with pytest.raises(ValueError, match="would_have_come must be between 0 and 1"):
        referral_value(CHAIN, WORTH, would_have_come=2)
    later = referrals(("b", "a"), ("c", "a", datetime.date(2027, 1, 1)))
    found = by_customer(
        referral_value(later, WORTH, would_have_come=0, as_of=datetime.date(2026, 6, 1)).customers
    )
    assert found["a"]["direct_customers"] == 1
    assert referral_value(referrals(), WORTH, would_have_come=0).customers.num_rows == 0


def test_ids_may_be_uuids() -> None:
    one, two = (f"00000000-0000-0000-0000-00000000000{n}" for n in (1, 2))
    row = {
        "customer_id": two,
        "referrer_id": one,
        "referred_on": DAY,
        "value": 7.0,
        "source": "web",
        "acquired_on": datetime.date(2024, 1, 5),
        "expected_value": 1.0,
        "kept": True,
        "month": datetime.date(2024, 2, 1),
        "margin": Decimal(5),
    }
    table = ibis.memtable(pa.Table.from_pylist([row]))
    table = table.mutate(
        **{name: table[name].cast("uuid") for name in ("customer_id", "referrer_id")}
    )
    found = referral_value(table, table, would_have_come=0)
    assert by_customer(found.customers)[one]["referral_value"] == 7
    assert found.brought_by(one)["customer_id"].to_pylist() == [two]
    (row,) = acquisition_by_source(table, table, COSTS.slice(2, 1), as_of=DAY).to_pylist()
    assert row["first_year_margin"] == 5


def test_a_chain_of_many_levels_needs_no_recursion() -> None:
    n = 20_000
    names = [str(place) for place in range(n)]
    chain = referrals(*((names[place], names[place - 1]) for place in range(1, n)))
    found = referral_value(chain, values(**dict.fromkeys(names, 1.0)), would_have_come=0)
    assert by_customer(found.customers)["0"]["referral_value"] == n - 1


@settings(max_examples=12, deadline=None)
@given(
    parents=st.lists(st.integers(-1, 11), min_size=12, max_size=12),
    worth=st.lists(st.integers(0, 100), min_size=12, max_size=12),
    p=st.sampled_from([0, 0.3, 1]),
)
def test_tree_as_a_naive_walk_has_it(parents: list[int], worth: list[int], p: float) -> None:
    # Who was referred by a later place would make circles: take those as not referred.
    tree = {n: parent for n, parent in enumerate(parents) if 0 <= parent < n}
    links = referrals(*((str(n), str(parent)) for n, parent in tree.items()))
    found = referral_value(
        links, values(**{str(n): float(v) for n, v in enumerate(worth)}), would_have_come=p
    )

    def walk(n: int) -> float:
        below = [child for child, parent in tree.items() if parent == n]
        return sum((1 - p) * worth[child] + (1 - p) * walk(child) for child in below)

    for name, row in by_customer(found.customers).items():
        assert row["referral_value"] == pytest.approx(walk(int(name)))
        assert sum(found.brought_by(name)["credit"].to_pylist()) == pytest.approx(walk(int(name)))


def test_word_of_mouth_is_a_plain_product() -> None:
    cost = word_of_mouth_cost(
        [1, 0.5, 0], told=10, prospects=0.2, deterred=0.25, value_of_new_customer=80,
        recovered=[0.5, 0, 0],
    )  # fmt: skip
    assert cost.tolist() == [20, 20, 0]
    with pytest.raises(ValueError, match="deterred must be a share"):
        word_of_mouth_cost([1], told=1, prospects=1, deterred=3, value_of_new_customer=1)
    with pytest.raises(ValueError, match="unhappy is negative in 1 row"):
        word_of_mouth_cost([-1], told=1, prospects=1, deterred=1, value_of_new_customer=1)


def people(*rows: tuple[Any, ...]) -> pa.Table:
    names = ("customer_id", "source", "acquired_on", "expected_value", "kept")
    types = (pa.string(), pa.string(), pa.date32(), pa.float64(), pa.bool_())
    columns = [
        pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), types, strict=True)
    ]
    return pa.table(dict(zip(names, columns, strict=True)))


def monthly(*rows: tuple[str, datetime.date, str | None]) -> pa.Table:
    who, month, margin = zip(*rows, strict=True)
    exact = [None if cell is None else Decimal(cell) for cell in margin]
    return pa.table(
        {"customer_id": who, "month": month, "margin": pa.array(exact, pa.decimal128(19, 4))}
    )


COSTS = pa.table(
    {
        "source": ["fair", "fair", "web", "press"],
        "cost": pa.array([Decimal(60), Decimal(60), Decimal(30), Decimal(7)], pa.decimal128(9, 2)),
    }
)


def test_sources_by_what_they_cost_and_bring() -> None:
    start = datetime.date(2024, 1, 20)
    customers = people(
        *((f"f{n}", "fair", start, 10.0 + n, n < 9) for n in range(12)),
        *((f"w{n}", "web", datetime.date(2025, 12, 1), None, None) for n in range(15)),
    )
    months = [datetime.date(2024, month, 1) for month in range(1, 13)]
    ledger = monthly(
        *((f"f{n}", month, "1") for n in range(12) for month in months),
        *((f"w{n}", datetime.date(2025, 12, 1), "3") for n in range(15)),
        ("nobody", months[0], "5"),
    )
    found = acquisition_by_source(
        customers, ledger, COSTS, as_of=datetime.date(2025, 12, 31), fewest=10
    )
    fair, press, web = found.to_pylist()
    assert (fair["customers"], fair["cost"], fair["cost_per_customer"]) == (12, Decimal(120), 10)
    assert (fair["first_year_customers"], fair["first_year_margin"]) == (12, 12)
    assert fair["payback_months"] == fair["payback_earliest"] == fair["payback_latest"] == 10
    assert fair["retention"] == 0.75
    assert fair["retention_low"] < 0.75 < fair["retention_high"]
    values_of = np.arange(12) + 10.0
    low, high = stats.t.interval(0.95, 11, values_of.mean(), stats.sem(values_of))
    ends = [fair[f"expected_value{end}"] for end in ("", "_low", "_high")]
    assert ends == pytest.approx([15.5, low, high])
    # Of the year of those from the web one month was seen; it has paid already.
    assert (web["first_year_customers"], web["first_year_margin"]) == (0, None)
    assert (web["payback_months"], web["retention"], web["expected_value"]) == (1, None, None)
    assert (press["customers"], press["cost_per_customer"], press["payback_months"]) == (
        0, None, None
    )  # fmt: skip


def test_payback_is_uncertain_by_as_much_as_margins_differ() -> None:
    start = datetime.date(2024, 1, 1)
    random = np.random.default_rng(4)
    customers = people(*((f"c{n}", "web", start, 1.0, None) for n in range(30)))
    months = [datetime.date(2024, month, 1) for month in range(1, 13)]
    drawn = random.gamma(0.3, 1 / 0.3, (30, 12))
    ledger = monthly(
        *((f"c{n}", month, f"{drawn[n, k]:.2f}") for n in range(30)
          for k, month in enumerate(months))
    )  # fmt: skip
    costs = pa.table({"source": ["web"], "cost": [150]})
    (row,) = acquisition_by_source(
        customers, ledger, costs, as_of=datetime.date(2024, 12, 31)
    ).to_pylist()
    so_far = np.round(drawn, 2).cumsum(axis=1)
    assert row["payback_months"] == np.argmax(so_far.mean(axis=0) >= 5) + 1
    assert row["payback_earliest"] < row["payback_months"] < row["payback_latest"]
    ends = stats.t.interval(0.95, 29, so_far[:, -1].mean(), stats.sem(so_far[:, -1]))
    assert (row["first_year_margin_low"], row["first_year_margin_high"]) == pytest.approx(ends)


def test_margin_not_known_is_not_a_margin_of_nothing() -> None:
    start = datetime.date(2024, 1, 1)
    customers = people(*((name, "web", start, 1.0, None) for name in "abc"))
    ledger = monthly(("a", start, "4"), ("b", start, None), ("c", start, "6"))
    (row,) = acquisition_by_source(
        customers, ledger, COSTS.slice(2, 1), as_of=datetime.date(2025, 6, 1)
    ).to_pylist()
    assert (row["first_year_customers"], row["first_year_margin"]) == (2, 5)
    with pytest.raises(ValueError, match=r"costs.cost must be decimal, not float64"):
        acquisition_by_source(
            customers, ledger, pa.table({"source": ["web"], "cost": [1.5]}), as_of=start
        )


def test_keeping_costs_more_than_those_kept_anyway_make_it_look() -> None:
    alone = retention_cost(900, kept=90, customers=100)
    assert (alone.per_kept, alone.per_kept_more) == (10, None)
    compared = retention_cost(900, kept=90, customers=100, kept_without=60, customers_without=100)
    assert compared.per_kept_more == pytest.approx(900 / 30)
    assert compared.low is not None
    assert compared.high is not None
    assert compared.low < 30 < compared.high
    chance = retention_cost(900, kept=62, customers=100, kept_without=60, customers_without=100)
    assert chance.high is None
    none = retention_cost(900, kept=50, customers=100, kept_without=60, customers_without=100)
    assert none.per_kept_more is None
    with pytest.raises(ValueError, match="kept must be between 0 and customers"):
        retention_cost(1, kept=3, customers=2)
    with pytest.raises(ValueError, match="belong together"):
        retention_cost(1, kept=1, customers=2, kept_without=1)
