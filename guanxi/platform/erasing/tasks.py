"""What is done of an erasure after it, files, which no transaction takes back; and retention."""

import datetime as dt
from collections import Counter
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from guanxi.platform.access.predicate import Asker
from guanxi.platform.erasing import retention
from guanxi.platform.erasing.models import RetentionRule
from guanxi.platform.erasing.outside import drop_contents, drop_import_files, write_list
from guanxi.platform.erasing.services import JOB_KIND
from guanxi.platform.jobs.services import RunningJob, job_kind, start_job
from guanxi.platform.workspaces.services import books_zone

RETENTION_KIND = "retention"
NIGHTLY_HOUR = 2


@job_kind(JOB_KIND, _("Erase files"))
def erase_files(job: RunningJob) -> dict[str, Any]:
    """Delete what the erased records had on the disk, or in the bucket."""
    contents, imports = job.params.get("contents", []), job.params.get("imports", [])
    total = len(contents) + len(imports) + 1
    write_list()
    before, dropped = job.checkpoint.get("contents", 0), job.checkpoint.get("dropped", 0)
    done = 1 + before
    for sha256 in contents[before:]:
        dropped += drop_contents([sha256])
        done += 1
        with job.step():
            job.checkpoint.update(contents=done - 1, dropped=dropped)
            job.progress(done, total)
    drop_import_files(map(UUID, imports))
    job.progress(total, total)
    return {"contents": dropped, "imports": len(imports)}


@job_kind(RETENTION_KIND, _("Apply a retention rule"))
def apply_rule(job: RunningJob) -> dict[str, Any]:
    """Let go whom one rule says, as far as its limit of a night goes.

    Killed on the way it begins anew with whoever is still due.
    """
    rule = retention.get_rule(UUID(job.params["rule"]))
    if not rule.is_active:
        return {"done": 0, "refused": {}, "left": 0}
    retention.check(job.asker, rule)
    total = min(rule.limit, retention.due(job.asker, rule).count())
    done, refused = 0, Counter[str]()
    for said in retention.let_go(job.asker, rule):
        if said == "done":
            done += 1
        else:
            refused[said] += 1
        with job.step():
            job.progress(done + refused.total(), total)
    last = {
        "done": done,
        "refused": dict(refused),
        "left": retention.due(job.asker, rule).count(),
    }
    write_list()  # of an earlier night, too, that was killed before it added a line
    RetentionRule.objects.filter(pk=rule.pk).update(ran_at=timezone.now(), last=last)
    return last


@app.periodic(cron="0 * * * *")
@app.task(name="apply_retention", pass_context=False)
def apply_retention(timestamp: int) -> None:
    """Start each rule that is active when it is two at night where the books are kept."""
    now = dt.datetime.fromtimestamp(timestamp, dt.UTC).astimezone(books_zone())
    if now.hour == NIGHTLY_HOUR:
        start_rules()


def start_rules() -> int:
    """Queue all active rules, each in the name of its owner; returns how many."""
    active = list(retention.rules().filter(is_active=True))
    for rule in active:
        params = {"rule": str(rule.pk), "object": rule.object}
        start_job(RETENTION_KIND, asker=Asker(rule.owner), params=params)
    return len(active)
