"""Features of a customer's history: what was known by the cut, and nothing else."""

import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.analytics.propensity import history_features, history_table
from guanxi.analytics.tests.known_data import Line, order_lines

CUT = datetime.date(2026, 6, 30)


def day(after: int) -> datetime.date:
    return CUT + datetime.timedelta(days=after)


def drawn(seed: int, least: int, most: int, size: int = 150) -> list[Line]:
    """Lines of 40 customers between two days: purchases, returns, samples, several a day."""
    random = np.random.default_rng(seed)
    return [
        (
            f"c{random.integers(40)}",
            f"o{random.integers(60)}",
            day(int(random.integers(least, most + 1))),
            float(random.integers(-50, 200)),
            None if random.random() < 0.3 else float(random.integers(-20, 60)),
        )
        for _ in range(size)
    ]


SEED = st.integers(0, 2**32 - 1)


def assert_same(one: pa.Table, other: pa.Table) -> None:
    """Compare to the last digits but one, which hang on the order of adding."""
    assert one.schema == other.schema
    assert one["customer_id"].equals(other["customer_id"])
    for name in one.column_names[1:]:
        columns = [np.array(table[name].to_pylist(), dtype=float) for table in (one, other)]
        assert columns[0] == pytest.approx(columns[1], rel=1e-12, nan_ok=True), name


@settings(max_examples=4, deadline=None)
@given(SEED, SEED)
def test_whatever_happens_after_the_cut_changes_no_feature(seed: int, other: int) -> None:
    past = drawn(seed, -500, 0)
    features = history_features(order_lines(past + drawn(seed, 1, 300)), cut=CUT)
    assert features.num_rows > 20
    assert_same(features, history_features(order_lines(drawn(other, 1, 9) + past), cut=CUT))


@settings(max_examples=2, deadline=None)
@given(SEED, SEED)
def test_outcome_is_of_the_window_alone(seed: int, other: int) -> None:
    def bought(lines: list[Line]) -> dict[str, bool]:
        table = history_table(
            order_lines(lines), cuts=[CUT], window_days=90, until=day(300), outcome="purchase"
        )
        who, said = (table[name].to_pylist() for name in ("customer_id", "outcome"))
        return dict(zip(who, said, strict=True))

    window = drawn(seed, 1, 90, size=40)
    one = bought(drawn(seed, -500, 0) + window)
    assert len(set(one.values())) == 2
    assert one == bought(drawn(seed, -500, 0) + window + drawn(other, 91, 300))
    elsewhere = bought(drawn(other, -500, 0) + window)
    assert [one[who] for who in one if who in elsewhere] == [
        elsewhere[who] for who in one if who in elsewhere
    ]


def test_features_of_a_known_history() -> None:
    lines = [
        ("a", "1", day(-100), 60.0, 20.0),
        ("a", "1", day(-100), 40.0, None),
        ("a", "2", day(-40), 50.0, 10.0),
        ("a", "3", day(-10), 30.0, 6.0),
        ("a", "4", day(-5), -36.0, -6.0),
        ("only_returned", "5", day(-5), -36.0, -6.0),
        ("a", "6", day(0), 90.0, None),
        ("new", "7", day(1), 90.0, None),
    ]
    (found,) = history_features(order_lines(lines), cut=CUT).to_pylist()
    assert found == pytest.approx(
        {
            "customer_id": "a",
            "days_since_last": 0,
            "tenure_days": 100,
            "purchases": 4,
            "purchases_30d": 2,
            "purchases_90d": 3,
            "purchases_365d": 4,
            "mean_gap_days": 100 / 3,
            "recent_gap_days": (10 + 0.7 * 30 + 0.49 * 60) / 2.19,
            "silence_to_gap": 0,
            "amount": 234.0,
            "amount_30d": 84.0,
            "amount_90d": 134.0,
            "amount_365d": 234.0,
            "mean_purchase": 270 / 4,
            "largest_order": 100.0,
            "lines_per_order": 5 / 4,
            "return_share": 36 / 270,
            "margin_share": 30 / (60 + 50 + 30 - 36),
            "purchases_rise": 3,
        }
    )


def test_what_was_recorded_late_was_not_known() -> None:
    lines = order_lines([("a", "1", day(-90), 10.0), ("a", "2", day(-20), 10.0)])
    lines = lines.append_column("recorded_on", pa.array([None, day(3)], pa.date32()))
    (found,) = history_features(lines, cut=CUT).to_pylist()
    assert (found["purchases"], found["days_since_last"]) == (1, 90)


def test_table_has_a_row_for_each_cut_by_which_the_customer_had_bought() -> None:
    lines = order_lines(
        [("a", "1", day(-200), 10.0), ("a", "2", day(20), 10.0), ("b", "3", day(-20), 10.0)]
    )
    table = history_table(lines, cuts=[day(-100), CUT], window_days=60, until=day(60))
    said = table.select(["customer_id", "cut", "outcome"]).to_pylist()
    assert [tuple(row.values()) for row in said] == [
        ("a", day(-100), True),
        ("a", CUT, False),
        ("b", CUT, True),
    ]


def test_windows_that_are_not_over_are_refused() -> None:
    lines = order_lines([("a", "1", day(-200), 10.0)])
    known = {"cuts": [CUT], "window_days": 60, "until": day(60)}
    for wrong, complaint in (
        ({"until": day(59)}, "window_days ends on .* after the last day"),
        ({"window_days": 0}, "window_days must be 1 or more"),
        ({"cuts": []}, "cuts is empty"),
        ({"outcome": "left"}, "outcome must be purchase or no_purchase"),
    ):
        with pytest.raises(ValueError, match=complaint):
            history_table(lines, **{**known, **wrong})
