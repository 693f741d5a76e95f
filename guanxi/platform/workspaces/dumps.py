"""The database of a workspace as PostgreSQL's own programs write and read it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import IO, TYPE_CHECKING

import psycopg

from . import binaries
from .data_folder import ENVIRONMENT
from .errors import WorkspaceError

if TYPE_CHECKING:
    from .backup import Workspace

PLATFORM = Path(__file__).parents[1]
RESTORED = PLATFORM / "events" / "restored.sql"
# Older dumps have it in a form that PostgreSQL writes and refuses to read.
UNREADABLE = b" FUNCTION public guanxi_within("
READABLE = PLATFORM / "fields" / "formulas" / "within.sql"


def dump_database(workspace: Workspace, target: Path) -> None:
    with target.open("wb") as output:
        _run(workspace, "pg_dump", "--format=custom", "--compress=0", output=output)


def load_database(workspace: Workspace, dump: Path, database: str) -> None:
    wanted = _readable_parts(workspace, dump, database)
    with dump.open("rb") as source:
        _run(
            workspace,
            "pg_restore",
            "--exit-on-error",
            "--no-owner",
            "--no-comments",  # on extensions, which may be the administrator's
            "--single-transaction",
            f"--use-list={wanted}",
            f"--dbname={database}",
            source=source,
        )
    with psycopg.connect(**workspace.parameters("owner") | {"dbname": database}) as owner:
        owner.execute(RESTORED.read_bytes())


def _readable_parts(workspace: Workspace, dump: Path, database: str) -> Path:
    """Return the list of what to load, having made what the dump has in no readable form."""
    listed = dump.with_suffix(".list")
    with dump.open("rb") as source, listed.open("wb") as output:
        _run(workspace, "pg_restore", "--list", source=source, output=output)
    lines = listed.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if UNREADABLE not in line]
    if kept != lines:
        listed.write_bytes(b"".join(kept))
        with psycopg.connect(**workspace.parameters("owner") | {"dbname": database}) as owner:
            owner.execute(READABLE.read_bytes())
    return listed


def _run(
    workspace: Workspace,
    program: str,
    *arguments: str,
    source: IO[bytes] | None = None,
    output: IO[bytes] | None = None,
) -> None:
    """Run a PostgreSQL client program as the owner; raise WorkspaceError with what it says."""
    parameters = {name: str(value) for name, value in workspace.parameters("owner").items()}
    done = subprocess.run(
        [_program(workspace, program), *arguments],
        stdin=source or subprocess.DEVNULL,
        stdout=output or subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=False,
        check=False,
        env=ENVIRONMENT | _as_environment(parameters),
    )
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip()
        raise WorkspaceError(f"{program} failed: {reason}")


def _as_environment(parameters: dict[str, str]) -> dict[str, str]:
    """Return the connection as libpq's variables: a command line can be read by everybody."""
    names = {"dbname": "PGDATABASE", "user": "PGUSER", "sslmode": "PGSSLMODE"}
    return {names.get(name, f"PG{name.upper()}"): value for name, value in parameters.items()}


def _program(workspace: Workspace, name: str) -> str | Path:
    """Return the embedded server's program, or for a real server the system's if new enough."""
    if workspace.cluster is not None:
        return workspace.cluster.programs / name
    with psycopg.connect(**workspace.parameters("owner")) as session:
        server = session.info.server_version // 10000
    for folder in [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), None]:
        found = shutil.which(name, path=str(folder) if folder else None)
        if found and _major_of(found) >= server:
            return found
    if binaries.major() >= server:
        return binaries.install(workspace.home.path / "postgres") / name
    raise WorkspaceError(
        f"Install {name} of PostgreSQL {server} or later (Debian: postgresql-client-{server})."
    )


def _major_of(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return int(said.stdout.split()[2].split(".")[0])
