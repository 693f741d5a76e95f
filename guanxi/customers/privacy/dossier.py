"""Everything the firm holds on one customer: found from the models, so that no table is missed.

A table takes part because it names the customer, as in merging; what hangs on such records comes
with them. Whoever adds a table that is not to be told says so with `leaves_out`, and why. Other
people are named by their initials alone, colleagues not at all.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from guanxi.customers.models import (
    Consent,
    ConsentText,
    Customer,
    ProcessingActivity,
    Purpose,
)
from guanxi.platform.access.models import Share, User
from guanxi.platform.erasing.models import Erasure, LegalHold
from guanxi.platform.events.models import Event
from guanxi.platform.fields.definitions import custom_fields
from guanxi.platform.fields.links import links_to
from guanxi.platform.files.models import Attachment
from guanxi.platform.live.models import Presence
from guanxi.platform.masking.masks import mask_name
from guanxi.platform.merging.models import MergedRecord
from guanxi.platform.merging.redirects import absorbed_by
from guanxi.platform.merging.references import naming
from guanxi.platform.notifications.models import Follow, Notification
from guanxi.platform.objects.columns import DerivedField
from guanxi.platform.objects.custom_values import CUSTOM
from guanxi.platform.objects.registry import (
    ObjectType,
    is_declared,
    is_registered,
    object_type,
    type_of_model,
    types,
)
from guanxi.platform.objects.scopes import Through
from guanxi.platform.search.models import RecentRecord, SearchText
from guanxi.platform.webhooks.models import WebhookDelivery

Model = type[models.Model]
Row = dict[str, Any]
MOST_EVENTS = 20_000
COPY_OF, COPY = "privacy_request", "copy"  # the object and field of the copy itself
BOOKKEEPING = ("deleted_at", "custom")  # told in another way

_left_out: dict[Model, str] = {}


def leaves_out(model: Model, why: str) -> None:
    """Tell nothing of this table in a customer's copy, for the reason given."""
    _left_out[model] = why


def reasons_to_leave_out() -> dict[Model, str]:
    return dict(_left_out)


leaves_out(Event, "Told as the history.")
leaves_out(Erasure, "That a record was erased: nothing is held on it any more.")
leaves_out(LegalHold, "Why the firm must keep a record: its reasons belong to a dispute.")
leaves_out(Attachment, "Told as the files, which are in the copy.")
leaves_out(MergedRecord, "Told as the records that were merged into this one.")
leaves_out(SearchText, "Words of what is told already, to find it by.")
leaves_out(Presence, "Which colleague has the page open at this moment.")
leaves_out(RecentRecord, "Which pages a colleague opened last.")
leaves_out(Notification, "Which colleague was told of a change; the change is in the history.")
leaves_out(Follow, "Which colleague wants to be told of changes.")
leaves_out(Share, "Which colleagues work on the record: nobody outside the firm.")


@dataclass
class Part:
    """The rows of one table, by the names of their columns, and what those are called."""

    name: str
    label: str
    labels: dict[str, str]
    rows: list[Row] = field(default_factory=list)


@dataclass
class Dossier:
    """All that is held: tables, files, history, who got it, and what for."""

    customer: UUID
    ids: list[UUID]  # the customer's, and those of the records merged into it
    parts: list[Part] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    history: list[Row] = field(default_factory=list)
    recipients: list[Row] = field(default_factory=list)
    purposes: list[Row] = field(default_factory=list)
    register: list[Row] = field(default_factory=list)


def collect(customer: UUID) -> Dossier:
    """Read everything, a statement a table; labels are in the language that is spoken now."""
    declared = object_type("customer")
    ids = [customer, *absorbed_by([customer])]
    found = Dossier(customer, ids)
    records: dict[str, list[UUID]] = {declared.name: ids}
    own = _records(declared, Q(pk__in=ids), ids)
    own.rows.sort(key=lambda row: row["id"] != str(customer))
    found.parts.append(own)
    for part, of, pks in _tables(declared, ids):
        found.parts.append(part)
        if of is not None:
            records.setdefault(of.name, []).extend(pks)
    _hanging(found, records, ids)
    _linked(found, declared, ids)
    _texts_agreed_to(found)
    found.files = list(_files(records))
    found.history = list(_history(declared, ids))
    found.recipients = list(_recipients(ids))
    found.purposes = [
        {"name": p.name, "legal_basis": p.get_legal_basis_display()}
        for p in Purpose.objects.filter(deleted_at=None).order_by("created_at", "pk")
    ]
    found.register = [
        {"name": a.name, "data": a.data, "recipients": a.recipients, "retention": a.retention}
        for a in ProcessingActivity.objects.filter(deleted_at=None).order_by("name")
    ]
    found.parts = [part for part in found.parts if part.rows]
    return found


def told_of(declared: ObjectType) -> Iterator[tuple[Model, tuple[str, ...]]]:
    """The tables that a copy is made of, with the columns that name records of the object."""
    for referrer in naming(declared):
        if referrer.model not in _left_out:
            yield referrer.model, referrer.columns


def _tables(
    declared: ObjectType, ids: Sequence[UUID]
) -> Iterator[tuple[Part, ObjectType | None, list[UUID]]]:
    for model, columns in told_of(declared):
        named = Q()
        for column in columns:
            named |= Q(**{f"{column}__in": ids})
        if any(f.name == "object" for f in model._meta.fields) and columns == ("record_id",):
            named &= Q(object=declared.name)
        of = type_of_model(model) if is_registered(model) else None
        part = _records(of, named, ids) if of else _rows(model, named, ids)
        yield part, of, [UUID(row["id"]) for row in part.rows] if of else []


def _hanging(found: Dossier, records: dict[str, list[UUID]], ids: Sequence[UUID]) -> None:
    """What is seen through the records that were found: the lines of orders, and so on."""
    told = set(records)
    waiting = [name for name in records if name != "customer"]
    while waiting:
        parent = object_type(waiting.pop(0))
        for child in types():
            links = [r.field for r in child.scope if isinstance(r, Through)]
            over = [
                link
                for link in links
                if child.model._meta.get_field(link).related_model is parent.model
            ]
            if child.name in told or not over:
                continue
            told.add(child.name)
            part = _records(child, Q(**{f"{over[0]}__in": records[parent.name]}), ids)
            found.parts.append(part)
            records[child.name] = [UUID(row["id"]) for row in part.rows]
            waiting.append(child.name)


def _linked(found: Dossier, declared: ObjectType, ids: Sequence[UUID]) -> None:
    """The records that name the customer in a field of the firm's own, beside those told already.

    What hangs on them is not the customer's; another customer is told of by initials alone.
    """
    naming_by_link: dict[str, set[UUID]] = {}
    for link in links_to(ids):
        naming_by_link.setdefault(link.field.object, set()).add(link.record_id)
    told = {part.name: part for part in found.parts}
    for name, pks in naming_by_link.items():
        if not is_declared(name):
            continue
        of = object_type(name)
        part = _records(of, Q(pk__in=pks), ids)
        if of is declared:
            part = _others(part, ids)
        if name in told:
            known = {row["id"] for row in told[name].rows}
            told[name].rows += [row for row in part.rows if row["id"] not in known]
        else:
            found.parts.append(part)


def _others(part: Part, ids: Sequence[UUID]) -> Part:
    own = {str(pk) for pk in ids}
    part.rows = [
        {"id": row["id"], "name": mask_name(row["name"])}
        for row in part.rows
        if row["id"] not in own
    ]
    return part


def _records(of: ObjectType, condition: Q, ids: Sequence[UUID]) -> Part:
    """The records of a declared object, those in the recycle bin too, with its firm's fields."""
    custom = {f.key: str(f.label) for f in custom_fields(of).values() if f.computation is None}
    part = _rows(of.model, condition, ids, fixed=of.fixed, custom=custom, hidden=of.hidden)
    part.name, part.label = of.name, str(of.label_plural)
    _open(of, part)
    return part


def _open(of: ObjectType, part: Part) -> None:
    """Put what records keep sealed in the place of its mask: the customer's copy holds all."""
    if of.seals is None:
        return
    name, unseal = of.seals
    kept = of.model._base_manager.in_bulk([UUID(row["id"]) for row in part.rows])
    for row in part.rows:
        row[name] = unseal(kept[UUID(row["id"])]) or row[name]


def _rows(
    model: Model,
    condition: Q,
    ids: Sequence[UUID],
    *,
    fixed: Any = None,
    custom: dict[str, str] | None = None,
    hidden: Collection[str] = (),
) -> Part:
    """The rows of a table with all their columns but those that name colleagues or are hidden."""
    columns = [f for f in model._meta.concrete_fields if _is_told(f) and f.name not in hidden]
    labels = {f.name: str(f.verbose_name) for f in columns}
    records = model._base_manager.filter(condition, **(fixed or {}))
    has_custom = bool(custom) and any(f.name == CUSTOM for f in model._meta.fields)
    names = [f.attname for f in columns] + (["deleted_at"] if _has_bin(model) else [])
    values = list(records.values(*names, *([CUSTOM] if has_custom else [])))
    linked = {f.name: _labels(f, values, ids) for f in columns if f.is_relation}
    part = Part(model._meta.db_table, str(model._meta.verbose_name_plural), labels)
    for value in values:
        row = {f.name: _shown(f, value[f.attname], linked) for f in columns}
        if value.get("deleted_at"):
            row["deleted_at"] = value["deleted_at"]
        for key, label in (custom or {}).items():
            if has_custom and key in (value[CUSTOM] or {}):
                row[f"{CUSTOM}.{key}"] = value[CUSTOM][key]
                labels.setdefault(f"{CUSTOM}.{key}", label)
        part.rows.append(row)
    return part


def _is_told(f: Any) -> bool:
    follows = isinstance(f, DerivedField) or f.name in BOOKKEEPING
    return not follows and not (f.is_relation and f.related_model is User)


def _has_bin(model: Model) -> bool:
    return any(f.name == "deleted_at" for f in model._meta.fields)


def _shown(f: Any, value: Any, linked: dict[str, dict[UUID, str]]) -> Any:
    if value is None:
        return None
    if f.is_relation:
        return linked[f.name].get(value, "")
    if f.flatchoices:
        said = dict(f.flatchoices)
        if isinstance(value, list):
            return [str(said.get(one, one)) for one in value]
        return str(said.get(value, value))
    return str(value) if isinstance(value, UUID) else value


def _labels(f: Any, values: Iterable[Row], own: Sequence[UUID]) -> dict[UUID, str]:
    """What the linked records are called; other customers by their initials."""
    target = f.related_model
    wanted = {value[f.attname] for value in values} - {None}
    if not wanted or not is_registered(target):
        return {}
    title = type_of_model(target).title
    named = target._base_manager.filter(pk__in=wanted).values_list("pk", title)
    is_other = target is Customer
    return {
        pk: mask_name(str(name)) if is_other and pk not in own else str(name) for pk, name in named
    }


def _texts_agreed_to(found: Dossier) -> None:
    """The texts that consents name by their version."""
    consents = ConsentText.objects.filter(
        pk__in=models.Subquery(_consents(found.ids).values("text"))
    )
    part = _records(object_type("consent_text"), Q(pk__in=consents.values("pk")), found.ids)
    found.parts.append(part)


def _consents(ids: Sequence[UUID]) -> "models.QuerySet[Any]":
    return Consent.objects.filter(customer__in=ids)


def _files(records: dict[str, list[UUID]]) -> Iterator[Attachment]:
    """The files of all these records, those in fields and in the recycle bin included."""
    for name, ids in records.items():
        found = Attachment.objects.filter(object=name, record_id__in=ids)
        yield from found.exclude(object=COPY_OF, field=COPY).order_by("id")


def _history(declared: ObjectType, ids: Sequence[UUID]) -> Iterator[Row]:
    """Where each value came from and what it was before; who of the firm did it is not told."""
    columns = {f.column.attname: str(f.label) for f in declared.own_fields.values()}
    columns |= {name: str(f.label) for name, f in custom_fields(declared).items()}
    events = Event.objects.filter(object=declared.name, record_id__in=ids).order_by("-id")
    for event in reversed(events[:MOST_EVENTS]):
        row = {"at": event.at, "source": event.source.partition(":")[0], "action": event.action}
        changes = {c: pair for c, pair in (event.changes or {}).items() if c in columns}
        if not changes:
            yield row
        for column, (old, new) in changes.items():
            told = column not in ("owner_id",)
            yield {**row, "field": columns[column], "old": old if told else None,
                   "new": new if told else None}  # fmt: skip


def _recipients(ids: Sequence[UUID]) -> Iterator[Row]:
    """Programs outside that were told of the customer, and exported lists of customers."""
    told = WebhookDelivery.objects.filter(
        record_ids__overlap=list(ids), state=WebhookDelivery.State.DELIVERED
    ).select_related("webhook")
    for delivery in told.order_by("id"):
        yield {"at": delivery.finished_at, "kind": "webhook", "to": delivery.webhook.host}
    since = Customer._base_manager.filter(pk__in=ids).aggregate(at=models.Min("created_at"))["at"]
    exports = Event.objects.filter(object="export", at__gte=since).order_by("id")
    for event in exports:
        facts = {key: new for key, (_old, new) in (event.changes or {}).items()}
        if facts.get("object") == "customer":
            yield {"at": event.at, "kind": "export", "to": "", "fields": facts.get("fields")}
