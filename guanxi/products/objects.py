from guanxi.platform.objects.registry import ObjectType, register
from guanxi.platform.objects.scopes import Everyone
from guanxi.products.models import Product

register(
    ObjectType(
        Product,
        area="products",
        icon="product",
        list=["code", "name", "category", "list_price", "unit", "is_active"],
        sort="name",
        search=["code", "name"],
        scope=[Everyone()],
    )
)
