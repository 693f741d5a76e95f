"""Which field of a record a broken database constraint is about."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import IntegrityError, models
from django.db.models.constraints import BaseConstraint
from django.utils.translation import gettext as _

from guanxi.platform.objects.columns import DerivedField
from guanxi.platform.objects.registry import ObjectType, built_in

Problem = dict[str, Any]


def columns_of(constraint: BaseConstraint) -> list[str]:
    """The columns that must be different, or that must fit together."""
    if isinstance(constraint, models.UniqueConstraint):
        return [*constraint.fields, *_names(constraint.expressions)]
    return list(_names([constraint.condition]) if hasattr(constraint, "condition") else [])


def broken_constraint(object_type: ObjectType, error: IntegrityError) -> BaseConstraint | None:
    """The declared constraint that the database says a write breaks; None if it is no such."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    return next((c for c in object_type.model._meta.constraints if c.name == name), None)


def problem_of(
    object_type: ObjectType, constraint: BaseConstraint, changed: Iterable[str] = ()
) -> Problem:
    """The refusal, naming the field: of several columns the one just written."""
    columns = columns_of(constraint)
    written = set(changed)
    candidates = [c for c in columns if c in written] + columns
    fields = [_field(object_type, name) for name in candidates]
    field = next((f for f in fields if f in object_type.own_fields), None)
    if isinstance(constraint, models.UniqueConstraint):
        message, code = _("Another record has this value already."), "unique"
    elif constraint.violation_error_message != BaseConstraint.default_violation_error_message:
        message, code = str(constraint.violation_error_message), "check"
    else:
        message, code = _("These values do not fit together."), "check"
    return {"field": field, "message": message, "code": code}


def problem_of_name(name: str) -> Problem | None:
    """The refusal for a constraint the database names; None for one no object declares."""
    for object_type in built_in():
        for constraint in object_type.model._meta.constraints:
            if constraint.name == name:
                return problem_of(object_type, constraint)
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
