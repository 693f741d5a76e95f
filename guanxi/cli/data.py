"""`guanxi import`, `export` and `score`: what the screens do, from the server's own keyboard."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import click

from .people import find_user
from .workspace import django_ready

as_user = click.option("--as", "username", required=True, help="Sign-in name of who is doing it.")


@click.command("import")
@click.argument("target", metavar="OBJECT")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_user
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON file: a list of {column, field, half}; else the columns are guessed.",
)
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
def import_(target: str, file: Path, username: str, mapping: Path | None, dry_run: bool) -> None:
    """Import FILE (CSV or XLSX) as OBJECT: customer, purchase, or any object's name."""
    with django_ready():
        from guanxi.platform.access.predicate import Asker
        from guanxi.platform.exchange.services import import_file
        from guanxi.platform.objects.errors import DomainError

        try:
            imported = import_file(
                asker=Asker(find_user(username)),
                target=target,
                path=file,
                mapping=json.loads(mapping.read_text()) if mapping else None,
                dry_run=dry_run,
                progress=lambda done, total: click.echo(
                    f"\r{done} / {total or '?'}", nl=False, err=True
                ),
            )
        except DomainError as error:
            raise click.ClickException(str(error.message)) from error
        click.echo(err=True)
        counts = "  ".join(f"{name} {n}" for name, n in sorted(imported.counts.items()))
        click.echo(f"{imported.state}  {counts}")


@click.command()
@click.argument("object_name", metavar="OBJECT")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@as_user
@click.option("--filter", "condition", help="A condition of the filter language, as JSON.")
def export(object_name: str, file: Path, username: str, condition: str | None) -> None:
    """Write a list as CSV, or as XLSX if FILE ends so, with the rights of --as."""
    with django_ready():
        from guanxi.platform.access.predicate import Asker
        from guanxi.platform.exchange.services import export_file
        from guanxi.platform.objects.errors import DomainError

        try:
            with file.open("wb") as out:
                size = export_file(
                    asker=Asker(find_user(username)),
                    object=object_name,
                    filter=json.loads(condition) if condition else None,
                    format="xlsx" if file.suffix.lower() == ".xlsx" else "csv",
                    out=out,
                )
        except KeyError:
            raise click.ClickException(f"There is no object {object_name!r}.") from None
        except DomainError as error:
            raise click.ClickException(str(error.message)) from error
    click.echo(f"{size} bytes in {file}")


@click.command()
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day to score for (else today, or the newest purchase's day if that is long ago).",
)
def score(as_of: dt.datetime | None) -> None:
    """Score all customers and list who needs attention."""
    with django_ready():
        from guanxi.insight.services import score_now

        run = score_now(as_of=as_of.date() if as_of else None)
        click.echo(f"Scored {run.customers} customers as of {run.as_of}.")


COMMANDS = (import_, export, score)
