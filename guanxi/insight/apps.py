from django.apps import AppConfig


class InsightConfig(AppConfig):
    """What the data says about customers, and what to do about it."""

    name = "guanxi.insight"
    label = "insight"

    def ready(self) -> None:
        from guanxi.insight import (  # noqa: F401  declares what this area adds
            erasure,
            measures,
            objects,
        )
        from guanxi.insight.lifecycle import cohorts, moves  # noqa: F401
        from guanxi.insight.value import equity  # noqa: F401
        from guanxi.insight.value import objects as value_objects  # noqa: F401
