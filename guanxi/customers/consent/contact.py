"""Whether a customer may be contacted: the one place that says so, for every sender.

`may_contact` answers about one customer, `answers` about many at once, and `contactable` narrows a
queryset of any size to those who may be reached. All three follow `rules.answer`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _

from guanxi.customers.consent.models import Consent, Purpose
from guanxi.customers.consent.rules import Answer, answer
from guanxi.customers.models import Customer
from guanxi.customers.suppression import bearing, is_any, suppressed

Place = tuple[UUID | None, str]  # a purpose, None for all contact, and a channel


class Strictness(models.Func):
    """How strict a state is: see consents.sql."""

    function = "customers_strictness"
    arity = 1
    output_field = models.IntegerField()


def newest_words(customers: Collection[UUID]) -> "QuerySet[Consent]":
    """The latest word of each customer about each purpose on each channel, overridden or not."""
    return (
        Consent.objects.filter(customer__in=customers, deleted_at=None)
        .order_by(
            "customer", "purpose", "channel", "-given_at", Strictness(F("state")).desc(), "-pk"
        )
        .distinct("customer", "purpose", "channel")
    )


def words_of(customers: Collection[UUID]) -> dict[UUID, dict[Place, Consent]]:
    """The latest words by customer and place, in one query."""
    found: dict[UUID, dict[Place, Consent]] = defaultdict(dict)
    for word in newest_words(customers):
        found[word.customer_id][word.purpose_id, word.channel] = word
    return found


def answer_of(
    words: dict[Place, Consent],
    purpose: Purpose | None,
    channel: str,
    *,
    is_suppressed: bool = False,
) -> Answer:
    """What follows from these words of one customer; without a purpose, whether at all."""
    if is_suppressed:
        return Answer(False, "erased")
    contact = words.get((None, channel))
    is_blocked = contact is not None and contact.state == Consent.State.BLOCKED
    if purpose is None:
        return answer(word=None, is_blocked=is_blocked, needs_consent=False)
    word = words.get((purpose.pk, channel))
    return answer(
        word=word.state if word else None,
        is_blocked=is_blocked,
        needs_consent=purpose.needs_consent,
        is_retired=purpose.deleted_at is not None,
    )


def may_contact(customer: Customer | UUID, purpose: Purpose | None, channel: str) -> Answer:
    """Whether the customer may be contacted for this purpose on this channel, and why.

    Without a purpose: whether there may be any contact on the channel.
    """
    pk = customer.pk if isinstance(customer, Customer) else customer
    return answers([pk], purpose, channel)[pk]


def answers(customers: Iterable[UUID], purpose: Purpose | None, channel: str) -> dict[UUID, Answer]:
    """The answer for each of these customers, in one query."""
    asked = list(customers)
    words, erased = words_of(asked), suppressed(asked, channel)
    return {
        pk: answer_of(words.get(pk, {}), purpose, channel, is_suppressed=pk in erased)
        for pk in asked
    }


def contactable(
    customers: "QuerySet[Customer]", purpose: Purpose, channel: str
) -> "QuerySet[Customer]":
    """Those of the customers for whom `may_contact` says yes, however many, in SQL alone."""
    if purpose.deleted_at is not None:
        return customers.none()
    if is_any(channel):
        customers = customers.filter(~bearing(channel))
    said = Consent.objects.filter(
        customer=OuterRef("pk"), channel=channel, in_force=True, deleted_at=None
    )
    blocked = Exists(said.filter(purpose=None, state=Consent.State.BLOCKED))
    if purpose.needs_consent:
        # A grant is in force only while nothing overrides it.
        return customers.filter(Exists(said.filter(purpose=purpose, state=Consent.State.GRANTED)))
    refused = Exists(said.filter(purpose=purpose, state=Consent.State.WITHDRAWN))
    return customers.exclude(blocked).exclude(refused)


def reason_text(said: Answer) -> str:
    """The reason as a sentence in the reader's language."""
    texts = {
        "do_not_contact": _("The customer asked not to be contacted on this channel."),
        "erased": _(
            "Somebody with this address had their data erased. Contact them only if asked."
        ),
        "retired": _("This purpose is not in use any more."),
        "withdrawn": _("The customer said no to this."),
        "pending": _("The customer has not confirmed it yet."),
        "no_consent": _("The customer has not said yes to this."),
        "granted": _("The customer said yes to this."),
        "legal_basis": _("This needs no consent, and the customer has not said no."),
    }
    return texts[said.reason]


def as_json(said: Answer) -> dict[str, Any]:
    return {"allowed": said.allowed, "reason": said.reason, "text": reason_text(said)}
