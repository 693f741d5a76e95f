"""Taking a change back, field by field, if nobody changed the field since."""

import json
from collections import defaultdict
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg import sql

from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.events.models import Event
from guanxi.platform.objects.columns import DerivedField
from guanxi.platform.objects.errors import DomainError, NotAllowed, NotFound
from guanxi.platform.objects.registry import ObjectType, object_type

CONFLICTS_SHOWN = 100


class UndoConflict(DomainError):
    """A field was changed again since; nothing is undone."""

    status, code = 409, "undo_conflict"


def _reversal(events: list[Event]) -> dict[str, dict[str, list[Any]]]:
    """Per record and column [value before the request, value after it]."""
    changes: dict[str, dict[str, list[Any]]] = defaultdict(dict)
    now = timezone.now().isoformat()
    for event in events:
        record = changes[str(event.record_id)]
        if event.action == Event.Action.INSERT:
            record["deleted_at"] = [now, None]
        for column, (old, new) in (event.changes or {}).items():
            record[column] = [record[column][0] if column in record else old, new]
    return changes


def _authorize(
    asker: Asker, declared: ObjectType, changes: dict[str, dict[str, list[Any]]]
) -> None:
    writable = {f.column.attname for f in asker.writable(declared).values()}
    for verb, ids in (
        ("delete", [pk for pk, c in changes.items() if "deleted_at" in c]),
        ("change", [pk for pk, c in changes.items() if "deleted_at" not in c]),
    ):
        allowed = visible_to(asker, declared.model, verb) | visible_to(
            asker, declared.model, verb, deleted=True
        )
        if allowed.filter(pk__in=ids).count() < len(ids):
            raise NotAllowed(_("You may no longer change all of these records."))
    touched = {column for c in changes.values() for column in c} - {"deleted_at"}
    if not touched <= writable:
        raise NotAllowed(_("This change was made by an action that cannot be undone."))


def _conflicts(
    declared: ObjectType, changes: dict[str, dict[str, list[Any]]], columns: tuple[str, ...]
) -> list[dict[str, Any]]:
    table = declared.model._meta.db_table
    after = json.dumps(
        [{"id": pk, **{c: v[1] for c, v in ch.items()}} for pk, ch in changes.items()]
    )
    found = []
    with connection.cursor() as cursor:
        for column in columns:
            query = sql.SQL(
                "select t.id, to_jsonb(t.{c}) from {t} t join jsonb_populate_recordset(null::{t}, %s::jsonb) r using (id)"
                " where t.{c} is distinct from r.{c} limit {n}"
            ).format(
                c=sql.Identifier(column), t=sql.Identifier(table), n=sql.Literal(CONFLICTS_SHOWN)
            )
            cursor.execute(query.as_string(None), [after])
            found += [
                {"object": declared.name, "id": str(pk), "field": column.removesuffix("_id"),
                 "current": current, "would_be": changes[str(pk)][column][0]}
                for pk, current in cursor.fetchall()
            ]  # fmt: skip
    return found


def _write_back(
    declared: ObjectType, changes: dict[str, dict[str, list[Any]]], columns: tuple[str, ...]
) -> None:
    derived = [
        c
        for c in declared.model._meta.fields
        if isinstance(c, DerivedField) and c.source in columns
    ]
    before = []
    for pk, change in changes.items():
        values = {c: v[0] for c, v in change.items()}
        before.append(
            {"id": pk, **values, **{d.name: d.derive(values[d.source] or "") for d in derived}}
        )
    assigned = [*columns, *(d.name for d in derived)]
    query = sql.SQL(
        "update {t} t set {assignments} from jsonb_populate_recordset(null::{t}, %s::jsonb) r where t.id = r.id"
    ).format(
        t=sql.Identifier(declared.model._meta.db_table),
        assignments=sql.SQL(", ").join(
            sql.SQL("{0} = r.{0}").format(sql.Identifier(c)) for c in assigned
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(None), [json.dumps(before)])


@transaction.atomic
def undo_request(*, asker: Asker, request_id: UUID) -> int:
    """Undo every change one of the asker's own requests made; returns the number of records.

    Raises NotFound if there is nothing to undo, NotAllowed, or UndoConflict listing the fields
    that were changed since, with both values.
    """
    events = list(
        Event.objects.filter(request_id=request_id, actor_id=asker.user.pk).order_by("id")
    )
    if not events:
        raise NotFound(_("There is nothing to undo."))
    by_object: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_object[event.object].append(event)
    undone, conflicts, writes = 0, [], []
    for name, its_events in by_object.items():
        try:
            declared = object_type(name)
        except KeyError:
            raise NotAllowed(
                _("This change was made by an action that cannot be undone.")
            ) from None
        by_columns: dict[tuple[str, ...], dict[str, Any]] = defaultdict(dict)
        for pk, change in _reversal(its_events).items():
            by_columns[tuple(sorted(change))][pk] = change
        for columns, changes in by_columns.items():
            _authorize(asker, declared, changes)
            list(
                declared.model._default_manager.filter(pk__in=changes)
                .select_for_update()
                .values_list("pk")
            )
            conflicts += _conflicts(declared, changes, columns)
            writes.append((declared, changes, columns))
    if conflicts:
        raise UndoConflict(
            _("Some of it was changed again since."), conflicts=conflicts[:CONFLICTS_SHOWN]
        )
    for declared, changes, columns in writes:
        _write_back(declared, changes, columns)
        undone += len(changes)
    return undone
