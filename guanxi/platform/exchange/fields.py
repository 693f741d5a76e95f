"""The converter of a declared field, from its type."""

from django.db import models

from guanxi.platform.exchange.targets import Context
from guanxi.platform.exchange.values import convert, dates
from guanxi.platform.exchange.values.convert import BadValue, Convert
from guanxi.platform.masking.masks import is_mask, looks_masked
from guanxi.platform.objects.registry import ObjectField


def converter(context: Context, f: ObjectField, column: int) -> Convert:
    """How cells of `column` become values of the field `f`. Links are looked up instead.

    What an export shows in place of a personal value is none.
    """
    read = _converter(context, f, column)
    return unmasked(f.mask_kind, read) if f.personal else read


def unmasked(kind: str | None, read: Convert) -> Convert:
    def convert_cell(value: str) -> str:
        if looks_masked(kind, value):
            raise BadValue("mask", is_mask(value))
        return read(value)

    return convert_cell


def _converter(context: Context, f: ObjectField, column: int) -> Convert:
    mark = context.decimal_marks.get(column, ".")
    length = getattr(f.column, "max_length", None)
    match f.type.name:
        case "number":
            return convert.integer(mark)
        case "decimal" | "money":
            decimal = f.column
            assert isinstance(decimal, models.DecimalField)  # noqa: S101  for mypy
            return convert.number(decimal.max_digits, decimal.decimal_places, mark)
        case "float" | "score":
            return convert.number(mark=mark)
        case "boolean":
            return convert.boolean
        case "date":
            return dates.date(context.date_orders.get(column, ""))
        case "datetime":
            return dates.instant(context.zone, context.date_orders.get(column, ""))
        case "time":
            return dates.time
        case "choice":
            return convert.choice(f.column)
        case "multi_choice":
            return convert.choices(f.column)
        case "email":
            return convert.email
        case "url":
            return convert.url
        case "long_text":
            return convert.text(single_line=False)
        case _:
            return convert.text(length)
