"""What people see of merges: side by side before, a list of them afterwards."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.events.history import actor_names, name_values
from guanxi.platform.merging.models import Merge
from guanxi.platform.merging.references import Referrer, referrers
from guanxi.platform.merging.services import Prepared, stored_rows
from guanxi.platform.merging.survivorship import Origin, Unit, value_of
from guanxi.platform.merging.taking_back import (
    conflicts_of,
    made_since,
    may_undo,
    title_before,
)
from guanxi.platform.objects.metadata import sentence
from guanxi.platform.objects.record import object_name
from guanxi.platform.objects.registry import ObjectType, is_registered, type_of_model
from guanxi.platform.objects.rows import row_json, title_shown


def side_by_side(prepared: Prepared) -> dict[str, Any]:
    """The records with the proposal for each field, and what moves."""
    asker, declared = prepared.asker, prepared.declared
    fields, writable = asker.shown(declared), asker.writable(declared)
    body = row_json(asker, declared, fields.values())
    records = visible_to(asker, declared.model).filter(pk__in=prepared.rows).annotate(_json=body)
    shown = {pk: json.loads(text) for pk, text in records.values_list("pk", "_json")}
    origins = [o for unit in prepared.units for o in unit.origins.values()]
    people = actor_names({o.actor_id for o in origins})
    return {
        "survivor": prepared.survivor,
        "records": [
            {
                "id": pk,
                "label": title_shown(asker, declared, prepared.rows[pk].get(declared.title, "")),
                "updated_at": prepared.rows[pk]["updated_at"],
                "values": shown[pk],
            }
            for pk in prepared.rows
        ],
        "fields": [
            _unit(unit, people, names, may_choose=all(n in writable for n in names))
            for unit in prepared.units
            if (names := [f.name for f in unit.fields if f.name in fields])
        ],
        "moves": list(_moves(asker, declared, list(prepared.rows))),
    }


def _unit(
    unit: Unit, people: dict[UUID, str], names: list[str], *, may_choose: bool
) -> dict[str, Any]:
    return {
        "names": names,
        "proposed": unit.proposed,
        "reason": unit.reason,
        "differs": unit.differs,
        "may_choose": may_choose,
        "origins": {str(pk): _origin(o, people) for pk, o in unit.origins.items()},
    }


def _origin(origin: Origin, people: dict[UUID, str]) -> dict[str, Any]:
    name = people.get(origin.actor_id) if origin.actor_id else None
    actor = {"id": str(origin.actor_id), "label": name} if name is not None else None
    return {"at": origin.at, "actor": actor, "source": origin.source}


def _moves(asker: Asker, declared: ObjectType, ids: Sequence[UUID]) -> Iterable[dict[str, Any]]:
    """How many rows of each object name each of the records, as far as the asker reads such."""
    for referrer, named in _readable(asker, declared):
        if counts := _counts(referrer, ids):
            yield {**named, "counts": counts}


def _readable(asker: Asker, declared: ObjectType) -> Iterator[tuple[Referrer, dict[str, Any]]]:
    """The tables that name records of the object and that the asker reads, with what they hold."""
    for referrer in referrers(declared):
        label = None
        if is_registered(referrer.model):
            of = type_of_model(referrer.model)
            if not asker.may("read", of):
                continue
            label = sentence(of.label_plural)
        yield referrer, {"object": object_name(referrer.model), "label": label}


def _counts(referrer: Referrer, ids: Sequence[UUID]) -> dict[str, int]:
    counts: dict[str, int] = {}
    live = Q(deleted_at=None) if referrer.is_row else Q()
    for column in referrer.columns:
        rows = referrer.rows.filter(live, **{f"{column}__in": ids}).order_by()
        for pk, n in rows.values_list(column).annotate(n=Count("*")):
            counts[str(pk)] = counts.get(str(pk), 0) + n
    return counts


def merges(
    asker: Asker,
    declared: ObjectType,
    *,
    record: UUID | None = None,
    actor: UUID | None = None,
    before: UUID | None,
    limit: int,
) -> dict[str, Any]:
    """Merges into records that the asker sees, the newest first, taken back ones too.

    Only those that a record took part in, or that somebody made, if one is named.
    """
    seen = visible_to(asker, declared.model)
    found = Merge.objects.filter(object=declared.name, survivor_id__in=seen.values("pk"))
    if record is not None:
        found = found.filter(Q(survivor_id=record) | Q(absorbed__contains=[record]))
    if actor is not None:
        found = found.filter(actor=actor)
    if before is not None and (last := Merge.objects.filter(pk=before).first()):
        older = Q(created_at__lt=last.created_at)
        found = found.filter(older | Q(created_at=last.created_at, pk__lt=last.pk))
    page = list(found.select_related("actor").order_by("-created_at", "-pk")[: limit + 1])
    return {
        "items": described(asker, declared, page[:limit]),
        "next": str(page[limit - 1].pk) if len(page) > limit else None,
    }


def in_full(asker: Asker, declared: ObjectType, merge: Merge) -> dict[str, Any]:
    """One merge, with what taking it back has to do; that is nothing once it is taken back."""
    (shown,) = described(asker, declared, [merge])
    if merge.deleted_at is not None:
        return {**shown, "title_before": None, "moved": [], "made_since": {}, "conflicts": []}
    readable = list(_readable(asker, declared))
    names = {named["object"] for _referrer, named in readable}
    return {
        **shown,
        "title_before": _shown_title(asker, declared, title_before(asker, declared, merge)),
        "moved": [
            {**named, "count": merge.counts[referrer.table]}
            for referrer, named in readable
            if referrer.table in merge.counts
        ],
        "made_since": {o: n for o, n in made_since(merge, declared).items() if o in names},
        "conflicts": _conflicts(asker, declared, merge, shown["absorbed"]),
    }


def _shown_title(asker: Asker, declared: ObjectType, title: str | None) -> str | None:
    return None if title is None else title_shown(asker, declared, title)


def _conflicts(
    asker: Asker, declared: ObjectType, merge: Merge, absorbed: Sequence[dict[str, str]]
) -> list[dict[str, Any]]:
    """As `conflicts_of`, with the record that may get the change, and its own value."""
    fields, rows = asker.fields(declared), stored_rows(declared, merge.absorbed)
    found = conflicts_of(asker, declared, merge)
    givers = {c["field"]: merge.chosen.get(c["field"]) for c in found}
    values = []
    for conflict in found:
        name, giver = conflict["field"], givers[conflict["field"]]
        theirs = value_of(rows[UUID(giver)], fields[name]) if giver else None
        either = {"current": conflict["current"], "would_be": conflict["would_be"]}
        values.append({name: {**either, "theirs": theirs}})
    name_values(asker, declared, values)
    links = {link["id"]: link for link in absorbed}
    return [
        {"field": name, **sides, "absorbed": links.get(givers[name] or "")}
        for value in values
        for name, sides in value.items()
    ]


def described(asker: Asker, declared: ObjectType, page: Sequence[Merge]) -> list[dict[str, Any]]:
    """Merges as the API shows them."""
    ids = {pk for merge in page for pk in (merge.survivor_id, *merge.absorbed)}
    records = declared.model._base_manager.filter(pk__in=ids)
    names = dict(records.values_list("pk", declared.title))
    survivors = [merge.survivor_id for merge in page]
    mine = visible_to(asker.without_shares(), declared.model, "change").filter(pk__in=survivors)
    changeable = set(mine.values_list("pk", flat=True)) if asker.may("merge", declared) else set()

    def link(pk: UUID) -> dict[str, str]:
        return {"id": str(pk), "label": title_shown(asker, declared, names.get(pk, ""))}

    return [
        {
            "id": merge.pk,
            "object": merge.object,
            "survivor": link(merge.survivor_id),
            "absorbed": [link(pk) for pk in merge.absorbed],
            "actor": {"id": str(merge.actor_id), "label": str(merge.actor)},
            "at": merge.created_at,
            "undo_until": merge.undo_until,
            "taken_back_at": merge.deleted_at,
            "can": ["undo"] if may_undo(merge) and merge.survivor_id in changeable else [],
        }
        for merge in page
    ]
