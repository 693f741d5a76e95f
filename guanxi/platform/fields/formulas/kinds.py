"""What parts of a formula yield, and how the fields of a record come into one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from guanxi.platform.objects.columns import MoneyField
from guanxi.platform.objects.computed import Sql, joined
from guanxi.platform.objects.custom_values import CUSTOM, SQL, TEXT
from guanxi.platform.objects.registry import ObjectField
from guanxi.platform.workspaces.models import Workspace

ZONE = f"(select time_zone from {Workspace._meta.db_table})"  # noqa: S608  a table's name

NAMES = {
    "number": _("a number"),
    "money": _("money"),
    "text": _("text"),
    "boolean": _("yes or no"),
    "date": _("a date"),
    "choices": _("several choices"),
}


@dataclass(frozen=True)
class Kind:
    """What a part yields. Money has the currency, and the rate, that `MoneyField` tells of."""

    name: str
    currency: str = ""
    rate: str = field(default="", compare=False)
    values: frozenset[str] | None = field(default=None, compare=False)  # of a choice

    def __str__(self) -> str:
        return str(NAMES[self.name])


NUMBER, TEXT_KIND, BOOLEAN, DATE = Kind("number"), Kind("text"), Kind("boolean"), Kind("date")

# By type of field: what it is in a formula, and the SQL around its column. No text is "".
FROM_FIELDS = {
    "number": ("number", "{}::numeric"),
    "decimal": ("number", "{}"),
    "float": ("number", "{}::numeric"),
    "score": ("number", "{}::numeric"),
    "money": ("money", "{}"),
    "text": ("text", "nullif({}, '')"),
    "long_text": ("text", "nullif({}, '')"),
    "email": ("text", "nullif({}, '')"),
    "phone": ("text", "nullif({}, '')"),
    "url": ("text", "nullif({}, '')"),
    "choice": ("text", "nullif({}, '')"),
    "boolean": ("boolean", "{}"),
    "date": ("date", "{}"),
    "datetime": ("date", f"timezone({ZONE}, {{}})::date"),
    "multi_choice": ("choices", "{}"),
}


def kind_of(f: ObjectField) -> Kind | None:
    """What a field is in a formula; None if it cannot stand in one."""
    name, _template = FROM_FIELDS.get(f.type.name, (None, ""))
    if name is None:
        return None
    if isinstance(f.column, MoneyField):
        return Kind(name, f.column.currency, f.column.rate)
    return Kind(name, values=frozenset(v for v, _label in f.choices) or None)


def value_of(f: ObjectField) -> Callable[[str, Any], Sql]:
    """The SQL of a field's value, by table and compiler."""
    template = FROM_FIELDS[f.type.name][1]
    return partial(_value, f, template)


def _value(f: ObjectField, template: str, table: str, compiler: Any) -> Sql:
    return joined(template, _stored(f, table, compiler))


def _stored(f: ObjectField, table: str, compiler: Any) -> Sql:
    quote: Callable[[Any], str] = connection.ops.quote_name
    if f.computation is not None:
        return joined("({})", f.computation.sql(table, compiler))
    if f.key:
        template, _output = SQL.get(f.type.name, (TEXT, None))
        return template.format(f"{table}.{quote(CUSTOM)}", f"'{f.key}'"), ()
    if "__" not in f.path:
        return f"{table}.{quote(f.column.column)}", ()
    other = f.column.model._meta  # a contributed field, in a table by the record's id
    column, pk = quote(f.column.column), quote(other.pk.column)
    return f"(select c.{column} from {quote(other.db_table)} c where c.{pk} = {table}.id)", ()  # noqa: S608  identifiers only
