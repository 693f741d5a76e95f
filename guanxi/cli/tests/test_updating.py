"""`guanxi migrate` on a firm's database: backed up before, then wholly or not at all."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import psycopg
import pytest

from guanxi.cli.tests.test_serving import FOUND, GUANXI, environment
from guanxi.platform.workspaces import backup as backups
from guanxi.platform.workspaces import roles
from guanxi.platform.workspaces.cluster import Cluster
from guanxi.platform.workspaces.home import Home

BREAKS = {"DJANGO_SETTINGS_MODULE": "bench.update_that_breaks.settings"}
STATE = """
select (select name from platform_workspace),
       to_regclass('update_that_breaks'),
       (select count(*) from django_migrations)
"""
Migrate = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def firm(make_serving_home: Callable[[str], Home]) -> Iterator[Home]:
    """A firm's workspace of this version; its database runs."""
    home = make_serving_home("guanxi-update-")
    with Cluster(home):
        migrate(home).check_returncode()
        found = {**environment(), "GUANXI_HOME": str(home.path)}
        subprocess.run([sys.executable, "-c", FOUND], check=True, env=found)
        yield home


def migrate(home: Home, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [*GUANXI, "--home", str(home.path), "migrate"]
    env = environment() | variables
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


def owner(home: Home) -> psycopg.Connection:
    return psycopg.connect(**roles.embedded_parameters(home, "owner"), autocommit=True)


def state(home: Home) -> tuple[object, ...]:
    with owner(home) as session:
        found = session.execute(STATE).fetchone()
    assert found is not None
    return found


def test_an_update_that_fails_halfway_changes_nothing_and_names_the_backup(firm: Home) -> None:
    before = state(firm)
    failed = migrate(firm, **BREAKS)
    assert failed.returncode == 1
    assert "division by zero" in failed.stderr
    assert "Nothing in it was changed" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert state(firm) == before
    (file,) = firm.backups.glob("*-before-migration.tar.gz")
    assert str(file) in failed.stderr
    assert backups.verify(file).migrations
    assert migrate(firm).returncode == 0  # the version before it goes on as if nothing had been
    assert len(list(firm.backups.iterdir())) == 1  # nothing was due


def test_older_backups_go_only_once_an_update_succeeded(firm: Home) -> None:
    for file in firm.backups.iterdir():
        file.unlink()
    older = [
        firm.backups / f"guanxi-2020010{n}-000000-before-migration.tar.gz" for n in range(1, 7)
    ]
    for file in older:
        file.touch()
    for _attempt in range(2):
        assert migrate(firm, **BREAKS).returncode == 1
    assert all(file.exists() for file in older)
    (attempt,) = set(firm.backups.iterdir()) - set(older)
    with owner(firm) as session:
        session.execute("delete from django_migrations where name = '0006_names_as_they_are_seen'")
    migrate(firm).check_returncode()
    assert not attempt.exists()
    *before, last = sorted(firm.backups.iterdir())
    assert before == older[-4:]
    assert last.name.endswith("-before-migration.tar.gz")
    assert "attempt" not in last.name
    assert backups.verify(last).migrations


def test_a_database_of_a_newer_version_is_refused(firm: Home) -> None:
    with owner(firm) as session:
        session.execute(
            "insert into django_migrations (app, name, applied)"
            " values ('platform', '9999_beyond_us', now())"
        )
        refused = migrate(firm)
        session.execute("delete from django_migrations where name = '9999_beyond_us'")
    assert refused.returncode == 1
    assert "newer version of Guanxi" in refused.stderr
    assert "platform.9999_beyond_us" in refused.stderr
