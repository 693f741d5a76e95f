"""The orders a score rests on: a filter of their list, and how many of them the asker finds there.

Scoring counts days with purchases (`guanxi.analytics.facts`); here are the orders of those days, so
that whoever doubts a sentence opens what it was said of. They are counted as their list counts
them: for the asker, and now, whatever has changed since the run.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.insight.models import CustomerScore, ScoreRun
from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.filters.clock import clock_of
from guanxi.platform.filters.compiler import compile_filter
from guanxi.platform.objects.registry import object_type
from guanxi.sales.models import Order

FIELDS = ("customer", "status", "total", "ordered_on")  # what the filters ask about
YEAR_DAYS = 365  # as `guanxi.analytics.facts` has it
SCORED = ("status", "not_in", (Order.Status.CANCELLED.value,))
BOUGHT = ("total", "gt", "0")
RETURNED = ("total", "lt", "0")

Condition = tuple[str, str, str | tuple[str, ...]]
Numbers = Mapping[str, Any]


def orders_in_words(count: int) -> str:
    return ngettext("%(count)s order", "%(count)s orders", count) % {"count": count}


def recently(count: int) -> str:
    return _("Recently: %(orders)s") % {"orders": orders_in_words(count)}


def before(count: int) -> str:
    return _("Before: %(orders)s") % {"orders": orders_in_words(count)}


def returns_in_words(count: int) -> str:
    return ngettext("%(count)s return", "%(count)s returns", count) % {"count": count}


@dataclass(frozen=True)
class Orders:
    """Some orders of a customer: the conditions they fulfil, and how their number is said."""

    conditions: tuple[Condition, ...]
    words: Callable[[int], str] = orders_in_words

    def filter_for(self, customers: Iterable[UUID]) -> dict[str, Any]:
        of = ("customer", "in", tuple(str(pk) for pk in customers))
        return _all_of((of, *self.conditions))

    @property
    def filter(self) -> dict[str, Any]:
        """Of whichever customers."""
        return _all_of(self.conditions)

    def opened(self, customer: UUID, count: int) -> dict[str, Any]:
        """What a client needs to open them."""
        return {
            "object": "order",
            "count": count,
            "label": self.words(count),
            "filter": self.filter_for([customer]),
        }


def _all_of(conditions: Iterable[Condition]) -> dict[str, Any]:
    return {
        "and": [
            {"field": field, "op": op, "value": value if isinstance(value, str) else [*value]}
            for field, op, value in conditions
        ]
    }


def days(last: dt.date, first: dt.date | None = None) -> Condition:
    """Ordered from one day to another, both included; or up to `last`."""
    if first is None:
        return ("ordered_on", "lte", last.isoformat())
    return ("ordered_on", "between", (first.isoformat(), last.isoformat()))


def purchases(as_of: dt.date) -> Orders:
    return Orders((SCORED, BOUGHT, days(as_of)))


def _came_back(n: Numbers, as_of: dt.date) -> list[Orders]:
    absent_since = as_of - dt.timedelta(days=n["days_since_last"] + n["absence_days"])
    return [Orders((SCORED, BOUGHT, days(as_of, absent_since)))]


def _trend(n: Numbers, as_of: dt.date) -> list[Orders]:
    """The purchases fewer than `window_days` back, and those of as long a time before."""
    longest = ceil(2 * n["window_days"]) - 1
    newer, older = (as_of - dt.timedelta(days=d) for d in (ceil(n["window_days"]) - 1, longest))
    return [
        Orders((SCORED, BOUGHT, days(as_of, newer)), recently),
        Orders((SCORED, BOUGHT, days(newer - dt.timedelta(days=1), older)), before),
    ]


def of_reason(n: Numbers, as_of: dt.date) -> list[Orders]:
    """The orders that a reason speaks of; none for one that rests on no order."""
    match n["code"]:
        case "came_back":
            return _came_back(n, as_of)
        case "rising" | "falling":
            return _trend(n, as_of)
        case "many_returns":
            return [Orders((SCORED, RETURNED, days(as_of)), returns_in_words)]
        case "no_purchase" | "stage_held":
            return []
    return [purchases(as_of)]


def of_fields(score: CustomerScore, as_of: dt.date) -> dict[str, Orders]:
    """The orders that figures of a score are made of, by field."""
    every = Orders((SCORED, days(as_of)))
    year = Orders((SCORED, days(as_of, as_of - dt.timedelta(days=YEAR_DAYS - 1))))
    found = {
        "purchases": purchases(as_of),
        "monetary": every,
        "revenue_12m": year,
        "margin_12m": year,
    }
    for names, day in (
        (("first_purchase_on",), score.first_purchase_on),
        (("last_purchase_on", "recency_days"), score.last_purchase_on),
    ):
        if day is not None:
            found |= dict.fromkeys(names, Orders((SCORED, BOUGHT, days(day, day))))
    return found


def can_open(asker: Asker) -> bool:
    """Whether the asker may filter orders by all it takes."""
    declared = object_type("order")
    return asker.may("read", declared) and asker.fields(declared).keys() >= set(FIELDS)


def as_of_in_force() -> dt.date | None:
    """The day the scores in force were made for."""
    return ScoreRun.objects.order_by("-finished_at").values_list("as_of", flat=True).first()


def opened_of(asker: Asker, customer: UUID, wanted: Collection[Orders]) -> list[dict[str, Any]]:
    """Each of some orders of one customer, as a client opens it, all counted by one statement."""
    if not wanted or not can_open(asker):
        return [orders.opened(customer, 0) for orders in wanted]
    declared, clock = object_type("order"), clock_of(asker)
    counts = {
        f"n{place}": Count(
            "pk", filter=compile_filter(asker, declared, orders.filter_for([customer]), clock)
        )
        for place, orders in enumerate(wanted)
    }
    found = visible_to(asker, Order).filter(customer=customer).aggregate(**counts)
    return [orders.opened(customer, found[f"n{place}"]) for place, orders in enumerate(wanted)]


def purchases_of(
    asker: Asker, customers: Collection[UUID], as_of: dt.date | None
) -> dict[UUID, dict[str, Any]]:
    """The purchases that scoring knew of each customer, as a client opens them; one statement."""
    if as_of is None or not customers or not can_open(asker):
        return {}
    orders = purchases(as_of)
    fits = compile_filter(
        asker, object_type("order"), orders.filter_for(customers), clock_of(asker)
    )
    counted = visible_to(asker, Order).filter(fits).order_by().values_list("customer")
    return {pk: orders.opened(pk, count) for pk, count in counted.annotate(count=Count("pk"))}
