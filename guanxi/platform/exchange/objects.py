"""Import of any declared object, drawn from its declaration: no code for a new object type.

Records are recognized by the mapped unique key; without one, a row that an existing record equals
  in
every mapped field is that record, so that the same file twice changes nothing.
"""

from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.exchange.custom import custom_converter
from guanxi.platform.exchange.errors import BadMapping
from guanxi.platform.exchange.fields import converter
from guanxi.platform.exchange.layout import Layout, Lookup
from guanxi.platform.exchange.object_sql import Statements
from guanxi.platform.exchange.targets import Context, TargetField, Walk
from guanxi.platform.exchange.values import convert
from guanxi.platform.exchange.values.convert import BadValue
from guanxi.platform.fields.definitions import stored_fields
from guanxi.platform.objects.columns import DerivedField
from guanxi.platform.objects.registry import ObjectField, ObjectType, is_registered, type_of_model


class ObjectTarget:
    """One object type as a target."""

    walks: tuple[Walk, ...] = (Walk("records"),)

    def __init__(self, declared: ObjectType):
        self.declared = declared
        self.name, self.label = declared.name, declared.label
        self.options: dict[str, Any] = {"owner": "me", "on_match": "update"}

    def may(self, asker: Asker) -> bool:
        return asker.may("import", self.declared)

    @cached_property
    def custom(self) -> dict[str, ObjectField]:
        """The firm's own fields as they were when the target was asked for."""
        return stored_fields(self.declared)

    def _importable(self) -> dict[str, ObjectField]:
        own = {
            n: f
            for n, f in self.declared.own_fields.items()
            if not f.read_only and f.type.name not in ("json", "tags")
        }
        return {**own, **self.custom}

    def fields(self) -> list[TargetField]:
        keys = {name for key in self.unique_keys() for name in key}
        found = [
            TargetField(
                n, f.label, f.type.name, required=f.required, key=n in keys,
                choices=tuple(f.choices), object=self.name, writes=n,
                synonyms=(f.key,) if f.key else (),
            )
            for n, f in self._importable().items()
        ]  # fmt: skip
        return [TargetField("id", "id", "text", key=True), *found]

    def unique_keys(self) -> list[tuple[str, ...]]:
        """The sets of fields that tell one record from another."""
        model = self.declared.model
        found = [
            tuple(c.fields or tuple(getattr(e, "name", "") for e in c.expressions))
            for c in model._meta.constraints
            if isinstance(c, models.UniqueConstraint)
        ]
        found += [(f.name,) for f in model._meta.fields if f.unique and f.name != "id"]
        importable = self._importable()
        return [key for key in found if key and all(n in importable for n in key)]

    def settle(
        self, mapping: list[dict[str, Any]], sample: Sequence[Sequence[str]]
    ) -> list[dict[str, Any]]:
        return mapping

    def layout(self, context: Context, mapping: list[dict[str, Any]]) -> Layout:
        layout, importable = Layout(), self._importable()
        for entry in mapping:
            if name := entry.get("field"):
                self._add(layout, context, name, entry["column"], importable)
        for f in self.declared.model._meta.fields:
            if isinstance(f, DerivedField) and f.source in layout:
                layout.add(f.name, f.of, source=f.source)
        self._require_required(layout)
        return layout

    def _require_required(self, layout: Layout) -> None:
        if "id" in layout or any(all(n in layout for n in key) for key in self.unique_keys()):
            return  # existing records may be meant; a new one that lacks a field is rejected
        for f in self._importable().values():
            if f.required and f.name not in layout:
                message = _('"%(name)s" is required. Map a column to it.') % {"name": f.label}
                raise BadMapping(message, field=f.name)

    def _add(
        self,
        layout: Layout,
        context: Context,
        name: str,
        column: int,
        known: dict[str, ObjectField],
    ) -> None:
        if name == "id":
            layout.add("id", _uuid, column=column)
            return
        f = known[name]
        if f.type.name == "link":
            lookup = Lookup(partial(_find, context.asker, f), _no_record)
            layout.add(name, convert.text(), column=column, lookup=lookup)
        else:
            make = custom_converter if f.key else converter
            layout.add(name, make(context, f, column), column=column)

    def match(self, context: Context, layout: Layout) -> dict[str, int]:
        Statements(self, context, layout).match()
        return {}

    def write(self, context: Context, layout: Layout, walk: str, first: int, last: int) -> None:
        Statements(self, context, layout).write(first, last)

    def finish(self, context: Context, layout: Layout) -> None:
        """Nothing remains."""


def _uuid(value: str) -> str:
    from uuid import UUID

    try:
        return str(UUID(value))
    except ValueError:
        raise BadValue("not_an_id", _('"%(value)s" is no id.') % {"value": value[:40]}) from None


def _no_record(value: str) -> str:
    message = _('There is no record "%(name)s", there are several, or you may not see it.')
    return message % {"name": value[:60]}


def _find(asker: Asker, f: ObjectField, wanted: Any) -> dict[str, str]:
    """Ids of the linked records that these titles, user names, codes or ids name without doubt."""
    if f.target is None or not is_registered(f.target):
        return {}
    declared = type_of_model(f.target)
    names = [n for n in (declared.title, "username", "code", "number") if _has(f.target, n)]
    found: dict[str, set[str]] = {}
    records = visible_to(asker, f.target)
    for name in dict.fromkeys(names):
        for value, pk in records.filter(**{f"{name}__in": list(wanted)}).values_list(name, "pk"):
            found.setdefault(value, set()).add(str(pk))
    ids = [w for w in wanted if len(w) == 36 and w.count("-") == 4]
    for pk in records.filter(pk__in=[i for i in ids if _is_uuid(i)]).values_list("pk", flat=True):
        found[str(pk)] = {str(pk)}
    return {value: next(iter(pks)) for value, pks in found.items() if len(pks) == 1}


def _is_uuid(value: str) -> bool:
    try:
        _uuid(value)
    except BadValue:
        return False
    return True


def _has(model: type[models.Model], name: str) -> bool:
    return any(f.name == name for f in model._meta.fields)
