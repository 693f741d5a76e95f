"""A job that counts steps: what tests fail, cancel, kill and resume."""

import time
from typing import Any

from guanxi.platform.jobs.services import RunningJob, job_kind
from guanxi.platform.objects.errors import DomainError


class OutOfTea(DomainError):
    """A failure its owner can understand."""


@job_kind("count_slowly")
def count_slowly(job: RunningJob) -> dict[str, Any]:
    """Make one tag a step; how many, how long each takes and what goes wrong are parameters."""
    from guanxi.customers.models import Tag

    steps, pause = job.params["steps"], job.params.get("pause", 0)
    done = job.checkpoint.get("done", 0)
    job.checkpoint["starts"] = job.checkpoint.get("starts", 0) + 1
    while done < steps:
        if job.params.get("fails_at") == done:
            raise OutOfTea("There is no tea left.")
        if job.params.get("breaks_at") == done:
            raise RuntimeError("customer 王芳 has a secret")
        with job.step():
            Tag.objects.create(name=f"step {done}")
            done += 1
            job.checkpoint["done"] = done
            job.progress(done, steps, f"step {done}")
            time.sleep(pause)  # inside the transaction: killed here, the step has not happened
    return {"steps": done, "starts": job.checkpoint["starts"]}
