import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.platform.filters.periods import PERIODS, last_days, next_days, period_bounds

days = st.dates(dt.date(2, 1, 1), dt.date(9990, 1, 1))


@pytest.mark.parametrize(
    ("name", "today", "start", "end"),
    [
        ("today", "2024-02-29", "2024-02-29", "2024-03-01"),
        ("tomorrow", "2024-12-31", "2025-01-01", "2025-01-02"),
        ("this_week", "2024-05-15", "2024-05-13", "2024-05-20"),
        ("last_month", "2024-03-31", "2024-02-01", "2024-03-01"),
        ("next_month", "2024-12-05", "2025-01-01", "2025-02-01"),
        ("this_quarter", "2024-05-15", "2024-04-01", "2024-07-01"),
        ("last_quarter", "2024-01-01", "2023-10-01", "2024-01-01"),
        ("next_quarter", "2024-11-11", "2025-01-01", "2025-04-01"),
        ("last_year", "2024-02-29", "2023-01-01", "2024-01-01"),
    ],
)
def test_known_periods(name: str, today: str, start: str, end: str) -> None:
    bounds = period_bounds(name, dt.date.fromisoformat(today))
    assert tuple(map(str, bounds)) == (start, end)


def test_a_week_begins_on_the_day_the_firm_says() -> None:
    bounds = period_bounds("this_week", dt.date(2024, 5, 15), week_start=7)
    assert bounds == (dt.date(2024, 5, 12), dt.date(2024, 5, 19))


@settings(max_examples=200, derandomize=True, database=None)
@given(today=days, unit=st.sampled_from(["week", "month", "quarter", "year"]))
def test_last_this_and_next_lie_side_by_side(today: dt.date, unit: str) -> None:
    last, this, following = (period_bounds(f"{w}_{unit}", today) for w in ("last", "this", "next"))
    assert last[1] == this[0] <= today < this[1] == following[0]


def test_an_unknown_period_is_refused() -> None:
    with pytest.raises(KeyError):
        period_bounds("this_aeon", dt.date(2024, 5, 15))
    assert len(set(PERIODS)) == 15


def test_the_last_and_the_next_days_both_count_today() -> None:
    today = dt.date(2024, 3, 1)
    assert last_days(2, today) == (dt.date(2024, 2, 29), dt.date(2024, 3, 2))
    assert next_days(2, today) == (dt.date(2024, 3, 1), dt.date(2024, 3, 3))
