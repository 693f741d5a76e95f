"""Create, change, delete, restore and bulk edit of any object; authorized before anything is written."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker, get_permitted, visible_to
from guanxi.platform.objects.columns import DerivedField
from guanxi.platform.objects.errors import EditConflict, Invalid, NotAllowed
from guanxi.platform.objects.record import Row
from guanxi.platform.objects.registry import ObjectField, ObjectType
from guanxi.platform.objects.rows import row_json


def read_json(
    asker: Asker, object_type: ObjectType, pk: UUID, *, deleted: bool = False
) -> str | None:
    """All visible fields of one record as JSON text; None if the asker cannot see it."""
    fields = asker.fields(object_type).values()
    records = visible_to(asker, object_type.model, deleted=deleted).filter(pk=pk)
    row: str | None = (
        records.annotate(_json=row_json(asker, object_type, fields))
        .values_list("_json", flat=True)
        .first()
    )
    return row


def etag(updated_at: dt.datetime) -> str:
    return f'"{updated_at.timestamp():.6f}"'


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
        raise NotAllowed(errors[0]["message"], field=errors[0]["field"], errors=errors)
    return writable


def _linked(asker: Asker, f: ObjectField, value: Any) -> Any:
    """The id of a record the asker may see. Raises Invalid naming the field."""
    if value is None:
        return None
    wanted = value if isinstance(value, list) else [value]
    if f.target is not None:
        found = visible_to(asker, f.target).filter(pk__in=wanted).count()
        if found != len(set(wanted)):
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
            setattr(record, f"{name}_id", _linked(asker, f, value))
        else:
            setattr(record, name, value)
    return many


def _validate(object_type: ObjectType, record: Row, changed: Iterable[str]) -> None:
    """Check what is written, and the rules over several fields. Raises Invalid."""
    untouched = {c.name for c in record._meta.fields} - set(changed)
    links = {c.name for c in record._meta.fields if isinstance(c, models.ForeignKey)}
    try:
        record.clean_fields(exclude=untouched | links)
        record.clean()
        if object_type.validate:
            object_type.validate(record)
        record.validate_constraints(exclude=untouched & links)
    except ValidationError as error:
        raise Invalid(_problems(error)) from error


def _problems(error: ValidationError) -> list[dict[str, Any]]:
    if not hasattr(error, "error_dict"):
        return [
            {"field": None, "message": m, "code": error.code or "invalid"} for m in error.messages
        ]
    return [
        {"field": None if name == "__all__" else name, "message": m, "code": e.code or "invalid"}
        for name, errors in error.error_dict.items()
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
    _validate(object_type, record, {*values, *(n for n, f in fields.items() if f.required)})
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
    get_permitted(asker, object_type.model, pk, "change")
    fields = _refuse_unwritable(asker, object_type, values)
    record = object_type.model._default_manager.select_for_update(of=("self",)).get(pk=pk)
    if if_match and if_match != "*" and if_match != etag(record.updated_at):
        raise EditConflict(
            _("Somebody changed this record in the meantime."),
            theirs=read_json(asker, object_type, pk),
            mine=sorted(values),
        )
    before = {c.name: getattr(record, c.attname) for c in record._meta.fields}
    many = _assign(asker, record, values, fields)
    _validate(object_type, record, values)
    changed = [c.name for c in record._meta.fields if getattr(record, c.attname) != before[c.name]]
    derived = [
        c.name for c in record._meta.fields if isinstance(c, DerivedField) and c.source in changed
    ]
    if changed:
        record.save(update_fields=[*changed, *derived])
    for name, chosen in many.items():
        getattr(record, name).set(chosen)
    return record


@transaction.atomic
def delete_record(*, asker: Asker, object_type: ObjectType, pk: UUID) -> None:
    """Move the record to the recycle bin."""
    record = get_permitted(asker, object_type.model, pk, "delete")
    record.deleted_at = timezone.now()
    record.save(update_fields=["deleted_at"])


@transaction.atomic
def restore_record(*, asker: Asker, object_type: ObjectType, pk: UUID) -> None:
    """Take the record back out of the recycle bin. Raises Invalid if its unique key was given away."""
    record = get_permitted(asker, object_type.model, pk, "delete", deleted=True)
    record.deleted_at = None
    try:
        record.validate_constraints()
    except ValidationError as error:
        raise Invalid(_problems(error)) from error
    record.save(update_fields=["deleted_at"])


def bulk_columns(
    *, asker: Asker, object_type: ObjectType, values: Mapping[str, Any] | None, delete: bool
) -> dict[str, Any]:
    """The columns a bulk edit sets, checked once for all records. Raises NotAllowed or Invalid."""
    if delete:
        return {"deleted_at": timezone.now()}
    fields = _refuse_unwritable(asker, object_type, values or {})
    columns: dict[str, Any] = {}
    for name, value in (values or {}).items():
        f = fields[name]
        if f.type.name in ("tags", "json"):
            message = _("This field cannot be changed for many records at once.")
            raise Invalid([{"field": name, "message": message, "code": "not_bulk"}])
        if f.type.name != "link":
            try:
                value = f.column.clean(value, None)
            except ValidationError as error:
                problems = [
                    {"field": name, "message": m, "code": error.code or "invalid"}
                    for m in error.messages
                ]
                raise Invalid(problems) from error
        columns[f.column.attname] = _linked(asker, f, value) if f.type.name == "link" else value
        for c in object_type.model._meta.fields:
            if isinstance(c, DerivedField) and c.source == name:
                columns[c.name] = c.derive(value)
    if not columns:
        raise Invalid(
            [
                {
                    "field": "set",
                    "message": _("Name at least one field to change."),
                    "code": "required",
                }
            ]
        )
    return columns


@transaction.atomic
def bulk_change(
    *,
    asker: Asker,
    object_type: ObjectType,
    ids: Sequence[UUID],
    columns: Mapping[str, Any],
    delete: bool = False,
) -> int:
    """Set `columns` on those of `ids` the asker may change; returns how many were."""
    allowed = visible_to(asker, object_type.model, "delete" if delete else "change").filter(
        pk__in=ids
    )
    locked = list(
        allowed.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True)
    )
    changed: int = object_type.model._default_manager.filter(pk__in=locked).update(**columns)
    return changed
