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
from guanxi.platform.fields.values import checked, defaults
from guanxi.platform.objects.columns import derived_from
from guanxi.platform.objects.constraints import Problem
from guanxi.platform.objects.custom_values import CUSTOM, Merged
from guanxi.platform.objects.errors import EditConflict, Invalid, NotAllowed
from guanxi.platform.objects.record import Row
from guanxi.platform.objects.registry import ObjectField, ObjectType
from guanxi.platform.objects.rows import row_json
from guanxi.platform.objects.rules import Refused, Rules, refuse
from guanxi.platform.objects.writing import Writer, problems, refuse_mask, told


def read_json(asker: Asker, object_type: ObjectType, pk: UUID) -> tuple[str, dt.datetime] | None:
    """All visible fields of one record as JSON text, and its version; None if it is not seen."""
    body = row_json(asker, object_type, asker.shown(object_type).values())
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
    refused = [name for name in names if name not in writable]
    visible = asker.shown(object_type)
    # One that is hidden and one that does not exist look the same.
    message = _("There is no such field.")
    if unknown := [n for n in refused if n.startswith(f"{CUSTOM}.") and n not in visible]:
        raise Invalid([{"field": n, "message": message, "code": "unknown"} for n in unknown])
    message = _("You may not write this field.")
    errors = [{"field": n, "message": message, "code": "not_allowed"} for n in refused]
    if errors:
        raise NotAllowed(message, errors=errors)
    return writable


@transaction.atomic
def create_record(*, asker: Asker, object_type: ObjectType, values: Mapping[str, Any]) -> Row:
    """Create one record, owned by the asker unless another owner is given.

    Raises NotAllowed, or Invalid naming each field that does not fit.
    """
    if not asker.may("create", object_type):
        raise NotAllowed(_("You may not create this kind of record."))
    fields = _refuse_unwritable(asker, object_type, values)
    record = object_type.new()
    if "owner" in object_type.own_fields and "owner" not in values:
        record.owner_id = asker.user.pk  # type: ignore[attr-defined]
    if custom := asker.custom_fields(object_type):
        record.custom = defaults(custom.values())  # type: ignore[attr-defined]
        values = {**{n: None for n, f in fields.items() if f.key and f.required}, **values}
    Writer(asker, object_type, fields, [values]).insert(record, values)
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
    if (deciding := asker.deciding(object_type, values)) is not asker:
        may_give = visible_to(deciding, object_type.model, "change").filter(pk=pk)
        if not may_give.exists():
            raise NotAllowed(_("You may see this record, but not do this with it."))
    fields = _refuse_unwritable(asker, object_type, values)
    if if_match and not _is_current(if_match, record):
        theirs = read_json(asker, object_type, pk)
        raise EditConflict(
            _("Somebody changed this record in the meantime."),
            theirs=theirs and theirs[0],
            changed=sorted(values),
        )
    writer = Writer(asker, object_type, fields, [values])
    writer.put(record, values)
    refuse(writer.write())
    return record


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
    names = {name for row in rows for name in row.values}
    fields = _refuse_unwritable(asker, object_type, names)
    asking = asker.deciding(object_type, names)
    allowed = visible_to(asking, object_type.model, "change").filter(pk__in=[r.pk for r in rows])
    records = {r.pk: r for r in allowed.select_for_update(of=("self",)).order_by("pk")}
    writer = Writer(asker, object_type, fields, [row.values for row in rows])
    found: list[Problem] = []
    number_of = {row.pk: number for number, row in enumerate(rows)}
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
            writer.put(record, row.values)
        except Invalid as error:
            found += [_in_row(number, p) for p in error.extra["errors"]]
    if not found:
        refused = writer.write()
        found = [_in_row(number_of[pk], p) for pk, problems in refused.items() for p in problems]
    if found:
        raise Invalid(found)
    return len(writer.changes)


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
    with told(object_type, asker=asker):
        record.save(update_fields=["deleted_at"])


@dataclass(frozen=True)
class BulkEdit:
    """One change for many records: `values` checked once, written by set where no rule forbids."""

    asker: Asker
    object_type: ObjectType
    values: Mapping[str, Any]
    columns: Mapping[str, Any]
    custom: Mapping[str, Any]
    delete: bool = False

    @transaction.atomic
    def apply(self, ids: Sequence[UUID]) -> int:
        """Change those of `ids` the asker may change, all or none; returns how many were.

        Raises Invalid, naming the field, if a record's own rule refuses the value.
        """
        changed, refused = self._write(ids)
        refuse(refused)
        return changed

    @transaction.atomic
    def apply_where_it_fits(self, ids: Sequence[UUID]) -> tuple[int, Refused]:
        """Change those of `ids` the asker may change and no rule refuses.

        Returns how many were, and what is refused by record: these stay as they were.
        """
        if not ids:
            return 0, {}
        try:
            with transaction.atomic():
                changed, refused = self._write(ids)
                if refused:
                    transaction.set_rollback(True)
        except Invalid as refusal:  # of the database, which does not say whose values it is
            if len(ids) == 1:
                return 0, {ids[0]: refusal.extra["errors"][:1]}
            middle = len(ids) // 2
            refused, rest = {}, [ids[:middle], ids[middle:]]
        else:
            if not refused:
                return changed, {}
            rest = [[pk for pk in ids if pk not in refused]]
        changed = 0
        for part in rest:
            more, others = self.apply_where_it_fits(part)
            changed, refused = changed + more, refused | others
        return changed, refused

    def _write(self, ids: Sequence[UUID]) -> tuple[int, Refused]:
        """Write those that may be changed; where one is refused, none of it must be kept."""
        model = self.object_type.model
        verb = "delete" if self.delete else "change"
        asking = self.asker.deciding(self.object_type, self.values)
        allowed = visible_to(asking, model, verb).filter(pk__in=ids)
        locked = allowed.select_for_update(of=("self",)).order_by("pk")
        if not self.delete and _has_own_rules(self.object_type):
            fields = self.asker.writable(self.object_type)
            records = list(locked)
            writer = Writer(self.asker, self.object_type, fields, [self.values])
            refused = writer.put_each(records, self.values)
            return len(records), refused or writer.write()
        keys = list(locked.values_list("pk", flat=True))
        rules = Rules(self.asker, self.object_type, self.values)
        rules.look(keys)
        if refused := rules.refuse_locked(dict.fromkeys(keys, self.custom)):
            return 0, refused
        with told(self.object_type, self.columns, asker=self.asker):
            changed = model._default_manager.filter(pk__in=keys).update(**self.columns)
        return changed, rules.refuse_lacking(dict.fromkeys(keys, self.values))


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
        return BulkEdit(asker, object_type, {}, {"deleted_at": timezone.now()}, {}, delete=True)
    values = values or {}
    if not values:
        message = _("Name at least one field to change.")
        raise Invalid([{"field": "set", "message": message, "code": "required"}])
    fields = _refuse_unwritable(asker, object_type, values)
    writer = Writer(asker, object_type, fields, [values])
    columns: dict[str, Any] = {}
    if custom := checked(values, fields):
        _refuse_one_file_for_many(custom, fields.values())
        columns[CUSTOM] = Merged(CUSTOM, custom)
    for name, value in values.items():
        refuse_mask(fields[name], value)
        if fields[name].key:
            writer.refuse_unseen(fields[name], value)
        else:
            columns |= _bulk_column(writer, fields[name], value)
    return BulkEdit(asker, object_type, values, columns, custom)


def _refuse_one_file_for_many(custom: Mapping[str, Any], fields: Iterable[ObjectField]) -> None:
    message = _("A file is one record's alone: for many at once the field can only be emptied.")
    named = [f.name for f in fields if f.type.name == "file" and custom.get(f.key) is not None]
    if named:
        raise Invalid([{"field": n, "message": message, "code": "not_bulk"} for n in named])


def _bulk_column(writer: Writer, f: ObjectField, value: Any) -> dict[str, Any]:
    """The column of one field with its new value, and those derived from it."""
    if f.type.name == "link":
        writer.refuse_unseen(f, value)
        return {f.column.attname: value}
    if f.type.name in ("tags", "json"):
        message = _("This field cannot be changed for many records at once.")
        raise Invalid([{"field": f.name, "message": message, "code": "not_bulk"}])
    try:
        value = f.column.clean(value, None)
    except ValidationError as error:
        raise Invalid([{**p, "field": f.name} for p in problems(error)]) from error
    derived = derived_from([f.name], writer.object_type.model)
    return {f.column.attname: value, **{c.attname: c.of(value) for c in derived}}
