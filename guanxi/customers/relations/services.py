"""What people do with relationships beside recording one, which is creating a record."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from guanxi.customers.models import Customer, Relationship
from guanxi.customers.relations import walks
from guanxi.platform.access.predicate import Asker, get_permitted, visible_to
from guanxi.platform.objects.errors import DomainError
from guanxi.platform.objects.registry import object_type
from guanxi.platform.objects.services import change_record, create_record
from guanxi.platform.workspaces.services import books_today

HOUSEHOLD = Relationship.Kind.HOUSEHOLD


class RelationshipState(DomainError):
    """The relationship, or the household, is not in a state the verb fits."""

    status, code = 409, "relationship_state"


def last_day(since: dt.date | None) -> dt.date:
    """The last day of what ends now: yesterday, so that it is over, or the day that it began."""
    ended = books_today() - dt.timedelta(days=1)
    return max(since, ended) if since else ended


@transaction.atomic
def end_relationship(
    *, asker: Asker, relationship: Relationship, until: dt.date | None = None
) -> Relationship:
    """Let a relationship end, on the last day given or as of now; the request's undo opens it.

    Raises RelationshipState for one that is over or has not begun, or Invalid for a day before it.
    """
    if relationship.until is not None and relationship.until < books_today():
        raise RelationshipState(_("This relationship has ended already."))
    if relationship.since is not None and relationship.since > books_today():
        raise RelationshipState(_("This relationship has not begun yet: delete it instead."))
    _end(asker, relationship, until)
    return relationship


def _end(asker: Asker, relationship: Relationship, until: dt.date | None) -> None:
    change_record(
        asker=asker,
        object_type=object_type("relationship"),
        pk=relationship.pk,
        values={"until": until or last_day(relationship.since)},
    )


@transaction.atomic
def leave_household(*, asker: Asker, customer: Customer, until: dt.date | None = None) -> None:
    """Let a person leave their household; who lived with them stay together.

    Households are pairs: if the others hung together by whoever leaves alone, they are tied to each
    other from then on. Raises RelationshipState for whoever lives in none, or NotAllowed.
    """
    walked = walks.together(customer.pk, HOUSEHOLD, books_today())
    ties = visible_to(asker, Relationship).filter(pk__in=walked.links).order_by("since", "pk")
    own = [*ties.filter(Q(customer=customer) | Q(other=customer))]
    if not own:
        raise RelationshipState(_("This person belongs to no household."))
    partners = [t.other_id if t.customer_id == customer.pk else t.customer_id for t in own]
    for tie in own:
        _end(asker, get_permitted(asker, Relationship, tie.pk, "change"), until)
    first, *others = _apart(partners, ties.exclude(pk__in=[t.pk for t in own]))
    left = until or last_day(None)
    for one in others:
        create_record(
            asker=asker,
            object_type=object_type("relationship"),
            values={
                "customer": first,
                "kind": HOUSEHOLD,
                "other": one,
                "since": left + dt.timedelta(days=1),
            },
        )


def _apart(people: Collection[UUID], ties: Iterable[Any]) -> list[UUID]:
    """One of each group among the people that ties, whoever they lead through, do not connect."""
    reached = groups((t.customer_id, t.other_id) for t in ties)
    found: list[UUID] = []
    for one in dict.fromkeys(people):
        if not any(one in reached.get(other, ()) for other in found):
            found.append(one)
    return found


def groups(pairs: Iterable[tuple[UUID, UUID]]) -> dict[UUID, set[UUID]]:
    """Everyone in pairs, with all whom pairs lead them to, themselves included."""
    found: dict[UUID, set[UUID]] = {}
    for one, other in pairs:
        both = found.get(one, {one}) | found.get(other, {other})
        found.update(dict.fromkeys(both, both))
    return found
