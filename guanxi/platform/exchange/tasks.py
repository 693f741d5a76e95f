"""The background work of imports: dry run, import and undo, each resumable; and tidying up."""

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import OperationalError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from guanxi.platform.exchange import preview, undo, writing
from guanxi.platform.exchange.errors import DatabaseAway
from guanxi.platform.exchange.models import Import
from guanxi.platform.exchange.progress import Listener, listener
from guanxi.platform.exchange.services import expire_imports
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.services import JobCancelled, RunningJob, job_kind
from guanxi.platform.jobs.tasks import run_job
from guanxi.platform.objects.errors import DomainError

WAIT = 0.3  # seconds
Work = Callable[[RunningJob, Import], dict[str, Any]]


def _as_import(job: RunningJob, work: Work, end: str) -> dict[str, Any]:
    """Do the work; the import shows how it ended, as its job does."""
    imported = Import.objects.get(pk=UUID(job.params["subject"]))
    try:
        result = work(job, imported)
    except OperationalError:
        raise  # the database went away: the job is taken up again where it was
    except JobCancelled:
        _end(imported, Import.State.CANCELLED)
        raise
    except DomainError as error:
        _end(imported, Import.State.FAILED, str(error.message))
        raise
    except Exception:
        _end(imported, Import.State.FAILED, "internal")
        raise
    _end(imported, end)
    return result


def _end(imported: Import, state: str, error: str = "") -> None:
    Import.objects.filter(pk=imported.pk).update(
        state=state, error=error, finished_at=timezone.now()
    )


@job_kind("import_preview", _("Try an import"))
def preview_import(job: RunningJob) -> dict[str, Any]:
    return _as_import(job, preview.preview, Import.State.PREVIEWED)


@job_kind("import_run", _("Import a file"))
def run_import(job: RunningJob) -> dict[str, Any]:
    return _as_import(job, writing.run, Import.State.DONE)


@job_kind("import_undo", _("Undo an import"))
def undo_import(job: RunningJob) -> dict[str, Any]:
    return _as_import(job, undo.undo, Import.State.UNDONE)


def run_here(imported: Import, progress: Listener | None = None) -> None:
    """Run the import's job in this process; if a worker was quicker, wait for it.

    Raises DomainError if the job failed, or if the database went away.
    """
    token = listener.set(progress)
    try:
        run_job(job_id=str(imported.job_id))
    except OperationalError as error:
        message = _("The database went away. The import goes on where it was, once Guanxi runs.")
        raise DatabaseAway(message) from error
    finally:
        listener.reset(token)
    while True:
        job = Job.objects.get(pk=str(imported.job_id))
        if job.state not in (Job.State.QUEUED, Job.State.RUNNING):
            break
        time.sleep(WAIT)
    if job.state == Job.State.FAILED:
        raise DomainError(job.error)


@app.periodic(cron="17 3 * * *")
@app.task(name="expire_imports", pass_context=False)
def expire_imports_daily(timestamp: int) -> None:
    """Every night: forget what the undo window no longer needs."""
    expire_imports()
