"""A whole firm in one file: database, files, keys.

The file is a .tar.gz that needs no Guanxi to be read: `database.dump` in PostgreSQL's own format,
`files/`, `keys/`, and last of all `manifest.json` with the checksum of each. A file without
manifest was cut short. Whatever its size, it is written and read as a stream.

What is attached lies in it alike, whether it came from a folder or a bucket, and is restored to
where this workspace keeps its files. It can be left out: the database names each content by its
checksum, and in a bucket of many terabytes nothing need be copied to be found again.

Not in it: the passwords of the database's roles, which belong to a server, not to a firm.
"""

from __future__ import annotations

import contextlib
import gzip
import importlib.metadata
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from guanxi.platform.files import stores

from . import erasures, privileges, roles
from .archive import (
    CHUNK,
    DUMP,
    FOLDERS,
    FORMAT,
    MANIFEST,
    Manifest,
    add_file,
    add_text,
    members_of,
    verify,
)
from .cluster import Cluster
from .dumps import dump_database, load_database
from .errors import WorkspaceError
from .home import Home
from .locks import exclusive

MAKING = ".making-"  # begins the names of folders in which backups are made
SERVER_KEYS = "database-"  # begins the names of keys that belong to a server
ATTACHED = f"files/{stores.FOLDER}/"
QUICK = 1  # gzip level: the dump is the bulk, and is compressed once


Told = Callable[[str], None]


def say_nothing(_line: str) -> None:
    """Where nobody reads what is told."""


@dataclass(frozen=True)
class Workspace:
    """A workspace whose database runs."""

    home: Home
    cluster: Cluster | None
    store: stores.Store

    def parameters(self, role: roles.Role) -> dict[str, Any]:
        """Return libpq's parameters for signing in as `role`."""
        if self.cluster is not None:
            return roles.embedded_parameters(self.home, role)
        return roles.connection_parameters(role)

    def administer(self) -> psycopg.Connection[Any]:
        """Connect for work on databases: embedded as the superuser, elsewhere as the owner."""
        if self.cluster is not None:
            return self.cluster.connect()
        return psycopg.connect(**self.parameters("owner") | {"dbname": "postgres"}, autocommit=True)

    @property
    def database(self) -> str:
        """The name of the workspace's database."""
        return str(self.parameters("owner")["dbname"])

    @property
    def role_names(self) -> dict[str, str]:
        """The names of the two roles on this server."""
        return {"app": self.parameters("app")["user"], "owner": self.parameters("owner")["user"]}


def backup(
    workspace: Workspace, *, label: str = "", attached: bool = True, tell: Told = say_nothing
) -> Path:
    """Write a backup of the workspace into its folder `backups`; return the file.

    With or without what is `attached`; contents of a bucket that are damaged are left out and told.
    Raises WorkspaceError if there is nothing to back up, or no space for it.
    """
    if is_empty(workspace):
        raise WorkspaceError("There is nothing to back up: the workspace is not set up.")
    with exclusive(workspace.home.run / "backup.lock"):
        for left in workspace.home.backups.glob(f"{MAKING}*"):  # by one that was killed
            shutil.rmtree(left)
        try:
            return _write(workspace, label, attached=attached, tell=tell)
        except OSError as error:
            folder = workspace.home.backups
            raise WorkspaceError(
                f"No backup could be written into {folder}: {error.strerror}. Nothing was kept"
                " of it. If the disk is full, free some space, then try again."
            ) from error


def _write(workspace: Workspace, label: str, *, attached: bool, tell: Told) -> Path:
    made_at = datetime.now(UTC)
    name = f"guanxi-{made_at:%Y%m%d-%H%M%S}{label and '-' + label}.tar.gz"
    target = workspace.home.backups / name
    with tempfile.TemporaryDirectory(dir=workspace.home.backups, prefix=MAKING) as folder:
        draft, dump = Path(folder) / name, Path(folder) / DUMP
        dump_database(workspace, dump)
        with (
            gzip.open(draft, "wb", compresslevel=QUICK) as compressed,
            tarfile.open(fileobj=compressed, mode="w|") as archive,
        ):
            checksums = {DUMP: add_file(archive, dump, DUMP)}
            dump.unlink()
            for path, inside in _members(workspace, Path(folder), attached=attached, tell=tell):
                checksums[inside] = add_file(archive, path, inside)
            manifest = json.dumps(asdict(_describe(workspace, made_at, checksums)), indent=1)
            add_text(archive, MANIFEST, manifest)
        draft.chmod(0o600)
        draft.rename(target)
    return target


def restore(
    workspace: Workspace, file: Path, *, force: bool = False, tell: Told = say_nothing
) -> Manifest:
    """Replace the workspace by what a backup contains; tell of contents that are nowhere.

    Everything is laid beside its place first; then database and folders change places by being
    renamed. What fails before leaves all as it was, but for contents that came into a bucket.
    Raises WorkspaceError if the backup is not whole, does not fit this server, or the workspace is
    in use or, without `force`, not empty.
    """
    manifest = verify(file)
    _check_fit(workspace, manifest)
    if not force and not is_empty(workspace):
        raise WorkspaceError("The workspace is not empty. With --force the backup replaces it.")
    draft = workspace.home.path / "restoring"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    try:
        _unpack(workspace.store, file, draft)
        new = f"{workspace.database}_restoring"
        _make_database(workspace, new)
        load_database(workspace, draft / DUMP, new)
        _take_along(workspace.home.files, draft / "files")
        with psycopg.connect(**workspace.parameters("owner")) as former:
            erasures.add_from(workspace.home, former)  # the file may have been lost
        _change_places(workspace, new, draft)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    if lost := _missing(workspace):
        tell(f"{lost} attached contents are not in {workspace.store.name}: guanxi files check")
    return manifest


def _missing(workspace: Workspace) -> int:
    """How many contents the database names that are not in the store."""
    with psycopg.connect(**workspace.parameters("owner")) as owner:
        there = owner.execute("SELECT to_regclass('platform_attachment')").fetchone()
        if there is None or there[0] is None:
            return 0
        rows = owner.execute("SELECT DISTINCT sha256 FROM platform_attachment").fetchall()
    missing = {sha256 for (sha256,) in rows}
    if missing:
        for contents in workspace.store.listed():
            missing -= {content.sha256 for content in contents}
    return len(missing)


def is_empty(workspace: Workspace) -> bool:
    """Return whether nobody has set the workspace up: no table, or no firm in it."""
    with psycopg.connect(**workspace.parameters("owner")) as owner:
        tables = owner.execute("SELECT to_regclass('platform_workspace')").fetchone()
        if tables is None or tables[0] is None:
            return True
        return owner.execute("SELECT 1 FROM platform_workspace").fetchone() is None


def _describe(workspace: Workspace, made_at: datetime, checksums: dict[str, str]) -> Manifest:
    with psycopg.connect(**workspace.parameters("owner")) as owner:
        server = owner.info.server_version // 10000
        heads = owner.execute(
            "SELECT app || '.' || max(name) FROM django_migrations GROUP BY app ORDER BY app"
        ).fetchall()
    return Manifest(
        format=FORMAT,
        guanxi=importlib.metadata.version("guanxi"),
        made_at=made_at.isoformat(timespec="seconds"),
        postgresql=server,
        roles=workspace.role_names,
        migrations=[head for (head,) in heads],
        sha256=checksums,
    )


def _check_fit(workspace: Workspace, manifest: Manifest) -> None:
    """Refuse a backup whose privileges name roles that this server does not have."""
    for role, here in workspace.role_names.items():
        there = manifest.roles[role]
        if here != there:
            raise WorkspaceError(
                f"The backup's database belongs to the role {there}, here it is {here}."
                f" Name the role {there} here too, then restore."
            )


def _members(
    workspace: Workspace, folder: Path, *, attached: bool, tell: Told
) -> Iterator[tuple[Path, str]]:
    """Yield each file to back up with its name in the archive."""
    home, in_folder = workspace.home, attached and workspace.store.is_inside
    for name in FOLDERS:
        for path in sorted((home.path / name).rglob("*")):
            inside = path.relative_to(home.path).as_posix()
            is_of_server = name == "keys" and path.name.startswith((SERVER_KEYS, "."))
            is_elsewhere = inside.startswith(ATTACHED) and not in_folder
            if path.is_file() and not path.is_symlink() and not is_of_server | is_elsewhere:
                yield path, inside
    if attached and not workspace.store.is_inside:
        yield from _from_bucket(workspace.store, folder, tell)


def _from_bucket(store: stores.Store, folder: Path, tell: Told) -> Iterator[tuple[Path, str]]:
    for contents in store.listed():
        for content in contents:
            try:
                with stores.fetched(store, content, folder) as path:
                    yield path, f"files/{stores.key_of(content.sha256)}"
            except FileNotFoundError:
                continue  # nobody's any more, and deleted since it was listed
            except stores.ContentDamaged as error:
                tell(f"{error} It is left out.")


def _unpack(store: stores.Store, file: Path, into: Path) -> None:
    for member, content in members_of(file):
        path = into / member.name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as target:
            shutil.copyfileobj(content, target, CHUNK)
        if member.name == f"files/{stores.key_of(path.name)}" and not store.is_inside:
            _hand_over(store, path)
    for folder in FOLDERS:
        (into / folder).mkdir(mode=0o700, exist_ok=True)


def _hand_over(store: stores.Store, path: Path) -> None:
    """Put a content into the bucket, unless it is there."""
    if store.size(path.name) != path.stat().st_size:
        store.keep(path.name, path)
    path.unlink()


def _make_database(workspace: Workspace, name: str) -> None:
    """Make an empty database. Extensions and privileges come with the dump.

    Default privileges set before would give back to the app what migrations took from it.
    """
    owner, app = workspace.role_names["owner"], workspace.role_names["app"]
    with workspace.administer() as session:
        session.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))
        privileges.create_database(session, name, owner=owner, app=app)


def _change_places(workspace: Workspace, new: str, draft: Path) -> None:
    """Put the restored database and folders in their places, and take the former ones away."""
    former = f"{workspace.database}_before_restore"
    with workspace.administer() as session:
        session.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(former)))
        _disconnect_all(session, workspace.database, new)
        with session.transaction():
            for old, name in ((workspace.database, former), (new, workspace.database)):
                rename = SQL("ALTER DATABASE {} RENAME TO {}")
                session.execute(rename.format(Identifier(old), Identifier(name)))
        _change_folders(workspace.home, draft)
        session.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(former)))


def _disconnect_all(session: psycopg.Connection[Any], *databases: str) -> None:
    session.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = ANY(%s)",
        (list(databases),),
    )


def _change_folders(home: Home, draft: Path) -> None:
    for key in home.keys.glob(f"{SERVER_KEYS}*"):
        shutil.copy2(key, draft / "keys" / key.name)
    for folder in FOLDERS:
        former = draft / f"former-{folder}"
        (home.path / folder).rename(former)
        (draft / folder).rename(home.path / folder)


def _take_along(here: Path, draft: Path) -> None:
    """Keep contents that the backup did not bring: it may have left them out, naming them.

    Those that nobody needs go as ever, in the night. Raises WorkspaceError.
    """
    try:
        for contents in stores.Folder(here).listed():
            for key in (stores.key_of(content.sha256) for content in contents):
                if not (draft / key).exists():
                    (draft / key).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    _link_or_copy(here / key, draft / key)
    except OSError as error:
        raise WorkspaceError(
            f"The files in {here} could not be taken along: {error.strerror}. Nothing was changed."
        ) from error


def _link_or_copy(file: Path, target: Path) -> None:
    """Not every disk, such as one of a network, has a file under two names."""
    try:
        target.hardlink_to(file)
    except OSError:
        shutil.copy2(file, target)


@contextlib.contextmanager
def opened(home: Home) -> Iterator[Workspace]:
    """Have the workspace's database running meanwhile."""
    store = stores.open_store(stores.address(home.files))
    if roles.is_external():
        yield Workspace(home, None, store)
    else:
        with Cluster(home) as cluster:
            yield Workspace(home, cluster, store)
