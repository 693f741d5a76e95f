"""POST /{path}/export of every declared object, and of the firm's own."""

import datetime as dt
from typing import Any, Literal

from django.http import StreamingHttpResponse
from ninja import Router
from pydantic import Field

from guanxi.platform.events.telling import tell
from guanxi.platform.exchange.export import FORMATS, Export
from guanxi.platform.http.request import Request
from guanxi.platform.objects.binding import Bind, Named, the_one, the_one_named
from guanxi.platform.objects.registry import ObjectType, object_type, of_shape
from guanxi.platform.objects.schemas import Strict


class ExportIn(Strict):
    """Which records and fields, in which order; as the list shows them."""

    filter: dict[str, Any] | None = None
    search: str = Field("", max_length=200)
    sort: str | None = Field(None, max_length=200)
    fields: list[str] | None = Field(None, max_length=500)
    format: Literal["csv", "xlsx"] = "csv"


def export_router(name: str) -> Router:
    """The export of one object."""
    return _router(object_type(name), the_one(object_type(name)))


def shared_export_router(shape: str, find: Named) -> Router:
    """That of every object of a shape."""
    return _router(of_shape(shape), the_one_named(find))


def _router(like: ObjectType, of: Bind) -> Router:
    router = Router(tags=[like.name])

    @router.post(
        "/export",
        operation_id=f"export_{like.name}",
        summary=f"Export {like.model.__name__} as a file",
        response=None,
    )
    @of
    def export(request: Request, declared: ObjectType, body: ExportIn) -> StreamingHttpResponse:
        found = Export(
            request.asker,
            declared,
            tree=body.filter,
            search=body.search,
            sort=body.sort,
            fields=body.fields,
        )
        tell(
            request,
            "export",
            request.request_id,
            actor_id=request.user.pk,
            object=declared.name,
            format=body.format,
            fields=["id" if f is None else f.name for f in found.fields],
        )
        response = StreamingHttpResponse(
            found.stream(body.format), content_type=FORMATS[body.format]
        )
        day = dt.datetime.now(found.zone).date().isoformat()
        response["Content-Disposition"] = (
            f'attachment; filename="{declared.name}-{day}.{body.format}"'
        )
        return response

    return router
