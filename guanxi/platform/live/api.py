"""Where browsers ask to be told of changes."""

from typing import Annotated, Any
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY
from django.http import HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from guanxi.platform.http.request import Request
from guanxi.platform.live import presence
from guanxi.platform.live.hub import Who, Wish, hub
from guanxi.platform.live.stream import TICKET
from guanxi.platform.objects.registry import object_asked_for
from guanxi.platform.objects.schemas import LinkOut, Strict

router = Router(tags=["live"])
MOST_AGE = 7 * 24 * 3600 * 1000


@router.get(
    "",
    summary="Be told of changes as they happen (server-sent events)",
    openapi_extra={
        "responses": {
            200: {
                "description": 'Events "change" with {object, ids, request}: records I may see, or'
                ' null for many; "anew": too much was missed, ask for everything again.',
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
            }
        }
    },
)
def live(
    request: Request,
    age: Annotated[
        int,
        Query(ge=0, le=MOST_AGE, description="Milliseconds since the oldest of what I show."),
    ] = 0,
) -> HttpResponse:
    """Changes of the last `age` milliseconds come first. Reconnect with Last-Event-ID to miss
    nothing; the stream ends with the session or token."""
    if request.token is not None:
        who = Who(request.user.pk, token_id=request.token.pk)
    else:
        proof = request.session[HASH_SESSION_KEY]
        who = Who(request.user.pk, session_key=request.session.session_key, proof=proof)
    wish = Wish(who, last=request.headers.get("Last-Event-ID", ""), age=age / 1000)
    return HttpResponse(content_type="text/event-stream", headers={TICKET: hub.ticket(wish)})


class HereIn(Strict):
    object: str = Field(max_length=60)
    id: UUID


class HereOut(Schema):
    others: list[LinkOut]
    again_in: int = Field(description="Seconds after which an open page says so again.")


@router.put(
    "/pages/{uuid:page}",
    response=HereOut,
    summary="Say which record a page of mine shows, and be told who else has it open",
)
def be_here(request: Request, page: UUID, body: HereIn) -> dict[str, Any]:
    """`page` is any UUID that the page made for itself."""
    declared = object_asked_for(body.object)
    others = presence.be_here(request.asker, declared, body.id, page=page)
    return {"others": others, "again_in": presence.SAYS_SO_EVERY}


@router.delete(
    "/pages/{uuid:page}", response={204: None}, summary="Say that a page of mine shows it no more"
)
def leave(request: Request, page: UUID) -> Status[None]:
    presence.leave(request.asker, page=page)
    return Status(204, None)
