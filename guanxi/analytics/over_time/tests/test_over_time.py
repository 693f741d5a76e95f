"""Stages, cohorts and the repeat curve against textbook tables and naive counting."""

import datetime
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.analytics import STAGES
from guanxi.analytics.over_time import (
    cohorts,
    repeat_curve,
    stage_flows,
    stage_flows_between,
    transition_matrix,
)
from guanxi.analytics.tests.known_data import CALIBRATION_END, cdnow_purchases

Flow = tuple[Any, ...]


def month(number: int) -> datetime.date:
    """The first of a month, 0 being January 2025."""
    return datetime.date(2025 + number // 12, number % 12 + 1, 1)


def table(names: str, *rows: Flow, **types: pa.DataType) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [[] for _ in names.split()]
    return pa.table(
        {
            name: pa.array(column, types.get(name, pa.string()))
            for name, column in zip(names.split(), columns, strict=True)
        }
    )


def history(*rows: Flow) -> pa.Table:
    return table("customer_id month stage", *rows, month=pa.date32())


def flows_of(found: pa.Table) -> Counter[Flow]:
    return Counter({tuple(row.values())[:-1]: row["customers"] for row in found.to_pylist()})


def test_flows_between_two_days() -> None:
    before = table("customer_id stage", ("a", "growth"), ("b", "growth"), ("c", "maturity"))
    after = table("customer_id stage", ("a", "maturity"), ("b", "growth"), ("d", "development"))
    assert flows_of(stage_flows_between(before, after)) == {
        ("growth", "maturity"): 1,
        ("growth", "growth"): 1,
        ("maturity", None): 1,
        (None, "development"): 1,
    }


def test_flows_of_months_know_who_came_and_who_went() -> None:
    found = stage_flows(
        history(
            ("a", month(11), "growth"),
            ("a", month(12), "maturity"),
            ("a", month(13), "maturity"),
            ("b", month(11), "growth"),
            ("b", month(13), "return"),
        )
    )
    assert flows_of(found) == {
        (month(12), "growth", "maturity"): 1,
        (month(12), "growth", None): 1,
        (month(13), "maturity", "maturity"): 1,
        (month(13), None, "return"): 1,
    }
    with pytest.raises(ValueError, match=r"history has 1 customer\(s\) twice in one month"):
        stage_flows(history(("a", month(1), "growth"), ("a", month(1), "growth")))
    with pytest.raises(ValueError, match=r"history.stage must be one of .* not 'asleep'"):
        stage_flows(history(("a", month(1), "asleep")))
    unknown = table("customer_id stage", ("a", None))
    with pytest.raises(ValueError, match=r"before.stage is missing in 1 row"):
        stage_flows_between(unknown, unknown)


@settings(max_examples=6, deadline=None)
@given(
    rows=st.dictionaries(
        st.tuples(st.sampled_from("abcd"), st.integers(0, 5)), st.sampled_from(STAGES), max_size=16
    )
)
def test_flows_as_counted_one_by_one(rows: dict[tuple[str, int], str]) -> None:
    found = flows_of(stage_flows(history(*((who, month(n), s) for (who, n), s in rows.items()))))
    months = [n for _, n in rows]
    naive: Counter[Flow] = Counter()
    for who in {who for who, _ in rows}:
        for n in range(min(months, default=0) + 1, max(months, default=0) + 1):
            ends = (rows.get((who, n - 1)), rows.get((who, n)))
            if ends != (None, None):
                naive[month(n), *ends] += 1
    assert found == naive


def test_matrix_has_shares_stays_and_their_intervals() -> None:
    flows = table(
        "from_stage to_stage customers",
        ("growth", "growth", 81),
        ("growth", "maturity", 100),
        ("growth", "termination", 82),
        ("maturity", "maturity", 20),
        (None, "development", 7),
        ("growth", None, 3),
        customers=pa.int64(),
    )
    found = transition_matrix(flows)
    growth, maturity = STAGES.index("growth"), STAGES.index("maturity")
    assert found.customers[growth].sum() == 263
    # 81 of 263: Newcombe (1998), table I, Wilson's interval.
    ends = [part[growth, growth] for part in (found.share, found.low, found.high)]
    assert ends == pytest.approx([81 / 263, 0.2553, 0.3662], abs=5e-5)
    assert found.stay[growth] == pytest.approx(263 / 182)
    assert found.stay_low[growth] == pytest.approx(1 / (1 - 0.2553), abs=1e-4)
    assert found.stay_high[growth] == pytest.approx(1 / (1 - 0.3662), abs=1e-4)
    assert np.isnan([found.stay[maturity], found.stay_high[maturity]]).all()
    assert found.stay_low[maturity] == pytest.approx(1 / 0.1611, abs=1e-3)
    assert np.isnan(found.share[STAGES.index("return")]).all()
    assert found.came[STAGES.index("development")] == 7
    assert found.went[growth] == 3
    with pytest.raises(ValueError, match="flows has the stage 'growth', which is not among"):
        transition_matrix(flows, stages=("maturity",))


LINES = "customer_id order_id ordered_on amount margin"
KINDS = {
    "ordered_on": pa.date32(),
    "amount": pa.decimal128(19, 4),
    "margin": pa.decimal128(19, 4),
}


def line(who: str, order: str, on: datetime.date, amount: str, margin: str | None = None) -> Flow:
    return (who, order, on, Decimal(amount), None if margin is None else Decimal(margin))


def test_cohorts_keep_every_cent_and_every_month() -> None:
    lines = table(
        LINES,
        line("a", "1", month(0), "10.10", "4"),
        line("a", "1", month(0), "-0.10", "-0.10"),
        line("a", "2", month(2), "5", None),
        line("b", "3", month(0), "7", "1"),
        line("b", "4", month(1), "-7", "-1"),
        line("c", "5", month(0), "-3"),
        line("c", "6", month(2), "8"),
        line("d", "7", month(0), "-3"),
        line("e", "8", month(9), "3"),
        **KINDS,
    )
    as_of = datetime.date(2025, 4, 15)
    rows = cohorts(lines, as_of=as_of).to_pylist()
    told = [
        (row["cohort"].month, row["months_since"], row["customers"], row["buyers"],
         f"{row['value']:.2f}", f"{row['cumulative_value']:.2f}", row["is_whole"])
        for row in rows
    ]  # fmt: skip
    assert told == [
        (1, 0, 2, 2, "17.00", "17.00", True),
        (1, 1, 2, 0, "-7.00", "10.00", True),
        (1, 2, 2, 1, "5.00", "15.00", True),
        (1, 3, 2, 0, "0.00", "15.00", False),
        (3, 0, 1, 1, "5.00", "5.00", True),
        (3, 1, 1, 0, "0.00", "5.00", False),
    ]
    assert rows[2]["retention"] == 0.5
    assert rows[2]["retention_low"] < 0.5 < rows[2]["retention_high"]
    margins = cohorts(lines, as_of=as_of, value="margin").to_pylist()
    assert [str(row["cumulative_value"].normalize()) for row in margins[:3]] == [
        "4.9",
        "3.9",
        "3.9",
    ]
    assert margins[2]["lines_without_value"] == 1
    assert cohorts(lines.slice(0, 0), as_of=as_of).num_rows == 0


@settings(max_examples=6, deadline=None)
@given(
    facts=st.lists(
        st.tuples(st.sampled_from("abcd"), st.integers(0, 8), st.integers(-(10**9), 10**9)),
        max_size=20,
    )
)
def test_cohorts_add_up_to_the_lines(facts: list[tuple[str, int, int]]) -> None:
    lines = table(
        LINES,
        *(
            line(who, str(place), month(n), str(Decimal(cents).scaleb(-2)))
            for place, (who, n, cents) in enumerate(facts)
        ),
        **KINDS,
    )
    found = cohorts(lines, as_of=datetime.date(2025, 12, 31)).to_pylist()
    buyers = {who for who, _, cents in facts if cents > 0}
    total = sum((Decimal(cents).scaleb(-2) for who, _, cents in facts if who in buyers), Decimal())
    assert sum((row["value"] for row in found), Decimal()) == total
    assert sum(row["customers"] for row in found if row["months_since"] == 0) == len(buyers)


def test_repeat_curve_counts_those_not_yet_back_as_long_as_seen() -> None:
    start = datetime.date(2026, 1, 1)

    def after(days: int) -> datetime.date:
        return start + datetime.timedelta(days=days)

    purchases = table(
        "who day",
        ("a", after(0)),
        ("a", after(0)),
        ("a", after(10)),
        ("a", after(11)),
        ("b", after(0)),
        ("b", after(30)),
        ("c", after(80)),
        ("d", after(0)),
        ("e", after(90)),
        ("e", after(101)),
        day=pa.date32(),
    )
    found = repeat_curve(purchases, customer="who", date="day", as_of=after(100))
    assert (found.customers, found.repeaters, found.watched_days) == (5, 2, 100)
    # e is seen for 10 days and c for 20: at 10 all five are at risk, at 30 only b and d.
    assert found.days.tolist() == [10, 30]
    assert found.at_risk.tolist() == [5, 2]
    assert found.share == pytest.approx([0.2, 1 - 0.8 * 0.5])
    assert found.share_within(9) == 0
    assert found.share_within(29) == pytest.approx(0.2)
    assert found.share_within(101) is None
    assert found.days_until(0.5) == 30
    assert found.days_until(0.9) is None
    assert (found.low < found.share).all()
    assert (found.share < found.high).all()
    with pytest.raises(ValueError, match="durations is empty"):
        repeat_curve(purchases, customer="who", date="day", as_of=after(-1))


@pytest.mark.outside_data
def test_repeaters_of_cdnow_as_published(outside_data: Path) -> None:
    found = repeat_curve(
        cdnow_purchases(outside_data), customer="customer", date="bought_on", as_of=CALIBRATION_END
    )
    assert (found.customers, found.repeaters) == (2357, 946)
    # Those who came late were seen for less long: more of them are still to buy again.
    assert 946 / 2357 < found.share[-1] < 0.5
