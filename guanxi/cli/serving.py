"""`guanxi serve`: everything a workspace needs, in one command."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable

import click

from guanxi.platform.workspaces.cluster import Cluster
from guanxi.platform.workspaces.errors import WorkspaceError
from guanxi.platform.workspaces.home import Home, workspace_home
from guanxi.platform.workspaces.locks import FileLock

from . import preparation
from .supervisor import MARK, POLL, Child, Supervisor, end_orphans
from .workspace import database

GUANXI = (sys.executable, "-m", "guanxi.cli")
THREADS = 4  # of each web process; each may hold one database connection
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104
TRY_EVERY = 0.2  # seconds between looks whether the web server is ready
REVIVE_EVERY = 10.0  # seconds between attempts to start a database that cannot start
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
    Service(workspace_home(), host=host, port=port, workers=workers, greet=invite).run()


def invite(service: Service, set_up_link: str) -> list[str]:
    """Return the set-up link of a workspace that has no firm yet."""
    return [f"Set up your firm here, once: {set_up_link}"] if set_up_link else []


class Service:
    """One workspace being served.

    `greet` gets the service and the set-up link, empty once there is a firm, and returns the lines
    to print when all is ready.
    """

    def __init__(
        self,
        home: Home,
        *,
        host: str,
        port: int,
        workers: int,
        greet: Callable[[Service, str], list[str]],
    ) -> None:
        self.home, self.host, self.port = home, host, port
        self.greet = greet
        self.url = os.environ.get("GUANXI_URL") or f"http://localhost:{port}"
        self.environment = {MARK: str(home.path), "GUANXI_URL": self.url}
        address = ["--host", host, "--port", str(port)]
        size = ["--workers", str(workers), "--threads", str(THREADS)]
        pool = {"GUANXI_DATABASE_POOL": str(THREADS + 1)}  # one for live events
        children = [self._child("web", *address, *size, **pool), self._child("worker")]
        self.supervisor = Supervisor(children, tell=_tell)
        self.revive_after = 0.0

    def run(self, then: Callable[[str], object] | None = None) -> None:
        """Serve until told to stop; call `then` with the address once it answers."""
        lock = FileLock(self.home.run / "serve.lock")
        if not lock.acquire(wait=False):
            raise WorkspaceError(f"Guanxi is serving {self.home.path} already.")
        try:
            end_orphans(self.home.path)
            check_port(self.host, self.port)
            self.supervisor.stop_on_signals()
            with database() as cluster, contextlib.suppress(Stopped):
                set_up_link = preparation.prepare(self.home, self.step)
                announcement = Announcement(self, self.greet(self, set_up_link), then)
                self.supervisor.run(lambda: self._watch(cluster, announcement))
        finally:
            lock.release()

    def step(self, command: str, *arguments: str) -> str:
        """Run a command in a process that ends, so that ours stays small; return what it says.

        Raises Stopped if we are told to stop meanwhile, WorkspaceError if it failed.
        """
        with subprocess.Popen(
            [*GUANXI, command, *arguments],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | self.environment,
            start_new_session=True,
        ) as process:
            while process.poll() is None:
                if self.supervisor.stopping:
                    process.terminate()
                time.sleep(POLL)
            said = process.stdout.read() if process.stdout else ""
        if self.supervisor.stopping:
            raise Stopped
        if process.returncode:
            raise WorkspaceError(f"guanxi {command} failed; see {self.home.logs}.")
        return said.strip()

    def _child(self, command: str, *arguments: str, **environment: str) -> Child:
        return Child(
            name=command,
            command=[*GUANXI, command, *arguments],
            log=self.home.logs / f"{command}.log",
            environment=self.environment | environment,
        )

    def _watch(self, cluster: Cluster | None, announcement: Announcement) -> None:
        announcement.when_ready()
        if cluster is None or time.monotonic() < self.revive_after:
            return
        try:
            if cluster.revive():
                _tell("The database had ended and was started again.")
        except WorkspaceError as error:  # such as a full disk, on which somebody makes space
            self.revive_after = time.monotonic() + REVIVE_EVERY
            _tell(f"{error}\nTrying again every {REVIVE_EVERY:.0f} seconds.")


class Stopped(Exception):
    """We were told to stop before everything was running."""


class Announcement:
    """Says once that the service answers, and where; or, while it takes long, why not yet."""

    def __init__(
        self, service: Service, greeting: list[str], then: Callable[[str], object] | None
    ) -> None:
        self.service = service
        self.greeting = greeting
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
        for line in self.greeting:
            _tell(line)
        if self.then is not None:
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


def _tell(message: str) -> None:
    click.echo(message)
    sys.stdout.flush()


COMMANDS = (serve,)
