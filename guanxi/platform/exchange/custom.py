"""Custom fields in imports: cells into the form a record keeps, and the SQL that writes them."""

import json
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from psycopg import sql

from guanxi.platform.exchange.fields import converter
from guanxi.platform.exchange.targets import Context
from guanxi.platform.exchange.values.convert import BadValue, Convert
from guanxi.platform.fields.values import kept
from guanxi.platform.objects.registry import ObjectField

PAIRS = 45  # PostgreSQL functions take at most 100 arguments


def custom_converter(context: Context, f: ObjectField, column: int) -> Convert:
    """How cells of `column` become values of a custom field, as texts that `value_json` reads."""
    read = converter(context, f, column)

    def convert_cell(value: str) -> str:
        found: Any = read(value)
        if f.type.name in ("boolean", "multi_choice"):
            found = json.loads(found)
        try:
            found = kept(f, found)
        except ValidationError as error:
            raise BadValue(error.error_list[0].code or "invalid", error.messages[0]) from None
        return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)

    return convert_cell


def value_json(f: ObjectField, text: str) -> str:
    """The SQL of one value as JSON, of the SQL of a converted text; null where that is empty."""
    match f.type.name:
        case "boolean" | "multi_choice":
            return f"nullif({text}, '')::jsonb"
        case _:
            return f"to_jsonb(nullif({text}, ''))"


def current_json(f: ObjectField, table: str = "c") -> str:
    """The SQL of the value a record has."""
    return f"({table}.custom -> '{f.key}')"


def values_json(pairs: Iterable[tuple[ObjectField, str]]) -> str:
    """The SQL of all values there are, by key."""
    written = [f"'{f.key}', {value_json(f, text)}" for f, text in pairs]
    chunks = [written[i : i + PAIRS] for i in range(0, len(written), PAIRS)] or [[]]
    objects = [f"jsonb_build_object({', '.join(chunk)})" for chunk in chunks]
    return f"jsonb_strip_nulls({' || '.join(objects)})"


def with_defaults(defaults: dict[str, Any], values: str) -> str:
    """The SQL of a new record's values."""
    return f"({sql.Literal(json.dumps(defaults)).as_string(None)}::jsonb || {values})"
