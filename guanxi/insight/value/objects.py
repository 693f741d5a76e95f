"""What the value ledger adds to the rest: service rates as an object, and what its rows hold."""

from guanxi.insight.value.models import LedgerState, ServiceRate, ValueMonth
from guanxi.platform.erasing.stores import holds_none
from guanxi.platform.merging.references import stays
from guanxi.platform.objects.registry import ObjectType, register
from guanxi.platform.objects.scopes import Everyone

register(
    ObjectType(
        ServiceRate,
        area="insight",
        path="service-rates",
        icon="rate",
        title="channel",
        list=["channel", "valid_from", "cost", "note"],
        sort="-valid_from",
        scope=[Everyone()],
    )
)
stays(ValueMonth, "The months of both are summed anew from the orders that moved.")
holds_none("What a channel costs the firm.", ServiceRate)
holds_none("Sums by customer and month, and how far they are made.", ValueMonth, LedgerState)
