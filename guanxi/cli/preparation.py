"""Whether a workspace is ready for this code, so that a restart need not look at every migration.

Looking takes seconds: Django, every model, every migration. What was found is kept in the home
under a fingerprint of all that could change the answer.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

import guanxi
from guanxi.platform.workspaces.home import Home

CODE = Path(guanxi.__file__).parent
MEMORY = "prepared"  # file in the home's run folder; a restore removes it


def prepare(home: Home, step: Callable[..., str]) -> str:
    """Migrate, unless done for this very code; return the set-up link of one without a firm."""
    memory, fingerprint = home.run / MEMORY, fingerprint_of_code()
    if memory.exists() and memory.read_text(encoding="ascii") == fingerprint:
        return ""
    set_up_link = step("migrate", "--print-setup-link")
    if not set_up_link:  # one without a firm is looked at again: its link has to be shown
        memory.write_text(fingerprint, encoding="ascii")
    return set_up_link


def forget(home: Home) -> None:
    """Have the next start look again."""
    (home.run / MEMORY).unlink(missing_ok=True)


def fingerprint_of_code() -> str:
    """Return what changes when our code, a dependency or the database's address does."""
    digest = hashlib.sha256(os.environ.get("GUANXI_DATABASE_URL", "").encode())
    packages = Path(sys.prefix, "lib").glob("python3*/site-packages/*.dist-info")
    sources = [path for path in CODE.rglob("*") if path.suffix in {".py", ".sql", ".json"}]
    for path in sorted([*packages, *sources]):
        state = path.stat()
        digest.update(f"{path} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()
