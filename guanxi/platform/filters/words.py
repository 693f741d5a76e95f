"""A condition in words, for messages that say why."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.platform.access.predicate import Asker
from guanxi.platform.objects.registry import ObjectField, ObjectType
from guanxi.platform.objects.rows import labels_of

MOST_VALUES = 10
SAID: dict[str, Any] = {
    "eq": gettext_lazy('"%(field)s" is %(value)s'),
    "ne": gettext_lazy('"%(field)s" is not %(value)s'),
    "contains": gettext_lazy('"%(field)s" contains %(value)s'),
    "not_contains": gettext_lazy('"%(field)s" does not contain %(value)s'),
    "starts": gettext_lazy('"%(field)s" starts with %(value)s'),
    "lt": gettext_lazy('"%(field)s" is below %(value)s'),
    "lte": gettext_lazy('"%(field)s" is at most %(value)s'),
    "gt": gettext_lazy('"%(field)s" is above %(value)s'),
    "gte": gettext_lazy('"%(field)s" is at least %(value)s'),
    "between": gettext_lazy('"%(field)s" is between %(value)s'),
    "in": gettext_lazy('"%(field)s" is one of %(value)s'),
    "not_in": gettext_lazy('"%(field)s" is none of %(value)s'),
    "in_period": gettext_lazy('"%(field)s" is in %(value)s'),
    "empty": gettext_lazy('"%(field)s" is empty'),
    "not_empty": gettext_lazy('"%(field)s" is filled in'),
}
OF_DAYS: dict[str, Any] = {
    "lt": gettext_lazy('"%(field)s" is before %(value)s'),
    "lte": gettext_lazy('"%(field)s" is on or before %(value)s'),
    "gt": gettext_lazy('"%(field)s" is after %(value)s'),
    "gte": gettext_lazy('"%(field)s" is on or after %(value)s'),
}
PERIODS: dict[str, Any] = {
    "today": gettext_lazy("today"),
    "yesterday": gettext_lazy("yesterday"),
    "tomorrow": gettext_lazy("tomorrow"),
    "this_week": gettext_lazy("this week"),
    "last_week": gettext_lazy("last week"),
    "next_week": gettext_lazy("next week"),
    "this_month": gettext_lazy("this month"),
    "last_month": gettext_lazy("last month"),
    "next_month": gettext_lazy("next month"),
    "this_quarter": gettext_lazy("this quarter"),
    "last_quarter": gettext_lazy("last quarter"),
    "next_quarter": gettext_lazy("next quarter"),
    "this_year": gettext_lazy("this year"),
    "last_year": gettext_lazy("last year"),
    "next_year": gettext_lazy("next year"),
}


def in_words(asker: Asker, object_type: ObjectType, tree: dict[str, Any]) -> str:
    """What a condition of the asker's own visible fields says; one that can be compiled."""
    if "not" in tree:
        return _("not (%(condition)s)") % {"condition": in_words(asker, object_type, tree["not"])}
    for key, glue in (("and", _(" and ")), ("or", _(" or "))):
        if key in tree:
            return glue.join(_bracketed(asker, object_type, part) for part in tree[key]) or _(
                "anything holds"
            )
    f = asker.shown(object_type)[tree["field"]]
    op, value = tree.get("op", "eq"), tree.get("value")
    words = OF_DAYS.get(op, SAID[op]) if f.type.name in ("date", "datetime", "time") else SAID[op]
    if isinstance(value, list) and len(value) == 1:
        words = SAID[{"in": "eq", "not_in": "ne"}.get(op, op)]
    return str(words) % {"field": f.label, "value": _value(asker, f, op, value)}


def _bracketed(asker: Asker, object_type: ObjectType, part: dict[str, Any]) -> str:
    words = in_words(asker, object_type, part)
    return f"({words})" if {"and", "or"} & part.keys() else words


def _value(asker: Asker, f: ObjectField, op: str, value: Any) -> str:
    if op == "in_period":
        return _period(value)
    values = value if isinstance(value, list) else [value]
    labels = {str(choice): str(label) for choice, label in f.choices}
    if f.target is not None:
        ids = [v for v in values if v not in ("me", "my_team")]
        labels = {**labels_of(asker, f.target, ids), "me": _("me"), "my_team": _("my team")}
    shown = [labels.get(str(v)) or _one(v, known=f.target is None) for v in values[:MOST_VALUES]]
    more = ["…"] if len(values) > MOST_VALUES else []
    return (_(" and ") if op == "between" else _(", ")).join([*shown, *more])


def _one(value: Any, *, known: bool) -> str:
    match value:
        case {"days": 0}:
            return _("today")
        case {"days": int(days)}:
            message = _("%(n)d days ago") if days < 0 else _("in %(n)d days")
            return message % {"n": abs(days)}
        case bool():
            return _("yes") if value else _("no")
    return str(value) if known else "…"  # a record that the asker may not see


def _period(value: Any) -> str:
    match value:
        case {"last_days": count}:
            return _("the last %(n)s days") % {"n": count}
        case {"next_days": count}:
            return _("the next %(n)s days") % {"n": count}
        case {"relative": name}:
            return str(PERIODS[name])
    return str(PERIODS[value])
