"""Whom one may name in a text."""

from typing import Any
from uuid import UUID

from guanxi.platform.access.models import User
from guanxi.platform.access.predicate import Asker, get_permitted, visible_to
from guanxi.platform.objects.record import Row
from guanxi.platform.objects.registry import ObjectType
from guanxi.platform.search.services import search

MOST = 8  # colleagues offered at once


def colleagues_to_mention(
    asker: Asker, text: str, *, declared: ObjectType | None = None, pk: UUID | None = None
) -> list[dict[str, Any]]:
    """Colleagues by any part of their name, pinyin or initials, the asker's own team first; last
    those who may not see the record.

    `sees` says whether each may see the record, None if none is given. Raises NotFound.
    """
    record = get_permitted(asker, declared.model, pk) if declared and pk else None
    users = visible_to(asker, User).filter(is_active=True).exclude(pk=asker.user.pk)
    users = users.select_related("role")
    if text.strip():
        found = search(asker=asker, text=text, names={"user"}, limit=2 * MOST)
        by_id = users.in_bulk([UUID(one["id"]) for one in found])
        offered = [by_id[pk] for pk in (UUID(one["id"]) for one in found) if pk in by_id][:MOST]
    else:
        team = users.filter(pk__in=asker.colleagues).order_by("full_name")[:MOST]
        others = users.exclude(pk__in=asker.colleagues).order_by("full_name")[:MOST]
        offered = [*team, *others][:MOST]
    colleagues = [
        {
            "id": str(user.pk),
            "label": user.full_name,
            "sees": None if record is None else _sees(user, record),
        }
        for user in offered
    ]
    return sorted(colleagues, key=lambda one: one["sees"] is False)  # else in the order found


def _sees(user: User, record: Row) -> bool:
    return visible_to(Asker(user), type(record)).filter(pk=record.pk).exists()
