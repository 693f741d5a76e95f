"""Commands that look after a workspace."""

from __future__ import annotations

import click
import psycopg

from guanxi.platform.workspaces import privileges, roles

from .workspace import django_ready


@click.command()
@click.option("--print-setup-link", is_flag=True, hidden=True)
def migrate(print_setup_link: bool) -> None:
    """Bring the database's schema to this version of Guanxi."""
    with django_ready("owner"):
        from django.core.management import call_command

        with psycopg.connect(**roles.connection_parameters("owner")) as owner:
            app = roles.connection_parameters("app")
            privileges.prepare_database(owner, app=app["user"])
        call_command("migrate", verbosity=0 if print_setup_link else 1, interactive=False)
        if print_setup_link:
            from guanxi.platform.access.services import setup_link

            click.echo(setup_link() or "")


COMMANDS = (migrate,)
