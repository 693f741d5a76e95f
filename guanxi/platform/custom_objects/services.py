"""Giving a firm objects of its own: declaring, changing, archiving them.

Every change is made with the definitions to oneself (`defining`), and is seen by every process at
its next request.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.platform.custom_objects.definitions import ADDRESS
from guanxi.platform.custom_objects.models import PREFIX, CustomObject, CustomRecord
from guanxi.platform.fields.services import defining, free_key
from guanxi.platform.objects.errors import Invalid, NotFound
from guanxi.platform.objects.record import Row, object_name
from guanxi.platform.objects.registry import built_in

KEY_LENGTH = 40
# What the program itself has at /custom-… ; the names of its tables are reserved beside.
ADDRESSES = ("fields", "objects")
Names = Mapping[str, str]


def declared_objects() -> "QuerySet[CustomObject]":
    """All objects the firm declared, archived ones last."""
    last = F("deleted_at").desc(nulls_first=True)
    return CustomObject.objects.order_by(last, "created_at", "id")


def record_counts() -> dict[str, int]:
    """How many records each object has, the recycle bin left out."""
    in_use = CustomRecord.objects.filter(deleted_at=None)
    return dict(in_use.order_by().values_list("object").annotate(Count("pk")))


def get_object(pk: UUID) -> CustomObject:
    """Raises NotFound."""
    found = CustomObject.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such object."))
    return found


def declare_object(*, key: str = "", labels: Names, **values: Any) -> CustomObject:
    """Declare an object; its key is made of its label unless given, and stays for good.

    Raises Invalid naming what does not fit.
    """
    with defining():
        taken = {o.key for o in CustomObject.objects.all()} | reserved_keys()
        if key in taken:
            message = _("Another object, perhaps an archived one, has this key, or it is reserved.")
            raise Invalid([{"field": "key", "message": message, "code": "unique"}])
        key = key or free_key(labels, taken, otherwise="object")
        unsaid = {"labels_plural": {}, "icon": "box", "description": {}}
        made = CustomObject(name=PREFIX + key, labels=labels, **{**unsaid, **values})
        _check(made)
        _require_room()
        made.save(force_insert=True)
        made.refresh_from_db()
    return made


def change_object(*, pk: UUID, **values: Any) -> CustomObject:
    """Change what an object says of itself; its name stays.

    Raises NotFound, or Invalid naming what does not fit.
    """
    with defining():
        changed = get_object(pk)
        for name, value in values.items():
            setattr(changed, name, value)
        _check(changed)
        if values:
            changed.save(update_fields=list(values))
    return changed


def archive_object(*, pk: UUID) -> CustomObject:
    """Take an object out of use; its records, fields, layouts and views stay where they are.

    Raises Invalid while fields of other objects are worked out from it.
    """
    with defining():
        archived = get_object(pk)
        archived.deleted_at = archived.deleted_at or timezone.now()
        archived.save(update_fields=["deleted_at"])
    return archived


def restore_object(*, pk: UUID) -> CustomObject:
    """Take an archived object into use again, with all that belongs to it."""
    with defining():
        restored = get_object(pk)
        if restored.deleted_at is not None:
            restored.deleted_at = None
            _check(restored)
            _require_room()
            restored.save(update_fields=["deleted_at"])
    return restored


def reserved_keys() -> set[str]:
    """Keys whose name or address would be that of something else."""
    tables = (object_name(m) for m in apps.get_models() if issubclass(m, Row))
    names = {*tables, *(t.name for t in built_in())}
    addresses = (t.url for t in built_in())
    return {
        *(n.removeprefix(PREFIX) for n in names if n.startswith(PREFIX)),
        *(a.removeprefix(ADDRESS).replace("-", "_") for a in addresses if a.startswith(ADDRESS)),
        *ADDRESSES,
    }


def _require_room() -> None:
    """Raises Invalid if there are as many objects in use as may be."""
    most = settings.CUSTOM_OBJECTS_LIMIT
    if CustomObject.objects.filter(deleted_at=None).count() >= most:
        message = _("There are %(n)s custom objects already: archive one that is not needed.")
        raise Invalid([{"field": "key", "message": message % {"n": most}, "code": "too_many"}])


def _check(declared: CustomObject) -> None:
    """Raises Invalid unless the object has a name, and it is the only one called so."""
    if not any(declared.labels.values()):
        message = _("Name the object in at least one language.")
        raise Invalid([{"field": "labels", "message": message, "code": "required"}])
    if clash := _called_the_same(declared):
        message = _('Another object is called "%(name)s" already.') % {"name": clash}
        raise Invalid([{"field": "labels", "message": message, "code": "unique"}])


def _called_the_same(declared: CustomObject) -> str | None:
    """A label that another object in use has: people could not tell them apart."""
    others = CustomObject.objects.filter(~Q(pk=declared.pk), deleted_at=None)
    taken = {
        text.casefold()
        for other in others
        for text in (*other.labels.values(), *other.labels_plural.values())
    }
    for t in built_in():
        taken |= {str(t.label).casefold(), str(t.label_plural).casefold()}
    own = (*declared.labels.values(), *declared.labels_plural.values())
    return next((text for text in own if text and text.casefold() in taken), None)
