"""What `guanxi doctor` looks at: the folder, the database, its roles, the backups."""

from __future__ import annotations

import platform
import shutil
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg

from guanxi.platform.files import stores
from guanxi.platform.workspaces import privileges, roles
from guanxi.platform.workspaces.errors import WorkspaceError
from guanxi.platform.workspaces.home import Home

from .workspace import database

OLDEST_SERVER = 15
LITTLE_SPACE = 2 * 1024**3  # bytes
OLD_BACKUP = 7 * 24 * 3600  # seconds


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    is_bad: bool
    text: str

    def __str__(self) -> str:
        return f"{'WRONG' if self.is_bad else 'ok   '}  {self.text}"


Connection = psycopg.Connection[Any]
Check = Callable[[Connection], Iterator[Finding]]


def examine(home: Home) -> list[Finding]:
    """Look at everything; what cannot be looked at is a finding too."""
    findings = [
        Finding(False, f"Guanxi {version('guanxi')}, Python {platform.python_version()}"),
        *_folder(home),
        *_backups(home),
        *_files(home),
    ]
    try:
        with database():
            findings += [*_database(), *_migrations(), *_holder(home)]
    except (WorkspaceError, psycopg.Error) as error:
        findings.append(Finding(True, f"The database cannot be used: {error}"))
    return findings


def bundle(home: Home, findings: list[Finding]) -> Path:
    """Pack findings and logs, which hold no secrets and no personal values, into one file."""
    now = datetime.now(UTC)
    target = home.logs / f"doctor-{now:%Y%m%d-%H%M%S}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("findings.txt", "\n".join(str(finding) for finding in findings))
        for log in sorted(home.logs.rglob("*.log*")):
            archive.write(log, log.relative_to(home.logs))
    return target


def _folder(home: Home) -> Iterator[Finding]:
    yield Finding(False, f"Workspace {home.path}")
    open_folders = [path for path in (home.path, home.keys) if path.stat().st_mode & 0o007]
    open_keys = [path for path in home.keys.iterdir() if path.stat().st_mode & 0o077]
    for path in (*open_folders, *open_keys):
        yield Finding(True, f"{path} is open to other users; chmod go= {path}")
    free = shutil.disk_usage(home.path).free
    yield Finding(free < LITTLE_SPACE, f"{free / 1024**3:.1f} GiB of disk space left")


def _backups(home: Home) -> Iterator[Finding]:
    made = [file.stat().st_mtime for file in home.backups.glob("*.tar.gz")]
    if not made:
        yield Finding(False, "No backup so far; guanxi backup makes one")
        return
    age = time.time() - max(made)
    yield Finding(age > OLD_BACKUP, f"The last backup is {age / 86400:.1f} days old")


def _files(home: Home) -> Iterator[Finding]:
    try:
        store = stores.open_store(stores.address(home.files))
        store.try_out()
    except WorkspaceError as error:
        yield Finding(True, str(error))
    else:
        yield Finding(False, f"Files lie in {store.name}, which was written, read and deleted from")


def _holder(home: Home) -> Iterator[Finding]:
    """Two databases at one bucket would delete each other's files."""
    try:
        store = stores.open_store(stores.address(home.files))
        holder = None if store.is_inside else store.holder()
    except WorkspaceError:  # which was told of already
        return
    if holder is None:
        return
    try:
        with psycopg.connect(**roles.connection_parameters("app")) as app:
            row = app.execute(stores.DATABASE).fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
        return  # what is due was told of already
    if row is None or row[0] != holder:
        yield Finding(
            True,
            f"The files belong to another database ({holder}), or to a copy of this one: none are"
            " cleaned up from here."
            " Name a bucket of this one's own; if the other is gone, guanxi files claim",
        )


def _database() -> Iterator[Finding]:
    with psycopg.connect(**roles.connection_parameters("app")) as app:
        for check in (_server, _locale, _extensions, _privileges):
            yield from check(app)


def _server(app: Connection) -> Iterator[Finding]:
    major = app.info.server_version // 10000
    kind = "a server of yours" if roles.is_external() else "embedded"
    wanted = "" if major >= OLDEST_SERVER else f"; {OLDEST_SERVER} or later is needed"
    yield Finding(major < OLDEST_SERVER, f"PostgreSQL {major}, {kind}{wanted}")


def _locale(app: Connection) -> Iterator[Finding]:
    row = app.execute(
        "SELECT pg_encoding_to_char(encoding), datctype FROM pg_database"
        " WHERE datname = current_database()"
    ).fetchone()
    encoding, ctype = row if row is not None else ("?", "?")
    yield Finding(encoding != "UTF8", f"Encoding {encoding}; UTF8 is needed")
    yield Finding(
        ctype in ("C", "POSIX"),
        f"Character type {ctype}; not C, with which words of Chinese are not found",
    )


def _extensions(app: Connection) -> Iterator[Finding]:
    installed = {name for (name,) in app.execute("SELECT extname FROM pg_extension")}
    missing = sorted(set(privileges.EXTENSIONS) - installed)
    text = f"missing {', '.join(missing)}; guanxi migrate creates them" if missing else "all there"
    yield Finding(bool(missing), f"Extensions: {text}")


def _privileges(app: Connection) -> Iterator[Finding]:
    row = app.execute(
        "SELECT r.rolsuper, pg_has_role(d.datdba, 'member') FROM pg_roles r, pg_database d"
        " WHERE r.rolname = current_user AND d.datname = current_database()"
    ).fetchone()
    is_superuser, is_owner = row if row is not None else (False, False)
    yield Finding(bool(is_superuser), f"The role that serves is {app.info.user}; no superuser")
    if is_owner:
        text = "also owns the schema: a role apart, GUANXI_OWNER_DATABASE_URL, is safer"
        yield Finding(False, f"The role that serves {text}")


def _migrations() -> Iterator[Finding]:
    with psycopg.connect(**roles.connection_parameters("app")) as app:
        row = app.execute("SELECT to_regclass('django_migrations') IS NULL").fetchone()
        if row is not None and row[0]:
            yield Finding(True, "The database is empty; guanxi migrate or guanxi serve fills it")
