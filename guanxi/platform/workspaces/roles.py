"""The two roles of a workspace's database, and what each may do.

`guanxi_owner` owns the database and the schema and changes their shape. `guanxi_app` serves: it reads and writes rows, and cannot
alter, truncate or drop anything. A migration may take more from it (the event table: insert and select only).
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection
from psycopg.sql import SQL, Composed, Identifier, Literal

EXTENSIONS = ("pg_trgm", "btree_gin")  # both trusted: the owner of the database may create them, no superuser is needed


def create_roles(superuser: Connection[Any], *, passwords: dict[str, str]) -> None:
    """Create the login roles named in `passwords`, or give those that exist that password."""
    for role, password in passwords.items():
        verb = "ALTER" if _exists(superuser, "SELECT 1 FROM pg_roles WHERE rolname = %s", role) else "CREATE"
        # Sent as a hash: the server's log and its activity view never see the password.
        secret = superuser.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
        superuser.execute(SQL("{} ROLE {} LOGIN PASSWORD {}").format(SQL(verb), Identifier(role), Literal(secret)))


def create_database(superuser: Connection[Any], name: str, *, owner: str, app: str) -> None:
    """Create the database unless it exists: the owner's, open to the app, closed to everybody else."""
    if not _exists(superuser, "SELECT 1 FROM pg_database WHERE datname = %s", name):
        superuser.execute(SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(Identifier(name), Identifier(owner)))
    for statement in ("REVOKE ALL ON DATABASE {name} FROM PUBLIC", "GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {app}"):
        superuser.execute(SQL(statement).format(name=Identifier(name), app=Identifier(app)))


def prepare_database(owner: Connection[Any], *, app: str) -> None:
    """Create the extensions, and let `app` use every table, sequence and function that the owner will create. Safe to repeat."""
    for extension in EXTENSIONS:
        owner.execute(SQL("CREATE EXTENSION IF NOT EXISTS {}").format(Identifier(extension)))
    for statement in _privileges(app):
        owner.execute(statement)


def _privileges(app: str) -> list[Composed]:
    statements = [
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {app}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {app}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO {app}",
    ]
    return [SQL(statement).format(app=Identifier(app)) for statement in statements]


def _exists(connection: Connection[Any], query: str, name: str) -> bool:
    return connection.execute(query.encode(), (name,)).fetchone() is not None
