"""Workspaces for commands to work on."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from guanxi.platform.workspaces.home import Home


@pytest.fixture(scope="module")
def make_serving_home(scratch: Path) -> Iterator[Callable[[str], Home]]:
    """Return a function that makes an empty workspace for a module, fast rather than safe."""
    made: list[Path] = []

    def make(prefix: str) -> Home:
        home = Home(Path(tempfile.mkdtemp(prefix=prefix, dir=scratch))).create()
        made.append(home.path)
        (home.path / "postgresql.conf").write_text("fsync = off\nshared_buffers = 64MB\n")
        (home.path / "postgresql.conf").chmod(0o644)
        return home

    yield make
    for path in made:
        shutil.rmtree(path)
