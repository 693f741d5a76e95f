"""How customers moved between lifecycle stages, from a day to the scores in force.

The stage of a day is that of the newest entry of the history up to it. Of the customers that the
asker sees now; who had no stage yet came from "none".
"""

import datetime as dt
import re
from typing import Any

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from guanxi.customers.models import Customer
from guanxi.insight.models import ScoreRun, Stage
from guanxi.insight.services import latest_run
from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.filters.compiler import BadFilter, let_filter_by
from guanxi.platform.objects.errors import NotAllowed
from guanxi.platform.objects.registry import ObjectType, object_type

NONE = "none"
NAMED = re.compile(r"(\d{4}-\d\d-\d\d)\.(\w+)\.(\w+)")
MOVES = """
select s.customer_id, coalesce(before.stage, 'none') as before, s.stage as now
from insight_customerscore s
left join lateral (
    select e.stage from insight_scoresnapshot e
    where e.customer_id = s.customer_id and e.as_of <= %s order by e.as_of desc limit 1
) before on true
"""

Row = dict[str, Any]


def may_see_stages(asker: Asker) -> bool:
    return asker.may("read", object_type("customer")) and "stage" in asker.fields(
        object_type("customer")
    )


def stage_moves(asker: Asker, *, since: dt.date | None) -> Row:
    """How many of the asker's customers went from which stage to which, each with its filter.

    Since the last day of the month before the scores', if none is said. Raises NotAllowed.
    """
    if not may_see_stages(asker):
        raise NotAllowed(_("Your role does not allow this."))
    run = latest_run()
    since = since or (_month_before(run) if run else None)
    if run is None or since is None:
        return {"since": None, "as_of": None, "stages": _stages(), "moves": []}
    of = visible_to(asker, Customer).order_by().values("pk")
    mine, known = of.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"with mine(id) as ({mine}) select before, now, count(*) from ({MOVES}) moved "  # noqa: S608
            "join mine on mine.id = moved.customer_id group by before, now order by before, now",
            [*known, since],
        )
        found = cursor.fetchall()
    return {
        "since": since.isoformat(),
        "as_of": run.as_of.isoformat(),
        "stages": _stages(),
        "moves": [
            {
                "before": before,
                "now": now,
                "customers": count,
                "filter": {"stage_moved": f"{since.isoformat()}.{before}.{now}"},
            }
            for before, now, count in found
        ],
    }


def _stages() -> list[Row]:
    return [
        {"name": name, "label": str(label)[:1].upper() + str(label)[1:]}
        for name, label in Stage.choices
    ]


def _month_before(run: ScoreRun) -> dt.date:
    return run.as_of.replace(day=1) - dt.timedelta(days=1)


def _has_moved(asker: Asker, declared: ObjectType, named: Any) -> Q:
    """The condition behind {"stage_moved": "2026-10-31.growth.maturity"}."""
    said = NAMED.fullmatch(named) if isinstance(named, str) else None
    try:
        since = dt.date.fromisoformat(said[1]) if said else None
    except ValueError:
        since = None
    known = (
        said is not None
        and since is not None
        and declared.model is Customer
        and said[2] in (NONE, *Stage.values)
        and said[3] in Stage.values
        and may_see_stages(asker)
    )
    if said is None or not known:
        raise BadFilter(_('There is no movement "%(name)s".') % {"name": str(named)[:60]})
    movers = RawSQL(  # noqa: S611 - constants
        f"select customer_id from ({MOVES}) moved where before = %s and now = %s",  # noqa: S608
        [since, said[2], said[3]],
    )
    return Q(pk__in=movers)


let_filter_by("stage_moved", _has_moved)
