"""What happened to a record, for those who may see it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from guanxi.platform.access.models import Share, User
from guanxi.platform.access.predicate import Asker, predicate
from guanxi.platform.events.models import Event
from guanxi.platform.files.in_fields import described
from guanxi.platform.files.models import Attachment
from guanxi.platform.masking.masks import masked_value
from guanxi.platform.merging.models import Merge
from guanxi.platform.merging.redirects import absorbed_by
from guanxi.platform.objects.errors import NotFound
from guanxi.platform.objects.record import Row, object_name
from guanxi.platform.objects.registry import ObjectField, ObjectType
from guanxi.platform.objects.rows import labels_of, title_shown

Changes = dict[str, dict[str, Any]]

# A record's own events and those of what hangs on it, by its present label, in one statement: every
# page of a record asks it.
HISTORY = """
with beside as (
    select id, name as label, true as is_file from platform_attachment
    where object = %(object)s and record_id = %(id)s and field = ''
    union all
    select s.id, coalesce(u.full_name, t.name), false from platform_share s
    left join platform_user u on u.id = s.user_id
    left join platform_team t on t.id = s.team_id
    where s.object = %(object)s and s.record_id = %(id)s
    union all
    select m.id, null, null from platform_merge m
    where m.object = %(object)s and (m.survivor_id = any(%(ids)s) or m.absorbed && %(ids)s)
)
select e.id, e.at, e.object, e.record_id, e.action, e.changes, e.actor_id, e.source, e.request_id,
    b.label as beside, b.is_file, actor.full_name as actor_name, m.survivor_id, m.absorbed,
    m.deleted_at as taken_back_at
from platform_event e
left join beside b on b.id = e.record_id
left join platform_user actor on actor.id = e.actor_id
left join platform_merge m on m.id = case
    when e.object = 'merge' then e.record_id
    when e.source like 'merge:%%' then split_part(e.source, ':', 2)::uuid end
where e.record_id = any(%(ids)s || array(select id from beside))
    -- What a merge took out of use, and what moved with it, is told by the merge.
    and (m.id is null or e.object = 'merge'
        or e.object = %(object)s
            and not (e.record_id = any(m.absorbed) and e.changes ? 'deleted_at'))
    and (e.object = any(%(objects_beside)s)
        or e.object = %(object)s and (e.changes is null or e.changes ?| %(columns)s))
    and (%(before)s::bigint is null or e.id < %(before)s)
    and (%(until)s::timestamptz is null or e.at <= %(until)s)
order by e.id desc
limit %(limit)s
"""
BESIDE = [object_name(Attachment), object_name(Share), object_name(Merge)]


def shown_changes(asker: Asker, object_type: ObjectType, events: Sequence[Event]) -> list[Changes]:
    """What each event changed of the fields the asker may see, as {"old", "new"}."""
    by_column = visible_columns(asker, object_type)
    changes = [_shown_changes(by_column, e) for e in events]
    name_values(asker, object_type, changes)
    return changes


def name_values(asker: Asker, object_type: ObjectType, changes: list[Changes]) -> None:
    """Put what people see in place of the ids that links, tags and files have as values."""
    fields = asker.fields(object_type)
    links = {n: f for n, f in fields.items() if f.type.name in ("link", "tags") and f.target}
    _label_links(asker, links, changes)
    _name_files({n: f for n, f in fields.items() if f.type.name == "file"}, changes)


def visible_columns(asker: Asker, object_type: ObjectType) -> dict[str, ObjectField]:
    """The object's own fields that the asker may see, by the column as events name it."""
    fields = asker.shown(object_type)
    return {
        f.column.attname: f for name, f in fields.items() if name not in object_type.contributed
    }


def _shown_changes(by_column: dict[str, ObjectField], event: Event) -> Changes:
    return {
        by_column[column].name: {
            "old": _shown(by_column[column], old),
            "new": _shown(by_column[column], new),
        }
        for column, (old, new) in (event.changes or {}).items()
        if column in by_column
    }


def _shown(f: ObjectField, value: Any) -> Any:
    if f.is_masked:
        return masked_value(f.mask_kind, value)
    return str(value) if isinstance(value, Decimal) else value


def _shown_file(event: Any) -> dict[str, Any] | None:
    """The file an event is about, by its present name, and by the former one if it got another."""
    if not event.is_file:
        return None
    former, _name = (event.changes or {}).get("name", (None, None))
    return {"id": str(event.record_id), "label": event.beside, "former": former}


def _is_whole(event: Any, pk: UUID) -> bool:
    """Whether the event is a change of the record itself, or a merge that holds still.

    What a merge did to the record goes back with the merge alone.
    """
    if event.survivor_id is None:
        return bool(event.record_id == pk)
    return event.object == object_name(Merge) and event.taken_back_at is None


def _merges(
    asker: Asker, object_type: ObjectType, events: Sequence[Any]
) -> dict[int, dict[str, Any]]:
    """By event what merge it is of, and what that made one with what; one query for all names."""
    told = [e for e in events if e.survivor_id is not None]
    ids = {pk for e in told for pk in (e.survivor_id, *e.absorbed)}
    if not ids:
        return {}
    records = object_type.model._base_manager.filter(pk__in=ids)
    names = dict(records.values_list("pk", object_type.title))

    def link(pk: UUID) -> dict[str, Any]:
        return {"id": str(pk), "label": title_shown(asker, object_type, names.get(pk, ""))}

    return {
        e.id: {
            "id": e.source.split(":")[1],
            "survivor": link(e.survivor_id),
            "absorbed": [link(pk) for pk in e.absorbed],
            "is_taken_back": e.source.endswith(":undo"),
        }
        for e in told
    }


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


def _name_files(files: dict[str, ObjectField], items: list[Changes]) -> None:
    """Replace the ids of files by what is known of them; one that is erased has no label."""
    changes = [change for _f, change in _changes_of(files, items)]
    known = Attachment.objects.in_bulk({pk for c in changes for pk in c.values() if pk})
    for change in changes:
        for side, pk in change.items():
            if pk is not None:
                file = known.get(UUID(pk))
                change[side] = described(file) if file else {"id": pk, "label": None}


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
    ids = [pk, *absorbed_by([pk])] if object_type.merging else [pk]
    may_merge = bool(object_type.merging) and asker.may("merge", object_type)
    asked = {
        "object": object_type.name,
        "id": pk,
        "ids": ids,
        "columns": [*visible_columns(asker, object_type), "deleted_at"],
        "objects_beside": BESIDE,
        "before": before,
        "until": until,
        "limit": limit + 1,
    }
    found: list[Any] = list(Event.objects.raw(HISTORY, asked))
    of_record = [e for e in found[:limit] if e.record_id in ids]
    merged = _merges(asker, object_type, found)
    changes = dict(
        zip([e.id for e in of_record], shown_changes(asker, object_type, of_record), strict=True)
    )
    items = [
        {
            "id": str(e.id),
            "at": e.at.isoformat(),
            "actor": {"id": str(e.actor_id), "label": e.actor_name or ""} if e.actor_id else None,
            "source": e.source,
            "action": e.action,
            "changes": changes.get(e.id, {}),
            "file": _shown_file(e),
            "shared_with": e.beside if e.is_file is False else None,
            "merge": merged.get(e.id),
            "request_id": str(e.request_id) if e.request_id else None,
            # A colleague's merge too, if it was wrong.
            "can_undo": bool(
                e.request_id
                and (may_merge if e.survivor_id else e.actor_id == asker.user.pk)
                and _is_whole(e, pk)
            ),
        }
        for e in found[:limit]
    ]
    return {"items": items, "next": str(found[limit - 1].id) if len(found) > limit else None}
