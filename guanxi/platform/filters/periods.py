"""Relative dates: "this month", "30 days ago", in the asker's time zone and week."""

import datetime as dt

PERIODS = (
    "today", "yesterday", "tomorrow",
    "this_week", "last_week", "next_week",
    "this_month", "last_month", "next_month",
    "this_quarter", "last_quarter", "next_quarter",
    "this_year", "last_year", "next_year",
)  # fmt: skip
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def period_bounds(name: str, today: dt.date, *, week_start: int = 1) -> tuple[dt.date, dt.date]:
    """The first day of the named period and the first day after it.

    `week_start` is an ISO weekday, 1 Monday to 7 Sunday. Raises KeyError for an unknown name.
    """
    if name not in PERIODS:
        raise KeyError(name)
    if name in ("today", "yesterday", "tomorrow"):
        start = today + dt.timedelta(days={"yesterday": -1, "today": 0, "tomorrow": 1}[name])
        return start, start + dt.timedelta(days=1)
    which, unit = name.split("_")
    steps = {"last": -1, "this": 0, "next": 1}[which]
    if unit == "week":
        monday = today - dt.timedelta(days=(today.isoweekday() - week_start) % 7)
        start = monday + dt.timedelta(weeks=steps)
        return start, start + dt.timedelta(weeks=1)
    months = MONTHS[unit]
    first = (today.month - 1) // months * months + 1
    start = _months_later(today.replace(month=first, day=1), steps * months)
    return start, _months_later(start, months)


def last_days(count: int, today: dt.date) -> tuple[dt.date, dt.date]:
    """The bounds of the `count` days that end with today. Raises ValueError for none."""
    return next_days(count, today + dt.timedelta(days=1 - count))


def next_days(count: int, today: dt.date) -> tuple[dt.date, dt.date]:
    """The bounds of the `count` days that begin with today. Raises ValueError for none."""
    if count < 1:
        raise ValueError(count)
    return today, today + dt.timedelta(days=count)


def _months_later(first_day: dt.date, months: int) -> dt.date:
    years, month = divmod(first_day.month - 1 + months, 12)
    return first_day.replace(year=first_day.year + years, month=month + 1)
