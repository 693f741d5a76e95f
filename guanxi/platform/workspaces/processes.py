"""Finding the processes of one embedded database, and ending those that were left behind.

PostgreSQL's own rule, "a process with the number in postmaster.pid exists", fails when the number
went to another process or to a zombie. Every PostgreSQL process works inside its data folder: that
is what identifies ours, and never another's.
"""

from __future__ import annotations

import contextlib
import signal
import time
from pathlib import Path

import psutil

POLL = 0.02  # seconds


def is_alive(process: psutil.Process) -> bool:
    """Return whether the process still runs; a zombie, whose parent has yet to notice, does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def find(number: int) -> psutil.Process | None:
    """Return the process of that number, or None if there is none."""
    try:
        return psutil.Process(number)
    except psutil.NoSuchProcess:
        return None


def works_in(process: psutil.Process, folder: Path) -> bool:
    """Return whether the working directory of the process is `folder`."""
    try:
        return is_alive(process) and Path(process.cwd()) == folder.resolve()
    except (psutil.Error, OSError):
        return False


def postmaster_of(data: Path) -> psutil.Process | None:
    """Return the server process of a data folder; None if postmaster.pid names a wrong one."""
    try:
        number = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
    process = find(number)
    return process if process is not None and works_in(process, data) else None


def processes_of(data: Path) -> list[psutil.Process]:
    """Return every process of a data folder's server, alive with or without it."""
    candidates = (
        process
        for process in psutil.process_iter(["name"])
        if (process.info["name"] or "").startswith("postgres")
    )
    return [process for process in candidates if works_in(process, data)]


def end_all(processes: list[psutil.Process], *, patience: float = 5.0) -> None:
    """End processes whose server died: ask them to quit at once, then kill.

    The write-ahead log makes this safe.
    """
    for signal_number in (signal.SIGQUIT, signal.SIGKILL):
        for process in processes:
            _send(process, signal_number)
        if wait_for_end(processes, patience):
            return


def stop(postmaster: psutil.Process, *, patience: float) -> None:
    """Shut a server down: sessions are ended, data written.

    After `patience` seconds it quits as it is, and recovers when started.
    """
    for signal_number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        _send(postmaster, signal_number)
        if wait_for_end([postmaster], patience):
            return


def wait_for_end(processes: list[psutil.Process], seconds: float) -> bool:
    """Wait until all of them have ended; False if not within `seconds`."""
    deadline = time.monotonic() + seconds
    while any(is_alive(process) for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL)
    return True


def _send(process: psutil.Process, signal_number: signal.Signals) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(signal_number)
