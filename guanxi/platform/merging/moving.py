"""Moving what names the absorbed records to the survivor, table by table, and back.

Each step is one statement over all rows, and notes in one array which they were.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Case, F, Func, IntegerField, Q, UUIDField, Value, When, Window
from django.db.models.functions import FirstValue, RowNumber
from django.db.utils import IntegrityError
from psycopg import sql

from guanxi.platform.fields.models import CustomField, Link
from guanxi.platform.merging.models import Merge, MergedRecord, MergeStep
from guanxi.platform.merging.references import Referrer, plain_name, referrers
from guanxi.platform.objects.record import object_name
from guanxi.platform.objects.registry import ObjectType, is_declared, object_type

Kind = MergeStep.Kind

MOVE = sql.SQL("""
with found as (
    select {key} as pk, {column} as was from {table}
    where {column} = any(%(absorbed)s) and {condition} and not {key} = any(%(aside)s)
    for update
),
moved as (
    update {table} t set {column} = %(survivor)s from found where t.{key} = found.pk
    returning found.pk, found.was
)
insert into platform_mergestep (merge_id, kind, place, was, keys)
select %(merge)s, 'moved', %(place)s, was, array_agg(pk::text) from moved group by was
""")
COPY = sql.SQL("""
with made as (
    insert into {table} ({near}, {far})
    select distinct %(survivor)s::uuid, {far} from {table} where {near} = any(%(absorbed)s)
    on conflict do nothing
    returning {key} as pk
)
insert into platform_mergestep (merge_id, kind, place, keys)
select %(merge)s, 'copied', %(place)s, array_agg(pk::text) from made having count(*) > 0
""")
PUT_ASIDE = sql.SQL("""
with gone as (
    update {table} set deleted_at = clock_timestamp()
    where {key} = any(%(aside)s) and deleted_at is null returning {key} as pk
)
insert into platform_mergestep (merge_id, kind, place, keys)
select %(merge)s, 'aside', %(place)s, array_agg(pk::text) from gone having count(*) > 0
""")
MOVE_LINKS = sql.SQL("""
with found as (
    select record_id as pk, target_id as was from platform_link
    where field_id = %(field)s and target_id = any(%(absorbed)s)
),
moved as (
    update {table} t set custom = jsonb_set(t.custom, array[%(key)s], to_jsonb(%(survivor)s::text))
    from found where t.id = found.pk and not t.id = any(%(own)s)
    returning found.pk, found.was
)
insert into platform_mergestep (merge_id, kind, place, was, keys)
select %(merge)s, 'moved', %(place)s, was, array_agg(pk::text) from moved group by was
""")

BACK = sql.SQL("""
update {table} t set {column} = s.was
from platform_mergestep s, unnest(s.keys::{type}[]) k
where s.merge_id = %(merge)s and s.kind = 'moved' and s.place = %(place)s
    and t.{key} = k and t.{column} = %(survivor)s
""")
UNCOPY = sql.SQL("""
delete from {table} t using platform_mergestep s, unnest(s.keys::{type}[]) k
where s.merge_id = %(merge)s and s.kind = 'copied' and s.place = %(place)s and t.{key} = k
""")
TAKE_OUT = sql.SQL("""
update {table} t set deleted_at = null
from platform_mergestep s, unnest(s.keys::{type}[]) k
where s.merge_id = %(merge)s and s.kind = 'aside' and s.place = %(place)s and t.{key} = k
""")
LINKS_BACK = sql.SQL("""
update {table} t set custom = jsonb_set(t.custom, array[%(key)s], to_jsonb(s.was::text))
from platform_mergestep s, unnest(s.keys::uuid[]) k
where s.merge_id = %(merge)s and s.place = %(place)s
    and t.id = k and t.custom ->> %(key)s = %(survivor)s::text and t.id <> %(survivor)s
""")


@dataclass(frozen=True)
class Moving:
    """The references of one merge."""

    merge: Merge
    declared: ObjectType

    def there(self) -> dict[str, int]:
        """Give all to the survivor; returns how many rows moved, by table."""
        for referrer in referrers(self.declared):
            if referrer.is_linking:
                self._copy(referrer)
                continue
            aside = self._put_aside(referrer)
            for column in referrer.columns:
                self._move(referrer, column, aside)
        for field in self._links():
            self._run(MOVE_LINKS, **self._of_link(field))
        return self._counts()

    def back(self) -> list[str]:
        """Give back what is still as the merge left it; returns the tables of what stays deleted.

        A row that somebody changed or deleted since keeps that; one that was put aside stays in
        the bin if another took its place.
        """
        left = []
        places = set(self.merge.steps.values_list("place", flat=True))
        for referrer in referrers(self.declared):
            for column in referrer.columns:
                place = _place(referrer, column)
                if place in places:
                    names = self._names(referrer, column)
                    self._run(UNCOPY, **names, place=place)
                    if not referrer.is_linking:
                        self._run(BACK, **names, place=place)
        for field in self._links():
            if f"link:{field.pk}" in places:
                self._run(LINKS_BACK, **self._of_link(field))
        for referrer in referrers(self.declared):
            if referrer.table in places and not self._take_out(referrer):
                left.append(referrer.table)
        return left

    def _take_out(self, referrer: Referrer) -> bool:
        try:
            with transaction.atomic():
                self._run(TAKE_OUT, **self._names(referrer), place=referrer.table)
        except IntegrityError:
            return False
        return True

    def _put_aside(self, referrer: Referrer) -> list[Any]:
        """The keys of rows that would say twice what one says; into the bin, if there is one."""
        twins = {pk: twin for pk, twin in self._twins(referrer) if pk != twin}
        if referrer.clashes:
            everyone = [self.merge.survivor_id, *self.merge.absorbed]
            clashes = dict(referrer.clashes(everyone))
            twins = {**clashes, **twins}
        if twins and referrer.is_row:
            self._run(PUT_ASIDE, **self._names(referrer), place=referrer.table, aside=list(twins))
            # Those in the recycle bin already are still what they were there.
            name = self.merge.steps.filter(place=referrer.table, kind=Kind.ASIDE)
            gone = {UUID(key) for keys in name.values_list("keys", flat=True) for key in keys}
            MergedRecord.objects.bulk_create(
                MergedRecord(
                    record_id=pk,
                    object=object_name(referrer.model),
                    survivor_id=twin,
                    merge=self.merge,
                )
                for pk, twin in twins.items()
                if pk in gone
            )
        return list(twins)

    def _twins(self, referrer: Referrer) -> Iterator[tuple[Any, Any]]:
        """(key, key of the one that stays) of rows that would be the same; of a row that would tie
        the survivor to itself (key, None)."""
        absorbed, everyone = self.merge.absorbed, [self.merge.survivor_id, *self.merge.absorbed]
        named = Q()
        for column in referrer.columns:
            named |= Q(**{f"{column}__in": everyone})
        rows = referrer.rows.filter(named)
        if referrer.must_differ:
            inside = Q(**{f"{column}__in": everyone for column in referrer.columns})
            live = rows.filter(inside)
            yield from ((pk, None) for pk in live.values_list("pk", flat=True))
            rows = rows.exclude(inside)
        moves = Q()
        for column in referrer.columns:
            moves |= Q(**{f"{column}__in": absorbed})
        late = Case(When(moves, then=Value(1)), default=Value(0), output_field=IntegerField())
        for parts, condition in referrer.keys:
            window: dict[str, Any] = {
                "partition_by": [self._mapped(referrer, part) for part in parts],
                "order_by": [*referrer.order, late, F("pk")],
            }
            there = Q()
            for part in parts:  # what is null is never the same as anything
                if isinstance(part, F):
                    there &= Q(**{f"{plain_name(part)}__isnull": False})
            numbered = rows.filter(condition, there).annotate(
                _number=Window(RowNumber(), **window), _first=Window(FirstValue(F("pk")), **window)
            )
            yield from numbered.filter(_number__gt=1).values_list("pk", "_first")

    def _mapped(self, referrer: Referrer, part: Any) -> Any:
        """A part of a unique key as it will be when references have moved."""
        column = referrer.column_of(part)
        if column is None:
            return part
        return Case(
            When(**{f"{column}__in": self.merge.absorbed}, then=Value(self.merge.survivor_id)),
            default=F(column),
            output_field=UUIDField(),
        )

    def _move(self, referrer: Referrer, column: str, aside: Sequence[Any]) -> None:
        self._run(
            MOVE,
            **self._names(referrer, column),
            condition=referrer.condition,
            aside=list(aside),
            place=_place(referrer, column),
        )

    def _copy(self, referrer: Referrer) -> None:
        (near,) = referrer.columns
        ends: list[Any] = [f for f in referrer.model._meta.concrete_fields if f.is_relation]
        others = [f.column for f in ends if f.attname != near]
        names = self._names(referrer, near)
        far, near_name = sql.Identifier(others[0]), names.pop("column")
        self._run(COPY, **names, near=near_name, far=far, place=_place(referrer, near))

    def _links(self) -> list[CustomField]:
        """The custom fields, archived ones too, that name one of the records."""
        everyone = [self.merge.survivor_id, *self.merge.absorbed]
        fields = Link.objects.filter(target_id__in=everyone).values("field")
        found = CustomField.objects.filter(pk__in=fields, settings__target=self.declared.name)
        return [f for f in found if is_declared(f.object)]

    def _of_link(self, field: CustomField) -> dict[str, Any]:
        table = object_type(field.object).model._meta.db_table
        own = self.merge.absorbed if field.object == self.declared.name else []
        return {
            "table": sql.Identifier(table),
            "field": field.pk,
            "key": field.key,
            "own": own,
            "place": f"link:{field.pk}",
        }

    def _names(self, referrer: Referrer, column: str = "") -> dict[str, Any]:
        pk: Any = referrer.model._meta.pk
        names: dict[str, Any] = {
            "table": sql.Identifier(referrer.table),
            "key": sql.Identifier(pk.column),
            "type": sql.SQL(pk.db_type(connection).split()[0]),
        }
        if column:
            names["column"] = sql.Identifier(column)
        return names

    def _run(self, statement: sql.SQL, **given: Any) -> None:
        parts = {name: v for name, v in given.items() if isinstance(v, sql.Composable)}
        values = {name: v for name, v in given.items() if name not in parts}
        values |= {
            "merge": self.merge.pk,
            "survivor": self.merge.survivor_id,
            "absorbed": self.merge.absorbed,
        }
        with connection.cursor() as cursor:
            cursor.execute(statement.format(**parts).as_string(None), values)

    def _counts(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        size = Func(F("keys"), function="cardinality", output_field=IntegerField())
        steps = self.merge.steps.exclude(kind=Kind.ASIDE).annotate(size=size)
        for place, n in steps.values_list("place", "size"):
            table = place.partition(".")[0]
            counts[table] = counts.get(table, 0) + n
        return counts


def _place(referrer: Referrer, column: str) -> str:
    return f"{referrer.table}.{column}"
