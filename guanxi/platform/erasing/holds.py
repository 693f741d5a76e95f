"""Legal holds: what must stay as it is, by whom and why."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker, get_permitted, visible_to
from guanxi.platform.erasing.models import LegalHold
from guanxi.platform.objects.errors import DomainError, Invalid, NotAllowed, NotFound
from guanxi.platform.objects.registry import ObjectType
from guanxi.platform.workspaces.services import books_today


class UnderLegalHold(DomainError):
    """The record must stay as it is."""

    status, code = 409, "legal_hold"


def holds_now() -> "QuerySet[LegalHold]":
    """The holds that stand today."""
    standing = LegalHold.objects.filter(deleted_at=None)
    return standing.filter(Q(until=None) | Q(until__gte=books_today()))


def held_among(name: str, ids: Collection[UUID]) -> set[UUID]:
    """Those of the records that are under a hold."""
    found = holds_now().filter(object=name, record_id__in=ids)
    return set(found.values_list("record_id", flat=True))


def refuse_held(declared: ObjectType, ids: Sequence[UUID]) -> None:
    """Raises UnderLegalHold, naming until when, if one of the records must stay as it is."""
    hold = holds_now().filter(object=declared.name, record_id__in=ids).first()
    if hold is not None:
        raise UnderLegalHold(told(hold), record=str(hold.record_id))


def told(hold: LegalHold) -> str:
    if hold.until is None:
        return _("A legal hold keeps this record as it is until it is lifted.")
    return _("A legal hold keeps this record as it is until %(day)s.") % {"day": hold.until}


def hold_of(name: str, pk: UUID) -> LegalHold | None:
    """The hold on a record that stands today."""
    return holds_now().select_related("placed_by").filter(object=name, record_id=pk).first()


def require_holding(asker: Asker, declared: ObjectType) -> None:
    """Raises NotAllowed. Whoever may erase also says what must not be."""
    if not asker.may("erase", declared):
        raise NotAllowed(_("Your role does not allow legal holds."))


@transaction.atomic
def place_hold(
    *, asker: Asker, declared: ObjectType, pk: UUID, reason: str, until: dt.date | None
) -> LegalHold:
    """Put a hold on the record, or change the one it is under.

    Raises NotFound, NotAllowed, or Invalid for a day that is over or a reason that is none.
    """
    require_holding(asker, declared)
    get_permitted(asker.without_shares(), declared.model, pk, "change", lock=True)
    if not reason.strip():
        raise _invalid("reason", _("Say why the record must stay as it is."), "required")
    if until is not None and until < books_today():
        raise _invalid("until", _("This day is over."), "invalid")
    values = {"reason": reason.strip(), "until": until, "placed_by": asker.user}
    hold, _made = LegalHold.objects.update_or_create(
        object=declared.name, record_id=pk, deleted_at=None, defaults=values
    )
    return hold


@transaction.atomic
def lift_hold(*, asker: Asker, declared: ObjectType, pk: UUID) -> None:
    """Raises NotFound, also where there is no hold, or NotAllowed."""
    require_holding(asker, declared)
    get_permitted(asker.without_shares(), declared.model, pk, "change", lock=True)
    hold = LegalHold.objects.filter(object=declared.name, record_id=pk, deleted_at=None).first()
    if hold is None:
        raise NotFound(_("There is no such hold."))
    hold.deleted_at = timezone.now()
    hold.save(update_fields=["deleted_at"])


def holds_seen(asker: Asker, declared: ObjectType) -> "QuerySet[LegalHold]":
    """The holds on records of an object that the asker sees, those that end first before."""
    require_holding(asker, declared)
    seen = visible_to(asker, declared.model).values("pk")
    found = holds_now().filter(object=declared.name, record_id__in=seen)
    return found.select_related("placed_by").order_by("until", "created_at")


def _invalid(name: str, message: Any, code: str) -> Invalid:
    return Invalid([{"field": name, "message": message, "code": code}])
