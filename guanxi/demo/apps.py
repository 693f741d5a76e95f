from django.apps import AppConfig


class DemoConfig(AppConfig):
    """A seeded sample firm, to try Guanxi on and to test it against a known truth."""

    name = "guanxi.demo"
    label = "demo"

    def ready(self) -> None:
        from guanxi.demo import tasks  # noqa: F401  makes the job kind known
