"""What an erasure leaves of orders: all of it, as the books need it, but for what names people."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from guanxi.platform.erasing.obstacles import Obstacle, stands_in_the_way
from guanxi.platform.erasing.stores import Hanging, hangs, holds_none
from guanxi.sales.models import ExchangeRate, Order, OrderLine


def open_orders(customers: Sequence[UUID]) -> Obstacle | None:
    """An order that is not delivered and paid for needs its customer."""
    orders = Order._base_manager.filter(customer__in=customers, deleted_at=None)
    count = orders.filter(status=Order.Status.PLACED).count()
    if not count:
        return None
    message = ngettext(
        "%(n)s order is not completed. Complete or cancel it first.",
        "%(n)s orders are not completed. Complete or cancel them first.",
        count,
    )
    return Obstacle("open_orders", message % {"n": count}, count)


stands_in_the_way("customer", open_orders)
hangs(
    "customer",
    Hanging(
        Order,
        ["customer"],
        scrubs=["source", "number", "custom"],
        why_it_stays=_("Numbers, days and amounts, as the books need them."),
    ),
    Hanging(
        OrderLine,
        ["order__customer"],
        scrubs=["description", "custom"],
        why_it_stays=_("What was bought, how much of it, and at what price."),
    ),
)
holds_none("What a currency was worth.", ExchangeRate)
