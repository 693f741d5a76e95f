from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PlatformConfig(AppConfig):
    """What every CRM area stands on; knows no business word."""

    name = "guanxi.platform"
    label = "platform"

    def ready(self) -> None:
        from guanxi.platform.access import objects  # noqa: F401  declares users, teams, territories
        from guanxi.platform.custom_objects.definitions import FIRMS, PATTERN
        from guanxi.platform.erasing import platform_stores  # noqa: F401  what they hold of people
        from guanxi.platform.events.triggers import install_triggers
        from guanxi.platform.fields.triggers import install_links
        from guanxi.platform.live.triggers import install_tellers
        from guanxi.platform.objects.registry import let_firms_declare
        from guanxi.platform.search.triggers import install_search

        let_firms_declare(PATTERN, FIRMS)
        post_migrate.connect(install_triggers, dispatch_uid="guanxi.events")
        post_migrate.connect(install_links, dispatch_uid="guanxi.links")
        post_migrate.connect(install_tellers, dispatch_uid="guanxi.live")
        post_migrate.connect(install_search, dispatch_uid="guanxi.search")
