"""What a declaration says of records whose personal values can be erased."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from guanxi.platform.objects.errors import Invalid


def _nothing(_erasing: Any) -> None:
    """What most objects have to do beyond their stores: nothing."""


@dataclass(frozen=True)
class Erasable:
    """How a record of one object becomes a pseudonymous stub.

    `mark` is the column that says since when it is one. All other own columns are emptied but for
    `keeps`, which tell of the business and not of the person.
    """

    keeps: Sequence[str]
    mark: str
    named: Callable[[str], str]  # what a stub is called, by a short code
    # All that may be written elsewhere of one who is these records: see `erasing.traces`.
    traces: Callable[[Sequence[UUID]], Any]
    before: Callable[[Any], None] = _nothing  # while everything is still there

    def stubs(self, model: Any, ids: Iterable[UUID]) -> set[UUID]:
        """Those of the records that were erased."""
        found = model._base_manager.filter(pk__in=ids, **{f"{self.mark}__isnull": False})
        return set(found.values_list("pk", flat=True))


def was_erased(field: str | None) -> Invalid:
    """What is said of a value, or of something that is to hang on a record that was erased."""
    message = _("The personal data of this record were erased before.")
    return Invalid([{"field": field, "message": message, "code": "erased"}])
