"""The one filter language: a small JSON tree compiled to a condition on the asker's records.

{"and": [...]} {"or": [...]} {"not": {...}} {"field": "customer.city", "op": "eq", "value": "北京"}
{"has": "orders", "where": {...}} {"has_no": "orders"} {"refused_by": "<id of a bulk edit's job>"}
and what areas add by `let_filter_by`, such as {"finding": "phone.invalid"}.
A date is compared with {"days": -30} too; "in_period" takes {"relative": "this_month"},
{"last_days": 7} and {"next_days": 7}, both of which count today.

Used by lists, saved views, segments, conditions and record scopes. A field the asker may not see
cannot be filtered on, and a related record they may not see never makes a condition true.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from guanxi.platform.access.models import User
from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.fields.links import names_any
from guanxi.platform.filters.periods import last_days, next_days, period_bounds
from guanxi.platform.jobs.services import refused_by
from guanxi.platform.objects.custom_values import first_field
from guanxi.platform.objects.errors import DomainError
from guanxi.platform.objects.fieldtypes import storable, time_of_day
from guanxi.platform.objects.registry import (
    ObjectField,
    ObjectType,
    is_registered,
    type_of_model,
)

MAX_DEPTH = 12
MAX_CONDITIONS = 200
MAX_VALUES = 1000
MAX_LINKS = 4
FURTHEST_DAYS = 36_600

NEGATIONS = {"ne": "eq", "not_in": "in", "not_contains": "contains"}
EVERY = ~Q(pk__in=[])  # Q() would vanish beside an "or"


class BadFilter(DomainError):
    """The filter cannot be understood; the message says which part and why."""

    code = "bad_filter"

    def __init__(self, message: Any):
        super().__init__(message, field="filter")


@dataclass(frozen=True)
class Clock:
    """What "now", "today" and "this week" mean to the asker."""

    now: dt.datetime
    zone: ZoneInfo
    week_start: int = 1

    @property
    def today(self) -> dt.date:
        return self.now.astimezone(self.zone).date()

    def midnight(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(), self.zone)


Reader = Callable[[Any, Clock], Any]
Further = Callable[[Asker, ObjectType, Any], Q]
_further: dict[str, Further] = {}


def let_filter_by(key: str, condition: Further) -> None:
    """Let filters have conditions {key: value}, of what an area keeps about records itself.

    `condition` is given who asks, the object and the value, and raises BadFilter.
    """
    _further[key] = condition


def is_further(key: str) -> bool:
    """Whether an area lets filters have conditions of that key."""
    return key in _further


def asked_of_masked(field: ObjectField) -> list[str]:
    """What a filter may ask of a masked field: what its mask tells anyway, and no more."""
    told = ("empty", "not_empty") if field.mask_kind else ()
    return [op for op in field.type.operators if op in told]


class _Compiler:
    def __init__(self, asker: Asker, clock: Clock, *, in_row: bool = False):
        self.asker, self.clock, self.in_row = asker, clock, in_row
        self.conditions = 0

    def node(self, object_type: ObjectType, node: Any, depth: int = 0) -> Q:
        if not isinstance(node, dict):
            raise BadFilter(_("A filter is made of JSON objects."))
        if depth > MAX_DEPTH:
            raise BadFilter(
                _("This filter is nested more than %(n)s levels deep.") % {"n": MAX_DEPTH}
            )
        keys = set(node)
        if keys in ({"and"}, {"or"}):
            (key,) = keys
            children = node[key]
            if not isinstance(children, list):
                raise BadFilter(_('"%(key)s" takes a list of conditions.') % {"key": key})
            self.count(len(children))
            parts = [self.node(object_type, child, depth + 1) for child in children]
            return reduce(and_ if key == "and" else or_, parts) if parts else EVERY
        if keys == {"not"}:
            return ~self.node(object_type, node["not"], depth + 1)
        if keys - {"where"} in ({"has"}, {"has_no"}):
            return self.related(object_type, node, depth)
        if keys == {"refused_by"}:
            self.count()
            return self.refused(node["refused_by"])
        if len(keys) == 1 and not self.in_row and (key := next(iter(keys))) in _further:
            self.count()
            return _further[key](self.asker, object_type, node[key])
        if "field" in keys and keys <= {"field", "op", "value"}:
            return self.condition(
                object_type, str(node["field"]), node.get("op", "eq"), node.get("value")
            )
        raise BadFilter(
            _("Unknown condition: %(keys)s.") % {"keys": ", ".join(sorted(keys)) or "{}"}
        )

    def related(self, object_type: ObjectType, node: dict[str, Any], depth: int) -> Q:
        name = str(node.get("has", node.get("has_no")))
        self.count()
        other, link = object_type.related.get(name, (None, ""))
        field = None if other is None else self.asker.fields(other).get(link)
        if other is None or field is None:
            raise BadFilter(_('"%(name)s" is not related to this object.') % {"name": name})
        records = visible_to(self.asker, other.model).filter(**{field.path: OuterRef("pk")})
        if node.get("where") not in (None, {}):
            records = records.filter(self.node(other, node["where"], depth + 1))
        found = Q(Exists(records))
        return found if "has" in node else ~found

    def refused(self, job: Any) -> Q:
        """The records that a job left as they were."""
        try:
            return Q(pk__in=refused_by(self.asker, UUID(job)).values("record_id"))
        except (ValueError, TypeError, AttributeError):
            raise BadFilter(_('"refused_by" takes the id of a task.')) from None

    def count(self, conditions: int = 1) -> None:
        self.conditions += conditions
        if self.conditions > MAX_CONDITIONS:
            raise BadFilter(_("A filter takes at most %(n)s conditions.") % {"n": MAX_CONDITIONS})

    def field(self, object_type: ObjectType, name: str, op: Any) -> ObjectField:
        """The field of that name, if the asker may ask so of it. Raises BadFilter."""
        field = self.asker.fields(object_type).get(name)
        if field is not None:
            return field
        masked = self.asker.shown(object_type).get(name)
        if masked is None:
            raise BadFilter(_('There is no field "%(name)s".') % {"name": name})
        if op not in asked_of_masked(masked):
            message = _('"%(field)s" is masked: a filter can only ask whether it is empty.')
            raise BadFilter(message % {"field": masked.label})
        return masked

    def condition(
        self, object_type: ObjectType, name: str, op: Any, value: Any, depth: int = 0
    ) -> Q:
        self.count()
        if depth > MAX_LINKS:
            raise BadFilter(_("A field is at most %(n)s links away.") % {"n": MAX_LINKS})
        head, rest = first_field(name)
        field = self.field(object_type, head, None if rest else op)
        if rest:
            if field.type.name != "link" or field.target is None or not is_registered(field.target):
                raise BadFilter(_('"%(name)s" does not link to another object.') % {"name": head})
            inner = self.condition(type_of_model(field.target), rest, op, value, depth + 1)
            linked = Q(**{f"{field.path}__in": visible_to(self.asker, field.target).filter(inner)})
            return self.with_value(field, linked)
        if not isinstance(op, str) or op not in field.type.operators:
            raise BadFilter(
                _('"%(op)s" does not fit the field "%(field)s".') % {"op": op, "field": field.label}
            )
        if op in ("empty", "not_empty"):
            empty = self.empty(field)
            return empty if op == "empty" else ~empty
        if op in NEGATIONS:
            return ~self.compare(field, NEGATIONS[op], value)
        return self.compare(field, op, value)

    def compare(self, field: ObjectField, op: str, value: Any) -> Q:
        """The condition that a record has a value and that it is so."""
        return self.with_value(field, self.holds(field, op, value))

    def with_value(self, field: ObjectField, holds: Q) -> Q:
        # Of a column the ORM knows that a "not" takes in what is empty; of a path it does not.
        return Q(**{f"{field.path}__isnull": False}) & holds if field.key else holds

    def holds(self, field: ObjectField, op: str, value: Any) -> Q:
        if op == "in":
            chosen = self.chosen(field, value)
            match field.type.name:
                case "tags":
                    return _tagged(field, pk__in=chosen)
                case "multi_choice":
                    return Q(**{f"{field.path}__has_any_keys": chosen})
                case "link" if field.key and not self.in_row:
                    return names_any(field, chosen)
            return Q(**{f"{field.path}__in": chosen})
        if op == "in_period":
            return self.in_period(field, value)
        if op == "between":
            if not isinstance(value, list) or len(value) != 2:
                raise BadFilter(_('"between" takes two values.'))
            low, high = (self.value(field, v) for v in value)
            return Q(**{f"{field.path}__gte": low, f"{field.path}__lte": high})
        wanted = self.value(field, value)
        lookup = {"eq": "exact", "contains": "icontains", "starts": "istartswith"}.get(op, op)
        return Q(**{f"{field.path}__{lookup}": wanted})

    def empty(self, field: ObjectField) -> Q:
        if field.type.name == "tags":
            return ~_tagged(field)
        missing = Q(**{f"{field.path}__isnull": True})
        textual = isinstance(field.column, models.CharField | models.TextField)
        return missing | Q(**{field.path: ""}) if textual else missing

    def chosen(self, field: ObjectField, value: Any) -> list[Any]:
        if not isinstance(value, list) or len(value) > MAX_VALUES:
            raise BadFilter(
                _('"%(field)s" takes a list of at most %(n)s values.')
                % {"field": field.label, "n": MAX_VALUES}
            )
        chosen: list[Any] = []
        for item in value:
            if item == "me" and field.target is User:
                chosen.append(self.asker.user.pk)
            elif item == "my_team" and field.target is User:
                chosen.extend(self.asker.colleagues)
            else:
                chosen.append(self.value(field, item))
        return chosen

    def in_period(self, field: ObjectField, value: Any) -> Q:
        start, end = self.period(value)
        if field.type.name == "datetime":
            return Q(
                **{
                    f"{field.path}__gte": self.clock.midnight(start),
                    f"{field.path}__lt": self.clock.midnight(end),
                }
            )
        return Q(**{f"{field.path}__gte": start, f"{field.path}__lt": end})

    def period(self, value: Any) -> tuple[dt.date, dt.date]:
        try:
            match value:
                case {"last_days": count, **rest} if not rest:
                    return last_days(_read_days(count, self.clock), self.clock.today)
                case {"next_days": count, **rest} if not rest:
                    return next_days(_read_days(count, self.clock), self.clock.today)
            name = value.get("relative") if isinstance(value, dict) else value
            return period_bounds(str(name), self.clock.today, week_start=self.clock.week_start)
        except (KeyError, ValueError, TypeError, ArithmeticError):
            raise BadFilter(_('"%(name)s" is no period.') % {"name": str(value)[:60]}) from None

    def value(self, field: ObjectField, value: Any) -> Any:
        read: Reader = READERS.get(field.type.name, _read_text)
        try:
            wanted = read(value, self.clock)
            if field.choices and wanted not in dict(field.choices):
                raise ValueError
            return wanted
        except (ValueError, TypeError, AttributeError, ArithmeticError):
            raise BadFilter(
                _('"%(value)s" is no value of the field "%(field)s".')
                % {"value": str(value)[:60], "field": field.label}
            ) from None


def _tagged(field: ObjectField, **tags: Any) -> Q:
    """Records with at least one tag in use, of those `tags` describes."""
    column: Any = field.column
    through, near = column.remote_field.through, column.m2m_field_name()
    far = column.m2m_reverse_field_name()
    found = {f"{far}__{name}": value for name, value in {**tags, "deleted_at": None}.items()}
    return Q(Exists(through._default_manager.filter(**{near: OuterRef("pk")}, **found)))


def _read_text(value: Any, clock: Clock) -> str:
    if not isinstance(value, str) or not storable(value):
        raise ValueError
    return value


def _read_number(value: Any) -> Decimal:
    """A finite number of at most 40 digits, given as a number or as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str) or value == "":
        raise TypeError
    number = Decimal(str(value))
    if not number.is_finite() or not -20 <= number.adjusted() <= 20 or len(str(number)) > 40:
        raise ValueError
    return number


def _read_integer(value: Any, clock: Clock) -> int:
    number = _read_number(value)
    if number != int(number):
        raise ValueError
    return int(number)


def _read_decimal(value: Any, clock: Clock) -> Decimal:
    return _read_number(value)


def _read_float(value: Any, clock: Clock) -> float:
    return float(_read_number(value))


def _read_boolean(value: Any, clock: Clock) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _read_days(value: Any, clock: Clock) -> int:
    days = _read_integer(value, clock)
    if abs(days) > FURTHEST_DAYS:
        raise ValueError
    return days


def _shift(value: dict[str, Any], clock: Clock) -> dt.date:
    if set(value) != {"days"}:
        raise ValueError
    return clock.today + dt.timedelta(days=_read_days(value["days"], clock))


def _read_date(value: Any, clock: Clock) -> dt.date:
    if isinstance(value, dict):
        return _shift(value, clock)
    day = parse_date(value)
    if day is None:
        raise ValueError
    return day


def _read_datetime(value: Any, clock: Clock) -> dt.datetime:
    if isinstance(value, dict):
        return clock.midnight(_shift(value, clock))
    moment = parse_datetime(value)
    if moment is None:
        return clock.midnight(_read_date(value, clock))
    moment = moment if moment.tzinfo else moment.replace(tzinfo=clock.zone)
    return moment.astimezone(dt.UTC)


def _read_time(value: Any, clock: Clock) -> str:
    return time_of_day(value)


def _read_id(value: Any, clock: Clock) -> UUID:
    return UUID(value)


READERS: dict[str, Reader] = {
    "number": _read_integer,
    "decimal": _read_decimal,
    "money": _read_decimal,
    "float": _read_float,
    "score": _read_float,
    "boolean": _read_boolean,
    "date": _read_date,
    "datetime": _read_datetime,
    "time": _read_time,
    "link": _read_id,
    "tags": _read_id,
}


def compile_filter(
    asker: Asker, object_type: ObjectType, tree: Any, clock: Clock, *, in_row: bool = False
) -> Q:
    """The condition `tree` means for `asker`. Raises BadFilter naming the part that is wrong.

    `in_row`: it is to hold of rows that may be in no table, from which nothing else follows yet.
    """
    if tree in (None, {}):
        return Q()
    return _Compiler(asker, clock, in_row=in_row).node(object_type, tree)
