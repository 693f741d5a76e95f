"""Values put into records: each record checked alone, all written together."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.fields.values import checked, kept
from guanxi.platform.files.in_fields import files_named, keep_files
from guanxi.platform.files.models import Attachment
from guanxi.platform.masking.masks import is_mask, looks_masked
from guanxi.platform.objects.columns import derived_from
from guanxi.platform.objects.constraints import (
    Problem,
    broken_constraint,
    detail_of,
    problem_of,
)
from guanxi.platform.objects.custom_values import merged
from guanxi.platform.objects.erasable import was_erased
from guanxi.platform.objects.errors import Invalid
from guanxi.platform.objects.record import Row
from guanxi.platform.objects.registry import ObjectField, ObjectType, type_of_model
from guanxi.platform.objects.rules import Refused, Rules, refuse
from guanxi.platform.objects.updating import update_rows


@dataclass
class Change:
    """What is different of one record, which holds the new values already."""

    record: Row
    columns: set[str] = field(default_factory=set)
    many: dict[str, Collection[UUID]] = field(default_factory=dict)


class Writer:
    """Puts `values`, one mapping a record, into records of one object for an asker.

    What they link to is looked up once, however many there are.
    """

    def __init__(
        self,
        asker: Asker,
        object_type: ObjectType,
        fields: Mapping[str, ObjectField],
        values: Sequence[Mapping[str, Any]],
    ):
        self.asker, self.object_type, self.fields = asker, object_type, fields
        self.changes: dict[UUID, Change] = {}
        self.written: dict[UUID, set[str]] = {}
        names = {name for row in values for name in row}
        self.rules = Rules(asker, object_type, names)
        self.seen = {
            name: _visible(asker, target, (_named(fields[name], row.get(name)) for row in values))
            for name in names
            if (target := fields[name].target) is not None
        }
        self.erased = {name: _erased(fields[name], seen) for name, seen in self.seen.items()}

    def put(self, record: Row, values: Mapping[str, Any]) -> None:
        """Set the values on a locked record. Raises Invalid naming each field that does not fit."""
        before = _values(record)
        self.written.setdefault(record.pk, set()).update(values)
        many = self._assign(record, values)
        columns = self._check(record, values, before)
        keep_files(self._files(record, values), record)
        if columns or many:
            change = self.changes.setdefault(record.pk, Change(record))
            change.columns.update(columns)
            change.many.update(many)

    def put_each(self, records: Iterable[Row], values: Mapping[str, Any]) -> Refused:
        """Set the same values on each; returns the problems of the records they do not fit."""
        refused: Refused = {}
        for record in records:
            try:
                self.put(record, values)
            except Invalid as problem:
                refused[record.pk] = problem.extra["errors"]
        return refused

    def write(self) -> Refused:
        """Write what was put; returns the refusals of rules and of the database by record.

        Where there is one, the caller's transaction must not be kept.
        """
        self.rules.look(self.written)
        custom = {pk: self._custom(c.record) for pk, c in self.changes.items()}
        if locked := self.rules.refuse_locked(custom):
            return locked
        linked: set[UUID] = set()
        for name in {name for change in self.changes.values() for name in change.many}:
            chosen = {pk: c.many[name] for pk, c in self.changes.items() if name in c.many}
            linked |= _link(self.fields[name], chosen)
        self.changes = {pk: c for pk, c in self.changes.items() if c.columns or pk in linked}
        refused = dict(_store(self.asker, self.object_type, list(self.changes.values())))
        return refused or self.rules.refuse_lacking(self.written)

    def _custom(self, record: Row) -> dict[str, Any]:
        """What was written of a record's custom values, by key."""
        keys = [f.key for name in self.written[record.pk] if (f := self.fields[name]).key]
        return {key: record.custom.get(key) for key in keys}  # type: ignore[attr-defined]

    def insert(self, record: Row, values: Mapping[str, Any]) -> None:
        """Write a new record. Raises Invalid naming each field that does not fit."""
        many = self._assign(record, values)
        required = (name for name, f in self.fields.items() if f.required)
        changed = self._check(record, {*values, *required}, {})
        files = self._files(record, values)
        with told(self.object_type, changed, asker=self.asker):
            record.save(force_insert=True)
        keep_files(files, record)
        for name, chosen in many.items():
            _link(self.fields[name], {record.pk: chosen})
        refuse(Rules(self.asker, self.object_type).refuse_lacking({record.pk: None}))

    def _assign(self, record: Row, values: Mapping[str, Any]) -> dict[str, Collection[UUID]]:
        """Set the values; returns the many-to-many ones, which have tables of their own."""
        many = {}
        if custom := checked(values, self.fields):
            record.custom = merged(record.custom, custom)  # type: ignore[attr-defined]
        for name, value in values.items():
            f = self.fields[name]
            self.refuse_unseen(f, value)
            self.refuse_erased(record, f, value)
            refuse_mask(f, value)
            if f.key:
                continue
            if f.type.name == "tags":
                many[name] = value
            else:
                setattr(record, f.column.attname, value)
        return many

    def _files(self, record: Row, values: Mapping[str, Any]) -> list[Attachment]:
        """The files among the values. Raises Invalid naming each field that may not hold its."""
        keys = [f.key for name in values if (f := self.fields[name]).type.name == "file"]
        return files_named(self.asker, self.object_type, record, keys) if keys else []

    def refuse_unseen(self, f: ObjectField, value: Any) -> None:
        """Raise Invalid where a link names what the asker may not see."""
        if f.name not in self.seen:
            return
        value = _named(f, value)
        named = value if isinstance(value, list) else [value] if value is not None else []
        if not self.seen[f.name].issuperset(named):
            message = _("There is no such record, or you may not see it.")
            raise Invalid([{"field": f.name, "message": message, "code": "not_found"}])

    def refuse_erased(self, record: Row, f: ObjectField, value: Any) -> None:
        """Raise Invalid where a stub would be filled again, or something new hang on one."""
        rules = self.object_type.erasing
        if rules and getattr(record, rules.mark) and f.name not in rules.keeps:
            raise was_erased(f.name)
        if stubs := self.erased.get(f.name):
            before = None if f.key or f.type.name == "tags" else getattr(record, f.column.attname)
            named = _named(f, value)
            if not f.key and named != before and named in stubs:
                raise was_erased(f.name)

    def _check(
        self, record: Row, written: Iterable[str], before: Mapping[str, Any]
    ) -> Sequence[str]:
        """Check what is written and the rules over several fields; returns the changed columns."""
        columns = record._meta.concrete_fields
        links = {c.name for c in columns if isinstance(c, models.ForeignKey)}  # refuse_unseen
        try:
            record.clean_fields(exclude={c.name for c in columns} - set(written) | links)
            record.clean()
            if self.object_type.validate:
                self.object_type.validate(record)
        except ValidationError as error:
            raise Invalid(problems(error)) from error
        after = _values(record)
        changed = {n for n, value in after.items() if n not in before or value != before[n]}
        return [*changed, *(c.name for c in derived_from(changed, type(record)))]


def refuse_mask(f: ObjectField, value: Any) -> None:
    """Raise Invalid where what is shown in place of a personal value comes back as one."""
    if f.personal and looks_masked(f.mask_kind, value):
        raise Invalid([{"field": f.name, "message": is_mask(value), "code": "mask"}])


def problems(error: ValidationError) -> list[Problem]:
    """The {field, message, code} of all that a validation found."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {"__all__": error.error_list}
    return [
        {"field": None if name == "__all__" else name, "message": m, "code": e.code or "invalid"}
        for name, errors in by_field.items()
        for e in errors
        for m in e.messages
    ]


@contextmanager
def told(
    object_type: ObjectType, changed: Collection[str] = (), *, asker: Asker | None = None
) -> Iterator[None]:
    """Write within; a rule of the database that is broken becomes Invalid, naming the field."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        constraint = broken_constraint(object_type, error)
        if constraint is None:
            raise
        problem = problem_of(object_type, constraint, changed, asker=asker, detail=detail_of(error))
        raise Invalid([problem]) from error


def _named(f: ObjectField, value: Any) -> Any:
    """What a value names; a custom one is checked later, and till then may be anything."""
    if not f.key:
        return value
    try:
        return UUID(kept(f, value))
    except (TypeError, ValidationError):
        return None


def _visible(asker: Asker, target: type[Row], values: Iterable[Any]) -> set[UUID]:
    wanted: set[UUID] = set()
    for value in values:
        if value is not None:
            wanted.update(value if isinstance(value, list) else [value])
    if not wanted:
        return wanted
    seen = visible_to(asker, target).filter(pk__in=wanted).values_list("pk", flat=True)
    return set(_held(seen) if type_of_model(target).merging else seen)


def _erased(f: ObjectField, ids: set[UUID]) -> set[UUID]:
    """Those of the records that a link names of which nobody knows any more who they were."""
    target = type_of_model(f.target) if f.target and ids else None
    return target.erasing.stubs(target.model, ids) if target and target.erasing else set()


def _held(seen: "models.QuerySet[Any, UUID]") -> list[UUID]:
    """The ids, locked as the foreign key will lock them, but before they are looked at.

    So a merge waits until what names its records is written, and moves it; and whoever waited for a
    merge finds the record gone, instead of naming it.
    """
    try:
        text, values = seen.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(seen.model._meta.db_table)
        cursor.execute(f"{text} for key share of {table}", values)
        return [pk for (pk,) in cursor.fetchall()]


def _values(record: Row) -> dict[str, Any]:
    columns = record._meta.concrete_fields
    return {c.name: getattr(record, c.attname) for c in columns if not c.generated}


def _link(f: ObjectField, chosen: Mapping[UUID, Collection[UUID]]) -> set[UUID]:
    """Give each record these members of a many-to-many field and no others.

    Returns the records that had others before.
    """
    column: Any = f.column
    through = column.remote_field.through
    near, far = f"{column.m2m_field_name()}_id", f"{column.m2m_reverse_field_name()}_id"
    wanted = {(pk, other) for pk, others in chosen.items() for other in others}
    rows = through._default_manager.filter(**{f"{near}__in": chosen})
    there = {(pk, other): row for row, pk, other in rows.values_list("pk", near, far)}
    gone, new = there.keys() - wanted, wanted - there.keys()
    if gone:
        through._default_manager.filter(pk__in=[there[pair] for pair in gone]).delete()
    through._default_manager.bulk_create(
        [through(**{near: pk, far: other}) for pk, other in sorted(new)]
    )
    return {pk for pk, _other in gone | new}


def _store(
    asker: Asker, object_type: ObjectType, changes: Sequence[Change]
) -> Iterator[tuple[UUID, list[Problem]]]:
    """Write all in one statement; if the database refuses, halve to find whose values it is."""
    if not changes:
        return
    try:
        names = {name for change in changes for name in change.columns}
        with told(object_type, names, asker=asker):
            update_rows([c.record for c in changes], {n for c in changes for n in c.columns})
    except Invalid as refusal:
        if len(changes) == 1:
            yield changes[0].record.pk, refusal.extra["errors"][:1]
            return
        middle = len(changes) // 2
        for half in (changes[:middle], changes[middle:]):
            yield from _store(asker, object_type, half)
