"""What contents lie in, each once, under its SHA-256: a folder, or a bucket that speaks S3.

A content never changes, so that copying one again does no harm. Needs no Django: backups are made
and restored without it.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import SplitResult, urlsplit

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    GenericError,
    NotSupportedError,
    PreconditionError,
)
from obstore.store import S3Store

from guanxi.platform.workspaces.errors import WorkspaceError

if TYPE_CHECKING:
    from obstore import PutMode
    from obstore.store import ClientConfig

FOLDER = "attachments"
NAME = re.compile(r"[0-9a-f]{64}")
BLOCK = 1024 * 1024
PART = 8 * 1024 * 1024  # is written by one request; a bucket takes 10,000 parts of one content
PARTS_AT_ONCE = 4
RANGE = 2 * 1024 * 1024  # is read by one request, and held several times on its way out
HOLDER = "guanxi-database"  # the object that says whose a bucket is
TRIAL = "guanxi-trial"
# Tells a database from every other, its restored copies included, which may be pointed to the same
# bucket and need less of it; physical copies, once either has cleaned up and made a new mark.
DATABASE = """
select system_identifier || '/' || current_database()
    || coalesce(' ' || nullif((select files_mark from platform_workspace), ''), '')
from pg_control_system()
"""


class StoreUnavailable(WorkspaceError):
    """The bucket does not answer, or refuses."""


class ContentDamaged(WorkspaceError):
    """A content is not what its name says."""


@dataclass(frozen=True)
class Content:
    sha256: str
    size: int  # bytes


class Store(Protocol):
    """What contents lie in. Every method but `try_out` may raise StoreUnavailable."""

    name: str
    is_inside: bool  # the workspace's folder

    def size(self, sha256: str) -> int | None:
        """How many bytes of the content there are; None if it is not there."""

    def read(self, sha256: str, start: int, end: int) -> Iterator[bytes]:
        """These bytes of the content, in parts. Raises FileNotFoundError."""

    def keep(self, sha256: str, path: Path) -> None:
        """Take the content from a file, which may be gone afterwards."""

    def drop(self, sha256: str) -> None:
        """Delete the content, if it is there."""

    def listed(self) -> Iterator[list[Content]]:
        """All contents, some at a time; nothing else that may lie there."""

    def holder(self) -> str | None:
        """The database whose contents these are, once it has said so: see DATABASE."""

    def claim(self, database: str, *, former: str | None) -> bool:
        """Say that the contents are that database's, unless `former` is not the holder any more."""

    def try_out(self) -> None:
        """Write, read and delete something. Raises StoreUnavailable with what went wrong."""


def open_store(place: str | Path) -> Store:
    """The store in a workspace's folder, or at `s3://bucket/folder`.

    Raises WorkspaceError for any other text: a folder elsewhere would be in no backup, and what two
    workspaces have in common each would clean up.
    """
    return Bucket(place) if isinstance(place, str) else Folder(place)


def address(folder: Path) -> str | Path:
    """Where this workspace's contents lie: what the environment names, or that folder.

    Raises WorkspaceError for what names no bucket: it would be found out by the first upload.
    """
    url = os.environ.get("GUANXI_FILES_URL")
    if url:
        _parts(url)
    return url or folder


def _parts(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.netloc:
        raise WorkspaceError(f"Files are kept at s3://bucket/folder, not at {url}.")
    return parts


def key_of(sha256: str) -> str:
    """Two levels: no folder of a disk likes a million entries."""
    return f"{FOLDER}/{sha256[:2]}/{sha256}"


class Folder:
    """Contents as files, for the eyes of their owner alone."""

    is_inside = True

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.name = str(self.path)

    def size(self, sha256: str) -> int | None:
        with suppress(FileNotFoundError):
            return self._file(sha256).stat().st_size
        return None

    def read(self, sha256: str, start: int, end: int) -> Iterator[bytes]:
        with self._file(sha256).open("rb") as file:
            file.seek(start)
            while start < end and (block := file.read(min(BLOCK, end - start))):
                start += len(block)
                yield block

    def keep(self, sha256: str, path: Path) -> None:
        target = self._file(sha256)
        for folder in (target.parent.parent, target.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o600)
        _flush(path)  # the database will say that it is there
        try:
            path.replace(target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _move_to_other_disk(path, target)

    def drop(self, sha256: str) -> None:
        self._file(sha256).unlink(missing_ok=True)

    def listed(self) -> Iterator[list[Content]]:
        for folder in (self.path / FOLDER).glob("[0-9a-f][0-9a-f]"):
            files = [file for file in folder.iterdir() if NAME.fullmatch(file.name)]
            yield [Content(file.name, file.stat().st_size) for file in files]

    def holder(self) -> None:
        """Nobody else's: it is within the workspace."""

    def claim(self, database: str, *, former: str | None) -> bool:
        """There is nothing to say."""
        return True

    def try_out(self) -> None:
        try:
            with tempfile.TemporaryFile(dir=self.path) as file:
                file.write(b"trial")
        except OSError as error:
            raise StoreUnavailable(f"{self.path} cannot be written: {error.strerror}") from error

    def _file(self, sha256: str) -> Path:
        return self.path / key_of(sha256)


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _move_to_other_disk(path: Path, target: Path) -> None:
    """Under its name it is whole or not there."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        shutil.copyfile(path, draft)
        draft.chmod(0o600)
        _flush(draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


class Bucket:
    """Contents as objects of S3 or what speaks as it does, reached as AWS_… variables say.

    Every request moves one part: however large a content and however slow its reader, little is
    held in memory, no request lasts, and one that failed is repeated alone.
    """

    is_inside = False

    def __init__(self, url: str) -> None:
        parts = _parts(url)
        self.name = url.rstrip("/")
        endpoint = next(filter(None, map(os.environ.get, ENDPOINTS)), "")
        self.objects = S3Store(
            parts.netloc,
            prefix=parts.path.strip("/") or None,
            disable_bulk_delete=True,  # which not all have, and we delete one by one
            client_options=_client(endpoint),
            retry_config={"max_retries": 4, "retry_timeout": timedelta(seconds=20)},
        )

    def size(self, sha256: str) -> int | None:
        with suppress(FileNotFoundError), self._named():
            return obstore.head(self.objects, key_of(sha256))["size"]
        return None

    def read(self, sha256: str, start: int, end: int) -> Iterator[bytes]:
        for at in range(start, end, RANGE):
            with self._named():
                part = obstore.get_range(
                    self.objects, key_of(sha256), start=at, end=min(at + RANGE, end)
                )
            yield bytes(part)

    def keep(self, sha256: str, path: Path) -> None:
        with self._named(), self._there():
            obstore.put(
                self.objects,
                key_of(sha256),
                path,
                chunk_size=PART,
                max_concurrency=PARTS_AT_ONCE,
            )

    def drop(self, sha256: str) -> None:
        with self._named(), suppress(FileNotFoundError):
            obstore.delete(self.objects, key_of(sha256))

    def listed(self) -> Iterator[list[Content]]:
        with self._named(), self._there():
            for found in obstore.list(self.objects, FOLDER, chunk_size=1000):
                named = [(o["path"].rpartition("/")[2], o["size"]) for o in found]
                yield [Content(name, size) for name, size in named if NAME.fullmatch(name)]

    def holder(self) -> str | None:
        return self._holder()[0]

    def _holder(self) -> tuple[str | None, PutMode]:
        """The holder, and how it is replaced if nobody else did so meanwhile."""
        with suppress(FileNotFoundError), self._named():
            found = obstore.get(self.objects, HOLDER)
            return bytes(found.bytes()).decode(), {"e_tag": found.meta["e_tag"]}
        return None, "create"

    def claim(self, database: str, *, former: str | None) -> bool:
        holder, mode = self._holder()
        if holder != former:
            return False
        with self._named(), self._there():
            try:
                obstore.put(self.objects, HOLDER, database.encode(), mode=mode)
            except (AlreadyExistsError, PreconditionError):
                pass  # another was faster; or this was done, its answer lost and it was asked again
            except (GenericError, NotSupportedError):  # of a server that knows no conditions
                obstore.put(self.objects, HOLDER, database.encode())
        return self.holder() == database

    def try_out(self) -> None:
        with self._named(), self._there():
            obstore.put(self.objects, TRIAL, b"trial")
            obstore.get(self.objects, TRIAL).bytes()
            obstore.delete(self.objects, TRIAL)

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except BaseError as error:
            reason = str(error).splitlines()[0]
            raise StoreUnavailable(f"The files at {self.name} cannot be used: {reason}") from error

    @contextmanager
    def _there(self) -> Iterator[None]:
        """Where no object is asked for, it is the bucket that is missing."""
        try:
            yield
        except FileNotFoundError as error:
            raise StoreUnavailable(f"There is no bucket at {self.name}.") from error


ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")


def _client(endpoint: str) -> ClientConfig:
    """Without TLS only where that was asked for; with the firm's own authority if one is named."""
    options: ClientConfig = {
        "allow_http": endpoint.startswith("http://"),
        "connect_timeout": "5s",
        "timeout": "60s",
    }
    if bundle := os.environ.get("AWS_CA_BUNDLE"):
        options["root_certificate"] = Path(bundle).read_bytes()
    return options


def whole(store: Store, content: Content) -> Iterator[bytes]:
    """The content from its first byte to its last, which comes only if all is as the name says.

    Raises FileNotFoundError or ContentDamaged.
    """
    digest, size, held = hashlib.sha256(), 0, b""
    for block in store.read(content.sha256, 0, content.size):
        if held:
            yield held
        held, size = block, size + len(block)
        digest.update(block)
    if size != content.size or digest.hexdigest() != content.sha256:
        raise ContentDamaged(f"{content.sha256} in {store.name} is damaged.")
    if held:
        yield held


@contextmanager
def fetched(store: Store, content: Content, folder: Path) -> Iterator[Path]:
    """The whole content as a file in that folder meanwhile. Raises as `whole` does."""
    descriptor, name = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for block in whole(store, content):
                file.write(block)
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def copy(source: Store, target: Store, folder: Path) -> Iterator[str | None]:
    """Copy what the target does not have yet; yields for each content None or what was wrong."""
    for contents in source.listed():
        for content in contents:
            if target.size(content.sha256) == content.size:
                yield None
                continue
            try:
                with fetched(source, content, folder) as path:
                    target.keep(content.sha256, path)
            except FileNotFoundError:  # deleted since it was listed
                yield None
            except ContentDamaged as error:
                yield str(error)
            else:
                yield None
