"""The values of a firm's own fields: one JSON object beside the real columns of a record.

Each value is kept as the API shows it, exact numbers and dates as text, and is absent when empty.
The ORM reaches it typed: `custom__rank:decimal` is a path like that of any column.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import models
from django.db.models import Func, Transform, Value

from guanxi.platform.objects.computed import ComputedValue, computation_of

CUSTOM = "custom"  # the column, and what names of custom fields begin with
COMPUTED = "="  # begins the part of a path that names a computation
TEXT = "({} ->> {})"
# The functions read ISO 8601 alone and are immutable, as an index wants them.
SQL: "dict[str, tuple[str, models.Field[Any, Any]]]" = {
    "decimal": ("({} ->> {})::numeric", models.DecimalField(max_digits=40, decimal_places=10)),
    "boolean": ("({} -> {})::boolean", models.BooleanField()),
    "date": ("guanxi_date({} ->> {})", models.DateField()),
    "datetime": ("guanxi_instant({} ->> {})", models.DateTimeField()),
    "multi_choice": ("({} -> {})", models.JSONField()),
    "link": ("({} ->> {})::uuid", models.UUIDField()),
}
SQL["money"] = SQL["decimal"]


class TypedValue(Transform):
    """The value of one key with the type of its field; null where there is none."""

    def __init__(self, key: str, kind: str, *expressions: Any):
        super().__init__(*expressions)
        self.template, self.output_field = SQL.get(kind, (TEXT, models.TextField()))
        self.key = key

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> Any:  # type: ignore[override]
        column, parameters = compiler.compile(self.lhs)
        return self.template.format(column, f"'{self.key}'"), parameters


class CustomValues(models.JSONField):
    """The column of custom values; to migrations plain JSON."""

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

    def get_transform(self, name: str) -> Any:
        key, colon, kind = name.partition(":")
        if kind.startswith(COMPUTED):
            return partial(ComputedValue, computation_of(kind))
        return partial(TypedValue, key, kind) if colon else super().get_transform(name)


def merged(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The values with some set anew; None takes one away."""
    return {key: value for key, value in {**values, **changes}.items() if value is not None}


class Merged(Func):
    """The same in the database, for many records at once."""

    template = "((%(expressions)s))"
    arg_joiner = " || "
    output_field = models.JSONField()

    def __init__(self, column: str, changes: Mapping[str, Any]):
        super().__init__(models.F(column), Value(dict(changes), output_field=models.JSONField()))
        self.gone = [key for key, value in changes.items() if value is None]

    def as_sql(self, compiler: Any, connection: Any, **options: Any) -> Any:  # type: ignore[override]
        sql, parameters = super().as_sql(compiler, connection, **options)
        return (f"{sql} - %s::text[]", (*parameters, self.gone)) if self.gone else (sql, parameters)


def first_field(path: str) -> tuple[str, str]:
    """The first field of a path and the rest: "customer.custom.rank" is "customer" and the rest."""
    head, _dot, rest = path.partition(".")
    if head == CUSTOM:
        key, _dot, rest = rest.partition(".")
        head = f"{CUSTOM}.{key}"
    return head, rest
