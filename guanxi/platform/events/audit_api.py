"""The audit log, for administrators in person."""

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from django.http import StreamingHttpResponse
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from guanxi.platform.access.middleware import require_administrator
from guanxi.platform.events.audit import Wanted, audit, audit_csv
from guanxi.platform.events.audit_words import kinds
from guanxi.platform.events.telling import tell
from guanxi.platform.http.request import Request
from guanxi.platform.objects.fieldtypes import Text
from guanxi.platform.objects.schemas import LinkOut, Strict

router = Router(tags=["audit"])
Action = Literal["insert", "update", "delete", "restore", "purge"]


class AuditChange(Schema):
    name: str
    label: str
    old: Any = None
    new: Any = None


class AuditEntry(Schema):
    """One thing that happened, as far as the asker's role sees it."""

    id: str
    at: str
    actor: LinkOut | None
    source: str = Field(
        description='"api", "token", "import:…", "provider:…", a command, or the database.'
    )
    request_id: str | None
    action: Action
    object: str
    record: LinkOut
    page: str | None = Field(description="The object whose record's page shows it.")
    page_id: str | None
    changes: list[AuditChange]
    is_hidden: bool = Field(description="Of a record the asker may not see.")


class AuditOut(Schema):
    items: list[AuditEntry]
    next: str | None = Field(description="There may be more, even if the page is not full.")


class KindOut(Schema):
    name: str
    label: str


class Asked(Strict):
    actor: UUID | None = None
    object: Text | None = Field(None, max_length=60)
    record: UUID | None = None
    action: Action | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    def wanted(self) -> Wanted:
        return Wanted(**{name: getattr(self, name) for name in Asked.model_fields})


class Page(Asked):
    cursor: int | None = Field(None, ge=0, lt=2**63)
    limit: int = Field(50, ge=1, le=200)


@router.get("/audit", response=AuditOut, summary="Who did what, newest first")
def read_audit(request: Request, q: Query[Page]) -> dict[str, Any]:
    require_administrator(request)
    return audit(request.asker, q.wanted(), before=q.cursor, limit=q.limit)


@router.get("/audit/kinds", response=list[KindOut], summary="What the audit log tells of")
def read_kinds(request: Request) -> list[dict[str, str]]:
    require_administrator(request)
    return [{"name": name, "label": label} for name, label in kinds().items()]


@router.post("/audit/export", response=None, summary="Export the audit log as CSV")
def export_audit(request: Request, body: Asked) -> StreamingHttpResponse:
    """The export is told in the log itself."""
    require_administrator(request)
    tell(request, "export", request.request_id, actor_id=request.user.pk, object="audit")
    lines = audit_csv(request.asker, body.wanted())
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    day = dt.datetime.now(dt.UTC).date().isoformat()
    response["Content-Disposition"] = f'attachment; filename="audit-{day}.csv"'
    return response
