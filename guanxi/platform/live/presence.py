"""Who else is looking at a record. Only those who may see a record can be there, or ask who is."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.utils import timezone

from guanxi.platform.access.predicate import Asker, require_visible
from guanxi.platform.live.models import Presence
from guanxi.platform.objects.registry import ObjectType

SAYS_SO_EVERY = 60  # seconds between signs of life of an open page
GONE_AFTER = dt.timedelta(seconds=150)


def be_here(asker: Asker, declared: ObjectType, pk: UUID, *, page: UUID) -> list[dict[str, Any]]:
    """Note that a page of the asker shows the record; returns who else has it open.

    Raises NotFound for a record they may not see.
    """
    require_visible(asker, declared.model, pk)
    now = timezone.now()
    Presence.objects.filter(seen_at__lt=now - GONE_AFTER).delete()
    Presence.objects.filter(page=page).exclude(user=asker.user, record_id=pk).delete()
    Presence.objects.bulk_create(
        [Presence(page=page, user=asker.user, object=declared.name, record_id=pk, seen_at=now)],
        update_conflicts=True,
        unique_fields=["page"],
        update_fields=["seen_at"],
    )
    others = (
        Presence.objects.filter(
            object=declared.name,
            record_id=pk,
            user__is_active=True,
            user__deleted_at=None,
        )
        .exclude(user=asker.user)
        .order_by("user__full_name", "user")
        .values_list("user", "user__full_name")
        .distinct()
    )
    return [{"id": str(user), "label": name} for user, name in others]


def leave(asker: Asker, *, page: UUID) -> None:
    """Note that a page of the asker shows no record any more."""
    Presence.objects.filter(page=page, user=asker.user).delete()
