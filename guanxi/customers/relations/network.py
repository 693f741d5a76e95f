"""The network around one customer: who is related to it, and to these, up to three steps away."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from guanxi.customers.models import Customer, Relationship
from guanxi.customers.relations.seen import Seen, reading, require_readable
from guanxi.platform.access.predicate import Asker, require_visible, visible_to
from guanxi.platform.workspaces.services import books_today

Json = dict[str, Any]
STEPS = 3
FURTHEST_COUNT = 10_000  # links counted beyond those that are shown


def network(asker: Asker, customer: UUID, *, steps: int, kinds: Collection[str], most: int) -> Json:
    """At most `most` customers around one, nearest first, with all links among them.

    `more` are those that a further step from the customers shown leads to, within `steps`, and
    that are not. Two queries a step. Raises NotFound or NotAllowed.
    """
    require_visible(asker, Customer, customer)
    require_readable(asker)
    holding = _holding(asker, kinds)
    depth_of: dict[UUID, int] = {customer: 0}
    left: set[UUID] = set()
    frontier = [customer]
    is_cut = False
    for step in range(1, steps + 1):
        if not frontier:
            break
        found, cut = _neighbours(holding, frontier)
        is_cut |= cut
        new = [pk for pk in found if pk not in depth_of]
        room = max(0, most - len(depth_of))
        depth_of.update(dict.fromkeys(new[:room], step))
        left.update(new[room:])
        frontier = new[:room]
    shown = list(depth_of)
    among = holding.filter(customer__in=shown, other__in=shown)
    seen = Seen(asker, list(among.values_list("pk", flat=True)), customer)
    return {
        "nodes": [
            {**seen.customers[pk], "step": step}
            for pk, step in depth_of.items()
            if pk in seen.customers
        ],
        "links": [
            {
                "id": link.id, "customer": link.one, "kind": link.kind, "other": link.other,
                "role": link.role, "roles": link.roles, "since": link.since, "until": link.until,
                "label": reading(link.kind, outwards=True),
                "inverse": reading(link.kind, outwards=False),
            }
            for link in seen.links
        ],
        "more": len(left - depth_of.keys()),
        "at_least": is_cut,
    }  # fmt: skip


def _holding(asker: Asker, kinds: Collection[str]) -> "QuerySet[Relationship]":
    """The relationships of today that the asker sees with both their ends."""
    seen: Any = visible_to(asker, Relationship)
    ends = visible_to(asker, Customer).order_by()
    found: QuerySet[Relationship] = seen.on(books_today()).filter(
        Exists(ends.filter(pk=OuterRef("customer"))), Exists(ends.filter(pk=OuterRef("other")))
    )
    return found.filter(kind__in=kinds) if kinds else found


def _neighbours(
    holding: "QuerySet[Relationship]", frontier: Collection[UUID]
) -> tuple[list[UUID], bool]:
    """Whom links lead to from these customers, oldest links first, and whether there are more."""
    touching = holding.filter(Q(customer__in=frontier) | Q(other__in=frontier))
    ends = touching.order_by("pk").values_list("customer_id", "other_id")
    rows = list(ends[: FURTHEST_COUNT + 1])
    near = set(frontier)
    found = [pk for one, other in rows[:FURTHEST_COUNT] for pk in (one, other) if pk not in near]
    return list(dict.fromkeys(found)), len(rows) > FURTHEST_COUNT
