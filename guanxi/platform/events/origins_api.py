"""Where the values of a record came from, over HTTP."""

import datetime as dt
from typing import Any, Literal, Optional
from uuid import UUID

from ninja import Query, Router, Schema
from pydantic import Field

from guanxi.platform.events.origins import origins_of
from guanxi.platform.http.request import Request
from guanxi.platform.objects.registry import object_asked_for
from guanxi.platform.objects.schemas import LinkOut, Strict

router = Router(tags=["origins"])


class OriginsIn(Strict):
    object: str = Field(max_length=60)
    record: UUID


class ValueOriginOut(Schema):
    """On which way a value came into the record, and who brought it."""

    at: dt.datetime
    actor: LinkOut | None
    way: Literal[
        "person", "token", "job", "import", "merge", "sample", "command", "form", "undo", "other"
    ]
    import_id: UUID | None = Field(description="Of an import that you may open.")
    file: str | None
    row: int | None = Field(description="The row of the file; null once it is forgotten.")
    merged_from: LinkOut | None = Field(description="The record that a merge took the value from.")
    before: Optional["ValueOriginOut"] = Field(description="Where that record had it from.")


class OriginsOut(Schema):
    items: dict[str, ValueOriginOut] = Field(description="By field, of those that you see.")


@router.get("", response=OriginsOut, summary="Where each value of a record came from")
def read_origins(request: Request, q: Query[OriginsIn]) -> dict[str, Any]:
    return origins_of(request.asker, object_asked_for(q.object), q.record)
