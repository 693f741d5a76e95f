"""What of the value ledger somebody sees: of one customer, and of all of theirs together.

Sums over customers are joined with what the asker may see when they ask, so that a hand-over counts
at once. What a sum is made of must be visible as well: no margin without the cost of lines, no cost
to serve without the service rates.
"""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from guanxi.customers.models import Customer
from guanxi.insight.as_of import months_before
from guanxi.insight.evidence import SCORED, Orders, can_open, days
from guanxi.insight.services import currency
from guanxi.insight.value.models import THE_LEDGER, LedgerState, ValueMonth
from guanxi.platform.access.predicate import Asker, require_visible, visible_to
from guanxi.platform.objects.errors import NotAllowed
from guanxi.platform.objects.registry import ObjectType, object_type
from guanxi.platform.workspaces.services import books_today

BOUGHT = ("orders", "sales", "discount", "returns", "adjustments", "revenue")
EARNED = ("costed", "margin")
SERVED = ("interactions", "unpriced", "cost_to_serve")
COUNTS = ("orders", "interactions", "unpriced")

Row = dict[str, Any]


def figures_seen(asker: Asker) -> tuple[str, ...]:
    """Those of the figures that the asker may know, by what they are made of."""
    order, line, rate = (object_type(n) for n in ("order", "order_line", "service_rate"))
    interaction = object_type("interaction")
    sold = _reads(asker, order, {"total", "ordered_on"}) and _reads(
        asker, line, {"amount", "quantity", "unit_price"}
    )
    earned = sold and "cost" in asker.fields(line)
    served = _reads(asker, interaction, {"channel", "happened_at"}) and _reads(
        asker, rate, {"cost"}
    )
    seen = (BOUGHT, sold), (EARNED, earned), (SERVED, served)
    return tuple(name for names, may in seen if may for name in names)


def _reads(asker: Asker, declared: ObjectType, fields: set[str]) -> bool:
    return asker.may("read", declared) and fields <= asker.fields(declared).keys()


def customer_value(asker: Asker, customer: UUID) -> Row:
    """One customer's months, the newest first, and their sums. Raises NotFound."""
    require_visible(asker, Customer, customer)
    names = figures_seen(asker)
    found = ValueMonth.objects.filter(customer=customer).order_by("-month")
    rows = list(found.values("month", *names))
    opens = can_open(asker)
    months = [
        {
            **_shown(row, names),
            "month": row["month"].isoformat(),
            "orders_filter": _orders_of(row["month"]).filter_for([customer]) if opens else None,
        }
        for row in rows
    ]
    year = months_before(this_month(), 11)
    return {
        **_state(names),
        "months": months,
        "in_all": _sum(rows, names),
        "last_12_months": _sum([row for row in rows if row["month"] >= year], names),
    }


def everyones_value(asker: Asker, *, months: int) -> Row:
    """The newest months of all the asker's customers together, the newest first, and their sums.

    Raises NotAllowed for whoever may know none of it.
    """
    names = figures_seen(asker)
    if not names or not asker.may("read", object_type("customer")):
        raise NotAllowed(_("Your role does not allow this."))
    since = months_before(this_month(), months - 1)
    found = (
        ValueMonth.objects.filter(customer__in=visible_to(asker, Customer), month__gte=since)
        .order_by()
        .values("month")
        .annotate(
            customers=Count("customer"),
            buyers=Count("customer", filter=Q(orders__gt=0)),
            **{name: Sum(name) for name in names},
        )
    )
    rows: list[Row] = sorted(map(dict, found), key=lambda row: row["month"], reverse=True)
    opens = can_open(asker)
    return {
        **_state(names),
        "months": [
            {
                **_shown(row, names),
                "month": row["month"].isoformat(),
                "customers": row["customers"],
                "buyers": row["buyers"] if "orders" in names else None,
                "orders_filter": _orders_of(row["month"]).filter if opens else None,
            }
            for row in rows
        ],
        "in_all": _sum(rows, names),
    }


def _state(names: tuple[str, ...]) -> Row:
    """How far the ledger is, in which currency it is, and what of it is told."""
    state = LedgerState.objects.filter(pk=THE_LEDGER).first()
    made = 0.0 if state is None else 1.0
    if state is not None and state.built_at is None and not state.checks:
        made = state.done / state.total if state.total else 0.0
    return {
        "currency": currency(),
        "figures": [*names, *_contribution(names)],
        "until": this_month().isoformat(),
        "made": round(made, 3),
    }


def this_month() -> dt.date:
    return books_today().replace(day=1)


def _contribution(names: tuple[str, ...]) -> list[str]:
    return ["contribution"] if {"margin", "cost_to_serve"} <= {*names} else []


def _orders_of(month: dt.date) -> Orders:
    return Orders((SCORED, days(months_before(month, -1) - dt.timedelta(days=1), month)))


def _shown(row: Row, names: tuple[str, ...]) -> Row:
    """Amounts as text, counts as numbers; what may not be known is null."""
    told = {name: row[name] if name in names else None for name in (*BOUGHT, *EARNED, *SERVED)}
    if "margin" in names and told["margin"] is None and not told["revenue"]:
        told["margin"] = Decimal(0)  # of nothing
    told["contribution"] = _contributed(told) if _contribution(names) else None
    return {n: v if v is None or n in COUNTS else str(v) for n, v in told.items()}


def _contributed(row: Row) -> Decimal | None:
    """The margin less the cost to serve; unknown where all was sold at unknown cost."""
    return None if row["margin"] is None else row["margin"] - row["cost_to_serve"]


def _sum(rows: list[Row], names: tuple[str, ...]) -> Row:
    """The same figures of several months together."""
    together = {
        name: sum((row[name] for row in rows if row[name] is not None), Decimal(0))
        for name in names
    }
    if "margin" in names and all(row["margin"] is None for row in rows):
        together["margin"] = None
    return _shown({n: int(v) if n in COUNTS else v for n, v in together.items()}, names)
