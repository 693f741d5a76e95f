"""Handing records over when somebody leaves; forgetting who was signed in, and who guessed."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from guanxi.platform.access.braking import WINDOW_SECONDS
from guanxi.platform.access.models import AccessLink, RateBucket, Session, SignInAttempt
from guanxi.platform.access.people import handed_over, left_behind
from guanxi.platform.access.sharing import end_overdue_shares
from guanxi.platform.jobs.services import RunningJob, job_kind
from guanxi.platform.objects.services import bulk_edit

BATCH = 5000
LINKS_KEPT = dt.timedelta(days=30)


@job_kind("hand_over", _("Hand over records"))
def hand_over(job: RunningJob) -> dict[str, Any]:
    """Give somebody's records to a colleague, a batch a transaction, as one change to undo."""
    person, to = UUID(job.params["from"]), UUID(job.params["to"])
    done = job.checkpoint
    if "total" not in done:
        total = sum(left_behind(person, t).count() for t in handed_over())
        done.update(total=total, seen=0, changed=0, last={})
    for declared in handed_over():
        edit = bulk_edit(asker=job.asker, object_type=declared, values={"owner": to})
        while True:
            rest = left_behind(person, declared)
            if declared.name in done["last"]:  # those passed over have their owner still
                rest = rest.filter(pk__gt=done["last"][declared.name])
            ids = list(rest.order_by("pk").values_list("pk", flat=True)[:BATCH])
            if not ids:
                break
            with job.step():
                done["changed"] += edit.apply(ids)
                done["seen"] += len(ids)
                done["last"][declared.name] = str(ids[-1])
                job.progress(done["seen"], done["total"])
    return {
        "changed": done["changed"],
        "skipped": done["seen"] - done["changed"],
        "request_id": job.params["request_id"],
    }


@app.periodic(cron="37 3 * * *")
@app.task(name="forget_sessions", pass_context=False)
def forget_sessions(timestamp: int) -> None:
    """Every night: delete sessions that expired, attempts, links and buckets that count no more."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    window = dt.timedelta(seconds=WINDOW_SECONDS)
    SignInAttempt.objects.filter(window_started_at__lt=timezone.now() - window).delete()
    RateBucket.objects.filter(full_at__lt=timezone.now()).delete()
    AccessLink.objects.filter(expires_at__lt=timezone.now() - LINKS_KEPT).delete()


@app.periodic(cron="11 * * * *")
@app.task(name="end_shares", pass_context=False)
def end_shares(timestamp: int) -> None:
    """Every hour, as days end at another hour elsewhere: end what lasted until yesterday."""
    end_overdue_shares()
