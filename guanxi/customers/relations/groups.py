"""Groups that relationships make: companies under one parent, households, and who referred whom.

Each answer takes the same number of queries however large the group is, and is made of what the
asker may see: a group is told as far as links between customers that they see lead.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from guanxi.customers.models import Customer, Relationship
from guanxi.customers.relations import walks
from guanxi.customers.relations.measures import Figures
from guanxi.customers.relations.seen import Link, Seen, require_readable
from guanxi.customers.relations.services import groups
from guanxi.platform.access.predicate import Asker, require_visible
from guanxi.platform.workspaces.services import books_currency, books_today

Json = dict[str, Any]
Step = tuple[UUID, Link | None, int]
Kind = Relationship.Kind
SHOWN = 500  # nodes of a tree; sums are of all


def hierarchy(asker: Asker, customer: UUID) -> Json:
    """The group of companies around a customer: from its ultimate parent down.

    Raises NotFound or NotAllowed.
    """
    seen, is_cut = _looked_at(asker, customer, Kind.PARENT, whole=True)
    way = seen.climb(customer)
    root = way[-1].one if way else customer
    everyone, below = seen.descend(root), seen.descend(customer)
    figures = Figures(asker, [pk for pk, _by, _depth in everyone])
    near = [*(link.one for link in way), *(pk for pk, _by, _depth in below)]
    if way:
        near += [link.other for link in seen.below[way[0].one]]
    return {
        **_told(seen, figures, _few(everyone, near), len(everyone), is_cut),
        "root": root,
        "group": _amount(figures, [pk for pk, _by, _depth in everyone]),
        "below": _amount(figures, [pk for pk, _by, _depth in below]),
    }


def referrals(asker: Asker, customer: UUID) -> Json:
    """Whom a customer brought, and whom these brought; and by whom it came itself.

    Raises NotFound or NotAllowed.
    """
    seen, is_cut = _looked_at(asker, customer, Kind.REFERRER, whole=False)
    way = seen.climb(customer)
    _self, *brought = seen.descend(customer)
    figures = Figures(asker, [pk for pk, _by, _depth in brought])
    came_by = [(link.one, link, depth) for depth, link in enumerate(way, 1)]
    return {
        **_told(seen, figures, brought[:SHOWN], len(brought), is_cut),
        "came_by": [_node(seen, step) for step in came_by],
        "brought": _amount(figures, [pk for pk, _by, _depth in brought]),
        "direct": _amount(figures, [pk for pk, _by, depth in brought if depth == 1]),
    }


def household(asker: Asker, customer: UUID) -> Json:
    """Who lives with a person at present, and what they bring together.

    Raises NotFound or NotAllowed.
    """
    _require(asker, customer)
    walked = walks.together(customer, Kind.HOUSEHOLD, books_today())
    seen = Seen(asker, walked.links, customer)
    together = groups((link.one, link.other) for link in seen.links).get(customer, set())
    by_name = sorted(together - {customer}, key=lambda pk: (seen.customers[pk]["sort"], str(pk)))
    members = [customer, *by_name] if by_name else []
    figures = Figures(asker, members)
    ties = {pk: _earliest(seen, pk) for pk in members}
    steps: list[Step] = [(pk, ties[pk], 0) for pk in members]
    return {
        **_told(seen, figures, steps[:SHOWN], len(members), walked.is_cut),
        "group": _amount(figures, members),
    }


def _require(asker: Asker, customer: UUID) -> None:
    require_visible(asker, Customer, customer)
    require_readable(asker)


def _looked_at(asker: Asker, customer: UUID, kind: str, *, whole: bool) -> tuple[Seen, bool]:
    _require(asker, customer)
    walked = walks.tree(customer, kind, books_today(), whole=whole)
    return Seen(asker, walked.links, customer), walked.is_cut


def _few(everyone: Sequence[Step], near: Sequence[UUID]) -> list[Step]:
    """As many of a tree as can be shown, in its order: who is near, and the first of the rest."""
    if len(everyone) <= SHOWN:
        return list(everyone)
    order = dict.fromkeys([*near, *(pk for pk, _by, _depth in everyone)])
    chosen = set(list(order)[:SHOWN])
    return [step for step in everyone if step[0] in chosen]


def _earliest(seen: Seen, member: UUID) -> Link:
    """By which link somebody belongs to a household for the longest time."""
    ties = [*seen.below[member], *seen.above[member]]
    return min(ties, key=lambda link: (link.since or dt.date.min, link.id))


def _told(seen: Seen, figures: Figures, shown: Sequence[Step], count: int, is_cut: bool) -> Json:
    return {
        "currency": books_currency(),
        "figures": figures.described,
        "nodes": [{**_node(seen, step), "figures": figures.of(step[0])} for step in shown],
        "more": count - len(shown),
        "at_least": is_cut,
    }


def _node(seen: Seen, step: Step) -> Json:
    pk, by, depth = step
    return {
        **seen.customers[pk],
        "depth": depth,
        "parent": by.across(pk) if by else None,
        "link": by and by.id,
        "since": by and by.since,
        "until": by and by.until,
    }


def _amount(figures: Figures, customers: Collection[UUID]) -> Json:
    return {"customers": len(customers), "figures": figures.sum(customers)}
