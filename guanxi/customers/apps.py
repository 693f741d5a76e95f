from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """Persons and organizations, and how they hang together."""

    name = "guanxi.customers"
    label = "customers"

    def ready(self) -> None:
        from guanxi.customers import objects  # noqa: F401  declares the objects of this area
