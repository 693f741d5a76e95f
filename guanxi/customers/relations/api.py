"""Relations of customers over HTTP: verbs on relationships, and the groups that they make."""

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema, Status
from pydantic import Field

from guanxi.customers.models import Customer, Relationship
from guanxi.customers.relations import groups, services
from guanxi.customers.relations.network import STEPS, network
from guanxi.platform.access.predicate import get_permitted
from guanxi.platform.http.request import Request
from guanxi.platform.objects.api import record_response
from guanxi.platform.objects.errors import Invalid
from guanxi.platform.objects.fieldtypes import Date
from guanxi.platform.objects.registry import object_type
from guanxi.platform.objects.schemas import Strict

router = Router(tags=["customer"])
verbs_router = Router(tags=["relationship"])
KindName = Literal["contact_of", "household", "parent_company", "partner", "referrer", "guarantor"]


class EndIn(Strict):
    """`until`: the last day it holds; absent, yesterday, or the day it began if that is later."""

    until: Date | None = None


class RelatedCustomerOut(Schema):
    id: UUID
    label: str | None = Field(description="Its name, if the asker may see names.")
    kind: str | None
    category: str | None


class GroupFigureOut(Schema):
    name: str
    label: str
    type: Literal["number", "money"] = Field(description="Money is in `currency`.")


class GroupAmountOut(Schema):
    """How many customers these are, and what they amount to together, by figure."""

    customers: int
    figures: dict[str, int | str]


class GroupPlaceOut(RelatedCustomerOut):
    """Where a customer stands: by which relationship, and since when."""

    depth: int
    parent: UUID | None = Field(description="Through whom it belongs to the group.")
    link: UUID | None
    since: dt.date | None
    until: dt.date | None


class GroupMemberOut(GroupPlaceOut):
    figures: dict[str, int | str]


class CustomerGroupOut(Schema):
    """Only what the asker may see is in it, or counted."""

    currency: str
    figures: list[GroupFigureOut]
    nodes: list[GroupMemberOut] = Field(description="Each before what is below it.")
    more: int = Field(description="How many of the group are not shown; sums are of all.")
    at_least: bool = Field(description="The group is larger than is looked at.")


class HierarchyOut(CustomerGroupOut):
    root: UUID = Field(description="The ultimate parent.")
    group: GroupAmountOut
    below: GroupAmountOut = Field(description="The customer itself and all below it.")


class ReferralsOut(CustomerGroupOut):
    came_by: list[GroupPlaceOut] = Field(
        description="Who referred this customer, who referred them …"
    )
    brought: GroupAmountOut
    direct: GroupAmountOut


class HouseholdOut(CustomerGroupOut):
    group: GroupAmountOut


class NetworkNodeOut(RelatedCustomerOut):
    step: int = Field(description="How many relationships away.")


class NetworkLinkOut(Schema):
    """`customer` is `kind` of `other`; `label` is what `other` is to it, `inverse` the reverse."""

    id: UUID
    customer: UUID
    kind: KindName
    other: UUID
    label: str
    inverse: str
    role: str
    roles: list[str]
    since: dt.date | None
    until: dt.date | None


class NetworkOut(Schema):
    nodes: list[NetworkNodeOut]
    links: list[NetworkLinkOut]
    more: int = Field(description="Customers within reach that are not shown.")
    at_least: bool


class NetworkIn(Strict):
    steps: int = Field(2, ge=1, le=STEPS)
    kinds: str = Field("", max_length=200, description="Kinds with commas between; none: all.")
    limit: int = Field(60, ge=1, le=200)


@verbs_router.post("/{uuid:pk}/end", response=dict[str, Any], summary="Let a relationship be over")
def end(request: Request, pk: UUID, body: EndIn | None = None) -> HttpResponse:
    relationship = get_permitted(request.asker, Relationship, pk, "change", lock=True)
    until = body.until if body else None
    services.end_relationship(asker=request.asker, relationship=relationship, until=until)
    return record_response(request, object_type("relationship"), pk)


@router.post("/{uuid:pk}/household/leave", response={204: None}, summary="Leave the household")
def leave(request: Request, pk: UUID, body: EndIn | None = None) -> Status[None]:
    customer = get_permitted(request.asker, Customer, pk)
    until = body.until if body else None
    services.leave_household(asker=request.asker, customer=customer, until=until)
    return Status(204, None)


@router.get(
    "/{uuid:pk}/hierarchy", response=HierarchyOut, summary="The companies a customer belongs to"
)
def hierarchy(request: Request, pk: UUID) -> dict[str, Any]:
    """From the ultimate parent down, with what the group amounts to."""
    return groups.hierarchy(request.asker, pk)


@router.get("/{uuid:pk}/household", response=HouseholdOut, summary="The household of a person")
def household(request: Request, pk: UUID) -> dict[str, Any]:
    return groups.household(request.asker, pk)


@router.get("/{uuid:pk}/referrals", response=ReferralsOut, summary="Who referred whom")
def referrals(request: Request, pk: UUID) -> dict[str, Any]:
    """Whom the customer brought, at whatever remove, and what they are worth."""
    return groups.referrals(request.asker, pk)


@router.get("/{uuid:pk}/network", response=NetworkOut, summary="Who is related to a customer")
def network_around(request: Request, pk: UUID, q: Query[NetworkIn]) -> dict[str, Any]:
    kinds = [kind for kind in q.kinds.split(",") if kind]
    if set(kinds) - set(Relationship.Kind.values):
        message = _("There is no such choice.")
        raise Invalid([{"field": "kinds", "message": message, "code": "choice"}])
    return network(request.asker, pk, steps=q.steps, kinds=kinds, most=q.limit)
