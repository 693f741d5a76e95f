"""`guanxi serve` and `guanxi demo`: everything a workspace needs, in one command."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import sys
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path

import click

from guanxi.platform.workspaces.cluster import Cluster
from guanxi.platform.workspaces.errors import WorkspaceError
from guanxi.platform.workspaces.home import Home, workspace_home
from guanxi.platform.workspaces.locks import FileLock

from . import preparation
from .supervisor import MARK, Child, Supervisor, end_orphans
from .workspace import database

THREADS = 8  # of each web process; each may hold one database connection
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104
DEMO_MARKER = "demo"  # a file in the homes that --fresh may delete
TRY_EVERY = 0.2  # seconds between looks whether the web server is ready
PATIENCE = 15.0  # seconds before saying that it is not

port_option = click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
host_option = click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all."
)


@click.command()
@port_option
@host_option
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True)
def serve(port: int, host: str, workers: int) -> None:
    """Serve the workspace: database, web server and background jobs, until Ctrl-C."""
    Service(workspace_home(), host=host, port=port, workers=workers).run()


@click.command()
@port_option
@host_option
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the sample firm (else the folder demo in the workspace's).",
)
@click.option("--fresh", is_flag=True, help="Delete the sample firm and make it anew.")
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
def demo(port: int, host: str, home: Path | None, fresh: bool, no_open: bool) -> None:
    """Serve a sample firm, apart from your own workspace."""
    demo_home = Home((home or _default_demo_path()).absolute())
    if fresh:
        _delete_demo(demo_home)
    _mark_demo(demo_home)
    os.environ["GUANXI_HOME"] = str(demo_home.path)
    then = (lambda url: None) if no_open else webbrowser.open
    Service(demo_home, host=host, port=port, workers=2).run(then)


class Service:
    """One workspace being served."""

    def __init__(self, home: Home, *, host: str, port: int, workers: int) -> None:
        self.home, self.host, self.port = home, host, port
        self.url = os.environ.get("GUANXI_URL") or f"http://localhost:{port}"
        self.environment = {MARK: str(home.path), "GUANXI_URL": self.url}
        address = ["--host", host, "--port", str(port)]
        size = ["--workers", str(workers), "--threads", str(THREADS)]
        pool = {"GUANXI_DATABASE_POOL": str(THREADS)}
        self.web = self._child("web", *address, *size, **pool)
        self.worker = self._child("worker")
        self.supervisor = Supervisor([self.web, self.worker], tell=_tell)

    def run(self, then: Callable[[str], object] = lambda url: None) -> None:
        """Serve until told to stop; call `then` with the address once it answers."""
        lock = FileLock(self.home.run / "serve.lock")
        if not lock.acquire(wait=False):
            raise WorkspaceError(f"Guanxi is serving {self.home.path} already.")
        try:
            end_orphans(self.home.path)
            check_port(self.host, self.port)
            self.supervisor.stop_on_signals()
            with database() as cluster:
                set_up_link = preparation.prepare(self.home, self.environment)
                announce = Announcement(self, set_up_link, then)
                self.supervisor.run(lambda: self._watch(cluster, announce))
        finally:
            lock.release()

    def _child(self, command: str, *arguments: str, **environment: str) -> Child:
        return Child(
            name=command,
            command=[sys.executable, "-m", "guanxi.cli", command, *arguments],
            log=self.home.logs / f"{command}.log",
            environment=self.environment | environment,
        )

    def _watch(self, cluster: Cluster | None, announce: Announcement) -> None:
        announce.when_ready()
        if cluster is not None and cluster.revive():
            _tell("The database had ended and was started again.")


class Announcement:
    """Says once that the service answers, and where; or, while it takes long, why not yet."""

    def __init__(self, service: Service, set_up_link: str, then: Callable[[str], object]) -> None:
        self.service = service
        self.set_up_link = set_up_link
        self.then = then
        self.made = False
        self.due = time.monotonic() + PATIENCE
        self.next_try = 0.0

    def when_ready(self) -> None:
        """Make the announcement, if it is due and was not made."""
        if self.made or time.monotonic() < self.next_try:
            return
        hindrance = why_not_ready(self.service.host, self.service.port)
        if hindrance is None:
            self._make()
        elif time.monotonic() > self.due:
            _tell(f"Not ready yet: {hindrance} See {self.service.home.logs}")
            self.due += PATIENCE
        self.next_try = time.monotonic() + TRY_EVERY

    def _make(self) -> None:
        self.made = True
        _tell(f"Guanxi is ready at {self.service.url}")
        if self.set_up_link:
            _tell(f"Set up your firm here, once: {self.set_up_link}")
        self.then(self.service.url)


def check_port(host: str, port: int) -> None:
    """Raise WorkspaceError if another program listens there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
    except socket.gaierror as error:
        raise WorkspaceError(f"There is no address {host}: {error.strerror}.") from error
    with socket.socket(family, kind, protocol) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(address)
        except OSError as error:
            raise WorkspaceError(
                f"Port {port} of {host} cannot be used: {error.strerror}."
                f" Choose another, for example --port {port + 1}."
            ) from error


def why_not_ready(host: str, port: int) -> str | None:
    """Return None if the web server says that it is ready, else what it says instead."""
    connection = http.client.HTTPConnection(ANYWHERE.get(host, host), port, timeout=5)
    try:
        connection.request("GET", "/api/v1/ready", headers={"Host": "localhost"})
        response = connection.getresponse()
        if response.status == http.HTTPStatus.OK:
            return None
        return str(json.load(response).get("detail", response.reason))
    except (OSError, http.client.HTTPException, ValueError):
        return "the web server does not answer."
    finally:
        connection.close()


def _default_demo_path() -> Path:
    """Return the folder demo in the workspace's, which is made, so that it stays recognizable."""
    return workspace_home().path / "demo"


def _mark_demo(home: Home) -> None:
    is_new = not home.path.exists() or not any(home.path.iterdir())
    home.create()
    if is_new:
        (home.path / DEMO_MARKER).touch()
    elif not (home.path / DEMO_MARKER).exists():
        raise WorkspaceError(
            f"{home.path} is a firm's workspace, not a sample's; use guanxi serve."
        )


def _delete_demo(home: Home) -> None:
    if not home.path.exists():
        return
    if not (home.path / DEMO_MARKER).exists():
        raise WorkspaceError(f"{home.path} is not a sample firm's workspace and is not deleted.")
    lock = FileLock(home.run / "serve.lock")
    if not lock.acquire(wait=False):
        raise WorkspaceError(f"Guanxi is serving {home.path}. Stop it first.")
    end_orphans(home.path)
    with Cluster(home):
        pass  # stops a server that was left behind
    shutil.rmtree(home.path)
    lock.release()


def _tell(message: str) -> None:
    click.echo(message)
    sys.stdout.flush()


COMMANDS = (serve, demo)
