"""What a message says: all of it read, for its owner's eyes, at the moment it is sent."""

import json
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.utils import timezone

from guanxi.platform.access.predicate import Asker, predicate, visible_to
from guanxi.platform.events.history import actor_names, shown_changes, visible_columns
from guanxi.platform.events.models import Event
from guanxi.platform.objects.registry import ObjectType, types
from guanxi.platform.objects.rows import row_json
from guanxi.platform.webhooks.models import WebhookDelivery
from guanxi.platform.webhooks.reading import ACTIONS

MOST_BYTES = 1024 * 1024  # of a message; what does not fit is told without its values
Told = dict[str, Any]


def message(delivery: WebhookDelivery) -> bytes | None:
    """The body of the request; None if there is nothing of it that the owner may still see."""
    kind, events = "test", list[Told]()
    if delivery.event_ids:
        kind = "events"
        found = list(Event.objects.filter(pk__in=delivery.event_ids))
        events = _told(Asker(delivery.webhook.owner), found)
        if not events:
            return None
    body = {
        "type": kind,
        "timestamp": timezone.now().isoformat(),
        "data": {"webhook": str(delivery.webhook_id), "events": _within(MOST_BYTES, events)},
    }
    return json.dumps(body, ensure_ascii=False).encode()


def _told(asker: Asker, events: Sequence[Event]) -> list[Told]:
    """Each event as told, in the order in which they happened."""
    names = actor_names({e.actor_id for e in events})
    told: dict[int, Told] = {}
    of_object = attrgetter("object")
    for name, some in groupby(sorted(events, key=of_object), key=of_object):
        declared = next((t for t in types() if t.name == name), None)
        if declared is not None:
            told |= _of_object(asker, declared, list(some), names)
    return [told[pk] for pk in sorted(told)]


def _of_object(
    asker: Asker, declared: ObjectType, events: Sequence[Event], names: dict[UUID, str]
) -> dict[int, Told]:
    ids = {e.record_id for e in events}
    seen = set(
        declared.model._default_manager.filter(predicate(asker, declared), pk__in=ids)
        .values_list("pk", flat=True)
        .iterator()
    )
    records = _records(asker, declared, ids)
    hidden = {
        e.id
        for e in events
        if e.action == Event.Action.UPDATE
        and not (e.changes or {}).keys() & visible_columns(asker, declared).keys()
    }
    changes = shown_changes(asker, declared, events)
    return {
        e.id: {
            "type": f"{declared.name}.{ACTIONS[e.action]}",
            "timestamp": e.at.isoformat(),
            "object": declared.name,
            "id": str(e.record_id),
            "changes": changed if e.action == Event.Action.UPDATE else {},
            "record": records.get(e.record_id),
            "actor": e.actor_id and {"id": str(e.actor_id), "label": names.get(e.actor_id, "")},
            "source": e.source,
            "request_id": e.request_id and str(e.request_id),
        }
        for e, changed in zip(events, changes, strict=True)
        if e.record_id in seen and e.id not in hidden
    }


def _records(asker: Asker, declared: ObjectType, ids: Iterable[UUID]) -> dict[UUID, Told]:
    """The records as they are now, those in the recycle bin left out."""
    body = row_json(asker, declared, asker.shown(declared).values())
    found = visible_to(asker, declared.model).filter(pk__in=ids).annotate(_json=body)
    return {pk: json.loads(text) for pk, text in found.values_list("pk", "_json")}


def _within(most: int, events: Iterable[Told]) -> list[Told]:
    """The events, values left out of those beyond a size: the receiver may read the record."""
    kept, size = [], 0
    for event in events:
        length = len(json.dumps(event, ensure_ascii=False).encode())
        if size + length > most:
            event = {**event, "changes": None, "record": None}
        size += length
        kept.append(event)
    return kept
