"""The embedded database: started, shared, killed, started again. Real processes throughout."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest

from guanxi.platform.workspaces import os_user, processes, roles
from guanxi.platform.workspaces.cluster import Cluster
from guanxi.platform.workspaces.errors import WorkspaceError
from guanxi.platform.workspaces.home import Home
from tests.waiting import wait_until

from .conftest import connect, holder, notes, write

AS_ROOT = os.geteuid() == 0


def test_second_start_is_quick(home: Home) -> None:
    began = time.monotonic()
    with Cluster(home):
        assert notes(home) == []
    assert time.monotonic() - began < 10


def test_nothing_runs_after_the_last_user_left(home: Home) -> None:
    with Cluster(home):
        assert processes.processes_of(home.data)
    assert processes.processes_of(home.data) == []


def test_whoever_leaves_last_stops_it(home: Home) -> None:
    starter = Cluster(home)
    starter.attach()
    with holder(home):
        postmaster = processes.postmaster_of(home.data)
        starter.detach()
        write(home, "still here")
        assert processes.postmaster_of(home.data) == postmaster
    assert processes.processes_of(home.data) == []


@pytest.mark.crash
def test_kill_of_the_server_is_survived_by_those_attached(home: Home) -> None:
    with Cluster(home) as cluster:
        write(home, "before")
        session = connect(home)
        session.execute("SELECT 1")
        processes.postmaster_of(home.data).kill()
        wait_until(lambda: not cluster.is_running())
        assert cluster.revive()
        assert not cluster.revive()
        write(home, "then")
        assert notes(home) == ["before", "then"]
        session.close()


@pytest.mark.crash
@pytest.mark.parametrize("victims", ["server", "supervisor", "supervisor and server", "everything"])
def test_kill_loses_nothing(home: Home, victims: str) -> None:
    with holder(home) as supervisor:
        write(home, "before")
        busy = connect(home)  # keeps a session busy, which outlives its server
        busy.pgconn.send_query(b"SELECT pg_sleep(600)")
        everything = processes.processes_of(home.data)
        server = processes.postmaster_of(home.data)
        targets = {
            "server": [server],
            "supervisor": [supervisor],
            "supervisor and server": [supervisor, server],
            "everything": [supervisor, *everything],
        }
        for process in targets[victims]:
            process.kill()
        with Cluster(home):
            write(home, "then")
            assert notes(home) == ["before", "then"]
    busy.close()
    assert processes.processes_of(home.data) == []


@pytest.mark.crash
def test_pid_file_that_names_a_stranger(home: Home) -> None:
    """After a reboot the number in postmaster.pid may be that of any other process."""
    with subprocess.Popen(["sleep", "600"]) as stranger:
        (home.data / "postmaster.pid").write_text(f"{stranger.pid}\n{home.data}\n")
        with Cluster(home):
            assert notes(home) == []
        assert stranger.poll() is None
        stranger.kill()


def test_two_workspaces_at_once(make_home: Callable[[str], Home]) -> None:
    one, other = make_home("one"), make_home("other")
    with Cluster(one), Cluster(other):
        write(one, "mine")
        write(other, "yours")
        assert (notes(one), notes(other)) == (["mine"], ["yours"])
    assert one.key("database-app") == other.key("database-app")  # copies, yet apart


@pytest.mark.parametrize(
    "name", ["a b/c", "关系 客户", "o'brien", 'say "so", twice', "长" * 30 + "/" + "路" * 30]
)
def test_any_path_will_do(make_home: Callable[[str], Home], name: str) -> None:
    home = make_home(name)
    with Cluster(home):
        write(home, name)
        socket_folder = roles.socket_folder(home)
        assert socket_folder.stat().st_mode & 0o777 == 0o700
    with Cluster(home):
        assert notes(home) == [name]
        assert roles.socket_folder(home) == socket_folder
    if not socket_folder.is_relative_to(home.path):
        shutil.rmtree(socket_folder)


@pytest.mark.skipif(not AS_ROOT, reason="only root can make a folder that is another user's")
def test_socket_folder_of_a_stranger_is_not_trusted(make_home: Callable[[str], Home]) -> None:
    """A temporary folder may be cleaned, and its name taken by somebody else."""
    home, trap = make_home("长" * 60), make_home("trap").path
    trap.chmod(0o777)
    roles.remembered_socket_folder(home).write_text(str(trap))
    os.chown(trap, pwd.getpwnam("nobody").pw_uid, -1)
    with Cluster(home):
        assert roles.socket_folder(home) != trap
        shutil.rmtree(roles.socket_folder(home), ignore_errors=True)


def test_permissions_outside_the_home_stay(make_home: Callable[[str], Home], folder: Path) -> None:
    home = make_home("a/b/c")
    outside = [folder / "a/b", folder / "a", folder, folder.parent, Path("/")]
    before = [(path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in outside]
    with Cluster(home):
        pass
    after = [(path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in outside]
    assert after == before


def test_everything_inside_is_closed_to_others(running: Home) -> None:
    socket_folder = roles.socket_folder(running)
    for path in (running.path, running.data, running.run, socket_folder, *running.folders):
        assert path.stat().st_mode & 0o007 == 0
    for key in running.keys.iterdir():
        assert key.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(not AS_ROOT, reason="only root can act as another user; modes are tested above")
def test_another_user_cannot_reach_the_socket(running: Home) -> None:
    socket_folder = roles.socket_folder(running)
    assert enter(socket_folder, "guanxi").returncode == 0
    refused = enter(socket_folder, "nobody")
    assert refused.returncode
    assert "Permission denied" in refused.stderr or "can't cd" in refused.stderr
    assert enter(running.data, "nobody").returncode
    assert enter(running.keys, "guanxi").returncode


@pytest.mark.parametrize("role", ["guanxi_app", "guanxi_owner", "postgres"])
def test_reaching_the_socket_is_not_enough(running: Home, role: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(host=str(roles.socket_folder(running)), dbname="guanxi", user=role)


def test_no_network(running: Home) -> None:
    postmaster = processes.postmaster_of(running.data)
    assert [c for c in postmaster.net_connections("inet") if c.status == psutil.CONN_LISTEN] == []


def test_app_writes_rows_and_changes_nothing_else(running: Home) -> None:
    with connect(running, "app") as app:
        app.execute("INSERT INTO note VALUES ('a'), ('b')")
        app.execute("UPDATE note SET text = 'c' WHERE text = 'a'")
        app.execute("DELETE FROM note WHERE text = 'b'")
        app.execute("CREATE TEMPORARY TABLE staging (row text)")
        assert app.execute("SELECT text FROM note").fetchall() == [("c",)]
        for statement in (
            "TRUNCATE note",
            "DROP TABLE note",
            "ALTER TABLE note ADD more text",
            "CREATE TABLE mine (a int)",
            "CREATE SCHEMA mine",
            "ALTER TABLE note DISABLE TRIGGER ALL",
            "SET ROLE guanxi_owner",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(statement)


def test_chinese_has_trigrams_and_sorts_by_code_point(running: Home) -> None:
    with connect(running, "app") as app:
        assert len(app.execute("SELECT show_trgm('王小明')").fetchone()[0]) == 4
        assert app.execute("SELECT upper('é'), '王' < '李'").fetchone() == ("É", False)


def test_another_major_version_is_refused(home: Home) -> None:
    (home.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(WorkspaceError, match="made by PostgreSQL 17"):
        Cluster(home).attach()


def test_server_that_cannot_start_says_why(home: Home) -> None:
    (home.path / "postgresql.conf").write_text("shared_buffers = nonsense")
    with pytest.raises(WorkspaceError, match="nonsense"):
        Cluster(home).attach()


@pytest.mark.skipif(not AS_ROOT, reason="an ordinary user's database runs as that user")
def test_home_that_the_database_user_cannot_reach(folder: Path) -> None:
    (folder / "closed").mkdir(mode=0o700)
    with pytest.raises(WorkspaceError, match="may not enter"):
        Cluster(Home(folder / "closed" / "home")).attach()


def enter(folder: Path, user: str) -> subprocess.CompletedProcess[str]:
    """Try to enter a folder as another user of the machine."""
    return subprocess.run(
        ["/bin/sh", "-c", 'cd "$0"', folder],
        **os_user.identity(pwd.getpwnam(user)),
        capture_output=True,
        text=True,
        check=False,
    )
