"""Models are imported inside: pytest reads this file before Django is set up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .firm import Cast


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A warehouse of this test's own."""
    from guanxi.insight import warehouse

    path = tmp_path / "warehouse"
    path.mkdir()
    monkeypatch.setattr(warehouse, "warehouse_folder", lambda: path)
    return path


@pytest.fixture
def firm(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """An empty workspace in Shanghai, in yuan, and its people; runs do not look back."""
    from django.core.cache import cache

    from .firm import found_firm

    cache.clear()
    monkeypatch.setattr("guanxi.insight.scoring.LOOK_BACK", ())
    return found_firm()
