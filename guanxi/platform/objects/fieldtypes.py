"""The types a field can have: how a value looks in JSON, in a filter and in the API's schema.

One small class per type in one map; a new type is one class.
"""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

from django.db import models
from pydantic import AfterValidator, EmailStr, Field, StringConstraints

from guanxi.platform.objects.columns import MoneyField, PhoneField, ScoreField

COMPARE = ("eq", "ne", "lt", "lte", "gt", "gte", "between", "empty", "not_empty")
CHOOSE = ("in", "not_in", "empty", "not_empty")


def _no_nul(value: str) -> str:
    if any(ord(c) < 32 and c not in "\n\r\t" for c in value):
        raise ValueError("Remove the control characters.")
    return value


Text = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_no_nul)]


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
    operators = ("eq", "ne", "contains", "not_contains", "starts", "in", "empty", "not_empty")
    groupable = True

    def schema(self, column: "models.Field[Any, Any]") -> Any:
        return Annotated[Text, Field(max_length=column.max_length)] if column.max_length else Text


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
        return Annotated[int, Field(ge=-(2**31), lt=2**31)]


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


class DateType(FieldType):
    name = "date"
    operators = (*COMPARE, "in_period")
    python = dt.date
    groupable = True


class DateTimeType(FieldType):
    name = "datetime"
    operators = (*COMPARE, "in_period")
    python = dt.datetime


class ChoiceType(FieldType):
    name = "choice"
    operators = CHOOSE
    groupable = True

    def schema(self, column: "models.Field[Any, Any]") -> Any:
        from typing import Literal

        values = tuple(value for value, _label in column.flatchoices if value is not None)  # type: ignore[attr-defined]
        return Literal[(*values, "") if column.blank and "" not in values else values]


class LinkType(FieldType):
    name = "link"
    operators = CHOOSE
    groupable = True
    python = UUID


class TagsType(FieldType):
    name = "tags"
    operators = CHOOSE
    python = list[UUID]


class JsonType(FieldType):
    name = "json"
    python = dict[str, Any]


TYPES: dict[str, FieldType] = {
    t.name: t()
    for t in (
        TextType, LongTextType, EmailType, PhoneType, UrlType, NumberType, DecimalType, MoneyType, FloatType,
        ScoreType, BooleanType, DateType, DateTimeType, ChoiceType, LinkType, TagsType, JsonType,
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
        return type_of(column.output_field)
    if getattr(column, "flatchoices", None):
        return TYPES["choice"]
    for cls, name in _BY_COLUMN:
        if isinstance(column, cls):
            return TYPES[name]
    raise KeyError(f"no field type for {column!r}")


__all__ = ["TYPES", "EmailStr", "FieldType", "type_of"]
