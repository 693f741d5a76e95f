"""The endpoints of imports."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any, Literal
from uuid import UUID

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile
from pydantic import Field

from guanxi.platform.exchange import services, shapes
from guanxi.platform.exchange.models import Import, ImportRow, ImportVerdict
from guanxi.platform.exchange.readers.formulas import neutralize
from guanxi.platform.exchange.targets import is_there, targets_of
from guanxi.platform.http.request import Request
from guanxi.platform.objects.errors import Invalid
from guanxi.platform.objects.schemas import Strict

router = Router(tags=["imports"])
Shown = dict[str, Any]


class ColumnMapping(Strict):
    """What one column means; `field` null leaves it out."""

    column: int = Field(ge=0)
    field: str | None = None
    half: Literal["organization", "person"] | None = None


class ImportChange(Strict):
    options: dict[str, str | bool | int | None] | None = None
    mapping: list[ColumnMapping] | None = None


class Choice(Strict):
    id: str = Field(description='The id of a candidate, or "new", or "skip".', max_length=36)


class RowParameters(Strict):
    verdict: Literal["create", "update", "unchanged", "reject", "ambiguous"] | None = None
    cursor: int = Field(0, ge=0)
    limit: int = Field(50, ge=1, le=200)


@router.get("/targets", response=Shown, summary="What I may import, with its fields")
def list_targets(request: Request) -> Shown:
    return {"items": [shapes.show_target(request.asker, t) for t in targets_of(request.asker)]}


@router.get("", response=Shown, summary="My imports, newest first")
def list_imports(request: Request) -> Shown:
    found = services.imports_of(request.asker).order_by("-created_at")[:100]
    return {"items": [shapes.show_import(i) for i in found if is_there(i.target)]}


@router.post("", response={201: Shown}, summary="Upload a file to import")
def upload(
    request: Request, file: File[UploadedFile], target: Form[str], options: Form[str] = "{}"
) -> Status[Shown]:
    imported = services.create_import(
        asker=request.asker,
        target=target,
        file_name=file.name or "",
        blocks=file.chunks(1024 * 1024),
        options=_json_object(options),
    )
    return Status(201, shapes.show_import(imported))


def _json_object(text: str) -> dict[str, Any]:

    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        message = _("The options are no JSON object.")
        raise Invalid([{"field": "options", "message": message, "code": "invalid"}])
    return found


@router.get("/{uuid:pk}", response=Shown, summary="One import")
def read_import(request: Request, pk: UUID) -> Shown:
    return shapes.show_import(services.get_import(request.asker, pk))


@router.patch("/{uuid:pk}", response=Shown, summary="Change how a file is read and mapped")
def change_import(request: Request, pk: UUID, body: ImportChange) -> Shown:
    mapping = None if body.mapping is None else [m.model_dump() for m in body.mapping]
    imported = services.change_import(
        asker=request.asker, pk=pk, options=body.options, mapping=mapping
    )
    return shapes.show_import(imported)


def _verb(name: str, service: Callable[..., Import], summary: str) -> None:
    """One endpoint for a verb; a variable in the address would hide its neighbours."""

    @router.post(
        f"/{{uuid:pk}}/{name}", response=Shown, operation_id=f"{name}_import", summary=summary
    )
    def act(request: Request, pk: UUID) -> Shown:
        return shapes.show_import(service(asker=request.asker, pk=pk))


_verb("preview", services.start_preview, "Try an import without writing anything")
_verb("run", services.start_run, "Write the previewed rows")
_verb("cancel", services.cancel_import, "Stop an import at its next batch")
_verb("resume", services.resume_import, "Let a stopped import go on")
_verb("undo", services.start_undo, "Take a whole import back")


@router.get("/{uuid:pk}/rows", response=Shown, summary="Rows with their verdicts and reasons")
def list_rows(request: Request, pk: UUID, q: Query[RowParameters]) -> Shown:
    imported = services.get_import(request.asker, pk)
    return shapes.show_rows(
        request.asker, imported, verdict=q.verdict, after=q.cursor, limit=q.limit
    )


@router.post("/{uuid:pk}/rows/{int:row}/choose", response=Shown, summary="Settle an ambiguous row")
def choose(request: Request, pk: UUID, row: int, body: Choice) -> Shown:
    imported = services.choose(asker=request.asker, pk=pk, row=row, choice=body.id)
    return shapes.show_import(imported)


@router.get("/{uuid:pk}/errors.csv", summary="The rejected rows with their reasons")
def error_file(request: Request, pk: UUID) -> StreamingHttpResponse:
    imported = services.get_import(request.asker, pk)
    response = StreamingHttpResponse(_errors(imported), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="errors.csv"'
    return response


def _errors(imported: Import) -> Iterator[bytes]:
    """The columns of the file as they were, and behind them the row's number and what is wrong."""
    width = len(imported.detected["header"])
    header = [*imported.detected["header"], _("row"), _("reason")]
    yield "\ufeff".encode() + _line(header)
    seen: set[int] = set()
    rejected = ImportVerdict.objects.filter(
        imported=imported.pk, verdict__in=("reject", "ambiguous")
    ).order_by("row", "part")
    batch: list[ImportVerdict] = []
    for verdict in rejected.iterator(2000):
        batch.append(verdict)
        if len(batch) == 2000:
            yield from _error_lines(imported, batch, width, seen)
            batch = []
    yield from _error_lines(imported, batch, width, seen)


def _error_lines(
    imported: Import, verdicts: list[ImportVerdict], width: int, seen: set[int]
) -> Iterator[bytes]:
    rows = ImportRow.objects.filter(imported=imported.pk, row__in=[v.row for v in verdicts])
    cells = dict(rows.values_list("row", "cells"))
    for verdict in verdicts:
        if verdict.row in seen:
            continue
        seen.clear()
        seen.add(verdict.row)
        reasons = "; ".join(_sentence(r) for r in verdict.reasons or []) or _("Not decided.")
        values = [*cells.get(verdict.row, []), *[""] * width][:width]
        yield _line([*values, str(verdict.row), reasons])


def _sentence(reason: dict[str, Any]) -> str:
    field = reason.get("field")
    return f"{field}: {reason['message']}" if field else str(reason["message"])


def _line(cells: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([neutralize(c) for c in cells])
    return out.getvalue().encode()
