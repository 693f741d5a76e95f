"""Columns that say several fields at once, such as an address in one line."""

from collections.abc import Iterator
from functools import lru_cache, partial
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform.exchange.errors import BadMapping
from guanxi.platform.exchange.layout import Layout
from guanxi.platform.exchange.targets import Context, TargetField
from guanxi.platform.exchange.values import convert
from guanxi.platform.objects.registry import ObjectType, Whole

LONGEST = 200  # characters: whatever it is divided into fits the parts


def whole_fields(declared: ObjectType, half: str = "") -> Iterator[TargetField]:
    """What a column can be mapped to beside the fields themselves."""
    for whole in declared.wholes:
        yield TargetField(
            whole.name, whole.label, "text", half, synonyms=tuple(whole.synonyms.split()),
            object=declared.name, writes=whole.field,
        )  # fmt: skip


def whole_of(declared: ObjectType, name: str) -> Whole | None:
    return next((whole for whole in declared.wholes if whole.name == name), None)


def wholes_last(declared: ObjectType, mapping: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The mapping with such columns behind: a part that has a column of its own is taken there."""
    return sorted(mapping, key=lambda e: whole_of(declared, e.get("field") or "") is not None)


def add_whole(
    layout: Layout, context: Context, declared: ObjectType, whole: Whole, *, column: int,
    prefix: str = "",
) -> None:  # fmt: skip
    """Give each part that has no column its place. Raises BadMapping if one may not be written."""
    parts = [name for name in whole.parts if f"{prefix}{name}" not in layout]
    if not context.asker.writable(declared).keys() >= set(parts):
        message = _('You may not write every part of "%(name)s".') % {"name": whole.label}
        raise BadMapping(message, field=whole.name)
    slot = f"{prefix}{whole.name}"
    layout.add(slot, convert.text(LONGEST), column=column, field=whole.name)
    split = lru_cache(maxsize=1000)(whole.split)
    for name in parts:
        layout.add(f"{prefix}{name}", partial(_part, split, name), source=slot, field=whole.name)


def _part(split: Any, name: str, text: str) -> str:
    return str(split(text).get(name, ""))
