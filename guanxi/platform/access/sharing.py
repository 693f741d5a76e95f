"""Sharing one record with somebody whose role does not reach it.

A share widens whose records a role reaches, never what it does with them: whoever may change no
customers changes no shared one either. It lets nobody delete, and nobody share further.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.platform.access.models import Share, Team, User
from guanxi.platform.access.predicate import (
    Asker,
    get_permitted,
    people_in,
    require_visible,
    visible_to,
)
from guanxi.platform.objects.errors import DomainError, Invalid, NotAllowed, NotFound
from guanxi.platform.objects.registry import ObjectType, object_asked_for, types
from guanxi.platform.objects.scopes import Owned
from guanxi.platform.workspaces.services import books_today

MOST = 5000  # records with one user or team: beyond that it is a matter of owners and roles


class TooManyShares(DomainError):
    code = "too_many_shares"


def is_shareable(declared: ObjectType) -> bool:
    """Whether such records belong to somebody; others are seen by all, or with another record."""
    return any(isinstance(rule, Owned) for rule in declared.scope)


def shares_of(asker: Asker, declared: ObjectType, pk: UUID) -> "QuerySet[Share]":
    """With whom a record is shared at present. Raises NotFound for one the asker cannot see."""
    require_visible(asker, declared.model, pk)
    of_record = _living().filter(object=declared.name, record_id=pk)
    return of_record.select_related("user", "team", "given_by").order_by("created_at", "pk")


def may_share(asker: Asker, declared: ObjectType, pk: UUID) -> bool:
    """Whether the asker may change the record without owing that to a share."""
    changeable = visible_to(asker.without_shares(), declared.model, "change")
    return is_shareable(declared) and changeable.filter(pk=pk).exists()


@transaction.atomic
def share_record(
    *,
    asker: Asker,
    declared: ObjectType,
    pk: UUID,
    users: Collection[UUID],
    teams: Collection[UUID],
    may_change: bool = False,
    ends_on: dt.date | None = None,
) -> None:
    """Share a record with all these, or change how it is shared with those who have it already.

    Raises NotFound, NotAllowed, TooManyShares, or Invalid naming the field.
    """
    get_permitted(asker, declared.model, pk, lock=True)  # one at a time shares a record
    _require_sharing(asker, declared, pk)
    if ends_on is not None and ends_on < books_today():
        raise _invalid("ends_on", _("Choose today or a later day."))
    if not users and not teams:
        raise _invalid("users", _("Choose with whom to share this."))
    _require_existing("users", users, User.objects.filter(is_active=True))
    _require_existing("teams", teams, Team.objects.all())
    of_record = Share.objects.filter(object=declared.name, record_id=pk, deleted_at=None)
    _end(of_record.filter(ends_on__lt=books_today()))  # with whom it was shared once, it is so anew
    shares = {(share.user_id or share.team_id): share for share in of_record}
    new = []
    for name, holders in (("user_id", users), ("team_id", teams)):
        for holder in holders:
            share = shares.get(holder) or Share(object=declared.name, record_id=pk)
            if share._state.adding:
                _require_room(name, holder)
                new.append(share)
            setattr(share, name, holder)
            share.may_change, share.ends_on, share.given_by = may_change, ends_on, asker.user
            share.save()
    _tell(declared, new)


@transaction.atomic
def end_share(*, asker: Asker, pk: UUID) -> None:
    """Share a record with somebody no more. Raises NotFound or NotAllowed."""
    share = Share.objects.select_for_update().filter(pk=pk, deleted_at=None).first()
    if share is None:
        raise NotFound
    declared = object_asked_for(share.object)
    require_visible(asker, declared.model, share.record_id)
    _require_sharing(asker, declared, share.record_id)
    _end(Share.objects.filter(pk=pk))


def end_shares_with(person: User) -> None:
    """Whoever leaves keeps nothing; what they have shared stays as the record's owner wants it."""
    _end(Share.objects.filter(user=person))


def end_overdue_shares() -> None:
    """End what lasted until yesterday, and forget shares of records that are erased."""
    _end(Share.objects.filter(ends_on__lt=books_today()))
    for declared in filter(is_shareable, types()):
        existing = declared.model._default_manager.filter(pk=OuterRef("record_id"))
        Share.objects.filter(~Exists(existing), object=declared.name).delete()


def _living() -> "QuerySet[Share]":
    """Those in force. Of a team in the recycle bin nobody has anything."""
    lasting = Q(ends_on=None) | Q(ends_on__gte=books_today())
    return Share.objects.filter(lasting, deleted_at=None, team__deleted_at=None)


def _end(shares: "QuerySet[Share]") -> None:
    shares.filter(deleted_at=None).update(deleted_at=timezone.now())


def _require_sharing(asker: Asker, declared: ObjectType, pk: UUID) -> None:
    if not may_share(asker, declared, pk):
        raise NotAllowed(_("Only who may change this record by their own role shares it."))


def _require_existing(
    field: str, ids: Collection[UUID], known: "QuerySet[User] | QuerySet[Team]"
) -> None:
    if known.filter(pk__in=ids, deleted_at=None).count() < len(set(ids)):
        raise _invalid(field, _("There is no such record, or you may not see it."))


def _require_room(name: str, holder: UUID) -> None:
    if _living().filter(**{name: holder}).count() >= MOST:
        raise TooManyShares(
            _("At most %(n)s records are shared with one user or team: use owners, teams or roles.")
            % {"n": f"{MOST:,}"},
            field=name.replace("_id", "s"),
        )


def _invalid(field: str, message: str) -> Invalid:
    return Invalid([{"field": field, "message": message, "code": "invalid"}])


def _tell(declared: ObjectType, shares: Iterable[Share]) -> None:
    from guanxi.platform.notifications.making import notify_of_shares

    received = {user: share for share in shares for user in _receivers(share)}
    notify_of_shares(declared, received)


def _receivers(share: Share) -> Iterable[UUID]:
    """The user, or everybody in the team and below it."""
    if share.user_id is not None:
        return [share.user_id]
    return people_in(share.team_id)
