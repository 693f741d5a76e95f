"""Relative dates: "this month", "30 days ago", in the asker's time zone and week."""

import datetime as dt

from dateutil.relativedelta import relativedelta

PERIODS = (
    "today", "yesterday", "tomorrow",
    "this_week", "last_week", "next_week",
    "this_month", "last_month", "next_month",
    "this_quarter", "last_quarter", "next_quarter",
    "this_year", "last_year", "next_year",
)  # fmt: skip


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
    match unit:
        case "week":
            start = today - dt.timedelta(days=(today.isoweekday() - week_start) % 7)
            step = relativedelta(weeks=1)
        case "month":
            start, step = today.replace(day=1), relativedelta(months=1)
        case "quarter":
            start = today.replace(month=3 * ((today.month - 1) // 3) + 1, day=1)
            step = relativedelta(months=3)
        case _:
            start, step = today.replace(month=1, day=1), relativedelta(years=1)
    start += step * {"last": -1, "this": 0, "next": 1}[which]
    return start, start + step
