"""What the rules of a firm's own fields say to a write: what is required by condition, or locked.

The compiled condition is asked of the database, which alone decides: of what is locked before the
write, of what is required after it, of all records at once. So no way of writing is told otherwise
than another, nor than a list with the same filter.

A rule whose condition rests on a field that the writer does not see must not tell of it: nothing is
required of them by it, and what it could lock is locked to them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Case, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker
from guanxi.platform.filters.clock import clock_of
from guanxi.platform.filters.compiler import EVERY, compile_filter
from guanxi.platform.filters.words import in_words
from guanxi.platform.objects.constraints import Problem
from guanxi.platform.objects.custom_values import CUSTOM
from guanxi.platform.objects.errors import Invalid
from guanxi.platform.objects.registry import ObjectField, ObjectType, Rule

Conditions = dict[str, Q]  # by the name of the field
Refused = dict[UUID, list[Problem]]
Names = Collection[str] | None  # of the fields that are written; None: of a new record, all


class Rules:
    """The rules that writing these fields of an object's records can break.

    `look` before the write, then ask what is refused: of the locked ones at once, of what is
    required once it is written. Without names they are those of new records, which no lock holds.
    """

    def __init__(self, asker: Asker, object_type: ObjectType, names: Names = None):
        self.asker, self.object_type = asker, object_type
        self.seen = asker.fields(object_type).keys()
        self.fields = {
            name: f
            for name, f in asker.custom_fields(object_type).items()
            if f.required_when or f.locked_when
        }
        if self.fields:  # what is asked of one who may not write it, nobody could answer
            self.fields = {n: f for n, f in asker.writable(object_type).items() if n in self.fields}
        self.required = {
            name: f.required_when
            for name, f in self.fields.items()
            if f.required_when and self._sees(f.required_when) and asked_for(f, names)
        }
        self.locked = {
            name: f.locked_when
            for name, f in self.fields.items()
            if f.locked_when and names is not None and (name in names or name in self.required)
        }
        self.held: dict[UUID, dict[str, Any]] = {}
        self._reasons: dict[tuple[str, bool, bool], str] = {}  # one each, however many records

    def _sees(self, rule: Rule) -> bool:
        return rule.uses <= self.seen

    def compiled(self, rule: Rule) -> Q:
        tree, clock = rule.condition, clock_of(self.asker)
        return compile_filter(self.asker, self.object_type, tree, clock, in_row=True)

    def locks(self) -> Conditions:
        """When each field is locked to the writer."""
        return {n: self.compiled(r) if self._sees(r) else EVERY for n, r in self.locked.items()}

    def needs(self) -> Conditions:
        """When each field is required."""
        return {name: self.compiled(rule) for name, rule in self.required.items()}

    def lacks(self) -> Conditions:
        """When each field is required and not there."""
        empty = {name: Q(**{f"{f.path}__isnull": True}) for name, f in self.fields.items()}
        return {name: needed & empty[name] for name, needed in self.needs().items()}

    def _records(self, ids: Iterable[UUID]) -> "QuerySet[Any]":
        return self.object_type.model._default_manager.filter(pk__any_of=list(ids))

    def look(self, ids: Iterable[UUID]) -> None:
        """Note what is locked of these records, and the custom values they have."""
        if self.locked:
            found = holding(self._records(ids), self.locks(), CUSTOM)
            self.held = {pk: dict.fromkeys(names, custom) for pk, names, custom in found}

    def refuse_locked(self, values: Mapping[UUID, Mapping[str, Any]]) -> Refused:
        """What of these custom values, by key, would change a field that was found locked."""
        changed: dict[UUID, list[str]] = {}
        for pk, held in self.held.items():
            for name, custom in held.items():
                key = self.fields[name].key
                if pk in values and key in values[pk] and values[pk][key] != custom.get(key):
                    changed.setdefault(pk, []).append(name)
        lacking = self._lacking(changed)
        return {
            pk: [self.problem(n, locked=True, required=n in lacking.get(pk, ())) for n in names]
            for pk, names in changed.items()
        }

    def refuse_lacking(self, written: Mapping[UUID, Names]) -> Refused:
        """What is required of these records, as they are now, and not there.

        They are given with the fields that were written of each.
        """
        found = {
            pk: [name for name in names if asked_for(self.fields[name], written[pk])]
            for pk, names in self._lacking(written).items()
        }
        return {
            pk: [self.problem(n, locked=n in self.held.get(pk, ()), required=True) for n in names]
            for pk, names in found.items()
            if names
        }

    def _lacking(self, ids: Collection[UUID]) -> dict[UUID, list[str]]:
        """The required fields that these records are without, as they are now."""
        if not self.required or not ids:
            return {}
        return dict(holding(self._records(ids), self.lacks()))

    def problem(self, name: str, *, locked: bool, required: bool = False) -> Problem:
        """The refusal, with the condition in words."""
        code = "required" if required else "locked"
        if locked and required:
            code = "required_and_locked"
        why = (name, locked, required)
        if why not in self._reasons:
            self._reasons[why] = self.reason(*why)
        return {"field": name, "message": self._reasons[why], "code": code}

    def reason(self, name: str, locked: bool, required: bool) -> str:
        """Why a field is as it is, and what to do."""
        f = self.fields[name]
        named = {"field": f.label}
        if locked and f.locked_when and not self._sees(f.locked_when):
            message = _(
                '"%(field)s" is locked by what your role does not show. Ask an administrator.'
            )
            return message % named
        rule = f.required_when if required else f.locked_when
        assert rule is not None  # noqa: S101  for mypy: what has no rule is not asked about
        named["condition"] = in_words(self.asker, self.object_type, rule.condition)
        if locked and required:
            message = _(
                '"%(field)s" is required when %(condition)s, and locked at the same time: nobody'
                " can fill it in. Change what it depends on, or ask an administrator."
            )
        elif required:
            message = _('"%(field)s" is required when %(condition)s. Fill it in.')
        else:
            message = _('"%(field)s" is locked while %(condition)s. Change that first, if you may.')
        return message % named


def asked_for(f: ObjectField, names: Names) -> bool:
    """Whether writing these fields asks if this one is there: itself, or one that decides."""
    if names is None or f.required_when is None:
        return f.required_when is not None
    return f.name in names or not f.required_when.uses.isdisjoint(names)


def holding(
    records: "QuerySet[Any]", conditions: Conditions, *columns: str
) -> Iterator[tuple[Any, ...]]:
    """(id, the names whose condition holds, columns) of records of which any holds."""
    for pk, *rest in asking(records, conditions, "pk", *columns):
        told, flags = rest[: len(columns)], rest[len(columns) :]
        yield pk, [name for name, flag in zip(conditions, flags, strict=True) if flag], *told


def asking(
    records: "QuerySet[Any]", conditions: Conditions, *columns: str
) -> "QuerySet[Any, tuple[Any, ...]]":
    """The columns of records of which any of the conditions holds, and whether each does."""
    flags = {
        f"_rule_{number}": Case(When(condition, then=Value(True)), default=Value(False))
        for number, condition in enumerate(conditions.values())
    }
    found = records.filter(reduce(or_, conditions.values())).annotate(**flags).order_by()
    told: QuerySet[Any, tuple[Any, ...]] = found.values_list(*columns, *flags)
    return told


def still_locked(
    asker: Asker, object_type: ObjectType, written: Mapping[UUID, Collection[str]]
) -> set[tuple[UUID, str]]:
    """Which of these fields of these records are locked at present."""
    rules = Rules(asker, object_type, {name for names in written.values() for name in names})
    rules.look(written)
    return {(pk, n) for pk, held in rules.held.items() for n in held if n in written[pk]}


@contextmanager
def rules_kept(
    asker: Asker,
    object_type: ObjectType,
    ids: Collection[UUID],
    names: Collection[str],
) -> Iterator[None]:
    """Write within the fields `names` of all these records, none of the firm's own.

    Raises Invalid naming each field that is lacking then.
    """
    rules = Rules(asker, object_type, names)
    rules.look(ids)
    yield
    refuse(rules.refuse_lacking(dict.fromkeys(ids, names)))


def refuse(refused: Refused) -> None:
    """Raise Invalid with each problem once, however many records have it."""
    problems = {(p["field"], p["message"]): p for found in refused.values() for p in found}
    if problems:
        raise Invalid([*problems.values()])
