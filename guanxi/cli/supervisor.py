"""Keeps child processes running, and ends them all together."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

MARK = "GUANXI_SUPERVISED"  # in the environment of every process that we start: whose it is
LOG_LIMIT = 20 * 1024 * 1024  # bytes, after which a log file begins anew; the last one is kept
STEADY = 60.0  # seconds after which a child counts as well, and its restarts are forgiven
LONGEST_PAUSE = 30.0  # seconds between restarts
POLL = 0.1  # seconds
PATIENCE = 2.5  # seconds that children get to end by themselves


@dataclass
class Child:
    """One process that ought to run as long as we do."""

    name: str
    command: list[str]
    log: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    started_at: float = 0.0
    start_after: float = field(default=0.0)

    def start(self) -> None:
        """Start the process, in a group of its own so that all it starts can be ended with it."""
        shorten(self.log)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=os.environ | self.environment,
                start_new_session=True,
            )
        self.started_at = time.monotonic()

    def is_running(self) -> bool:
        """Return whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def note_end(self) -> float:
        """Take notice that the process ended; return the seconds until it may start again."""
        self.kill()  # its own children may be left
        self.process = None
        well = time.monotonic() - self.started_at > STEADY
        self.failures = 1 if well else self.failures + 1
        pause = min(2.0 ** (self.failures - 1), LONGEST_PAUSE)
        self.start_after = time.monotonic() + pause
        return pause

    def ask_to_end(self) -> None:
        """Ask the process to finish what it does and end."""
        if self.process is not None and self.is_running():
            self.process.terminate()

    def kill(self) -> None:
        """End the process and everything it started, at once."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Supervisor:
    """Runs children until it is told to stop; `watch` is called regularly meanwhile."""

    def __init__(self, children: list[Child], *, tell: Callable[[str], None]) -> None:
        self.children = children
        self.tell = tell
        self.stopping = False

    def stop_on_signals(self) -> None:
        """Let Ctrl-C, SIGTERM and a closed terminal end `run`."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def run(self, watch: Callable[[], None]) -> None:
        """Keep the children running until stopped, then end them."""
        try:
            while not self.stopping:
                for child in self.children:
                    self._keep(child)
                watch()
                time.sleep(POLL)
        finally:
            self._end_all()

    def _keep(self, child: Child) -> None:
        if child.process is not None and not child.is_running():
            code = child.process.returncode
            pause = child.note_end()
            self.tell(f"{child.name} ended ({code}); again in {pause:.0f} s. See {child.log}")
        if child.process is None and time.monotonic() >= child.start_after:
            child.start()

    def _end_all(self) -> None:
        for child in self.children:
            child.ask_to_end()
        deadline = time.monotonic() + PATIENCE
        while any(child.is_running() for child in self.children) and time.monotonic() < deadline:
            time.sleep(POLL / 2)
        for child in self.children:
            child.kill()

    def _on_signal(self, number: int, frame: object) -> None:
        self.stopping = True


def end_orphans(home: Path) -> None:
    """End what a killed supervisor of this workspace left running. Only its lock's holder may."""
    orphans = [process for process in psutil.process_iter() if _is_of(process, home)]
    for process in orphans:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(orphans, timeout=PATIENCE)


def _is_of(process: psutil.Process, home: Path) -> bool:
    try:
        return process.pid != os.getpid() and process.environ().get(MARK) == str(home)
    except psutil.Error:
        return False


def shorten(log: Path) -> None:
    """Begin a log file anew when it has grown large. Its writers append, and so need not know."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        shutil.copyfile(log, log.with_suffix(".old.log"))
        os.truncate(log, 0)
