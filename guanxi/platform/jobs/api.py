from typing import Any
from uuid import UUID

from ninja import Router

from guanxi.platform.http.request import Request
from guanxi.platform.jobs import services

router = Router(tags=["jobs"])
Described = dict[str, Any]


@router.get("", response=Described, summary="My long tasks, newest first")
def list_jobs(request: Request, state: str | None = None) -> Described:
    jobs = services.jobs_of(request.asker).order_by("-created_at")
    if state:
        jobs = jobs.filter(state__in=state.split(","))
    return {"items": [services.describe(job) for job in jobs[:50]]}


@router.get("/{uuid:pk}", response=Described, summary="One long task")
def read_job(request: Request, pk: UUID) -> Described:
    return services.read_job(request.asker, pk)


@router.post("/{uuid:pk}/cancel", response=Described, summary="Stop a long task at its next step")
def cancel_job(request: Request, pk: UUID) -> Described:
    return services.cancel_job(request.asker, pk)


@router.post("/{uuid:pk}/resume", response=Described, summary="Let a stopped task go on")
def resume_job(request: Request, pk: UUID) -> Described:
    return services.resume_job(request.asker, pk)
