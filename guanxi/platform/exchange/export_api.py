"""POST /{path}/export of every declared object."""

import datetime as dt
from typing import Any, Literal

from django.http import StreamingHttpResponse
from ninja import Router
from pydantic import Field

from guanxi.platform.events.telling import tell
from guanxi.platform.exchange.export import FORMATS, Export
from guanxi.platform.http.request import Request
from guanxi.platform.objects.registry import object_type
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
    declared = object_type(name)
    router = Router(tags=[name])

    @router.post(
        "/export",
        operation_id=f"export_{name}",
        summary=f"Export {declared.model.__name__} as a file",
        response=None,
    )
    def export(request: Request, body: ExportIn) -> StreamingHttpResponse:
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
            object=name,
            format=body.format,
            fields=["id" if f is None else f.name for f in found.fields],
        )
        response = StreamingHttpResponse(
            found.stream(body.format), content_type=FORMATS[body.format]
        )
        day = dt.datetime.now(found.zone).date().isoformat()
        response["Content-Disposition"] = f'attachment; filename="{name}-{day}.{body.format}"'
        return response

    return router
