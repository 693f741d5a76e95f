"""Where I am signed in, and where a colleague is, for those who may end it."""

import datetime as dt
from typing import Any
from uuid import UUID

import ua_parser
from django.db.models import QuerySet
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from guanxi.platform.access.middleware import require_administrator, require_person
from guanxi.platform.access.models import Session, User
from guanxi.platform.access.people import person_to_change
from guanxi.platform.http.request import Request
from guanxi.platform.objects.errors import NotFound

router = Router(tags=["session"])


class SessionOut(Schema):
    """One browser in which somebody is signed in."""

    id: UUID
    browser: str | None = Field(description='Such as "Chrome"; null if it says nothing we know.')
    system: str | None
    address: str | None
    created_at: dt.datetime
    last_used_at: dt.datetime
    is_current: bool


class EndedOut(Schema):
    ended: int


def _living(user: User) -> "QuerySet[Session]":
    living = Session.objects.filter(user=user, expire_date__gt=timezone.now())
    return living.order_by("-last_used_at", "pk")


def _describe(request: Request, session: Session) -> dict[str, Any]:
    found = ua_parser.parse(session.user_agent)
    return {
        "id": session.public_id,
        "browser": found.user_agent and found.user_agent.family,
        "system": found.os and found.os.family,
        "address": session.address,
        "created_at": session.created_at,
        "last_used_at": session.last_used_at,
        "is_current": session.pk == request.session.session_key,
    }


@router.get("/sessions", response=list[SessionOut], summary="Where I am signed in")
def list_sessions(request: Request) -> list[dict[str, Any]]:
    require_person(request)
    return [_describe(request, session) for session in _living(request.user)]


@router.delete("/sessions", response=EndedOut, summary="End all my sessions but this one")
def end_other_sessions(request: Request) -> dict[str, int]:
    require_person(request)
    others = Session.objects.filter(user=request.user).exclude(pk=request.session.session_key)
    return {"ended": others.delete()[0]}


@router.delete("/sessions/{uuid:pk}", response={204: None}, summary="End one of my sessions")
def end_own_session(request: Request, pk: UUID) -> Status[None]:
    require_person(request)
    if not Session.objects.filter(user=request.user, public_id=pk).delete()[0]:
        raise NotFound
    return Status(204, None)


@router.get(
    "/people/{uuid:pk}/sessions", response=list[SessionOut], summary="Where somebody is signed in"
)
def list_sessions_of(request: Request, pk: UUID) -> list[dict[str, Any]]:
    require_administrator(request)
    person = User.objects.filter(pk=pk, deleted_at=None).first()
    if person is None:
        raise NotFound
    return [_describe(request, session) for session in _living(person)]


@router.delete(
    "/people/{uuid:pk}/sessions", response=EndedOut, summary="Sign somebody out everywhere"
)
def end_sessions_of(request: Request, pk: UUID) -> dict[str, int]:
    require_administrator(request)
    person = person_to_change(request.asker, pk)
    return {"ended": Session.objects.filter(user=person).delete()[0]}
