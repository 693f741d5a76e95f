from django.apps import AppConfig


class NewObjectConfig(AppConfig):
    """An area somebody adds: one object, declared in this folder and nowhere else."""

    name = "tests.newobject"
    label = "newobject"

    def ready(self) -> None:
        from tests.newobject import objects  # noqa: F401  declares the object
