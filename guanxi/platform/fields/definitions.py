"""The firm's own fields as every part of the program sees fields, kept in memory while they hold.

One short statement a request tells whether they do (`sign_in.py` asks it along with the user's).
"""

from functools import lru_cache
from typing import Any

from django.db import connection

from guanxi.platform.fields.kinds import KINDS, in_language
from guanxi.platform.fields.models import CustomField
from guanxi.platform.objects.fieldtypes import TYPES
from guanxi.platform.objects.registry import (
    CUSTOM,
    ObjectField,
    ObjectType,
    is_declared,
    object_type,
)
from guanxi.platform.workspaces.services import books_currency

Fields = dict[str, ObjectField]

# A row that is written again has another transaction or stands in another place.
VERSION = "select (xmin, ctid)::text from platform_fieldsversion"


def current_version() -> str:
    """Names the state of the definitions that this transaction sees."""
    with connection.cursor() as cursor:
        cursor.execute(VERSION)
        row = cursor.fetchone()
    return row[0] if row else ""


@lru_cache(maxsize=8)
def definitions(version: str) -> dict[str, Fields]:
    """The fields in use, by object and by name, in their order."""
    found: dict[str, Fields] = {}
    for defined in CustomField.objects.filter(deleted_at=None):
        if is_declared(defined.object):
            f = as_field(defined)
            found.setdefault(defined.object, {})[f.name] = f
    return found


def custom_fields(declared: ObjectType, version: str | None = None) -> Fields:
    """The fields the firm gave this object, as of a version or as of now."""
    if not declared.customizable:
        return {}
    version = current_version() if version is None else version
    return definitions(version).get(declared.name, {})


def as_field(defined: CustomField) -> ObjectField:
    """The definition as a field: like one of the model, its column apart."""
    default = defined.settings.get("default")
    label = in_language(defined.labels)
    column = KINDS[defined.type].column(
        _settled(defined),
        verbose_name=label,
        help_text=in_language(defined.help),
        null=not defined.required,
        blank=not defined.required,
        **({} if default is None else {"default": default}),
    )
    name = f"{CUSTOM}.{defined.key}"
    column.set_attributes_from_name(name)
    column.model = object_type(defined.object).model
    return ObjectField(
        name=name,
        path=f"{CUSTOM}__{defined.key}:{defined.type}",
        column=column,
        type=TYPES[defined.type],
        label=label,
        key=defined.key,
    )


def _settled(defined: CustomField) -> dict[str, Any]:
    """The settings, with the currency that money has if none is said."""
    own = {f.name for f in object_type(defined.object).model._meta.fields}
    unsaid = "currency" if "currency" in own else books_currency()
    return {"currency": unsaid, **defined.settings}
