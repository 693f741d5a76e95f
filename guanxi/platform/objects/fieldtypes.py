"""The types a field can have: how a value looks in JSON, in a filter and in the API's schema.

One small class per type in one map; a new type is one class.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
)

from guanxi.platform.objects.columns import ChoicesField, MoneyField, PhoneField, ScoreField

COMPARE = ("eq", "ne", "lt", "lte", "gt", "gte", "between", "empty", "not_empty")
CHOOSE = ("in", "not_in", "empty", "not_empty")


LONGEST_TEXT = 1_000_000  # characters
LARGEST_JSON = 64 * 1024  # characters
TIME = re.compile(r"(\d{1,2}):(\d{2})(?::00)?", re.ASCII)
EARLIEST, LATEST = dt.datetime(1000, 1, 1, tzinfo=dt.UTC), dt.datetime(9999, 1, 1, tzinfo=dt.UTC)


def storable(value: str) -> bool:
    """Whether PostgreSQL and a screen can carry the text: no control characters, no half pairs."""
    return not any((c < " " and c not in "\n\r\t") or "\ud800" <= c <= "\udfff" for c in value)


def _storable_text(value: str) -> str:
    if not storable(value):
        raise ValueError(_("Remove the control characters."))
    return value


def _texts_within(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _texts_within(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts_within(inner)


def _storable_json(value: dict[str, Any]) -> dict[str, Any]:
    try:
        size, storable_inside = len(json.dumps(value)), all(map(storable, _texts_within(value)))
    except RecursionError:
        raise ValueError(_("This is nested too deeply.")) from None
    if size > LARGEST_JSON:
        raise ValueError(_("This is longer than %(n)s characters.") % {"n": LARGEST_JSON})
    if not storable_inside:
        raise ValueError(_("Remove the control characters."))
    return value


def parse_json(text: str | bytes) -> Any:
    """Standard JSON only: NaN and Infinity, which Python reads too, are ValueErrors."""
    return json.loads(text, parse_constant=_no_constant)


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _written_as_text(value: Any) -> Any:
    """Dates come as text; a number would be read as seconds since 1970."""
    if not isinstance(value, str):
        raise ValueError(_("Write a date as text, such as 2024-12-31."))
    return value


def time_of_day(value: str) -> str:
    """A time to the minute as it is kept, "09:30": the order of such texts is that of the day.

    Takes "9:30" and "09:30:00" too. Raises ValueError.
    """
    if found := TIME.fullmatch(value.strip()):
        hour, minute = int(found[1]), int(found[2])
        if hour < 24 and minute < 60:
            return f"{hour:02d}:{minute:02d}"
    raise ValueError(_("Write a time of day as hours and minutes, such as 09:30."))


def _storable_instant(value: dt.datetime) -> dt.datetime:
    if not EARLIEST <= value < LATEST:
        raise ValueError(_("Choose a year from 1000 to 9998."))
    return value.astimezone(dt.UTC)


Text = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_storable_text)]
JsonMap = Annotated[dict[str, Any], AfterValidator(_storable_json)]
Date = Annotated[dt.date, BeforeValidator(_written_as_text, json_schema_input_type=dt.date)]
Time = Annotated[str, AfterValidator(time_of_day)]
Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_written_as_text, json_schema_input_type=dt.datetime),
    AfterValidator(_storable_instant),
]


class FieldType:
    """How one kind of value is stored, shown, filtered and validated."""

    name: ClassVar[str]
    operators: ClassVar[tuple[str, ...]] = ()
    groupable: ClassVar[bool] = False
    python: ClassVar[Any] = str
    shown: ClassVar[str] = "{}"  # SQL, around the column, whose JSON is the value the API shows

    def schema(self, column: "models.Field[Any, Any]") -> Any:
        """The pydantic type of a written value."""
        return self.python


class TextType(FieldType):
    name = "text"
    operators: ClassVar[tuple[str, ...]] = (
        "eq",
        "ne",
        "contains",
        "not_contains",
        "starts",
        "in",
        "empty",
        "not_empty",
    )
    groupable = True

    def schema(self, column: "models.Field[Any, Any]") -> Any:
        return Annotated[Text, Field(max_length=column.max_length or LONGEST_TEXT)]


class LongTextType(TextType):
    name = "long_text"
    operators = ("contains", "not_contains", "empty", "not_empty")
    groupable = False


class EmailType(TextType):
    name = "email"
    groupable = False


class PhoneType(TextType):
    name = "phone"
    groupable = False


class UrlType(TextType):
    name = "url"
    groupable = False


class NumberType(FieldType):
    name = "number"
    operators = COMPARE
    python = int

    def schema(self, column: "models.Field[Any, Any]") -> Any:
        return Annotated[StrictInt, Field(ge=-(2**31), lt=2**31)]


class DecimalType(FieldType):
    """Exact numbers; they travel as text, because JSON numbers lose digits."""

    name = "decimal"
    operators = COMPARE
    python = Decimal
    shown = "{}::text"

    def schema(self, column: "models.Field[Any, Any]") -> Any:
        return Annotated[
            Decimal,
            Field(max_digits=column.max_digits, decimal_places=column.decimal_places),  # type: ignore[attr-defined]
        ]


class MoneyType(DecimalType):
    name = "money"


class FloatType(FieldType):
    name = "float"
    operators = COMPARE
    python = float


class ScoreType(FloatType):
    name = "score"


class BooleanType(FieldType):
    name = "boolean"
    operators = ("eq", "ne")
    groupable = True
    python = bool

    def schema(self, column: "models.Field[Any, Any]") -> Any:
        return StrictBool


class DateType(FieldType):
    name = "date"
    operators = (*COMPARE, "in_period")
    python = dt.date
    groupable = True

    def schema(self, column: "models.Field[Any, Any]") -> Any:
        return Date


class DateTimeType(FieldType):
    name = "datetime"
    operators = (*COMPARE, "in_period")
    python = dt.datetime

    def schema(self, column: "models.Field[Any, Any]") -> Any:
        return Instant


class TimeType(FieldType):
    """A time of day to the minute, without a date or a zone: kept and compared as a text."""

    name = "time"
    operators = COMPARE
    groupable = True

    def schema(self, column: "models.Field[Any, Any]") -> Any:
        return Time


class ChoiceType(FieldType):
    name = "choice"
    operators = CHOOSE
    groupable = True

    def schema(self, column: "models.Field[Any, Any]") -> Any:
        from typing import Literal

        values = tuple(value for value, _label in column.flatchoices if value is not None)
        return Literal[(*values, "") if column.blank and "" not in values else values]


class MultiChoiceType(FieldType):
    name = "multi_choice"
    operators = CHOOSE
    python = list[str]

    def schema(self, column: "models.Field[Any, Any]") -> Any:
        from typing import Literal

        values = tuple(value for value, _label in column.flatchoices)
        return Annotated[list[Literal[values]], Field(max_length=1000)]  # type: ignore[valid-type]


class LinkType(FieldType):
    name = "link"
    operators = CHOOSE
    groupable = True
    python = UUID


class TagsType(FieldType):
    name = "tags"
    operators = CHOOSE
    python = list[UUID]

    def schema(self, column: "models.Field[Any, Any]") -> Any:
        return Annotated[list[UUID], Field(max_length=1000)]


class FileType(FieldType):
    """The id of an attachment that is the record's own; shown as what is known of the file."""

    name = "file"
    operators = ("empty", "not_empty")
    python = UUID


class JsonType(FieldType):
    name = "json"
    python = dict[str, Any]

    def schema(self, column: "models.Field[Any, Any]") -> Any:
        return JsonMap


TYPES: dict[str, FieldType] = {
    t.name: t()
    for t in (
        TextType, LongTextType, EmailType, PhoneType, UrlType, NumberType, DecimalType, MoneyType,
        FloatType, ScoreType, BooleanType, DateType, DateTimeType, TimeType, ChoiceType,
        MultiChoiceType, LinkType, TagsType, FileType, JsonType,
    )
}  # fmt: skip

_BY_COLUMN: "list[tuple[type[models.Field[Any, Any]], str]]" = [
    (PhoneField, "phone"),
    (MoneyField, "money"),
    (ScoreField, "score"),
    (models.ForeignKey, "link"),
    (models.ManyToManyField, "tags"),
    (models.EmailField, "email"),
    (models.URLField, "url"),
    (models.TextField, "long_text"),
    (models.CharField, "text"),
    (models.DecimalField, "decimal"),
    (models.FloatField, "float"),
    (models.BooleanField, "boolean"),
    (models.DateTimeField, "datetime"),
    (models.DateField, "date"),
    (models.IntegerField, "number"),
    (models.JSONField, "json"),
]


def type_of(column: "models.Field[Any, Any]") -> FieldType:
    """The field type of a database column. Raises KeyError for a column no type fits."""
    if isinstance(column, models.GeneratedField):
        output: models.Field[Any, Any] = column.output_field  # type: ignore[assignment]
        return type_of(output)
    if getattr(column, "flatchoices", None):
        return TYPES["multi_choice" if isinstance(column, ChoicesField) else "choice"]
    for cls, name in _BY_COLUMN:
        if isinstance(column, cls):
            return TYPES[name]
    raise KeyError(f"no field type for {column!r}")
