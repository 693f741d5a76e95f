"""The firm's own objects as every part of the program sees objects, kept while they hold.

They ride on the version of the custom fields: no further statement a request.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from django.apps.registry import Apps
from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.custom_objects.models import (
    PREFIX,
    CustomObject,
    CustomRecord,
    address_of,
    is_firms_name,
)
from guanxi.platform.fields.kinds import in_language
from guanxi.platform.fields.links import related_by_links
from guanxi.platform.fields.version import one_version, version_held
from guanxi.platform.objects.errors import NotFound
from guanxi.platform.objects.registry import Firms, Group, ObjectType, object_asked_for
from guanxi.platform.objects.scopes import Owned

AREA = "custom"  # what roles grant on all of them together
SHAPE = "custom_record"
ADDRESS = "custom-"  # what their addresses begin with: custom_tea_set is at /custom-tea-set


@dataclass(frozen=True)
class CustomObjectType(ObjectType):
    """An object of the firm's own."""

    labels: Mapping[str, str] = field(default_factory=dict)
    labels_plural: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)

    @property
    def shape(self) -> str:
        return SHAPE

    @property
    def url(self) -> str:
        return address_of(self.name)

    @property
    def label(self) -> Any:
        return in_language(self.labels)

    @property
    def label_plural(self) -> Any:
        return in_language(self.labels_plural)

    @property
    def description(self) -> str:
        return str(in_language(self.said))


def object_at(key: str) -> ObjectType:
    """The object whose address ends with `key`. Raises NotFound."""
    name = PREFIX + key.replace("-", "_")
    if address_of(name) != ADDRESS + key:  # one object, one address
        raise NotFound
    return object_asked_for(name)


def make_type(model: type[CustomRecord], **details: Any) -> CustomObjectType:
    """What all objects of a firm's own have in common."""
    return CustomObjectType(
        model,
        area=AREA,
        list=["name", "owner", "updated_at"],
        sort="name",
        search=["name"],
        hidden=["object"],
        scope=[Owned(territory="territory")],
        groups=[Group("identity", _("Details"), ["name", "owner", "territory"])],
        **details,
    )


# Schemas and triggers are made from it, for all of them at once.
PATTERN = make_type(CustomRecord)


@cache
def proxy(name: str) -> type[CustomRecord]:
    """The model of one object's records; called as the object is, and one for good."""

    class Records(models.Manager[CustomRecord]):
        def get_queryset(self) -> "models.QuerySet[CustomRecord]":
            return super().get_queryset().filter(object=name)

    # Apps of its own: what looks through all models of the program must not come upon it.
    meta = type("Meta", (), {"proxy": True, "app_label": "custom", "apps": Apps()})
    made: type[CustomRecord] = type(
        name,
        (CustomRecord,),
        {"__module__": __name__, "__doc__": f"A record of {name}.", "Meta": meta}
        | {"objects": Records()},
    )
    return made


@lru_cache(maxsize=8)
def objects_of(version: str) -> dict[str, ObjectType]:
    """The objects in use by name, in their order."""
    with one_version(version):
        return {o.name: as_type(o) for o in CustomObject.objects.filter(deleted_at=None)}


def as_type(declared: CustomObject) -> ObjectType:
    """The definition as an object like any other."""
    return make_type(
        proxy(declared.name),
        icon=declared.icon,
        labels=declared.labels,
        labels_plural=declared.labels | {k: v for k, v in declared.labels_plural.items() if v},
        said=declared.description,
        fixed={"object": declared.name},
    )


def firms_objects() -> Mapping[str, ObjectType]:
    """Those that hold here."""
    return objects_of(version_held())


FIRMS = Firms(find=firms_objects, may_name=is_firms_name, links=related_by_links)
