"""Real worker processes: killed in the middle of a job, told to stop, and left alone."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from guanxi.platform.events.models import Event
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.tasks import resume_interrupted
from guanxi.platform.workspaces import roles
from tests.cast import Firm, make_firm
from tests.test_jobs import start, steps
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def firm(transactional_db: None) -> Firm:
    return make_firm()


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A worker process of its own on the tests' database."""
    parameters = roles.connection_parameters("app") | {"dbname": connection.settings_dict["NAME"]}
    address = make_conninfo(**parameters)
    environment = os.environ | {"GUANXI_DATABASE_URL": address, "GUANXI_DATABASE_ROLE": "app"}
    environment.pop("GUANXI_OWNER_DATABASE_URL", None)
    with subprocess.Popen([sys.executable, "-m", "tests.worker"], env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def state(job: Job) -> str:
    return Job.objects.values_list("state", flat=True).get(pk=job.pk)


@pytest.mark.crash
def test_a_killed_worker_loses_nothing_and_repeats_nothing(firm: Firm) -> None:
    job = start(firm, steps=8, pause=0.2)
    with worker() as first:
        wait_until(lambda: len(steps()) >= 2)
        first.send_signal(signal.SIGKILL)
        first.wait()
    done = Job.objects.get(pk=job.pk)
    assert (done.state, done.checkpoint["done"]) == ("running", len(steps()))
    with worker():
        wait_until(lambda: resume_interrupted() == 1)  # once the database noticed; each minute
        wait_until(lambda: state(job) == "done")
    finished = Job.objects.get(pk=job.pk)
    assert finished.result == {"steps": 8, "starts": 2}
    assert steps() == [f"step {n}" for n in range(8)]
    assert Event.objects.filter(source=f"job:{job.pk}", action="insert").count() == 8


def test_a_running_job_is_cancelled_at_its_next_step(firm: Firm) -> None:
    job = start(firm, steps=40, pause=0.2)
    with worker():
        wait_until(steps)
        answer = firm.client("owner").post(f"/api/v1/jobs/{job.pk}/cancel")
        assert (answer.status_code, answer.json()["state"]) == (200, "running")
        seen = steps()
        wait_until(lambda: state(job) == "cancelled")
    made = steps()
    assert made[:-1] == seen or made == seen  # the step under way was finished, no other begun
    job.refresh_from_db()
    assert (job.checkpoint["done"], job.result) == (len(made), {})


def test_a_living_workers_job_is_not_taken_away(firm: Firm) -> None:
    job = start(firm, steps=4, pause=0.2)
    with worker():
        wait_until(lambda: state(job) == "running")
        assert resume_interrupted() == 0
        wait_until(lambda: state(job) == "done")
    assert len(steps()) == 4
