"""Bringing the database to this version of Guanxi: backed up before, then wholly or not at all.

All migrations that a firm's database is due are one transaction (ADR 17): what fails, or is killed,
leaves it as the former version knows it.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from guanxi.platform.workspaces import backup as backups
from guanxi.platform.workspaces.errors import WorkspaceError
from guanxi.platform.workspaces.home import Home

BEFORE_MIGRATION = "before-migration"
ATTEMPT = f"attempt-{BEFORE_MIGRATION}"  # until the migration succeeded
KEPT = 5  # automatic backups


class Migrate(migrate.Command):
    """Django's command, for migrations that share a transaction."""

    def migration_progress_callback(
        self, action: str, migration: Any = None, fake: bool = False
    ) -> None:
        if action == "apply_start":
            # What an earlier one left to be checked at the end would keep this one from the table.
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        super().migration_progress_callback(action, migration, fake)


def update(home: Home, *, verbosity: int) -> None:
    """Apply what is due. Needs Django set up, signed in as the owner.

    Raises WorkspaceError, having changed nothing, for a database that a newer version has changed,
    if the backup cannot be made, or if a migration fails.
    """
    executor = MigrationExecutor(connection)
    refuse_newer(executor)
    backup = back_up(home) if is_due(executor) else None
    # An empty one has nothing to lose, and those who make it so may want to commit in between.
    whole = transaction.atomic() if backup else contextlib.nullcontext()
    try:
        with whole:
            call_command(Migrate(), verbosity=verbosity, interactive=False)
    except Exception as error:
        kept = (
            ""
            if backup is None
            else (
                "\nNothing in it was changed: the version that you had before still serves it."
                f" The backup made before is {backup}."
            )
        )
        raise WorkspaceError(
            f"The database could not be brought to this version of Guanxi: {error}{kept}"
        ) from error
    if backup is not None:
        keep(home, backup)


def is_due(executor: MigrationExecutor | None = None) -> bool:
    """Return whether the database is behind this version of Guanxi."""
    executor = executor or MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def refuse_newer(executor: MigrationExecutor) -> None:
    """Raise WorkspaceError if the database has seen migrations that this version does not know."""
    loader = executor.loader
    unknown = sorted(
        f"{app}.{name}"
        for app, name in loader.applied_migrations
        if app in loader.migrated_apps and (app, name) not in loader.graph.nodes
    )
    if unknown:
        raise WorkspaceError(
            f"A newer version of Guanxi has changed this database ({unknown[-1]}). Install that"
            " version again, or restore a backup made before the update."
        )


def back_up(home: Home) -> Path | None:
    """Back a workspace up unless it is empty, and let go of the backup of an attempt before.

    That one failed or was killed, and changed nothing: tried again and again, as whoever starts
    services does, an update neither fills the disk nor costs an older backup.
    """
    with backups.opened(home) as workspace:
        if backups.is_empty(workspace):
            return None
        # A bucket is not copied at every update: what is in it stays as it is.
        attached = workspace.store.is_inside
        made = backups.backup(workspace, label=ATTEMPT, attached=attached)
    for former in home.backups.glob(f"*-{ATTEMPT}.tar.gz"):
        if former != made:
            former.unlink()
    return made


def keep(home: Home, backup: Path) -> None:
    """Keep the backup of an update that succeeded, and let go of older ones of that kind."""
    backup.rename(backup.with_name(backup.name.replace(ATTEMPT, BEFORE_MIGRATION)))
    for old in sorted(home.backups.glob(f"*-{BEFORE_MIGRATION}.tar.gz"))[:-KEPT]:
        old.unlink()
