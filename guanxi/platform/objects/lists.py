"""Lists of any object: filter, search, sort, keyset pages, capped counts."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from time import perf_counter
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import (
    BooleanField,
    F,
    Model,
    Q,
    QuerySet,
    Value,
)
from django.db.models.expressions import Expression
from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.filters.compiler import Clock, compile_filter
from guanxi.platform.objects.errors import DomainError
from guanxi.platform.objects.fieldtypes import storable
from guanxi.platform.objects.registry import (
    ObjectField,
    ObjectType,
    is_registered,
    type_of_model,
)
from guanxi.platform.objects.rows import linked_text, row_json
from guanxi.platform.objects.slow import could_be_indexed
from guanxi.platform.search.query import found_by

COUNT_CAP = 1000
MAX_SORT_KEYS = 3
UNSORTABLE = ("tags", "json", "long_text", "multi_choice", "file")
FALLBACK_SORT = "-created_at"  # where the object's own is hidden from the asker


class BadList(DomainError):
    """A sort, cursor, field or measure that does not fit the object."""

    code = "bad_list"


@dataclass(frozen=True)
class SortKey:
    """One sort key: the ORM path or annotation it sorts by, and whether it may be null."""

    path: str
    descending: bool
    nullable: bool
    column: Any
    expression: Any = None  # what `path` stands for, if it is no path
    id_path: str = "pk"  # the record's id in the table of `path`, so that one index has both


def sort_keys(asker: Asker, object_type: ObjectType, sort: str | None) -> list[SortKey]:
    """The keys of "name,-created_at". Raises BadList for a field that cannot be sorted by."""
    parts = (sort or _default_sort(asker, object_type)).split(",")
    if len(parts) > MAX_SORT_KEYS:
        raise BadList(
            _("A list is sorted by at most %(n)s fields.") % {"n": MAX_SORT_KEYS}, field="sort"
        )
    return [_sort_key(asker, object_type, part.strip()) for part in parts]


def _default_sort(asker: Asker, object_type: ObjectType) -> str:
    visible = asker.fields(object_type)
    names = [part.removeprefix("-") for part in object_type.sort.split(",")]
    return object_type.sort if all(name in visible for name in names) else FALLBACK_SORT


def _sort_key(asker: Asker, object_type: ObjectType, part: str) -> SortKey:
    name, descending = part.removeprefix("-"), part.startswith("-")
    f = asker.fields(object_type).get(name)
    if f is None or f.type.name in UNSORTABLE:
        raise BadList(_('This list cannot be sorted by "%(name)s".') % {"name": name}, field="sort")
    if f.type.name == "link" and f.target is not None and is_registered(f.target):
        target = type_of_model(f.target)
        if (named := asker.title(target)) is not None and named.is_masked:
            message = _('This list cannot be sorted by "%(name)s".') % {"name": name}
            raise BadList(message, field="sort")
        title = target.sort_columns.get(target.title, target.title)
        return SortKey(
            f"_sort_{name}".replace(".", "_"),
            descending,
            True,
            target.model._meta.get_field(title),
            linked_text(asker, object_type, f, title),
        )
    if f.key:
        return SortKey(f.path, descending, f.may_be_null, f.column)
    path = object_type.sort_columns.get(name, f.path)
    nullable = f.may_be_null
    table, joined, _column_name = path.rpartition("__")
    id_path = f"{table}__pk" if joined else "pk"
    return SortKey(path, descending, nullable, _column(object_type.model, path), id_path=id_path)


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
        super().__init__(output_field=BooleanField())
        self.parts = [key, pk, value, pk_value]
        self.operator = "<" if descending else ">"

    def get_source_expressions(self) -> list[Any]:
        return self.parts

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        self.parts = list(exprs)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        sqls, params = zip(*(compiler.compile(p) for p in self.parts), strict=True)
        flat = [x for p in params for x in p]
        return f"({sqls[0]}, {sqls[1]}) {self.operator} ({sqls[2]}, {sqls[3]})", flat


def _cursor_salt(object_type: ObjectType, keys: Sequence[SortKey]) -> str:
    return f"{object_type.name}:{','.join(f'{k.path}{k.descending}' for k in keys)}"


def encode_cursor(
    object_type: ObjectType, keys: Sequence[SortKey], values: Sequence[Any], pk: UUID
) -> str:
    """The position of a row in a list, signed: a cursor somebody wrote is refused, not run."""

    def plain(value: Any) -> Any:
        if isinstance(value, dt.date | dt.datetime):
            return value.isoformat()
        return str(value) if isinstance(value, Decimal | UUID) else value

    return signing.dumps(
        [[plain(v) for v in values], str(pk)], salt=_cursor_salt(object_type, keys)
    )


def decode_cursor(
    object_type: ObjectType, keys: Sequence[SortKey], cursor: str
) -> tuple[list[Any], UUID]:
    """The position a cursor names. Raises BadList if it was not made for this sort."""
    try:
        values, pk = signing.loads(cursor, salt=_cursor_salt(object_type, keys))
    except (signing.BadSignature, ValueError):
        raise BadList(
            _("Start the list again: this page does not belong to it."), field="cursor"
        ) from None
    return [k.column.to_python(v) for v, k in zip(values, keys, strict=True)], UUID(pk)


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


def ordering(keys: Sequence[SortKey], *, has_nulls: bool = True) -> list[Any]:
    """The whole order of a list, where absent values come last whichever way a key sorts.

    `has_nulls` is False for the part of a list that is known to have none: an index answers it.
    """
    order: list[Any] = []
    for key in keys:
        nulls_last = True if key.nullable and has_nulls else None
        column = F(key.path)
        order.append(
            column.desc(nulls_last=nulls_last)
            if key.descending
            else column.asc(nulls_last=nulls_last)
        )
    return [*order, F("pk").desc() if keys[0].descending else F("pk").asc()]


def named(keys: Sequence[SortKey]) -> dict[str, Any]:
    """The annotations that the paths of the keys name."""
    return {k.path: k.expression for k in keys if k.expression is not None}


def ordered(records: "QuerySet[Any]", keys: Sequence[SortKey]) -> "QuerySet[Any]":
    """All the records in the order of their list, in one query."""
    whole: QuerySet[Any] = records.annotate(**named(keys)).order_by(*ordering(keys))
    return whole


def _segments(
    records: "QuerySet[Any]", keys: Sequence[SortKey], position: tuple[list[Any], UUID] | None
) -> list[Any]:
    """The queries that, one behind the other, are the rest of the list after `position`."""
    if len(keys) > 1:
        rest = records.filter(_after(keys, *position)) if position else records
        return [rest.order_by(*ordering(keys))]
    key = keys[0]
    by_id = "-pk" if key.descending else "pk"
    with_value, without = records, []
    if key.nullable:
        with_value = records.filter(**{f"{key.path}__isnull": False})
        without = [records.filter(**{f"{key.path}__isnull": True}).order_by(by_id)]
    if position is None:
        return [with_value.order_by(*ordering(keys, has_nulls=False)), *without]
    (value,), pk = position
    if value is None:
        beyond = Q(pk__lt=pk) if key.descending else Q(pk__gt=pk)
        return [q.filter(beyond) for q in without]
    after = RowAfter(
        F(key.path),
        F(key.id_path),
        Value(value, output_field=key.column),
        Value(pk, output_field=records.model._meta.pk),
        descending=key.descending,
    )
    return [with_value.filter(after).order_by(*ordering(keys, has_nulls=False)), *without]


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
    if tree is not None:
        records = records.filter(compile_filter(asker, object_type, tree, clock))
    if text := search.strip():
        if not storable(text):
            raise BadList(_("Remove the control characters."), field="search")
        records = records.filter(found_by(asker, object_type, text))
    return records


def page(
    asker: Asker,
    object_type: ObjectType,
    records: "QuerySet[Any]",
    fields: Sequence[ObjectField],
    *,
    sort: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
    deleted: bool = False,
    tree: Any = None,
) -> str:
    """One page as JSON text: {"items": [...], "next": cursor or null}.

    `tree` is the filter that picked the records; a slow page says what could be indexed.
    """
    keys = sort_keys(asker, object_type, sort)
    position = decode_cursor(object_type, keys, cursor) if cursor else None
    body = row_json(asker, object_type, fields, deleted=deleted)
    records = records.annotate(**named(keys))
    found: list[tuple[Any, ...]] = []
    began = perf_counter()
    for segment in _segments(records, keys, position):
        rows = segment.annotate(_json=body).values_list("_json", "pk", *(k.path for k in keys))
        found += rows[: limit + 1 - len(found)]
        if len(found) > limit:
            break
    slow = could_be_indexed(asker, object_type, sort, tree, perf_counter() - began)
    following = None
    if len(found) > limit:
        _body, pk, *values = found[limit - 1]
        following = encode_cursor(object_type, keys, values, pk)
    items = ",".join(row[0] for row in found[:limit])
    hint = f',"slow":{json.dumps(slow)}' if slow else ""
    return f'{{"items":[{items}],"next":{json.dumps(following)}{hint}}}'


def count(records: "QuerySet[Any]", *, exact: bool = False) -> dict[str, Any]:
    """{"count", "at_least"}: no more than COUNT_CAP are counted unless `exact`."""
    if exact:
        return {"count": records.count(), "at_least": False}
    found = records.order_by()[: COUNT_CAP + 1].count()
    return {"count": min(found, COUNT_CAP), "at_least": found > COUNT_CAP}
