"""What can be imported. A target knows its fields, matches staged rows and writes them.

Every registered object that can be created is a target by itself (`objects.ObjectTarget`); areas
register hand-made ones for files whose rows make several records.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from guanxi.platform.access.predicate import Asker
from guanxi.platform.exchange.layout import Layout
from guanxi.platform.exchange.models import Import
from guanxi.platform.objects.errors import NotFound
from guanxi.platform.objects.registry import is_declared, object_type


@dataclass(frozen=True)
class TargetField:
    """One thing a column can be mapped to; `half` tells the two records of one row apart."""

    name: str
    label: Any
    type: str
    half: str = ""
    required: bool = False
    key: bool = False
    multiple: bool = False
    synonyms: tuple[str, ...] = ()
    choices: tuple[tuple[str, Any], ...] = ()
    object: str = ""  # the object type whose permission and mask apply, and its field
    writes: str = ""


@dataclass
class Context:
    """What converting and matching need besides the mapping."""

    imported: Import
    asker: Asker
    options: dict[str, Any]
    zone: ZoneInfo
    currency: str
    date_orders: dict[int, str] = field(default_factory=dict)  # by column
    decimal_marks: dict[int, str] = field(default_factory=dict)
    recheck: bool = False  # others changed records since the rows were judged


def may_write(asker: Asker, field: TargetField) -> bool:
    """Whether this user may write what the field is stored in."""
    if not field.object:
        return True
    declared = object_type(field.object)
    if not asker.may("create", declared):
        return False
    return not field.writes or field.writes in asker.writable(declared)


@dataclass(frozen=True)
class Walk:
    """One walk of the writing over all rows; `at_once`: by two connections, each with its half."""

    name: str
    at_once: bool = False


class Target(Protocol):
    """One kind of import."""

    name: str
    label: Any
    options: dict[str, Any]  # the defaults of what people may choose
    walks: tuple[Walk, ...]  # in this order

    def may(self, asker: Asker) -> bool:
        """Whether the asker may import this at all."""

    def fields(self) -> list[TargetField]:
        """The fields a column can be mapped to, by those who may write them."""

    def settle(
        self, mapping: list[dict[str, Any]], sample: Sequence[Sequence[str]]
    ) -> list[dict[str, Any]]:
        """The guessed mapping, mended by what its columns mean together."""

    def layout(self, context: Context, mapping: list[dict[str, Any]]) -> Layout:
        """Where each value of a staged row stands. Raises BadMapping."""

    def match(self, context: Context, layout: Layout) -> dict[str, int]:
        """Write the verdicts of all staged rows in one transaction; returns further counts."""

    def write(self, context: Context, layout: Layout, walk: str, first: int, last: int) -> None:
        """Do one walk's part of the rows first < row <= last, within the caller's transaction."""

    def finish(self, context: Context, layout: Layout) -> None:
        """What remains once all rows are written."""


_targets: dict[str, Target] = {}


def register_target(target: Target) -> None:
    """Offer a hand-made target; it stands in for the object of the same name."""
    _targets[target.name] = target


def target(name: str) -> Target:
    """The target of that name. Raises NotFound."""
    from guanxi.platform.exchange.objects import ObjectTarget

    if name in _targets:
        return _targets[name]
    try:
        declared = object_type(name)
    except KeyError:
        raise NotFound("There is nothing to import of that name.") from None
    return ObjectTarget(declared)


def is_there(name: str) -> bool:
    """Whether there is a target of that name: its object may have been archived since."""
    return name in _targets or is_declared(name)


def targets_of(asker: Asker) -> Iterator[Target]:
    """What this user may import."""
    from guanxi.platform.exchange.objects import ObjectTarget
    from guanxi.platform.objects.registry import types

    seen = [*_targets.values()]
    names = {t.name for t in seen}
    seen += [ObjectTarget(t) for t in types() if t.name not in names and "create" in t.verbs]
    yield from (t for t in seen if t.may(asker) and not is_sealed(t))


def is_sealed(target: Target) -> bool:
    """Whether its records keep values sealed, which statements over many rows cannot do."""
    declared = getattr(target, "declared", None)
    return declared is not None and declared.seals is not None
