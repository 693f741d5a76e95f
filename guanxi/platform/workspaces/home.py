"""The folder of a workspace: where it is, what is in it, and its keys.

Everything a workspace keeps is inside this one folder, so moving, backing up or deleting a firm is
moving, backing up or deleting a folder. No permission outside it is ever changed.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from .errors import WorkspaceError

FORMAT = 1  # of the folder; raised when its layout changes
MARKER = "guanxi.json"
SECRET_BYTES = 48


@dataclass(frozen=True)
class Home:
    """The folder of one workspace."""

    path: Path

    @property
    def data(self) -> Path:
        """The embedded database's own files."""
        return self.path / "data"

    @property
    def files(self) -> Path:
        """Uploaded files and attachments."""
        return self.path / "files"

    @property
    def uploads(self) -> Path:
        """Files that are still arriving; nothing to keep."""
        return self.path / "uploads"

    @property
    def keys(self) -> Path:
        """Secrets, one a file, readable by the owner alone."""
        return self.path / "keys"

    @property
    def logs(self) -> Path:
        """Log files of every process, rotated."""
        return self.path / "logs"

    @property
    def backups(self) -> Path:
        """What `guanxi backup` writes."""
        return self.path / "backups"

    @property
    def run(self) -> Path:
        """Locks and sockets of running processes; nothing to keep."""
        return self.path / "run"

    @property
    def warehouse(self) -> Path:
        """Parquet files for analysis; rebuilt from the database when lost."""
        return self.path / "warehouse"

    @property
    def matching(self) -> Path:
        """Customers as they are compared, personal values among them; made anew when lost."""
        return self.path / "matching"

    @property
    def erasures(self) -> Path:
        """Whose personal values were erased: what a restored backup has to repeat."""
        return self.path / "erasures.jsonl"

    @property
    def folders(self) -> tuple[Path, ...]:
        """What `create` makes; not `data`, which the database makes whole or not at all."""
        return (
            self.files,
            self.uploads,
            self.keys,
            self.logs,
            self.backups,
            self.run,
            self.warehouse,
            self.matching,
        )

    def create(self) -> Home:
        """Make the folder and what belongs in it, where missing; safe to repeat and to race.

        Raises WorkspaceError if the path holds something else, or belongs to another user.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._claim()
            for folder in self.folders:
                folder.mkdir(mode=0o700, exist_ok=True)
        except (PermissionError, FileExistsError, NotADirectoryError) as error:
            raise WorkspaceError(
                f"Cannot make the workspace folder {self.path}: {error.strerror}. {_CHOOSE}"
            ) from error
        return self

    def key(self, name: str) -> str:
        """Return the secret called `name`, made at random the first time it is asked for."""
        path = self.keys / name
        try:
            return path.read_text(encoding="ascii")
        except FileNotFoundError:
            write_once(path, secrets.token_urlsafe(SECRET_BYTES))
            return path.read_text(encoding="ascii")
        except PermissionError as error:
            raise WorkspaceError(f"{path} cannot be read by this user. {_CHOOSE}") from error

    def secret_key(self) -> str:
        """Return the secret that signs sessions and links."""
        return self.key("django-secret")

    def _claim(self) -> None:
        """Mark the folder as a workspace, or refuse it before its permissions are touched."""
        if self.path.stat().st_uid != os.geteuid():
            owner = self.path.owner()
            raise WorkspaceError(
                f"{self.path} belongs to {owner}: run guanxi as {owner}. {_CHOOSE}"
            )
        marker = self.path / MARKER
        if marker.exists():
            return
        names = {entry.name for entry in self.path.iterdir()}
        strangers = {name for name in names if MARKER not in name} - {"lost+found"}  # drafts pass
        if strangers and not marker.exists():  # looked at again: another process may be making it
            raise WorkspaceError(
                f"{self.path} holds {min(strangers)} and is not a Guanxi workspace. {_CHOOSE}"
            )
        write_once(marker, json.dumps({"format": FORMAT}) + "\n")
        self.path.chmod(0o700)


_CHOOSE = "Choose another folder with GUANXI_HOME or --home."


def workspace_home() -> Home:
    """Return the folder that this process works in, GUANXI_HOME or the default, made if missing."""
    chosen = os.environ.get("GUANXI_HOME")
    return Home(Path(chosen).expanduser().absolute() if chosen else default_path()).create()


def default_path() -> Path:
    """Return /var/lib/guanxi for root, else the user's own data folder."""
    if os.geteuid() == 0:
        return Path("/var/lib/guanxi")
    return Path(platformdirs.user_data_dir("guanxi", appauthor=False))


def write_once(path: Path, text: str) -> None:
    """Write a new file, whole, for the owner's eyes only; leave it if another process was first."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        Path(draft).unlink()
