"""A user's notifications, what they follow, and whom they may name in a text."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Query, Router, Schema, Status
from pydantic import Field, model_validator

from guanxi.platform.http.request import Request
from guanxi.platform.notifications import follows
from guanxi.platform.notifications.inbox import count_unread, inbox, mark_all_read, mark_read
from guanxi.platform.notifications.mentions import colleagues_to_mention
from guanxi.platform.objects.errors import NotAllowed
from guanxi.platform.objects.fieldtypes import Text
from guanxi.platform.objects.registry import object_asked_for
from guanxi.platform.objects.schemas import CountOut, JobOut, LinkOut, OwnerOut, Strict

router = Router(tags=["notifications"])


class AddedOut(Schema):
    object: str
    count: int


Place = Annotated[int, Field(ge=0, lt=2**63)]


class NotificationOut(Schema):
    """One item: what belongs together is shown as one, such as all changes of one record."""

    id: int
    kind: Literal["mentioned", "assigned", "changed", "due", "job", "webhook", "shared"]
    at: str
    is_read: bool
    count: int = Field(description="How many pieces of news this is; 100: at least so many.")
    actors: list[LinkOut] = Field(description="Who did it, the last one first.")
    object: str = Field(description='"job" for a long task, "webhook" for a webhook.')
    record: LinkOut
    belongs_to: OwnerOut | None = Field(description="The record whose page shows it.")
    fields: list[str] = Field(description="Fields that changed.")
    added: list[AddedOut] = Field(description="What was put on the record.")
    excerpt: str | None = Field(description="The text that names you.")
    job: JobOut | None


class InboxOut(Schema):
    items: list[NotificationOut]
    next: int | None


class ReadIn(Strict):
    """Some, each with what is shown as one with it; or one and all before it."""

    ids: list[Place] | None = Field(None, max_length=1000)
    until: Place | None = None

    @model_validator(mode="after")
    def says_which(self) -> "ReadIn":
        if (self.ids is None) == (self.until is None):
            raise ValueError(_("Name either ids or the last one."))
        return self


class FollowOut(Schema):
    following: bool


class MentionParameters(Strict):
    q: Text = Field("", max_length=100, description="Any part of a name, pinyin or initials.")
    object: str | None = Field(None, max_length=60)
    id: UUID | None = None


class ColleagueOut(Schema):
    id: str
    label: str
    sees: bool | None = Field(description="Whether they may see the record named.")


class ColleaguesOut(Schema):
    items: list[ColleagueOut]


def _require(request: Request, kind: str) -> None:
    """News may be of any object: a token needs "read" or "write" for everything."""
    if not request.asker.token_allows_all(kind):
        raise NotAllowed(_("This token does not allow this."))


@router.get("/notifications", response=InboxOut, summary="What I am told, newest first")
def list_notifications(
    request: Request,
    unread: Annotated[bool, Query(False)],
    cursor: Annotated[int | None, Query(None, ge=0, lt=2**63)],
    limit: Annotated[int, Query(30, ge=1, le=100)],
) -> dict[str, Any]:
    _require(request, "read")
    return inbox(request.asker, unread=unread, cursor=cursor, limit=limit)


@router.get("/notifications/unread", response=CountOut, summary="How many I have not read")
def count_notifications(request: Request) -> dict[str, Any]:
    _require(request, "read")
    return count_unread(request.asker)


@router.post("/notifications/read", response={204: None}, summary="Mark as read")
def read_notifications(request: Request, body: ReadIn) -> Status[None]:
    _require(request, "write")
    if body.until is not None:
        mark_all_read(request.asker, body.until)
    else:
        mark_read(request.asker, body.ids or [])
    return Status(204, None)


@router.get("/follows/{object}/{uuid:pk}", response=FollowOut, summary="Whether I follow a record")
def read_follow(request: Request, object: str, pk: UUID) -> dict[str, Any]:
    _require(request, "read")
    return {"following": follows.is_following(request.asker, object_asked_for(object), pk)}


@router.put("/follows/{object}/{uuid:pk}", response={204: None}, summary="Follow a record")
def follow(request: Request, object: str, pk: UUID) -> Status[None]:
    _require(request, "write")
    follows.follow(request.asker, object_asked_for(object), pk)
    return Status(204, None)


@router.delete(
    "/follows/{object}/{uuid:pk}", response={204: None}, summary="Follow a record no more"
)
def unfollow(request: Request, object: str, pk: UUID) -> Status[None]:
    """An owner hears of their records by itself: this silences it for them too."""
    _require(request, "write")
    follows.follow(request.asker, object_asked_for(object), pk, wanted=False)
    return Status(204, None)


@router.get("/mentions", response=ColleaguesOut, summary="Colleagues to name in a text")
def list_colleagues(request: Request, q: Query[MentionParameters]) -> dict[str, Any]:
    _require(request, "read")
    declared = object_asked_for(q.object) if q.object else None
    items = colleagues_to_mention(request.asker, q.q, declared=declared, pk=q.id)
    return {"items": items}
