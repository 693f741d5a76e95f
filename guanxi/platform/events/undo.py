"""Taking a change back, field by field, if nobody changed the field since.

What a request changed is read from its events and written back inside the database, so that undoing
a bulk edit of many records costs no more than doing it, and no digit is lost on the way.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg import sql

from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.events.models import Event
from guanxi.platform.masking.masks import masked_value
from guanxi.platform.objects.columns import derived_from
from guanxi.platform.objects.custom_values import CUSTOM
from guanxi.platform.objects.errors import DomainError, Invalid, NotAllowed, NotFound
from guanxi.platform.objects.registry import ObjectField, ObjectType, object_type
from guanxi.platform.objects.rules import still_locked
from guanxi.platform.objects.updating import update_rows

CONFLICTS_SHOWN = 100
BY_AN_ACTION = gettext_lazy("This change was made by an action that cannot be undone.")

# Per record the columns a request changed, as they were before its first and after its last event.
# What it created goes to the recycle bin, whatever else it did to it.
REVERSALS = sql.SQL("""
with told as (
    select e.id, e.record_id, c.key, c.value -> 0 as was, c.value -> 1 as became
    from platform_event e
    cross join lateral jsonb_each(
        case when e.action = 'insert'
             then jsonb_build_object('deleted_at', jsonb_build_array(now(), null))
             else e.changes end
    ) c
    where e.request_id = %(request)s and e.actor_id = %(actor)s and e.object = %(object)s
      and (%(only)s::uuid is null or e.record_id = %(only)s)
      and (e.action = 'insert' or not exists (
          select from platform_event i
          where i.request_id = e.request_id and i.record_id = e.record_id and i.action = 'insert'))
),
ends as (
    select record_id, key, (array_agg(was order by id))[1] as was,
           (array_agg(became order by id desc))[1] as became
    from told group by record_id, key
),
reversals as (
    select record_id, jsonb_object_agg(key, was) as was, jsonb_object_agg(key, became) as became,
           array_agg(key order by key) as columns
    from ends group by record_id
)
""")

KEEP_FILES = sql.SQL(
    "update platform_attachment a set unused_since = null from reversals r"
    " where r.columns = %(columns)s and a.id = {pk}"
)
ERASED_FILES = sql.SQL(
    "select 1 from reversals r where r.columns = %(columns)s and {pk} is not null"
    " and not exists (select from platform_attachment a where a.id = {pk}) limit 1"
)


def _as_shown(f: ObjectField | None, text: str | None) -> Any:
    """A value of the database's JSON as the API shows it: numbers with a fraction as text."""
    value = None if text is None else json.loads(text, parse_float=str)
    return masked_value(f.mask_kind, value) if f is not None and f.is_masked else value


def custom_key(column: str) -> str:
    """The key of a custom field, which events name "custom.<key>"; "" for any other column."""
    prefix, _dot, key = column.partition(".")
    return key if prefix == CUSTOM else ""


def custom_values(columns: Sequence[str], *, was: sql.Composable) -> sql.Composed:
    """The assignment that gives custom fields of the row `t` their values in the JSON `was`."""
    pairs = [
        sql.SQL("{}, {} -> {}").format(sql.Literal(custom_key(c)), was, sql.Literal(c))
        for c in columns
    ]
    return sql.SQL(
        "custom = (t.custom - {keys}::text[]) || jsonb_strip_nulls(jsonb_build_object({pairs}))"
    ).format(keys=sql.Literal([custom_key(c) for c in columns]), pairs=sql.SQL(", ").join(pairs))


class UndoConflict(DomainError):
    """A field was changed again since; nothing is undone."""

    status, code = 409, "undo_conflict"


@dataclass
class Undoing:
    """The changes one request made to records of one object, taken back together."""

    asker: Asker
    declared: ObjectType
    request_id: UUID
    created: list[UUID]
    by_columns: dict[tuple[str, ...], list[UUID]]
    actor_id: UUID | None = None  # who made them, if not the asker
    only: UUID | None = None  # the one record of which they are taken back

    def find(self) -> None:
        """Look up which columns of which records were changed."""
        by_columns = defaultdict(list)
        for pk, columns in self._run(sql.SQL("select record_id, columns from reversals"), ()):
            by_columns[tuple(columns)].append(pk)
        self.by_columns = dict(by_columns)

    def was(self) -> dict[str, Any] | None:
        """The values of the one record before, by column; numbers with a fraction as text."""
        found = self._run(sql.SQL("select was::text from reversals"), ()).fetchone()
        return json.loads(found[0], parse_float=str) if found else None

    @property
    def ids(self) -> list[UUID]:
        return [pk for ids in self.by_columns.values() for pk in ids]

    def refuse_unwritable(self) -> None:
        """Raises NotAllowed if a column is not one the asker may write."""
        model = self.declared.model
        writable = {f.column.attname for f in self.asker.writable(self.declared).values()}
        computed = {model._meta.get_field(name).attname for name in model.computed}  # type: ignore[union-attr]
        touched = {column for columns in self.by_columns for column in columns}
        if not touched <= writable | computed | {"deleted_at"}:
            raise NotAllowed(BY_AN_ACTION)

    def permitted(self) -> set[UUID]:
        """Those records whose change the asker may take back as the records are now.

        By a share alone nobody takes back what they created, nor whose a record is.
        """
        found: set[UUID] = set()
        by_role = self.asker.without_shares()
        for columns, ids in self.by_columns.items():
            if "deleted_at" not in columns:
                asking = self.asker.deciding(self.declared, [*map(self._field, columns)])
                found |= self._within(asking, "change", ids)
                continue
            found |= self._within(self.asker, "delete", ids)
            if self.asker.may("create", self.declared):
                created = [pk for pk in ids if pk in set(self.created)]
                found |= self._within(by_role, "read", created)
        return found

    def _within(self, asker: Asker, verb: str, ids: list[UUID]) -> set[UUID]:
        model = self.declared.model
        allowed = visible_to(asker, model, verb) | visible_to(asker, model, verb, deleted=True)
        return set(allowed.filter(pk__in=ids).values_list("pk", flat=True))

    def held(self) -> set[tuple[UUID, str]]:
        """The fields among them that a rule locks at present, each with its record."""
        if not self.declared.customizable:
            return set()
        written = {pk: columns for columns, ids in self.by_columns.items() for pk in ids}
        return still_locked(self.asker, self.declared, written)

    def refuse_held(self, before: set[tuple[UUID, str]]) -> None:
        """Raises Invalid for a field that was locked and is locked still: others saw to that."""
        if names := {name for _pk, name in before & self.held()}:
            message = _("This is locked by now. Take back first what locked it.")
            problems = [{"field": n, "message": message, "code": "locked"} for n in sorted(names)]
            raise Invalid(problems)

    def lock(self) -> None:
        rows = self.declared.model._default_manager.filter(pk__in=self.ids)
        list(rows.order_by("pk").select_for_update().values_list("pk"))

    def conflicts(self) -> list[dict[str, Any]]:
        """Columns that are not as the request left them, with both values."""
        found: list[dict[str, Any]] = []
        shown = self.asker.shown(self.declared)
        for columns in self.by_columns:
            for column in columns:
                current = self._current(column)
                query = sql.SQL(
                    "select t.id, {current}, r.was -> {key} from reversals r"
                    " join {table} t on t.id = r.record_id"
                    " where r.columns = %(columns)s and {current} is distinct from {became}"
                    " limit {most}"
                ).format(
                    current=current,
                    became=self._as_stored(column),
                    key=sql.Literal(column),
                    table=sql.Identifier(self.declared.model._meta.db_table),
                    most=sql.Literal(CONFLICTS_SHOWN),
                )
                found += [
                    {
                        "object": self.declared.name,
                        "id": str(pk),
                        "field": self._field(column),
                        "current": _as_shown(shown.get(self._field(column)), now),
                        "would_be": _as_shown(shown.get(self._field(column)), was),
                    }
                    for pk, now, was in self._run(query, columns).fetchall()
                ]
        return found

    def _current(self, column: str) -> sql.Composable:
        """The column's present value as JSON; of tags the sorted list of their ids."""
        if key := custom_key(column):
            return sql.SQL("coalesce(t.custom -> {}, 'null')").format(sql.Literal(key))
        many = self._many(column)
        if many is None:
            return sql.SQL("to_jsonb(t.{})").format(sql.Identifier(column))
        return sql.SQL(
            "(select coalesce(jsonb_agg(l.{far} order by l.{far}), '[]') from {table} l"
            " where l.{near} = t.id)"
        ).format(**many)

    def _as_stored(self, column: str) -> sql.Composable:
        """The value an event tells, through the column's type: 1.50 is 1.5000 in the table."""
        if custom_key(column) or self._many(column) is not None:
            return sql.SQL("r.became -> {}").format(sql.Literal(column))
        return sql.SQL("to_jsonb((jsonb_populate_record(null::{}, r.became)).{})").format(
            sql.Identifier(self.declared.model._meta.db_table), sql.Identifier(column)
        )

    def _many(self, column: str) -> dict[str, sql.Identifier] | None:
        """Table and columns of a many-to-many field; None for a column of the record's own."""
        try:
            relation: Any = self.declared.model._meta.get_field(column)
        except FieldDoesNotExist:
            return None
        if not isinstance(relation, models.ManyToManyField):
            return None
        link: Any = relation.remote_field.through
        through = link._meta
        names = {
            "table": through.db_table,
            "near": through.get_field(relation.m2m_field_name()).column,
            "far": through.get_field(relation.m2m_reverse_field_name()).column,
        }
        return {key: sql.Identifier(name) for key, name in names.items()}

    def _field(self, column: str) -> str:
        fields = self.declared.own_fields.values()
        return next((f.name for f in fields if f.column.attname == column), column)

    def write_back(self) -> None:
        """Set every changed column to what it was before the request."""
        for columns in self.by_columns:
            own = [column for column in columns if self._many(column) is None]
            for column in set(columns) - set(own):
                self._write_back_many(column, columns)
            if own:
                self._write_back_own(own, columns)

    def _write_back_own(self, own: list[str], columns: tuple[str, ...]) -> None:
        table = sql.Identifier(self.declared.model._meta.db_table)
        assignments = [
            sql.SQL("{0} = p.{0}").format(sql.Identifier(c)) for c in own if not custom_key(c)
        ]
        if custom := [c for c in own if custom_key(c)]:
            assignments.append(custom_values(custom, was=sql.SQL("r.was")))
        query = sql.SQL(
            "update {table} t set {assignments} from reversals r,"
            " jsonb_populate_record(null::{table}, r.was) p"
            " where t.id = r.record_id and r.columns = %(columns)s"
        ).format(
            table=table,
            assignments=sql.SQL(", ").join(assignments),
        )
        self._run(query, columns)
        self._derive(own, self.by_columns[columns])

    def _derive(self, own: list[str], ids: list[UUID]) -> None:
        """Compute again what is stored beside the columns written back."""
        model = self.declared.model
        if derived := derived_from(own, model):
            records = model._default_manager.filter(pk__in=ids)
            update_rows(list(records), [c.name for c in derived])

    def _write_back_many(self, column: str, columns: tuple[str, ...]) -> None:
        names = self._many(column) or {}
        wanted = sql.SQL(
            "select r.record_id, w.value::uuid as far from reversals r"
            " cross join lateral jsonb_array_elements_text(r.was -> {}) w"
            " where r.columns = %(columns)s"
        ).format(sql.Literal(column))
        gone = sql.SQL(
            ", wanted as ({wanted}) delete from {table} l using reversals r"
            " where r.columns = %(columns)s and l.{near} = r.record_id and not exists"
            " (select from wanted w where w.record_id = l.{near} and w.far = l.{far})"
        )
        back = sql.SQL(
            ", wanted as ({wanted}) insert into {table} ({near}, {far})"
            " select record_id, far from wanted on conflict do nothing"
        )
        for query in (gone, back):
            self._run(query.format(wanted=wanted, **names), columns)

    def keep_files(self) -> None:
        """Let the files that come back stay. Raises NotAllowed if one was erased meanwhile."""
        fields = self.asker.custom_fields(self.declared)
        for columns in self.by_columns:
            for column in columns:
                if (f := fields.get(column)) is None or f.type.name != "file":
                    continue
                parts = {"pk": sql.SQL("(r.was ->> {})::uuid").format(sql.Literal(column))}
                self._run(KEEP_FILES.format(**parts), columns)
                if self._run(ERASED_FILES.format(**parts), columns).fetchone():
                    message = _('"%(field)s" held a file that is erased by now.')
                    raise NotAllowed(message % {"field": f.label}, field=column)

    def _run(self, query: sql.Composable, columns: tuple[str, ...]) -> Any:
        cursor = connection.cursor()
        cursor.execute(
            (REVERSALS + query).as_string(None),
            {
                "request": self.request_id,
                "actor": self.actor_id or self.asker.user.pk,
                "only": self.only,
                "object": self.declared.name,
                "columns": list(columns),
            },
        )
        return cursor


def _undoing(asker: Asker, request_id: UUID) -> list[Undoing]:
    """What there is to undo, by object. Raises NotFound, or NotAllowed if a verb did it."""
    events = Event.objects.filter(request_id=request_id, actor_id=asker.user.pk)
    names = list(events.order_by("object").values_list("object", flat=True).distinct())
    if not names:
        raise NotFound(_("There is nothing to undo."))
    found = []
    for name in names:
        try:
            declared = object_type(name)
        except KeyError:
            raise NotAllowed(
                _("This change was made by an action that cannot be undone.")
            ) from None
        created = events.filter(object=name, action=Event.Action.INSERT)
        undoing = Undoing(
            asker, declared, request_id, list(created.values_list("record_id", flat=True)), {}
        )
        undoing.find()
        found.append(undoing)
    return found


@transaction.atomic
def undo_request(*, asker: Asker, request_id: UUID) -> int:
    """Undo every change one of the asker's own requests made; returns the number of records.

    Whoever may change a record as it is now, or as it is again afterwards, may take their change
    back: giving a customer to a colleague by mistake can be undone.

    What a rule requires is not asked for: it was not when the record was so.

    Raises NotFound if there is nothing to undo, NotAllowed, Invalid naming a field that is locked
    before and after, or UndoConflict listing the fields that were changed since, with both values.
    """
    parts = _undoing(asker, request_id)
    conflicts: list[dict[str, Any]] = []
    permitted: list[set[UUID]] = []
    for part in parts:
        part.refuse_unwritable()
        part.lock()
        permitted.append(part.permitted())
        conflicts += part.conflicts()
    may_see = {str(pk) for ids in permitted for pk in ids}
    if not {conflict["id"] for conflict in conflicts} <= may_see:
        raise NotAllowed(_("You may no longer change all of these records."))
    if conflicts:
        raise UndoConflict(
            _("Some of it was changed again since."), conflicts=conflicts[:CONFLICTS_SHOWN]
        )
    held = [part.held() for part in parts]
    for part in parts:
        part.write_back()
        part.keep_files()
    for part, locked in zip(parts, held, strict=True):
        part.refuse_held(locked)
    for part, before in zip(parts, permitted, strict=True):
        if not set(part.ids) <= before | part.permitted():
            raise NotAllowed(_("You may no longer change all of these records."))
    return sum(len(part.ids) for part in parts)
