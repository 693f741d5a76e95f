"""`guanxi files`: what is attached to records, looked at and moved from one store to another."""

from __future__ import annotations

import click

from guanxi.platform.files import stores
from guanxi.platform.workspaces.errors import WorkspaceError
from guanxi.platform.workspaces.home import workspace_home

from .workspace import django_ready

SHOWN_EVERY = 100  # contents


@click.group()
def files() -> None:
    """Files attached to records."""


@files.command()
@click.option("--quick", is_flag=True, help="Look at sizes alone; else all is read.")
def check(quick: bool) -> None:
    """Make sure that every file is where it should be, and is what it was."""
    with django_ready():
        from guanxi.platform.files.models import Attachment
        from guanxi.platform.files.storage import faults

        seen = wrong = 0
        for content, fault in faults(quick=quick):
            seen += 1
            if fault is not None:
                wrong += 1
                click.echo(f"{fault}: {content.sha256}")
                for file in Attachment.objects.filter(sha256=content.sha256):
                    click.echo(f"    attachment {file.pk} of {file.object} {file.record_id}")
    click.echo(f"{seen} contents, {wrong} missing or damaged.")
    if wrong:
        raise SystemExit(1)


@files.command()
@click.argument("source")
@click.argument("target")
def copy(source: str, target: str) -> None:
    """Copy contents from SOURCE to TARGET; either is "folder" (the workspace's) or s3://bucket/folder.

    What is there already is passed over, so that it can be broken off and run again. Nothing is
    deleted.
    """
    home = workspace_home()
    done = wrong = 0
    for fault in stores.copy(_store(source), _store(target), home.uploads):
        done += 1
        if fault is not None:
            wrong += 1
            click.echo(fault)
        if done % SHOWN_EVERY == 0:
            click.echo(f"\r{done}", nl=False, err=True)
    click.echo(f"{done - wrong} contents are in {target}; {wrong} could not be copied.")
    if wrong:
        raise SystemExit(1)


def _store(name: str) -> stores.Store:
    return stores.open_store(workspace_home().files if name == "folder" else name)


@files.command()
def claim() -> None:
    """Say that the files in the bucket are this database's, once the one before is gone."""
    with django_ready():
        from guanxi.platform.files.storage import store, take_store, this_database

        if not store().is_inside and not take_store(from_others=True):
            raise WorkspaceError("Another database took the files just now. Look whose they are.")
        click.echo(f"{store().name} belongs to {this_database()}.")


COMMANDS = (files,)
