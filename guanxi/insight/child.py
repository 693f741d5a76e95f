"""The process of one run, of scores or duplicates: `python -m guanxi.insight.child <job id>`.

Says its result as the last line it writes, as JSON: {"result"}, {"error"} or {"cancelled"}.
"""

import datetime as dt
import json
import logging
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from uuid import UUID

log = logging.getLogger(__name__)
PARENT_POLL = 0.5  # seconds
# By the kind of job, when each of its steps begins, of a hundred.
BEGINS = {
    "score": {"wait": 0, "refresh": 0, "score": 40, "write": 60},
    "find_duplicates": {"wait": 0, "read": 0, "compare": 5, "write": 90, "merge": 95},
}


def main(job_id: UUID) -> dict[str, Any]:
    """Run what the job asks for."""
    from django.utils.translation import override

    from guanxi.platform.jobs.models import Job
    from guanxi.platform.jobs.services import JobCancelled, RunningJob
    from guanxi.platform.objects.errors import DomainError
    from guanxi.platform.workspaces.services import current_workspace

    job = RunningJob(Job.objects.select_related("actor__role", "actor__team").get(pk=job_id))
    workspace = current_workspace()
    actor = job.job.actor
    language = (actor and actor.language) or (workspace and workspace.language) or "en"
    with override(language):
        try:
            # The run's own connection may be in the middle of a COPY when it tells: a thread has
            # another one.
            with ThreadPoolExecutor(max_workers=1) as teller:
                return {"result": RUNS[job.job.kind](job, partial(_tell, teller, job, language))}
        except JobCancelled:
            return {"cancelled": True}
        except DomainError as error:
            return {"error": str(error.message)}


def _tell(teller: ThreadPoolExecutor, *what: Any) -> None:
    teller.submit(tell, *what).result()


def _score(job: Any, told: Any) -> dict[str, Any]:
    from guanxi.insight import scoring

    as_of = job.params.get("as_of")
    run = scoring.run(
        as_of=dt.date.fromisoformat(as_of) if as_of else None,
        job_id=job.job.pk,
        actor_id=job.job.actor_id,
        tell=told,
    )
    return {
        "run": str(run.pk),
        "customers": run.customers,
        "as_of": run.as_of.isoformat(),
        "as_of_reason": run.as_of_reason,
    }


def _find_duplicates(job: Any, told: Any) -> dict[str, Any]:
    from guanxi.insight import duplicate_search

    return dict(duplicate_search.run(tell=told))


RUNS = {"score": _score, "find_duplicates": _find_duplicates}


def tell(job: Any, language: str, step: str, done: int, total: int | None) -> None:
    """Show how far the run is. Raises JobCancelled if somebody asked it to stop."""
    from django.utils.translation import gettext as _
    from django.utils.translation import override

    job.stop_if_asked()
    steps = BEGINS[job.job.kind]
    begins = steps[step]
    ends = min((b for b in steps.values() if b > begins), default=100)
    part = done / total if total else 0.0
    with override(language):
        messages = {
            "wait": _("Waiting for another run to end"),
            "refresh": _("Reading purchases"),
            "score": _("Scoring customers"),
            "write": _("Writing scores"),
            "read": _("Reading customers"),
            "compare": _("Comparing customers"),
            "merge": _("Merging obvious duplicates"),
        }
        if (job.job.kind, step) == ("find_duplicates", "write"):
            messages["write"] = _("Writing the queue")
    job.progress(round(begins + (ends - begins) * part), 100, messages[step])


def end_with_parent() -> None:
    """End this process when the worker that started it is gone; its transaction is rolled back."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_POLL)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    import django

    end_with_parent()
    django.setup()
    try:
        answer = main(UUID(sys.argv[1]))
    except Exception:
        log.exception("run of job %s failed", sys.argv[1])
        sys.exit(1)
    print(json.dumps(answer))
