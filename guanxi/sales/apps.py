from django.apps import AppConfig


class SalesConfig(AppConfig):
    """What customers bought."""

    name = "guanxi.sales"
    label = "sales"

    def ready(self) -> None:
        from guanxi.platform.objects.money import rates_from
        from guanxi.sales import (  # noqa: F401  declares what this area adds
            erasure,
            imports,
            measures,
            objects,
            timeline,
        )
        from guanxi.sales.models import ExchangeRate

        rates_from(ExchangeRate.objects.today_of)
