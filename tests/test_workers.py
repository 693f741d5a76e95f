"""Real worker processes: killed in the middle of a job, told to stop, and left alone."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from guanxi.platform.access.predicate import Asker
from guanxi.platform.events.models import Event
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.services import start_job
from guanxi.platform.jobs.tasks import resume_interrupted
from tests.cast import Firm, make_firm
from tests.server import on_this_database
from tests.test_jobs import start, steps
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def firm(transactional_db: None) -> Firm:
    return make_firm()


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A worker process of its own on the tests' database."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.worker"], env=on_this_database()
    ) as process:
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


@pytest.mark.crash
def test_a_new_worker_takes_up_at_once_what_the_one_before_it_left(firm: Firm) -> None:
    body = {"object": "tag", "filter": {}, "set": {"color": "red"}}
    begun = start_job("bulk_edit", asker=Asker(firm["administrator"]), params=body)
    ProcrastinateJob.objects.all().delete()  # fetched by a worker that died
    Job.objects.filter(pk=begun["id"]).update(state=Job.State.RUNNING)
    command = [sys.executable, "-m", "guanxi.cli", "worker"]
    with subprocess.Popen(command, env=on_this_database()) as worker:
        wait_until(lambda: state(Job.objects.get(pk=begun["id"])) == "done")
        worker.terminate()
    looks = ProcrastinateJob.objects.filter(task_name="resume_interrupted_jobs")
    taken_up = ProcrastinateJob.objects.get(task_name="run_job")
    assert not looks.filter(pk__lt=taken_up.pk).exists()  # not by the look of every minute


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
