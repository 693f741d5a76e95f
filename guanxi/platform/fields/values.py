"""Values of custom fields on their way into a record: checked, and brought into the form kept."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pydantic import TypeAdapter
from pydantic import ValidationError as PydanticValidationError

from guanxi.platform.objects.errors import Invalid
from guanxi.platform.objects.registry import ObjectField

EMPTY: tuple[Any, ...] = (None, "", [])
Problem = dict[str, Any]


@lru_cache(maxsize=1000)
def _written(f: ObjectField) -> TypeAdapter[Any]:
    return TypeAdapter(f.type.schema(f.column))


def kept(f: ObjectField, value: Any) -> Any:
    """A written value in the form a record keeps it; None if it is empty.

    Raises Django's ValidationError.
    """
    if isinstance(value, str):
        value = value.strip()
    if value in EMPTY:
        if not f.column.null:
            raise ValidationError(_("This is required."), code="required")
        return None
    try:
        read = _written(f).validate_python(value)
    except PydanticValidationError as error:
        first = error.errors()[0]
        raise ValidationError(
            first["msg"].removeprefix("Value error, "), code=first["type"]
        ) from error
    return _plain(f, f.column.clean(read, None))


def _plain(f: ObjectField, value: Any) -> Any:
    """As JSON, in the one way in which equal values are written alike."""
    match value:
        case Decimal():
            return f"{value:.{f.column.decimal_places}f}"  # type: ignore[attr-defined]
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat()
        case dt.date():
            return value.isoformat()
        case UUID():
            return str(value)
        case list():
            return [choice for choice, _label in f.choices if choice in value]
    return value


def checked(values: Mapping[str, Any], fields: Mapping[str, ObjectField]) -> dict[str, Any]:
    """Those of the values that are of custom fields, by key, as they are kept.

    Raises Invalid naming every field that does not fit.
    """
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in values.items():
        f = fields[name]
        if f.key:
            try:
                found[f.key] = kept(f, value)
            except ValidationError as error:
                problems += [
                    {"field": name, "message": m, "code": e.code or "invalid"}
                    for e in error.error_list
                    for m in e.messages
                ]
    if problems:
        raise Invalid(problems)
    return found


def defaults(fields: Iterable[ObjectField]) -> dict[str, Any]:
    """What the custom fields of a new record hold when nothing is said, by key."""
    return {f.key: f.column.default for f in fields if f.key and f.column.has_default()}
