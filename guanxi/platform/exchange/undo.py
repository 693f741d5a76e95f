"""Taking a whole import back: what it created goes, what it changed returns to its old values.

The change set is the import's own events. A record that somebody changed or built on since is
left alone, and shown.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from django.utils.translation import gettext as _
from psycopg import sql

from guanxi.platform.access.predicate import Asker
from guanxi.platform.erasing.holds import held_among
from guanxi.platform.events.undo import custom_key, custom_values
from guanxi.platform.exchange.models import Import
from guanxi.platform.fields.links import links_to
from guanxi.platform.jobs.services import RunningJob
from guanxi.platform.objects.columns import DerivedField
from guanxi.platform.objects.custom_values import CUSTOM
from guanxi.platform.objects.errors import NotAllowed
from guanxi.platform.objects.record import Row, object_name
from guanxi.platform.objects.registry import is_registered, type_of_model, types
from guanxi.platform.objects.rules import still_locked

BATCH = 10_000  # events of one step
CONFLICTS_KEPT = 1000

EVENTS = """
select id, object, record_id, action, changes, xid::text from platform_event
where request_id = %s and source = %s and (xid, id) < (%s::xid8, %s)
order by xid desc, id desc limit %s
"""
Written = tuple[int, str, UUID, str, dict[str, list[Any]] | None]


def models_by_name() -> dict[str, type[Row]]:
    """The tables events speak of, by the name they use."""
    from django.apps import apps

    built_in = {object_name(m): m for m in apps.get_models() if issubclass(m, Row)}
    return built_in | {t.name: t.model for t in types()}


def undo(job: RunningJob, imported: Import) -> dict[str, Any]:
    """Undo batch by batch, newest change first: what refers goes before what is referred to.

    Transaction by transaction, as two of them may have written at once.
    """
    source = f"import:{imported.pk}"
    xid, below = job.checkpoint.setdefault("below", [str(2**62), 0])
    conflicts: list[dict[str, Any]] = job.checkpoint.setdefault("conflicts", [])
    undone = job.checkpoint.setdefault("undone", 0)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(EVENTS, [imported.pk, source, xid, below, BATCH])
            found = cursor.fetchall()
        events: list[Written] = [(*e[:4], _exact(e[4])) for e in found]
        if not events:
            return {"undone": undone, "conflicts": conflicts, "kept": job.checkpoint.get("kept", 0)}
        with job.step(source=f"{source}:undo"):
            kept = _undo_batch(job.asker, imported, source, events)
            undone, below, xid = undone + len(events) - len(kept), found[-1][0], found[-1][5]
            conflicts += kept[: CONFLICTS_KEPT - len(conflicts)]
            job.checkpoint.update(
                below=[xid, below], undone=undone, conflicts=conflicts,
                kept=job.checkpoint.get("kept", 0) + len(kept),
            )  # fmt: skip
            job.progress(undone)


def _exact(changes: str | None) -> dict[str, list[Any]] | None:
    """What an event tells; numbers with a fraction stay text, lest a binary float change money."""
    return json.loads(changes, parse_float=str) if changes else None


def _undo_batch(
    asker: Asker, imported: Import, source: str, events: Sequence[Written]
) -> list[dict[str, Any]]:
    tables, kept = models_by_name(), []
    for name, run in _runs(events):
        if name not in tables:
            raise NotAllowed(
                _("These records are of an object that is archived: restore it first.")
            )
        model = tables[name]
        created = [e[2] for e in run if e[3] == "insert"]
        changed = [e for e in run if e[4]]
        kept += _write_back_unlocked(asker, model, name, changed)
        kept += _delete(model, name, created, imported, source)
    return kept


def _runs(events: Iterable[Written]) -> list[tuple[str, list[Written]]]:
    """Neighbouring events of one object, in order; a record's second event begins a new run."""
    runs: list[tuple[str, list[Written]]] = []
    seen: set[UUID] = set()
    for event in events:
        if not runs or runs[-1][0] != event[1] or event[2] in seen:
            runs.append((event[1], []))
            seen = set()
        runs[-1][1].append(event)
        seen.add(event[2])
    return runs


def _write_back_unlocked(
    asker: Asker, model: type[Row], name: str, events: Sequence[Written]
) -> list[dict[str, Any]]:
    """Write back but what a rule locks, and not on account of the import; returns the conflicts."""
    if not is_registered(model) or not type_of_model(model).customizable:
        return _write_back(model, name, events)
    written = {e[2]: [*(e[4] or {})] for e in events}
    before = still_locked(asker, type_of_model(model), written)
    with transaction.atomic():
        kept = _write_back(model, name, events)
        stuck = before and before & still_locked(asker, type_of_model(model), written)
        if not stuck:
            return kept
        transaction.set_rollback(True)
    locked = {pk for pk, _field in stuck}
    rest = [e for e in events if e[2] not in locked]
    conflicts = [_conflict(name, e[2], written[e[2]], "locked") for e in events if e[2] in locked]
    return conflicts + _write_back(model, name, rest)


def _write_back(model: type[Row], name: str, events: Sequence[Written]) -> list[dict[str, Any]]:
    """Give fields their old values where they still hold the import's; returns the conflicts."""
    by_columns: dict[tuple[str, ...], list[Written]] = {}
    for event in events:
        by_columns.setdefault(tuple(sorted(event[4] or {})), []).append(event)
    kept: list[dict[str, Any]] = []
    for columns, same in by_columns.items():
        links = [c for c in columns if _is_link_set(model, c)]
        for column in links:
            kept += _write_back_links(model, name, column, same)
        if own := tuple(c for c in columns if c not in links):
            kept += _write_back_columns(model, name, own, same)
    return kept


def _is_link_set(model: type[Row], column: str) -> bool:
    return any(f.name == column for f in model._meta.many_to_many)


def _write_back_links(
    model: type[Row], name: str, column: str, events: Sequence[Written]
) -> list[dict[str, Any]]:
    """Give a set of links (tags) its old members where it still has the import's."""
    relation: Any = model._meta.get_field(column)
    through = relation.remote_field.through
    near = through._meta.get_field(relation.m2m_field_name()).attname
    far = through._meta.get_field(relation.m2m_reverse_field_name()).attname
    now: dict[UUID, set[UUID]] = {e[2]: set() for e in events}
    for record, linked in through.objects.filter(**{f"{near}__in": list(now)}).values_list(
        near, far
    ):
        now[record].add(linked)
    kept, added, removed = [], [], models.Q(pk__in=[])
    for event in events:
        before, after = ({UUID(i) for i in ids} for ids in (event[4] or {})[column])
        if now[event[2]] != after:
            kept.append(_conflict(name, event[2], [column], "changed_since"))
            continue
        if gone := after - before:
            removed |= models.Q(**{near: event[2], f"{far}__in": gone})
        added += [through(**{near: event[2], far: i}) for i in before - after]
    through.objects.filter(removed).delete()
    through.objects.bulk_create(added, ignore_conflicts=True)
    return kept


def _conflict(name: str, record: UUID, fields: list[str], code: str) -> dict[str, Any]:
    return {"object": name, "id": str(record), "fields": fields, "code": code}


UPDATE = sql.SQL("""
with told as (
    select o.id, o, n from jsonb_populate_recordset(null::{table}, %s::jsonb) o
    join jsonb_populate_recordset(null::{table}, %s::jsonb) n using (id)
), written as (
    update {table} t set {assignments} from told
    where t.id = told.id and ({current}) is not distinct from ({imported})
    returning t.id
)
select id from told where id not in (select id from written)
""")


def _write_back_columns(
    model: type[Row], name: str, columns: tuple[str, ...], events: Sequence[Written]
) -> list[dict[str, Any]]:
    derived = {
        f.name: f for f in model._meta.fields if isinstance(f, DerivedField) and f.source in columns
    }
    custom = [c for c in columns if custom_key(c)]
    old: list[dict[str, Any]] = []
    new: list[dict[str, Any]] = []
    for _id, _object, record, _action, changes in events:
        changes = changes or {}
        before = {c: changes[c][0] for c in columns}
        before |= {n: f.of(before[f.source]) for n, f in derived.items()}
        after = {c: changes[c][1] for c in columns}
        for rows, values in ((old, before), (new, after)):
            own = {c: v for c, v in values.items() if c not in custom}
            rows.append({"id": str(record), CUSTOM: {c: values[c] for c in custom}, **own})
    names = [sql.Identifier(c) for c in (*columns, *derived) if c not in custom]
    assignments = [sql.SQL("{0} = (told.o).{0}").format(n) for n in names]
    if custom:
        assignments.append(custom_values(custom, was=sql.SQL("(told.o).custom")))
    query = UPDATE.format(
        table=sql.Identifier(model._meta.db_table),
        assignments=sql.SQL(", ").join(assignments),
        current=sql.SQL(", ").join(_value(c, "t", custom_key(c)) for c in columns),
        imported=sql.SQL(", ").join(_value(c, "(told.n)", c) for c in columns),
    )
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(None), [json.dumps(old), json.dumps(new)])
        missed = {row[0] for row in cursor.fetchall()}
    return [_conflict(name, e[2], list(columns), "changed_since") for e in events if e[2] in missed]


def _value(column: str, row: str, key: str) -> sql.Composable:
    """A column of a row, or the value under `key` if it is of a custom field; null if empty."""
    if not custom_key(column):
        return sql.SQL("{}.{}").format(sql.SQL(row), sql.Identifier(column))
    return sql.SQL("nullif({}.custom -> {}, 'null')").format(sql.SQL(row), sql.Literal(key))


def _delete(
    model: type[Row], name: str, ids: list[UUID], imported: Import, source: str
) -> list[dict[str, Any]]:
    """Delete created records that nobody changed and nothing else refers to; returns the others.

    Rows that only follow a record (scores, a customer's first phone among the identities) have no
    event of their own and go with it.
    """
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(CHANGED_BY_OTHERS, [ids, source, f"{source}:undo"])
        kept = {row[0]: "changed_since" for row in cursor.fetchall()}
        for other, column in _foreign_keys(model):
            names = {"t": sql.Identifier(other._meta.db_table), "c": sql.Identifier(column)}
            cursor.execute(_referring(other).format(**names).as_string(None), [ids])
            kept |= {row[0]: "in_use" for row in cursor.fetchall()}
        kept |= dict.fromkeys(links_to(ids).values_list("target_id", flat=True), "in_use")
        kept |= dict.fromkeys(held_among(name, ids), "legal_hold")
        gone = [i for i in ids if i not in kept]
        for other, column in _foreign_keys(model):
            names = {"t": sql.Identifier(other._meta.db_table), "c": sql.Identifier(column)}
            cursor.execute(DELETE.format(**names).as_string(None), [gone])
        names = {"t": sql.Identifier(model._meta.db_table), "c": sql.Identifier("id")}
        cursor.execute(DELETE.format(**names).as_string(None), [gone])
    return [_conflict(name, i, [], why) for i, why in kept.items()]


DELETE = sql.SQL("delete from {t} where {c} = any(%s)")
REFERRING = sql.SQL("select distinct {c} from {t} where {c} = any(%s)")
REFERRING_AND_TOLD = sql.SQL(
    "select distinct {c} from {t} x where {c} = any(%s)"
    " and exists (select 1 from platform_event e where e.record_id = x.id)"
)
REFERRING_NONE = sql.SQL("select null::uuid from {t} where {c} = any(%s) limit 0")
CHANGED_BY_OTHERS = """
select distinct record_id from platform_event
where record_id = any(%s) and source <> %s and source <> %s
"""


def _referring(other: type[models.Model]) -> sql.SQL:
    """The query of those records that rows of `other` keep from going."""
    if issubclass(other, Row):
        return REFERRING_AND_TOLD
    return REFERRING_NONE if _follows(other) else REFERRING


def _follows(other: type[models.Model]) -> bool:
    keys = [f for f in other._meta.fields if isinstance(f, models.ForeignKey)]
    return all(k.remote_field.on_delete is models.CASCADE for k in keys)


def _foreign_keys(model: type[Row]) -> list[tuple[type[models.Model], str]]:
    """Tables and columns that point to a model, its many-to-many ones included."""
    whole: Any = model._meta.concrete_model  # which others point to, if the model is a part of it
    return [
        (relation.related_model, relation.field.column)
        for relation in whole._meta.get_fields(include_hidden=True)
        if (relation.one_to_many or relation.one_to_one)
        and relation.auto_created
        and not relation.concrete
    ]
