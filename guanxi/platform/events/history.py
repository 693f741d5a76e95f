"""What happened to a record, for those who may see it."""

import datetime as dt
from collections import defaultdict
from typing import Any
from uuid import UUID

from guanxi.platform.access.models import User
from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.events.models import Event
from guanxi.platform.objects.errors import NotFound
from guanxi.platform.objects.record import Row
from guanxi.platform.objects.registry import ObjectField, ObjectType, is_registered, type_of_model


def _shown_changes(
    asker: Asker, object_type: ObjectType, event: Event
) -> dict[str, dict[str, Any]]:
    by_column = {
        f.column.attname: f
        for f in asker.fields(object_type).values()
        if f.name in object_type.own_fields
    }
    return {
        by_column[column].name: {"old": old, "new": new}
        for column, (old, new) in (event.changes or {}).items()
        if column in by_column
    }


def _label_links(asker: Asker, object_type: ObjectType, items: list[dict[str, Any]]) -> None:
    """Replace the ids that link fields changed between by {id, label}, one query a target."""
    links = {
        n: f for n, f in asker.fields(object_type).items() if f.type.name == "link" and f.target
    }
    wanted: dict[type[Row], set[str]] = defaultdict(set)
    for item in items:
        for name, change in item["changes"].items():
            if name in links:
                wanted[_target(links[name])] |= {v for v in change.values() if v}
    labels: dict[str, str] = {}
    for model, ids in wanted.items():
        if is_registered(model):
            title = type_of_model(model).title
            found = visible_to(asker, model).filter(pk__in=ids).values_list("pk", title)
            labels |= {str(pk): label for pk, label in found}
    for item in items:
        for name, change in item["changes"].items():
            if name in links:
                for side, value in change.items():
                    change[side] = {"id": value, "label": labels.get(value)} if value else None


def _target(f: ObjectField) -> type[Row]:
    assert f.target is not None
    return f.target


def actor_names(ids: set[UUID | None]) -> dict[UUID, str]:
    return dict(User.objects.filter(pk__in=ids - {None}).values_list("pk", "full_name"))


def record_history(
    asker: Asker,
    object_type: ObjectType,
    pk: UUID,
    *,
    before: int | None = None,
    until: dt.datetime | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """{"items", "next"}: the events of one record, newest first. Raises NotFound if it is not visible."""
    seen = visible_to(asker, object_type.model) | visible_to(asker, object_type.model, deleted=True)
    if not seen.filter(pk=pk).exists():
        raise NotFound("There is no such record, or you may not see it.")
    events = Event.objects.filter(record_id=pk, object=object_type.name).order_by("-id")
    if before is not None:
        events = events.filter(id__lt=before)
    if until is not None:
        events = events.filter(at__lt=until)
    found = list(events[: limit + 1])
    names = actor_names({e.actor_id for e in found})
    items = [
        {
            "id": str(e.id),
            "at": e.at.isoformat(),
            "actor": {"id": str(e.actor_id), "label": names.get(e.actor_id, "")}
            if e.actor_id
            else None,
            "source": e.source,
            "action": e.action,
            "changes": _shown_changes(asker, object_type, e),
            "request_id": str(e.request_id) if e.request_id else None,
            "can_undo": bool(
                e.request_id and e.actor_id == asker.user.pk and asker.may("change", object_type)
            ),
        }
        for e in found[:limit]
    ]
    _label_links(asker, object_type, items)
    return {"items": items, "next": str(found[limit - 1].id) if len(found) > limit else None}
