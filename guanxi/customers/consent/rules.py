"""What a customer's words amount to: pure rules, used for one customer and to merge two.

States of one place (a purpose on a channel, or all contact on it) form a line from the most
lenient to the strictest, with silence (None) below: the strictest of several is the same in
whatever order, grouping or number they come.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import TypeVar

Place = TypeVar("Place")

# As `customers_strictness` in consents.sql. Words about a purpose and about all contact never meet.
STRICTNESS = {"lifted": 1, "granted": 2, "pending": 3, "withdrawn": 4, "blocked": 5}


def strictest(one: str | None, other: str | None) -> str | None:
    """The stricter of two states; silence yields to any word."""
    return max(one, other, key=lambda state: STRICTNESS[state] if state else 0)


def combined(
    one: Mapping[Place, str | None], other: Mapping[Place, str | None]
) -> dict[Place, str | None]:
    """What one customer has said if both said it: place by place, the strictest wins."""
    return {place: strictest(one.get(place), other.get(place)) for place in {**one, **other}}


def combined_all(many: Iterable[Mapping[Place, str | None]]) -> dict[Place, str | None]:
    """The same of any number of customers."""
    nothing: dict[Place, str | None] = {}
    return reduce(combined, many, nothing)


@dataclass(frozen=True)
class Answer:
    """Whether a customer may be contacted, and why.

    `reason`: "do_not_contact", "erased", "retired", "withdrawn", "pending", "no_consent", or for
    a yes "granted" or "legal_basis".
    """

    allowed: bool
    reason: str


def answer(
    *, word: str | None, is_blocked: bool, needs_consent: bool, is_retired: bool = False
) -> Answer:
    """What follows from a customer's word about a purpose, and "do not contact" on its channel.

    "Do not contact" overrides everything, a no is heeded whatever the legal basis, and where
    consent is the basis only a confirmed yes is one.
    """
    if is_blocked:
        return Answer(False, "do_not_contact")
    if is_retired:
        return Answer(False, "retired")
    if word == "withdrawn":
        return Answer(False, "withdrawn")
    if word == "granted":
        return Answer(True, "granted")
    if not needs_consent:
        return Answer(True, "legal_basis")
    return Answer(False, "pending" if word == "pending" else "no_consent")
