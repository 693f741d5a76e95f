"""Where the workspace's database is and how to sign in to it: what Django's settings need to know.

Without further ado that is the embedded PostgreSQL. GUANXI_DATABASE_URL names a real server instead; GUANXI_OWNER_DATABASE_URL names the
role that owns the schema there. If only the first is given, that one role does both: simpler, and one wall less.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

import psycopg
from psycopg.conninfo import conninfo_to_dict

from .errors import WorkspaceError
from .home import Home, current_home


Role = Literal["app", "owner"]

DATABASE = "guanxi"
ROLES: dict[Role, str] = {"app": "guanxi_app", "owner": "guanxi_owner"}
SUPERUSER = "postgres"
PORT = 5432  # names the socket file only: the embedded server does not listen on the network
SOCKET_PATH_LIMIT = 103  # bytes, of the shortest sockaddr_un in use (macOS; Linux has 107)


def database_settings(role: Role | None = None) -> dict[str, Any]:
    """Return Django's settings for the workspace's database, signed in as `role` (else GUANXI_DATABASE_ROLE, else "app").

    GUANXI_DATABASE_POOL is the number of connections that a serving process keeps open between requests; other processes keep none.
    Raises WorkspaceError for an address that cannot be understood.
    """
    if role is None:
        role = "owner" if os.environ.get("GUANXI_DATABASE_ROLE") == "owner" else "app"
    parameters = connection_parameters(role)
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
        settings["CONN_HEALTH_CHECKS"] = True  # a connection from before the database was restarted is replaced, not handed out
    return settings


def connection_parameters(role: Role, home: Home | None = None) -> dict[str, Any]:
    """Return libpq's parameters for signing in as `role`."""
    url = _url(role)
    if url is None:
        return embedded_parameters(home or current_home().create(), role)
    try:
        return dict(conninfo_to_dict(url))
    except psycopg.ProgrammingError as error:
        raise WorkspaceError(f"The address of the {role} database cannot be understood: {str(error).strip()}") from error


def embedded_parameters(home: Home, role: Role) -> dict[str, Any]:
    """Return libpq's parameters for signing in to the embedded database of `home`."""
    return {"host": str(socket_folder(home)), "port": str(PORT), "dbname": DATABASE, "user": ROLES[role], "password": password(home, role)}


def is_external() -> bool:
    """Return whether the workspace's database is on a real server rather than embedded."""
    return _url("app") is not None


def password(home: Home, role: Role | Literal["superuser"]) -> str:
    """Return the password of a role of the embedded database."""
    return home.key(f"database-{role}")


def socket_folder(home: Home) -> Path:
    """Return the folder of the embedded database's socket: inside the home, or the remembered one elsewhere if that path will not do."""
    inside = home.run / "db"
    if fits_socket(inside):
        return inside
    try:
        return Path(remembered_socket_folder(home).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return inside  # never started: nobody can connect yet, and the error will name the place where it ought to be


def remembered_socket_folder(home: Home) -> Path:
    """Return the file that remembers a socket folder outside the home."""
    return home.run / "socket-folder"


def fits_socket(folder: Path) -> bool:
    """Return whether a socket can be in `folder`: short enough for the kernel, no character that libpq gives a meaning."""
    socket = os.fsencode(folder / f".s.PGSQL.{PORT}")
    return len(socket) <= SOCKET_PATH_LIMIT and not set(b',"') & set(socket)


def _url(role: Role) -> str | None:
    app, owner = os.environ.get("GUANXI_DATABASE_URL"), os.environ.get("GUANXI_OWNER_DATABASE_URL")
    if owner and not app:
        raise WorkspaceError("GUANXI_OWNER_DATABASE_URL is set but GUANXI_DATABASE_URL is not. Set that one too: it serves the users.")
    return (owner or app if role == "owner" else app) or None
