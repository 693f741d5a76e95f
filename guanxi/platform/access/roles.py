"""What administrators do with roles: look at them, change what they grant, copy, remove."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from guanxi.platform.access.grants import (
    BUILT_IN_ROLES,
    MASKS,
    RECORD_VERBS,
    SCOPES,
    TYPE_VERBS,
    Grants,
)
from guanxi.platform.access.models import IdentityProvider, Role
from guanxi.platform.access.people import (
    ADMINISTRATOR,
    hold_administrators,
    require_no_more_than_own,
    require_one_administrator,
)
from guanxi.platform.access.predicate import Asker
from guanxi.platform.fields.definitions import custom_fields
from guanxi.platform.fields.version import current_version
from guanxi.platform.objects.errors import DomainError, Invalid, NotAllowed, NotFound
from guanxi.platform.objects.registry import ObjectType, object_type, types

Rights = dict[str, Any]


class RoleInUse(DomainError):
    status, code = 409, "role_in_use"


def roles() -> "QuerySet[Role]":
    """All roles, with how many people hold each."""
    holders = Count("users", filter=Q(users__deleted_at=None, users__is_active=True))
    return Role.objects.filter(deleted_at=None).annotate(people=holders).order_by("label", "name")


def is_fixed(role: Role) -> bool:
    """The administrators' role grants everything for good: else nobody could give it back."""
    return role.name == ADMINISTRATOR


def is_built_in(role: Role) -> bool:
    return role.name in BUILT_IN_ROLES


def verbs_of(declared: ObjectType) -> list[str]:
    """What a role can be granted on an object."""
    if declared.area == "people":  # the rest is for administrators, whatever is granted
        return ["read", "export"]
    own = [v for v in (*RECORD_VERBS, *TYPE_VERBS) if v in ("read", "export", *declared.verbs)]
    own += ["import"] if "create" in declared.verbs else []
    own += ["merge"] if declared.merging else []
    own += ["erase"] if declared.erasing else []
    return [*own, "reveal"] if declared.maskable else own


def rights_of(role: Role) -> dict[str, Rights]:
    """What the role grants on each object: a scope, or whether at all."""
    grants = Grants(role.grants)
    return {
        t.name: {
            verb: grants.scope(verb, t) if verb in RECORD_VERBS else grants.may(verb, t)
            for verb in verbs_of(t)
        }
        for t in types()
    }


@transaction.atomic
def change_role(*, asker: Asker, pk: UUID, values: Mapping[str, Any]) -> Role:
    """Change what is given of label, needs_second_factor, administer, objects and fields.

    It holds from the next request of whoever holds the role. Raises NotFound, Invalid naming the
    right, NotAllowed for a role or a right beyond the asker's own, or LastAdministrator.
    """
    hold_administrators()
    role = Role.objects.select_for_update().filter(pk=pk, deleted_at=None).first()
    if role is None:
        raise NotFound
    require_no_more_than_own(asker, role)
    grants = dict(role.grants)
    if "administer" in values:
        grants["administer"] = values["administer"]
    if "objects" in values:
        grants["objects"] = grants.get("objects", {}) | _checked_rights(role, values["objects"])
    if "fields" in values:
        masks = grants.get("fields", {}) | _checked_masks(values["fields"])
        grants["fields"] = {name: mask for name, mask in masks.items() if mask}
    if grants != role.grants:
        if is_fixed(role):
            raise NotAllowed(_("What administrators may do is fixed."))
        if not asker.grants.includes(Grants(grants)):
            raise NotAllowed(_("Nobody can give more than they may do themselves."))
        for name in values.get("objects", ()):
            _refuse_unseen(Grants(grants), object_type(name))
        role.grants = grants
    for name in ("label", "needs_second_factor"):
        if name in values:
            setattr(role, name, values[name])
    role.save(update_fields=["grants", "label", "needs_second_factor"])
    require_one_administrator()
    return role


@transaction.atomic
def copy_role(*, asker: Asker, pk: UUID, label: str) -> Role:
    """A new role that grants what another does. Raises NotFound or NotAllowed."""
    original = Role.objects.filter(pk=pk, deleted_at=None).first()
    if original is None:
        raise NotFound
    require_no_more_than_own(asker, original)
    name = f"role-{get_random_string(8).lower()}"
    copy = Role(
        name=name,
        label=label,
        grants=original.grants,
        needs_second_factor=original.needs_second_factor,
    )
    copy.save(force_insert=True)
    return copy


@transaction.atomic
def remove_role(*, asker: Asker, pk: UUID) -> None:
    """Raises NotFound, NotAllowed for a built-in one, or RoleInUse while anybody holds it."""
    role = Role.objects.select_for_update().filter(pk=pk, deleted_at=None).first()
    if role is None:
        raise NotFound
    require_no_more_than_own(asker, role)
    if is_built_in(role):
        raise NotAllowed(_("A built-in role can be changed, but not removed."))
    if role.users.filter(deleted_at=None).exists():
        raise RoleInUse(_("Give the people who hold this role another one first."))
    given = Q(role=role) | Q(roles__contains=[{"role": str(pk)}])
    if IdentityProvider.objects.filter(given).exists():
        raise RoleInUse(_("An identity provider gives this role: change its settings first."))
    role.deleted_at = timezone.now()
    role.save(update_fields=["deleted_at"])


def _checked_rights(role: Role, sent: Mapping[str, Rights]) -> dict[str, Rights]:
    """The rights on each object named, whole. Raises Invalid for what does not exist."""
    known, before = {t.name: t for t in types()}, rights_of(role)
    checked = {}
    for name, rights in sent.items():
        if name not in known:
            raise _no_such(f"objects.{name}")
        verbs = verbs_of(known[name])
        for verb, value in rights.items():
            fits = (value is None or value in SCOPES) if verb in RECORD_VERBS else value in (0, 1)
            if verb not in verbs or not fits:
                raise _no_such(f"objects.{name}.{verb}")
        whole = before[name] | rights
        checked[name] = {verb: value for verb, value in whole.items() if value}
    return checked


def _refuse_unseen(grants: Grants, declared: ObjectType) -> None:
    """Raises Invalid if one could change what one does not see: a share to view would do it."""
    for verb in RECORD_VERBS:
        if grants.outreaches(verb, declared):
            message = _(
                "%(object)s: nobody changes or deletes what they do not see."
                " Let them see as much, or narrow this."
            ) % {"object": declared.label}
            field = f"objects.{declared.name}.{verb}"
            raise Invalid([{"field": field, "message": message, "code": "invalid"}])


def _checked_masks(sent: Mapping[str, str | None]) -> dict[str, str | None]:
    """Raises Invalid for a field that is none, or that names its record and cannot be hidden."""
    version = current_version()
    known = {
        f"{t.name}.{name}": (t, f)
        for t in types()
        for name, f in {**t.fields, **custom_fields(t, version)}.items()
    }
    for key, mask in sent.items():
        if key not in known or mask not in MASKS:
            raise _no_such(f"fields.{key}")
        declared, f = known[key]
        if mask == "masked" and not f.personal:
            message = _("Only fields with personal data are masked; hide this one.")
            raise Invalid([{"field": f"fields.{key}", "message": message, "code": "invalid"}])
        if mask == "hidden" and f.name == declared.title:
            message = _("The field that names the record cannot be hidden.")
            raise Invalid([{"field": f"fields.{key}", "message": message, "code": "invalid"}])
    return dict(sent)


def _no_such(field: str) -> Invalid:
    message = _("There is no such right.")
    return Invalid([{"field": field, "message": message, "code": "invalid"}])
