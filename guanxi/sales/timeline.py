"""A customer's purchases on the timeline."""

import datetime as dt
from uuid import UUID

from django.db.models import Count

from guanxi.interactions.timeline import Entry, timeline_source
from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.sales.models import Order


@timeline_source("order")
def orders(asker: Asker, customer: UUID, before: dt.datetime | None, limit: int) -> list[Entry]:
    records = visible_to(asker, Order).filter(customer=customer)
    if before:
        records = records.filter(ordered_at__lt=before)
    newest = records.order_by("-ordered_at", "-pk")[:limit]
    lines = dict(
        Order.objects.filter(pk__in=[o.pk for o in newest])
        .values_list("pk")
        .annotate(Count("lines"))
    )
    return [
        {
            "at": o.ordered_at,
            "id": str(o.pk),
            "object": "order",
            "title": o.number,
            "amount": str(o.total),
            "currency": o.currency,
            "lines": lines.get(o.pk, 0),
            "status": o.status,
            "source": o.source,
        }
        for o in newest
    ]
