"""Custom fields that point at records, and the table of what points where."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from guanxi.platform.fields.kinds import LINK
from guanxi.platform.fields.models import CustomField, Link
from guanxi.platform.fields.version import version_held
from guanxi.platform.objects.custom_values import CUSTOM
from guanxi.platform.objects.registry import (
    ObjectField,
    ObjectType,
    is_declared,
    object_type,
    type_of_model,
)


@lru_cache(maxsize=8)
def fields_by_target(version: str) -> Mapping[str, list[tuple[str, str]]]:
    """The link fields in use, each by object and key, by the object they point at."""
    found: dict[str, list[tuple[str, str]]] = {}
    for defined in CustomField.objects.filter(type=LINK, deleted_at=None):
        found.setdefault(defined.settings["target"], []).append((defined.object, defined.key))
    return found


def related_by_links(declared: ObjectType) -> dict[str, tuple[ObjectType, str]]:
    """The objects whose link fields point at this one, by the name of the field in all."""
    return {
        f"{name}.{CUSTOM}.{key}": (object_type(name), f"{CUSTOM}.{key}")
        for name, key in fields_by_target(version_held()).get(declared.name, [])
        if is_declared(name)
    }


def links_of(f: ObjectField) -> "QuerySet[Link]":
    """What a link field of the firm's own names, record by record."""
    declared = type_of_model(f.column.model)
    return Link.objects.filter(field__object=declared.name, field__key=f.key)


def names_any(f: ObjectField, targets: Any) -> Q:
    """The condition that a custom link names one of the records; an index knows which do."""
    return Q(pk__in=links_of(f).filter(target_id__in=targets).values("record_id"))


def points_to(f: ObjectField, target: Any) -> Q:
    """The condition that a link, of any kind, names the one record: for one record at a time."""
    if not f.key:
        return Q(**{f.path: target})
    return Q(pk__in=links_of(f).filter(target_id=target).values("record_id"))


def links_to(ids: Iterable[UUID]) -> "QuerySet[Link]":
    """Every custom link to one of the records, of archived fields too: whoever erases or merges
    records finds here what names them."""
    return Link.objects.filter(target_id__in=list(ids)).select_related("field")
