"""The firm's own fields as every part of the program sees fields, kept in memory while they hold.

One short statement a request tells whether they do (`sign_in.py` asks it along with the user's).
"""

import logging
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform.fields.formulas.fields import make_formula
from guanxi.platform.fields.formulas.reading import BadFormula
from guanxi.platform.fields.kinds import FORMULA, KINDS, LINK, in_language
from guanxi.platform.fields.models import CustomField
from guanxi.platform.fields.rollups import make_rollup
from guanxi.platform.fields.rules import RULES, BadRule, read_rule
from guanxi.platform.fields.version import current_version, one_version
from guanxi.platform.objects.custom_values import CUSTOM
from guanxi.platform.objects.fieldtypes import TYPES
from guanxi.platform.objects.registry import ObjectField, ObjectType, is_declared, object_type
from guanxi.platform.workspaces.services import books_currency

logger = logging.getLogger(__name__)

Fields = dict[str, ObjectField]
FullName = tuple[str, str]


@lru_cache(maxsize=8)
def definitions(version: str) -> dict[str, Fields]:
    """The fields in use, by object and by name, in their order."""
    with one_version(version):  # of objects too: else fields of a new one were missing for good
        made = Making(CustomField.objects.filter(deleted_at=None))
    for name, why in made.failed.items():
        logger.warning("The field %s cannot be worked out: %s", ".".join(name), why.message)
    for name, why in made.unruled.items():
        logger.warning("A rule of the field %s does not hold: %s", ".".join(name), why.message)
    return made.fields


def custom_fields(declared: ObjectType, version: str | None = None) -> Fields:
    """The fields the firm gave this object, as of a version or as of now."""
    if not declared.customizable:
        return {}
    version = current_version() if version is None else version
    return definitions(version).get(declared.name, {})


def stored_fields(declared: ObjectType) -> Fields:
    """Those of them whose values a cell of a file can hold: neither files nor written by nobody."""
    fields = custom_fields(declared).items()
    return {n: f for n, f in fields if not f.read_only and f.type.name != "file"}


class Making:
    """Makes fields of definitions, those first that others are worked out from.

    What cannot be made is in `failed`, and is no field: after an update a formula may name one
    that is no more. A field whose condition cannot be understood is in `unruled`, and goes without.
    """

    def __init__(self, every: Iterable[CustomField]):
        self.defined = {d.full_name: d for d in every if is_declared(d.object)}
        self.waiting = set(self.defined)
        self.under_way: list[FullName] = []
        self.made: dict[FullName, ObjectField] = {}
        self.failed: dict[FullName, BadFormula] = {}
        self.unruled: dict[FullName, BadRule] = {}
        for name in self.defined:
            if name in self.waiting:
                self._make(name)
        for name in self.made:  # two fields may decide about each other
            self._rule(name)

    @property
    def fields(self) -> dict[str, Fields]:
        """By object and name, in the order of the definitions."""
        found: dict[str, Fields] = {}
        for name in self.defined:
            if f := self.made.get(name):
                found.setdefault(name[0], {})[f.name] = f
        return found

    def fields_of(self, declared: ObjectType) -> Fields:
        """All fields of the object that are made so far."""
        return {**declared.fields, **self.fields.get(declared.name, {})}

    def field(self, object: str, name: str) -> ObjectField | None:
        """A field of the object, of its model or of the firm's own; None if there is none.

        Raises BadFormula for one that cannot be worked out.
        """
        full_name = (object, name)
        if full_name in self.waiting:
            self._make(full_name)
        if why := self.failed.get(full_name):
            raise BadFormula(why.message)
        if full_name not in self.made:
            self._refuse_circle(full_name)
            return object_type(object).fields.get(name)
        return self.made[full_name]

    def _make(self, full_name: FullName) -> None:
        self.waiting.remove(full_name)
        self.under_way.append(full_name)
        try:
            self.made[full_name] = as_field(self.defined[full_name], self)
        except BadFormula as why:
            self.failed[full_name] = why
        self.under_way.pop()

    def _rule(self, full_name: FullName) -> None:
        defined = self.defined[full_name]
        for setting in RULES:
            if tree := defined.settings.get(setting):
                try:
                    rule = read_rule(setting, tree, object_type(defined.object), self)
                except BadRule as why:
                    self.unruled[full_name] = why
                else:
                    changed: Any = {setting: rule}
                    self.made[full_name] = replace(self.made[full_name], **changed)

    def _refuse_circle(self, full_name: FullName) -> None:
        if full_name in self.under_way:
            circle = [*self.under_way[self.under_way.index(full_name) :], full_name]
            labels = " → ".join(label_of(self.defined[name]) for name in circle)
            message = _("The formulas go round in a circle: %(names)s.")
            raise BadFormula(message % {"names": labels})


def label_of(defined: CustomField) -> str:
    return str(in_language(defined.labels)) or str(defined)


def as_field(defined: CustomField, making: Making | None = None) -> ObjectField:
    """The definition as a field: like one of the model, its column apart.

    Raises BadFormula.
    """
    if KINDS[defined.type].column is None:
        return _computed_field(defined, making or Making([]))
    if defined.type == LINK and not is_declared(defined.settings.get("target", "")):
        raise BadFormula(_("Choose an object in use that the field points at."))
    default = defined.settings.get("default")
    make = KINDS[defined.type].column
    assert make is not None  # noqa: S101  for mypy: it is what the types above lack
    column = make(
        _settled(defined),
        null=not defined.required,
        blank=not defined.required,
        **_texts(defined),
        **({} if default is None else {"default": default}),
    )
    kept = bool(defined.kept_by)
    return _with_column(defined, column, defined.type, defined.type, read_only=kept)


def _computed_field(defined: CustomField, making: Making) -> ObjectField:
    settings, texts = defined.settings, _texts(defined)
    if defined.type == FORMULA:
        find = partial(making.field, defined.object)
        made = make_formula(settings, object=defined.object, find=find, **texts)
    else:
        declared = object_type(defined.object)
        made = make_rollup(settings, object_type=declared, making=making, **texts)
    return _with_column(
        defined,
        made.column,
        made.type,
        made.name,
        read_only=True,
        computation=made.computation,
        uses=made.uses,
        reads=made.reads,
    )


def _texts(defined: CustomField) -> dict[str, Any]:
    return {"verbose_name": in_language(defined.labels), "help_text": in_language(defined.help)}


def _with_column(
    defined: CustomField, column: Any, type: str, path: str, **more: Any
) -> ObjectField:
    name = f"{CUSTOM}.{defined.key}"
    column.set_attributes_from_name(name)
    column.model = object_type(defined.object).model
    return ObjectField(
        name=name,
        path=f"{CUSTOM}__{defined.key}:{path}",
        column=column,
        type=TYPES[type],
        label=column.verbose_name,
        key=defined.key,
        personal=defined.personal is True,
        **more,
    )


def _settled(defined: CustomField) -> dict[str, Any]:
    """The settings, with the currency that money has if none is said."""
    own = {f.name for f in object_type(defined.object).model._meta.fields}
    unsaid = "currency" if "currency" in own else books_currency()
    return {"currency": unsaid, **defined.settings}
