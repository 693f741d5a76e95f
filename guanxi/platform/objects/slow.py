"""What an administrator can do about a list that took long: index the field it was found by."""

from collections.abc import Iterator
from typing import Any

from guanxi.platform.access.predicate import Asker
from guanxi.platform.fields.definitions import label_of
from guanxi.platform.fields.indexes import is_indexable
from guanxi.platform.fields.models import CustomField
from guanxi.platform.objects.custom_values import CUSTOM
from guanxi.platform.objects.registry import ObjectType

SLOW = 0.5  # seconds the database may take for a page
# What an index in the order of the values can answer.
IN_ORDER = ("eq", "in", "lt", "lte", "gt", "gte", "between", "in_period")


def could_be_indexed(
    asker: Asker, object_type: ObjectType, sort: str | None, tree: Any, seconds: float
) -> dict[str, Any] | None:
    """How long a page took, and the fields without an index that it was sorted or filtered by.

    None if it was quick enough, no such field took part, or the asker may not index fields.
    """
    may_index = asker.grants.administer and asker.token_allows_all("write")
    if seconds < SLOW or not may_index:
        return None
    names = set(_compared(tree))
    if sort and "," not in sort:  # no index is in the order of several fields
        names.add(sort.strip().removeprefix("-"))
    prefix = f"{CUSTOM}."
    keys = [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
    if not keys:
        return None
    found = CustomField.objects.filter(
        object=object_type.name, key__in=keys, indexed=False, deleted_at=None
    )
    fields = [
        {"id": str(f.pk), "name": f"{prefix}{f.key}", "label": label_of(f)}
        for f in found
        if is_indexable(f)
    ]
    return {"seconds": round(seconds, 1), "fields": fields} if fields else None


def _compared(tree: Any) -> Iterator[str]:
    """The fields of conditions that must all hold and that an index could answer."""
    if not isinstance(tree, dict):
        return
    for part in tree.get("and", ()):
        yield from _compared(part)
    if tree.get("op", "eq") in IN_ORDER:
        yield str(tree.get("field", ""))
