"""Commands that look after a workspace."""

from __future__ import annotations

from pathlib import Path

import click
import psycopg

from guanxi.platform.workspaces import backup as backups
from guanxi.platform.workspaces import privileges, roles
from guanxi.platform.workspaces.errors import WorkspaceError
from guanxi.platform.workspaces.home import workspace_home
from guanxi.platform.workspaces.locks import FileLock

from . import doctor as examination
from . import preparation
from .workspace import django_ready


@click.command()
@click.option("--print-setup-link", is_flag=True, hidden=True)
def migrate(print_setup_link: bool) -> None:
    """Bring the database to this version of Guanxi; a workspace in use is backed up before."""
    with django_ready("owner"):
        from .updating import update

        prepare_privileges()
        update(workspace_home(), verbosity=0 if print_setup_link else 1)
        _erase_again()
        if print_setup_link:
            from guanxi.platform.access.services import setup_link

            click.echo(setup_link() or "")


def _erase_again() -> int:
    """Repeat what was erased after the backup was made that this database came from, if any."""
    from guanxi.platform.erasing.replay import replay

    if done := replay():
        _warn(f"Erased again what had been erased since the backup: {done}")
    return done


def prepare_privileges() -> None:
    """Make sure of extensions and privileges, also on a server that somebody else set up."""
    app, owner = roles.connection_parameters("app"), roles.connection_parameters("owner")
    if app["user"] != owner["user"]:
        with psycopg.connect(**owner) as session:
            privileges.prepare_database(session, app=app["user"])


@click.command()
@click.option(
    "--without-attached",
    is_flag=True,
    help="Leave out what is attached to records; the database names it by its checksums.",
)
def backup(without_attached: bool) -> None:
    """Write the whole workspace (database, files, keys) into one file in its folder backups."""
    with backups.opened(workspace_home()) as workspace:
        click.echo(backups.backup(workspace, attached=not without_attached, tell=_warn))


def _warn(line: str) -> None:
    click.echo(line, err=True)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace a workspace that is not empty.")
def restore(file: Path, force: bool) -> None:
    """Replace the workspace by a backup, once that has proved whole."""
    home = workspace_home()
    lock = FileLock(home.run / "serve.lock")
    if not lock.acquire(wait=False):
        raise WorkspaceError("Guanxi is serving this workspace. Stop it, then restore.")
    try:
        with backups.opened(home) as workspace:
            is_new = backups.is_empty(workspace)
            manifest = backups.restore(workspace, file, force=force, tell=_warn)
        preparation.forget(home)
        if is_new and not home.erasures.exists():
            _warn(NO_LIST.format(folder=home.path))
        _repeat_erasures()
    finally:
        lock.release()
    click.echo(f"Restored the workspace as it was at {manifest.made_at}.")


NO_LIST = (
    "There is no list of erasures (erasures.jsonl) in {folder}: whoever was erased after this"
    " backup was made has to be erased again."
)


def _repeat_erasures() -> None:
    """Erase again at once, unless the backup has to be brought to this version first."""
    with django_ready("owner"):
        from .updating import is_due

        if is_due():
            _warn("What was erased since is erased again by the update, before anybody signs in.")
        else:
            _erase_again()


@click.command()
@click.option("--bundle", is_flag=True, help="Also pack the findings and the logs into one file.")
def doctor(bundle: bool) -> None:
    """Examine the workspace and its database, and say what is wrong and what to do."""
    home = workspace_home()
    findings = examination.examine(home)
    for finding in findings:
        click.echo(finding)
    if bundle:
        click.echo(examination.bundle(home, findings))
    if any(finding.is_bad for finding in findings):
        raise SystemExit(1)


COMMANDS = (migrate, backup, restore, doctor)
