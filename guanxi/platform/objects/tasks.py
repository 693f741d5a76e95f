"""Bulk edit of more records than fit in one request; forgetting answers nobody will ask again."""

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from procrastinate.contrib.django import app

from guanxi.platform.access.predicate import visible_to
from guanxi.platform.filters.clock import clock_of
from guanxi.platform.jobs.services import RunningJob, job_kind
from guanxi.platform.objects import lists, services
from guanxi.platform.objects.models import IdempotentResponse
from guanxi.platform.objects.registry import object_asked_for
from guanxi.platform.objects.rules import Refused
from guanxi.platform.objects.schemas import change_values

BATCH = 5000
MOST_REASONS = 20  # that are told apart; further ones are counted among the refused only
REMEMBERED = dt.timedelta(days=1)  # how long a repeated request gets its first answer again


@job_kind("bulk_edit", _("Change many records"))
def bulk_edit(job: RunningJob) -> dict[str, Any]:
    """Change every matching record the asker may change, a batch a transaction, in key order.

    The records are those that match when their batch is reached; a record that an earlier batch
    made unmatching was itself changed by it. Those that a rule refuses stay as they were, are
    counted by reason, and found by {"refused_by": the job}.
    """
    asker, declared = job.asker, object_asked_for(job.params["object"])
    edit = services.bulk_edit(
        asker=asker,
        object_type=declared,
        values=change_values(declared.shape, job.params.get("set")),
        delete=bool(job.params.get("delete")),
    )
    if job.params.get("ids") is not None:
        records = visible_to(asker, declared.model).filter(pk__in=job.params["ids"])
    else:
        tree, search = job.params.get("filter"), job.params.get("search", "")
        records = lists.matching(asker, declared, clock_of(asker), tree=tree, search=search)
    done = job.checkpoint
    if "total" not in done:
        done.update(total=records.count(), last=None, seen=0, changed=0, refused=0, reasons=[])
    while True:
        rest = records.filter(pk__gt=done["last"]) if done["last"] else records
        ids = list(rest.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not ids:
            return {
                "changed": done["changed"],
                "skipped": done["seen"] - done["changed"] - done["refused"],
                "refused": done["refused"],
                "reasons": done["reasons"],
                "request_id": job.params.get("request_id"),
            }
        with job.step():
            changed, refused = edit.apply_where_it_fits(ids)
            done.update(
                last=str(ids[-1]),
                seen=done["seen"] + len(ids),
                changed=done["changed"] + changed,
                refused=done["refused"] + len(refused),
                reasons=_counted(done["reasons"], refused),
            )
            job.leave_out(refused)
            job.progress(done["seen"], done["total"], _told(done["refused"]))


def _told(refused: int) -> str:
    message = ngettext("%(n)s record refused so far", "%(n)s records refused so far", refused)
    return message % {"n": refused} if refused else ""


def _counted(reasons: list[dict[str, Any]], refused: Refused) -> list[dict[str, Any]]:
    """The reasons met so far, each with how many records have it."""
    counts = {(r["field"], r["message"], r["code"]): r["count"] for r in reasons}
    for problems in refused.values():
        for field, message, code in {(p["field"], p["message"], p["code"]) for p in problems}:
            if (field, message, code) in counts or len(counts) < MOST_REASONS:
                counts[field, message, code] = counts.get((field, message, code), 0) + 1
    return [{"field": f, "message": m, "code": c, "count": n} for (f, m, c), n in counts.items()]


@app.periodic(cron="17 * * * *")
@app.task(name="forget_answers", pass_context=False)
def forget_answers(timestamp: int) -> None:
    """Every hour: drop remembered answers, which hold personal values, after a day."""
    IdempotentResponse.objects.filter(created_at__lt=timezone.now() - REMEMBERED).delete()
