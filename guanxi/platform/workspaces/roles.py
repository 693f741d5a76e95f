"""The roles of a workspace's database: where it is, and how each signs in.

`guanxi_owner` owns the schema and changes its shape; `guanxi_app` serves. What each may do is in
`privileges`.

Unless told otherwise the database is the embedded PostgreSQL. GUANXI_DATABASE_URL names a real
server instead, and GUANXI_OWNER_DATABASE_URL the role that owns the schema there. If only the first
is given, that one role does both: simpler, and one wall less.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

import psycopg
from psycopg.conninfo import conninfo_to_dict

from .errors import WorkspaceError
from .home import Home, workspace_home

Role = Literal["app", "owner"]
EmbeddedRole = Role | Literal["superuser"]

NAMES: dict[EmbeddedRole, str] = {
    "app": "guanxi_app",
    "owner": "guanxi_owner",
    "superuser": "postgres",
}
SUPERUSER = NAMES["superuser"]
DATABASE = "guanxi"
PORT = 5432  # names the socket file only: the embedded server does not listen on the network
SOCKET_PATH_LIMIT = 103  # bytes, of the shortest sockaddr_un in use (macOS; Linux has 107)


def database_settings(role: str | None = None) -> dict[str, Any]:
    """Return Django's settings for the database, signed in as "app" or "owner".

    `role` defaults to GUANXI_DATABASE_ROLE, else "app". GUANXI_DATABASE_POOL is the number of
    connections a serving process may keep open between requests; other processes keep none.
    Raises WorkspaceError for an address that cannot be understood.
    """
    role = role or os.environ.get("GUANXI_DATABASE_ROLE") or "app"
    parameters = connection_parameters("owner" if role == "owner" else "app")
    settings: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parameters.pop("dbname", DATABASE),
        "USER": parameters.pop("user", ""),
        "PASSWORD": parameters.pop("password", ""),
        "HOST": parameters.pop("host", ""),
        "PORT": parameters.pop("port", ""),
        "OPTIONS": parameters,
    }
    pool_size = int(os.environ.get("GUANXI_DATABASE_POOL", "0"))
    if pool_size and role == "app":
        settings["OPTIONS"]["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 10}
        # A connection from before the database was restarted is replaced, not handed out.
        settings["CONN_HEALTH_CHECKS"] = True
    return settings


def connection_parameters(role: Role) -> dict[str, Any]:
    """Return libpq's parameters for signing in to the workspace's database as `role`."""
    url = _url(role)
    if url is None:
        return embedded_parameters(workspace_home(), role)
    try:
        return dict(conninfo_to_dict(url))
    except psycopg.ProgrammingError as error:
        reason = str(error).strip()
        raise WorkspaceError(f"The address of the database is not one: {reason}") from error


def embedded_parameters(home: Home, role: EmbeddedRole) -> dict[str, Any]:
    """Return libpq's parameters for signing in to the embedded database of `home`."""
    return {
        "host": str(socket_folder(home)),
        "port": str(PORT),
        "dbname": "postgres" if role == "superuser" else DATABASE,
        "user": NAMES[role],
        "password": password(home, role),
    }


def is_external() -> bool:
    """Return whether the workspace's database is on a real server rather than embedded."""
    return _url("app") is not None


def password(home: Home, role: EmbeddedRole) -> str:
    """Return the password of a role of the embedded database."""
    return home.key(f"database-{role}")


def socket_folder(home: Home) -> Path:
    """Return the folder of the embedded database's socket: in the home, or the one remembered."""
    inside = home.run / "db"
    if fits_socket(inside):
        return inside
    try:
        return Path(remembered_socket_folder(home).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return inside  # never started: connecting fails, and names the place where it ought to be


def remembered_socket_folder(home: Home) -> Path:
    """Return the file that remembers a socket folder outside the home."""
    return home.run / "socket-folder"


def fits_socket(folder: Path) -> bool:
    """Return whether the kernel and libpq can address a socket in `folder`.

    The path must be short, and without the characters by which libpq separates addresses.
    """
    socket = os.fsencode(folder / f".s.PGSQL.{PORT}")
    return len(socket) <= SOCKET_PATH_LIMIT and not set(b',"') & set(socket)


def _url(role: Role) -> str | None:
    app = os.environ.get("GUANXI_DATABASE_URL")
    owner = os.environ.get("GUANXI_OWNER_DATABASE_URL")
    if owner and not app:
        raise WorkspaceError(
            "GUANXI_OWNER_DATABASE_URL is set but GUANXI_DATABASE_URL, which serves, is not."
        )
    return ((owner or app) if role == "owner" else app) or None
