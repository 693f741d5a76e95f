from guanxi.platform.objects.registry import ObjectType, register
from guanxi.platform.objects.scopes import Owned
from tests.newobject.models import PlotOfTea

PLOT = register(
    ObjectType(
        PlotOfTea,
        area="customers",
        path="plots-of-tea",
        list=["name", "soil", "customer", "rows"],
        sort="name",
        search=["name"],
        scope=[Owned()],
    )
)
