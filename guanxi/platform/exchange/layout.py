"""Which value of a staged row stands where, and how it is made from the cells."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from guanxi.platform.exchange.values.convert import Column, Convert


@dataclass
class Slot:
    """One value of a staged row: a column converted, or another slot's value derived from."""

    name: str
    column: int | None = None
    convert: Convert = str.strip
    source: str = ""
    lookup: "Lookup | None" = None


@dataclass
class Lookup:
    """Turns the names of linked records into ids, a chunk of rows at a time."""

    find: Callable[[Sequence[str]], dict[str, str]]
    message: Callable[[str], str]
    known: dict[str, str] = field(default_factory=dict)


@dataclass
class Layout:
    """The slots of one import in their order."""

    slots: list[Slot] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)  # slot name -> field named in refusals
    # mends values that hang on each other, given a chunk's columns by slot name
    together: Callable[[dict[str, list[str]]], None] | None = None

    def add(
        self, name: str, convert: Convert, *, column: int | None = None, source: str = "",
        field: str = "", lookup: Lookup | None = None,
    ) -> None:  # fmt: skip
        self.slots.append(Slot(name, column, convert, source, lookup))
        self.fields[name] = field or name

    def __contains__(self, name: str) -> bool:
        return any(s.name == name for s in self.slots)

    def names(self, prefix: str) -> list[str]:
        return [s.name for s in self.slots if s.name.startswith(prefix)]

    def number(self, name: str) -> int:
        """The slot's place in the array, from 1 as PostgreSQL counts."""
        return next(i for i, s in enumerate(self.slots, 1) if s.name == name)

    def sql(self, name: str, array: str = "r.values") -> str:
        """The SQL of a slot's value; the empty text if the slot is not there."""
        return f"({array})[{self.number(name)}]" if name in self else "''"

    def columns(self) -> "list[tuple[Slot, Column, int | None]]":
        """Fresh converters: (slot, converter, place of the slot it derives from)."""
        places = {s.name: i for i, s in enumerate(self.slots)}
        made = []
        for s in self.slots:
            made.append((s, Column(s.convert), places[s.source] if s.source else None))
        return made


Mapping = list[dict[str, Any]]
