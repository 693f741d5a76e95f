"""Whom one may name in a text."""

from typing import Any
from uuid import UUID

from guanxi.platform.access.models import User
from guanxi.platform.access.predicate import Asker, get_permitted, visible_to
from guanxi.platform.objects.registry import ObjectType
from guanxi.platform.search.services import search

MOST = 8  # colleagues offered at once


def colleagues_to_mention(
    asker: Asker, text: str, *, declared: ObjectType | None = None, pk: UUID | None = None
) -> list[dict[str, Any]]:
    """Colleagues by any part of their name, pinyin or initials, the asker's own team first.

    `sees` says whether each may see the record, None if none is given. Raises NotFound.
    """
    if declared is not None and pk is not None:
        get_permitted(asker, declared.model, pk)
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
    return [
        {
            "id": str(user.pk),
            "label": user.full_name,
            "sees": declared and pk and _sees(user, declared, pk),
        }
        for user in offered
    ]


def _sees(user: User, declared: ObjectType, pk: UUID) -> bool:
    return visible_to(Asker(user), declared.model).filter(pk=pk).exists()
