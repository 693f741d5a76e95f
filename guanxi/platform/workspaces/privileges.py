"""What the two roles of a workspace's database may do.

`guanxi_owner` owns the database and the schema and changes their shape. `guanxi_app` serves: it
reads and writes rows, and cannot alter, truncate or drop anything. A migration may take more from
it (the event table: insert and select only).
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection
from psycopg.sql import SQL, Composed, Identifier, Literal

# Trusted ones only: the owner of the database may create them, no superuser is needed.
EXTENSIONS = ("pg_trgm", "btree_gin")


def create_roles(superuser: Connection[Any], *, passwords: dict[str, str]) -> None:
    """Create the login roles named in `passwords`, or give those that exist that password."""
    for role, password in passwords.items():
        known = superuser.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
        statement = "ALTER ROLE {} {}" if known else "CREATE ROLE {} {}"
        # Sent as a hash: the server's log and its activity view never see the password.
        secret = superuser.pgconn.encrypt_password(
            password.encode(), role.encode(), b"scram-sha-256"
        )
        login = SQL("LOGIN PASSWORD {}").format(Literal(secret.decode()))
        superuser.execute(SQL(statement).format(Identifier(role), login))


def create_database(superuser: Connection[Any], name: str, *, owner: str, app: str) -> None:
    """Create the owner's database, unless it exists; open to the app, closed to everybody else."""
    statements = [
        "REVOKE ALL ON DATABASE {name} FROM PUBLIC",
        "GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {app}",
    ]
    known = superuser.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
    if not known:
        statements.insert(0, "CREATE DATABASE {name} OWNER {owner} TEMPLATE template0")
    names = {"name": Identifier(name), "owner": Identifier(owner), "app": Identifier(app)}
    for statement in statements:
        superuser.execute(SQL(statement).format(**names))


def prepare_database(owner: Connection[Any], *, app: str) -> None:
    """Create the extensions, and let `app` use whatever the owner will create. Safe to repeat."""
    for extension in EXTENSIONS:
        owner.execute(SQL("CREATE EXTENSION IF NOT EXISTS {}").format(Identifier(extension)))
    for statement in _privileges(app):
        owner.execute(statement)


def _privileges(app: str) -> list[Composed]:
    statements = [
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {app}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
        " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {app}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO {app}",
    ]
    return [SQL(statement).format(app=Identifier(app)) for statement in statements]
