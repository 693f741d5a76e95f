from guanxi.platform.objects.registry import ObjectType, register
from guanxi.platform.objects.scopes import Everyone, Through
from guanxi.sales.models import ExchangeRate, Order, OrderLine

register(
    ObjectType(
        Order,
        area="sales",
        icon="order",
        title="number",
        list=["number", "customer", "ordered_at", "status", "total", "source"],
        sort="-ordered_at",
        search=["number"],
        scope=[Through("customer")],
    )
)
register(
    ObjectType(
        OrderLine,
        area="sales",
        path="order-lines",
        icon="order",
        title="description",
        list=["order", "position", "description", "quantity", "unit_price", "amount"],
        sort="position",
        scope=[Through("order")],
    )
)
register(
    ObjectType(
        ExchangeRate,
        area="sales",
        path="exchange-rates",
        icon="rate",
        title="currency",
        list=["currency", "valid_from", "rate"],
        sort="-valid_from",
        scope=[Everyone()],
    )
)
