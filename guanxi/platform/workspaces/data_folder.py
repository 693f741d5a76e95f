"""The files of the embedded database: its data folder, its socket folder, its configuration."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from . import binaries, os_user, roles, tuning
from .errors import WorkspaceError
from .home import Home

ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
"""What the database's programs see: no secrets, no PG* variables, messages we can read."""


def prepare(home: Home, user: pwd.struct_passwd | None, programs: Path) -> None:
    """Make what a server needs on disk, where missing, in folders that `user` may enter.

    Raises WorkspaceError if `user` cannot reach the home, or another version made the data.
    """
    for folder in (home.path, home.run, home.logs):
        os_user.let_pass(folder, user)
    os_user.check_reach(home.path, user)
    os_user.give(log_folder(home), user)
    os_user.give(_ready_socket_folder(home, user), user)
    if not (home.data / "PG_VERSION").exists():
        _initialize(home, user, programs)
    _check_version(home.data)


def configure(home: Home) -> None:
    """Write the configuration for the machine as it is today."""
    text = tuning.configuration(
        socket_folder=roles.socket_folder(home),
        log_folder=log_folder(home),
        overrides=home.path / "postgresql.conf",
    )
    # Written into the files that initdb made, which keeps their owner and mode.
    (home.data / "postgresql.conf").write_text(text, encoding="utf-8")
    (home.data / "pg_hba.conf").write_text(tuning.ACCESS, encoding="utf-8")


def log_folder(home: Home) -> Path:
    """Return the folder that the server itself logs to."""
    return home.logs / "postgres"


def last_words(home: Home, early_log: Path) -> str:
    """Return the last lines that a server wrote before it gave up."""
    logs = [log for log in (early_log, *log_folder(home).glob("*.log")) if log.stat().st_size]
    if not logs:
        return f"It wrote no log; see {home.logs}."
    newest = max(logs, key=lambda log: log.stat().st_mtime)
    lines = newest.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return f"The end of {newest}:\n" + "\n".join(lines[-5:])


def _initialize(home: Home, user: pwd.struct_passwd | None, programs: Path) -> None:
    """Make the data folder beside its place, then move it there: it exists whole or not at all."""
    draft = home.path / "data.new"
    shutil.rmtree(draft, ignore_errors=True)
    os_user.give(draft, user)
    with _password_file(home, user) as password_file:
        arguments: list[str | Path] = [
            programs / "initdb",
            f"--pgdata={draft}",
            f"--username={roles.SUPERUSER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",  # with locale C, trigrams of Chinese are empty
            "--locale-provider=builtin",  # text sorts the same whatever the system's library
            "--builtin-locale=C.UTF-8",
        ]
        _run(arguments, user)
    if home.data.exists():
        home.data.rmdir()  # only ever empty here; if it is not, the error names it
    draft.rename(home.data)


def _run(arguments: list[str | Path], user: pwd.struct_passwd | None) -> None:
    done = subprocess.run(
        arguments,
        cwd="/",
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        **os_user.identity(user),
    )
    if done.returncode:
        raise WorkspaceError(f"The database could not be made: {done.stderr or done.stdout}")


@contextlib.contextmanager
def _password_file(home: Home, user: pwd.struct_passwd | None) -> Iterator[Path]:
    """Lend `user` the superuser's password in a file, gone afterwards."""
    folder = home.run / "initdb"
    os_user.give(folder, user)
    file = folder / "password"
    try:
        file.touch(mode=0o600)
        file.write_text(roles.password(home, "superuser"), encoding="ascii")
        if user is not None:
            os.chown(file, user.pw_uid, user.pw_gid)
        yield file
    finally:
        shutil.rmtree(folder)


def _check_version(data: Path) -> None:
    found, ours = int((data / "PG_VERSION").read_text()), binaries.major()
    if found != ours:
        raise WorkspaceError(
            f"The database in {data} was made by PostgreSQL {found}; this Guanxi comes with"
            f" PostgreSQL {ours}. Make a backup with the Guanxi that made it (guanxi backup),"
            " and restore that into a new folder with this one (guanxi restore)."
        )


def _ready_socket_folder(home: Home, user: pwd.struct_passwd | None) -> Path:
    """Return a folder that can hold the socket, made under the temporary folder if need be.

    There it gets a name that nobody can foresee, remembered for those who want to connect.
    """
    folder = roles.socket_folder(home)
    if roles.fits_socket(folder) and _is_safe(folder, home, user):
        return folder
    folder = Path(tempfile.mkdtemp(prefix="guanxi-"))
    if not roles.fits_socket(folder):
        folder.rmdir()
        raise WorkspaceError(f"The path {folder} is too long for a socket. Set TMPDIR to /tmp.")
    roles.remembered_socket_folder(home).write_text(str(folder), encoding="utf-8")
    return folder


def _is_safe(folder: Path, home: Home, user: pwd.struct_passwd | None) -> bool:
    """Return whether the folder is in the home, or is still the one we made elsewhere."""
    if folder.is_relative_to(home.path):
        return True
    owner = os.geteuid() if user is None else user.pw_uid
    return folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == owner
