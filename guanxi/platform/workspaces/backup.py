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
import hashlib
import importlib.metadata
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg.sql import SQL, Identifier

from guanxi.platform.files import stores

from . import binaries, privileges, roles
from .cluster import Cluster
from .data_folder import ENVIRONMENT
from .errors import WorkspaceError
from .home import Home
from .locks import exclusive

FORMAT = 1
DUMP, MANIFEST = "database.dump", "manifest.json"
MAKING = ".making-"  # begins the names of folders in which backups are made
FOLDERS = ("files", "keys")
RESTORED = Path(__file__).parents[1] / "events" / "restored.sql"
SERVER_KEYS = "database-"  # begins the names of keys that belong to a server
CHUNK = 1024 * 1024
ATTACHED = f"files/{stores.FOLDER}/"
QUICK = 1  # gzip level: the dump is the bulk, and is compressed once


@dataclass(frozen=True)
class Manifest:
    """What a backup contains, and by what it was made."""

    format: int
    guanxi: str
    made_at: str
    postgresql: int
    roles: dict[str, str]
    migrations: list[str]
    sha256: dict[str, str]


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
        _dump(workspace, dump)
        with (
            gzip.open(draft, "wb", compresslevel=QUICK) as compressed,
            tarfile.open(fileobj=compressed, mode="w|") as archive,
        ):
            checksums = {DUMP: _add(archive, dump, DUMP)}
            dump.unlink()
            for path, inside in _members(workspace, Path(folder), attached=attached, tell=tell):
                checksums[inside] = _add(archive, path, inside)
            manifest = json.dumps(asdict(_describe(workspace, made_at, checksums)), indent=1)
            _add_text(archive, MANIFEST, manifest)
        draft.chmod(0o600)
        draft.rename(target)
    return target


def verify(file: Path) -> Manifest:
    """Read a backup through; raise WorkspaceError unless it is whole and unchanged."""
    found: dict[str, str] = {}
    manifest: Manifest | None = None
    try:
        for member, content in _contents(file):
            if member.name == MANIFEST:
                manifest = Manifest(**json.load(content))
            else:
                found[member.name] = _checksum(content)
    except (tarfile.TarError, EOFError, OSError, ValueError, TypeError) as error:
        raise WorkspaceError(f"{file} is not a whole backup: {error}") from error
    if manifest is None:
        raise WorkspaceError(f"{file} is not a whole backup: its manifest is missing.")
    if manifest.format > FORMAT:
        raise WorkspaceError(f"{file} was made by a newer Guanxi ({manifest.guanxi}).")
    if wrong := found.items() ^ manifest.sha256.items():
        raise WorkspaceError(f"{file} is damaged: {min(wrong)[0]} is not as it was backed up.")
    return manifest


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
        _load(workspace, draft / DUMP, new)
        _take_along(workspace.home.files, draft / "files")
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


class _Hashing(io.RawIOBase):
    """Reads another file and remembers the checksum of what was read."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.source.read(size)
        self.digest.update(data)
        return data


def _add(archive: tarfile.TarFile, path: Path, name: str) -> str:
    """Add a file as long as it is now, though it may grow meanwhile; return its checksum."""
    with path.open("rb") as source:
        hashing = _Hashing(source)
        member = archive.gettarinfo(arcname=name, fileobj=source)
        member.mode, member.uid, member.gid, member.uname, member.gname = 0o600, 0, 0, "", ""
        archive.addfile(member, hashing)
    return hashing.digest.hexdigest()


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    data = text.encode()
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), 0o600
    archive.addfile(member, io.BytesIO(data))


def _contents(file: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    """Yield the files of a backup; anything else in it is not from us."""
    with tarfile.open(str(file), "r|gz") as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isreg() else None
            if content is None or not _is_expected(member.name):
                raise tarfile.TarError(f"unexpected {member.name}")
            yield member, content


def _is_expected(name: str) -> bool:
    if name in (DUMP, MANIFEST):
        return True
    folder, *parts = name.split("/")
    return folder in FOLDERS and bool(parts) and not {"", ".", ".."} & set(parts)


def _checksum(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while data := content.read(CHUNK):
        digest.update(data)
    return digest.hexdigest()


def _unpack(store: stores.Store, file: Path, into: Path) -> None:
    for member, content in _contents(file):
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


def _dump(workspace: Workspace, target: Path) -> None:
    with target.open("wb") as output:
        _run(workspace, "pg_dump", "--format=custom", "--compress=0", output=output)


def _load(workspace: Workspace, dump: Path, database: str) -> None:
    with dump.open("rb") as source:
        _run(
            workspace,
            "pg_restore",
            "--exit-on-error",
            "--no-owner",
            "--no-comments",  # on extensions, which may be the administrator's
            "--single-transaction",
            f"--dbname={database}",
            source=source,
        )
    with psycopg.connect(**workspace.parameters("owner") | {"dbname": database}) as owner:
        owner.execute(RESTORED.read_bytes())


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
