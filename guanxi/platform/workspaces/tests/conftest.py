"""Workspaces to start, kill and look into: made once, then copied."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from guanxi.platform.workspaces import roles
from guanxi.platform.workspaces.cluster import Cluster
from guanxi.platform.workspaces.home import Home

HOLD = """
import sys
from pathlib import Path
from guanxi.platform.workspaces.cluster import Cluster
from guanxi.platform.workspaces.home import Home
with Cluster(Home(Path(sys.argv[1]))):
    print("running", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def no_other_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about our own server, whichever the others run on."""
    for name in ("GUANXI_DATABASE_URL", "GUANXI_OWNER_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def folder(scratch: Path) -> Iterator[Path]:
    """A folder that every user may pass, as /var/lib is; pytest's own is closed to others."""
    path = Path(tempfile.mkdtemp(prefix="guanxi-", dir=scratch))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def pattern(scratch: Path) -> Iterator[Path]:
    """A workspace with a database that was made and stopped."""
    path = Path(tempfile.mkdtemp(prefix="guanxi-", dir=scratch))
    home = Home(path).create()
    (path / "postgresql.conf").write_text("fsync = off\nshared_buffers = 32MB")
    (path / "postgresql.conf").chmod(0o644)
    with Cluster(home), connect(home) as session:
        session.execute("CREATE TABLE note (text text)")
    yield path
    shutil.rmtree(path)


@pytest.fixture
def make_home(folder: Path, pattern: Path) -> Callable[[str], Home]:
    """Return a function that makes a workspace with a database, in a folder of the given name."""
    return lambda name: copy(pattern, folder / name)


@pytest.fixture(scope="module")
def running(pattern: Path) -> Iterator[Home]:
    """A workspace whose database runs, for tests that only look."""
    home = copy(pattern, pattern.with_name(f"{pattern.name}-running"))
    with Cluster(home):
        yield home
    shutil.rmtree(home.path)


@pytest.fixture
def home(make_home: Callable[[str], Home]) -> Home:
    """A workspace with a database, not running."""
    return make_home("home")


def copy(pattern: Path, path: Path) -> Home:
    """Copy a workspace; its programs, which nobody writes, are shared."""
    path.mkdir(parents=True)
    for entry in pattern.iterdir():
        share = ["--link"] if entry.name == "postgres" else []
        subprocess.run(["cp", "--archive", *share, entry, path], check=True)
    shutil.copystat(pattern, path)
    return Home(path)


def connect(home: Home, role: roles.Role = "owner") -> psycopg.Connection:
    return psycopg.connect(**roles.embedded_parameters(home, role), autocommit=True)


def write(home: Home, text: str) -> None:
    with connect(home, "app") as session:
        session.execute("INSERT INTO note VALUES (%s)", (text,))


def notes(home: Home) -> list[str]:
    with connect(home, "app") as session:
        return [text for (text,) in session.execute("SELECT text FROM note ORDER BY text")]


@contextmanager
def holder(home: Home) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the workspace's database meanwhile."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, home.path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline() == "running\n"
        yield process
        process.stdin.close()
        process.wait(30)
