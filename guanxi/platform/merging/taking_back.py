"""Taking a merge back: everything is where it was, and what was done since is kept."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg import sql

from guanxi.platform.access.predicate import Asker, get_permitted, require_visible
from guanxi.platform.events.context import acting_meanwhile
from guanxi.platform.events.undo import Undoing, custom_key, custom_values
from guanxi.platform.files.models import Attachment
from guanxi.platform.merging.models import Merge, MergedRecord
from guanxi.platform.merging.moving import Moving
from guanxi.platform.merging.references import Referrer, referrers
from guanxi.platform.merging.services import take_fields, touch
from guanxi.platform.objects.columns import derived_from
from guanxi.platform.objects.errors import DomainError, Invalid, NotAllowed, NotFound
from guanxi.platform.objects.record import object_name
from guanxi.platform.objects.registry import ObjectField, ObjectType, object_type
from guanxi.platform.objects.writing import told

WRITE_BACK = sql.SQL("""
update {table} t set {assignments}
from (select %s::jsonb as was) w, jsonb_populate_record(null::{table}, w.was) p
where t.id = %s
""")
Keep = Literal["survivor", "absorbed"]


class MergeNotUndoable(DomainError):
    """It was taken back before, is too old, or another merge was built on it."""

    status, code = 409, "merge_state"


class MergeConflict(DomainError):
    """Fields that the merge set were changed since: somebody has to say whose the change is."""

    status, code = 409, "merge_conflict"


@dataclass(frozen=True)
class Resolved:
    """What the person says of what was done since the merge.

    `edits`: who keeps the change of a field that the merge had set; the survivor keeps it, or gets
    its old value back while the record that the merged value came from gets the change. `given`:
    {object: an absorbed record} to which its references made since go; others stay.
    """

    edits: Mapping[str, Keep] = field(default_factory=dict)
    given: Mapping[str, UUID] = field(default_factory=dict)


@transaction.atomic
def undo_merge(*, asker: Asker, pk: UUID, resolved: Resolved | None = None) -> Merge:
    """Bring what was merged back into use, with all that belonged to it.

    Raises NotFound, NotAllowed, MergeNotUndoable, Invalid, or MergeConflict with `conflicts`: each
    field that was changed since, as far as the asker sees it, its value now and the one it would
    get back.
    """
    resolved = resolved or Resolved()
    merge = Merge.objects.filter(pk=pk).first()
    if merge is None:
        raise NotFound
    declared = object_type(merge.object)
    _require_permitted(asker, declared, merge)
    everyone = declared.model._base_manager.filter(pk__in=[merge.survivor_id, *merge.absorbed])
    list(everyone.order_by("pk").select_for_update().values_list("pk"))
    merge = Merge.objects.select_for_update().get(pk=pk)
    _refuse_too_late(merge)
    get_permitted(asker.without_shares(), declared.model, merge.survivor_id, "change")
    undoing = _own_fields(asker, declared, merge)
    conflicts = _changed_since(undoing)
    seen = asker.fields(declared)
    if undecided := [c for n, c in conflicts.items() if n in seen and n not in resolved.edits]:
        message = _("Some of it was changed since. Say whose the change is.")
        about = {"merge": str(merge.pk), "survivor": str(merge.survivor_id)}
        raise MergeConflict(message, conflicts=undecided, **about)
    decided = {n: resolved.edits[n] for n in conflicts if n in seen}
    with acting_meanwhile(actor_id=asker.user.pk, source=f"merge:{pk}:undo", request_id=None):
        Moving(merge, declared).back()
        _give(merge, declared, resolved.given)
        if declared.merging:
            declared.merging.before_fields(merge.survivor_id)
        MergedRecord.objects.filter(merge=merge).delete()
        # A change of what the asker does not see stays where it was made.
        kept = {name for name in conflicts if decided.get(name, "survivor") == "survivor"}
        _hand_over(merge, declared, asker, [name for name in conflicts if name not in kept])
        _write_back(undoing, merge.survivor_id, kept)
        with told(declared):  # a value that one record alone may have is free again, or another's
            declared.model._base_manager.filter(pk__in=merge.absorbed).update(deleted_at=None)
        _files_back(merge, declared, asker)
        merge.deleted_at = timezone.now()
        merge.save(update_fields=["deleted_at"])
    return merge


def may_undo(merge: Merge) -> bool:
    """Whether it is neither taken back nor too old; that another was built on it shows later."""
    return merge.deleted_at is None and merge.undo_until > timezone.now()


def conflicts_of(asker: Asker, declared: ObjectType, merge: Merge) -> list[dict[str, Any]]:
    """The fields that it set and somebody changed since, of those the asker sees."""
    seen = asker.fields(declared)
    found = _changed_since(_own_fields(asker, declared, merge))
    return [c for name, c in found.items() if name in seen]


def title_before(asker: Asker, declared: ObjectType, merge: Merge) -> str | None:
    """What the survivor was called, if the merge gave it another's title."""
    column = declared.own_fields[declared.title].column.attname
    return (_own_fields(asker, declared, merge).was() or {}).get(column)


def made_since(merge: Merge, declared: ObjectType) -> dict[str, int]:
    """How many references the survivor got since the merge, by object."""
    found = {}
    for referrer in _rows_of(declared):
        made = sum(_since(merge, referrer, column).count() for column in referrer.columns)
        if made:
            found[object_name(referrer.model)] = made
    return found


def _require_permitted(asker: Asker, declared: ObjectType, merge: Merge) -> None:
    """Raises NotFound for a merge into a record the asker does not see, or NotAllowed."""
    if not asker.may("merge", declared):
        raise NotAllowed(_("Your role does not allow merging."))
    if not MergedRecord.objects.filter(record_id=merge.survivor_id).exists():
        require_visible(asker, declared.model, merge.survivor_id)


def _refuse_too_late(merge: Merge) -> None:
    if merge.deleted_at is not None:
        raise MergeNotUndoable(_("This merge was taken back already."))
    if merge.undo_until < timezone.now():
        raise MergeNotUndoable(_("This merge is too old to be taken back."))
    ids = [merge.survivor_id]
    later = Merge.objects.filter(deleted_at=None, created_at__gt=merge.created_at)
    built = later.filter(survivor_id=merge.survivor_id) | later.filter(absorbed__overlap=ids)
    if newest := built.order_by("-created_at").first():
        message = _("The record was merged again since. Take that merge back first.")
        raise MergeNotUndoable(message, later=str(newest.pk))


def _own_fields(asker: Asker, declared: ObjectType, merge: Merge) -> Undoing:
    """What the merge changed of the survivor's own fields; tags it got are rows of their own."""
    undoing = Undoing(
        asker, declared, merge.pk, [], {}, actor_id=merge.actor_id, only=merge.survivor_id
    )
    undoing.find()
    return undoing


def _changed_since(undoing: Undoing) -> dict[str, dict[str, Any]]:
    sets = _sets(undoing.declared)
    return {c["field"]: c for c in undoing.conflicts() if c["field"] not in sets}


def _sets(declared: ObjectType) -> set[str]:
    """The fields that are sets of links: what the merge added to them goes, the rest stays."""
    return {f.name for f in declared.own_fields.values() if f.type.name == "tags"}


def _write_back(undoing: Undoing, survivor: UUID, kept: set[str]) -> None:
    """Give the survivor its old values, with what is stored beside them, in one statement."""
    undoing.keep_files()
    declared, was = undoing.declared, undoing.was() or {}
    fields: list[Any] = [f.column for f in declared.own_fields.values()]
    names: dict[str, str] = {c.attname: c.name for c in fields}
    own = [c for c in was if names.get(c, c) not in kept | _sets(declared)]
    if not own:
        touch(declared, survivor)
        return
    derived = derived_from([names.get(c, c) for c in own], declared.model)
    was |= {d.attname: d.of(was[d.source]) for d in derived}
    columns = [*own, *(d.attname for d in derived)]
    parts = [sql.SQL("{0} = p.{0}").format(sql.Identifier(c)) for c in columns if not custom_key(c)]
    if custom := [c for c in own if custom_key(c)]:
        parts.append(custom_values(custom, was=sql.SQL("w.was")))
    statement = WRITE_BACK.format(
        table=sql.Identifier(declared.model._meta.db_table), assignments=sql.SQL(", ").join(parts)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(None), [json.dumps(was), survivor])


def _hand_over(merge: Merge, declared: ObjectType, asker: Asker, names: list[str]) -> None:
    """Give what was changed since to the record whose value the merge had taken."""
    fields = {**declared.own_fields, **asker.custom_fields(declared)}
    for name in names:
        if name in merge.chosen:
            taken = [(fields[name], merge.survivor_id)]
            take_fields(declared, UUID(merge.chosen[name]), taken)


def _files_back(merge: Merge, declared: ObjectType, asker: Asker) -> None:
    """A file that was taken with its field is the absorbed record's again."""
    fields: dict[str, ObjectField] = asker.custom_fields(declared)
    for name, pk in merge.chosen.items():
        if (f := fields.get(name)) is not None and f.type.name == "file":
            record: Any = declared.model._base_manager.get(pk=pk)
            file = record.custom.get(f.key)
            Attachment.objects.filter(pk=file).update(record_id=pk, unused_since=None)


def _rows_of(declared: ObjectType) -> list[Referrer]:
    """The tables whose rows know when they were made, and were made by somebody."""
    rows = [r for r in referrers(declared) if r.is_row and not r.is_linking and not r.object]
    return [r for r in rows if not r.model.kept_by_triggers]  # type: ignore[attr-defined]


def _since(merge: Merge, referrer: Referrer, column: str) -> Any:
    made = referrer.rows.filter(created_at__gt=merge.created_at, deleted_at=None)
    return made.filter(**{column: merge.survivor_id})


def _give(merge: Merge, declared: ObjectType, given: Mapping[str, UUID]) -> None:
    """Raises Invalid for an object that has no such references, or a record of another merge."""
    known = {object_name(r.model): r for r in _rows_of(declared)}
    for name, pk in given.items():
        if name not in known or pk not in merge.absorbed:
            message = _("Choose one of the records that come back.")
            raise Invalid([{"field": f"given.{name}", "message": message, "code": "invalid"}])
        for column in known[name].columns:
            _since(merge, known[name], column).update(**{column: pk})
