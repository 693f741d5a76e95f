from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from guanxi.interactions import services
from guanxi.interactions.models import Task
from guanxi.interactions.timeline import KINDS, customer_timeline
from guanxi.platform.access.predicate import get_permitted
from guanxi.platform.http.request import Request
from guanxi.platform.objects.api import record_response
from guanxi.platform.objects.registry import object_type

router = Router(tags=["task"])
timeline_router = Router(tags=["customer"])


@router.post("/{uuid:pk}/complete", response=dict[str, Any], summary="Complete a task")
def complete(request: Request, pk: UUID) -> HttpResponse:
    task = get_permitted(request.asker, Task, pk, "change")
    services.complete_task(asker=request.asker, task=task)
    return record_response(request, object_type("task"), task.pk)


@router.post("/{uuid:pk}/reopen", response=dict[str, Any], summary="Reopen a task")
def reopen(request: Request, pk: UUID) -> HttpResponse:
    task = get_permitted(request.asker, Task, pk, "change")
    services.reopen_task(asker=request.asker, task=task)
    return record_response(request, object_type("task"), task.pk)


@timeline_router.get(
    "/{uuid:pk}/timeline",
    response=dict[str, Any],
    summary="Everything that happened with a customer",
)
def timeline(
    request: Request,
    pk: UUID,
    kinds: str = Query(",".join(KINDS), max_length=200),
    cursor: str | None = None,
    limit: int = Query(50, ge=1, le=200),
) -> dict[str, Any]:
    wanted = [k for k in kinds.split(",") if k in KINDS]
    return customer_timeline(request.asker, pk, kinds=wanted, cursor=cursor, limit=limit)
