"""POST /{path}/{id}/reveal of every object with personal fields, and who did so."""

import datetime as dt
from typing import Annotated, Any
from uuid import UUID

from ninja import Router, Schema
from pydantic import Field

from guanxi.platform.http.request import Request
from guanxi.platform.masking.reveals import reveal, reveals_of
from guanxi.platform.objects.binding import Bind, Named, the_one, the_one_named
from guanxi.platform.objects.fieldtypes import Text
from guanxi.platform.objects.registry import ObjectType, object_type, of_shape
from guanxi.platform.objects.schemas import LinkOut, Strict


class RevealIn(Strict):
    field: str = Field(max_length=100, description="Of those `/meta` calls masked.")
    reason: Annotated[Text, Field(max_length=200)] = ""


class RevealedOut(Schema):
    value: Any = Field(description="As a record shows it to whoever sees it plainly.")


class RevealOut(Schema):
    """Somebody saw a masked value."""

    at: dt.datetime
    actor: LinkOut
    source: str
    field: str
    label: str = Field(description="Of the field; empty if the asker does not see it.")
    reason: str


class RevealsOut(Schema):
    items: list[RevealOut]


def reveal_router(name: str) -> Router:
    """Revealing fields of one object."""
    return _router(object_type(name), the_one(object_type(name)))


def shared_reveal_router(shape: str, find: Named) -> Router:
    """That of every object of a shape."""
    return _router(of_shape(shape), the_one_named(find))


def _router(like: ObjectType, of: Bind) -> Router:
    router = Router(tags=[like.name])
    title = like.model.__name__

    @router.post(
        "/{uuid:pk}/reveal",
        response=RevealedOut,
        operation_id=f"reveal_{like.name}",
        summary=f"See a masked field of {title}, and leave a trace",
    )
    @of
    def reveal_(request: Request, declared: ObjectType, pk: UUID, body: RevealIn) -> dict[str, Any]:
        return {"value": reveal(request, declared, pk, body.field, body.reason)}

    @router.get(
        "/{uuid:pk}/reveals",
        response=RevealsOut,
        operation_id=f"reveals_{like.name}",
        summary=f"Who saw masked fields of {title}",
    )
    @of
    def reveals(request: Request, declared: ObjectType, pk: UUID) -> dict[str, Any]:
        return {"items": reveals_of(request.asker, declared, pk)}

    return router
