"""A customer's purchases on the timeline."""

from uuid import UUID

from django.db.models import Count

from guanxi.interactions.timeline import Entry, Records, timeline_records
from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.sales.models import Order, OrderLine


def count_lines(asker: Asker, orders: list[Entry]) -> None:
    shown = [order["id"] for order in orders]
    lines = visible_to(asker, OrderLine, known="order").filter(order__in=shown)
    counts = dict(lines.order_by().values_list("order").annotate(Count("pk")))
    for order in orders:
        order["lines"] = counts.get(UUID(order["id"]), 0)


timeline_records(
    "order",
    Records(
        Order,
        at="ordered_at",
        shows={
            "title": "number",
            "amount": "total",
            "currency": "currency",
            "status": "status",
            "source": "source",
        },
        complete=count_lines,
    ),
)
