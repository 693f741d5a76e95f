"""Setting a workspace up, and asking whose it is."""

import datetime as dt
import zoneinfo
from collections.abc import Callable

import pycountry
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.platform.workspaces.models import Workspace

CACHE_SECONDS = 10
_at_founding: list[Callable[[str], None]] = []


def at_founding(plant: Callable[[str], None]) -> None:
    """Have a new workspace begin with records of an area, made in the language it is given."""
    _at_founding.append(plant)


def current_workspace() -> Workspace | None:
    """The workspace of this database; None before the first set-up. At most CACHE_SECONDS old."""
    workspace: Workspace | None = cache.get("workspace")
    if workspace is None:
        workspace = Workspace.objects.first()
        if workspace is not None:
            cache.set("workspace", workspace, CACHE_SECONDS)
    return workspace


def books_zone() -> zoneinfo.ZoneInfo:
    """The time zone in which the firm's days begin: for books, models and times without a zone."""
    workspace = current_workspace()
    return zoneinfo.ZoneInfo(workspace.time_zone if workspace else "UTC")


def books_today() -> dt.date:
    """Today, where the firm keeps its books."""
    return timezone.localdate(timezone=books_zone())


def books_currency() -> str:
    """The reporting currency (ISO 4217); "" before the first set-up."""
    workspace = current_workspace()
    return workspace.currency if workspace else ""


def check_zone_and_currency(*, time_zone: str, currency: str) -> None:
    """Raises ValidationError naming the field that is no IANA zone or no ISO 4217 code."""
    errors = {}
    if time_zone not in zoneinfo.available_timezones():
        errors["time_zone"] = _("Choose a time zone of the list.")
    if pycountry.currencies.get(alpha_3=currency) is None:
        errors["currency"] = _("Choose a currency of the list, such as CNY, TWD or USD.")
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def found_workspace(
    *,
    firm: str,
    language: str,
    time_zone: str,
    currency: str,
    week_start: int = 1,
    is_demo: bool = False,
) -> Workspace:
    """Make the one workspace row. Raises ValidationError; IntegrityError if there is one."""
    check_zone_and_currency(time_zone=time_zone, currency=currency)
    workspace = Workspace(
        name=firm,
        language=language,
        time_zone=time_zone,
        currency=currency,
        week_start=week_start,
        is_demo=is_demo,
    )
    workspace.full_clean(exclude=["id"])
    workspace.save(force_insert=True)
    cache.delete("workspace")
    for plant in _at_founding:
        plant(language)
    return workspace
