"""The web server as a process of its own, for programs that nobody here wrote."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from django.db import connection
from psycopg.conninfo import make_conninfo

from guanxi.platform.workspaces import roles
from tests.browser.product import free_port
from tests.waiting import wait_until


def on_this_database() -> dict[str, str]:
    """The environment of a process that works on the tests' database as the product does."""
    parameters = roles.connection_parameters("app") | {"dbname": connection.settings_dict["NAME"]}
    environment = os.environ | {
        "GUANXI_DATABASE_URL": make_conninfo(**parameters),
        "GUANXI_DATABASE_ROLE": "app",
    }
    environment.pop("GUANXI_OWNER_DATABASE_URL", None)
    return environment


@contextmanager
def web_server(**environment: str) -> Iterator[str]:
    """Serve what is committed in the tests' database until the block ends; gives the address."""
    port = free_port()
    url = f"http://localhost:{port}"
    command = ["web", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "guanxi.cli", *command, "--threads", "4"],
        env=on_this_database() | {"GUANXI_URL": url, **environment},
    )
    try:
        wait_until(lambda: is_ready(url))
        yield url
    finally:
        process.terminate()
        process.wait(30)


def is_ready(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/api/v1/ready", trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False
