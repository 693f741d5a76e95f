"""What administrators do with the people of the firm: invite, change, let go, let in again."""

import uuid
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.platform.access.grants import Grants
from guanxi.platform.access.links import NewLink, end_links, make_link
from guanxi.platform.access.models import AccessLink, ProviderLink, Role, Session, Team, User
from guanxi.platform.access.predicate import Asker
from guanxi.platform.access.sharing import end_shares_with
from guanxi.platform.objects.errors import DomainError, Invalid, NotAllowed, NotFound
from guanxi.platform.objects.registry import ObjectType, types

WITH_PASSWORD = ~Q(password="") & ~Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)

ADMINISTRATOR = "administrator"  # the role whose grants are fixed


class LastAdministrator(DomainError):
    status, code = 409, "last_administrator"

    def __init__(self) -> None:
        super().__init__(_("Somebody must remain who can administer this workspace."))


def everybody() -> "QuerySet[User]":
    """All users, with what the page of people shows, in a constant number of queries."""
    living = AccessLink.objects.filter(
        user=OuterRef("pk"), ended_at=None, expires_at__gt=timezone.now()
    )
    linked = Exists(ProviderLink.objects.filter(user=OuterRef("pk")))
    return (
        User.objects.filter(deleted_at=None)
        .select_related("role", "team")
        .annotate(
            last_seen_at=Max("sessions__last_used_at"),
            is_linked=linked,
            is_invited=~WITH_PASSWORD & ~linked,
            link_until=living.values("expires_at")[:1],
        )
        .order_by("full_name", "pk")
    )


def administrators() -> "QuerySet[User]":
    """Those who can sign in and may do everything.

    Others who administer may do less, and so could not give back what was taken by mistake.
    """
    return User.objects.filter(
        WITH_PASSWORD, is_active=True, deleted_at=None, role__name=ADMINISTRATOR
    )


def hold_administrators() -> None:
    """Let nobody else change who administers until this transaction is over."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('guanxi.administrators', 0))")


def require_one_administrator() -> None:
    """Raise LastAdministrator if nobody is left who can administer."""
    if not administrators().exists():
        raise LastAdministrator


def person_to_change(asker: Asker, pk: UUID) -> User:
    """The user, locked. Raises NotFound, or NotAllowed for one who may do more than the asker."""
    person = (
        User.objects.select_for_update(of=("self",))
        .select_related("role", "team")
        .filter(pk=pk, deleted_at=None)
        .first()
    )
    if person is None:
        raise NotFound
    require_no_more_than_own(asker, person.role)
    return person


def require_no_more_than_own(asker: Asker, role: Role) -> None:
    """Raise NotAllowed if the role may do anything that the asker may not."""
    if role.pk != asker.user.role_id and not asker.grants.includes(Grants(role.grants)):
        raise NotAllowed(_("This role may do more than yours."), field="role")


def _role(asker: Asker, pk: UUID) -> Role:
    role = Role.objects.filter(pk=pk, deleted_at=None).first()
    if role is None:
        raise _no_such("role")
    require_no_more_than_own(asker, role)
    return role


def _team(pk: UUID | None) -> Team | None:
    team = pk and Team.objects.filter(pk=pk, deleted_at=None).first()
    if pk and not team:
        raise _no_such("team")
    return team or None


def _no_such(field: str) -> Invalid:
    message = _("There is no such record, or you may not see it.")
    return Invalid([{"field": field, "message": message, "code": "not_found"}])


def _assign(asker: Asker, person: User, values: dict[str, Any]) -> None:
    """Set what is given and check it. Raises Invalid, NotAllowed or ValidationError."""
    for name, value in values.items():
        if name == "role":
            value = _role(asker, value)
        elif name == "team":
            value = _team(value)
        setattr(person, name, value)
    person.clean_fields(exclude=["role", "team", "password"])
    person.validate_constraints()


@transaction.atomic
def invite_person(*, asker: Asker, values: dict[str, Any]) -> tuple[User, NewLink]:
    """Add a user, who chooses a password by the link.

    Raises Invalid, ValidationError naming the field, or NotAllowed for a role beyond one's own.
    """
    person = User()
    person.set_unusable_password()
    _assign(asker, person, values)
    person.save(force_insert=True)
    return person, make_link(person)


@transaction.atomic
def change_person(*, asker: Asker, pk: UUID, values: dict[str, Any]) -> User:
    """Change a user's role, team, language or names.

    Raises what `person_to_change` does, Invalid, ValidationError or LastAdministrator.
    """
    hold_administrators()
    person = person_to_change(asker, pk)
    _assign(asker, person, values)
    person.save(update_fields=list(values))
    if "role" in values:
        require_one_administrator()
    return person


def handed_over() -> Iterator[ObjectType]:
    """The objects whose records need another owner when theirs leaves."""
    return (t for t in types() if "owner" in t.own_fields and t.left_behind is not None)


def left_behind(person: UUID, declared: ObjectType) -> "QuerySet[Any]":
    """The records of one object that somebody would leave behind."""
    owned = Q(owner=person, deleted_at=None)
    return declared.model._default_manager.filter(owned, declared.left_behind or Q())


@transaction.atomic
def deactivate_person(*, asker: Asker, pk: UUID, hand_to: UUID | None) -> dict[str, Any] | None:
    """Let a user go: sessions, tokens and links end at once; a job hands their records over.

    Returns the job, None if there is nothing to hand over. Raises what `person_to_change` does,
    Invalid for nobody to hand them to, or LastAdministrator.
    """
    from guanxi.platform.jobs.services import start_job

    hold_administrators()
    person = person_to_change(asker, pk)
    if person.pk == asker.user.pk:
        raise NotAllowed(_("You cannot do this to yourself."))
    if hand_to is not None:
        others = User.objects.filter(pk=hand_to, is_active=True, deleted_at=None).exclude(pk=pk)
        if not others.exists():
            raise _no_such("hand_to")
    person.is_active = False
    person.save(update_fields=["is_active"])
    end_access(person)
    end_shares_with(person)
    require_one_administrator()
    if hand_to is None or not any(left_behind(pk, t).exists() for t in handed_over()):
        return None
    params = {"from": str(pk), "to": str(hand_to)}
    return start_job("hand_over", asker=asker, params=params, request_id=uuid.uuid4())


@transaction.atomic
def activate_person(*, asker: Asker, pk: UUID) -> User:
    """Let a user in again, with the password they had."""
    person = person_to_change(asker, pk)
    person.is_active = True
    person.save(update_fields=["is_active"])
    return person


def end_access(person: User) -> None:
    """End whatever signs this user in by now: sessions, tokens, links."""
    Session.objects.filter(user=person).delete()
    person.tokens.filter(revoked_at=None).update(revoked_at=timezone.now())
    end_links(person)


@transaction.atomic
def new_link(*, asker: Asker, pk: UUID) -> NewLink:
    """A link by which a user chooses another password. Raises what `person_to_change` does."""
    person = person_to_change(asker, pk)
    if not person.is_active:
        raise NotAllowed(_("Whoever does not work here any more needs no link."))
    return make_link(person)
