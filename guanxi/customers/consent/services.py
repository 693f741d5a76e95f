"""What is done with consents beside recording one, which is ordinary creating of a record."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.customers.consent.contact import (
    Place,
    answer_of,
    as_json,
    words_of,
)
from guanxi.customers.consent.links import LinkNotValid, Opened
from guanxi.customers.consent.models import (
    REACHING,
    Channel,
    Consent,
    ConsentText,
    Purpose,
    asks_back,
)
from guanxi.customers.consent.rules import combined_all
from guanxi.customers.models import Customer
from guanxi.customers.suppression import closed_channels
from guanxi.platform.objects.errors import Invalid
from guanxi.platform.workspaces.services import current_workspace

Json = dict[str, Any]
CODES = {"en": "en", "zh-CN": "zh_hans", "zh-TW": "zh_hant"}


def purposes_in_use() -> list[Purpose]:
    return list(Purpose.objects.filter(deleted_at=None).order_by("created_at", "pk"))


def channels_of(purpose: Purpose) -> list[str]:
    return REACHING if purpose.by_channel else [Channel.DATA.value]


def permissions_of(customer: Customer) -> Json:
    """What a customer allows: an answer for each purpose and channel, and for contact at all."""
    words = words_of([customer.pk]).get(customer.pk, {})
    erased = closed_channels(customer.pk)

    def cell(purpose: Purpose | None, channel: str) -> Json:
        word = words.get((purpose.pk if purpose else None, channel))
        return {
            **as_json(answer_of(words, purpose, channel, is_suppressed=channel in erased)),
            "state": word and word.state,
            "since": word and word.given_at,
            "consent": word and word.pk,
        }

    return {
        "contact": {channel: cell(None, channel) for channel in REACHING},
        "purposes": [
            {
                "id": purpose.pk,
                "name": purpose.name,
                "legal_basis": purpose.legal_basis,
                "asks_back": purpose.double_opt_in,
                "channels": {c: cell(purpose, c) for c in channels_of(purpose)},
            }
            for purpose in purposes_in_use()
        ],
    }


# ------------------------------------------------------------------ merging


def strictest_words(customers: Collection[UUID]) -> dict[Place, str | None]:
    """What one customer has said who is all of these: place by place, the strictest word."""
    said = words_of(customers).values()
    return combined_all({place: word.state for place, word in words.items()} for words in said)


@transaction.atomic
def hold_to(customer: UUID, words: Mapping[Place, str | None]) -> list[UUID]:
    """Add evidence until the customer's latest words are these; returns the ids of what was added.

    For merging: ask `strictest_words` of all, move their consents to the one that remains, then
    hold it to them. Taking the merge back deletes what was added.
    """
    now = words_of([customer]).get(customer, {})
    added = [
        Consent(
            customer_id=customer, purpose_id=purpose, channel=channel, state=state,
            source=Consent.Source.MERGE, given_at=_after(now.get((purpose, channel))),
        )
        for (purpose, channel), state in words.items()
        if state is not None
        and ((word := now.get((purpose, channel))) is None or word.state != state)
    ]  # fmt: skip
    Consent.objects.bulk_create(added)
    return [consent.pk for consent in added]


# ------------------------------------------------------------------ the preference page


def _texts() -> dict[UUID, ConsentText]:
    """The newest text of each purpose."""
    newest = ConsentText.objects.filter(deleted_at=None).order_by("purpose", "-created_at", "-pk")
    return {text.purpose_id: text for text in newest.distinct("purpose")}


def _by_language(text: ConsentText | None, field: str, otherwise: str) -> dict[str, str]:
    """In each language of the client, or else in the firm's, or in any that there is."""
    said = {c: getattr(text, f"{field}_{code}", "") if text else "" for c, code in CODES.items()}
    fallback = next((s for s in said.values() if s), otherwise)
    return {language: value or fallback for language, value in said.items()}


def preferences(opened: Opened) -> Json:
    """All that a link shows: the firm's name and what this customer allows it, no other data."""
    workspace = current_workspace()
    texts = _texts()
    offered = [p for p in purposes_in_use() if p.is_offered]
    if opened.consent is not None:
        offered = [p for p in offered if p.pk == opened.consent.purpose_id]
    words = words_of([opened.customer.pk]).get(opened.customer.pk, {})

    def state(purpose: Purpose, channel: str) -> str:
        word = words.get((purpose.pk, channel))
        if word is not None and word.state == Consent.State.PENDING:
            return "pending"
        return "yes" if answer_of(words, purpose, channel).allowed else "no"

    return {
        "firm": workspace.name if workspace else "",
        "confirms": opened.consent.channel if opened.consent else None,
        "purposes": [
            {
                "id": purpose.pk,
                "title": _by_language(texts.get(purpose.pk), "title", purpose.name),
                "text": _by_language(texts.get(purpose.pk), "text", ""),
                "channels": {c: state(purpose, c) for c in channels_of(purpose)},
            }
            for purpose in offered
        ],
        "contact": {c: _is_open(words, c) for c in REACHING},
    }


def _is_open(words: dict[Place, Consent], channel: str) -> bool:
    return answer_of(words, None, channel).allowed


def _said(opened: Opened, **values: Any) -> Consent:
    """A customer's own word by this link, and whose hands the link came from."""
    source = Consent.Source.PREFERENCES if opened.is_mailed else Consent.Source.LINK
    return Consent(
        customer=opened.customer, source=source, recorded_by_id=opened.handed_by, **values
    )


@transaction.atomic
def choose(opened: Opened, *, purpose: UUID | None, channel: str | None, allow: bool) -> None:
    """Take a customer's word: on a purpose and channel, on all contact, or on everything offered.

    Without a purpose it is about all contact on the channel; without a channel too, a no withdraws
    every purpose that is offered. What changes nothing is not written again.
    """
    offered = {p.pk: p for p in purposes_in_use() if p.is_offered}
    if purpose is None and channel is None:
        if allow:
            raise _no_such("allow")
        places: list[Place] = [(p.pk, c) for p in offered.values() for c in channels_of(p)]
    elif channel is not None and (
        channel in channels_of(offered[purpose]) if purpose in offered
        else purpose is None and channel in REACHING
    ):  # fmt: skip
        places = [(purpose, channel)]
    else:
        raise _no_such("purpose")
    Customer.objects.select_for_update(no_key=True).get(pk=opened.customer.pk)
    words, texts = words_of([opened.customer.pk]).get(opened.customer.pk, {}), _texts()
    added = []
    for place in places:
        state = _state(opened, offered.get(place[0]) if place[0] else None, place[1], allow)
        word = words.get(place)
        if (word and word.state) != state and (word is not None or state != Consent.State.LIFTED):
            text = texts.get(place[0]) if place[0] and allow else None
            added.append(
                _said(
                    opened, purpose_id=place[0], channel=place[1], state=state, text=text,
                    given_at=_after(word),
                )
            )  # fmt: skip
    Consent.objects.bulk_create(added)


def _state(opened: Opened, purpose: Purpose | None, channel: str, allow: bool) -> str:
    if purpose is None:
        return Consent.State.LIFTED if allow else Consent.State.BLOCKED
    if not allow:
        return Consent.State.WITHDRAWN
    # Whoever opens a link that was mailed has shown that the address is theirs.
    proven = opened.is_mailed or not asks_back(purpose, channel)
    return Consent.State.GRANTED if proven else Consent.State.PENDING


@transaction.atomic
def confirm(opened: Opened) -> None:
    """Confirm the consent that the link is about. Doing it again changes nothing.

    Raises LinkNotValid if the customer has said something else since.
    """
    asked = opened.consent
    if asked is None or asked.purpose is None:
        raise LinkNotValid
    Customer.objects.select_for_update(no_key=True).get(pk=opened.customer.pk)
    word = words_of([opened.customer.pk])[opened.customer.pk].get((asked.purpose_id, asked.channel))
    if word is not None and word.state == Consent.State.GRANTED:
        return
    if word is None or word.pk != asked.pk or asked.purpose.deleted_at is not None:
        raise LinkNotValid
    granted = _said(
        opened, purpose=asked.purpose, channel=asked.channel, state=Consent.State.GRANTED,
        text=asked.text, given_at=_after(word),
    )  # fmt: skip
    granted.save(force_insert=True)


def _after(word: Consent | None) -> dt.datetime:
    """Now, or just after the word that is followed: a clock may have been set back since."""
    now = timezone.now()
    return max(now, word.given_at + dt.timedelta.resolution) if word else now


def _no_such(field: str) -> Invalid:
    message = _("There is no such choice.")
    return Invalid([{"field": field, "message": message, "code": "not_found"}])
