"""The product's settings with that area: its migrations come last, by its name."""

from guanxi.config.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "bench.update_that_breaks"]  # noqa: F405
