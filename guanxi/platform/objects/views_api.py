"""Saved views of lists, boards, calendars and charts: one's own, the team's, everyone's."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from pydantic import Field

from guanxi.platform.access.predicate import Asker, kept_for
from guanxi.platform.filters.clock import clock_of
from guanxi.platform.filters.compiler import compile_filter
from guanxi.platform.http.request import Request
from guanxi.platform.objects.errors import Invalid, NotAllowed, NotFound
from guanxi.platform.objects.fieldtypes import JsonMap, Text
from guanxi.platform.objects.models import SavedView
from guanxi.platform.objects.registry import is_declared, object_asked_for
from guanxi.platform.objects.schemas import Strict

router = Router(tags=["views"])
Shared = Literal["private", "team", "everyone"]
Kind = Literal["table", "board", "calendar", "chart"]
Name = Annotated[Text, Field(max_length=100)]


class ViewDefinition(Strict):
    """How a list is laid out. What is absent is as the object's own list has it.

    Fields are named, not looked up: one that is gone or hidden from whoever opens the view is left
    out there.
    """

    columns: list[Name] | None = Field(None, max_length=200)
    widths: dict[Name, Annotated[int, Field(ge=1, le=10_000)]] | None = Field(None, max_length=200)
    pinned: int | None = Field(None, ge=0, le=200)
    footer: dict[Name, Literal["sum", "avg", "min", "max", "empty"]] | None = Field(
        None, max_length=200
    )
    filter: JsonMap | None = None
    sort: Annotated[Text, Field(max_length=200)] | None = None
    group: Name | None = None
    by: Name | None = Field(
        None, description='What a board, calendar or chart is made by: "status", "due_on:month".'
    )
    sum: Name | None = Field(None, description="The field that columns and bars add up.")
    span: Literal["month", "week"] | None = Field(None, description="Of a calendar.")
    shape: Literal["bar", "line", "donut"] | None = Field(None, description="Of a chart.")


class ViewIn(Strict):
    object: str = Field(max_length=60)
    name: Text = Field(min_length=1, max_length=100)
    kind: Kind = "table"
    definition: ViewDefinition | None = None
    shared: Shared = "private"
    pinned: bool = False


class ViewChange(Strict):
    name: Text | None = Field(None, min_length=1, max_length=100)
    kind: Kind | None = None
    definition: ViewDefinition | None = None
    shared: Shared | None = None
    pinned: bool | None = None


def _visible(asker: Asker) -> "QuerySet[SavedView]":
    return SavedView.objects.select_related("owner").filter(kept_for(asker))


def _changeable(request: Request, pk: UUID) -> SavedView:
    _require(request, "write")
    view = _visible(request.asker).filter(pk=pk).first()
    if view is None:
        raise NotFound(_("There is no such view."))
    if view.owner_id != request.user.pk and not request.asker.grants.administer:
        raise NotAllowed(_("Only its owner may change this view."))
    return view


def _describe(view: SavedView, asker: Asker) -> dict[str, Any]:
    mine = view.owner_id == asker.user.pk or asker.grants.administer
    return {
        "id": str(view.pk),
        "object": view.object,
        "name": view.name,
        "kind": view.kind,
        "definition": view.definition,
        "shared": view.shared,
        "pinned": view.pinned,
        "owner": {"id": str(view.owner_id), "label": view.owner.full_name},
        "can": ["change", "delete"] if mine else [],
    }


def _require_filter(asker: Asker, view: SavedView) -> None:
    """Raise BadFilter for a filter that whoever saves the view could not use."""
    compile_filter(
        asker, object_asked_for(view.object), view.definition.get("filter"), clock_of(asker)
    )


def _require(request: Request, kind: str) -> None:
    """Views are about no one record: a token needs "read" or "write" for everything."""
    if not request.asker.token_allows_all(kind):
        raise NotAllowed(_("This token does not allow this."))


@router.get("", response=dict[str, Any], summary="Views of one object's list")
def list_views(
    request: Request, object: Annotated[str | None, Query(None, max_length=60)]
) -> dict[str, Any]:
    _require(request, "read")
    views = _visible(request.asker).order_by("name")
    if object:
        views = views.filter(object=object)
    return {"items": [_describe(v, request.asker) for v in views]}


@router.post("", response={201: dict[str, Any]}, summary="Save a view")
def create_view(request: Request, body: ViewIn) -> Status[dict[str, Any]]:
    _require(request, "write")
    if not is_declared(body.object):
        message = _("There is no such object.")
        raise Invalid([{"field": "object", "message": message, "code": "not_found"}])
    definition = body.definition.model_dump(exclude_none=True) if body.definition else {}
    view = SavedView(owner=request.user, **{**body.model_dump(), "definition": definition})
    _require_filter(request.asker, view)
    view.save(force_insert=True)
    return Status(201, _describe(view, request.asker))


@router.patch("/{uuid:pk}", response=dict[str, Any], summary="Change a view")
def change_view(request: Request, pk: UUID, body: ViewChange) -> dict[str, Any]:
    view = _changeable(request, pk)
    values = body.model_dump(exclude_unset=True, exclude_none=True)
    for name, value in values.items():
        setattr(view, name, value)
    if "definition" in values:
        _require_filter(request.asker, view)
    if values:
        view.save(update_fields=list(values))
    return _describe(view, request.asker)


@router.delete("/{uuid:pk}", response={204: None}, summary="Delete a view")
def delete_view(request: Request, pk: UUID) -> Status[None]:
    _changeable(request, pk).delete()
    return Status(204, None)
