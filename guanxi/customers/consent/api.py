"""Consents over HTTP, beside their ordinary records: answers, links, and the page of a link."""

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field

from guanxi.customers.consent import links, services
from guanxi.customers.consent.models import Consent
from guanxi.customers.models import Customer
from guanxi.platform.access.braking import Brake, count_failure, refuse_if_braked
from guanxi.platform.access.links import can_mail
from guanxi.platform.access.middleware import require_csrf
from guanxi.platform.access.predicate import get_permitted
from guanxi.platform.events.context import acting
from guanxi.platform.http.address import client_address
from guanxi.platform.http.request import Request
from guanxi.platform.objects.errors import Invalid, NotAllowed
from guanxi.platform.objects.fieldtypes import Text
from guanxi.platform.objects.registry import object_type
from guanxi.platform.objects.schemas import Strict

router = Router(tags=["customer"])
open_router = Router(tags=["preferences"], auth=None)
ChannelName = Literal["email", "phone", "sms", "wechat", "post", "data"]
Reason = Literal[
    "do_not_contact",
    "erased",
    "retired",
    "withdrawn",
    "pending",
    "no_consent",
    "granted",
    "legal_basis",
]


class PermissionOut(Schema):
    allowed: bool
    reason: Reason
    text: str = Field(description="The reason as a sentence.")
    state: str | None = Field(description="The customer's latest word, if there is one.")
    since: dt.datetime | None
    consent: UUID | None = Field(description="The record of that word.")


class PurposePermissionsOut(Schema):
    id: UUID
    name: str
    legal_basis: str
    asks_back: bool = Field(description="Whether a yes by e-mail holds once it is confirmed.")
    channels: dict[ChannelName, PermissionOut]


class PermissionsOut(Schema):
    """Whether a customer may be contacted: at all by channel, and by purpose and channel."""

    contact: dict[ChannelName, PermissionOut]
    purposes: list[PurposePermissionsOut]
    mail: bool = Field(description="Whether links can be sent by mail.")
    can: list[Literal["record"]]


class PreferenceLinkIn(Strict):
    """`consent` to have one confirmed; without it, to the page of all preferences."""

    consent: UUID | None = None
    mail: bool = False


class PreferenceLinkOut(Schema):
    url: str | None = Field(description="To hand over; null for one that was mailed.")
    mailed_to: str
    expires_at: dt.datetime


Key = Annotated[Text, Field(min_length=1, max_length=500)]


class PreferenceKeyIn(Strict):
    key: Key


class PreferenceChoiceIn(PreferenceKeyIn):
    """Without `purpose`, all contact on the channel; without either, a no to all offered."""

    purpose: UUID | None = None
    channel: ChannelName | None = None
    allow: bool


class OfferedPurposeOut(Schema):
    id: UUID
    title: dict[str, str]
    text: dict[str, str]
    channels: dict[ChannelName, Literal["yes", "no", "pending"]]


class PreferencesOut(Schema):
    firm: str
    confirms: ChannelName | None = Field(description="Of a link that is to confirm one consent.")
    purposes: list[OfferedPurposeOut]
    contact: dict[ChannelName, bool]


@router.get(
    "/{uuid:pk}/permissions",
    response=PermissionsOut,
    summary="Whether a customer may be contacted, and why",
)
def read_permissions(request: Request, pk: UUID) -> dict[str, Any]:
    """Whoever sees the customer is told: who may not be called has to be known to all."""
    customer = get_permitted(request.asker, Customer, pk)
    may_record = request.asker.may("create", object_type("consent"))
    return {
        **services.permissions_of(customer),
        "mail": can_mail(),
        "can": ["record"] if may_record else [],
    }


@router.post(
    "/{uuid:pk}/preference-links",
    response={201: PreferenceLinkOut},
    summary="Make a link by which the customer says what may be sent",
)
def make_preference_link(
    request: Request, pk: UUID, body: PreferenceLinkIn
) -> Status[dict[str, Any]]:
    """Refused with code "not_mailed" if it cannot be mailed."""
    customer = get_permitted(request.asker, Customer, pk)
    if not request.asker.may("create", object_type("consent")):
        raise NotAllowed(_("You may not create this kind of record."))
    consent = get_permitted(request.asker, Consent, body.consent) if body.consent else None
    if consent is not None and not _can_be_confirmed(consent, customer):
        message = _("There is nothing to confirm about this.")
        raise Invalid([{"field": "consent", "message": message, "code": "state"}])
    made = links.make_link(customer=customer, by=request.user, consent=consent, mail=body.mail)
    return Status(
        201, {"url": made.url, "mailed_to": made.mailed_to, "expires_at": made.expires_at}
    )


def _can_be_confirmed(consent: Consent, customer: Customer) -> bool:
    is_open = consent.state == Consent.State.PENDING and consent.in_force
    return is_open and consent.customer_id == customer.pk


def _opened(request: Request, key: str) -> links.Opened:
    """What the key opens; many that open nothing, and many changes by one, are braked.

    Raises LinkNotValid or TooManyAttempts.
    """
    brakes = [Brake(f"preferences\0{client_address(request)}", 60)]
    refuse_if_braked(brakes)
    try:
        return links.open_link(key)
    except links.LinkNotValid:
        count_failure(brakes)
        raise


def _to_change(request: Request, key: str) -> links.Opened:
    require_csrf(request)
    opened = _opened(request, key)
    brakes = [Brake(f"preferences of\0{opened.customer.pk}", 200)]
    refuse_if_braked(brakes)
    count_failure(brakes)  # every change counts: evidence is kept for good
    return opened


@open_router.post(
    "/preferences/read", response=PreferencesOut, summary="What the customer of a link allows"
)
def read_preferences(request: Request, body: PreferenceKeyIn) -> dict[str, Any]:
    """The key travels in the body: addresses are written into logs. Reading changes nothing."""
    return services.preferences(_opened(request, body.key))


@open_router.post(
    "/preferences/choose", response=PreferencesOut, summary="Say by a link what may be sent"
)
def choose_preferences(request: Request, body: PreferenceChoiceIn) -> dict[str, Any]:
    opened = _to_change(request, body.key)
    with acting(actor_id=None, source="preferences", request_id=request.request_id):
        services.choose(opened, purpose=body.purpose, channel=body.channel, allow=body.allow)
    return services.preferences(opened)


@open_router.post(
    "/preferences/confirm", response=PreferencesOut, summary="Confirm a consent by its link"
)
def confirm_consent(request: Request, body: PreferenceKeyIn) -> dict[str, Any]:
    opened = _to_change(request, body.key)
    with acting(actor_id=None, source="preferences", request_id=request.request_id):
        services.confirm(opened)
    return services.preferences(opened)
