"""Measuring all customers' data: a stretch of them at a time, then the day's figures.

A job of short steps: it can be stopped and goes on where it was. What changes between two
measurings is looked at again as it happens, so that what was put right leaves the list at once.
"""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg import sql

from guanxi.customers.models import Customer
from guanxi.insight.models import SuspectedPair
from guanxi.insight.quality.findings import SUSPECTED, Looking, look_again
from guanxi.insight.quality.models import QualitySnapshot
from guanxi.insight.quality.rights import require_right
from guanxi.platform.access.predicate import Asker
from guanxi.platform.events.reader import read_events, skip_events
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.services import RunningJob, describe, job_kind, start_job

JOB_KIND = "measure_quality"
BATCH = 5000  # customers of one step
KEPT_DAYS = 730  # how long figures are kept
MOST_SOURCES = 50  # told apart day by day; rarer ones are counted together
UNFOLLOWED = "unfollowed"
CONSUMER, AT_ONCE = "quality", 1000

FORGET = """
delete from insight_customerquality q using customers_customer c
where c.id = q.customer_id and c.deleted_at is not null
"""
FIGURES = f"""
insert into insight_qualityfigure (snapshot_id, source, kind, finding, customers)
with known as (
    select c.id, c.source, c.kind, c.owner_id, q.findings
    from customers_customer c join insight_customerquality q on q.customer_id = c.id
    where c.deleted_at is null
), common as (
    select source from known group by source order by count(*) desc, source limit {MOST_SOURCES}
), apart as (
    select k.*, s.source as told from known k left join common s using (source)
), paired as (
    select distinct u.id
    from insight_suspectedpair p
    join customers_customer a on a.id = p.first_id and a.deleted_at is null
    join customers_customer b on b.id = p.second_id and b.deleted_at is null
    cross join lateral (values (p.first_id), (p.second_id)) u(id)
    where p.state = 'open'
)
select %(day)s::date, told, kind, finding, count(*) from (
    select told, kind, '' as finding from apart
    union all select told, kind, '{UNFOLLOWED}' from apart where owner_id is null
    union all select told, kind, '{SUSPECTED}' from apart join paired using (id)
    union all select told, kind, f.finding from apart cross join lateral unnest(findings) f(finding)
) every
group by 2, 3, 4
"""  # noqa: S608  constants only


@transaction.atomic
def start_measuring(
    *, asker: Asker | None = None, request_id: UUID | None = None
) -> dict[str, Any]:
    """Queue a measuring, in the name of `asker` or of nobody; returns the job as the API shows it.

    One of theirs that waits to begin sees all there is now: it is returned instead. Raises
    NotAllowed.
    """
    if asker is not None:
        require_right(asker, "import")
    waiting = Job.objects.filter(
        kind=JOB_KIND, state=Job.State.QUEUED, actor=asker.user if asker else None
    ).first()
    if waiting is not None:
        return describe(waiting)
    return start_job(JOB_KIND, asker=asker, params={}, request_id=request_id)


@job_kind(JOB_KIND, gettext_lazy("Measure data quality"))
def measure(job: RunningJob) -> dict[str, Any]:
    """Look at every customer in use, then keep the day's figures."""
    if not job.checkpoint:
        skip_events(CONSUMER)  # what changes from now on is looked at again
    looking = Looking.now_on()
    customers = Customer.objects.filter(deleted_at=None, erased_at=None)
    job.progress(job.job.done, customers.count(), _("Measuring customers"))
    while True:
        some = customers.order_by("pk")
        if last := job.checkpoint.get("last"):
            some = some.filter(pk__gt=last)
        ids = list(some.values_list("pk", flat=True)[:BATCH])
        if not ids:
            break
        with job.step():
            looking.look(customers.filter(pk__gte=ids[0], pk__lte=ids[-1]))
            job.checkpoint["last"] = str(ids[-1])
            job.progress(job.job.done + len(ids))
    with job.step():
        snapshot = keep_figures(looking, job_id=job.job.pk)
    return {"customers": snapshot.customers, "day": snapshot.day.isoformat()}


@transaction.atomic
def keep_figures(looking: Looking, *, job_id: UUID | None = None) -> QualitySnapshot:
    """Count what was found into the snapshot of today, in place of an earlier one of the day."""
    earlier = looking.today - dt.timedelta(days=KEPT_DAYS)
    QualitySnapshot.objects.filter(day__lt=earlier).delete()
    QualitySnapshot.objects.filter(day=looking.today).delete()
    in_use = SuspectedPair.objects.filter(first__deleted_at=None, second__deleted_at=None)
    snapshot = QualitySnapshot(
        day=looking.today,
        measured_at=timezone.now(),
        customers=Customer.objects.filter(deleted_at=None, erased_at=None).count(),
        pairs_open=in_use.filter(state=SuspectedPair.State.OPEN).count(),
        pairs_decided=in_use.exclude(state=SuspectedPair.State.OPEN).count(),
        looked_at=[c.name for c in looking.fields],
        job_id=job_id,
    )
    snapshot.save(force_insert=True)
    with connection.cursor() as cursor:
        cursor.execute(FORGET)
        cursor.execute(FIGURES, {"day": looking.today})
    return snapshot


def follow_changes() -> None:
    """Look again at customers that were changed, to the end of the stream.

    New ones wait for the next measuring: an import of a million would be looked at twice. What no
    finding depends on is passed over, such as the class that a run gives to everybody.
    """
    while QualitySnapshot.objects.exists():
        heeded = sql.Literal(Looking.now_on().heeded).as_string(None)
        worth = (
            "e.object = 'customer' and (e.action = 'restore'"
            f" or e.action = 'update' and jsonb_exists_any(e.changes, {heeded}))"
        )
        with read_events(CONSUMER, AT_ONCE, worth=worth) as events:
            if ids := {event.record_id for event in events}:
                look_again(ids)
        if len(events) < AT_ONCE:
            return
