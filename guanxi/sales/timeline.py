"""A customer's purchases on the timeline."""

from uuid import UUID

from django.db.models import Count

from guanxi.interactions.timeline import Entry, Page, shown_rows, timeline_source
from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.sales.models import Order, OrderLine


@timeline_source("order")
def orders(asker: Asker, customer: UUID, page: Page) -> list[Entry]:
    records = visible_to(asker, Order, known="customer").filter(customer=customer)
    names = ("number", "total", "currency", "status", "source")
    rows = shown_rows(asker, page.newest(records, at="ordered_at"), names, at="ordered_at")
    shown = [row["id"] for _at, row in rows]
    lines = visible_to(asker, OrderLine, known="order").filter(order__in=shown)
    counts = dict(lines.order_by().values_list("order").annotate(Count("pk")))
    return [
        {
            "at": at,
            "id": row["id"],
            "object": "order",
            "title": row.get("number"),
            "amount": row.get("total"),
            "currency": row.get("currency"),
            "lines": counts.get(UUID(row["id"]), 0),
            "status": row.get("status"),
            "source": row.get("source"),
        }
        for at, row in rows
    ]
