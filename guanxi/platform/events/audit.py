"""Who did what, from the one stream of events: for administrators, each as far as their role sees.

The stream has no index by person or kind, which every import would pay for. It is read backwards in
stretches instead: an answer comes in time, full or not, and says where to go on.
"""

import csv
import datetime as dt
import io
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Max, Min, QuerySet
from django.utils.translation import gettext as _

from guanxi.platform.access.models import IdentityProvider, ProviderLink, Share, Token, User
from guanxi.platform.access.predicate import Asker, predicate, sees_every
from guanxi.platform.custom_objects.models import CustomObject
from guanxi.platform.erasing.models import Erasure, LegalHold, RetentionRule
from guanxi.platform.events.audit_words import fact_labels, fact_values, kinds, name_fact
from guanxi.platform.events.history import actor_names, shown_changes
from guanxi.platform.events.models import Event
from guanxi.platform.exchange.readers.formulas import neutralize
from guanxi.platform.fields.kinds import in_language
from guanxi.platform.fields.models import CustomField
from guanxi.platform.files.models import Attachment
from guanxi.platform.layouts.models import Layout
from guanxi.platform.objects.custom_values import CUSTOM
from guanxi.platform.objects.registry import (
    ObjectField,
    ObjectType,
    is_declared,
    object_type,
    types,
)
from guanxi.platform.objects.rows import labels_of
from guanxi.platform.webhooks.models import Webhook

STRETCH = 50_000  # events looked through at once
PATIENCE = 1.0  # seconds until an answer is given that may not be full
WRITTEN_AT_ONCE = 500
Entry = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """Which events are asked for."""

    actor: UUID | None = None
    object: str | None = None
    record: UUID | None = None
    action: str | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None

    def events(self) -> "QuerySet[Event]":
        conditions = {
            "actor_id": self.actor,
            "object": self.object,
            "record_id": self.record,
            "action": self.action,
            "at__gte": self.since,
            "at__lte": self.until,
        }
        given = {name: value for name, value in conditions.items() if value is not None}
        return Event.objects.filter(**given).order_by("-id")


def audit(asker: Asker, wanted: Wanted, *, before: int | None, limit: int) -> dict[str, Any]:
    """{"items", "next"}: the newest first; fewer than `limit` are not all if `next` is given."""
    found, following = _look(wanted, before, limit)
    return {"items": describe(asker, found), "next": None if following is None else str(following)}


def audit_csv(asker: Asker, wanted: Wanted) -> Iterator[bytes]:
    """All of it as CSV, one line for each field that changed, with Excel's byte order mark."""
    out = io.StringIO()
    writer = csv.writer(out)
    out.write("\ufeff")
    writer.writerow(["at", "by", "source", "request", "object", "record", "id", "action",
                     "field", "before", "after"])  # fmt: skip
    place: int | None = None
    span = None if wanted.record is not None else _span(wanted)
    while True:
        found, place = _look(wanted, place, WRITTEN_AT_ONCE, span)
        for entry in describe(asker, found):
            for line in _lines(entry):
                writer.writerow([neutralize(cell) for cell in line])
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()
        if place is None:
            return


def _lines(entry: Entry) -> Iterator[list[str]]:
    actor, record = entry["actor"] or {}, entry["record"]
    head = [
        entry["at"], actor.get("label", ""), entry["source"], entry["request_id"] or "",
        entry["object"], record["label"] or "", record["id"], entry["action"],
    ]  # fmt: skip
    for change in entry["changes"] or [{"name": "", "old": None, "new": None}]:
        yield [*head, change["name"], _text(change["old"]), _text(change["new"])]


def _text(value: Any) -> str:
    if isinstance(value, dict) and "label" in value:
        return str(value["label"] or value["id"])
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return "" if value is None else str(value)


def _span(wanted: Wanted) -> tuple[int, int]:
    """The first id of the time asked for, and the one after its last."""
    events = Event.objects.all()
    if wanted.since is not None:
        events = events.filter(at__gte=wanted.since)
    if wanted.until is not None:
        events = events.filter(at__lte=wanted.until)
    ends = events.aggregate(first=Min("id"), last=Max("id"))
    return (0, 0) if ends["first"] is None else (ends["first"], ends["last"] + 1)


def _look(
    wanted: Wanted, before: int | None, limit: int, span: tuple[int, int] | None = None
) -> tuple[list[Event], int | None]:
    """The next events, and before which to go on; None at the end of them.

    `span` is that of what is wanted, for whoever goes on through all of it.
    """
    events = wanted.events()
    if wanted.record is not None:  # an index has these
        page = events if before is None else events.filter(id__lt=before)
        found = list(page[: limit + 1])
        return found[:limit], found[limit - 1].id if len(found) > limit else None
    first, end = span or _span(wanted)
    high = end if before is None else before
    until, found = time.monotonic() + PATIENCE, []
    while high > first and len(found) < limit:
        low = max(high - STRETCH, first)
        some = list(events.filter(id__lt=high, id__gte=low)[: limit - len(found)])
        found += some
        high = found[-1].id if len(found) == limit else low
        if time.monotonic() > until:
            break
    return found, high if high > first else None


def describe(asker: Asker, events: Sequence[Event]) -> list[Entry]:
    """The events as the asker may know them: of records they do not see, only that they are."""
    declared = {t.name: t for t in types()}
    by_object: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_object[event.object].append(event)
    told: dict[int, dict[str, Any]] = {}
    for name, some in by_object.items():
        if name in declared:
            told |= _of_records(asker, declared[name], some)
        else:
            told |= _of_others(asker, name, some)
    changes = [change for one in told.values() for change in one["changes"]]
    linked = [c for c in changes if c["name"] in USERS]
    ids = {UUID(c[side]) for c in linked for side in ("old", "new") if c[side]}
    names = actor_names({event.actor_id for event in events} | ids)
    for change in linked:
        _name_users(change, names)
    labels, values = fact_labels(), fact_values()
    for change in changes:
        if "label" not in change:
            name_fact(change, labels, values)
    return [_entry(event, names, told[event.id]) for event in events]


USERS = (
    "user_id",
    "owner_id",
    "given_by_id",
    "placed_by_id",
)  # columns of settings that name a user


def _name_users(change: dict[str, Any], names: dict[UUID, str]) -> None:
    change["name"] = change["name"].removesuffix("_id")
    for side in ("old", "new"):
        if pk := change[side]:
            change[side] = {"id": pk, "label": names.get(UUID(pk), "")}


def _entry(event: Event, names: dict[UUID, str], told: dict[str, Any]) -> Entry:
    actor = event.actor_id
    return {
        "id": str(event.id),
        "at": event.at.isoformat(),
        "actor": {"id": str(actor), "label": names.get(actor, "")} if actor else None,
        "source": event.source,
        "request_id": str(event.request_id) if event.request_id else None,
        "action": event.action,
        "object": event.object,
        **told,
    }


def _of_records(
    asker: Asker, declared: ObjectType, events: Sequence[Event]
) -> dict[int, dict[str, Any]]:
    ids = {event.record_id for event in events}
    labels = labels_of(asker, declared.model, ids)
    sees_all = sees_every(asker, declared)
    seen = declared.model._default_manager.filter(predicate(asker, declared), pk__in=ids)
    alive = set(seen.filter(deleted_at=None).values_list("pk", flat=True))
    known = set(seen.values_list("pk", flat=True))
    fields = asker.shown(declared)
    told = {}
    shown = shown_changes(asker, declared, events)
    for event, changes in zip(events, shown, strict=True):
        sees = sees_all or event.record_id in known
        rows = [_labelled(fields, *one) for one in changes.items()] if sees else []
        if declared.area == "people":
            rows += _raw_changes(event, declared.hidden)
        told[event.id] = {
            "record": {"id": str(event.record_id), "label": labels.get(str(event.record_id))},
            "page": declared.name if event.record_id in alive else None,
            "page_id": str(event.record_id) if event.record_id in alive else None,
            "changes": rows,
            "is_hidden": not sees,
        }
    return told


def _labelled(fields: dict[str, ObjectField], name: str, change: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "label": str(fields[name].label), **change}


def _of_others(asker: Asker, name: str, events: Sequence[Event]) -> dict[int, dict[str, Any]]:
    ids = {event.record_id for event in events}
    labels, on = _hidden(asker, events) if name in ON_ANY_RECORD else _others(asker, name, ids)
    told = {}
    for event in events:
        page, page_id, sees = on.get(event.record_id, (None, None, name not in ON_RECORDS))
        told[event.id] = {
            "record": {
                "id": str(event.record_id),
                "label": labels.get(event.record_id) if sees else None,
            },
            "page": page,
            "page_id": page_id,
            "changes": _raw_changes(event) if sees else [],
            "is_hidden": not sees,
        }
    return told


def _hidden(asker: Asker, events: Sequence[Event]) -> tuple[dict[UUID, str], "On"]:
    """The records that were told of to somebody who does not see them, or not all of them."""
    on = _on(asker, [(e.record_id, (e.changes or {})["object"][1], e.record_id) for e in events])
    by_object: dict[str, set[UUID]] = defaultdict(set)
    for pk, (page, _pk, _sees) in on.items():
        if page:
            by_object[page].add(pk)
    labels = {
        UUID(pk): label
        for page, ids in by_object.items()
        for pk, label in labels_of(asker, object_type(page).model, ids).items()
    }
    return labels, on


MASKED = "masked_answer"
ON_ANY_RECORD = (MASKED, "reveal")  # whose object the event says itself
ON_RECORDS = ("share", "attachment", "erasure", "legal_hold", *ON_ANY_RECORD)
On = dict[UUID, tuple[str | None, str | None, bool]]


def _others(asker: Asker, name: str, ids: set[UUID]) -> tuple[dict[UUID, str], On]:
    """What such are called, and of those on records, on which and whether the asker sees it."""
    match name:
        case "share":
            shares = Share.objects.filter(pk__in=ids).select_related("user", "team")
            called = {s.pk: str(s.user or s.team) for s in shares}
            return called, _on(asker, [(s.pk, s.object, s.record_id) for s in shares])
        case "attachment":
            files = Attachment.objects.filter(pk__in=ids)
            on = _on(asker, [(f.pk, f.object, f.record_id) for f in files if _shows(asker, f)])
            return {f.pk: f.name for f in files}, on
        case "erasure":
            erased = Erasure.objects.filter(pk__in=ids)
            return {}, _on(asker, [(e.pk, e.object, e.record_id) for e in erased])
        case "legal_hold":
            holds = LegalHold.objects.filter(pk__in=ids)
            return {}, _on(asker, [(h.pk, h.object, h.record_id) for h in holds])
        case "retention_rule":
            return dict(RetentionRule.objects.filter(pk__in=ids).values_list("pk", "name")), {}
        case "layout":
            return _layouts(ids), {}
        case "token":
            tokens = Token.objects.filter(pk__in=ids).values_list("pk", "name")
            return dict(tokens), {}
        case "identity_provider":
            return dict(IdentityProvider.objects.filter(pk__in=ids).values_list("pk", "name")), {}
        case "provider_link":
            links = ProviderLink.objects.filter(pk__in=ids).select_related("user")
            return {link.pk: str(link.user) for link in links}, {}
        case "webhook":
            return dict(Webhook.objects.filter(pk__in=ids).values_list("pk", "name")), {}
        case "custom_object":
            objects = CustomObject.objects.filter(pk__in=ids)
            return {o.pk: str(in_language(o.labels)) for o in objects}, {}
        case "custom_field":
            fields = CustomField.objects.filter(pk__in=ids)
            return {f.pk: f"{f.object}.{f.key}" for f in fields}, {}
        case "sign_in" | "sign_in_refused" | "sign_out" | "password":
            return dict(User.objects.filter(pk__in=ids).values_list("pk", "full_name")), {}
    return {}, {}


def _shows(asker: Asker, file: Attachment) -> bool:
    """Whether the asker sees the field that the file is a value of, if it is one."""
    if not file.field:
        return True
    name = f"{CUSTOM}.{file.field}"
    return is_declared(file.object) and name in asker.fields(object_type(file.object))


def _layouts(ids: set[UUID]) -> dict[UUID, str]:
    """Each by the object it arranges, and for whom."""
    called = kinds()
    return {
        layout.pk: f"{called.get(layout.object, layout.object)}"
        f" · {layout.role.label if layout.role else _('everyone')}"
        for layout in Layout.objects.filter(pk__in=ids).select_related("role")
    }


def _on(asker: Asker, of: Iterable[tuple[UUID, str, UUID]]) -> On:
    declared = {t.name: t for t in types()}
    by_object: dict[str, dict[UUID, UUID]] = defaultdict(dict)
    for pk, name, record in of:
        if name in declared:  # an area may be switched off after it was used
            by_object[name][pk] = record
    found: On = {}
    for name, records in by_object.items():
        seen = declared[name].model._default_manager.filter(
            predicate(asker, declared[name]), pk__in=records.values()
        )
        alive = set(seen.values_list("pk", flat=True))
        for pk, record in records.items():
            sees = record in alive
            found[pk] = (name if sees else None, str(record) if sees else None, sees)
    return found


def _raw_changes(event: Event, only: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """What changed of a setting, as it is stored; of what is nested, each part."""
    return [
        {"name": name, "old": old, "new": new}
        for column, (before, after) in (event.changes or {}).items()
        if only is None or column in only
        for name, old, new in _parts(column, before, after)
    ]


def _parts(name: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    if not isinstance(old, dict) and not isinstance(new, dict):
        yield name, old, new
        return
    before = old if isinstance(old, dict) else {}
    after = new if isinstance(new, dict) else {}
    for key in dict.fromkeys([*before, *after]):
        if before.get(key) != after.get(key):
            yield from _parts(f"{name}.{key}", before.get(key), after.get(key))
