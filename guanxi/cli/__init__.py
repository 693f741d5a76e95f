"""The command `guanxi`: runs a workspace and looks after it."""

from __future__ import annotations

import os
from pathlib import Path

import click
import psycopg

from guanxi.platform.workspaces.errors import WorkspaceError


class Commands(click.Group):
    """A group that tells what is wrong with the workspace in a sentence, not a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command asked for."""
        try:
            return super().invoke(ctx)
        except WorkspaceError as error:
            raise click.ClickException(str(error)) from error
        except psycopg.Error as error:
            raise click.ClickException(f"The database says: {error}") from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="guanxi")
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the workspace (else GUANXI_HOME, else the default for this user).",
)
def main(home: Path | None) -> None:
    """Guanxi (关系): know your customers, and what to do for them next."""
    if home is not None:
        os.environ["GUANXI_HOME"] = str(home)


# At the end, because the commands import what is above.
from . import data, demo, files, maintenance, people, processes, serving  # noqa: E402

for area in (demo, serving, processes, people, data, files, maintenance):
    for command in area.COMMANDS:
        main.add_command(command)
