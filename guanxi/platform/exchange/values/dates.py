"""Dates and times as people write them; the order of day and month by evidence, never by guess."""

import datetime as dt
import re
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from guanxi.platform.exchange.values.convert import BadValue, Convert, narrow
from guanxi.platform.objects.fieldtypes import time_of_day

YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?[T\s]*(.*)")
YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})[T\s,]*(.*)")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T\s]*(\d{2}:?\d{2}.*))?")
NAMED = re.compile(
    r"(?:(\d{1,2})[\s-]+([A-Za-z]{3,9})|([A-Za-z]{3,9})\s+(\d{1,2}))[,.]?[\s-]+(\d{4})[,\s]*(.*)"
)
SERIAL = re.compile(r"(\d{5})(?:\.(\d+))?")
ROC = re.compile(r"民[国國]\s*(\d{1,3})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日?\s*(.*)")
MORNING, LATER = ("凌晨", "清晨", "早上", "上午"), ("中午", "下午", "傍晚", "晚上")
WORDS = "|".join((*MORNING, *LATER))
TIME = re.compile(
    rf"({WORDS}|[AaPp][Mm])?\s*(\d{{1,2}})[:时時点點](\d{{1,2}})?(?:[:分](\d{{1,2}})?)?(?:秒)?(?:[.,](\d{{1,6}})\d*)?分?\s*([AaPp][Mm])?\s*(Z|[+-]\d{{2}}:?\d{{2}})?"
)
HALF = re.compile(rf"^({WORDS})|[ap]m$", re.I)
MONTHS = {
    m: i
    for i, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)  # noqa: SIM905
}
EXCEL_EPOCH = dt.date(1899, 12, 30)  # serial 60 is a day that never was; later ones count from here
FIRST_YEAR, LAST_YEAR = 1800, 2200


def date_order(cells: Iterable[str]) -> str:
    """ "dmy" or "mdy" by evidence, "" if nothing tells, "mixed" if the column has both."""
    day_first = month_first = False
    for cell in cells:
        if found := YEAR_LAST.fullmatch(narrow(cell.strip())):
            day_first |= int(found[1]) > 12
            month_first |= int(found[2]) > 12
    if day_first and month_first:
        return "mixed"
    return "dmy" if day_first else "mdy" if month_first else ""


def is_ordered(cell: str) -> bool:
    """Whether the cell is a date whose day and month could be in either order."""
    return bool(YEAR_LAST.fullmatch(cell.strip()))


def _wrong(value: str) -> BadValue:
    message = _('"%(value)s" is no date. Write it as 2024-03-05.') % {"value": value[:40]}
    return BadValue("not_a_date", message)


def _by_order(a: int, b: int, year: int, order: str, value: str) -> dt.date:
    if year < 100:
        year += 2000 if year < 70 else 1900
    if a > 12 or order == "dmy":
        a, b = b, a
    elif b <= 12 and a != b and order != "mdy":
        message = _('"%(value)s" can be two dates. State whether the day or the month comes first.')
        raise BadValue("ambiguous_date", message % {"value": value[:40]})
    return dt.date(year, a, b)


def parse(value: str, order: str = "") -> tuple[dt.date, str]:
    """The date and the text behind it (a time, or ""). Raises BadValue."""
    clean = narrow(value).strip()
    try:
        if m := YEAR_FIRST.fullmatch(clean):
            day, rest = dt.date(int(m[1]), int(m[2]), int(m[3])), m[4]
        elif m := ROC.fullmatch(clean):
            day, rest = dt.date(1911 + int(m[1]), int(m[2]), int(m[3])), m[4]
        elif m := YEAR_LAST.fullmatch(clean):
            day, rest = _by_order(int(m[1]), int(m[2]), int(m[3]), order, value), m[4]
        elif m := COMPACT.fullmatch(clean):
            day, rest = dt.date(int(m[1]), int(m[2]), int(m[3])), m[4] or ""
        elif (m := NAMED.fullmatch(clean)) and (m[2] or m[3])[:3].lower() in MONTHS:
            month = MONTHS[(m[2] or m[3])[:3].lower()]
            day, rest = dt.date(int(m[5]), month, int(m[1] or m[4])), m[6]
        elif m := SERIAL.fullmatch(clean):
            day = EXCEL_EPOCH + dt.timedelta(days=int(m[1]))
            rest = _time_of_fraction(float(f"0.{m[2]}")) if m[2] else ""
        else:
            raise _wrong(value)
    except ValueError:
        raise _wrong(value) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _wrong(value)
    return day, rest.strip()


def _time_of_fraction(fraction: float) -> str:
    seconds = min(round(fraction * 86400), 86399)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _time(rest: str, value: str) -> tuple[dt.time, dt.tzinfo | None]:
    found = TIME.fullmatch(rest)
    if not found:
        raise _wrong(value)
    hour, half = int(found[2]), (found[1] or found[6] or "").lower()
    if half in (*LATER, "pm") and hour < 12:
        hour += 12
    elif half in (*MORNING, "am") and hour == 12:
        hour = 0
    zone = dt.datetime.fromisoformat(f"2000-01-01T00:00{found[7]}").tzinfo if found[7] else None
    micro = int((found[5] or "0").ljust(6, "0"))
    try:
        return dt.time(hour, int(found[3] or 0), int(found[4] or 0), micro), zone
    except ValueError:
        raise _wrong(value) from None


def date(order: str = "") -> Convert:
    """A day; a time behind it is checked and dropped."""

    def convert(value: str) -> str:
        day, rest = parse(value, order)
        if rest:
            _time(rest, value)
        return day.isoformat()

    return convert


def time(value: str) -> str:
    """A time of day to the minute; "9:30 PM" and "下午9:30" are read as screens show them."""
    clean = narrow(value).strip()
    try:
        if HALF.search(clean):
            clean = _time(clean, value)[0].isoformat()
        return time_of_day(clean)
    except (BadValue, ValueError):
        message = _('"%(value)s" is no time of day. Write it as 09:30.') % {"value": value[:40]}
        raise BadValue("not_a_time", message) from None


def instant(zone: ZoneInfo, order: str = "") -> Convert:
    """An instant in ISO form; one without an offset is meant in `zone`."""

    def convert(value: str) -> str:
        day, rest = parse(value, order)
        clock, offset = _time(rest, value) if rest else (dt.time(), None)
        return dt.datetime.combine(day, clock, offset or zone).isoformat()

    return convert
