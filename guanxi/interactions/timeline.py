"""One timeline of a customer: contacts, tasks, and what other areas and the event stream add."""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import Q, QuerySet, Value
from django.utils.translation import gettext as _

from guanxi.customers.models import Consent, Customer
from guanxi.interactions.models import Interaction, Task
from guanxi.platform.access.predicate import Asker, require_visible, visible_to
from guanxi.platform.events.history import history_of_visible
from guanxi.platform.objects.lists import BadList
from guanxi.platform.objects.record import Row, object_name
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


@dataclass(frozen=True)
class Records:
    """Records that point to the customer, as entries at the instant of one of their fields.

    `shows` names the fields of an entry and those of the record they come from; a field that is
    hidden from the asker is null. `complete` adds what is no field of the record.
    """

    model: type[Row]
    at: str
    shows: Mapping[str, str]
    complete: Callable[[Asker, list[Entry]], None] | None = None


_sources: dict[str, Source | Records] = {}
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


def timeline_records(kind: str, records: Records) -> None:
    """Add the records of one object as entries of one kind; all such are read by one query."""
    _sources[kind] = records


def _rows(asker: Asker, source: Records, customer: UUID, page: Page) -> "QuerySet[Any, Any]":
    """The page's records as (instant, kind, JSON of their visible fields)."""
    declared = type_of_model(source.model)
    visible = asker.shown(declared)
    shown = [visible[name] for name in dict.fromkeys(source.shows.values()) if name in visible]
    seen: QuerySet[Any] = visible_to(asker, source.model, known="customer")
    return (
        page.newest(seen.filter(customer=customer), at=source.at)
        .annotate(_kind=Value(page.kind), _json=row_json(asker, declared, shown))
        .values_list(source.at, "_kind", "_json")
    )


def _record_entries(
    asker: Asker, customer: UUID, pages: list[Page], sources: Mapping[str, Records]
) -> list[Entry]:
    """The entries of all pages of records, in one query."""
    if not pages:
        return []
    first, *others = (_rows(asker, sources[page.kind], customer, page) for page in pages)
    by_kind: dict[str, list[Entry]] = {page.kind: [] for page in pages}
    for at, kind, text in first.union(*others, all=True) if others else first:
        row = json.loads(text)
        shown = {name: row.get(f) for name, f in sources[kind].shows.items()}
        name = object_name(sources[kind].model)
        by_kind[kind].append({"at": at, "id": row["id"], "object": name, "kind": kind, **shown})
    for kind, entries in by_kind.items():
        if entries and (complete := sources[kind].complete):
            complete(asker, entries)
    return [entry for entries in by_kind.values() for entry in entries]


timeline_records(
    "interaction",
    Records(
        Interaction,
        at="happened_at",
        shows={
            "title": "subject",
            "body": "body",
            "channel": "channel",
            "direction": "direction",
            "outcome": "outcome",
            "actor": "owner",
        },
    ),
)
timeline_records(
    "task",
    Records(
        Task,
        at="created_at",
        shows={
            "title": "title",
            "body": "description",
            "status": "status",
            "task_kind": "kind",
            "due_on": "due_on",
            "actor": "owner",
        },
    ),
)
timeline_records(
    "consent",
    Records(
        Consent,
        at="given_at",
        shows={
            "title": "purpose",
            "body": "note",
            "state": "state",
            "channel": "channel",
            "source": "source",
            "actor": "recorded_by",
        },
    ),
)


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
            "shared_with": item["shared_with"],
            "merge": item["merge"],
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
    records: dict[str, Records] = {}
    merged: list[Entry] = []
    for kind in dict.fromkeys(kinds):
        source = _sources[kind]
        if isinstance(source, Records):
            records[kind] = source
        else:
            found = source(asker, customer, Page(kind, after, limit + 1))
            merged += ({**entry, "kind": kind} for entry in found)
    pages = [Page(kind, after, limit + 1) for kind in records]
    merged += _record_entries(asker, customer, pages, records)
    merged.sort(key=_order, reverse=True)
    shown = merged[:limit]
    following = None
    if len(merged) > limit:
        last = shown[-1]
        following = signing.dumps([last["at"].isoformat(), last["kind"], last["id"]], salt=SALT)
    return {"items": [{**e, "at": e["at"].isoformat()} for e in shown], "next": following}
