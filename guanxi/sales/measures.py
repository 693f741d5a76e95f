"""What groups of customers bought, and what they have ordered that is not done."""

import datetime as dt
from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.customers.relations.measures import Figure, measure
from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.objects.registry import object_type
from guanxi.platform.workspaces.services import books_zone
from guanxi.sales.models import Order

YEAR = dt.timedelta(days=365)


@measure("revenue_12m", _("revenue of 12 months"), "money", order=10)
def revenue(asker: Asker, customers: Collection[UUID]) -> Mapping[UUID, Figure] | None:
    """Orders of the last 365 days that were not cancelled, returns among them."""
    order = object_type("order")
    if not asker.may("read", order) or "reporting_total" not in asker.fields(order):
        return None
    first = timezone.now().astimezone(books_zone()).date() - YEAR
    sold = visible_to(asker, Order).exclude(status=Order.Status.CANCELLED)
    sums = sold.filter(customer__in=customers, ordered_on__gt=first).order_by()
    return dict(sums.values_list("customer").annotate(Sum("reporting_total")))


@measure("open_orders", _("open orders"), "number", order=30)
def open_orders(asker: Asker, customers: Collection[UUID]) -> Mapping[UUID, Figure] | None:
    order = object_type("order")
    if not asker.may("read", order) or "status" not in asker.fields(order):
        return None
    placed = visible_to(asker, Order).filter(status=Order.Status.PLACED, customer__in=customers)
    return dict(placed.order_by().values_list("customer").annotate(Count("pk")))
