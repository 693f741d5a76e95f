"""Finding records of any kind, and those one opened last."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Query as Parameters
from ninja import Router, Schema, Status
from pydantic import Field

from guanxi.platform.http.request import Request
from guanxi.platform.objects.errors import Invalid, NotAllowed
from guanxi.platform.objects.fieldtypes import Text
from guanxi.platform.objects.registry import ObjectType, is_declared, object_type
from guanxi.platform.objects.schemas import OwnerOut, Strict
from guanxi.platform.search import services
from guanxi.platform.search.query import MAX_LENGTH

router = Router(tags=["search"])


class SearchParameters(Strict):
    q: Text = Field(
        "",
        max_length=MAX_LENGTH,
        description="Words, all of which a record must have; empty: what was opened last.",
    )
    type: list[str] = Field([], description="Objects to search; absent: all.")
    limit: int = Field(6, ge=1, le=50, description="At most so many of each object.")


class OpenedIn(Strict):
    type: str = Field(max_length=60)
    id: UUID


class MarkedOut(Schema):
    """A text with the places that matched: from, to, counted in code points."""

    text: str
    marks: list[tuple[int, int]]


class DetailOut(MarkedOut):
    field: str


class FoundOut(Schema):
    type: str
    id: str
    title: MarkedOut
    detail: DetailOut | None = Field(description="The field that matched, else one to tell by.")
    belongs_to: OwnerOut | None = Field(description="The record whose page shows this one.")
    recent: bool
    can: list[str]


class SearchOut(Schema):
    items: list[FoundOut]


@router.get("/search", response=SearchOut, operation_id="search", summary="Find records")
def search(request: Request, parameters: Parameters[SearchParameters]) -> dict[str, Any]:
    names = {_declared(request, name).name for name in parameters.type}
    items = services.search(
        asker=request.asker, text=parameters.q, names=names, limit=parameters.limit
    )
    return {"items": items}


@router.post(
    "/recent", response={204: None}, operation_id="opened", summary="Remember a record as opened"
)
def opened(request: Request, body: OpenedIn) -> Status[None]:
    object_type = _declared(request, body.type)
    services.remember_opened(asker=request.asker, object_type=object_type, pk=body.id)
    return Status(204, None)


def _declared(request: Request, name: str) -> ObjectType:
    """The object of that name. Raises Invalid for none that is searched, or NotAllowed."""
    found = object_type(name) if is_declared(name) else None
    if found is None or not found.search:
        message = _("There is no such object.")
        raise Invalid([{"field": "type", "message": message, "code": "invalid"}])
    if not request.asker.may("read", found):
        raise NotAllowed(_("Your role does not allow this."))
    return found
