"""Of links that were walked along, what the asker may see; and how they read from either end."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from guanxi.customers.models import Customer, Relationship
from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.objects.errors import NotAllowed
from guanxi.platform.objects.registry import object_type
from guanxi.platform.objects.rows import title_shown

ENDS = ("customer", "kind", "other")
BESIDE = ("since", "until", "role", "roles")
SHOWN = ("kind", "category")  # of a customer, beside its name


@dataclass(frozen=True)
class Link:
    """A relationship that the asker sees, as are both its ends: `one` is `kind` of `other`."""

    id: UUID
    one: UUID
    kind: str
    other: UUID
    since: dt.date | None
    until: dt.date | None
    role: str
    roles: list[str]

    def across(self, node: UUID) -> UUID:
        """The other end."""
        return self.other if node == self.one else self.one


def require_readable(asker: Asker) -> None:
    """Raises NotAllowed for whom relationships, or who stands in them, are hidden."""
    declared = object_type("relationship")
    if not asker.may("read", declared) or not set(ENDS) <= asker.fields(declared).keys():
        raise NotAllowed(_("Your role does not allow this."))


class Seen:
    """Links with the customers at their ends; what the asker does not see is not there."""

    def __init__(self, asker: Asker, links: Collection[UUID], start: UUID):
        rows = visible_to(asker, Relationship).filter(pk__in=links)
        known = asker.fields(object_type("relationship"))
        columns = [name for name in BESIDE if name in known]
        found = list(rows.order_by("pk").values("pk", "customer_id", "kind", "other_id", *columns))
        ends = {row[end] for row in found for end in ("customer_id", "other_id")}
        self.customers = customers_shown(asker, {start, *ends})
        self.links = [
            Link(
                id=row["pk"], one=row["customer_id"], kind=row["kind"], other=row["other_id"],
                since=row.get("since"), until=row.get("until"), role=row.get("role", ""),
                roles=row.get("roles") or [],
            )
            for row in found
            if row["customer_id"] in self.customers and row["other_id"] in self.customers
        ]  # fmt: skip
        self.below: dict[UUID, list[Link]] = defaultdict(list)
        self.above: dict[UUID, list[Link]] = defaultdict(list)
        for link in self.links:
            self.below[link.one].append(link)
            self.above[link.other].append(link)

    def climb(self, start: UUID) -> list[Link]:
        """The links from a customer up, as long as the asker sees them; of several the earliest."""
        way: list[Link] = []
        passed = {start}
        at = start
        while above := [link for link in self.above[at] if link.one not in passed]:
            way.append(above[0])
            at = above[0].one
            passed.add(at)
        return way

    def descend(self, top: UUID) -> list[tuple[UUID, Link | None, int]]:
        """A customer and all below it, each before what is below it: (who, by which, depth)."""
        found: list[tuple[UUID, Link | None, int]] = []
        passed = {top}
        waiting: list[tuple[UUID, Link | None, int]] = [(top, None, 0)]
        while waiting:
            node, by, depth = waiting.pop()
            found.append((node, by, depth))
            for link in sorted(self.below[node], key=self._name_of, reverse=True):
                if link.other not in passed:
                    passed.add(link.other)
                    waiting.append((link.other, link, depth + 1))
        return found

    def _name_of(self, link: Link) -> str:
        return str(self.customers[link.other]["sort"])


def customers_shown(asker: Asker, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """What is shown of those customers that the asker sees, by id, in one query."""
    declared = object_type("customer")
    known, title = asker.fields(declared), asker.title(declared)
    columns = [name for name in SHOWN if name in known]
    columns += ["name"] if title is not None else []
    columns += ["name_sort"] if "name" in known else []  # nothing is sorted by what is masked
    rows = visible_to(asker, Customer).filter(pk__in=ids).values("pk", *columns)
    return {
        row["pk"]: {
            "id": row["pk"],
            "label": title_shown(asker, declared, row["name"]) if title is not None else None,
            "kind": row.get("kind"),
            "category": row.get("category"),
            "sort": row.get("name_sort", ""),
        }
        for row in rows
    }


def reading(kind: str, *, outwards: bool) -> str:
    """What the customer at the other end is: of "contact of" read inwards, "contact person"."""
    match kind, outwards:
        case "contact_of", True:
            return _("contact person for")
        case "contact_of", False:
            return _("contact person")
        case "household", _any:
            return _("same household")
        case "parent_company", True:
            return _("subsidiary")
        case "parent_company", False:
            return _("parent company")
        case "partner", _any:
            return pgettext("relationship", "partner")
        case "referrer", True:
            return _("referred by this customer")
        case "referrer", False:
            return _("referred this customer")
        case "guarantor", True:
            return _("guaranteed by this customer")
        case _:
            return _("guarantor")
