"""`guanxi migrate` on a firm's database: backed up before, then wholly or not at all."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from guanxi.cli.tests.test_serving import FOUND, GUANXI, environment
from guanxi.platform.workspaces import archive, roles
from guanxi.platform.workspaces.cluster import Cluster
from guanxi.platform.workspaces.home import Home

NEXT = {"DJANGO_SETTINGS_MODULE": "bench.update_that_breaks.settings"}
STATE = """
select (select name from platform_workspace),
       to_regclass('update_that_breaks'),
       (select count(*) from django_migrations)
"""
INDEXED = """
from guanxi.cli.workspace import django_ready
with django_ready():
    from guanxi.platform.fields.models import CustomField
    from guanxi.platform.jobs.services import start_job
    from guanxi.platform.jobs.tasks import run_job
    field = CustomField(
        object="customer", key="rank", type="date", labels={"en": "Rank"}, settings={}, indexed=True
    )
    field.save(force_insert=True)
    run_job(start_job("index_field", asker=None, params={"subject": str(field.pk)})["id"])
"""
INDEXES = """
select c.relname, i.indisvalid, pg_get_indexdef(i.indexrelid)
from pg_index i join pg_class c on c.oid = i.indexrelid where c.relname ~ '^custom_[0-9a-f]{32}$'
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


@contextmanager
def next_version_works(home: Home) -> Iterator[None]:
    """Inside, the update to the next version goes well; afterwards the firm is without it again."""
    with owner(home) as session:
        session.execute("create table update_that_breaks as select 1 as id")
        yield
        session.execute("drop table update_that_breaks")
        session.execute("delete from django_migrations where app = 'update_that_breaks'")


def state(home: Home) -> tuple[object, ...]:
    with owner(home) as session:
        found = session.execute(STATE).fetchone()
    assert found is not None
    return found


def test_an_update_that_fails_halfway_changes_nothing_and_names_the_backup(firm: Home) -> None:
    before = state(firm)
    failed = migrate(firm, **NEXT)
    assert failed.returncode == 1
    assert "division by zero" in failed.stderr
    assert "Nothing in it was changed" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert state(firm) == before
    (file,) = firm.backups.glob("*-before-migration.tar.gz")
    assert str(file) in failed.stderr
    assert archive.verify(file).migrations
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
        assert migrate(firm, **NEXT).returncode == 1
    assert all(file.exists() for file in older)
    (attempt,) = set(firm.backups.iterdir()) - set(older)
    with next_version_works(firm):
        migrate(firm, **NEXT).check_returncode()
    assert not attempt.exists()
    *before, last = sorted(firm.backups.iterdir())
    assert before == older[-4:]
    assert last.name.endswith("-before-migration.tar.gz")
    assert "attempt" not in last.name
    assert archive.verify(last).migrations


def test_indexes_of_fields_stay_through_an_update_and_a_restore(
    firm: Home, make_serving_home: Callable[[str], Home]
) -> None:
    run = [sys.executable, "-c", INDEXED]
    subprocess.run(run, check=True, env={**environment(), "GUANXI_HOME": str(firm.path)})
    with owner(firm) as session:
        made = session.execute(INDEXES).fetchall()
    assert [is_valid for _name, is_valid, _definition in made] == [True]
    with next_version_works(firm):
        migrate(firm, **NEXT).check_returncode()
    with owner(firm) as session:
        assert session.execute(INDEXES).fetchall() == made
    before = set(firm.backups.iterdir())
    subprocess.run([*GUANXI, "--home", str(firm.path), "backup"], check=True, env=environment())
    (file,) = set(firm.backups.iterdir()) - before
    other = make_serving_home("guanxi-restored-")
    command = [*GUANXI, "--home", str(other.path), "restore", str(file)]
    subprocess.run(command, check=True, env=environment())
    with Cluster(other), owner(other) as session:
        assert session.execute(INDEXES).fetchall() == made


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
