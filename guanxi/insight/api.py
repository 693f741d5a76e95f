"""Insight over HTTP: runs, the state of the base, the attention list, one customer's scores."""

from typing import Any, Literal
from uuid import UUID

from ninja import Query, Router, Status
from pydantic import Field

from guanxi.insight import attention, services
from guanxi.insight.models import AttentionItem
from guanxi.platform.http.request import Request
from guanxi.platform.objects.fieldtypes import Date, Text
from guanxi.platform.objects.schemas import Strict

router = Router(tags=["insight"])
scores_router = Router(tags=["customer"])
Answer = dict[str, Any]


class RunIn(Strict):
    """`as_of`: the day to judge customers on; absent, today or the day of the newest purchase."""

    as_of: Date | None = None


class DoIn(Strict):
    """Create a task, or log a call that was made. What is absent follows the suggestion."""

    kind: Literal["task", "call"]
    title: Text = Field("", max_length=200)
    due_on: Date | None = None
    note: Text = Field("", max_length=10_000)
    outcome: Text = Field("", max_length=100)


class SnoozeIn(Strict):
    until: Date


class DismissIn(Strict):
    reason: Literal["wrong", "known", "not_worth", "other"]
    note: Text = Field("", max_length=10_000)


@router.post("/runs", response={202: Answer}, summary="Score all customers")
def start_run(request: Request, body: RunIn) -> Status[Answer]:
    job = services.start_score_run(
        asker=request.asker, as_of=body.as_of, request_id=request.request_id
    )
    return Status(202, job)


@router.get("/runs/latest", response=Answer | None, summary="The run whose scores are in force")
def latest_run(request: Request) -> Answer | None:
    return services.describe_run(services.latest_run())


@router.get("/base", response=Answer, summary="The state of my customers")
def base(request: Request) -> Answer:
    return services.read_base(request.asker)


@router.get("/attention", response=Answer, summary="Customers who need attention")
def attention_list(
    request: Request,
    mine: bool = False,
    cursor: str | None = Query(None, max_length=200),
    limit: int = Query(50, ge=1, le=200),
) -> Answer:
    return attention.attention_page(
        request.asker, mine=mine, cursor=cursor, limit=limit, currency=services.currency()
    )


@router.post("/attention/{uuid:pk}/do", response=Answer, summary="Act on an item")
def do(request: Request, pk: UUID, body: DoIn) -> Answer:
    item = attention.do_item(
        asker=request.asker, pk=pk, currency=services.currency(), **body.model_dump()
    )
    return decided(item)


@router.post("/attention/{uuid:pk}/snooze", response=Answer, summary="Hide an item until a day")
def snooze(request: Request, pk: UUID, body: SnoozeIn) -> Answer:
    return decided(attention.snooze_item(asker=request.asker, pk=pk, until=body.until))


@router.post("/attention/{uuid:pk}/dismiss", response=Answer, summary="Close an item unheeded")
def dismiss(request: Request, pk: UUID, body: DismissIn) -> Answer:
    item = attention.dismiss_item(asker=request.asker, pk=pk, reason=body.reason, note=body.note)
    return decided(item)


@router.post("/attention/{uuid:pk}/reopen", response=Answer, summary="Put an item back")
def reopen(request: Request, pk: UUID) -> Answer:
    return decided(attention.reopen_item(asker=request.asker, pk=pk))


def decided(item: AttentionItem) -> Answer:
    """What came of an item."""
    return {
        "id": str(item.pk),
        "state": item.state,
        "snoozed_until": item.snoozed_until.isoformat() if item.snoozed_until else None,
        "task": str(item.task_id) if item.task_id else None,
        "interaction": str(item.interaction_id) if item.interaction_id else None,
    }


@scores_router.get(
    "/{uuid:pk}/scores", response=Answer, summary="What the models say of a customer, and why"
)
def customer_scores(request: Request, pk: UUID) -> Answer:
    return services.customer_scores(request.asker, pk)
