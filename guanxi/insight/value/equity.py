"""The customer equity statement of what somebody sees: what a year changed in customers' worth.

    closing = opening + acquired + returned + grown - shrunk - lost

Worth is what a customer brought in twelve months: those up to a month, and those before them. Who
brought nothing, or cost more than that, does not count at that end. As the library has it
(`guanxi.analytics.value.equity_statement`), a whole change is put down to one movement, so that the
statement balances to the cent. Public-interest and internal customers are no asset of the firm.
"""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from guanxi.customers.models import Customer
from guanxi.insight.as_of import months_before
from guanxi.insight.models import NOT_SCORED
from guanxi.insight.services import currency
from guanxi.insight.value.report import figures_seen, this_month
from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.filters.compiler import BadFilter, let_filter_by
from guanxi.platform.objects.errors import NotAllowed
from guanxi.platform.objects.registry import ObjectType

YEAR = 12  # months
# By measure, what of a month counts: the figures it is made of, and their sum.
MEASURES: dict[str, tuple[set[str], str]] = {
    "revenue": ({"revenue"}, "revenue"),
    "margin": ({"margin"}, "coalesce(margin, 0)"),
    "contribution": ({"margin", "cost_to_serve"}, "coalesce(margin, 0) - cost_to_serve"),
}
# The lines between the ends, each with its sign.
LINES = {"acquired": 1, "returned": 1, "grown": 1, "shrunk": -1, "lost": -1}
AT_OPENING = ("grown", "shrunk", "unchanged", "lost")
AT_CLOSING = ("acquired", "returned", "grown", "shrunk", "unchanged")
NAMED = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))\.(\w+)\.(\w+)")

MOVED = """
select customer_id, opening, closing, case
    when opening = 0 and closing = 0 then null
    when closing = 0 then 'lost'
    when opening = 0 and knew then 'returned'
    when opening = 0 then 'acquired'
    when closing > opening then 'grown'
    when closing < opening then 'shrunk'
    else 'unchanged' end as movement
from (
    select customer_id, bool_or(month <= %s) as knew,
        greatest(coalesce(sum({worth}) filter (where month > %s and month <= %s), 0), 0) as opening,
        greatest(coalesce(sum({worth}) filter (where month > %s), 0), 0) as closing
    from insight_valuemonth where month <= %s group by customer_id
) worth
"""

Row = dict[str, Any]


def _moved(measure: str, until: dt.date) -> tuple[str, list[dt.date]]:
    """SQL for what happened to each customer's worth, and its parameters."""
    opening = months_before(until, YEAR)
    _made_of, worth = MEASURES[measure]
    before = months_before(opening, YEAR)
    return MOVED.format(worth=worth), [opening, before, opening, opening, until]


def measures_seen(asker: Asker) -> list[str]:
    """The measures of worth whose figures the asker may know."""
    seen = {*figures_seen(asker)}
    return [measure for measure, (made_of, _worth) in MEASURES.items() if made_of <= seen]


def equity(asker: Asker, *, measure: str | None, until: dt.date | None) -> Row:
    """The statement of the asker's customers up to a month, the last complete one if none is said.

    Raises NotAllowed for a measure made of what the asker may not know.
    """
    measures = measures_seen(asker)
    measure = measure or next(iter(measures), "revenue")
    if measure not in measures:
        raise NotAllowed(_("Your role does not allow this."))
    until = until or months_before(this_month(), 1)
    of = visible_to(asker, Customer).exclude(category__in=NOT_SCORED).order_by().values("pk")
    mine, known = of.query.sql_with_params()
    moved, dates = _moved(measure, until)
    with connection.cursor() as cursor:
        cursor.execute(
            f"with mine(id) as ({mine}), moved as ({moved}) "  # noqa: S608 - the ORM's, and constants
            "select movement, count(*), sum(opening), sum(closing) from moved "
            "join mine on mine.id = moved.customer_id where movement is not null group by movement",
            [*known, *dates],
        )
        found = {name: sums for name, *sums in cursor.fetchall()}

    def line(opening: Decimal | int, closing: Decimal | int, *movements: str) -> Row:
        """What the movements amount to: so much of each end of theirs."""
        of = [found.get(name, (0, 0, 0)) for name in movements]
        amount = sum((opening * was + closing * now for _n, was, now in of), Decimal(0))
        any_of = [{"movement": f"{until:%Y-%m}.{measure}.{name}"} for name in movements]
        return {
            "amount": str(amount),
            "customers": sum(count for count, _was, _now in of),
            "filter": any_of[0] if len(any_of) == 1 else {"or": any_of},
        }

    return {
        "currency": currency(),
        "measure": measure,
        "measures": measures,
        "until": until.isoformat(),
        "opening": line(1, 0, *AT_OPENING),
        **{name: line(-sign, sign, name) for name, sign in LINES.items()},
        "closing": line(0, 1, *AT_CLOSING),
    }


def _has_moved(asker: Asker, declared: ObjectType, named: Any) -> Q:
    """The condition behind {"movement": "2026-11.revenue.grown"}."""
    said = NAMED.fullmatch(named) if isinstance(named, str) else None
    known = said and said[2] in measures_seen(asker) and said[3] in {*AT_OPENING, *AT_CLOSING}
    if declared.model is not Customer or said is None or not known:
        raise BadFilter(_('There is no movement "%(name)s".') % {"name": str(named)[:60]})
    moved, dates = _moved(said[2], dt.date.fromisoformat(f"{said[1]}-01"))
    movers = RawSQL(  # noqa: S611 - constants
        f"select customer_id from ({moved}) moved where movement = %s",  # noqa: S608
        [*dates, said[3]],
    )
    return Q(pk__in=movers) & ~Q(category__in=NOT_SCORED)


let_filter_by("movement", _has_moved)
