"""Lists summed up: counts and measures of all that match, by a field's values or by periods."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Avg,
    Count,
    DateField,
    ExpressionWrapper,
    F,
    Max,
    Min,
    Q,
    QuerySet,
    Sum,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Trunc, TruncDate
from django.db.models.lookups import IsNull
from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker
from guanxi.platform.filters.compiler import Clock
from guanxi.platform.objects.lists import BadList
from guanxi.platform.objects.money import in_books_currency, is_convertible
from guanxi.platform.objects.registry import (
    ObjectField,
    ObjectType,
    is_registered,
    type_of_model,
)
from guanxi.platform.objects.rows import linked_text

GROUP_CAP = 500
MEASURES = {"sum": Sum, "avg": Avg, "min": Min, "max": Max}
MEASURABLE = ("number", "decimal", "money", "float", "score")
PERIODS = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True)
class Grouping:
    """What the records are grouped by: a field's values, or the periods its dates lie in."""

    field: ObjectField
    period: str = ""

    def key(self, clock: Clock) -> Any:
        """The expression whose values are the groups; of a period, its first day."""
        column = F(self.field.path)
        if not self.period:
            return column
        day: Any = column
        if self.field.type.name == "datetime":
            day = TruncDate(column, tzinfo=clock.zone)
        if self.period == "week":
            return _first_of_week(day, clock.week_start)
        return Trunc(day, self.period, output_field=DateField())


def _first_of_week(day: Any, week_start: int) -> Any:
    """PostgreSQL's weeks begin on Monday: others are moved there and back."""
    shift = Value(dt.timedelta(days=(8 - week_start) % 7))
    monday = Trunc(_date(day + shift), "week", output_field=DateField())
    return _date(monday - shift)


def _date(expression: Any) -> Any:
    return Cast(ExpressionWrapper(expression, output_field=DateField()), DateField())


def grouping(asker: Asker, object_type: ObjectType, name: str) -> Grouping:
    """What "status" or "due_on:month" groups by. Raises BadList for what cannot be grouped by."""
    field_name, _colon, period = name.partition(":")
    f = asker.fields(object_type).get(field_name)
    dated = f is not None and f.type.name in ("date", "datetime")
    fits = period in PERIODS and dated if period else f is not None and f.type.groupable
    if f is None or not fits:
        raise BadList(
            _('This list cannot be grouped by "%(name)s".') % {"name": name}, field="group"
        )
    return Grouping(f, period)


def aggregate(
    asker: Asker,
    object_type: ObjectType,
    records: "QuerySet[Any]",
    clock: Clock,
    *,
    group: str | None,
    measures: Sequence[str],
) -> dict[str, Any]:
    """Counts and measures ("sum:total") of the records, by the values of `group` if given."""
    wanted = aggregates(asker, object_type, measures)
    total = without_marks(records.aggregate(**wanted))
    if not group:
        return {"groups": [], "total": total, "at_least": False}
    by = grouping(asker, object_type, group)
    rows = grouped(asker, object_type, records, by.field, by.key(clock)).annotate(**wanted)
    # Of periods the latest are shown, of values those of most records.
    order = ["-_key"] if by.period else ["-_count", "_key"]
    found = list(rows.order_by(*order)[: GROUP_CAP + 1])
    return {
        "groups": [described(by.field, row) for row in found[:GROUP_CAP]],
        "total": total,
        "at_least": len(found) > GROUP_CAP,
    }


def grouped(
    asker: Asker, object_type: ObjectType, records: "QuerySet[Any]", f: ObjectField, key: Any
) -> "QuerySet[Any]":
    """The records by `key`, with the label of what a link names; measures are to be annotated."""
    by: dict[str, Any] = {"_key": key}
    if f.type.name == "link" and f.target is not None and is_registered(f.target):
        by["_label"] = linked_text(asker, object_type, f, type_of_model(f.target).title)
    groups: QuerySet[Any] = records.order_by().annotate(**by).values(*by)
    return groups


def aggregates(asker: Asker, object_type: ObjectType, measures: Sequence[str]) -> dict[str, Any]:
    """The count and the measures, by names that no field of a model has.

    Money is added up in the currency of the books; "unrated" counts what has no rate into it.
    """
    wanted: dict[str, Any] = {"_count": Count("pk")}
    for measure in measures:
        if measure == "count":
            continue
        verb, _colon, name = measure.partition(":")
        f = asker.fields(object_type).get(name)
        if verb not in (*MEASURES, "empty") or f is None or f.type.name not in MEASURABLE:
            raise BadList(_('"%(name)s" cannot be added up.') % {"name": measure}, field="measures")
        if verb == "empty":
            wanted[f"_empty_{name}"] = Count("pk", filter=Q(**{f"{f.path}__isnull": True}))
            continue
        amount = in_books_currency(f)
        wanted[f"_{verb}_{name}"] = Cast(MEASURES[verb](amount), TextField())
        if is_convertible(f):
            unrated = Q(IsNull(amount, True), **{f"{f.path}__isnull": False})
            wanted[f"_unrated_{name}"] = Count("pk", filter=unrated)
    return wanted


def without_marks(row: dict[str, Any]) -> dict[str, Any]:
    """The measures by the names the API gives them."""
    return {name.removeprefix("_"): value for name, value in row.items()}


def described(f: ObjectField, row: dict[str, Any]) -> dict[str, Any]:
    """One group as the API shows it."""
    key = row.pop("_key")
    label = row.pop("_label") if "_label" in row else dict(f.choices).get(key, key)
    shown = None if label is None else str(label)
    return {"key": key, "label": shown, **without_marks(row)}
