from django.apps import AppConfig


class InteractionsConfig(AppConfig):
    """What happens between us and a customer: contacts made and tasks to do."""

    name = "guanxi.interactions"
    label = "interactions"

    def ready(self) -> None:
        from guanxi.interactions import (  # noqa: F401  declares what this area adds
            erasure,
            measures,
            objects,
        )
