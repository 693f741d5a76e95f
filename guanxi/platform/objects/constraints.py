"""Which field of a record a broken database constraint is about."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db import IntegrityError, models
from django.db.models.constraints import BaseConstraint
from django.utils.translation import gettext as _

from guanxi.platform.objects.columns import DerivedField
from guanxi.platform.objects.registry import ObjectType, built_in

Problem = dict[str, Any]
# Who wrote, if known, and what the trigger told beside -> the refusal in words.
Explain = Callable[[Any, str], Any]


class KeptByTrigger(BaseConstraint):
    """A rule over several rows that a trigger of the table holds, which names it when it is broken.

    `explain` words the refusal for whoever wrote: it may name records they see.
    """

    def __init__(
        self,
        *,
        name: str,
        fields: Sequence[str],
        code: str = "check",
        explain: Explain | None = None,
    ):
        super().__init__(name=name, violation_error_code=code)
        self.fields, self.explain = tuple(fields), explain

    def deconstruct(self) -> Any:
        """To migrations a name: its SQL is in theirs."""
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        return path, (), {"name": self.name, "fields": self.fields}

    def clone(self) -> "KeptByTrigger":
        """What a model keeps of its rules, with what migrations need not know."""
        code, explain = self.violation_error_code or "", self.explain
        return KeptByTrigger(name=self.name, fields=self.fields, code=code, explain=explain)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeptByTrigger) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash((self.name, self.fields))

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        return None

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return None

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return None

    def validate(self, *_: Any, **__: Any) -> None:
        """The database alone knows the other rows as they are when it is written."""


def columns_of(constraint: BaseConstraint) -> list[str]:
    """The columns that must be different, or that must fit together."""
    if isinstance(constraint, KeptByTrigger):
        return list(constraint.fields)
    if isinstance(constraint, models.UniqueConstraint):
        return [*constraint.fields, *_names(constraint.expressions)]
    return list(_names([constraint.condition]) if hasattr(constraint, "condition") else [])


def broken_constraint(object_type: ObjectType, error: IntegrityError) -> BaseConstraint | None:
    """The declared constraint that the database says a write breaks; None if it is no such."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    return next((c for c in object_type.model._meta.constraints if c.name == name), None)


def detail_of(error: IntegrityError) -> str:
    """What the database tells beside the name of a rule."""
    return getattr(getattr(error.__cause__, "diag", None), "message_detail", None) or ""


def problem_of(
    object_type: ObjectType,
    constraint: BaseConstraint,
    changed: Iterable[str] = (),
    *,
    asker: Any = None,
    detail: str = "",
) -> Problem:
    """The refusal, naming the field: of several columns the one just written."""
    columns = columns_of(constraint)
    written = set(changed)
    candidates = [c for c in columns if c in written] + columns
    fields = [_field(object_type, name) for name in candidates]
    field = next((f for f in fields if f in object_type.own_fields), None)
    code = "unique" if isinstance(constraint, models.UniqueConstraint) else "check"
    if isinstance(constraint, KeptByTrigger) and constraint.explain:
        message, code = (
            str(constraint.explain(asker, detail)),
            constraint.violation_error_code or code,
        )
    elif constraint.violation_error_message != BaseConstraint.default_violation_error_message:
        message = str(constraint.violation_error_message)
    elif code == "unique":
        message = _("Another record has this value already.")
    else:
        message = _("These values do not fit together.")
    return {"field": field, "message": message, "code": code}


def problem_of_name(name: str, asker: Any = None, detail: str = "") -> Problem | None:
    """The refusal for a constraint the database names; None for one no object declares."""
    for object_type in built_in():
        for constraint in object_type.model._meta.constraints:
            if constraint.name == name:
                return problem_of(object_type, constraint, asker=asker, detail=detail)
    return None


def _field(object_type: ObjectType, column: str) -> str:
    """The field people know: a computed column stands for the one it is computed from."""
    source = object_type.model.computed.get(column, column)
    known = object_type.model._meta.get_field(source)
    return known.source if isinstance(known, DerivedField) else source


def _names(expressions: Iterable[Any]) -> Iterator[str]:
    for expression in expressions:
        if isinstance(expression, models.F):
            yield str(expression.name)  # type: ignore[attr-defined]
        elif isinstance(expression, models.Q):
            for child in expression.children:
                if isinstance(child, tuple):
                    yield str(child[0]).split("__")[0]
                    yield from _names([child[1]])
                else:
                    yield from _names([child])
        elif hasattr(expression, "get_source_expressions"):
            yield from _names(expression.get_source_expressions())
