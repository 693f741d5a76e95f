"""The embedded PostgreSQL: started when the first process needs it, stopped when the last one leaves.

Any command may attach: `guanxi serve`, and `guanxi score` beside it. Each holds a shared lock for as long as it uses the server; the
one that leaves last, whoever started it, shuts it down. As the kernel frees the locks of a killed process, nothing is left behind
but, at worst, a server without users, which the next command takes over.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil
import psycopg

from . import binaries, os_user, processes, roles, tuning
from .database import (
    DATABASE,
    PORT,
    ROLES,
    SUPERUSER,
    embedded_parameters,
    fits_socket,
    password,
    remembered_socket_folder,
    socket_folder,
)
from .errors import WorkspaceError
from .home import Home
from .locks import FileLock, exclusive

START_PATIENCE = 600.0  # seconds; a start after a crash replays up to max_wal_size of log
STOP_PATIENCE = 30.0  # seconds; the shutdown writes what shared_buffers hold
POLL = 0.02  # seconds


class Cluster:
    """The embedded PostgreSQL server of one workspace. `with Cluster(home):` has it running meanwhile."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._users = FileLock(home.run / "database-users.lock")
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Cluster:
        self.attach()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.detach()

    def attach(self) -> None:
        """Have the server running, made if need be, until `detach`. Raises WorkspaceError if it cannot be."""
        self.home.create()
        with self._changing():
            self._bring_up()
            self._users.acquire(shared=True)

    def detach(self) -> None:
        """Stop using the server; if nobody else does, it is shut down."""
        with self._changing():
            self._users.release()
            if self._users.acquire(wait=False):
                self._shut_down()
                self._users.release()

    def revive(self) -> bool:
        """Start the server again if it died while we were attached; return whether it had."""
        if self.is_running():
            return False
        with self._changing():
            self._bring_up()
        return True

    def is_running(self) -> bool:
        """Return whether the server process is alive."""
        if self._child is not None:
            self._child.poll()  # takes notice of its death, so that it does not stay a zombie
        return processes.postmaster_of(self.home.data) is not None

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """Connect as the superuser, for work on roles and databases; each statement is a transaction of its own."""
        return psycopg.connect(
            host=str(socket_folder(self.home)),
            port=PORT,
            dbname=database,
            user=SUPERUSER,
            password=password(self.home, "superuser"),
            connect_timeout=10,
            autocommit=True,
        )

    @cached_property
    def programs(self) -> Path:
        """The folder of psql, pg_dump and their like, of the server's version."""
        return binaries.install(self.home.path / "postgres")

    @cached_property
    def _user(self) -> pwd.struct_passwd | None:
        return os_user.database_user()

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """Keep every other process from starting or stopping the server at the same time."""
        with exclusive(self.home.run / "database.lock"):
            yield

    def _bring_up(self) -> None:
        self._prepare()
        running = processes.postmaster_of(self.home.data)
        if running is None or not self._await_ready(running):  # alive but on its way out: it ended while we waited
            self._launch()
            with self.connect() as superuser:
                roles.create_roles(superuser, passwords={ROLES[role]: password(self.home, role) for role in ROLES})
                roles.create_database(superuser, DATABASE, owner=ROLES["owner"], app=ROLES["app"])
            with psycopg.connect(**embedded_parameters(self.home, "owner")) as owner:
                roles.prepare_database(owner, app=ROLES["app"])

    def _prepare(self) -> None:
        """Make what the server needs on disk: folders its user may enter, the data folder, the configuration."""
        for folder in (self.home.path, self.home.run, self.home.logs):
            os_user.let_pass(folder, self._user)
        os_user.check_reach(self.home.path, self._user)
        os_user.give(self._log_folder, self._user)
        self._prepare_socket_folder()
        if not (self.home.data / "PG_VERSION").exists():
            self._initialize()
        self._check_version()

    @property
    def _log_folder(self) -> Path:
        return self.home.logs / "postgres"

    def _prepare_socket_folder(self) -> None:
        folder = socket_folder(self.home)
        if not fits_socket(folder) or not self._is_ours(folder):
            # Outside the home, under a name nobody can foresee; remembered for those who want to connect.
            folder = Path(tempfile.mkdtemp(prefix="guanxi-"))
            remembered_socket_folder(self.home).write_text(str(folder), encoding="utf-8")
        os_user.give(folder, self._user)

    def _is_ours(self, folder: Path) -> bool:
        """Return whether the socket folder is inside the home, or still the one we made in the shared temporary folder."""
        if folder.is_relative_to(self.home.path):
            return True
        owner = os.geteuid() if self._user is None else self._user.pw_uid
        return folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == owner

    def _initialize(self) -> None:
        """Make the data folder beside its place and move it there: it exists whole or not at all."""
        draft = self.home.path / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        os_user.give(draft, self._user)
        with self._password_file() as password_file:
            options = {
                "--pgdata": draft,
                "--username": SUPERUSER,
                "--pwfile": password_file,
                "--auth": "scram-sha-256",
                "--encoding": "UTF8",
                "--locale": "C.UTF-8",  # with locale C, trigrams of Chinese are empty
                "--locale-provider": "builtin",  # the order of text does not change with the system's library
                "--builtin-locale": "C.UTF-8",
            }
            self._run("initdb", *(f"{name}={value}" for name, value in options.items()))
        if self.home.data.exists():
            self.home.data.rmdir()  # only ever empty here; if it is not, the error names it
        draft.rename(self.home.data)

    @contextlib.contextmanager
    def _password_file(self) -> Iterator[Path]:
        folder = self.home.run / "initdb"
        os_user.give(folder, self._user)
        try:
            file = folder / "password"
            file.touch(mode=0o600)
            file.write_text(password(self.home, "superuser"))
            if self._user is not None:
                os.chown(file, self._user.pw_uid, self._user.pw_gid)
            yield file
        finally:
            shutil.rmtree(folder)

    def _check_version(self) -> None:
        found = int((self.home.data / "PG_VERSION").read_text())
        if found != binaries.major():
            raise WorkspaceError(
                f"The database in {self.home.data} was made by PostgreSQL {found}; this Guanxi comes with PostgreSQL {binaries.major()}."
                f" Make a backup with the Guanxi that made it (guanxi backup) and restore that into a new folder with this one."
            )

    def _launch(self) -> None:
        """Start the server process and wait until it answers."""
        self._clear_remains()
        self._configure()
        early_log = self.home.logs / "postgres-start.log"
        with early_log.open("wb") as output:
            self._child = subprocess.Popen(
                [self.programs / "postgres", "-D", self.home.data],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.home.data,
                env=self._environment(),
                start_new_session=True,  # Ctrl-C at the terminal is for us, who stop the server last
                **os_user.identity(self._user),
            )
        if not self._await_ready(psutil.Process(self._child.pid)):
            self._child.wait()
            raise WorkspaceError(f"The embedded database did not start. {self._last_words(early_log)}")

    def _clear_remains(self) -> None:
        """End what a killed server left behind: sessions that hold its memory, and files that name it as running."""
        processes.end_all(processes.processes_of(self.home.data))
        folder = socket_folder(self.home)
        for path in (self.home.data / "postmaster.pid", folder / f".s.PGSQL.{PORT}.lock", folder / f".s.PGSQL.{PORT}"):
            path.unlink(missing_ok=True)

    def _configure(self) -> None:
        overrides = self.home.path / "postgresql.conf"
        text = tuning.configuration(socket_folder=socket_folder(self.home), log_folder=self._log_folder, overrides=overrides)
        for name, content in (("postgresql.conf", text), ("pg_hba.conf", tuning.ACCESS)):
            (self.home.data / name).write_text(content, encoding="utf-8")  # keeps owner and mode that initdb gave it

    def _await_ready(self, postmaster: psutil.Process) -> bool:
        """Wait until the server answers a query; False if it ended instead."""
        deadline = time.monotonic() + START_PATIENCE
        while time.monotonic() < deadline:
            if self._answers():
                return True
            if self._child is not None:
                self._child.poll()
            if not processes.is_alive(postmaster):
                return False
            time.sleep(POLL)
        raise WorkspaceError(f"The embedded database is running but has not answered for {START_PATIENCE:.0f} s; see {self._log_folder}.")

    def _answers(self) -> bool:
        try:
            with self.connect() as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _shut_down(self) -> None:
        postmaster = processes.postmaster_of(self.home.data)
        if postmaster is not None:
            processes.stop(postmaster, patience=STOP_PATIENCE)
        if self._child is not None:
            self._child.poll()
            self._child = None

    def _run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the database's user."""
        done = subprocess.run(
            [self.programs / program, *arguments],
            cwd="/",
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
            **os_user.identity(self._user),
        )
        if done.returncode:
            raise WorkspaceError(f"{program} failed: {done.stderr.strip() or done.stdout.strip()}")

    def _environment(self) -> dict[str, str]:
        """Return an environment without this process's own PG* variables and secrets, and in a language whose messages we can read."""
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}

    def _last_words(self, early_log: Path) -> str:
        """Return the last lines the server wrote before it gave up."""
        logs = [early_log, *self._log_folder.glob("*.log")]
        newest = max((log for log in logs if log.stat().st_size), key=lambda log: log.stat().st_mtime, default=None)
        if newest is None:
            return f"It wrote no log; see {self.home.logs}."
        lines = newest.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-5:]
        return f"The end of {newest}:\n" + "\n".join(lines)
