"""The endpoints of files on records."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.conf import settings
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import File, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from guanxi.platform.access.models import User
from guanxi.platform.access.predicate import Asker
from guanxi.platform.files import services
from guanxi.platform.files.media_types import SHOWN
from guanxi.platform.files.models import Attachment
from guanxi.platform.files.previews.kinds import has_preview
from guanxi.platform.files.previews.making import preview_of
from guanxi.platform.files.sending import response_of
from guanxi.platform.http.request import Request
from guanxi.platform.objects.errors import NotFound
from guanxi.platform.objects.fieldtypes import Text
from guanxi.platform.objects.registry import ObjectType, types
from guanxi.platform.objects.rows import labels_of
from guanxi.platform.objects.schemas import LinkOut, Strict

router = Router(tags=["attachments"])


class AttachmentOut(Schema):
    id: UUID
    name: str
    media_type: str = Field(description="By its first bytes, whatever the sender said.")
    is_shown: bool = Field(description="Whether a browser shows it; anything else it saves.")
    has_preview: bool = Field(description="Whether /preview may have something to show of it.")
    size: int
    sha256: str
    owner: LinkOut
    created_at: str


class AttachmentsOut(Schema):
    items: list[AttachmentOut]
    next: UUID | None
    can: list[str] = Field(description='"change": add, rename and delete files of this record.')
    limit_bytes: int = Field(description="How large a file may be.")


class TableOut(Schema):
    """The first rows of a table; `name`: of the sheet."""

    name: str
    rows: list[list[str]]
    has_header: bool


class BlockOut(Schema):
    """A part of a document: `level` of a heading, `rows` of a table, else `text`."""

    kind: Literal["heading", "text", "item", "table"]
    level: int | None = None
    text: str = ""
    rows: list[list[str]] = []


class PreviewOut(Schema):
    """Text to be shown as it is, or why there is none. What is in a file is never markup here."""

    kind: Literal["text", "markdown", "tables", "document", "none"]
    text: str = ""
    tables: list[TableOut] = []
    blocks: list[BlockOut] = []
    more: bool = Field(False, description="There is more in the file than is shown.")
    why: str = Field("", description="Why there is nothing to show.")


class AttachmentChange(Strict):
    name: Text = Field(max_length=1000)


def _declared(path: str) -> ObjectType:
    found = next((t for t in types() if t.url == path), None)
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    return found


def _shown(asker: Asker, attachments: list[Attachment]) -> list[dict[str, Any]]:
    names = labels_of(asker, User, {a.owner_id for a in attachments})
    return [
        {
            "id": a.pk,
            "name": a.name,
            "media_type": a.media_type,
            "is_shown": a.media_type in SHOWN,
            "has_preview": has_preview(a.media_type, a.name),
            "size": a.size,
            "sha256": a.sha256,
            "owner": {"id": str(a.owner_id), "label": names.get(str(a.owner_id))},
            "created_at": a.created_at.isoformat(),
        }
        for a in attachments
    ]


@router.get(
    "/{object}/{uuid:pk}/attachments",
    response=AttachmentsOut,
    summary="The files of a record, newest first",
)
def list_attachments(
    request: Request,
    object: str,
    pk: UUID,
    cursor: Annotated[UUID | None, Query(None)],
    limit: Annotated[int, Query(50, ge=1, le=200)],
) -> dict[str, Any]:
    declared = _declared(object)
    found = services.attachments_of(request.asker, declared, pk)
    if cursor is not None:
        found = found.filter(pk__lt=cursor)
    page = list(found[: limit + 1])
    return {
        "items": _shown(request.asker, page[:limit]),
        "next": page[limit - 1].pk if len(page) > limit else None,
        "can": ["change"] if services.may_attach(request.asker, declared, pk) else [],
        "limit_bytes": settings.UPLOAD_LIMIT_BYTES,
    }


@router.post(
    "/{object}/{uuid:pk}/attachments",
    response={201: AttachmentOut},
    summary="Put a file on a record",
)
def add_attachment(
    request: Request, object: str, pk: UUID, file: File[UploadedFile]
) -> Status[dict[str, Any]]:
    attachment = services.add_attachment(
        asker=request.asker, declared=_declared(object), pk=pk, file=file
    )
    return Status(201, _shown(request.asker, [attachment])[0])


@router.post(
    "/{object}/attachments",
    response={201: AttachmentOut},
    summary="Upload a file for a field",
)
def add_to_field(
    request: Request,
    object: str,
    field: Annotated[str, Query(max_length=60, description='As in "custom.contract".')],
    file: File[UploadedFile],
) -> Status[dict[str, Any]]:
    """Then create or change the record with the file's id as the field's value.

    A file is one record's: no other can be given it. What no record is given is erased later.
    """
    attachment = services.add_to_field(
        asker=request.asker, declared=_declared(object), name=field, file=file
    )
    return Status(201, _shown(request.asker, [attachment])[0])


@router.get("/attachments/{uuid:pk}", response=AttachmentOut, summary="What is known of a file")
def read_attachment(request: Request, pk: UUID) -> dict[str, Any]:
    return _shown(request.asker, [services.get_attachment(request.asker, pk)])[0]


@router.get("/attachments/{uuid:pk}/content", response=None, summary="The file itself")
def read_content(
    request: Request, pk: UUID, download: Annotated[bool, Query(False)]
) -> HttpResponseBase:
    """What a browser can show without running it is shown, unless `download` is true.

    `Range` asks for one range of bytes, `If-Range` with the ETag for one of this file only.
    """
    attachment = services.get_attachment(request.asker, pk)
    return response_of(request, attachment, download=download)


@router.get(
    "/attachments/{uuid:pk}/preview", response=PreviewOut, summary="What can be shown of a file"
)
def read_preview(request: Request, pk: UUID) -> dict[str, Any]:
    """The beginning of a text, of tables, or of a document's text."""
    return preview_of(services.get_attachment(request.asker, pk))


@router.patch("/attachments/{uuid:pk}", response=AttachmentOut, summary="Rename a file")
def rename_attachment(request: Request, pk: UUID, body: AttachmentChange) -> dict[str, Any]:
    attachment = services.rename_attachment(asker=request.asker, pk=pk, name=body.name)
    return _shown(request.asker, [attachment])[0]


@router.delete("/attachments/{uuid:pk}", response={204: None}, summary="Delete a file")
def delete_attachment(request: Request, pk: UUID) -> Status[None]:
    """For 30 days it can be restored."""
    services.delete_attachment(asker=request.asker, pk=pk)
    return Status(204, None)


@router.post(
    "/attachments/{uuid:pk}/restore", response=AttachmentOut, summary="Restore a deleted file"
)
def restore_attachment(request: Request, pk: UUID) -> dict[str, Any]:
    attachment = services.restore_attachment(asker=request.asker, pk=pk)
    return _shown(request.asker, [attachment])[0]
