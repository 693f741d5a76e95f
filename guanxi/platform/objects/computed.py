"""Values that are not stored but worked out by the database whenever a record is read.

The ORM reaches one as it reaches a stored custom value, by a path through the column `custom`; the
path names the computation by its content, so that it means the same in every process.
"""

from abc import ABC, abstractmethod
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

from django.db import models
from django.db.models import Transform

Sql = tuple[str, tuple[Any, ...]]  # with its parameters


def joined(template: str, *parts: Sql) -> Sql:
    """The template with a part in each of its {}, in their order."""
    return template.format(*(sql for sql, _ in parts)), tuple(p for _, ps in parts for p in ps)


def quoted_text(value: str) -> str:
    """A text as SQL, in a statement that takes parameters."""
    return "'" + value.replace("'", "''").replace("%", "%%") + "'"


class Computation(ABC):
    """One value of a record, as SQL over its table."""

    output_field: "models.Field[Any, Any]"

    @abstractmethod
    def sql(self, table: str, compiler: Any) -> Sql:
        """The value for the row of `table`, an alias as it stands in the query compiled."""


# Whoever has a field holds its computation; one that no field has any more is forgotten.
_computations: "WeakValueDictionary[str, Computation]" = WeakValueDictionary()
_lock = Lock()


def shared(name: str, computation: Computation) -> Computation:
    """The one computation of that name, which says what it does; to be held by its field."""
    with _lock:
        return _computations.setdefault(name, computation)


def computation_of(name: str) -> Computation:
    return _computations[name]


class ComputedValue(Transform):
    """A computation for the row whose column `custom` it is given."""

    def __init__(self, computation: Computation, *expressions: Any):
        super().__init__(*expressions)
        self.computation, self.output_field = computation, computation.output_field

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> Any:  # type: ignore[override]
        column: Any = self.lhs
        table = compiler.quote_name_unless_alias(column.alias)
        return joined("({})", self.computation.sql(table, compiler))
