"""A server that speaks S3, as a process of its own on loopback."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.browser.product import free_port
from tests.waiting import wait_until

BUCKET = "firm"


class BucketServer:
    """Its buckets are folders, in which tests look and do damage."""

    def __init__(self, root: Path) -> None:
        self.root, self.port = root, free_port()
        (root / BUCKET).mkdir()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
        }

    def start(self) -> None:
        command = [sys.executable, "-m", "localbucket", str(self.root), "--port", str(self.port)]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        wait_until(self._answers)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def _answers(self) -> bool:
        try:
            httpx2.get(f"http://127.0.0.1:{self.port}", trust_env=False)
        except httpx2.TransportError:
            return False
        return True


@contextmanager
def bucket_server(root: Path) -> Iterator[BucketServer]:
    server = BucketServer(root)
    try:
        server.start()
        yield server
    finally:
        server.stop()
