"""What every test stands on: a workspace of its own, a real PostgreSQL, and no way out to the
network.

One throw-away workspace and its embedded database serve a test session, all its xdist workers too.
GUANXI_TEST_DATABASE_URL, a superuser's address, names another server to run on. Migrations run as
the role that owns the schema, tests as the role that serves, exactly as in production.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from guanxi.platform.workspaces import privileges, roles
from guanxi.platform.workspaces.cluster import Cluster
from guanxi.platform.workspaces.home import Home, workspace_home

ROOT = Path(__file__).parent
TEST_DATA = Path(os.environ.get("GUANXI_TEST_DATA") or ROOT / "../shared/data").resolve()
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
MEMORY_WANTED = 4 * 1024**3  # bytes
FAST_NOT_SAFE = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"

deselected = pytest.StashKey[int]()


def scratch_folder() -> Path:
    """Return where tests make workspaces: in memory if there is room, in any case open to all.

    Root's database runs as another user, who may not enter pytest's own folders.
    """
    memory = Path("/dev/shm")  # noqa: S108
    if memory.is_dir() and os.access(memory, os.W_OK):
        can_run_programs = not os.statvfs(memory).f_flag & os.ST_NOEXEC
        if can_run_programs and shutil.disk_usage(memory).free > MEMORY_WANTED:
            return memory
    return Path("/tmp")  # noqa: S108


def make_home() -> Home:
    """Make a workspace whose database is fast rather than safe."""
    home = Home(Path(tempfile.mkdtemp(prefix="guanxi-test-", dir=scratch_folder()))).create()
    (home.path / "postgresql.conf").write_text(FAST_NOT_SAFE)
    (home.path / "postgresql.conf").chmod(0o644)  # holds no secret; the database's user reads it
    return home


def choose_workspace() -> None:
    """Point this process and its children to the test workspace, away from the user's own.

    The settings are read after this, which is why pyproject.toml does not name them to pytest.
    """
    if settings.configured:
        raise pytest.UsageError("Unset DJANGO_SETTINGS_MODULE: tests choose their own workspace.")
    os.environ["DJANGO_SETTINGS_MODULE"] = "guanxi.config.settings"
    os.environ["GUANXI_DATABASE_ROLE"] = "owner"
    for name in ("GUANXI_DATABASE_URL", "GUANXI_OWNER_DATABASE_URL", "GUANXI_DATABASE_POOL"):
        os.environ.pop(name, None)
    os.environ["GUANXI_HOME"] = str(make_home().path)
    if superuser := os.environ.get("GUANXI_TEST_DATABASE_URL"):
        names = {"GUANXI_DATABASE_URL": "app", "GUANXI_OWNER_DATABASE_URL": "owner"}
        for variable, role in names.items():
            os.environ[variable] = make_conninfo(
                superuser,
                user=f"guanxi_test_{role}",
                password=secrets.token_hex(),
                dbname="guanxi_test_template",
            )


if not IS_WORKER:
    choose_workspace()


def pytest_configure(config: pytest.Config) -> None:
    django.setup()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not IS_WORKER:
        shutil.rmtree(os.environ["GUANXI_HOME"])


@pytest.fixture(scope="session")
def scratch() -> Path:
    """A folder for workspaces that tests make themselves and take away again."""
    return scratch_folder()


@pytest.fixture(scope="session")
def database_server() -> Iterator[None]:
    """A running database server with both roles and a prepared, empty database to copy."""
    if superuser := os.environ.get("GUANXI_TEST_DATABASE_URL"):
        with psycopg.connect(superuser, autocommit=True) as session:
            session.execute("SELECT pg_advisory_lock(1)")  # workers take turns
            prepare_server(session)
        yield
        return
    with Cluster(workspace_home()) as cluster:
        with cluster.connect() as session:
            session.execute("SELECT pg_advisory_lock(1)")
            session.execute("ALTER ROLE guanxi_owner CREATEDB")
        yield


def prepare_server(superuser: psycopg.Connection) -> None:
    """Make on a foreign server what the embedded one makes for itself."""
    app, owner = roles.connection_parameters("app"), roles.connection_parameters("owner")
    passwords = {role["user"]: role["password"] for role in (app, owner)}
    privileges.create_roles(superuser, passwords=passwords)
    privileges.create_database(superuser, owner["dbname"], owner=owner["user"], app=app["user"])
    superuser.execute(f'ALTER ROLE "{owner["user"]}" CREATEDB')
    with psycopg.connect(**owner) as session:
        privileges.prepare_database(session, app=app["user"])


@pytest.fixture(scope="session")
def django_db_setup(
    database_server: None, use_template: None, django_db_setup: None
) -> Iterator[None]:
    """A migrated database for each worker; migrated by the owner, used as the app."""
    sign_in_as("app")
    connection.ops.execute_sql_flush = flush_as_owner
    yield
    sign_in_as("owner")


@pytest.fixture(scope="session")
def use_template(database_server: None) -> None:
    """Copy the prepared database: extensions and privileges are there before the migrations."""
    connection.settings_dict["TEST"]["TEMPLATE"] = roles.connection_parameters("owner")["dbname"]


def sign_in_as(role: roles.Role) -> None:
    """Let Django connect as another role from now on."""
    parameters = roles.connection_parameters(role)
    connection.close()
    connection.settings_dict.update(USER=parameters["user"], PASSWORD=parameters["password"])


def flush_as_owner(statements: list[str]) -> None:
    """Empty the tables after a test that committed: the app may not truncate."""
    owner = roles.connection_parameters("owner") | {"dbname": connection.settings_dict["NAME"]}
    with psycopg.connect(**owner) as session:
        for statement in statements:
            session.execute(statement)


@pytest.fixture(scope="session")
def outside_data() -> Path:
    """The folder of public data sets; tests that use it carry the marker `outside_data`."""
    return TEST_DATA


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests on outside data where that is absent: the only permitted skip."""
    absent = [item for item in items if item.get_closest_marker("outside_data")]
    if TEST_DATA.is_dir() or not absent:
        return
    items[:] = [item for item in items if item not in absent]
    config.hook.pytest_deselected(items=absent)
    config.stash[deselected] = len(absent)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if IS_WORKER:
        session.config.workeroutput["deselected"] = session.config.stash.get(deselected, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object, error: object) -> None:
    count = getattr(node, "workeroutput", {}).get("deselected", 0)  # each worker collects them all
    node.config.stash[deselected] = count


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if count := config.stash.get(deselected, 0):
        terminalreporter.write_line(f"{count} tests on outside data left out: no {TEST_DATA}")
