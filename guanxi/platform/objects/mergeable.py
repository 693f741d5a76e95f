"""What a declaration says of records that are one: how they are found, and how merged."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Duplicates:
    """How an object finds the records that a new one may be, and by which of its fields.

    `find` is given who asks, the values, and a record that is not meant; it returns what
    `guanxi.platform.objects.duplicates` calls Found.
    """

    fields: Sequence[str]
    find: Callable[[Any, Mapping[str, Any], UUID | None], Any]


def _nothing(_survivor: UUID) -> None:
    """What most objects have to do before fields are written: nothing."""


@dataclass(frozen=True)
class Mergeable:
    """How several records of one object become one."""

    same: Sequence[str] = ()  # fields in which they must agree: a person is no firm
    together: Sequence[Sequence[str]] = ()  # fields that mean something only side by side
    # Runs when references have moved, before the survivor's own fields are written, there and back.
    before_fields: Callable[[UUID], None] = _nothing
    # Told all ids before anything moves; what it returns makes rows of `made` for the survivor, and
    # returns their ids, once everything has moved. Taking the merge back deletes them.
    amount_to: Callable[[Sequence[UUID]], Callable[[UUID], Sequence[UUID]]] | None = None
    made: str = ""  # as in "customers_consent.customer_id"
