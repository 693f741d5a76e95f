"""Giving records fields of the firm's own: defining, changing, ordering, archiving them.

Every change is made with the definitions to oneself (`defining`), and is seen by every process at
its next request.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from pypinyin import lazy_pinyin

from guanxi.platform.access.models import Role
from guanxi.platform.access.predicate import Asker
from guanxi.platform.access.roles import change_role
from guanxi.platform.fields.definitions import Making, label_of
from guanxi.platform.fields.formulas.reading import BadFormula
from guanxi.platform.fields.indexes import (
    KIND,
    LONGEST,
    MOST_INDEXES,
    is_indexable,
    of_archived_object,
)
from guanxi.platform.fields.kinds import FORMULA, KINDS, LINK, ROLLUP
from guanxi.platform.fields.models import CustomField, FieldsVersion
from guanxi.platform.fields.rollups import UnfitFilter
from guanxi.platform.fields.rules import RULES, BadRule
from guanxi.platform.fields.values import kept
from guanxi.platform.fields.version import look_again
from guanxi.platform.filters.clock import clock_of
from guanxi.platform.filters.compiler import compile_filter
from guanxi.platform.jobs.services import start_job
from guanxi.platform.objects.errors import Invalid, NotAllowed, NotFound
from guanxi.platform.objects.registry import (
    ObjectField,
    ObjectType,
    is_declared,
    object_type,
)

KEY_LENGTH = 40
MOST_FIELDS = 200  # of one object, archived ones not counted
PLACES = {FORMULA: "settings.formula", LINK: "settings.target"}  # what is wrong where a type fails
WORDS = re.compile(r"[a-z0-9]+")


def require_administrator(asker: Asker, kind: str) -> None:
    """Fields are for administrators; a token needs "read" or "write" for everything."""
    if not asker.grants.administer or not asker.token_allows_all(kind):
        raise NotAllowed(_("Only an administrator may do this."))


@contextmanager
def defining(changed: UUID | None = None) -> Iterator[None]:
    """Have the definitions to oneself, and tell at the end that they are others now.

    Raises Invalid if a field that was worked out before cannot be any more; what is wrong with
    the one that is changed is left to `_check`.
    """
    with transaction.atomic():
        _have_to_oneself()
        broken_before = _broken(_made()).keys()
        yield
        _tell_others()
        made = _made()
        for name, why in _broken(made).items():
            broken = made.defined[name]
            if name not in broken_before and broken.pk != changed:
                message = _('The field "%(name)s" needs this one as it is. %(why)s')
                said = message % {"name": label_of(broken), "why": why.message}
                raise Invalid([{"field": "__all__", "message": said, "code": "in_use"}])


def _have_to_oneself() -> None:
    """Wait for others, and begin a version of one's own.

    What is read from now on may be half done: nobody must find it under the version of before.
    """
    FieldsVersion.objects.select_for_update().get()
    _tell_others()


def _tell_others() -> None:
    FieldsVersion.objects.update(number=F("number") + 1)
    look_again()


def _made(instead: CustomField | None = None) -> Making:
    """The fields in use, with one of them as it is to be."""
    others = CustomField.objects.filter(deleted_at=None)
    if instead is None:
        return Making(others)
    return Making([instead, *others.exclude(object=instead.object, key=instead.key)])


def _broken(made: Making) -> dict[tuple[str, str], BadFormula]:
    """What cannot be worked out or decided, by field."""
    return {**made.unruled, **made.failed}


def defined_fields(object_type: ObjectType | None = None) -> "QuerySet[CustomField]":
    """All fields the firm gave an object, or every one, in their order, archived ones last."""
    found = CustomField.objects.all()
    if object_type is not None:
        found = found.filter(object=object_type.name)
    return found.order_by(F("deleted_at").desc(nulls_first=True), "position", "created_at")


def get_field(pk: UUID) -> CustomField:
    """Raises NotFound."""
    found = CustomField.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such field."))
    return found


@transaction.atomic
def create_field(
    *,
    asker: Asker,
    object_type: ObjectType,
    key: str = "",
    masks: Mapping[str, str] | None = None,
    **values: Any,
) -> CustomField:
    """Define a field, behind those that are there; its key is made of its label unless given.

    Raises Invalid naming what does not fit.
    """
    if not object_type.customizable:
        message = _("This kind of record takes no custom fields.")
        raise Invalid([{"field": "object", "message": message, "code": "not_customizable"}])
    with defining():
        there = CustomField.objects.filter(object=object_type.name)
        taken = set(there.values_list("key", flat=True))
        if key in taken:
            message = _("Another field, perhaps an archived one, has this key already.")
            raise Invalid([{"field": "key", "message": message, "code": "unique"}])
        if there.filter(deleted_at=None).count() >= MOST_FIELDS:
            message = _("An object has at most %(n)s custom fields.") % {"n": MOST_FIELDS}
            raise Invalid([{"field": "object", "message": message, "code": "too_many"}])
        last = there.aggregate(last=Max("position"))["last"]
        made = CustomField(
            object=object_type.name,
            key=key or free_key(values["labels"], taken, otherwise="field"),
            position=0 if last is None else last + 1,
            **{"settings": {}, "required": False, "indexed": False, **values},
        )
        _check(made)
        _check_filter(asker, made)
        made.save(force_insert=True)
        made.refresh_from_db()
    _set_masks(asker, made, masks)
    return made


@transaction.atomic
def change_field(
    *,
    asker: Asker,
    pk: UUID,
    masks: Mapping[str, str] | None = None,
    keeper: str = "",
    **values: Any,
) -> CustomField:
    """Change what a field says of itself; object, key and type stay. `keeper` writes its values.

    Raises NotFound, or Invalid naming what does not fit.
    """
    with defining(pk):
        changed = get_field(pk)
        if values.get("settings", changed.settings) != changed.settings or values.get("required"):
            _refuse_kept(changed, keeper)
        type_before = _type_of(changed)
        before = {c["value"] for c in changed.settings.get("choices", [])}
        target = changed.settings.get("target")
        for name, value in values.items():
            setattr(changed, name, value)
        if before - {c["value"] for c in changed.settings.get("choices", [])}:
            message = _("A choice is not taken away but archived: records may hold it.")
            raise Invalid([{"field": "settings.choices", "message": message, "code": "in_use"}])
        if changed.settings.get("target") != target:
            message = _("What a link points at stays. Make a new field for other records.")
            raise Invalid([{"field": "settings.target", "message": message, "code": "in_use"}])
        _check(changed)
        _check_filter(asker, changed)
        if type_before not in (None, _type_of(changed)):
            message = _("The result would be of another kind. Make a new field for it.")
            raise Invalid([{"field": "settings.formula", "message": message, "code": "type"}])
        if values:
            changed.save(update_fields=list(values))
    _set_masks(asker, changed, masks)
    return changed


def _refuse_kept(defined: CustomField, keeper: str) -> None:
    """Raises Invalid if something else writes the field, and says what it can hold."""
    if defined.kept_by != keeper:
        message = _("This field follows from something else. Change that instead.")
        raise Invalid([{"field": "__all__", "message": message, "code": "kept"}])


def archive_field(*, asker: Asker, pk: UUID, keeper: str = "") -> CustomField:
    """Take a field out of use; its values stay where they are, its index goes."""
    with defining():
        archived = get_field(pk)
        _refuse_kept(archived, keeper)
        archived.deleted_at = archived.deleted_at or timezone.now()
        archived.save(update_fields=["deleted_at"])
        if archived.indexed:
            _mind_index(asker, archived)
    return archived


def restore_field(*, asker: Asker, pk: UUID, keeper: str = "") -> CustomField:
    """Take an archived field into use again, with all its values.

    Its index is made anew, unless as many others have one by now as may.
    """
    with defining():
        restored = get_field(pk)
        _refuse_kept(restored, keeper)
        was_archived, restored.deleted_at = restored.deleted_at is not None, None
        restored.indexed &= _others_indexed(restored) < MOST_INDEXES
        _check(restored)
        restored.save(update_fields=["deleted_at", "indexed"])
        if was_archived and restored.indexed:
            _mind_index(asker, restored)
    return restored


def index_field(*, asker: Asker, pk: UUID) -> CustomField:
    """Have lists sorted and filtered by a field quickly; a job makes the index, or tries again.

    Raises NotFound, or Invalid saying why it cannot have one.
    """
    with defining():
        defined = get_field(pk)
        if not is_declared(defined.object):
            problem = {"field": "__all__", "message": of_archived_object()}
            raise Invalid([{**problem, "code": "not_indexable"}])
        if defined.deleted_at is not None or not is_indexable(defined):
            message = _("A field of this type, or one that is archived, cannot be indexed.")
            raise Invalid([{"field": "__all__", "message": message, "code": "not_indexable"}])
        if _others_indexed(defined) >= MOST_INDEXES:
            message = _("At most %(n)s fields of an object are indexed. Take one's index away.")
            problem = {"field": "__all__", "message": message % {"n": MOST_INDEXES}}
            raise Invalid([{**problem, "code": "too_many"}])
        _set_indexed(asker, defined, indexed=True)
    return defined


def unindex_field(*, asker: Asker, pk: UUID) -> CustomField:
    """Take the index of a field away, or try again. Raises NotFound."""
    with defining():
        defined = get_field(pk)
        _set_indexed(asker, defined, indexed=False)
    return defined


def _set_indexed(asker: Asker, defined: CustomField, *, indexed: bool) -> None:
    defined.indexed = indexed
    defined.save(update_fields=["indexed"])
    _mind_index(asker, defined)


def _mind_index(asker: Asker, defined: CustomField) -> None:
    """Have the index made or taken away, as the field now says."""
    start_job(KIND, asker=asker, params={"subject": str(defined.pk)})


def _others_indexed(defined: CustomField) -> int:
    """How many other fields of the object have an index, or are to have one."""
    there = CustomField.objects.filter(object=defined.object, indexed=True, deleted_at=None)
    return there.exclude(pk=defined.pk).count()


def order_fields(*, object_type: ObjectType, ids: Sequence[UUID]) -> None:
    """Put the fields in use into this order. Raises Invalid unless they are all named, once."""
    with defining():
        there = {
            f.pk: f for f in CustomField.objects.filter(object=object_type.name, deleted_at=None)
        }
        if len(ids) != len(there) or set(ids) != set(there):
            message = _("Name every field in use once.")
            raise Invalid([{"field": "ids", "message": message, "code": "incomplete"}])
        for position, pk in enumerate(ids):
            there[pk].position = position
        CustomField.objects.bulk_update(there.values(), ["position"])


def masks_of(defined: CustomField, roles: Sequence[Role]) -> dict[str, str]:
    """Which roles may only read the field, and to which it is hidden: {"sales": "hidden"}."""
    name = str(defined)
    masks = {role.name: role.grants.get("fields", {}).get(name) for role in roles}
    return {role: mask for role, mask in masks.items() if mask}


def _set_masks(asker: Asker, defined: CustomField, masks: Mapping[str, str] | None) -> None:
    """Change the roles whose mask is another; what roles may be given is said there."""
    if masks is None:
        return
    roles = {role.name: role for role in Role.objects.filter(deleted_at=None)}
    if unknown := set(masks) - set(roles):
        message = _('There is no role "%(name)s".') % {"name": min(unknown)}
        raise Invalid([{"field": "masks", "message": message, "code": "not_found"}])
    for name, role in roles.items():
        if masks_of(defined, [role]).get(name) != masks.get(name):
            change_role(asker=asker, pk=role.pk, values={"fields": {str(defined): masks.get(name)}})


def free_key(labels: Mapping[str, str], taken: Collection[str], *, otherwise: str) -> str:
    """A key that reads like the English or else the Chinese label: 客户等级 is ke_hu_deng_ji."""
    label = labels.get("en") or next((text for text in labels.values() if text), "")
    words = WORDS.findall(" ".join(lazy_pinyin(label)).lower())
    key = "_".join(words)
    if not key or not key[0].isalpha():
        key = f"{otherwise}_{key}"
    key = key[: KEY_LENGTH - 4].rstrip("_")
    keys = (key if number == 1 else f"{key}_{number}" for number in range(1, 1000))
    return next(k for k in keys if k not in taken)


def _type_of(defined: CustomField) -> str | None:
    """What the field's values are; None if a formula cannot be worked out any more."""
    made = _made(defined).made.get(defined.full_name)
    return None if made is None else made.type.name


def _check(defined: CustomField) -> None:
    """Raises Invalid unless the definition makes sense in itself."""
    problems: list[dict[str, Any]] = []

    def refuse(field: str, message: str, code: str = "invalid") -> None:
        problems.append({"field": field, "message": message, "code": code})

    if not any(defined.labels.values()):
        refuse("labels", _("Name the field in at least one language."), "required")
    kind = KINDS[defined.type]
    takes_default = kind.column is not None and kind.has_default
    known = (
        *kind.settings,
        *(("default",) if takes_default else ()),
        *(RULES if kind.column else ()),
    )
    if defined.required and kind.column is None:
        refuse("required", _("Nobody writes this field: it is worked out."), "computed")
    for name in defined.settings:
        if name not in known:
            refuse(f"settings.{name}", _("A field of this type has no such setting."), "unknown")
    choices = defined.settings.get("choices", [])
    if "choices" in known and not any(not c.get("archived") for c in choices):
        refuse("settings.choices", _("Offer at least one choice."), "required")
    values = [c["value"] for c in choices]
    if len(set(values)) < len(values):
        refuse("settings.choices", _("Two choices have the same value."), "unique")
    if any(not any(c["labels"].values()) for c in choices):
        refuse("settings.choices", _("Name every choice in at least one language."), "required")
    shortest, longest = defined.settings.get("min_length"), defined.settings.get("max_length")
    if shortest and longest and shortest > longest:
        refuse("settings.min_length", _("The smallest is above the largest."), "range")
    if defined.indexed and not is_indexable(defined):
        message = _("An indexed text has at most %(n)s characters.")
        refuse("settings.max_length", message % {"n": LONGEST}, "too_long")
    if not problems:
        _check_as_read(defined, refuse)
    if problems:
        raise Invalid(problems)


def _check_filter(asker: Asker, defined: CustomField) -> None:
    """Raises BadFilter for a roll-up whose filter cannot be understood."""
    if defined.type == ROLLUP:
        other, _link = object_type(defined.object).related[defined.settings["related"]]
        compile_filter(asker, other, defined.settings.get("filter"), clock_of(asker))


def made_field(defined: CustomField) -> ObjectField:
    """The field among the others that are in use. Raises BadFormula."""
    making = _made(defined)
    if why := _broken(making).get(defined.full_name):
        raise why
    return making.made[defined.full_name]


def _check_as_read(defined: CustomField, refuse: Callable[[str, str], None]) -> None:
    """Whether ends and pattern can be read, and the default is one of the field's values."""
    settings, ends = defined.settings, []
    for name in ("min", "max"):
        try:
            if settings.get(name) is not None and (read := KINDS[defined.type].read):
                ends.append(read(settings[name]))
        except (ValueError, ValidationError):
            return refuse(f"settings.{name}", _("This is no value of the field."))
    if len(ends) == 2 and ends[0] > ends[1]:
        return refuse("settings.min", _("The smallest is above the largest."))
    try:
        f = made_field(defined)
    except BadFormula as why:
        place = PLACES.get(defined.type, "settings.related")
        if isinstance(why, BadRule):
            place = f"settings.{why.setting}"
        return refuse("filter" if isinstance(why, UnfitFilter) else place, why.message)
    except ValueError as error:
        return refuse("settings.pattern", _("This cannot be read: %(why)s") % {"why": error})
    if settings.get("default") is not None:
        try:
            settings["default"] = kept(f, settings["default"])
        except ValidationError as error:
            return refuse("settings.default", error.messages[0])
    return None
