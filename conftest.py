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
from typing import Any

import django
import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test import TransactionTestCase
from psycopg.conninfo import make_conninfo
from pytest_django import DjangoDbBlocker

from guanxi.platform.workspaces import privileges, roles
from guanxi.platform.workspaces.cluster import Cluster
from guanxi.platform.workspaces.home import Home, workspace_home
from guanxi.platform.workspaces.locks import exclusive

ROOT = Path(__file__).parent
TEST_DATA = Path(os.environ.get("GUANXI_TEST_DATA") or ROOT / "../shared/data").resolve()
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
MEMORY_WANTED = 4 * 1024**3  # bytes
MIGRATED = "guanxi_test_migrated"  # the database that each worker's is a copy of
# Autovacuum, a superuser's, cannot be sent away from a database that a test drops.
FAST_NOT_SAFE = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nautovacuum = off\n"

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
    # Tests ask a hundred times as fast as people; those of the limits set their own.
    os.environ["GUANXI_RATE_LIMIT"] = os.environ["GUANXI_RATE_LIMIT_OPEN"] = "0"
    for name in ("DATABASE_URL", "OWNER_DATABASE_URL", "DATABASE_POOL", "FILES_URL"):
        os.environ.pop(f"GUANXI_{name}", None)
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
    # Each test's browser is served by middleware of its own, which would first list all files.
    settings.WHITENOISE_AUTOREFRESH = True
    if IS_WORKER:  # tests look whether uploads are left; other workers' are under way
        mine = workspace_home().uploads / os.environ["PYTEST_XDIST_WORKER"]
        mine.mkdir()
        settings.FILE_UPLOAD_TEMP_DIR = mine


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
    if foreign := os.environ.get("GUANXI_TEST_DATABASE_URL"):
        with psycopg.connect(foreign, autocommit=True) as superuser:
            prepare_server(superuser)
        yield
    else:
        with Cluster(workspace_home()) as cluster:
            with cluster.connect() as superuser:
                let_owner_create_databases(superuser)
            yield


def prepare_server(superuser: psycopg.Connection) -> None:
    """Make on a foreign server what the embedded one makes for itself."""
    app, owner = roles.connection_parameters("app"), owner_parameters()
    passwords = {role["user"]: role["password"] for role in (app, owner)}
    with exclusive(workspace_home().run / "tests.lock"):
        privileges.create_roles(superuser, passwords=passwords)
        privileges.create_database(superuser, owner["dbname"], owner=owner["user"], app=app["user"])
        with psycopg.connect(**owner) as session:
            privileges.prepare_database(session, app=app["user"])
    let_owner_create_databases(superuser)


def let_owner_create_databases(superuser: psycopg.Connection) -> None:
    """And drop them from under sessions of the app that are still on their way out."""
    owner, app = owner_parameters()["user"], roles.connection_parameters("app")["user"]
    with exclusive(workspace_home().run / "tests.lock"):  # workers would disturb each other
        superuser.execute(f'ALTER ROLE "{owner}" CREATEDB')
        superuser.execute(f'GRANT "{app}" TO "{owner}"')


@pytest.fixture(scope="session")
def django_db_setup(
    database_server: None, django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """A database for this worker, copied from one that was migrated once for all of them.

    After a test that committed it is copied anew: emptying the tables would also lose the rows
    that migrations made, and the app, as which tests run, may not truncate.
    """
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        with exclusive(workspace_home().run / "tests.lock"):
            if not exists(MIGRATED):
                migrate()
        name = f"guanxi_test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
        renew(name)
        use(name, role="app")
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda test: renew(name))
        yield
        connections.close_all()


def exists(name: str) -> bool:
    with as_owner() as session:
        found = session.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
    return found is not None


def migrate() -> None:
    """Make the migrated database; it gets its name last, so that half of one is never taken."""
    draft = f"{MIGRATED}_draft"
    with as_owner() as session:
        session.execute(f'CREATE DATABASE "{draft}" TEMPLATE "{owner_parameters()["dbname"]}"')
    use(draft, role="owner")
    call_command("migrate", verbosity=0)
    connection.close()
    with as_owner() as session:
        session.execute(f'ALTER DATABASE "{draft}" RENAME TO "{MIGRATED}"')


def renew(name: str) -> None:
    """Replace a database by a fresh copy of the migrated one."""
    connections.close_all()
    with as_owner() as session:
        session.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        session.execute(f'CREATE DATABASE "{name}" TEMPLATE "{MIGRATED}"')


def use(name: str, *, role: roles.Role) -> None:
    """Let Django connect to a database as a role from now on."""
    parameters = roles.connection_parameters(role)
    connection.close()
    connection.settings_dict.update(
        NAME=name, USER=parameters["user"], PASSWORD=parameters["password"]
    )


def owner_parameters() -> dict[str, Any]:
    return roles.connection_parameters("owner")


def as_owner() -> psycopg.Connection:
    """Connect for work on databases, from a database that nobody copies."""
    return psycopg.connect(**owner_parameters() | {"dbname": "postgres"}, autocommit=True)


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
