"""What lies below fails in the middle of an import: the database's process, the disk."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from guanxi.platform.exchange import storage
from guanxi.platform.exchange.tests.import_process import ROWS
from guanxi.platform.objects.errors import NoSpace
from guanxi.platform.workspaces import processes
from guanxi.platform.workspaces.cluster import Cluster
from guanxi.platform.workspaces.home import Home

pytestmark = pytest.mark.crash
IMPORT_PROCESS = "guanxi.platform.exchange.tests.import_process"
FULL = "/dev/full"  # to which nothing can be written: ENOSPC
ALL = {"Customer": 2 * ROWS, "Identity": ROWS, "Relationship": ROWS}
NOTHING = dict.fromkeys(ALL, 0)


class Workspace:
    """A workspace with a database server of its own, which a test may kill."""

    def __init__(self, cluster: Cluster):
        self.cluster, self.home = cluster, cluster.home
        self.python("-m", "django", "migrate", "--verbosity", "0", role="owner").check_returncode()

    def python(self, *arguments: str, role: str = "app") -> subprocess.CompletedProcess[str]:
        command, environment = [sys.executable, *arguments], self.environment(role)
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def environment(self, role: str) -> dict[str, str]:
        foreign = ("GUANXI_DATABASE_URL", "GUANXI_OWNER_DATABASE_URL")
        kept = {name: value for name, value in os.environ.items() if name not in foreign}
        return {**kept, "GUANXI_HOME": str(self.home.path), "GUANXI_DATABASE_ROLE": role}

    def do(self, pk: str, verb: str) -> dict[str, Any]:
        """What is there after a step of an import."""
        done = self.python("-m", IMPORT_PROCESS, pk, verb)
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return told

    def sql(self, statement: str) -> list[Any]:
        with self.cluster.connect("guanxi") as superuser:
            cursor = superuser.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def forget(self) -> None:
        """Leave no rows, so that the next test finds empty files."""
        self.sql("truncate customers_customer, platform_importrow, platform_importverdict cascade")

    @contextmanager
    def full(self, table: str) -> Iterator[None]:
        """Let the table, which must be empty, lie on a disk without space."""
        ((place,),) = self.sql(f"select pg_relation_filepath('{table}')")
        file = self.home.data / place
        kept = file.rename(file.with_name("kept"))
        file.symlink_to(FULL)
        try:
            yield
        finally:
            kept.replace(file)


@pytest.fixture(scope="module")
def shared(scratch: Path) -> Iterator[Workspace]:
    folder = Path(tempfile.mkdtemp(prefix="guanxi-faults-", dir=scratch))
    folder.chmod(0o755)
    with Cluster(Home(folder / "home").create()) as cluster:
        yield Workspace(cluster)
    shutil.rmtree(folder)


@pytest.fixture
def workspace(shared: Workspace) -> Iterator[Workspace]:
    yield shared
    shared.forget()


def counted(told: dict[str, Any]) -> dict[str, int]:
    return {name: told[name] for name in ALL}


def kill_server_in_the_middle(workspace: Workspace, verb: str, pk: str) -> str:
    """Kill the server after three batches; returns what the import's process said at its end."""
    command = [sys.executable, "-m", IMPORT_PROCESS, pk, verb]
    with subprocess.Popen(
        command, env=workspace.environment("app"), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    ) as worker:  # fmt: skip
        assert worker.stdout is not None
        for _batch in range(3):
            assert worker.stdout.readline() == "batch\n"
        postmaster = processes.postmaster_of(workspace.home.data)
        assert postmaster is not None
        postmaster.kill()
        _said, error = worker.communicate(timeout=60)
    assert worker.returncode == 1
    return error


def test_a_killed_database_server(workspace: Workspace) -> None:
    pk = workspace.do("", "upload")["pk"]
    said = kill_server_in_the_middle(workspace, "preview", pk)
    assert said.strip().splitlines()[-1].startswith("database gone")
    assert workspace.cluster.revive()
    told = workspace.do(pk, "resume")
    assert (told["state"], told["counts"]["create"], counted(told)) == ("previewed", ROWS, NOTHING)
    said = kill_server_in_the_middle(workspace, "run", pk)
    assert said.strip().splitlines()[-1].startswith("database gone")
    assert workspace.cluster.revive()
    told = workspace.do(pk, "resume")
    assert (told["state"], told["counts"]["create"], counted(told)) == ("done", ROWS, ALL)
    assert counted(workspace.do(pk, "undo")) == NOTHING


def test_a_full_disk(workspace: Workspace) -> None:
    pk = workspace.do("", "upload")["pk"]
    with workspace.full("platform_importrow"):
        assert_full(workspace.do(pk, "preview"), NOTHING)
    workspace.do(pk, "resume")
    # Customers come with all that identifies them, or not at all; relationships follow.
    with workspace.full("customers_identity"):
        assert_full(workspace.do(pk, "run"), NOTHING)
    with workspace.full("customers_relationship"):
        assert_full(workspace.do(pk, "resume"), {**ALL, "Relationship": 0})
    told = workspace.do(pk, "resume")
    assert (told["state"], told["counts"]["create"], counted(told)) == ("done", ROWS, ALL)


def assert_full(told: dict[str, Any], there: dict[str, int]) -> None:
    assert (told["state"], told["job"], counted(told)) == ("failed", "failed", there)
    assert told["error"].startswith("The disk is full. Free some space, then resume")


def test_a_full_disk_under_an_upload() -> None:
    pk = uuid4()
    place = storage.path_of(pk)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(FULL)
    with pytest.raises(NoSpace, match="upload the file again"):
        storage.keep(pk, [b"x" * 1024] * 1024)
    assert not place.is_symlink()
