"""One timeline of a customer: contacts, tasks, and what other areas and the event stream add."""

import datetime as dt
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from guanxi.customers.models import Customer
from guanxi.interactions.models import Interaction, Task
from guanxi.platform.access.predicate import Asker, require_visible, visible_to
from guanxi.platform.events.history import history_of_visible
from guanxi.platform.objects.lists import BadList
from guanxi.platform.objects.registry import object_type, type_of_model
from guanxi.platform.objects.rows import row_json

Entry = dict[str, Any]
SALT = "guanxi.timeline"


@dataclass(frozen=True)
class Place:
    """A place in a timeline: entries are ordered by instant, then kind, then id, newest first."""

    at: dt.datetime
    kind: str
    id: str


@dataclass(frozen=True)
class Page:
    """Which entries of one kind are wanted: at most `limit` of those behind `after`."""

    kind: str
    after: Place | None
    limit: int

    def newest(self, records: "QuerySet[Any]", *, at: str) -> "QuerySet[Any]":
        """The records of this page, ordered by the field `at`."""
        if self.after is not None:
            older = Q(**{f"{at}__lt": self.after.at})
            if self.kind < self.after.kind:
                older |= Q(**{at: self.after.at})
            elif self.kind == self.after.kind:
                older |= Q(**{at: self.after.at}, pk__lt=self.after.id)
            records = records.filter(older)
        return records.order_by(f"-{at}", "-pk")[: self.limit]


Source = Callable[[Asker, UUID, Page], list[Entry]]
_sources: dict[str, Source] = {}
KINDS = _sources  # the kinds there are, in the order they were added


def timeline_source(kind: str) -> Callable[[Source], Source]:
    """Add entries of one kind: a function of (asker, customer id, page), newest first.

    It is asked about customers the asker sees alone. Each entry has "at" (a datetime), "id",
    "object", "title", and what the kind needs beside.
    """

    def add(source: Source) -> Source:
        _sources[kind] = source
        return source

    return add


def shown_rows(
    asker: Asker, records: "QuerySet[Any]", names: Iterable[str], *, at: str
) -> list[tuple[dt.datetime, dict[str, Any]]]:
    """Each record's instant and its visible fields of those named, as the one serializer shows."""
    declared = type_of_model(records.model)
    visible = asker.fields(declared)
    body = row_json(asker, declared, [visible[name] for name in names if name in visible])
    rows = records.annotate(_json=body).values_list(at, "_json")
    return [(moment, json.loads(text)) for moment, text in rows]


@timeline_source("interaction")
def interactions(asker: Asker, customer: UUID, page: Page) -> list[Entry]:
    records = visible_to(asker, Interaction, known="customer").filter(customer=customer)
    names = ("subject", "body", "channel", "direction", "outcome", "owner")
    rows = shown_rows(asker, page.newest(records, at="happened_at"), names, at="happened_at")
    return [
        {
            "at": at,
            "id": row["id"],
            "object": "interaction",
            "title": row.get("subject"),
            "body": row.get("body"),
            "channel": row.get("channel"),
            "direction": row.get("direction"),
            "outcome": row.get("outcome"),
            "actor": row.get("owner"),
        }
        for at, row in rows
    ]


@timeline_source("task")
def tasks(asker: Asker, customer: UUID, page: Page) -> list[Entry]:
    records = visible_to(asker, Task, known="customer").filter(customer=customer)
    names = ("title", "description", "status", "kind", "due_on", "owner")
    rows = shown_rows(asker, page.newest(records, at="created_at"), names, at="created_at")
    return [
        {
            "at": at,
            "id": row["id"],
            "object": "task",
            "title": row.get("title"),
            "body": row.get("description"),
            "status": row.get("status"),
            "task_kind": row.get("kind"),
            "due_on": row.get("due_on"),
            "actor": row.get("owner"),
        }
        for at, row in rows
    ]


@timeline_source("change")
def changes(asker: Asker, customer: UUID, page: Page) -> list[Entry]:
    before, until = None, None
    if page.after is not None and page.after.kind == page.kind:
        before = int(page.after.id)
    elif page.after is not None:
        same_instant = page.kind < page.after.kind
        until = page.after.at - (dt.timedelta() if same_instant else dt.timedelta.resolution)
    history = history_of_visible(
        asker, object_type("customer"), customer, before=before, until=until, limit=page.limit
    )
    return [
        {
            "at": dt.datetime.fromisoformat(item["at"]),
            "id": item["id"],
            "object": "customer",
            "title": "",
            "action": item["action"],
            "changes": item["changes"],
            "file": item["file"],
            "source": item["source"],
            "request_id": item["request_id"],
            "can_undo": item["can_undo"],
            "actor": item["actor"],
        }
        for item in history["items"]
    ]


def _order(entry: Entry) -> tuple[dt.datetime, str, str]:
    return entry["at"], entry["kind"], entry["id"].rjust(36, "0")


def _place(cursor: str | None) -> Place | None:
    if not cursor:
        return None
    try:
        at, kind, pk = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError):
        raise BadList(
            _("Start the timeline again: this page does not belong to it."), field="cursor"
        ) from None
    return Place(dt.datetime.fromisoformat(at), kind, pk)


def customer_timeline(
    asker: Asker, customer: UUID, *, kinds: list[str], cursor: str | None = None, limit: int = 50
) -> dict[str, Any]:
    """{"items", "next"}: the newest entries of all kinds, merged.

    Raises NotFound, or BadList for a cursor that is not one.
    """
    require_visible(asker, Customer, customer)
    after = _place(cursor)
    merged = [
        {**entry, "kind": kind}
        for kind in kinds
        for entry in _sources[kind](asker, customer, Page(kind, after, limit + 1))
    ]
    merged.sort(key=_order, reverse=True)
    shown = merged[:limit]
    following = None
    if len(merged) > limit:
        last = shown[-1]
        following = signing.dumps([last["at"].isoformat(), last["kind"], last["id"]], salt=SALT)
    return {"items": [{**e, "at": e["at"].isoformat()} for e in shown], "next": following}
