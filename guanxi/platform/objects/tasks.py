"""Bulk edit of more records than fit in one request."""

from typing import Any

from guanxi.platform.access.predicate import visible_to
from guanxi.platform.filters.clock import clock_of
from guanxi.platform.jobs.services import RunningJob, job_kind
from guanxi.platform.objects import lists, services
from guanxi.platform.objects.registry import object_type
from guanxi.platform.objects.schemas import change_schema

BATCH = 5000


@job_kind("bulk_edit")
def bulk_edit(job: RunningJob) -> dict[str, Any]:
    """Change every matching record the asker may change, a batch a transaction, in key order.

    The records are those that match when their batch is reached; a record that an earlier batch
    made unmatching was itself changed by it.
    """
    asker, declared = job.asker, object_type(job.params["object"])
    delete = bool(job.params.get("delete"))
    values = change_schema(declared.name)(**(job.params.get("set") or {})).model_dump(
        exclude_unset=True
    )
    columns = services.bulk_columns(asker=asker, object_type=declared, values=values, delete=delete)
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
        batch = (
            records.order_by("pk") if last is None else records.filter(pk__gt=last).order_by("pk")
        )
        ids = list(batch.values_list("pk", flat=True)[:BATCH])
        if not ids:
            return {
                "changed": changed,
                "skipped": seen - changed,
                "request_id": job.params.get("request_id"),
            }
        with job.step():
            changed += services.bulk_change(
                asker=asker, object_type=declared, ids=ids, columns=columns, delete=delete
            )
            seen, last = seen + len(ids), ids[-1]
            job.checkpoint.update(changed=changed, last=str(last), seen=seen)
            job.progress(seen, job.checkpoint["total"])
