"""How good the data was, day by day: of all customers, from the figures that measurings kept."""

import datetime as dt
from collections import defaultdict
from typing import Any

from django.db.models import Sum

from guanxi.insight.quality.fields import checked_fields, seen_by
from guanxi.insight.quality.figures import Counted, share_without
from guanxi.insight.quality.findings import SUSPECTED
from guanxi.insight.quality.measuring import UNFOLLOWED
from guanxi.insight.quality.models import QualityFigure, QualitySnapshot
from guanxi.insight.quality.rights import require_all_seen
from guanxi.insight.quality.settings import current_settings
from guanxi.platform.access.predicate import Asker
from guanxi.platform.objects.registry import object_type


def trend(
    asker: Asker, *, source: str | None, kind: str | None, name: str | None, since: dt.date
) -> list[dict[str, Any]]:
    """The shares of each day, of all fields or of one. Raises NotAllowed for who sees not all."""
    require_all_seen(asker)
    visible = asker.fields(object_type("customer"))
    fields = seen_by(asker, checked_fields(current_settings().counted))
    fields = [c for c in fields if name in (None, c.name)]
    figures = QualityFigure.objects.filter(snapshot__day__gte=since)
    if source is not None and "source" in visible:
        figures = figures.filter(source=source)
    if kind is not None and "kind" in visible:
        figures = figures.filter(kind=kind)
    days: dict[dt.date, Counted] = defaultdict(Counted)
    grouped = figures.order_by().values_list("snapshot_id", "kind", "finding")
    for day, of_kind, finding, n in grouped.annotate(n=Sum("customers")):
        counted = days[day]
        match finding:
            case "":
                counted.customers += n
                counted.measured += n
                counted.by_kind[of_kind] += n
            case _ if finding == UNFOLLOWED:
                counted.unfollowed += n
            case _ if finding == SUSPECTED:
                counted.suspected += n
            case _:
                counted.found[finding] += n
    then = dict(QualitySnapshot.objects.filter(day__in=days).values_list("day", "looked_at"))
    return [
        {
            "day": day,
            "customers": counted.customers,
            # What was not looked at then was not missing then.
            **counted.shares([c for c in fields if c.name in then[day]]),
            "followed": share_without(counted.unfollowed, counted.customers)
            if "owner" in visible
            else None,
            "unique": share_without(counted.suspected, counted.customers),
        }
        for day, counted in sorted(days.items())
    ]
