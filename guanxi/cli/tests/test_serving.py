"""`guanxi serve` as its user sees it: one command, real processes, killed at will."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from guanxi.cli.serving import why_not_ready
from guanxi.cli.supervisor import MARK
from guanxi.platform.workspaces import processes
from guanxi.platform.workspaces.home import Home
from tests.bucket_server import bucket_server
from tests.waiting import wait_until

GUANXI = (sys.executable, "-m", "guanxi.cli")
START_LIMIT = 120  # seconds, on a machine busy with other tests
STOP_LIMIT = 15


@pytest.fixture(scope="module")
def home(make_serving_home: Callable[[str], Home]) -> Home:
    """A workspace served by one test after the other."""
    return make_serving_home("guanxi-serve-")


FOUND = """
from guanxi.cli.workspace import django_ready
with django_ready():
    from guanxi.platform.workspaces.services import found_workspace
    found_workspace(firm="好客", language="en", time_zone="Asia/Taipei", currency="TWD")
"""


@pytest.fixture(scope="module")
def firm(home: Home) -> Home:
    """The same workspace, set up: it need not be looked at again before it is served."""
    run("--home", str(home.path), "migrate")
    subprocess.run(
        [sys.executable, "-c", FOUND],
        check=True,
        env=environment() | {"GUANXI_HOME": str(home.path)},
    )
    return home


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def environment() -> dict[str, str]:
    """The user's environment, without what the test session set for itself."""
    names = ("DATABASE_URL", "OWNER_DATABASE_URL", "DATABASE_ROLE", "HOME")
    ours = {f"GUANXI_{name}" for name in names} | {"DJANGO_SETTINGS_MODULE"}
    return {name: value for name, value in os.environ.items() if name not in ours}


class Serving:
    """A running `guanxi serve`."""

    def __init__(self, home: Home, port: int, *options: str) -> None:
        self.home, self.port = home, port
        command = [*GUANXI, "--home", home.path, "serve", "--port", str(port), "--workers", "1"]
        self.process = subprocess.Popen(
            [*command, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(),
        )
        self.lines: list[str] = []

    def wait_for(self, words: str) -> str:
        """Return the line that says so; fail if the process ends instead."""
        for line in self.process.stdout:
            self.lines.append(line)
            if words in line:
                return line
        raise AssertionError(f"{words!r} was not said, but: {''.join(self.lines)}")

    def wait_until_ready(self) -> None:
        wait_until(lambda: why_not_ready("127.0.0.1", self.port) is None, seconds=START_LIMIT)

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Tell it to stop; return the seconds that took."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(STOP_LIMIT)
        return time.monotonic() - began


@contextmanager
def serving(home: Home, port: int) -> Iterator[Serving]:
    served = Serving(home, port)
    try:
        yield served
    finally:
        if served.process.poll() is None:
            served.stop()
        served.process.stdout.close()


def children(home: Home) -> list[psutil.Process]:
    """What `serve` started for this home, whoever its parent is now."""
    return [process for process in psutil.process_iter() if mark_of(process) == str(home.path)]


def mark_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARK) if processes.is_alive(process) else None
    except psutil.Error:
        return None


def child(home: Home, command: str) -> psutil.Process:
    """The main process of one of the children."""
    found = [p for p in children(home) if command in p.cmdline()]
    return min(found, key=lambda process: process.create_time())


def test_from_an_empty_folder_to_a_set_up_link(home: Home, port: int) -> None:
    with serving(home, port) as served:
        served.wait_for(f"Guanxi is ready at http://localhost:{port}")
        link = served.wait_for("Set up your firm here, once").split()[-1]
        assert link.startswith(f"http://localhost:{port}/setup?token=")
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/api/v1/ready", headers={"Host": "localhost"})
        assert connection.getresponse().status == 200
        connection.close()
        refused = run("--home", str(home.path), "serve", "--port", "1")
        assert "already" in refused.stderr
        served.stop(signal.SIGINT)
        assert served.process.returncode == 0
    assert_nothing_runs(home)


def test_told_to_end_before_it_is_ready(home: Home, port: int) -> None:
    with serving(home, port) as served:
        wait_until(lambda: bool(processes.processes_of(home.data)))
        served.stop()
    assert_nothing_runs(home)


@pytest.mark.crash
def test_what_dies_is_started_again(firm: Home, port: int) -> None:
    with serving(firm, port) as served:
        served.wait_for("ready")
        for command in ("web", "worker"):
            child(firm, command).kill()
            served.wait_for(f"{command} ended")
        processes.postmaster_of(firm.data).kill()
        served.wait_for("started again")
        served.wait_until_ready()
        wait_until(lambda: len([p for p in children(firm) if "worker" in p.cmdline()]) == 1)


@pytest.mark.crash
def test_a_database_that_cannot_start_is_started_once_it_can(firm: Home, port: int) -> None:
    with serving(firm, port) as served:
        served.wait_for("ready")
        control = firm.data / "global" / "pg_control"
        mode = control.stat().st_mode
        control.chmod(0)  # as good as a disk without space for what it has to write
        processes.postmaster_of(firm.data).kill()
        served.wait_for("did not start")
        served.wait_for("Trying again")
        control.chmod(mode)
        served.wait_for("started again")
        served.wait_until_ready()


@pytest.mark.crash
def test_starts_after_it_was_killed(firm: Home, port: int) -> None:
    for everything in (False, True):
        with serving(firm, port) as served:
            served.wait_for("ready")
            victims = [*children(firm), *processes.processes_of(firm.data)] if everything else []
            served.process.kill()
            for process in victims:
                with contextlib.suppress(psutil.NoSuchProcess):  # it went with its parent
                    process.kill()
            served.process.wait()
    with serving(firm, port) as served:
        served.wait_for("ready")
    assert_nothing_runs(firm)


def test_port_that_is_taken(home: Home, port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        refused = run("--home", str(home.path), "serve", "--port", str(port))
    assert refused.returncode == 1
    assert f"Port {port}" in refused.stderr
    assert "--port" in refused.stderr


def test_sample_firm_is_for_this_machine_only() -> None:
    refused = run("demo", "--host", "0.0.0.0")  # noqa: S104
    assert "this machine only" in refused.stderr


def test_a_firm_is_never_taken_for_a_sample(home: Home) -> None:
    for option in ("--fresh", "--no-open"):
        refused = run("demo", "--home", str(home.path), option)
        assert refused.returncode == 1
        assert "sample" in refused.stderr or "own workspace" in refused.stderr
    assert home.data.exists()


def test_help_names_every_command() -> None:
    said = run("--help").stdout
    for command in ("demo", "serve", "worker", "migrate", "backup", "restore", "doctor"):
        assert f"  {command} " in said


def test_doctor_and_its_bundle(home: Home) -> None:
    done = run("--home", str(home.path), "doctor", "--bundle")
    assert done.returncode == 0, done.stdout
    assert "PostgreSQL 18, embedded" in done.stdout
    assert Path(done.stdout.split()[-1]).suffix == ".zip"


def test_doctor_looks_into_the_bucket(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bucket_server(tmp_path) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("GUANXI_FILES_URL", "s3://firm/files")
        done = run("--home", str(home.path), "doctor")
        assert done.returncode == 0, done.stdout
        assert "ok     Files lie in s3://firm/files" in done.stdout
        assert list((tmp_path / "firm").rglob("guanxi*")) == []
        (tmp_path / "firm" / "files").mkdir(exist_ok=True)
        (tmp_path / "firm" / "files" / "guanxi-database").write_text("7/guanxi")
        done = run("--home", str(home.path), "doctor")
        assert done.returncode == 1
        assert "WRONG  The files belong to another database (7/guanxi), or to a copy" in done.stdout
        done = run("--home", str(home.path), "files", "claim")
        assert done.stdout.startswith("s3://firm/files belongs to "), done.stderr
        assert run("--home", str(home.path), "doctor").returncode == 0
    done = run("--home", str(home.path), "doctor")
    assert done.returncode == 1
    assert "WRONG  The files at s3://firm/files cannot be used" in done.stdout


def assert_nothing_runs(home: Home) -> None:
    assert children(home) == []
    assert processes.processes_of(home.data) == []


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*GUANXI, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=START_LIMIT,
        env=environment(),
    )
