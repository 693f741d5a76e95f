"""What the rules of an object's fields say of a record while it is still being written.

The conditions are asked of one row that is in no table: a common table expression of the table's
own name, so that it is the very query a list sends.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import connection, models
from django.db.models.expressions import DatabaseDefault
from django.db.models.functions import Now
from django.utils import timezone
from pydantic import ValidationError as PydanticValidationError

from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.fields.values import defaults, kept
from guanxi.platform.objects.custom_values import merged
from guanxi.platform.objects.errors import NotFound
from guanxi.platform.objects.record import Row
from guanxi.platform.objects.registry import ObjectType
from guanxi.platform.objects.rules import Conditions, Rules, asking
from guanxi.platform.objects.schemas import change_values
from guanxi.platform.objects.updating import as_json

AS_IF = "with {table} as (select * from json_populate_record(null::{table}, %s)) {query}"


def rules_of_draft(
    *, asker: Asker, object_type: ObjectType, pk: UUID | None, values: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """Which fields with rules are required or locked of a record with these values, and why.

    `values` are as a change has them, of a new record if there is no `pk`; what cannot be read
    yet is passed over. Raises NotFound for a record that the asker does not see.
    """
    rules = Rules(asker, object_type, None if pk is None else asker.writable(object_type))
    if not rules.fields:
        return {}
    record: Any = _new(asker, object_type) if pk is None else _seen(asker, object_type, pk)
    if pk is not None:
        rules.look([pk])
    _put(asker, object_type, record, values)
    required = _holding(object_type, record, rules.needs())
    locked = rules.held.get(record.pk, {})
    found = {}
    for name, f in rules.fields.items():
        states = {"required": name in required, "locked": name in locked}
        lacking = name in required and not (name in locked and f.key in record.custom)
        reason = rules.reason(name, name in locked, lacking) if any(states.values()) else ""
        found[name] = {**states, "reason": reason}
    return found


def _seen(asker: Asker, object_type: ObjectType, pk: UUID) -> Row:
    record = visible_to(asker, object_type.model).filter(pk=pk).first()
    if record is None:
        raise NotFound
    return record


def blank(object_type: ObjectType) -> Row:
    """A new record with what the database would fill in."""
    record = object_type.new()
    record.pk = uuid4()
    for column in record._meta.concrete_fields:
        default: Any = None if column.generated else getattr(record, column.attname)
        if isinstance(default, DatabaseDefault):
            setattr(record, column.attname, _filled_in(column.db_default))
    return record


def _filled_in(default: Any) -> Any:
    if isinstance(default, Now):
        return timezone.now()
    return None if isinstance(default, models.Func) else getattr(default, "value", default)


def _new(asker: Asker, object_type: ObjectType) -> Row:
    record: Any = blank(object_type)
    record.custom = defaults(asker.custom_fields(object_type).values())
    if "owner" in object_type.own_fields:
        record.owner_id = asker.user.pk
    return record  # type: ignore[no-any-return]


def _put(asker: Asker, object_type: ObjectType, record: Any, values: Mapping[str, Any]) -> None:
    writable = asker.writable(object_type)
    for name, value in _readable(object_type, values).items():
        f = writable.get(name)
        if f is None or f.type.name == "tags":
            continue
        if not f.key:
            setattr(record, f.column.attname, value)
            continue
        try:
            record.custom = merged(record.custom, {f.key: kept(f, value)})
        except ValidationError:
            continue


def _readable(object_type: ObjectType, values: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return change_values(object_type.shape, values)
    except PydanticValidationError as error:
        unread = {problem["loc"][0] for problem in error.errors()}
        rest = {name: value for name, value in values.items() if name not in unread}
        return change_values(object_type.shape, rest)


def _holding(object_type: ObjectType, record: Row, conditions: Conditions) -> set[str]:
    """The names whose condition holds of a record as it is here, in no table."""
    if not conditions:
        return set()
    found = asking(object_type.model._default_manager.all(), conditions, "pk")
    try:
        query, params = found.query.sql_with_params()
    except EmptyResultSet:
        return set()
    table = connection.ops.quote_name(object_type.model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(AS_IF.format(table=table, query=query), [as_json(record), *params])
        row = cursor.fetchone()
    return {name for name, flag in zip(conditions, row[1:], strict=True) if flag} if row else set()
