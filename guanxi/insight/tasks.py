"""Score runs and searches for duplicates in the background: on demand, and every night.

A run is a process of its own that ends: models and Parquet need memory that the worker, which
lives on, would not give back.
"""

import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from procrastinate.contrib.django import app

from guanxi.insight import duplicates, services
from guanxi.insight.quality import measuring
from guanxi.platform.jobs.services import JobCancelled, RunningJob, job_kind
from guanxi.platform.objects.errors import DomainError
from guanxi.platform.workspaces.services import books_zone

POLL = 1.0  # seconds between looks whether somebody cancelled
NIGHTLY_HOUR = 3
DUPLICATES_HOUR = 4  # the queue is ordered by what the scores expect
QUALITY_HOUR = 5  # counts the pairs too


class RunFailedError(DomainError):
    """The run's process ended without a result; the log says why."""


@job_kind(services.JOB_KIND, gettext_lazy("Score all customers"))
def score(job: RunningJob) -> dict[str, Any]:
    """Run one score run."""
    return _in_a_child(job)


@job_kind(duplicates.JOB_KIND, gettext_lazy("Find duplicates"))
def find_duplicates(job: RunningJob) -> dict[str, Any]:
    """Search once for customers who may be one."""
    return _in_a_child(job)


def _in_a_child(job: RunningJob) -> dict[str, Any]:
    """Run what the job asks for in a child process, and stop it when the job is cancelled."""
    command = [sys.executable, "-m", "guanxi.insight.child", str(job.job.pk)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as child:
        try:
            answer = _answer(job, child)
        finally:
            child.kill()  # without effect on one that has ended
    if answer.get("cancelled"):
        raise JobCancelled
    if "error" in answer:
        raise RunFailedError(answer["error"])
    result: dict[str, Any] = answer["result"]
    return result


def _answer(job: RunningJob, child: "subprocess.Popen[bytes]") -> dict[str, Any]:
    while True:
        try:
            said, _errors = child.communicate(timeout=POLL)
        except subprocess.TimeoutExpired:
            job.stop_if_asked()
            continue
        try:
            answer: dict[str, Any] = json.loads(said.splitlines()[-1])
        except (IndexError, ValueError):
            raise RunFailedError(_("This stopped unexpectedly. Try again.")) from None
        return answer


@app.periodic(cron="0 * * * *")
@app.task(name="score_nightly", pass_context=False)
def score_nightly(timestamp: int) -> None:
    """Score all customers when it is three at night where the books are kept."""
    now = datetime.fromtimestamp(timestamp, UTC).astimezone(books_zone())
    if now.hour == NIGHTLY_HOUR and services.anything_to_score():
        services.start_score_run()


@app.periodic(cron="0 * * * *")
@app.task(name="find_duplicates_nightly", pass_context=False)
def find_duplicates_nightly(timestamp: int) -> None:
    """Look for duplicates when it is four at night where the books are kept."""
    now = datetime.fromtimestamp(timestamp, UTC).astimezone(books_zone())
    if now.hour == DUPLICATES_HOUR and duplicates.anybody_to_compare():
        duplicates.start_search()


@app.periodic(cron="0 * * * *")
@app.task(name="measure_quality_nightly", pass_context=False)
def measure_quality_nightly(timestamp: int) -> None:
    """Measure data quality when it is five at night where the books are kept."""
    now = datetime.fromtimestamp(timestamp, UTC).astimezone(books_zone())
    if now.hour == QUALITY_HOUR and duplicates.anybody_to_compare():
        measuring.start_measuring()
