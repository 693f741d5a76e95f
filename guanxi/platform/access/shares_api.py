"""The endpoints of sharing records."""

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from ninja import Router, Schema, Status
from pydantic import Field

from guanxi.platform.access import sharing
from guanxi.platform.access.models import Share
from guanxi.platform.access.predicate import Asker
from guanxi.platform.http.request import Request
from guanxi.platform.objects.registry import ObjectType, object_asked_for
from guanxi.platform.objects.schemas import LinkOut, Strict

router = Router(tags=["sharing"])


class ShareOut(Schema):
    """With whom, and how far. Either a user or a team."""

    id: UUID
    user: LinkOut | None
    team: LinkOut | None
    may_change: bool = Field(description="As far as their role changes such records at all.")
    ends_on: dt.date | None = Field(description="The last day, in the firm's time zone.")
    given_by: LinkOut
    created_at: dt.datetime


class SharesOut(Schema):
    items: list[ShareOut]
    can: list[Literal["share"]]


class ShareIn(Strict):
    """Whoever has the record already gets this instead."""

    users: list[UUID] = Field([], max_length=100)
    teams: list[UUID] = Field([], max_length=100)
    may_change: bool = False
    ends_on: dt.date | None = None


def _link(named: Any) -> dict[str, str] | None:
    return named and {"id": str(named.pk), "label": str(named)}


def _describe(share: Share) -> dict[str, Any]:
    return {
        "id": share.pk,
        "user": _link(share.user),
        "team": _link(share.team),
        "may_change": share.may_change,
        "ends_on": share.ends_on,
        "given_by": _link(share.given_by),
        "created_at": share.created_at,
    }


def _described(asker: Asker, declared: ObjectType, pk: UUID) -> dict[str, Any]:
    return {
        "items": [_describe(share) for share in sharing.shares_of(asker, declared, pk)],
        "can": ["share"] if sharing.may_share(asker, declared, pk) else [],
    }


@router.get(
    "/shares/{object}/{uuid:pk}", response=SharesOut, summary="With whom a record is shared"
)
def list_shares(request: Request, object: str, pk: UUID) -> dict[str, Any]:
    """Whoever sees the record sees that."""
    return _described(request.asker, object_asked_for(object), pk)


@router.post("/shares/{object}/{uuid:pk}", response=SharesOut, summary="Share a record")
def share(request: Request, object: str, pk: UUID, body: ShareIn) -> dict[str, Any]:
    """With users or teams, to read or to change, until a day or for good."""
    declared = object_asked_for(object)
    sharing.share_record(asker=request.asker, declared=declared, pk=pk, **body.model_dump())
    return _described(request.asker, declared, pk)


@router.delete("/shares/{uuid:pk}", response={204: None}, summary="End a share")
def end_share(request: Request, pk: UUID) -> Status[None]:
    sharing.end_share(asker=request.asker, pk=pk)
    return Status(204, None)
