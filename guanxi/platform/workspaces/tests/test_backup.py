"""Backup, destruction, restore: the same firm afterwards; and what is damaged is refused."""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import resource
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest

from guanxi.platform.files.stores import Store, key_of, open_store
from guanxi.platform.workspaces.archive import verify
from guanxi.platform.workspaces.backup import Workspace, backup, opened, restore
from guanxi.platform.workspaces.errors import WorkspaceError
from guanxi.platform.workspaces.home import Home
from tests.bucket_server import bucket_server

from .conftest import connect, notes, write

FIRM = """
    CREATE TABLE platform_workspace (name text);
    CREATE TABLE django_migrations (app text, name text);
    CREATE TABLE event (id bigint GENERATED ALWAYS AS IDENTITY, text text);
    REVOKE UPDATE, DELETE ON event FROM guanxi_app;
    INSERT INTO platform_workspace VALUES ('好客');
    INSERT INTO django_migrations VALUES ('platform', '0001_ground'), ('platform', '0002_roles');
"""


@pytest.fixture
def firm(home: Home) -> Iterator[Workspace]:
    """A workspace of a firm, with a row, a file and a key of its own; its database runs."""
    with opened(home) as workspace:
        with connect(home) as owner:
            owner.execute(FIRM)
        write(home, "first")
        (home.files / "2026").mkdir()
        (home.files / "2026" / "合同.pdf").write_bytes(b"contract" * 1000)
        yield workspace


def test_the_same_firm_after_destruction(firm: Workspace, make_home: Callable[[str], Home]) -> None:
    secret = firm.home.secret_key()
    file = backup(firm)
    assert file.stat().st_mode & 0o777 == 0o600
    with opened(make_home("elsewhere")) as other:
        manifest = restore(other, file)
        assert manifest.migrations == ["platform.0002_roles"]
        assert notes(other.home) == ["first"]
        assert (other.home.files / "2026" / "合同.pdf").read_bytes() == b"contract" * 1000
        assert other.home.secret_key() == secret
        with connect(other.home, "app") as app:
            app.execute("INSERT INTO event (text) VALUES ('happened')")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute("UPDATE event SET text = 'did not'")
        with connect(other.home) as owner:
            owner.execute("CREATE TABLE later (text text)")  # the owner still owns the schema
        left = [path.name for path in other.home.path.iterdir() if "restor" in path.name]
        assert left == []
        assert databases(other) == ["guanxi", "postgres", "template0", "template1"]


WITHIN = """
    CREATE FUNCTION guanxi_within(numeric, digits int, places int) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN abs(round($1, $3)) < 10::numeric ^ ($2 - $3) THEN round($1, $3) END
"""


def test_a_function_that_its_dump_tells_wrongly_is_there_again(
    firm: Workspace, make_home: Callable[[str], Home]
) -> None:
    """As in backups that were made before its parameters all had names."""
    with connect(firm.home) as owner:
        owner.execute(WITHIN)
    file = backup(firm)
    with opened(make_home("elsewhere")) as other:
        restore(other, file)
        assert notes(other.home) == ["first"]
        with connect(other.home, "app") as app:
            found = app.execute("SELECT guanxi_within(1.25, 4, 1), guanxi_within(1e9, 4, 1)")
            assert found.fetchone() == (Decimal("1.3"), None)


STREAM = """
    CREATE TABLE platform_event (
        id bigint GENERATED ALWAYS AS IDENTITY,
        xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
        at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (id, at)
    ) PARTITION BY RANGE (at);
    CREATE INDEX event_in_order ON platform_event (xid, id);
    CREATE TABLE platform_event_rest PARTITION OF platform_event DEFAULT;
    CREATE TABLE platform_eventcursor (consumer text, xid varchar(20), event_id bigint);
    INSERT INTO platform_event (xid) VALUES ('900000000'), ('900000001'), ('900000001');
    INSERT INTO platform_eventcursor VALUES
        ('half', '900000001', 2), ('all', '900000005', 9223372036854775807), ('none', '0', 0);
"""
UNREAD = """
    SELECT c.consumer, array_agg(e.id ORDER BY e.xid, e.id) FROM platform_eventcursor c
    JOIN platform_event e ON (e.xid, e.id) > (c.xid::xid8, c.event_id) GROUP BY 1
"""


def test_consumers_of_the_stream_go_on_where_they_were(
    firm: Workspace, make_home: Callable[[str], Home]
) -> None:
    """Though the other server has counted far fewer transactions."""
    with connect(firm.home) as owner:
        owner.execute(STREAM)
    file = backup(firm)
    with opened(make_home("elsewhere")) as other:
        restore(other, file)
        with connect(other.home, "app") as app:
            app.execute("INSERT INTO platform_event DEFAULT VALUES")
            unread = dict(app.execute(UNREAD).fetchall())
        assert unread == {"half": [3, 4], "all": [4], "none": [1, 2, 3, 4]}


def test_a_firm_is_replaced_only_if_told_to(firm: Workspace) -> None:
    file = backup(firm)
    write(firm.home, "second")
    (firm.home.files / "later.txt").touch()
    with pytest.raises(WorkspaceError, match="not empty"):
        restore(firm, file)
    assert notes(firm.home) == ["first", "second"]
    restore(firm, file, force=True)
    assert notes(firm.home) == ["first"]
    assert not (firm.home.files / "later.txt").exists()


def test_nothing_to_back_up(home: Home) -> None:
    with opened(home) as workspace, pytest.raises(WorkspaceError, match="not set up"):
        backup(workspace)


def test_a_killed_backup_leaves_nothing_for_long(firm: Workspace) -> None:
    left = firm.home.backups / ".making-killed"
    left.mkdir()
    (left / "database.dump").write_bytes(b"half of it")
    assert list(firm.home.backups.iterdir()) == [left]
    file = backup(firm)
    assert list(firm.home.backups.iterdir()) == [file]


def test_what_the_disk_refuses_is_told_and_leaves_nothing(firm: Workspace) -> None:
    (firm.home.files / "video.mp4").write_bytes(os.urandom(3_000_000))
    with files_up_to(2_000_000), pytest.raises(WorkspaceError, match="free some space"):
        backup(firm)
    assert list(firm.home.backups.iterdir()) == []


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Have the system refuse to write longer files, as it refuses to write on a full disk."""
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, former[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)


def test_passwords_of_the_server_stay_there(firm: Workspace) -> None:
    with tarfile.open(backup(firm)) as archive:
        assert [name for name in archive.getnames() if "database-" in name] == []


@pytest.mark.parametrize("damage", ["cut short", "a byte changed", "no backup at all", "empty"])
def test_damage_is_noticed_before_anything_changes(firm: Workspace, damage: str) -> None:
    file = backup(firm)
    write(firm.home, "second")
    content = bytearray(gzip.decompress(file.read_bytes()))
    position = content.index(b"contract")
    content[position] ^= 1
    file.write_bytes(
        {
            "cut short": file.read_bytes()[:-2000],
            "a byte changed": gzip.compress(bytes(content)),
            "no backup at all": b"hello",
            "empty": b"",
        }[damage]
    )
    with pytest.raises(WorkspaceError, match=r"not a whole backup|damaged"):
        restore(firm, file, force=True)
    assert notes(firm.home) == ["first", "second"]


@pytest.mark.parametrize("name", ["../evil", "files/../../evil", "/etc/evil", "files", "other/a"])
def test_members_out_of_place_are_refused(folder: Path, name: str) -> None:
    file = archive_of(folder, {name: b"evil"})
    with pytest.raises(WorkspaceError, match="unexpected"):
        verify(file)


def test_what_cannot_be_loaded_leaves_all_as_it_was(firm: Workspace, folder: Path) -> None:
    file = archive_of(folder, {"database.dump": b"no dump", "files/new.txt": b"new"})
    with pytest.raises(WorkspaceError, match="pg_restore"):
        restore(firm, file, force=True)
    assert notes(firm.home) == ["first"]
    assert not (firm.home.files / "new.txt").exists()


def test_another_servers_roles_are_refused(firm: Workspace, folder: Path) -> None:
    file = archive_of(folder, {"database.dump": b""}, roles={"app": "web", "owner": "boss"})
    with pytest.raises(WorkspaceError, match="role web"):
        restore(firm, file, force=True)


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a bucket in which workspaces opened from now on keep their files."""
    with bucket_server(tmp_path) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("GUANXI_FILES_URL", "s3://firm/files")
        yield "s3://firm/files"


def attach(workspace: Workspace, folder: Path, text: bytes) -> str:
    """Keep a content that the database names; returns its checksum."""
    file, checksum = folder / "attached", sha256(text).hexdigest()
    file.write_bytes(text)
    workspace.store.keep(checksum, file)
    with connect(workspace.home) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS platform_attachment (sha256 text)")
        owner.execute("INSERT INTO platform_attachment VALUES (%s)", (checksum,))
    return checksum


def text_in(store: Store, checksum: str) -> bytes | None:
    size = store.size(checksum)
    return None if size is None else b"".join(store.read(checksum, 0, size))


def test_files_in_a_bucket_are_in_the_backup(
    bucket: str, firm: Workspace, tmp_path: Path, make_home: Callable[[str], Home]
) -> None:
    kept = [attach(firm, tmp_path, text) for text in (b"contract", b"x" * 9_000_000, b"")]
    damaged = attach(firm, tmp_path, b"was whole")
    (tmp_path / "firm" / "files" / key_of(damaged)).write_bytes(b"not whole")
    # From before there was a bucket; the bucket's is what counts.
    stale = firm.home.files / key_of(kept[0])
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"stale")
    told: list[str] = []
    file = backup(firm, tell=told.append)
    assert [damaged in line and "left out" in line for line in told] == [True]

    for checksum in (*kept, damaged):
        firm.store.drop(checksum)
    told.clear()
    restore(firm, file, force=True, tell=told.append)  # to the same bucket
    assert [text_in(firm.store, checksum) for checksum in kept] == [
        b"contract",
        b"x" * 9_000_000,
        b"",
    ]
    assert [line.split()[0] for line in told] == ["1"]
    assert (firm.home.files / "2026" / "合同.pdf").exists()


def test_files_go_from_a_bucket_into_a_folder(
    bucket: str,
    firm: Workspace,
    tmp_path: Path,
    make_home: Callable[[str], Home],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checksum = attach(firm, tmp_path, b"contract")
    file = backup(firm)
    monkeypatch.delenv("GUANXI_FILES_URL")
    with opened(make_home("elsewhere")) as other:
        restore(other, file)
        assert text_in(open_store(other.home.files), checksum) == b"contract"


@pytest.mark.parametrize("where", ["bucket", "folder"])
def test_without_what_is_attached_it_is_named(
    request: pytest.FixtureRequest, where: str, tmp_path: Path
) -> None:
    if where == "bucket":
        request.getfixturevalue("bucket")
    firm: Workspace = request.getfixturevalue("firm")
    checksums = [attach(firm, tmp_path, text) for text in (b"stays", b"gets lost")]
    file = backup(firm, attached=False)
    with tarfile.open(file) as archive:
        assert [name for name in archive.getnames() if "attachments" in name] == []
    firm.store.drop(checksums[1])
    told: list[str] = []
    restore(firm, file, force=True, tell=told.append)
    assert text_in(firm.store, checksums[0]) == b"stays"
    assert [line.split()[0] for line in told] == ["1"]


def test_what_is_attached_is_taken_along_on_a_disk_without_links(
    firm: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No such disk is to be had here."""

    def refuse(*_paths: object, **_options: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    text = os.urandom(3_000_000)
    checksum = attach(firm, tmp_path, text)
    file = backup(firm, attached=False)
    monkeypatch.setattr(os, "link", refuse)  # no disk without links is to be had
    with files_up_to(2_000_000), pytest.raises(WorkspaceError, match="File too large"):
        restore(firm, file, force=True)
    assert text_in(firm.store, checksum) == text
    restore(firm, file, force=True)
    assert text_in(firm.store, checksum) == text
    assert notes(firm.home) == ["first"]


def archive_of(folder: Path, members: dict[str, bytes], **manifest: object) -> Path:
    """Make a backup file by hand, with right checksums."""
    described = {
        "format": 1,
        "guanxi": "0.1.0",
        "made_at": "2026-01-01",
        "postgresql": 18,
        "roles": {"app": "guanxi_app", "owner": "guanxi_owner"},
        "migrations": [],
        "sha256": {name: sha256(content).hexdigest() for name, content in members.items()},
    } | manifest
    file = folder / "made.tar.gz"
    with tarfile.open(file, "w:gz") as archive:
        for name, content in {**members, "manifest.json": json.dumps(described).encode()}.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file


def databases(workspace: Workspace) -> list[str]:
    with workspace.administer() as session:
        return [name for (name,) in session.execute("SELECT datname FROM pg_database ORDER BY 1")]
