"""Models are imported inside: pytest reads this file before Django is set up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from guanxi.platform.workspaces.home import Home

if TYPE_CHECKING:
    from .firm import Cast


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A folder of this test's own, for its warehouse; the database is the tests'."""
    home = Home(tmp_path / "home").create()
    monkeypatch.setenv("GUANXI_HOME", str(home.path))
    return home


@pytest.fixture
def firm(home: Home) -> Cast:
    """An empty workspace in Shanghai, in yuan, and its people."""
    from django.core.cache import cache

    from .firm import found_firm

    cache.clear()
    return found_firm()
