"""Import of any declared object, drawn from its declaration: no code for a new object type.

Records are recognized by the mapped unique key; without one, a row that an existing record equals
  in
every mapped field is that record, so that the same file twice changes nothing.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker
from guanxi.platform.exchange.custom import custom_converter
from guanxi.platform.exchange.errors import BadMapping
from guanxi.platform.exchange.fields import converter
from guanxi.platform.exchange.layout import Layout
from guanxi.platform.exchange.links import linked_records
from guanxi.platform.exchange.object_sql import Statements
from guanxi.platform.exchange.targets import Context, TargetField, Walk
from guanxi.platform.exchange.values import convert
from guanxi.platform.exchange.values.convert import BadValue
from guanxi.platform.exchange.wholes import add_whole, whole_fields, whole_of, wholes_last
from guanxi.platform.fields.definitions import stored_fields
from guanxi.platform.objects.columns import DerivedField
from guanxi.platform.objects.registry import ObjectField, ObjectType


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
        return [TargetField("id", "id", "text", key=True), *found, *whole_fields(self.declared)]

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
        for entry in wholes_last(self.declared, mapping):
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
        if whole := whole_of(self.declared, name):
            add_whole(layout, context, self.declared, whole, column=column)
            return
        f = known[name]
        if f.type.name == "link":
            layout.add(name, convert.text(), column=column, lookup=linked_records(context.asker, f))
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
    try:
        return str(UUID(value))
    except ValueError:
        raise BadValue("not_an_id", _('"%(value)s" is no id.') % {"value": value[:40]}) from None
