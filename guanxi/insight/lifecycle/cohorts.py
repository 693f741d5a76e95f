"""Cohorts: of the customers who first bought in a month, how many bought in each month after it.

From the value ledger: a month in which a customer has an order that stands counts as bought in.
"""

import datetime as dt
import re
from collections import defaultdict
from typing import Any

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from guanxi.customers.models import Customer
from guanxi.insight.as_of import months_before
from guanxi.insight.services import currency
from guanxi.insight.value.report import figures_seen, this_month
from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.filters.compiler import BadFilter, let_filter_by
from guanxi.platform.objects.errors import NotAllowed
from guanxi.platform.objects.registry import ObjectType

NAMED = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))\.(\d{1,3})")
FIRST = """
select customer_id, min(month) as first from insight_valuemonth where orders > 0
group by customer_id
"""

Row = dict[str, Any]


def cohorts(asker: Asker, *, months: int) -> Row:
    """The newest so many cohorts of the asker's customers, the newest first.

    Each with its `customers` and, month by month from its own on, how many bought in it
    (`bought`) and what all of them have brought up to it (`revenue`). Raises NotAllowed.
    """
    if "revenue" not in figures_seen(asker):
        raise NotAllowed(_("Your role does not allow this."))
    until = this_month()
    since = months_before(until, months - 1)
    of = visible_to(asker, Customer).order_by().values("pk")
    mine, known = of.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"with mine(id) as ({mine}), first as ({FIRST} having min(month) >= %s) "  # noqa: S608
            "select f.first, v.month, count(*) filter (where v.orders > 0), sum(v.revenue) "
            "from first f join mine on mine.id = f.customer_id "
            "join insight_valuemonth v on v.customer_id = f.customer_id and v.month >= f.first "
            "group by f.first, v.month",
            [*known, since],
        )
        found = cursor.fetchall()
    by_cohort: dict[dt.date, dict[int, tuple[int, Any]]] = defaultdict(dict)
    for first, month, bought, revenue in found:
        by_cohort[first][_between(first, month)] = (bought, revenue)
    return {
        "currency": currency(),
        "until": until.isoformat(),
        "cohorts": [
            _cohort(first, by_cohort[first], until) for first in sorted(by_cohort, reverse=True)
        ],
    }


def _cohort(first: dt.date, by_age: dict[int, tuple[int, Any]], until: dt.date) -> Row:
    ages: list[Row] = []
    revenue = 0
    for age in range(_between(first, until) + 1):
        bought, brought = by_age.get(age, (0, 0))
        revenue += brought
        ages.append({"bought": bought, "revenue": str(revenue)})
    return {
        "month": first.isoformat(),
        "customers": by_age[0][0],  # they all bought in their first month
        "name": f"{first:%Y-%m}",
        "ages": ages,
    }


def _between(first: dt.date, month: dt.date) -> int:
    return (month.year - first.year) * 12 + month.month - first.month


def _in_cohort(asker: Asker, declared: ObjectType, named: Any) -> Q:
    """The condition behind {"cohort": "2026-03.4"}: first bought in March, and again in July."""
    said = NAMED.fullmatch(named) if isinstance(named, str) else None
    if declared.model is not Customer or said is None or "orders" not in figures_seen(asker):
        raise BadFilter(_('There is no cohort "%(name)s".') % {"name": str(named)[:60]})
    first = dt.date.fromisoformat(f"{said[1]}-01")
    month = months_before(first, -int(said[2]))
    members = RawSQL(  # noqa: S611 - constants
        f"select f.customer_id from ({FIRST} having min(month) = %s) f "  # noqa: S608
        "join insight_valuemonth v on v.customer_id = f.customer_id "
        "where v.month = %s and v.orders > 0",
        [first, month],
    )
    return Q(pk__in=members)


let_filter_by("cohort", _in_cohort)
