"""Bulk edit of more records than fit in one request; forgetting answers nobody will ask again."""

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from guanxi.platform.access.predicate import visible_to
from guanxi.platform.filters.clock import clock_of
from guanxi.platform.jobs.services import RunningJob, job_kind
from guanxi.platform.objects import lists, services
from guanxi.platform.objects.models import IdempotentResponse
from guanxi.platform.objects.registry import object_type
from guanxi.platform.objects.schemas import change_values

BATCH = 5000
REMEMBERED = dt.timedelta(days=1)  # how long a repeated request gets its first answer again


@job_kind("bulk_edit", _("Change many records"))
def bulk_edit(job: RunningJob) -> dict[str, Any]:
    """Change every matching record the asker may change, a batch a transaction, in key order.

    The records are those that match when their batch is reached; a record that an earlier batch
    made unmatching was itself changed by it.
    """
    asker, declared = job.asker, object_type(job.params["object"])
    edit = services.bulk_edit(
        asker=asker,
        object_type=declared,
        values=change_values(declared.name, job.params.get("set")),
        delete=bool(job.params.get("delete")),
    )
    if job.params.get("ids") is not None:
        records = visible_to(asker, declared.model).filter(pk__in=job.params["ids"])
    else:
        tree, search = job.params.get("filter"), job.params.get("search", "")
        records = lists.matching(asker, declared, clock_of(asker), tree=tree, search=search)
    changed, last = job.checkpoint.get("changed", 0), job.checkpoint.get("last")
    seen = job.checkpoint.get("seen", 0)
    if "total" not in job.checkpoint:
        job.checkpoint["total"] = records.count()
    while True:
        rest = records.filter(pk__gt=last) if last else records
        ids = list(rest.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not ids:
            request_id = job.params.get("request_id")
            return {"changed": changed, "skipped": seen - changed, "request_id": request_id}
        with job.step():
            changed += edit.apply(ids)
            seen, last = seen + len(ids), ids[-1]
            job.checkpoint.update(changed=changed, last=str(last), seen=seen)
            job.progress(seen, job.checkpoint["total"])


@app.periodic(cron="17 * * * *")
@app.task(name="forget_answers", pass_context=False)
def forget_answers(timestamp: int) -> None:
    """Every hour: drop remembered answers, which hold personal values, after a day."""
    IdempotentResponse.objects.filter(created_at__lt=timezone.now() - REMEMBERED).delete()
