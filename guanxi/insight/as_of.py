"""The day customers are judged on. Light to import: every process knows it."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from guanxi.insight.models import ScoreRun
from guanxi.platform.objects.errors import DomainError

FRESH_DAYS = 60  # with a newest purchase up to so old, customers are judged as of today


class AsOfInFutureError(DomainError):
    """Nobody can be scored as of a day that has not come."""


@dataclass(frozen=True)
class AsOf:
    """The day customers are judged on, and why that one."""

    day: dt.date
    reason: str
    newest_purchase: dt.date | None


def choose_as_of(*, chosen: dt.date | None, newest: dt.date | None, today: dt.date) -> AsOf:
    """Judge as of today; of old files as of their newest purchase; or as somebody chose.

    Raises AsOfInFutureError.
    """
    if chosen is not None:
        if chosen > today:
            raise AsOfInFutureError(_("Choose today or a day before it."), field="as_of")
        return AsOf(chosen, ScoreRun.AsOfReason.CHOSEN, newest)
    if newest is None or today - newest <= dt.timedelta(days=FRESH_DAYS):
        return AsOf(today, ScoreRun.AsOfReason.TODAY, newest)
    return AsOf(newest, ScoreRun.AsOfReason.NEWEST_PURCHASE, newest)


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day `months` earlier (later, if below 0), or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    following = (dt.date(year, month + 1, 28) + dt.timedelta(days=4)).replace(day=1)
    return min(
        dt.date(year, month + 1, 1) + dt.timedelta(days=day.day - 1),
        following - dt.timedelta(days=1),
    )
