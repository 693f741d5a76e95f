"""The certified provider as a process of its own."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser.product import free_port

PROGRAM = Path(__file__).with_suffix(".mjs")


class Certified:
    """Its address is known before it runs, as it must know where to send people back to."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"

    @contextmanager
    def sending_back_to(self, redirect: str) -> Iterator[None]:
        process = subprocess.Popen(
            ["node", str(PROGRAM), str(self.port), redirect],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # it warns that its forms are for development
            text=True,
        )
        assert process.stdout
        try:
            assert process.stdout.readline() == "ready\n"
            yield
        finally:
            process.terminate()
            process.wait(30)
            process.stdout.close()
