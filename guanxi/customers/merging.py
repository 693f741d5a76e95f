"""What is particular about merging customers."""

from collections.abc import Callable, Sequence
from uuid import UUID

from guanxi.customers.consent.models import Consent
from guanxi.customers.consent.services import hold_to, strictest_words
from guanxi.customers.models import Identity


def free_primary_identities(survivor: UUID) -> None:
    """Keep every phone and e-mail that led to the customer, whichever becomes the first now.

    A trigger deletes the primary identity whose value is replaced, and makes the new one primary:
    with none marked it only does the latter.
    """
    Identity.objects.filter(customer=survivor, is_primary=True).update(is_primary=False)


def keep_strictest_word(customers: Sequence[UUID]) -> Callable[[UUID], Sequence[UUID]]:
    """What one who is all of these has said: the one that remains is held to it."""
    words = strictest_words(customers)

    def hold(survivor: UUID) -> Sequence[UUID]:
        said = Consent.objects.filter(customer=survivor)
        before = set(said.values_list("pk", flat=True))
        hold_to(survivor, words)
        return [pk for pk in said.values_list("pk", flat=True) if pk not in before]

    return hold
