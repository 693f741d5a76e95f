"""Suspected duplicates over HTTP: the queue, a search, and what somebody says of a pair."""

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from ninja import Query, Router, Schema, Status
from pydantic import Field

from guanxi.insight import duplicates
from guanxi.platform.http.request import Request
from guanxi.platform.merging.api import MergesOut
from guanxi.platform.objects.schemas import JobOut, LinkOut, Strict

router = Router(tags=["duplicates"])
Answer = dict[str, Any]
State = Literal["open", "not_the_same"]


class PairsIn(Strict):
    state: State = "open"
    cursor: UUID | None = None
    limit: int = Field(20, ge=1, le=100)


class PairEvidenceOut(Schema):
    """What one field says: above zero that they are one customer, below that they are two."""

    field: str
    level: str
    weight: float = Field(description="In bits: one more doubles the odds.")


class PairSideOut(Schema):
    id: str
    values: dict[str, Any]


class PairOut(Schema):
    """Two customers who are more likely one."""

    id: str
    probability: float
    state: State
    records: list[PairSideOut]
    evidence: list[PairEvidenceOut]
    decided_at: dt.datetime | None
    decided_by: LinkOut | None
    can: list[Literal["merge", "decide"]]


class PairsOut(Schema):
    items: list[PairOut]
    next: str | None
    total: int
    at_least: bool
    searched_at: dt.datetime | None = Field(description="When the last search ended.")


class DecideIn(Strict):
    decision: State = Field(description="`open` takes a decision back.")


class DecidedOut(Schema):
    id: str
    state: State


@router.get(
    "", response=PairsOut, operation_id="list_duplicates", summary="Customers who may be one"
)
def list_pairs(request: Request, q: Query[PairsIn]) -> Answer:
    """The likeliest and those worth most first; for whoever may merge and sees both. Merge them
    with `POST /customers/merge`."""
    return duplicates.queue_page(request.asker, state=q.state, cursor=q.cursor, limit=q.limit)


class MergedIn(Strict):
    cursor: UUID | None = None
    limit: int = Field(50, ge=1, le=200)


@router.get(
    "/merged",
    response=MergesOut,
    operation_id="list_merged_duplicates",
    summary="Duplicates that were merged without asking",
)
def list_merged(request: Request, q: Query[MergedIn]) -> Answer:
    """For whoever may merge; each is taken back with `POST /merges/{id}/undo`."""
    return duplicates.merged_by_itself(request.asker, cursor=q.cursor, limit=q.limit)


@router.post(
    "/search",
    response={202: JobOut},
    operation_id="find_duplicates",
    summary="Search for duplicates among all customers",
)
def search(request: Request) -> Status[Answer]:
    job = duplicates.start_search(asker=request.asker, request_id=request.request_id)
    return Status(202, job)


@router.post(
    "/{uuid:pk}/decide",
    response=DecidedOut,
    operation_id="decide_duplicates",
    summary="Say that two are not the same customer",
)
def decide(request: Request, pk: UUID, body: DecideIn) -> Answer:
    """They are not asked about again until either is changed in what is compared."""
    return duplicates.decide(asker=request.asker, pk=pk, state=body.decision)
