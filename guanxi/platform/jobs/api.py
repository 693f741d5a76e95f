"""Long tasks: what I started, how far it is, and stopping or resuming it."""

from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Query, Router, Schema

from guanxi.platform.http.request import Request
from guanxi.platform.jobs import services
from guanxi.platform.jobs.models import Job
from guanxi.platform.objects.errors import Invalid, NotAllowed
from guanxi.platform.objects.schemas import JobOut

router = Router(tags=["jobs"])
Described = dict[str, Any]


class JobsOut(Schema):
    items: list[JobOut]


def _require(request: Request, kind: str) -> None:
    """A job may be about any object: a token needs "read" or "write" for everything."""
    if not request.asker.token_allows_all(kind):
        raise NotAllowed(_("This token does not allow this."))


@router.get("", response=JobsOut, summary="My long tasks, newest first")
def list_jobs(
    request: Request,
    state: Annotated[
        str | None, Query(None, max_length=100, description="Comma-separated states.")
    ],
) -> Described:
    _require(request, "read")
    jobs = services.jobs_of(request.asker).order_by("-created_at")
    if state:
        wanted = state.split(",")
        if not set(wanted) <= set(Job.State.values):
            message = _("There is no such state.")
            raise Invalid([{"field": "state", "message": message, "code": "invalid"}])
        jobs = jobs.filter(state__in=wanted)
    return {"items": [services.describe(job) for job in jobs[:50]]}


@router.get("/{uuid:pk}", response=JobOut, summary="One long task")
def read_job(request: Request, pk: UUID) -> Described:
    _require(request, "read")
    return services.read_job(request.asker, pk)


@router.post("/{uuid:pk}/cancel", response=JobOut, summary="Stop a long task at its next step")
def cancel_job(request: Request, pk: UUID) -> Described:
    _require(request, "write")
    return services.cancel_job(request.asker, pk)


@router.post("/{uuid:pk}/resume", response=JobOut, summary="Let a stopped task go on")
def resume_job(request: Request, pk: UUID) -> Described:
    _require(request, "write")
    return services.resume_job(request.asker, pk)
