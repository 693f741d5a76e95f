"""A run in its own process: as the worker starts it, cancels it, and as it is killed."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from guanxi.customers.models import Customer
from guanxi.insight import duplicates, scoring, services, tasks
from guanxi.insight.models import AttentionItem, CustomerScore, ScoreRun, ScoreSnapshot
from guanxi.platform.access.predicate import Asker
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.services import JobCancelled, RunningJob
from guanxi.platform.workspaces.home import Home
from tests.waiting import wait_until

from .firm import Cast, customer, simulate
from .test_duplicates import plant, strangers

pytestmark = pytest.mark.django_db(transaction=True)
DAY = dt.date(2026, 3, 31)


def database_url() -> str:
    parameters = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    return make_conninfo(**{n: parameters[n] for n in names if parameters.get(n)})


@pytest.fixture
def other_processes(home: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Point child processes to this test's database."""
    monkeypatch.setenv("GUANXI_DATABASE_URL", database_url())
    monkeypatch.delenv("GUANXI_OWNER_DATABASE_URL", raising=False)
    monkeypatch.setenv("GUANXI_DATABASE_ROLE", "app")
    return home


def job_of(firm: Cast, **options: Any) -> RunningJob:
    made = services.start_score_run(asker=Asker(firm.manager), **options)
    Job.objects.update(state=Job.State.RUNNING)
    return RunningJob(Job.objects.select_related("actor").get(pk=made["id"]))


def state() -> list[Any]:
    return [
        list(m.objects.order_by("pk").values())
        for m in (CustomerScore, ScoreSnapshot, AttentionItem, ScoreRun)
    ]


def test_a_job_scores_in_a_child_process(firm: Cast, other_processes: Home) -> None:
    simulate([customer(f"C{i}") for i in range(10)])
    job = job_of(firm, as_of=DAY)
    result = tasks.score(job)
    run = ScoreRun.objects.get()
    assert result == {
        "run": str(run.pk),
        "customers": 10,
        "as_of": "2026-03-31",
        "as_of_reason": "chosen",
    }
    assert run.job_id == job.job.pk
    assert CustomerScore.objects.count() == 10
    days = ScoreSnapshot.objects.values("as_of").distinct()
    assert days.count() == 13  # a first run looks back a year
    assert (other_processes.warehouse / "manifest.json").exists()
    assert Job.objects.get().total == 100


def test_a_child_that_fails_fails_the_job(
    firm: Cast, other_processes: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUANXI_DATABASE_URL", "host=/nowhere dbname=none")
    with pytest.raises(tasks.RunFailedError):
        tasks.score(job_of(firm))


def score_twice() -> None:
    """Leave scores and a history, so that the next run need not look back."""
    simulate([customer(f"C{i}") for i in range(20)])
    for day in (DAY - dt.timedelta(days=40), DAY):
        scoring.run(as_of=day, look_back=0)


@contextmanager
def held_up() -> Iterator[psycopg.Connection]:
    """Make a run wait in the middle of its writing: for the history, its entries of that day."""
    with psycopg.connect(database_url()) as other:
        other.execute("lock table insight_scoresnapshot in share row exclusive mode")
        yield other
        other.rollback()


def wait_until_blocked(holder: psycopg.Connection) -> None:
    """Wait for the run to wait; seen from outside, as a transaction sees activity but once."""
    query = (
        "select exists (select 1 from pg_stat_activity where %s = any(pg_blocking_pids(pid))"
        " and query like 'delete from insight_scoresnapshot%%')"
    )

    def blocked() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(query, [holder.info.backend_pid])
            return cursor.fetchone() == (True,)

    wait_until(blocked)


@pytest.mark.crash
def test_killed_in_the_middle_of_writing_leaves_the_last_complete_scores(
    firm: Cast, other_processes: Home
) -> None:
    score_twice()
    before = state()
    simulate([customer(f"D{i}") for i in range(10)], seed=1)
    job = job_of(firm, as_of=DAY)
    command = [sys.executable, "-m", "guanxi.insight.child", str(job.job.pk)]
    with held_up() as holder:
        with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
            try:
                wait_until_blocked(holder)
            finally:
                os.kill(child.pid, signal.SIGKILL)
        assert state() == before
    assert state() == before
    assert tasks.score(job)["customers"] == 30  # taken up again, it runs to its end


def test_a_cancelled_job_stops_its_child(firm: Cast, other_processes: Home) -> None:
    score_twice()
    before = state()
    job = job_of(firm, as_of=DAY)
    with held_up() as holder:
        stop_when_blocked(holder, job)
        with pytest.raises(JobCancelled):
            tasks.score(job)
    assert state() == before


def stop_when_blocked(holder: psycopg.Connection, job: RunningJob) -> None:
    """Ask the job to stop the first time it is looked at while its child waits."""
    look = job.stop_if_asked

    def stop() -> None:
        wait_until_blocked(holder)
        Job.objects.update(cancel_requested=True)
        look()

    job.stop_if_asked = stop  # type: ignore[method-assign]


@pytest.mark.parametrize(("hour", "queued"), [(18, 0), (19, 1), (20, 0)])
def test_every_night_at_three_where_the_books_are_kept(firm: Cast, hour: int, queued: int) -> None:
    simulate([customer()])
    moment = dt.datetime(2026, 3, 31, hour, tzinfo=dt.UTC)
    tasks.score_nightly(int(moment.timestamp()))
    assert Job.objects.filter(kind="score").count() == queued


def test_not_at_night_without_orders(firm: Cast) -> None:
    moment = dt.datetime(2026, 3, 31, 19, tzinfo=dt.UTC)
    tasks.score_nightly(int(moment.timestamp()))
    assert not Job.objects.exists()


def test_a_job_finds_duplicates_in_a_child_process(firm: Cast, other_processes: Home) -> None:
    strangers()
    plant()
    made = duplicates.start_search(asker=Asker(firm.manager))
    job = RunningJob(Job.objects.select_related("actor").get(pk=made["id"]))
    done = tasks.find_duplicates(job)
    assert done == {"looked_at": Customer.objects.count(), "open": 3, "new": 3}
    assert Job.objects.get().total == 100
