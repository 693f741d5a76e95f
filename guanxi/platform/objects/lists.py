"""Lists of any object: filter, search, sort, keyset pages, capped counts, groups with totals."""

import base64
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import (
    Avg,
    Count,
    F,
    Func,
    Max,
    Min,
    Model,
    Q,
    QuerySet,
    Sum,
    TextField,
    Value,
)
from django.db.models.expressions import Expression
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.filters.compiler import Clock, compile_filter
from guanxi.platform.objects.columns import PhoneField, normalize_phone
from guanxi.platform.objects.errors import DomainError
from guanxi.platform.objects.registry import ObjectField, ObjectType
from guanxi.platform.objects.rows import row_json

COUNT_CAP = 1000
GROUP_CAP = 500
MAX_SORT_KEYS = 3


class BadList(DomainError):
    """A sort, cursor, field or measure that does not fit the object."""

    code = "bad_list"


@dataclass(frozen=True)
class SortKey:
    """One sort key: the ORM path it sorts by, and whether it may be null."""

    path: str
    descending: bool
    nullable: bool
    column: Any


def sort_keys(asker: Asker, object_type: ObjectType, sort: str | None) -> list[SortKey]:
    """The keys of "name,-created_at". Raises BadList for a field that cannot be sorted by."""
    keys = []
    for part in (sort or object_type.sort).split(","):
        name, descending = part.removeprefix("-").strip(), part.startswith("-")
        f = asker.fields(object_type).get(name)
        if f is None or f.type.name in ("tags", "json", "long_text"):
            raise BadList(
                _('This list cannot be sorted by "%(name)s".') % {"name": name}, field="sort"
            )
        path = object_type.sort_columns.get(name, f.path)
        if f.type.name == "link":
            path = f"{f.path}__{_title_sort(f)}"
        nullable = f.column.null or "__" in path
        keys.append(SortKey(path, descending, nullable, _column(object_type.model, path)))
    if len(keys) > MAX_SORT_KEYS:
        raise BadList(
            _("A list is sorted by at most %(n)s fields.") % {"n": MAX_SORT_KEYS}, field="sort"
        )
    return keys


def _title_sort(f: ObjectField) -> str:
    from guanxi.platform.objects.registry import is_registered, type_of_model

    if f.target is None or not is_registered(f.target):
        return "pk"
    target = type_of_model(f.target)
    return target.sort_columns.get(target.title, target.title)


def _column(model: type[Model], path: str) -> Any:
    column: Any = None
    for part in path.split("__"):
        column = model._meta.get_field(part)
        model = column.related_model or model
    return column


class RowAfter(Expression):
    """(key, id) > (value, id): one comparison that an index on both columns answers."""

    conditional = True

    def __init__(self, key: Any, pk: Any, value: Any, pk_value: Any, *, descending: bool):
        super().__init__(output_field=None)
        self.parts = [key, pk, value, pk_value]
        self.operator = "<" if descending else ">"

    def get_source_expressions(self) -> list[Any]:
        return self.parts

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        self.parts = list(exprs)

    @property
    def output_field(self) -> Any:
        from django.db.models import BooleanField

        return BooleanField()

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        sqls, params = zip(*(compiler.compile(p) for p in self.parts), strict=True)
        flat = [x for p in params for x in p]
        return f"({sqls[0]}, {sqls[1]}) {self.operator} ({sqls[2]}, {sqls[3]})", flat


def encode_cursor(values: Sequence[Any], pk: UUID) -> str:
    def plain(value: Any) -> Any:
        if isinstance(value, dt.date | dt.datetime):
            return value.isoformat()
        return str(value) if isinstance(value, Decimal | UUID) else value

    raw = json.dumps(
        [[plain(v) for v in values], str(pk)], separators=(",", ":"), ensure_ascii=False
    )
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, keys: Sequence[SortKey]) -> tuple[list[Any], UUID]:
    """The position a cursor names. Raises BadList if it was not made for this sort."""
    try:
        values, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if len(values) != len(keys) or any(isinstance(v, str) and "\0" in v for v in values):
            raise ValueError
        return [
            None if v is None else k.column.to_python(v) for v, k in zip(values, keys, strict=True)
        ], UUID(pk)
    except Exception as error:
        raise BadList(
            _("Start the list again: this page does not belong to it."), field="cursor"
        ) from error


def _after(keys: Sequence[SortKey], values: Sequence[Any], pk: UUID) -> Q:
    """The records behind a position when several keys sort; nulls come last in each."""
    condition, same = Q(), Q()
    for key, value in zip(keys, values, strict=True):
        if value is not None:
            beyond = Q(**{f"{key.path}__{'lt' if key.descending else 'gt'}": value})
            if key.nullable:
                beyond |= Q(**{f"{key.path}__isnull": True})
            condition |= same & beyond
        same &= Q(**({f"{key.path}__isnull": True} if value is None else {key.path: value}))
    tie = Q(pk__lt=pk) if keys[0].descending else Q(pk__gt=pk)
    return condition | (same & tie)


def _ordered(records: "QuerySet[Any]", keys: Sequence[SortKey]) -> "QuerySet[Any]":
    order: list[Any] = []
    for key in keys:
        column = F(key.path)
        if key.nullable and len(keys) > 1:
            order.append(
                column.desc(nulls_last=True) if key.descending else column.asc(nulls_last=True)
            )
        else:
            order.append(column.desc() if key.descending else column.asc())
    return records.order_by(*order, "-pk" if keys[0].descending else "pk")


def _segments(
    records: "QuerySet[Any]", keys: Sequence[SortKey], position: tuple[list[Any], UUID] | None
) -> list[Any]:
    """The queries that, one behind the other, are the rest of the list after `position`."""
    if len(keys) > 1:
        rest = records.filter(_after(keys, *position)) if position else records
        return [_ordered(rest, keys)]
    key = keys[0]
    by_id = "-pk" if key.descending else "pk"
    with_value, without = records, []
    if key.nullable:
        with_value = records.filter(**{f"{key.path}__isnull": False})
        without = [records.filter(**{f"{key.path}__isnull": True}).order_by(by_id)]
    if position is None:
        return [_ordered(with_value, keys), *without]
    (value,), pk = position
    if value is None:
        beyond = Q(pk__lt=pk) if key.descending else Q(pk__gt=pk)
        return [q.filter(beyond) for q in without]
    after = RowAfter(
        F(key.path),
        F("pk"),
        Value(value, output_field=key.column),
        Value(pk, output_field=records.model._meta.pk),
        descending=key.descending,
    )
    return [_ordered(with_value.filter(after), keys), *without]


def matching(
    asker: Asker,
    object_type: ObjectType,
    clock: Clock,
    *,
    tree: Any = None,
    search: str = "",
    deleted: bool = False,
) -> "QuerySet[Any]":
    """The visible records that fit a filter and a search text."""
    records = visible_to(asker, object_type.model, deleted=deleted)
    if tree:
        records = records.filter(compile_filter(asker, object_type, tree, clock))
    if text := search.strip():
        if "\0" in text:
            raise BadList(_("Remove the control characters."), field="search")
        records = records.filter(_found(asker, object_type, text))
    return records


def _found(asker: Asker, object_type: ObjectType, text: str) -> Q:
    visible = asker.fields(object_type)
    condition = Q(pk__in=[])
    for name in object_type.search or (object_type.title,):
        if name.endswith("_sort"):
            condition |= Q(**{f"{name}__startswith": text.lower()})
        elif name in visible:
            condition |= Q(**{f"{name}__icontains": text})
            if isinstance(visible[name].column, PhoneField) and (number := normalize_phone(text)):
                condition |= Q(**{name: number})
    return condition


def page(
    asker: Asker,
    object_type: ObjectType,
    records: "QuerySet[Any]",
    fields: Sequence[ObjectField],
    *,
    sort: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> str:
    """One page as JSON text: {"items": [...], "next": cursor or null}."""
    keys = sort_keys(asker, object_type, sort)
    position = decode_cursor(cursor, keys) if cursor else None
    body = row_json(asker, object_type, fields)
    found: list[tuple[Any, ...]] = []
    for segment in _segments(records, keys, position):
        rows = segment.annotate(_json=body).values_list("_json", "pk", *(k.path for k in keys))
        found += rows[: limit + 1 - len(found)]
        if len(found) > limit:
            break
    more = encode_cursor(found[limit - 1][2:], found[limit - 1][1]) if len(found) > limit else None
    return f'{{"items":[{",".join(row[0] for row in found[:limit])}],"next":{json.dumps(more)}}}'


def count(records: "QuerySet[Any]", *, exact: bool = False) -> dict[str, Any]:
    """{"count", "at_least"}: no more than COUNT_CAP are counted unless `exact`."""
    if exact:
        return {"count": records.count(), "at_least": False}
    found = records.order_by()[: COUNT_CAP + 1].count()
    return {"count": min(found, COUNT_CAP), "at_least": found > COUNT_CAP}


MEASURES = {"sum": Sum, "avg": Avg, "min": Min, "max": Max}


def aggregate(
    asker: Asker,
    object_type: ObjectType,
    records: "QuerySet[Any]",
    *,
    group: str | None,
    measures: Sequence[str],
) -> dict[str, Any]:
    """Counts and measures ("sum:total") of the records, by the values of `group` if given."""
    visible = asker.fields(object_type)
    wanted: dict[str, Any] = {"count": Count("pk")}
    for measure in measures:
        verb, _colon, name = measure.partition(":")
        if measure == "count":
            continue
        f = visible.get(name)
        if (
            verb not in MEASURES
            or f is None
            or f.type.name not in ("number", "decimal", "money", "float", "score")
        ):
            raise BadList(_('"%(name)s" cannot be added up.') % {"name": measure}, field="measures")
        wanted[measure.replace(":", "_")] = Cast(MEASURES[verb](f.path), TextField())
    total = records.aggregate(**wanted)
    if not group:
        return {"groups": [], "total": total}
    f = visible.get(group)
    if f is None or not f.type.groupable:
        raise BadList(
            _('This list cannot be grouped by "%(name)s".') % {"name": group}, field="group"
        )
    names = ["_key", "_label"] if f.type.name == "link" else ["_key"]
    marked = records.annotate(_key=F(f.path))
    if f.type.name == "link":
        marked = marked.annotate(_label=F(f"{f.path}__{_title(f)}"))
    rows = (
        marked.order_by().values(*names).annotate(**wanted).order_by("-count", "_key")[:GROUP_CAP]
    )
    labels = dict(f.choices)
    groups = []
    for row in rows:
        key = row.pop("_key")
        label = row.pop("_label", None) or labels.get(key, key)
        groups.append({"key": key, "label": None if label is None else str(label), **row})
    return {"groups": groups, "total": total}


def _title(f: ObjectField) -> str:
    from guanxi.platform.objects.registry import type_of_model

    assert f.target is not None
    return type_of_model(f.target).title


__all__ = ["BadList", "Func", "aggregate", "count", "matching", "page", "sort_keys"]
