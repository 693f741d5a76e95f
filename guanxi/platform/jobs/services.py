"""Long tasks: started in the asking transaction, shown with progress, cancelled, resumed."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any
from uuid import UUID

import psycopg
from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker
from guanxi.platform.events.context import acting
from guanxi.platform.jobs.models import Job, JobRefusal
from guanxi.platform.objects.errors import DomainError, NoSpace, NotFound

MAX_INTERRUPTIONS = 5


class JobCancelled(Exception):
    """Somebody asked the job to stop; it ends at its last checkpoint."""


class JobNotResumable(DomainError):
    status, code = 409, "job_state"


class JobOrphaned(DomainError):
    """There is nobody in whose name the job could act."""

    code = "job_orphaned"


@contextmanager
def _space_needed() -> Iterator[None]:
    """Tell a full disk, which people can mend, from a database that went away."""
    try:
        yield
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.DiskFull):
            message = _("The disk is full. Free some space, then resume: what is done stays done.")
            raise NoSpace(message) from error
        raise


class RunningJob:
    """What a job's function gets: its parameters, its checkpoint, and ways to say how far it is.

    A step is one transaction: its work and its checkpoint are committed together, so that a job
    killed at any moment goes on after its last step.
    """

    def __init__(self, job: Job):
        self.job = job
        self.params: dict[str, Any] = job.params
        self.checkpoint: dict[str, Any] = job.checkpoint

    @cached_property
    def asker(self) -> Asker:
        """Whoever started the job, with no more rights than they have now.

        Raises JobOrphaned if they left, or if nobody started it.
        """
        user = self.job.actor
        if user is None or not user.is_active or user.deleted_at is not None:
            raise JobOrphaned(_("Whoever started this no longer works here."))
        return Asker(user, self.params.get("scopes"))

    @contextmanager
    def step(
        self, *, source: str | None = None, share: tuple[str, int] | None = None
    ) -> Iterator[None]:
        """One transaction of the job, in the name of whoever started it.

        Connections that share the work save only their own share of the checkpoint, such as
        checkpoint["shares"][1]. Raises JobCancelled before it begins, NoSpace if the disk is full.
        """
        self.stop_if_asked()
        request = self.params.get("request_id")
        with (
            _space_needed(),
            acting(
                actor_id=self.job.actor_id,
                source=source or f"job:{self.job.pk}",
                request_id=UUID(request) if request else None,
            ),
        ):
            yield
            if share is None:
                self.save_progress()
            else:
                self._save_share(*share)

    def leave_out(self, ids: Iterable[UUID]) -> None:
        """Note, within a step, which records a rule kept from being changed."""
        JobRefusal.objects.bulk_create(
            [JobRefusal(job_id=self.job.pk, record_id=pk) for pk in ids], ignore_conflicts=True
        )

    def save_progress(self) -> None:
        Job.objects.filter(pk=self.job.pk).update(
            done=self.job.done,
            total=self.job.total,
            message=self.job.message,
            checkpoint=self.checkpoint,
        )

    def _save_share(self, name: str, number: int) -> None:
        with connection.cursor() as cursor:
            # Before the job's row is locked: the others would wait for these checks.
            cursor.execute("set constraints all immediate")
            cursor.execute(
                "update platform_job set checkpoint = jsonb_set(checkpoint, %s, %s::jsonb),"
                " done = greatest(done, %s), total = %s where id = %s",
                [[name, str(number)], json.dumps(self.checkpoint[name][number]), self.job.done,
                 self.job.total, self.job.pk],
            )  # fmt: skip

    def progress(self, done: int, total: int | None = None, message: str = "") -> None:
        """Note how far the job is; shown with the next step (or at once, outside of one)."""
        self.job.done = done
        self.job.total = total if total is not None else self.job.total
        self.job.message = message or self.job.message
        if not connection.in_atomic_block:
            self.save_progress()

    def stop_if_asked(self) -> None:
        if Job.objects.filter(pk=self.job.pk, cancel_requested=True).exists():
            raise JobCancelled


JobFunction = Callable[[RunningJob], dict[str, Any] | None]
_kinds: dict[str, JobFunction] = {}
_titles: dict[str, Any] = {}


def job_kind(name: str, title: Any = "") -> Callable[[JobFunction], JobFunction]:
    """Register the function that runs jobs of one kind; it returns the job's result.

    `title`, to be translated when shown, says what such a job does.
    """

    def add(function: JobFunction) -> JobFunction:
        _kinds[name] = function
        _titles[name] = title or name.replace("_", " ").capitalize()
        return function

    return add


@transaction.atomic
def start_job(
    kind: str, *, asker: Asker | None, params: dict[str, Any], request_id: UUID | None = None
) -> dict[str, Any]:
    """Queue a job with this transaction; returns it as the API shows it.

    Parameters carry ids; a token's scopes go with them.
    """
    from guanxi.platform.jobs.tasks import run_job

    if kind not in _kinds:
        raise KeyError(kind)
    if request_id:
        params = {**params, "request_id": str(request_id)}
    if asker and asker.scopes is not None:
        params = {**params, "scopes": sorted(asker.scopes)}
    job = Job(kind=kind, params=params, actor=asker.user if asker else None)
    job.save(force_insert=True)
    job.refresh_from_db()
    run_job.defer(job_id=str(job.pk))
    return describe(job)


def function_of(job: Job) -> JobFunction:
    return _kinds[job.kind]


def jobs_of(asker: Asker) -> "QuerySet[Job]":
    """A user's own jobs; an administrator's are all."""
    jobs = Job.objects.select_related("actor")
    return jobs if asker.grants.administer else jobs.filter(actor=asker.user)


def refused_by(asker: Asker, pk: UUID) -> "QuerySet[JobRefusal]":
    """What one of the jobs the asker may look at left as it was."""
    return JobRefusal.objects.filter(job__in=jobs_of(asker).filter(pk=pk).values("pk"))


def _get(asker: Asker, pk: UUID) -> Job:
    job = jobs_of(asker).filter(pk=pk).first()
    if job is None:
        raise NotFound(_("There is no such task."))
    return job


def read_job(asker: Asker, pk: UUID) -> dict[str, Any]:
    return describe(_get(asker, pk))


@transaction.atomic
def cancel_job(asker: Asker, pk: UUID) -> dict[str, Any]:
    """Ask a job to stop at its next step; one not yet begun never starts."""
    job = _get(asker, pk)
    Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(
        state=Job.State.CANCELLED, finished_at=timezone.now()
    )
    Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(cancel_requested=True)
    return read_job(asker, pk)


@transaction.atomic
def resume_job(asker: Asker, pk: UUID) -> dict[str, Any]:
    """Let a cancelled or failed job go on after its last step."""
    job = _get(asker, pk)
    if not _requeue(job.pk, (Job.State.CANCELLED, Job.State.FAILED)):
        raise JobNotResumable(_("Only a task that was stopped or failed can go on."))
    return read_job(asker, pk)


@transaction.atomic
def resume_interrupted_job(pk: UUID) -> bool:
    """Queue a job again whose worker died; tells whether it did.

    One that was to be cancelled ends; so does one that took its worker with it again and again
    without getting any further.
    """
    job = Job.objects.select_for_update().get(pk=pk)
    if job.state == Job.State.QUEUED:
        return _requeue(pk, (Job.State.QUEUED,))
    if job.state != Job.State.RUNNING:
        return False
    if job.cancel_requested:
        return not _end(job, Job.State.CANCELLED)
    last = job.checkpoint.get("interrupted", {})
    times = last.get("times", 0) + 1 if last.get("done") == job.done else 1
    if times > MAX_INTERRUPTIONS:
        message = _("This was interrupted %(n)s times at the same place.")
        return not _end(job, Job.State.FAILED, message % {"n": MAX_INTERRUPTIONS})
    job.checkpoint["interrupted"] = {"done": job.done, "times": times}
    job.save(update_fields=["checkpoint"])
    return _requeue(pk, (Job.State.RUNNING,))


def _end(job: Job, state: str, error: str = "") -> bool:
    job.state, job.error, job.finished_at = state, error, timezone.now()
    job.save(update_fields=["state", "error", "finished_at"])
    return True


def _requeue(pk: UUID, states: tuple[str, ...]) -> bool:
    from guanxi.platform.jobs.tasks import run_job

    queued = Job.objects.filter(pk=pk, state__in=states).update(
        state=Job.State.QUEUED, cancel_requested=False, error="", finished_at=None
    )
    if queued:
        run_job.defer(job_id=str(pk))
    return bool(queued)


def describe(job: Job) -> dict[str, Any]:
    """A job as the API shows it."""
    can = []
    if job.state in (Job.State.QUEUED, Job.State.RUNNING):
        can = ["cancel"]
    elif job.state in (Job.State.CANCELLED, Job.State.FAILED):
        can = ["resume"]
    return {
        "id": str(job.pk),
        "kind": job.kind,
        "title": str(_titles.get(job.kind, job.kind)),
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "message": job.message,
        "result": job.result,
        "error": job.error or None,
        "object": job.params.get("object"),
        "subject": job.params.get("subject"),
        "created_at": job.created_at.isoformat(),
        "started_at": job.started_at.isoformat() if job.started_at else None,
        "finished_at": job.finished_at.isoformat() if job.finished_at else None,
        "can": can,
    }
