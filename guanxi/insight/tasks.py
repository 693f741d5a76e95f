"""Score runs in the background: on demand, and every night.

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

from guanxi.insight import services
from guanxi.platform.jobs.services import JobCancelled, RunningJob, job_kind
from guanxi.platform.objects.errors import DomainError
from guanxi.platform.workspaces.services import books_zone

POLL = 1.0  # seconds between looks whether somebody cancelled
NIGHTLY_HOUR = 3


class ScoringFailedError(DomainError):
    """The run's process ended without a result; the log says why."""


@job_kind(services.JOB_KIND, gettext_lazy("Score all customers"))
def score(job: RunningJob) -> dict[str, Any]:
    """Run one score run in a child process, and stop it when the job is cancelled."""
    command = [sys.executable, "-m", "guanxi.insight.child", str(job.job.pk)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as child:
        try:
            answer = _answer(job, child)
        finally:
            child.kill()  # without effect on one that has ended
    if answer.get("cancelled"):
        raise JobCancelled
    if "error" in answer:
        raise ScoringFailedError(answer["error"])
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
            raise ScoringFailedError(_("Scoring stopped unexpectedly. Try again.")) from None
        return answer


@app.periodic(cron="0 * * * *")
@app.task(name="score_nightly", pass_context=False)
def score_nightly(timestamp: int) -> None:
    """Score all customers when it is three at night where the books are kept."""
    now = datetime.fromtimestamp(timestamp, UTC).astimezone(books_zone())
    if now.hour == NIGHTLY_HOUR and services.anything_to_score():
        services.start_score_run()
