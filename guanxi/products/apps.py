from django.apps import AppConfig


class ProductsConfig(AppConfig):
    """What we sell."""

    name = "guanxi.products"
    label = "products"

    def ready(self) -> None:
        from guanxi.products import erasure, objects  # noqa: F401  declares what this area adds
