"""Until when a request is to be answered."""

import calendar
import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

WORKING_DAYS = 15
FRIDAY = 4


class Law(models.TextChoices):
    """Whose time holds.

    PIPL art. 50 says "promptly"; the authorities' rules on apps (认定方法, 2019, no. 6) name 15
    working days. GDPR art. 12 (3) says one month.
    """

    PIPL = "pipl", _("PIPL: 15 working days")
    GDPR = "gdpr", _("GDPR: one month")
    OWN = "own", _("days of our own")


def due_date(received_on: dt.date, law: Law, days: int) -> dt.date:
    """The last day for an answer. Holidays are not known: they make it later, never earlier."""
    match law:
        case Law.PIPL:
            return _working_days_after(received_on, WORKING_DAYS)
        case Law.GDPR:
            return _month_after(received_on)
        case Law.OWN:
            return received_on + dt.timedelta(days=days)


def _working_days_after(day: dt.date, count: int) -> dt.date:
    while count:
        day += dt.timedelta(days=1)
        count -= day.weekday() <= FRIDAY
    return day


def _month_after(day: dt.date) -> dt.date:
    """The same day of the next month, or its last one (Regulation 1182/71 art. 3)."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
