"""What a group of customers amounts to: figures that areas above this one know how to count.

A figure is told by customer, so that a tree shows it at each; what a group has is their sum. Each
counts from what the asker may see alone, in one query for all customers.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from guanxi.platform.access.predicate import Asker

Figure = int | Decimal
# None: nothing of it is for the asker.
Count = Callable[[Asker, Collection[UUID]], Mapping[UUID, Figure] | None]


@dataclass(frozen=True)
class Measure:
    label: Any
    type: Literal["number", "money"]  # money is in the currency of the books
    count: Count
    order: int  # the first is shown at each customer of a tree


_measures: dict[str, Measure] = {}


def measure(
    name: str, label: Any, kind: Literal["number", "money"], *, order: int
) -> Callable[[Count], Count]:
    """Declare how a figure is counted, and where it stands among the others."""

    def add(count: Count) -> Count:
        _measures[name] = Measure(label, kind, count, order)
        return count

    return add


class Figures:
    """The figures of some customers, one query each."""

    def __init__(self, asker: Asker, customers: Collection[UUID]):
        in_order = sorted(_measures.items(), key=lambda one: one[1].order)
        found = {name: m.count(asker, customers) for name, m in in_order}
        self.by_name = {name: counted for name, counted in found.items() if counted is not None}

    @property
    def described(self) -> list[dict[str, Any]]:
        """What they are called, in their order."""
        return [
            {"name": name, "label": str(_measures[name].label), "type": _measures[name].type}
            for name in self.by_name
        ]

    def of(self, customer: UUID) -> dict[str, Any]:
        return {name: _shown(counted.get(customer, 0)) for name, counted in self.by_name.items()}

    def sum(self, customers: Iterable[UUID]) -> dict[str, Any]:
        chosen = list(customers)
        return {
            name: _shown(sum((counted.get(pk, 0) for pk in chosen), start=_zero(name)))
            for name, counted in self.by_name.items()
        }


def _zero(name: str) -> Figure:
    return Decimal(0) if _measures[name].type == "money" else 0


def _shown(figure: Figure) -> Any:
    """Money travels as text, as everywhere."""
    return f"{figure:.2f}" if isinstance(figure, Decimal) else figure
