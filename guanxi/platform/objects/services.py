"""Create, change, delete, restore, bulk edit of any object; authorized before a row is written."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker, get_permitted, visible_to
from guanxi.platform.objects.columns import DerivedField
from guanxi.platform.objects.constraints import broken_constraints, problem_of
from guanxi.platform.objects.errors import EditConflict, Invalid, NotAllowed
from guanxi.platform.objects.record import Row
from guanxi.platform.objects.registry import ObjectField, ObjectType
from guanxi.platform.objects.rows import row_json

Problem = dict[str, Any]


def read_json(asker: Asker, object_type: ObjectType, pk: UUID) -> tuple[str, dt.datetime] | None:
    """All visible fields of one record as JSON text, and its version; None if it is not seen."""
    body = row_json(asker, object_type, asker.fields(object_type).values())
    records = visible_to(asker, object_type.model).filter(pk=pk).annotate(_json=body)
    return records.values_list("_json", "updated_at").first()


def etag(updated_at: dt.datetime) -> str:
    """The version of a record, as HTTP writes it: its `updated_at`, which lists show too."""
    return f'"{updated_at.isoformat()}"'


def _is_current(if_match: str, record: Row) -> bool:
    return any(_names(version, record) for version in if_match.split(","))


def _names(version: str, record: Row) -> bool:
    text = version.strip().removeprefix("W/").strip('"')
    try:
        return text == "*" or dt.datetime.fromisoformat(text) == record.updated_at
    except ValueError:
        return False


def _refuse_unwritable(
    asker: Asker, object_type: ObjectType, names: Iterable[str]
) -> dict[str, ObjectField]:
    writable = asker.writable(object_type)
    errors = [
        {"field": name, "message": _("You may not write this field."), "code": "not_allowed"}
        for name in names
        if name not in writable
    ]
    if errors:
        raise NotAllowed(errors[0]["message"], errors=errors)
    return writable


def _linked(asker: Asker, f: ObjectField, value: Any) -> Any:
    """The id, or the ids, of records the asker may see. Raises Invalid naming the field."""
    if value is None or f.target is None:
        return value
    wanted = set(value) if isinstance(value, list) else {value}
    if visible_to(asker, f.target).filter(pk__in=wanted).count() != len(wanted):
        message = _("There is no such record, or you may not see it.")
        raise Invalid([{"field": f.name, "message": message, "code": "not_found"}])
    return value


def _assign(
    asker: Asker, record: Row, values: Mapping[str, Any], fields: Mapping[str, ObjectField]
) -> dict[str, list[UUID]]:
    """Set the values on the record; returns the many-to-many ones, which need its key first."""
    many = {}
    for name, value in values.items():
        f = fields[name]
        if f.type.name == "tags":
            many[name] = _linked(asker, f, value)
        elif f.type.name == "link":
            setattr(record, f.column.attname, _linked(asker, f, value))
        else:
            setattr(record, name, value)
    return many


def _values(record: Row) -> dict[str, Any]:
    columns = record._meta.concrete_fields
    return {c.name: getattr(record, c.attname) for c in columns if not c.generated}


def _validate(
    object_type: ObjectType, record: Row, written: Iterable[str], before: Mapping[str, Any]
) -> list[str]:
    """Check what is written and the rules over several fields; returns the changed columns.

    Raises Invalid naming each field that does not fit.
    """
    columns = record._meta.concrete_fields
    links = {c.name for c in columns if isinstance(c, models.ForeignKey)}  # seen to by _linked
    try:
        record.clean_fields(exclude={c.name for c in columns} - set(written) | links)
        record.clean()
        if object_type.validate:
            object_type.validate(record)
    except ValidationError as error:
        raise Invalid(_problems(error)) from error
    after = _values(record)
    changed = [name for name, value in after.items() if name not in before or value != before[name]]
    if broken := broken_constraints(record, changed):
        raise Invalid([problem_of(object_type, constraint, changed) for constraint in broken])
    sources = set(changed)
    return changed + [
        c.name for c in columns if isinstance(c, DerivedField) and c.source in sources
    ]


def _problems(error: ValidationError) -> list[Problem]:
    by_field = error.error_dict if hasattr(error, "error_dict") else {"__all__": error.error_list}
    return [
        {"field": None if name == "__all__" else name, "message": m, "code": e.code or "invalid"}
        for name, errors in by_field.items()
        for e in errors
        for m in e.messages
    ]


@transaction.atomic
def create_record(*, asker: Asker, object_type: ObjectType, values: Mapping[str, Any]) -> Row:
    """Create one record, owned by the asker unless another owner is given.

    Raises NotAllowed, or Invalid naming each field that does not fit.
    """
    if not asker.may("create", object_type):
        raise NotAllowed(_("You may not create this kind of record."))
    fields = _refuse_unwritable(asker, object_type, values)
    record = object_type.model()
    if "owner" in object_type.own_fields and "owner" not in values:
        record.owner_id = asker.user.pk  # type: ignore[attr-defined]
    many = _assign(asker, record, values, fields)
    _validate(object_type, record, {*values, *(n for n, f in fields.items() if f.required)}, {})
    record.save(force_insert=True)
    for name, chosen in many.items():
        getattr(record, name).set(chosen)
    return record


@transaction.atomic
def change_record(
    *,
    asker: Asker,
    object_type: ObjectType,
    pk: UUID,
    values: Mapping[str, Any],
    if_match: str | None = None,
) -> Row:
    """Change the fields given, if nobody changed the record since the version `if_match` names.

    Raises NotFound, NotAllowed, Invalid, or EditConflict carrying the record as it is now.
    """
    record = get_permitted(asker, object_type.model, pk, "change", lock=True)
    fields = _refuse_unwritable(asker, object_type, values)
    if if_match and not _is_current(if_match, record):
        theirs = read_json(asker, object_type, pk)
        raise EditConflict(
            _("Somebody changed this record in the meantime."),
            theirs=theirs and theirs[0],
            changed=sorted(values),
        )
    _write(asker, object_type, record, values, fields)
    return record


def _write(
    asker: Asker,
    object_type: ObjectType,
    record: Row,
    values: Mapping[str, Any],
    fields: Mapping[str, ObjectField],
) -> bool:
    """Change a locked record; returns whether anything is different now."""
    before = _values(record)
    many = {
        name: chosen
        for name, chosen in _assign(asker, record, values, fields).items()
        if set(chosen) != set(getattr(record, name).values_list("pk", flat=True))
    }
    changed = _validate(object_type, record, values, before)
    for name, chosen in many.items():
        getattr(record, name).set(chosen)
    if changed or many:
        record.save(update_fields=[*changed, "updated_at"])  # tags too are a new version
    return bool(changed or many)


@dataclass(frozen=True)
class RowChange:
    """What to change of one record among others, and the version that is meant."""

    pk: UUID
    values: Mapping[str, Any]
    version: str | None = None


@transaction.atomic
def change_records(*, asker: Asker, object_type: ObjectType, rows: Sequence[RowChange]) -> int:
    """Change each record in its own way, all of them or none; returns how many are different now.

    Raises NotAllowed, or Invalid naming every field that does not fit as "rows.3.set.phone".
    """
    fields = _refuse_unwritable(asker, object_type, {name for row in rows for name in row.values})
    allowed = visible_to(asker, object_type.model, "change").filter(pk__in=[r.pk for r in rows])
    records = {r.pk: r for r in allowed.select_for_update(of=("self",)).order_by("pk")}
    problems: list[Problem] = []
    changed = 0
    for number, row in enumerate(rows):
        try:
            record = records.get(row.pk)
            if record is None:
                raise Invalid(
                    [_problem_of_row(_("You may not change this record."), "not_allowed")]
                )
            if row.version and not _is_current(row.version, record):
                message = _("Somebody changed this record in the meantime.")
                raise Invalid([_problem_of_row(message, EditConflict.code)])
            changed += _write(asker, object_type, record, row.values, fields)
        except Invalid as error:
            problems += [_in_row(number, p) for p in error.extra["errors"]]
    if problems:
        raise Invalid(problems)
    return changed


def _problem_of_row(message: str, code: str) -> Problem:
    return {"field": None, "message": message, "code": code}


def _in_row(number: int, problem: Problem) -> Problem:
    field = f".set.{problem['field']}" if problem["field"] else ""
    return {**problem, "field": f"rows.{number}{field}"}


@transaction.atomic
def delete_record(*, asker: Asker, object_type: ObjectType, pk: UUID) -> None:
    """Move the record to the recycle bin."""
    record = get_permitted(asker, object_type.model, pk, "delete", lock=True)
    record.deleted_at = timezone.now()
    record.save(update_fields=["deleted_at"])


@transaction.atomic
def restore_record(*, asker: Asker, object_type: ObjectType, pk: UUID) -> None:
    """Take the record back out of the bin. Raises Invalid if its unique key was given away."""
    record = get_permitted(asker, object_type.model, pk, "delete", deleted=True, lock=True)
    record.deleted_at = None
    if broken := broken_constraints(record, ["deleted_at"]):
        raise Invalid([problem_of(object_type, constraint) for constraint in broken])
    record.save(update_fields=["deleted_at"])


@dataclass(frozen=True)
class BulkEdit:
    """One change for many records: `values` checked once, written by set where no rule forbids."""

    asker: Asker
    object_type: ObjectType
    values: Mapping[str, Any]
    columns: Mapping[str, Any]
    delete: bool = False

    @transaction.atomic
    def apply(self, ids: Sequence[UUID]) -> int:
        """Change those of `ids` the asker may change; returns how many were.

        Raises Invalid, naming the field, if a record's own rule refuses the value.
        """
        model = self.object_type.model
        verb = "delete" if self.delete else "change"
        allowed = visible_to(self.asker, model, verb).filter(pk__in=ids)
        locked = allowed.select_for_update(of=("self",)).order_by("pk")
        if not self.delete and _has_own_rules(self.object_type):
            fields = self.asker.writable(self.object_type)
            records = list(locked)
            for record in records:
                _write(self.asker, self.object_type, record, self.values, fields)
            return len(records)
        keys = list(locked.values_list("pk", flat=True))
        return model._default_manager.filter(pk__in=keys).update(**self.columns)


def _has_own_rules(object_type: ObjectType) -> bool:
    """Whether a record checks or computes over several fields, which SET of a column would skip."""
    return object_type.validate is not None or object_type.model.clean is not models.Model.clean


def bulk_edit(
    *,
    asker: Asker,
    object_type: ObjectType,
    values: Mapping[str, Any] | None = None,
    delete: bool = False,
) -> BulkEdit:
    """The change, checked once for all records. Raises NotAllowed or Invalid naming the field."""
    if delete:
        columns = {"deleted_at": timezone.now()}
        return BulkEdit(asker, object_type, {}, columns, delete=True)
    values = values or {}
    if not values:
        message = _("Name at least one field to change.")
        raise Invalid([{"field": "set", "message": message, "code": "required"}])
    fields = _refuse_unwritable(asker, object_type, values)
    columns = {}
    for name, value in values.items():
        columns |= _bulk_column(asker, object_type, fields[name], value)
    return BulkEdit(asker, object_type, values, columns)


def _bulk_column(
    asker: Asker, object_type: ObjectType, f: ObjectField, value: Any
) -> dict[str, Any]:
    """The column of one field with its new value, and those derived from it."""
    if f.type.name == "link":
        return {f.column.attname: _linked(asker, f, value)}
    if f.type.name in ("tags", "json"):
        message = _("This field cannot be changed for many records at once.")
        raise Invalid([{"field": f.name, "message": message, "code": "not_bulk"}])
    try:
        value = f.column.clean(value, None)
    except ValidationError as error:
        raise Invalid([{**p, "field": f.name} for p in _problems(error)]) from error
    columns = object_type.model._meta.concrete_fields
    derived = [c for c in columns if isinstance(c, DerivedField) and c.source == f.name]
    return {f.column.attname: value, **{c.attname: c.derive(value) for c in derived}}
