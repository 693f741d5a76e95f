from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """Persons and organizations, and how they hang together."""

    name = "guanxi.customers"
    label = "customers"

    def ready(self) -> None:
        from guanxi.customers import imports, objects  # noqa: F401  declares what this area adds
