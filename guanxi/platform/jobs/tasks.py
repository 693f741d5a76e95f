"""The one background task: run a Job.

A lock held while it runs tells a living job from a dead worker's.
"""

import datetime as dt
import logging
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone, translation
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from guanxi.platform.fields.version import one_version
from guanxi.platform.http.problems import constraint_error
from guanxi.platform.jobs.locks import connect_anew, held
from guanxi.platform.jobs.models import Job, JobRefusal
from guanxi.platform.jobs.services import (
    JobCancelled,
    RunningJob,
    function_of,
    resume_interrupted_job,
)
from guanxi.platform.notifications.making import notify_of_job
from guanxi.platform.objects.errors import DomainError
from guanxi.platform.workspaces.services import current_workspace

log = logging.getLogger(__name__)
KEPT = ("object", "subject", "request_id")
KEPT_OF_PARAMS = """
    select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(params) where key = any(%s)
"""
RESUMABLE = dt.timedelta(days=30)  # how long a stopped job can go on


@app.task(name="run_job", pass_context=False)
def run_job(job_id: str) -> None:
    """Run or resume one job to its end, its cancellation or its failure."""
    connect_anew()
    pk = UUID(job_id)
    with held(pk) as free:
        if not free:
            return
        started = Job.objects.filter(pk=pk, state__in=(Job.State.QUEUED, Job.State.RUNNING)).update(
            state=Job.State.RUNNING, started_at=timezone.now()
        )
        if started:
            job = Job.objects.select_related("actor__role", "actor__team").get(pk=pk)
            with translation.override(_language(job)), one_version():
                _run(job)


def _language(job: Job) -> str:
    """The language of what the job says to whoever started it."""
    if job.actor and job.actor.language:
        return str(job.actor.language)
    workspace = current_workspace()
    return workspace.language if workspace else settings.LANGUAGE_CODE


def _run(job: Job) -> None:
    running = RunningJob(job)
    try:
        result = function_of(job)(running) or {}
    except JobCancelled:
        _finish(job, state=Job.State.CANCELLED)
    except DomainError as error:
        _finish(job, state=Job.State.FAILED, error=str(error.message))
    except OperationalError:
        raise  # the database went away: the job stays "running", for resume_interrupted
    except IntegrityError as error:
        _finish(job, state=Job.State.FAILED, error=str(constraint_error(error)["message"]))
    except Exception:
        log.exception("job %s failed", job.pk)
        _finish(job, state=Job.State.FAILED, error="internal")
    else:
        _finish(job, state=Job.State.DONE, result=result, done=job.total or job.done, message="")
        forget_values(Job.objects.filter(pk=job.pk))


def _finish(job: Job, **values: object) -> None:
    with transaction.atomic():
        Job.objects.filter(pk=job.pk).update(finished_at=timezone.now(), **values)
        if values["state"] != Job.State.CANCELLED:  # whoever stopped it knows
            notify_of_job(job)


def forget_values(jobs: "QuerySet[Job]") -> None:
    """Keep of the parameters only what says which job it was: they may hold personal values."""
    jobs.update(params=RawSQL(KEPT_OF_PARAMS, [list(KEPT)]))  # noqa: S611  values are parameters


def resume_interrupted() -> int:
    """Queue again what a dead worker left running or fetched; returns how many jobs."""
    resumed = 0
    waiting = ProcrastinateJob.objects.filter(task_name="run_job", status="todo")
    fetched = Q(state=Job.State.QUEUED) & ~Q(pk__in=_job_ids(waiting))
    for pk in list(
        Job.objects.filter(Q(state=Job.State.RUNNING) | fetched).values_list("pk", flat=True)
    ):
        with held(pk) as dead:
            pass  # let go before it is queued: a worker that is quick finds the lock free
        if dead:
            resumed += resume_interrupted_job(pk)
    return resumed


def _job_ids(queued: "QuerySet[ProcrastinateJob]") -> list[UUID]:
    return [UUID(args["job_id"]) for args in queued.values_list("args", flat=True)]


@app.periodic(cron="* * * * *")
@app.task(name="resume_interrupted_jobs", pass_context=False)
def resume_interrupted_jobs(timestamp: int) -> None:
    """Every minute: take up the jobs of workers that died."""
    connect_anew()
    resume_interrupted()


@app.periodic(cron="23 3 * * *")
@app.task(name="forget_stopped_jobs", pass_context=False)
def forget_stopped_jobs(timestamp: int) -> None:
    """Every night: let go of what was stopped long ago and will not be resumed.

    Of what ended so long ago nobody looks any more at the records that were left out.
    """
    connect_anew()
    ended = Job.objects.filter(
        finished_at__lt=timezone.now() - RESUMABLE,
        finished_at__gt=timezone.now() - 2 * RESUMABLE,
    )
    forget_values(ended)
    JobRefusal.objects.filter(job__in=ended).delete()
