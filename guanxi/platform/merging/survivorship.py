"""Which record's value each field keeps: what is proposed, why, and where each value comes from.

An empty value never beats another. A value that a person put in beats one that a program or a file
brought; of two of the same kind the later one wins, and at last the survivor's own. Fields that
mean something only side by side, such as an address, are chosen together.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

from guanxi.platform.objects.columns import DerivedField
from guanxi.platform.objects.custom_values import CUSTOM
from guanxi.platform.objects.registry import ObjectField, ObjectType

# How a value came about, the best first; what comes from elsewhere counts least.
BY_HAND = ("api", "merge", "job")
BY_PROGRAM = ("token",)

ORIGINS = """
select distinct on (e.record_id, c.key) e.record_id, c.key, e.at, e.actor_id, e.source
from platform_event e
cross join lateral jsonb_object_keys(coalesce(e.changes, '{"": null}')) c(key)
where e.record_id = any(%s) and e.object = %s and e.action in ('insert', 'update')
order by e.record_id, c.key, e.id desc
"""


@dataclass(frozen=True)
class Origin:
    """When a value was put in, by whom, and on which way ("api", "import:<id>")."""

    at: dt.datetime
    actor_id: UUID | None
    source: str

    @property
    def rank(self) -> int:
        way = self.source.partition(":")[0]
        return 0 if way in BY_HAND else 1 if way in BY_PROGRAM else 2


@dataclass
class Unit:
    """Fields that are chosen together, with the record whose values are proposed, and why.

    The reason is "same", "only_value", "by_hand", "newest" or "survivor".
    """

    fields: Sequence[ObjectField]
    proposed: UUID
    reason: str
    differs: bool
    origins: dict[UUID, Origin] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.fields[0].name


def units(
    declared: ObjectType,
    fields: Mapping[str, ObjectField],
    rows: Mapping[UUID, Mapping[str, Any]],
    survivor: UUID,
) -> list[Unit]:
    """What is proposed for each of the fields; `rows` are the records as JSON, by id."""
    origins = _origins(declared, list(rows))
    return [_unit(group, rows, survivor, origins) for group in _groups(declared, fields)]


def _groups(
    declared: ObjectType, fields: Mapping[str, ObjectField]
) -> Iterator[Sequence[ObjectField]]:
    together = [*(declared.merging.together if declared.merging else ())]
    for f in fields.values():  # an amount means nothing without its currency
        currency = getattr(f.column, "currency", "")
        if currency in fields:
            together.append((f.name, currency))
    led = {names[0]: names for names in together}
    following = {name for names in together for name in names[1:]}
    for name, f in fields.items():
        if name not in following:
            yield [fields[n] for n in led.get(name, (name,)) if n in fields] or [f]


def mergeable_fields(
    declared: ObjectType, fields: Mapping[str, ObjectField]
) -> dict[str, ObjectField]:
    """Those of the fields that a record holds one value of, in its own row."""
    same = declared.merging.same if declared.merging else ()
    return {
        name: f
        for name, f in fields.items()
        if (f.key or name in declared.own_fields)
        and f.computation is None
        and not f.read_only
        and f.type.name != "tags"
        and name not in same
        and not isinstance(f.column, DerivedField)
    }


def column_of(f: ObjectField) -> str:
    """What a field is called in the record's row, and by events."""
    return f.name if f.key else str(f.column.attname)


def value_of(row: Mapping[str, Any], f: ObjectField) -> Any:
    """The value in a row, a custom one under its key; None if it is empty."""
    value = row.get(CUSTOM, {}).get(f.key) if f.key else row.get(f.column.attname)
    return None if value in ("", [], {}) else value


def _unit(
    group: Sequence[ObjectField],
    rows: Mapping[UUID, Mapping[str, Any]],
    survivor: UUID,
    origins: Mapping[tuple[UUID, str], Origin],
) -> Unit:
    values = {pk: tuple(value_of(row, f) for f in group) for pk, row in rows.items()}
    known = {pk: o for pk in rows if (o := _origin(pk, group, origins)) is not None}
    filled = [pk for pk, value in values.items() if any(v is not None for v in value)]
    differs = len({repr(value) for value in values.values()}) > 1

    def unit(pk: UUID, reason: str) -> Unit:
        return Unit(group, pk, reason, differs, {p: o for p, o in known.items() if p in filled})

    if not differs:
        return unit(survivor, "same")
    if len(filled) == 1:
        return unit(filled[0], "only_value")
    if len({repr(values[pk]) for pk in filled}) == 1:
        return unit(survivor if survivor in filled else filled[0], "only_value")
    judged = [pk for pk in filled if pk in known]
    if len(judged) < len(filled):  # nobody knows where one of them is from
        return unit(survivor if survivor in filled else filled[0], "survivor")
    best = min(known[pk].rank for pk in judged)
    left = [pk for pk in judged if known[pk].rank == best]
    latest = max(left, key=lambda pk: (known[pk].at, pk == survivor))
    return unit(latest, "by_hand" if len(left) == 1 and best == 0 else "newest")


def _origin(
    pk: UUID, group: Sequence[ObjectField], origins: Mapping[tuple[UUID, str], Origin]
) -> Origin | None:
    """The latest of the fields; what was never changed is as old as its record."""
    changed = [o for f in group if (o := origins.get((pk, column_of(f)))) is not None]
    return max(changed, key=lambda o: o.at) if changed else origins.get((pk, ""))


def _origins(declared: ObjectType, ids: Sequence[UUID]) -> dict[tuple[UUID, str], Origin]:
    with connection.cursor() as cursor:
        cursor.execute(ORIGINS, [list(ids), declared.name])
        return {(pk, key): Origin(*rest) for pk, key, *rest in cursor.fetchall()}
