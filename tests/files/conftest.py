"""Models are imported late: pytest reads this before Django is ready."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.bucket_server import BucketServer
    from tests.cast import Firm


@pytest.fixture(scope="session")
def buckets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BucketServer]:
    from tests.bucket_server import bucket_server

    with bucket_server(tmp_path_factory.mktemp("buckets")) as server:
        yield server


@pytest.fixture
def bucket(buckets: BucketServer, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Path]:
    """The address of an empty bucket of this test's own, and where its server keeps it."""
    for name, value in buckets.environment.items():
        monkeypatch.setenv(name, value)
    own = secrets.token_hex(8)
    folder = buckets.root / "firm" / own
    folder.mkdir()
    return f"s3://firm/{own}", folder


@pytest.fixture(autouse=True)
def store(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Path:
    """A store of this test's own: a folder unless it is parametrized; gives where contents lie."""
    if getattr(request, "param", "folder") == "folder":
        settings.FILES_STORE = tmp_path
        return tmp_path
    settings.FILES_STORE, folder = request.getfixturevalue("bucket")
    return folder  # type: ignore[no-any-return]


@pytest.fixture
def acme(firm: Firm) -> str:
    return f"customers/{firm['customer:acme'].pk}"
