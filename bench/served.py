"""A workspace served by `guanxi serve` as people have it: real processes, that may be killed."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlencode
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parents[1]))

import psutil
import psycopg

from guanxi.platform.workspaces import processes, roles
from guanxi.platform.workspaces.home import Home

ROOT = Path(__file__).parents[1]
PATIENCE = 300.0  # seconds until it answers: after a crash the database replays its log
LOOK = 0.05  # seconds between looks at what another process does
OURS = ("GUANXI_", "DJANGO_")  # begin variables that would lead a process to another workspace
Headers = dict[str, str]


def wait_until(
    what: str, condition: Callable[[], Any], *, seconds: float = PATIENCE, look: float = LOOK
) -> Any:
    """Return what the condition gives as soon as it holds; end the proof if it does not in time."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise SystemExit(f"Waited {seconds:.0f} s in vain until {what}.")
        time.sleep(look)  # between looks: another process tells nobody
    return found


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
    return port


class Served:
    """One workspace and the `guanxi serve` that runs on it, of this version or another's Python."""

    def __init__(self, folder: Path, *, python: Path | str = sys.executable, **environment: str):
        self.home = Home(folder)
        self.port = free_port()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        # Messages are compared, and a proof runs on machines of any language.
        unlimited = {"GUANXI_RATE_LIMIT": "0", "GUANXI_RATE_LIMIT_OPEN": "0"}
        self.environment = {**kept, "LC_ALL": "C.UTF-8", **unlimited, **environment}
        self.python = str(python)
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *arguments: object) -> list[str]:
        return [
            self.python,
            "-m",
            "guanxi.cli",
            "--home",
            str(self.home.path),
            *map(str, arguments),
        ]

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run one command on the workspace to its end, whatever that is."""
        return subprocess.run(
            self.command(*arguments),
            capture_output=True,
            text=True,
            check=False,
            env=self.environment,
            cwd="/",
        )

    def guanxi(self, *arguments: object) -> str:
        """Run a command that has to succeed; returns what it says."""
        done = self.run(*arguments)
        if done.returncode:
            raise SystemExit(f"guanxi {arguments[0]} failed: {done.stdout}{done.stderr}")
        return done.stdout

    def load_sample(self, customers: int) -> list[dict[str, str]]:
        """Found the sample firm; returns its users, who share one password."""
        self.guanxi("migrate")
        said = self.guanxi("load-sample", f"--customers={customers}", "--seed=7", "--locale=zh-CN")
        told = json.loads(said.splitlines()[-1])
        return [{**user, "password": told["password"]} for user in told["users"]]

    def start(self, *options: object) -> None:
        """Start serving, and wait until it answers."""
        with self.log.open("ab") as output:
            written = output.tell()
            self.process = subprocess.Popen(
                self.command("serve", "--port", self.port, *options),
                stdout=output,
                stderr=output,
                env=self.environment,
                cwd="/",
                start_new_session=True,
            )
        # What answers at first may be what a killed one left.
        self.wait_for("it says so", lambda: b"is ready" in self.log.read_bytes()[written:])

    @property
    def log(self) -> Path:
        """What `guanxi serve` says."""
        return self.home.path.with_suffix(".log")

    def wait_for(self, what: str, condition: Callable[[], Any]) -> None:
        """Wait while it serves; end the proof if it does not any more."""

        def holds() -> Any:
            if self.process is None or self.process.poll() is not None:
                said = self.log.read_text(errors="replace")
                raise SystemExit(f"guanxi serve ended: {said[-2000:]}")
            return condition()

        wait_until(what, holds)

    def is_ready(self) -> bool:
        try:
            return Browser(self.port, timeout=5).ask("GET", "ready").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait()
            self.process = None

    def kill(self) -> None:
        """Kill the supervisor alone, as if it had crashed; its children are left behind."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def children(self) -> list[psutil.Process]:
        """All that the supervisor started, and what they did."""
        if self.process is None:
            return []
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, name: str) -> psutil.Process | None:
        """The main process "web" or "worker"; None while it is being started again."""
        for process in self.children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if process.cmdline()[1:4] == ["-m", "guanxi.cli", name]:
                    return process
        return None

    def postmaster(self) -> psutil.Process | None:
        return processes.postmaster_of(self.home.data)

    def connect(self) -> psycopg.Connection[Any]:
        """Connect to the database around everything that keeps people from what is not theirs."""
        parameters = roles.embedded_parameters(self.home, "superuser")
        return psycopg.connect(**parameters | {"dbname": roles.DATABASE}, autocommit=True)

    def sql(self, statement: Any, *values: Any) -> list[tuple[Any, ...]]:
        with self.connect() as session:
            cursor = session.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def one(self, statement: Any, *values: Any) -> Any:
        """The only value that a query gives."""
        ((value,),) = self.sql(statement, *values)
        return value


@contextmanager
def serving(served: Served, *options: object) -> Iterator[Served]:
    """Serve until the block ends, however it ends."""
    served.start(*options)
    try:
        yield served
    finally:
        served.stop()


@contextmanager
def small_disk(folder: Path, mib: int) -> Iterator[Path]:
    """A disk of that size, in memory; only root may mount it."""
    folder.mkdir(mode=0o755)
    size = f"size={mib}m,mode=755"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@contextmanager
def filled(disk: Path, *, left: int = 0) -> Iterator[None]:
    """Somebody else fills the disk, up to `left` bytes, until the block ends."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):  # it is full
        while (free := shutil.disk_usage(disk).free - left) > 0:
            file.write(bytes(min(2**20, free)))
    try:
        yield
    finally:
        ballast.unlink()


@dataclass(frozen=True)
class Answer:
    """What the server said, read to its end."""

    status: int
    headers: Headers
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


@dataclass
class Browser:
    """What one person's browser does: one connection that stays, a session, and JSON."""

    port: int
    timeout: float = 60.0
    headers: Headers = field(default_factory=dict)  # of a token, instead of a session
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None

    def sign_in(self, user: dict[str, str]) -> None:
        self.must("GET", "session")  # gives the token against forged requests
        self.must("POST", "session", {n: user[n] for n in ("username", "password")})

    def ask(
        self, method: str, path: str, body: Any = None, headers: Headers | None = None, **query: Any
    ) -> Answer:
        """Ask once. Raises OSError or HTTPException if no whole answer came."""
        sent = {**self.headers, **(headers or {})}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            sent["Origin"] = f"http://localhost:{self.port}"
            sent["X-CSRFToken"] = self.cookies.get("csrftoken", "")
        content = body
        if body is not None and not isinstance(body, bytes):
            content, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        try:
            return self._send(method, path + asked(query), content, sent)
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def must(self, method: str, path: str, body: Any = None, **query: Any) -> Answer:
        """Ask for what has to succeed."""
        answer = self.ask(method, path, body, **query)
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {answer.status} {answer.body.decode()[:2000]}")
        return answer

    def upload(self, path: str, name: str, content: bytes, **fields: str) -> Answer:
        """Send a file and the fields of its form."""
        mark = uuid4().hex
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in fields.items()
        ]
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = b"".join([*parts, head.encode(), content, f"\r\n--{mark}--\r\n".encode()])
        kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
        answer = self.ask("POST", path, body, kind)
        if answer.status >= 400:
            raise SystemExit(f"POST {path}: {answer.status} {answer.body.decode()[:2000]}")
        return answer

    def listen(self) -> IO[bytes]:
        """The stream of live events, on a connection of its own."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return open_stream(self.port, self.headers | ({"Cookie": cookie} if cookie else {}))

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _send(self, method: str, path: str, content: bytes | None, sent: Headers) -> Answer:
        if self.connection is None:
            self.connection = http.client.HTTPConnection(
                "localhost", self.port, timeout=self.timeout
            )
        self.connection.request(method, f"/api/v1/{path}", content, sent)
        response = self.connection.getresponse()
        for told in response.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(told).items()}
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())


def asked(query: dict[str, Any]) -> str:
    """The query part of an address; conditions are JSON."""
    told = {k: json.dumps(v) if isinstance(v, dict | list) else v for k, v in query.items()}
    return f"?{urlencode(told, quote_via=quote)}" if told else ""


def open_stream(port: int, headers: Headers) -> IO[bytes]:
    """Ask for live events and wait for the first line, after which nothing is missed.

    Raises HTTPException if the server refuses.
    """
    connection = http.client.HTTPConnection("localhost", port, timeout=60)
    connection.request("GET", "/api/v1/live", headers=headers)
    response = connection.getresponse()
    if response.status != 200:
        raise http.client.HTTPException(f"GET live: {response.status}")
    response.readline()
    return response
