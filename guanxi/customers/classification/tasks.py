"""Runs of classifications in the background: on demand, and every night after scores."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy
from procrastinate.contrib.django import app

from guanxi.customers.classification.placing import place
from guanxi.customers.classification.rules import rules_of
from guanxi.customers.classification.services import (
    JOB_KIND,
    apply,
    every_classification,
    get_classification,
)
from guanxi.customers.models import Customer
from guanxi.platform.jobs.services import RunningJob, job_kind
from guanxi.platform.objects.errors import Invalid
from guanxi.platform.workspaces.services import books_zone

BATCH = 5_000  # customers of one transaction
NIGHTLY_HOUR = 5  # after scores, which rules may ask for


@job_kind(JOB_KIND, gettext_lazy("Classify customers"))
def classify(job: RunningJob) -> dict[str, Any]:
    """Put all customers into their classes, batch by batch; goes on where it was stopped.

    Rules that mean nothing more stop it before anybody moves: raises Invalid.
    """
    classification = get_classification(UUID(job.params["subject"]))
    rules = rules_of(classification)
    rules.require_sound()
    reached = job.checkpoint
    job.progress(reached.get("seen", 0), Customer.objects.filter(deleted_at=None).count())
    while True:
        with job.step(source=f"classification:{classification.pk}"):
            after = UUID(reached["after"]) if "after" in reached else None
            placed = place(classification, rules, after=after, limit=BATCH)
            if placed.last is not None:
                reached["after"] = str(placed.last)
            reached["seen"] = reached.get("seen", 0) + placed.seen
            reached["moved"] = reached.get("moved", 0) + placed.moved
            job.progress(reached["seen"])
        if placed.seen < BATCH:
            return {"seen": reached["seen"], "moved": reached["moved"]}


@app.periodic(cron="0 * * * *")
@app.task(name="classify_nightly", pass_context=False)
def classify_nightly(timestamp: int) -> None:
    """Apply the classifications that are to be, at five at night where the books are kept."""
    now = datetime.fromtimestamp(timestamp, UTC).astimezone(books_zone())
    if now.hour != NIGHTLY_HOUR:
        return
    for classification in every_classification().filter(nightly=True, deleted_at=None):
        try:
            apply(pk=classification.pk)
        except Invalid:
            continue  # its page says which rule is broken; who is in a class stays there
