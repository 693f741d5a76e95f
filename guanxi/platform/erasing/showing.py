"""What an erasure would do, as whoever decides about it sees it before."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker
from guanxi.platform.erasing import stores
from guanxi.platform.erasing.holds import hold_of
from guanxi.platform.erasing.models import Erasure, LegalHold
from guanxi.platform.erasing.obstacles import obstacles
from guanxi.platform.erasing.services import Reach, is_erased, require_erasable, title_of
from guanxi.platform.files.models import Attachment
from guanxi.platform.objects.metadata import sentence
from guanxi.platform.objects.record import object_name
from guanxi.platform.objects.registry import ObjectType


def state_of(asker: Asker, declared: ObjectType, pk: UUID) -> dict[str, Any]:
    """Whether the record is erased or under a hold, and what the asker may do about it."""
    may = asker.may("erase", declared)
    erased = is_erased(declared, pk)
    found = Erasure.objects.filter(object=declared.name, records__contains=[pk]).first()
    hold = hold_of(declared.name, pk)
    return {
        "erased_at": found.created_at if erased and found else None,
        "hold": describe_hold(hold, with_reason=may) if hold else None,
        "can": ["erase", "hold"] if may and not erased else [],
    }


def describe_hold(hold: LegalHold, *, with_reason: bool = True) -> dict[str, Any]:
    return {
        "reason": hold.reason if with_reason else "",
        "until": hold.until,
        "placed_by": {"id": str(hold.placed_by_id), "label": str(hold.placed_by)},
        "placed_at": hold.updated_at,
    }


def preview(asker: Asker, declared: ObjectType, pk: UUID) -> dict[str, Any]:
    """What goes, what stays and why, and what stands in the way. Raises as `erase_record` does."""
    require_erasable(asker, declared, pk)
    ids = Reach(declared, pk).ids()
    goes: list[dict[str, Any]] = [{"label": _("Name, contact, address, remarks"), "count": 1}]
    stays: list[dict[str, Any]] = []
    named = Q(object=declared.name, record_id__in=ids)
    for hanging in stores.hanging_on(declared):
        keys = list(hanging.of(ids).values_list("pk", flat=True))
        named |= Q(object=object_name(hanging.model), record_id__in=keys)
        if not keys:
            continue
        label = sentence(hanging.model._meta.verbose_name_plural)
        if hanging.goes:
            goes.append({"label": label, "count": len(keys)})
        else:
            stays.append({"label": label, "count": len(keys), "why": str(hanging.why_it_stays)})
    if files := Attachment.objects.filter(named).count():
        goes.append({"label": _("Files"), "count": files})
    return {
        "name": title_of(asker, declared, pk),
        "merged": len(ids) - 1,
        "goes": goes,
        "stays": stays,
        "obstacles": [
            {"code": o.code, "message": o.message, "count": o.count}
            for o in obstacles(declared, ids)
        ],
    }
