"""The embedded PostgreSQL: started for the first process that needs it, stopped by the last.

Any command may attach: `guanxi serve`, and `guanxi score` beside it. Each holds a shared lock for
as long as it uses the server; the one that leaves last, whoever started it, shuts it down. As the
kernel frees the locks of a killed process, nothing is left behind but, at worst, a server without
users, which the next command takes over.
"""

from __future__ import annotations

import pwd
import subprocess
import time
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil
import psycopg

from . import binaries, data_folder, os_user, privileges, processes, roles
from .errors import WorkspaceError
from .home import Home
from .locks import FileLock, exclusive

START_PATIENCE = 600.0  # seconds; a start after a crash replays up to max_wal_size of log
STOP_PATIENCE = 30.0  # seconds; the shutdown writes what shared_buffers hold
POLL = 0.02  # seconds

# By a shell that ends at once, the server is nobody's child: it may outlive us when others use it.
LAUNCH = ("/bin/sh", "-c", '"$@" >&2 & echo $!', "sh")


class Cluster:
    """The embedded PostgreSQL server of one workspace; `with Cluster(home):` keeps it running."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._users = FileLock(home.run / "database-users.lock")
        self._changes = home.run / "database.lock"  # held by who starts or stops the server

    def __enter__(self) -> Cluster:
        self.attach()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.detach()

    def attach(self) -> None:
        """Have the server running until `detach`, made if need be; WorkspaceError says why not."""
        self.home.create()
        with exclusive(self._changes):
            self._bring_up()
            self._users.acquire(shared=True)

    def detach(self) -> None:
        """Stop using the server; if nobody else does, it is shut down."""
        with exclusive(self._changes):
            self._users.release()
            if self._users.acquire(wait=False):
                self._shut_down()
                self._users.release()

    def revive(self) -> bool:
        """Start the server again if it died while we were attached; return whether it had."""
        if self.is_running():
            return False
        with exclusive(self._changes):
            self._bring_up()
        return True

    def is_running(self) -> bool:
        """Return whether the server process is alive."""
        return processes.postmaster_of(self.home.data) is not None

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """Connect as the superuser, for work on roles and databases; statements autocommit."""
        parameters = roles.embedded_parameters(self.home, "superuser") | {"dbname": database}
        return psycopg.connect(**parameters, connect_timeout=10, autocommit=True)

    @cached_property
    def programs(self) -> Path:
        """The folder of postgres, pg_dump and their like."""
        return binaries.install(self.home.path / "postgres")

    @cached_property
    def _user(self) -> pwd.struct_passwd | None:
        return os_user.database_user()

    def _bring_up(self) -> None:
        data_folder.prepare(self.home, self._user, self.programs)
        running = processes.postmaster_of(self.home.data)
        # One that is alive may be on its way out, and end while we wait for its answer.
        if not self._await_answer(running):
            self._launch()
        if not self._lets_in("app"):
            self._set_up()

    def _launch(self) -> None:
        """Start the server process and wait until it answers."""
        self._clear_remains()
        data_folder.configure(self.home)
        early_log = self.home.logs / "postgres-start.log"
        with early_log.open("wb") as output:
            launched = subprocess.run(
                [*LAUNCH, self.programs / "postgres", "-D", self.home.data],
                stdout=subprocess.PIPE,
                stderr=output,
                cwd=self.home.data,
                env=data_folder.ENVIRONMENT,
                start_new_session=True,  # Ctrl-C at our terminal does not reach it
                check=True,
                **os_user.identity(self._user),
            )
        if not self._await_answer(processes.find(int(launched.stdout))):
            reason = data_folder.last_words(self.home, early_log)
            raise WorkspaceError(f"The embedded database did not start. {reason}")

    def _clear_remains(self) -> None:
        """End sessions that a killed server left behind, and remove files that say it runs."""
        processes.end_all(processes.processes_of(self.home.data))
        socket = roles.socket_folder(self.home) / f".s.PGSQL.{roles.PORT}"
        for path in (self.home.data / "postmaster.pid", socket, Path(f"{socket}.lock")):
            path.unlink(missing_ok=True)

    def _set_up(self) -> None:
        """Make the roles and the database, or give the roles the passwords we have."""
        app, owner = roles.NAMES["app"], roles.NAMES["owner"]
        passwords = {
            app: roles.password(self.home, "app"),
            owner: roles.password(self.home, "owner"),
        }
        with self.connect() as superuser:
            privileges.create_roles(superuser, passwords=passwords)
            privileges.create_database(superuser, roles.DATABASE, owner=owner, app=app)
        with psycopg.connect(**roles.embedded_parameters(self.home, "owner")) as connection:
            privileges.prepare_database(connection, app=app)

    def _await_answer(self, postmaster: psutil.Process | None) -> bool:
        """Wait until the server answers a query; False if it ended instead."""
        deadline = time.monotonic() + START_PATIENCE
        while time.monotonic() < deadline:
            if self._lets_in("superuser"):
                return True
            if postmaster is None or not processes.is_alive(postmaster):
                return False
            time.sleep(POLL)
        raise WorkspaceError(
            f"The embedded database runs but has not answered for {START_PATIENCE:.0f} s;"
            f" see {data_folder.log_folder(self.home)}."
        )

    def _lets_in(self, role: roles.EmbeddedRole) -> bool:
        try:
            with psycopg.connect(**roles.embedded_parameters(self.home, role)) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _shut_down(self) -> None:
        postmaster = processes.postmaster_of(self.home.data)
        if postmaster is not None:
            processes.stop(postmaster, patience=STOP_PATIENCE)
