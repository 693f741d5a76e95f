"""What happened to a record, for those who may see it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from guanxi.platform.access.models import Share, User
from guanxi.platform.access.predicate import Asker, predicate
from guanxi.platform.events.models import Event
from guanxi.platform.files.models import Attachment
from guanxi.platform.objects.errors import NotFound
from guanxi.platform.objects.record import Row, object_name
from guanxi.platform.objects.registry import ObjectField, ObjectType
from guanxi.platform.objects.rows import labels_of

Changes = dict[str, dict[str, Any]]

# Of what else the history of a record tells, in one statement: every page of a record asks it.
BESIDE = """
select id, name, true from platform_attachment
where object = %(object)s and record_id = %(id)s
union all
select s.id, coalesce(u.full_name, t.name), false from platform_share s
left join platform_user u on u.id = s.user_id
left join platform_team t on t.id = s.team_id
where s.object = %(object)s and s.record_id = %(id)s
"""


def shown_changes(asker: Asker, object_type: ObjectType, events: Sequence[Event]) -> list[Changes]:
    """What each event changed of the fields the asker may see, as {"old", "new"}."""
    fields = asker.fields(object_type)
    by_column = visible_columns(asker, object_type)
    changes = [_shown_changes(by_column, e) for e in events]
    links = {n: f for n, f in fields.items() if f.type.name in ("link", "tags") and f.target}
    _label_links(asker, links, changes)
    return changes


def visible_columns(asker: Asker, object_type: ObjectType) -> dict[str, ObjectField]:
    """The object's own fields that the asker may see, by the column as events name it."""
    fields = asker.fields(object_type)
    return {
        f.column.attname: f for name, f in fields.items() if name not in object_type.contributed
    }


def _shown_changes(by_column: dict[str, ObjectField], event: Event) -> Changes:
    return {
        by_column[column].name: {"old": _shown(old), "new": _shown(new)}
        for column, (old, new) in (event.changes or {}).items()
        if column in by_column
    }


def _shown(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _shown_file(event: Event, files: dict[UUID, str]) -> dict[str, Any] | None:
    """The file an event is about, by its present name, and by the former one if it got another."""
    if event.record_id not in files:
        return None
    former, _name = (event.changes or {}).get("name", (None, None))
    return {"id": str(event.record_id), "label": files[event.record_id], "former": former}


def _beside(object_type: ObjectType, pk: UUID) -> tuple[dict[UUID, str], dict[UUID, str]]:
    """The record's files by their names, and its shares by whom it is or was shared with."""
    files: dict[UUID, str] = {}
    shares: dict[UUID, str] = {}
    with connection.cursor() as cursor:
        cursor.execute(BESIDE, {"object": object_type.name, "id": pk})
        for beside, name, is_file in cursor.fetchall():
            (files if is_file else shares)[beside] = name
    return files, shares


def _label_links(asker: Asker, links: dict[str, ObjectField], items: list[Changes]) -> None:
    """Replace the ids that links and tags changed between by {id, label}, one query a target."""
    wanted: dict[type[Row], set[str]] = defaultdict(set)
    for f, change in _changes_of(links, items):
        if f.target is not None:
            for value in change.values():
                wanted[f.target] |= set(value) if isinstance(value, list) else {value} - {None}
    labels = {model: labels_of(asker, model, ids) for model, ids in wanted.items()}

    def named(model: type[Row], pk: str) -> dict[str, Any]:
        return {"id": pk, "label": labels[model].get(pk)}

    for f, change in _changes_of(links, items):
        for side, value in change.items():
            if f.target is not None and value is not None:
                many = isinstance(value, list)
                shown = [named(f.target, pk) for pk in value] if many else named(f.target, value)
                change[side] = shown


def _changes_of(
    links: dict[str, ObjectField], items: list[Changes]
) -> Iterator[tuple[ObjectField, dict[str, Any]]]:
    for changes in items:
        for name, change in changes.items():
            if name in links:
                yield links[name], change


def actor_names(ids: set[UUID | None]) -> dict[UUID, str]:
    """The full names of users, those who left included."""
    known = [pk for pk in ids if pk is not None]
    return dict(User.objects.filter(pk__in=known).values_list("pk", "full_name"))


def record_history(
    asker: Asker, object_type: ObjectType, pk: UUID, *, before: int | None = None, limit: int = 50
) -> dict[str, Any]:
    """{"items", "next"}: the events of one record, newest first.

    Raises NotFound for a record, in use or in the bin, that the asker may not see.
    """
    seen = object_type.model._default_manager.filter(predicate(asker, object_type), pk=pk)
    if not seen.exists():
        raise NotFound
    return history_of_visible(asker, object_type, pk, before=before, limit=limit)


def history_of_visible(
    asker: Asker,
    object_type: ObjectType,
    pk: UUID,
    *,
    before: int | None = None,
    until: dt.datetime | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """The history of a record that the asker is known to see; `until` is the instant of an event.

    What happened to its files and with whom it was shared belongs to it. A change of nothing but
    fields the asker may not see is no event to them.
    """
    by_column = visible_columns(asker, object_type)
    files, shares = _beside(object_type, pk)
    told = Q(changes__isnull=True) | Q(changes__has_any_keys=[*by_column, "deleted_at"])
    own = Q(object=object_type.name) & told
    beside = Q(object__in=[object_name(Attachment), object_name(Share)])
    ids = [pk, *files, *shares]
    events = Event.objects.filter(own | beside, record_id__in=ids).order_by("-id")
    if before is not None:
        events = events.filter(id__lt=before)
    if until is not None:
        events = events.filter(at__lte=until)
    found = list(events[: limit + 1])
    names = actor_names({e.actor_id for e in found})
    of_record = [e for e in found[:limit] if e.record_id == pk]
    changes = dict(
        zip([e.id for e in of_record], shown_changes(asker, object_type, of_record), strict=True)
    )
    items = [
        {
            "id": str(e.id),
            "at": e.at.isoformat(),
            "actor": {"id": str(e.actor_id), "label": names.get(e.actor_id, "")}
            if e.actor_id
            else None,
            "source": e.source,
            "action": e.action,
            "changes": changes.get(e.id, {}),
            "file": _shown_file(e, files),
            "shared_with": shares.get(e.record_id),
            "request_id": str(e.request_id) if e.request_id else None,
            "can_undo": bool(e.request_id and e.actor_id == asker.user.pk and e.record_id == pk),
        }
        for e in found[:limit]
    ]
    return {"items": items, "next": str(found[limit - 1].id) if len(found) > limit else None}
