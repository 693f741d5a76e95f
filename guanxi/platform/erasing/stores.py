"""Every place that may hold personal values of a record says here what an erasure does with it.

A table without a word fails a test: either it has a function, or it says why it holds nothing.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from guanxi.platform.erasing.models import Erasure
from guanxi.platform.erasing.traces import Traces, replaced
from guanxi.platform.fields.models import CustomField
from guanxi.platform.objects.custom_values import CUSTOM
from guanxi.platform.objects.record import Row, object_name
from guanxi.platform.objects.registry import ObjectType

Model = type[models.Model]
AT_ONCE = 2000  # rows whose JSON is rewritten in one statement


@dataclass(frozen=True)
class Hanging:
    """Rows that name the record by one of `via`: they go, or stay with some columns emptied.

    In the texts of `scrubs` only what the record is known by is replaced.
    """

    model: type[Row]
    via: Sequence[str]
    goes: bool = False
    empties: Mapping[str, Any] = field(default_factory=dict)
    scrubs: Sequence[str] = ()
    why_it_stays: Any = ""

    def of(self, ids: Sequence[UUID]) -> "models.QuerySet[Any]":
        """Its rows, those in the recycle bin included."""
        named = models.Q()
        for path in self.via:
            named |= models.Q(**{f"{path}__in": ids})
        return self.model._base_manager.filter(named)


@dataclass
class Erasing:
    """One erasure under way."""

    erasure: Erasure
    declared: ObjectType
    ids: list[UUID]  # the record and all that it absorbed
    traces: Traces
    hanging: dict[str, list[UUID]] = field(default_factory=dict)  # by object
    contents: set[str] = field(default_factory=set)  # of files that were deleted: their SHA-256
    files: set[UUID] = field(default_factory=set)  # imports whose file on the disk has to go
    others: list[UUID] = field(default_factory=list)  # what else may have been told a value

    @property
    def everything(self) -> list[UUID]:
        """The ids of the record and of all that hangs on it."""
        return [*self.ids, *(pk for ids in self.hanging.values() for pk in ids)]

    @cached_property
    def pattern(self) -> str:
        return self.traces.pattern()

    @cached_property
    def elsewhere(self) -> str:
        return self.traces.pattern(elsewhere=True)

    @cached_property
    def cells(self) -> str:
        return self.traces.pattern(elsewhere=True, cells=True)


Erase = Callable[[Erasing], object]

_hanging: dict[str, list[Hanging]] = {}  # by the object it hangs on
_functions: dict[Model, Erase] = {}
_reasons: dict[Model, str] = {}


def hangs(on: str, *stores: Hanging) -> None:
    """Declare what hangs on records of an object."""
    _hanging.setdefault(on, []).extend(stores)


def erases(model: Model, function: Erase) -> None:
    """Let a function see to a table in an erasure, in its transaction."""
    _functions[model] = function


def holds_none(why: str, *held: Model) -> None:
    """Say why tables hold no personal value of a record."""
    _reasons.update(dict.fromkeys(held, why))


def hanging_on(declared: ObjectType) -> Sequence[Hanging]:
    return _hanging.get(declared.name, ())


def functions() -> Iterator[Erase]:
    yield from dict.fromkeys(_functions.values())


def words() -> dict[Model, str]:
    """What every table that said something said: the empty text for those that are erased."""
    spoken: dict[Model, str] = {h.model: "" for stores in _hanging.values() for h in stores}
    return {**_reasons, **dict.fromkeys(_functions, ""), **spoken}


def silent() -> set[str]:
    """The tables of which nobody said what an erasure does with them."""
    known = words()
    erasable = {m for m in apps.get_models() if object_name(m) in _hanging and issubclass(m, Row)}
    return {
        model._meta.label
        for model in apps.get_models()
        if model not in known
        and model not in erasable
        and not model._meta.proxy
        and any(may_tell(f) for f in model._meta.concrete_fields)
    }


def may_tell(f: "models.Field[Any, Any]") -> bool:
    """Whether values of a column may say something of a person: texts, structures, days."""
    if f.is_relation or f.choices:
        return False
    of = getattr(f, "base_field", f)
    if isinstance(of, models.DateField) and not isinstance(of, models.DateTimeField):
        return True
    return isinstance(of, models.CharField | models.TextField | models.JSONField)


NUMBERS = ("decimal", "money", "boolean", "choice", "multi_choice")


def kept_of(model: Model, *, personal: Sequence[str] = ()) -> list[str]:
    """The columns of a hanging table of which events may keep what they tell."""
    own = [
        f.attname
        for f in model._meta.concrete_fields
        if f.name not in personal and (not may_tell(f) or isinstance(f, models.DateField))
    ]
    fields = CustomField.objects.filter(object=object_name(model), type__in=NUMBERS)
    return [*own, *(f"{CUSTOM}.{key}" for key in fields.values_list("key", flat=True))]


def scrub(rows: "models.QuerySet[Any]", columns: Sequence[str], pattern: str) -> list[Any]:
    """Replace what the pattern describes in columns of text or JSON; returns the rows' keys."""
    if not pattern or not columns:
        return []
    found = re.compile(pattern, re.IGNORECASE)
    matching = models.Q()
    for n in columns:
        matching |= models.Q(**{f"_{n}__iregex": pattern})
    texts = {f"_{n}": models.functions.Cast(n, models.TextField()) for n in columns}
    changed = []
    for row in rows.annotate(**texts).filter(matching).iterator(AT_ONCE):
        before = [getattr(row, name) for name in columns]
        after = [
            replaced(value, found, written=isinstance(value, str) or name == CUSTOM)
            for name, value in zip(columns, before, strict=True)
        ]
        if after != before:
            for name, value in zip(columns, after, strict=True):
                setattr(row, name, value)
            changed.append(row)
    if changed:
        rows.model._base_manager.bulk_update(changed, list(columns), batch_size=AT_ONCE)
    return [row.pk for row in changed]
