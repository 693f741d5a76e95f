"""One timeline of a customer: contacts, tasks, and what other areas and the event stream add."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import F

from guanxi.customers.models import Customer
from guanxi.interactions.models import Interaction, Task
from guanxi.platform.access.predicate import Asker, get_permitted, visible_to
from guanxi.platform.events.history import record_history
from guanxi.platform.objects.lists import BadList
from guanxi.platform.objects.registry import object_type

Entry = dict[str, Any]
Source = Callable[[Asker, UUID, dt.datetime | None, int], list[Entry]]
_sources: dict[str, Source] = {}
KINDS = _sources  # the kinds there are, in the order they were added


def timeline_source(kind: str) -> Callable[[Source], Source]:
    """Add entries of one kind: a function of (asker, customer id, before, limit), newest first.

    Each entry has "at" (a datetime), "id", "object", "title", and what the kind needs beside.
    """

    def add(source: Source) -> Source:
        _sources[kind] = source
        return source

    return add


def _person(pk: UUID | None, name: str | None) -> dict[str, Any] | None:
    return {"id": str(pk), "label": name} if pk else None


@timeline_source("interaction")
def interactions(
    asker: Asker, customer: UUID, before: dt.datetime | None, limit: int
) -> list[Entry]:
    records = (
        visible_to(asker, Interaction)
        .filter(customer=customer)
        .annotate(owner_name=F("owner__full_name"))
    )
    if before:
        records = records.filter(happened_at__lt=before)
    return [
        {
            "at": i.happened_at,
            "id": str(i.pk),
            "object": "interaction",
            "title": i.subject,
            "body": i.body,
            "channel": i.channel,
            "direction": i.direction,
            "outcome": i.outcome,
            "actor": _person(i.owner_id, i.owner_name),
        }
        for i in records.order_by("-happened_at", "-pk")[:limit]
    ]


@timeline_source("task")
def tasks(asker: Asker, customer: UUID, before: dt.datetime | None, limit: int) -> list[Entry]:
    records = (
        visible_to(asker, Task).filter(customer=customer).annotate(owner_name=F("owner__full_name"))
    )
    if before:
        records = records.filter(created_at__lt=before)
    return [
        {
            "at": t.created_at,
            "id": str(t.pk),
            "object": "task",
            "title": t.title,
            "body": t.description,
            "status": t.status,
            "task_kind": t.kind,
            "due_on": t.due_on.isoformat() if t.due_on else None,
            "actor": _person(t.owner_id, t.owner_name),
        }
        for t in records.order_by("-created_at", "-pk")[:limit]
    ]


@timeline_source("change")
def changes(asker: Asker, customer: UUID, before: dt.datetime | None, limit: int) -> list[Entry]:
    history = record_history(asker, object_type("customer"), customer, until=before, limit=limit)
    return [
        {
            "at": dt.datetime.fromisoformat(item["at"]),
            "id": item["id"],
            "object": "customer",
            "title": "",
            "action": item["action"],
            "changes": item["changes"],
            "source": item["source"],
            "request_id": item["request_id"],
            "actor": item["actor"],
        }
        for item in history["items"]
        if item["action"] != "update" or item["changes"]
    ]


def customer_timeline(
    asker: Asker, customer: UUID, *, kinds: list[str], before: str | None = None, limit: int = 50
) -> dict[str, Any]:
    """{"items", "next"}: the newest entries of all kinds, merged. Raises NotFound, or BadList for the cursor."""
    get_permitted(asker, Customer, customer)
    try:
        moment = dt.datetime.fromisoformat(before) if before else None
        if moment and moment.tzinfo is None:
            raise ValueError
    except ValueError:
        raise BadList(
            "Start the timeline again: this page does not belong to it.", field="cursor"
        ) from None
    merged = [
        {**entry, "kind": kind}
        for kind in kinds
        for entry in _sources[kind](asker, customer, moment, limit + 1)
    ]
    merged.sort(key=lambda entry: (entry["at"], entry["id"]), reverse=True)
    shown = merged[:limit]
    following = shown[-1]["at"].isoformat() if len(merged) > limit else None
    return {"items": [{**e, "at": e["at"].isoformat()} for e in shown], "next": following}
