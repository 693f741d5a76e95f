"""Loading sample data as a job: started from the empty workspace's first page."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from guanxi.insight.services import start_score_run
from guanxi.platform.jobs.services import RunningJob, job_kind


@job_kind("load_sample", _("Load sample data"))
def load_sample(job: RunningJob) -> dict[str, Any]:
    """Load sample data for the administrator who asked, and have it scored.

    Parameters: `customers`, `seed` and `locale`, all optional. One step, so that a job killed on
    the way leaves nothing, and one that ended just before its worker did is not done twice.
    """
    from guanxi.demo.services import load_into_existing  # its generator is heavy; servers need none

    if "summary" not in job.checkpoint:
        asked = {
            name: job.params[name] for name in ("customers", "seed", "locale") if name in job.params
        }
        request = job.params.get("request_id")
        with job.step(source="demo"):
            job.checkpoint["summary"] = load_into_existing(
                administrator=job.asker.user,
                request_id=UUID(request) if request else None,
                progress=job.progress,
                **asked,
            )
            start_score_run(asker=None)
    summary: dict[str, Any] = job.checkpoint["summary"]
    return summary
