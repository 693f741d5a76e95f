"""Layouts: what the page Settings → Layouts works through. For administrators in person."""

from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Query, Router, Schema, Status
from pydantic import Field, StringConstraints

from guanxi.platform.access.middleware import require_administrator
from guanxi.platform.access.models import Role
from guanxi.platform.http.languages import Language
from guanxi.platform.http.request import Request
from guanxi.platform.layouts import services
from guanxi.platform.layouts.arranging import Group, title_of
from guanxi.platform.objects.fieldtypes import Text
from guanxi.platform.objects.metadata import sentence
from guanxi.platform.objects.registry import ObjectType, object_asked_for, types
from guanxi.platform.objects.schemas import Strict

router = Router(tags=["layouts"])

Title = Annotated[Text, StringConstraints(max_length=100)]
Name = Annotated[str, StringConstraints(max_length=60)]
GroupName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Names = Annotated[list[Name], Field(max_length=500)]
OBJECT = Field(max_length=60)
ROLE = Field(None, description="Absent: for everyone whose role has no layout of its own.")
VERSION = Field("", max_length=40, description="That of the layout as it was read.")


class GroupIn(Strict):
    name: GroupName
    labels: dict[Language, Title] = Field({}, description="None: the title it has by itself.")
    fields: Names


class LayoutIn(Strict):
    object: str = OBJECT
    role: UUID | None = ROLE
    version: str = VERSION
    groups: list[GroupIn] = Field(min_length=1, max_length=50)
    hidden: Names = Field([], description="Kept off the page. Not a permission.")
    form: Names = Field(description="Asked for of a new record; what is required always is.")


class Which(Schema):
    object: str = OBJECT
    role: UUID | None = ROLE


class ResetQuery(Which):
    version: str = VERSION


class GroupOut(Schema):
    name: str
    title: str = Field(description="The title it has by itself; labels stand above it.")
    labels: dict[str, str]
    fields: list[str]


class ArrangementOut(Schema):
    groups: list[GroupOut]
    hidden: list[str]
    form: list[str]


class ArrangeableField(Schema):
    name: str
    label: str
    read_only: bool
    required: bool
    mask: Literal["read_only", "hidden"] | None = Field(
        description="What the role is not shown, or may only read, whatever its layout says."
    )


class LayoutOut(ArrangementOut):
    version: str
    stands_on: Literal["own", "everyone", "declared"]
    fields: list[ArrangeableField]


class LayoutRole(Schema):
    id: UUID
    label: str


class LayoutsOut(Schema):
    objects: list[str] = Field(description="Those that can be arranged.")
    roles: list[LayoutRole]


class LayoutVersionOut(ArrangementOut):
    id: str
    at: str
    actor: str | None
    action: Literal["insert", "update", "delete", "restore"]


class LayoutVersionsOut(Schema):
    items: list[LayoutVersionOut]


def _shown(declared: ObjectType, arrangement: dict[str, Any]) -> dict[str, Any]:
    groups = [
        {
            "name": g.name,
            "title": title_of(declared, Group(g.name, [])),
            "labels": g.labels,
            "fields": g.fields,
        }
        for g in arrangement["groups"]
    ]
    return {**arrangement, "groups": groups}


def _layout(request: Request, declared: ObjectType, role: Role | None) -> dict[str, Any]:
    masks = services.masks_for(declared, role)
    fields = [
        {
            "name": name,
            "label": sentence(f.label),
            "read_only": f.read_only,
            "required": f.required,
            "mask": masks.get(name),
        }
        for name, f in services.every_field(request.asker, declared).items()
    ]
    found = services.layout_to_edit(request.asker, declared, role)
    return {**_shown(declared, found), "fields": fields}


@router.get("", response=LayoutsOut, summary="What can be arranged, and for which roles")
def list_layouts(request: Request) -> dict[str, Any]:
    require_administrator(request)
    roles = Role.objects.filter(deleted_at=None).order_by("label", "name")
    return {
        "objects": [t.name for t in types() if "change" in t.verbs],
        "roles": [{"id": r.pk, "label": r.label or r.name} for r in roles],
    }


@router.get("/one", response=LayoutOut, summary="What a role is shown of an object")
def read_layout(request: Request, q: Query[Which]) -> dict[str, Any]:
    require_administrator(request)
    return _layout(request, object_asked_for(q.object), services.get_role(q.role))


@router.put("/one", response=LayoutOut, summary="Arrange an object, for a role or for everyone")
def keep_layout(request: Request, body: LayoutIn) -> dict[str, Any]:
    """It says what is shown where, never who may see it. 409 if it was changed meanwhile."""
    require_administrator(request)
    declared, role = object_asked_for(body.object), services.get_role(body.role)
    services.keep_layout(
        asker=request.asker,
        declared=declared,
        role=role,
        version=body.version,
        groups=[Group(**g.model_dump()) for g in body.groups],
        hidden=body.hidden,
        form=body.form,
    )
    return _layout(request, declared, role)


@router.delete("/one", response={204: None}, summary="Take a layout back")
def reset_layout(request: Request, q: Query[ResetQuery]) -> Status[None]:
    """What stood before holds again: the layout of everyone, or else what Guanxi brings."""
    require_administrator(request)
    services.reset_layout(
        declared=object_asked_for(q.object), role=services.get_role(q.role), version=q.version
    )
    return Status(204, None)


@router.get("/versions", response=LayoutVersionsOut, summary="What a layout was before")
def list_layout_versions(request: Request, q: Query[Which]) -> dict[str, Any]:
    require_administrator(request)
    declared, role = object_asked_for(q.object), services.get_role(q.role)
    found = services.earlier_versions(request.asker, declared, role)
    return {"items": [_shown(declared, one) for one in found]}
