from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """Persons and organizations, and how they hang together."""

    name = "guanxi.customers"
    label = "customers"

    def ready(self) -> None:
        from guanxi.customers import imports, objects  # noqa: F401  declares what this area adds
        from guanxi.customers.consent import objects as consents  # noqa: F401
        from guanxi.customers.consent.seeds import plant_purposes
        from guanxi.customers.privacy import objects as privacy  # noqa: F401
        from guanxi.platform.workspaces.services import at_founding

        at_founding(plant_purposes)
