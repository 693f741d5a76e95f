"""Links in imports: which record a cell names."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.exchange.layout import Lookup
from guanxi.platform.objects.registry import ObjectField, ObjectType, is_registered, type_of_model


def linked_records(asker: Asker, f: ObjectField) -> Lookup:
    """Finds the records that the cells of a link name, as far as the asker sees them."""
    return Lookup(partial(_find, asker, f), _no_record)


def _no_record(value: str) -> str:
    message = _('There is no record "%(name)s", there are several, or you may not see it.')
    return message % {"name": value[:60]}


def _find(asker: Asker, f: ObjectField, wanted: Any) -> dict[str, str]:
    """Ids of the linked records that these titles, user names, codes or ids name without doubt.

    An id is Guanxi's own, or that of another system if the object is known by such.
    """
    if f.target is None or not is_registered(f.target):
        return {}
    declared = type_of_model(f.target)
    seen = asker.fields(declared)
    names = [n for n in (declared.title, "username", "code", "number") if n in seen]
    found: dict[str, set[str]] = {}
    records = visible_to(asker, f.target)
    if declared.erasing:  # nothing new hangs on a stub
        records = records.filter(**{declared.erasing.mark: None})
    for name in dict.fromkeys(names):
        for value, pk in records.filter(**{f"{name}__in": list(wanted)}).values_list(name, "pk"):
            found.setdefault(value, set()).add(str(pk))
    for value, pk in _known(asker, declared, list(wanted)):
        found.setdefault(value, set()).add(str(pk))
    ids = [w for w in wanted if len(w) == 36 and w.count("-") == 4]
    for pk in records.filter(pk__in=[i for i in ids if _is_uuid(i)]).values_list("pk", flat=True):
        found[str(pk)] = {str(pk)}
    return {value: next(iter(pks)) for value, pks in found.items() if len(pks) == 1}


def _known(asker: Asker, declared: ObjectType, wanted: Sequence[str]) -> Iterable[tuple[str, UUID]]:
    """What related records of the asker's call records by these names."""
    if (by := declared.known_by) is None:
        return []
    other, link = declared.related[by.related]
    if other.title not in asker.fields(other):
        return []
    named = visible_to(asker, other.model).filter(by.where, **{f"{by.field}__in": wanted})
    return named.filter(**{f"{link}__deleted_at": None}).values_list(by.field, link)


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True
