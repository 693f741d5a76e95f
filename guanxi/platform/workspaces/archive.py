"""The file that a backup is: a .tar.gz of files, with the checksum of each in its manifest."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .errors import WorkspaceError

FORMAT = 1
DUMP, MANIFEST = "database.dump", "manifest.json"
FOLDERS = ("files", "keys")
CHUNK = 1024 * 1024


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


def verify(file: Path) -> Manifest:
    """Read a backup through; raise WorkspaceError unless it is whole and unchanged."""
    found: dict[str, str] = {}
    manifest: Manifest | None = None
    try:
        for member, content in members_of(file):
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


class _Hashing(io.RawIOBase):
    """Reads another file and remembers the checksum of what was read."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.source.read(size)
        self.digest.update(data)
        return data


def add_file(archive: tarfile.TarFile, path: Path, name: str) -> str:
    """Add a file as long as it is now, though it may grow meanwhile; return its checksum."""
    with path.open("rb") as source:
        hashing = _Hashing(source)
        member = archive.gettarinfo(arcname=name, fileobj=source)
        member.mode, member.uid, member.gid, member.uname, member.gname = 0o600, 0, 0, "", ""
        archive.addfile(member, hashing)
    return hashing.digest.hexdigest()


def add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    data = text.encode()
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), 0o600
    archive.addfile(member, io.BytesIO(data))


def members_of(file: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
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
