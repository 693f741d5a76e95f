"""Answering a customer's request: each step leaves a proof with ids and sums, never with values."""

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.customers.consent.models import REACHING, Consent
from guanxi.customers.consent.services import channels_of, purposes_in_use
from guanxi.customers.models import Customer, Identity
from guanxi.customers.privacy.models import PrivacyProof, PrivacyRequest
from guanxi.platform.access.models import User
from guanxi.platform.access.predicate import Asker, get_permitted
from guanxi.platform.events.models import Event
from guanxi.platform.merging.redirects import absorbed_by
from guanxi.platform.objects.errors import DomainError, Invalid, NotAllowed
from guanxi.platform.objects.registry import object_type, types
from guanxi.platform.workspaces.services import books_zone

State, Proof = PrivacyRequest.State, PrivacyProof.Kind
SOURCES = {
    PrivacyRequest.Way.EMAIL: Consent.Source.LETTER,
    PrivacyRequest.Way.LETTER: Consent.Source.LETTER,
    PrivacyRequest.Way.PHONE: Consent.Source.CALL,
    PrivacyRequest.Way.IN_PERSON: Consent.Source.IN_PERSON,
}  # of others: a form


class RequestState(DomainError):
    """The request is not in a state in which this can be done."""

    status, code = 409, "request_state"


def prove(
    request: PrivacyRequest, kind: PrivacyProof.Kind, actor: User | None, **details: Any
) -> PrivacyProof:
    """Add a step that was done. Details are ids, sums, counts."""
    proof = PrivacyProof(request=request, kind=kind, actor=actor, details=details)
    proof.save(force_insert=True)
    return proof


def proofs_of(request: PrivacyRequest) -> list[PrivacyProof]:
    return list(request.proofs.select_related("actor").order_by("at", "id"))


def handled(asker: Asker, pk: UUID) -> PrivacyRequest:
    """An open request that the asker may work on, locked.

    Raises NotFound, NotAllowed, or RequestState for one that has ended.
    """
    by_role = asker.without_shares()  # who was shared a customer does not answer for the firm
    found = get_permitted(by_role, PrivacyRequest, pk)
    if found.state != State.OPEN:
        raise RequestState(_("This request has been answered already."))
    return get_permitted(by_role, PrivacyRequest, pk, "change", lock=True)


def sees_all(asker: Asker) -> bool:
    """Whether the role reads all that a copy holds, with nothing hidden or masked."""
    kinds = [t for t in types() if t.area in ("customers", "activities", "sales", "custom")]
    return all(asker.may("read", t) for t in kinds) and all(
        asker.grants.mask(t, name) not in ("hidden", "masked")
        for t in kinds
        for name in (*t.fields, *asker.custom_fields(t))
    )


def require_copy(asker: Asker) -> None:
    """Raise NotAllowed unless the asker may take away all that the firm holds on a customer."""
    may = asker.may("export", object_type("privacy_request"))
    if not (may and asker.may("export", object_type("customer")) and sees_all(asker)):
        message = _("A copy holds everything: only who may export and sees all fields makes one.")
        raise NotAllowed(message)


def require_opening(asker: Asker, request: PrivacyRequest) -> None:
    """Raise NotAllowed if the copy would hold numbers that the asker may not reveal one by one."""
    ids = [request.customer_id, *absorbed_by([request.customer_id])]
    if asker.may("reveal", object_type("identity")):
        return
    if Identity._base_manager.filter(customer__in=ids).exclude(sealed="").exists():
        message = _("A copy holds everything: only who may export and sees all fields makes one.")
        raise NotAllowed(message)


def made_copy(request: PrivacyRequest) -> PrivacyProof | None:
    """The newest copy that was made."""
    return request.proofs.filter(kind=Proof.EXPORTED).order_by("-at", "-id").first()


@transaction.atomic
def answer_request(*, asker: Asker, pk: UUID, answer: str, refused: bool) -> PrivacyRequest:
    """End a request: done, or refused for the reason given.

    Raises NotFound, NotAllowed, RequestState, or Invalid where proof or reason is missing.
    """
    request = handled(asker, pk)
    if refused and not answer.strip():
        message = _("Say why: the customer has a right to know.")
        raise Invalid([{"field": "answer", "message": message, "code": "required"}])
    details: dict[str, Any] = {}
    if not refused and request.kind in PrivacyRequest.OF_A_COPY:
        copy = made_copy(request)
        if copy is None:
            raise RequestState(_("Make the copy first."))
        details = {"sha256": copy.details["sha256"]}
    needed = {
        PrivacyRequest.Kind.STOP: (Proof.STOPPED, _("Stop the contact first.")),
        PrivacyRequest.Kind.ERASURE: (Proof.ERASED, _("Erase the customer first.")),
    }.get(PrivacyRequest.Kind(request.kind))
    if not refused and needed and not request.proofs.filter(kind=needed[0]).exists():
        raise RequestState(needed[1])
    request.state = State.REFUSED if refused else State.DONE
    request.answer, request.ended_at = answer, timezone.now()
    request.handled_by = asker.user
    request.save(update_fields=["state", "answer", "ended_at", "handled_by"])
    prove(request, Proof.REFUSED if refused else Proof.DONE, asker.user, **details)
    return request


@transaction.atomic
def reopen_request(*, asker: Asker, pk: UUID) -> PrivacyRequest:
    """Take up a request again that had ended. Raises NotFound, NotAllowed or RequestState."""
    by_role = asker.without_shares()
    request = get_permitted(by_role, PrivacyRequest, pk, lock=True)
    if request.state == State.OPEN:
        raise RequestState(_("This request is open."))
    get_permitted(by_role, Customer, request.customer_id, "change")
    if not asker.may("change", object_type("privacy_request")):
        raise NotAllowed(_("You may see this record, but not do this with it."))
    request.state, request.ended_at = State.OPEN, None
    request.save(update_fields=["state", "ended_at"])
    prove(request, Proof.REOPENED, asker.user)
    return request


@transaction.atomic
def stop_contact(*, asker: Asker, pk: UUID, everything: bool) -> PrivacyRequest:
    """Write down the customer's no: to every purpose that a yes allows, or to all contact.

    The evidence names the request, the request's proof the evidence. Raises NotFound, NotAllowed or
    RequestState.
    """
    request = handled(asker, pk)
    if not asker.may("create", object_type("consent")):
        raise NotAllowed(_("You may not create this kind of record."))
    places: list[tuple[UUID | None, str, str]]
    if everything:
        places = [(None, channel, Consent.State.BLOCKED) for channel in REACHING]
    else:
        places = [
            (purpose.pk, channel, Consent.State.WITHDRAWN)
            for purpose in purposes_in_use()
            if purpose.needs_consent or purpose.is_offered
            for channel in channels_of(purpose)
        ]
    Customer.objects.select_for_update(no_key=True).get(pk=request.customer_id)
    note = _("Privacy request %(number)s") % {"number": request.number}
    source = SOURCES.get(PrivacyRequest.Way(request.way), Consent.Source.FORM)
    words = [
        Consent(
            customer_id=request.customer_id, purpose_id=purpose, channel=channel, state=state,
            source=source, note=note, given_at=timezone.now(), recorded_by=asker.user,
        )
        for purpose, channel, state in places
    ]  # fmt: skip
    Consent.objects.bulk_create(words)
    made = Consent.objects.filter(customer=request.customer_id, note=note).order_by("-pk")
    ids = [str(pk) for pk in made.values_list("pk", flat=True)[: len(words)]]
    scope = "all" if everything else "purposes"
    prove(request, Proof.STOPPED, asker.user, consents=ids, scope=scope)
    return request


def prove_erased(customers: Collection[UUID], erasure: UUID, actor: User | None) -> None:
    """Note with the open requests for it that the customer is being erased."""
    asked = PrivacyRequest.objects.filter(
        customer__in=customers, kind=PrivacyRequest.Kind.ERASURE, state=State.OPEN, deleted_at=None
    )
    PrivacyProof.objects.bulk_create(
        PrivacyProof(request=one, kind=Proof.ERASED, actor=actor, details={"erasure": str(erasure)})
        for one in asked
    )


@transaction.atomic
def name_corrections(*, asker: Asker, pk: UUID, requests: Collection[UUID]) -> PrivacyRequest:
    """Tie edits of the customer that were made to the request, as the proof that it was corrected.

    Raises NotFound, NotAllowed, RequestState, or Invalid for edits that are none of the customer's.
    """
    request = handled(asker, pk)
    since = dt.datetime.combine(request.received_on, dt.time.min, books_zone())
    events = Event.objects.filter(
        object="customer", record_id=request.customer_id, action=Event.Action.UPDATE,
        request_id__in=requests, at__gte=since,
    ).order_by("id")  # fmt: skip
    found = list(events.values_list("pk", "request_id"))
    if {made for _pk, made in found} != set(requests):
        message = _("These are no changes of this customer since the request came.")
        raise Invalid([{"field": "requests", "message": message, "code": "not_found"}])
    prove(request, Proof.CORRECTED, asker.user, events=[pk for pk, _made in found])
    return request
