"""Saved views: one's own, the team's, everyone's."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from pydantic import Field

from guanxi.platform.access.predicate import Asker
from guanxi.platform.http.request import Request
from guanxi.platform.objects.errors import Invalid, NotAllowed, NotFound
from guanxi.platform.objects.fieldtypes import JsonMap, Text
from guanxi.platform.objects.models import SavedView
from guanxi.platform.objects.registry import types
from guanxi.platform.objects.schemas import Strict

router = Router(tags=["views"])
Shared = Literal["private", "team", "everyone"]


class ViewIn(Strict):
    object: str = Field(max_length=60)
    name: Text = Field(min_length=1, max_length=100)
    kind: Literal["table"] = "table"
    definition: JsonMap = {}
    shared: Shared = "private"
    pinned: bool = False


class ViewChange(Strict):
    name: Text | None = Field(None, min_length=1, max_length=100)
    definition: JsonMap | None = None
    shared: Shared | None = None
    pinned: bool | None = None


def _visible(asker: Asker) -> "QuerySet[SavedView]":
    return SavedView.objects.select_related("owner").filter(
        Q(owner=asker.user) | Q(shared="everyone") | Q(shared="team", owner__in=asker.colleagues)
    )


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
    if body.object not in {t.name for t in types()}:
        message = _("There is no such object.")
        raise Invalid([{"field": "object", "message": message, "code": "not_found"}])
    view = SavedView(owner=request.user, **body.model_dump())
    view.save(force_insert=True)
    return Status(201, _describe(view, request.asker))


@router.patch("/{uuid:pk}", response=dict[str, Any], summary="Change a view")
def change_view(request: Request, pk: UUID, body: ViewChange) -> dict[str, Any]:
    view = _changeable(request, pk)
    values = body.model_dump(exclude_unset=True, exclude_none=True)
    for name, value in values.items():
        setattr(view, name, value)
    if values:
        view.save(update_fields=list(values))
    return _describe(view, request.asker)


@router.delete("/{uuid:pk}", response={204: None}, summary="Delete a view")
def delete_view(request: Request, pk: UUID) -> Status[None]:
    _changeable(request, pk).delete()
    return Status(204, None)
