"""The definitions of custom objects: what the page Settings → Objects works through."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.conf import settings
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from guanxi.platform.custom_objects import services
from guanxi.platform.custom_objects.models import CustomObject, address_of
from guanxi.platform.fields.services import require_administrator
from guanxi.platform.http.languages import Language
from guanxi.platform.http.request import Request
from guanxi.platform.objects.fieldtypes import Text
from guanxi.platform.objects.schemas import Strict

router = Router(tags=["custom_objects"])

Label = Annotated[Text, StringConstraints(max_length=60, strip_whitespace=True)]
Labels = dict[Language, Label]
Description = dict[Language, Annotated[Text, StringConstraints(max_length=500)]]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z](_?[a-z0-9])*$", max_length=40)]
Icon = Literal[
    "box", "wrench", "cog", "car", "truck", "building", "store", "map_pin", "calendar", "file",
    "folder", "book", "clipboard", "wallet", "gift", "tag", "star", "shield", "phone", "users",
    "leaf", "cup", "graduation_cap", "flask",
]  # fmt: skip


class ObjectIn(Strict):
    key: Key | None = None
    labels: Labels
    labels_plural: Labels = Field({}, description="Absent in a language: as of one.")
    icon: Icon = "box"
    description: Description = {}


class ObjectChange(Strict):
    labels: Labels | None = None
    labels_plural: Labels | None = None
    icon: Icon | None = None
    description: Description | None = None


class CustomObjectOut(Schema):
    id: str
    name: str = Field(description="As filters, rights, webhooks and tokens call it.")
    key: str
    path: str = Field(description="Its records are at /api/v1/{path}.")
    labels: dict[str, str]
    labels_plural: dict[str, str]
    icon: str
    description: dict[str, str]
    archived: bool
    record_count: int


class CustomObjectsOut(Schema):
    items: list[CustomObjectOut]
    most: int = Field(description="How many may be in use at once.")


def _shown(declared: CustomObject, counts: dict[str, int]) -> dict[str, Any]:
    return {
        "id": str(declared.pk),
        "name": declared.name,
        "key": declared.key,
        "path": address_of(declared.name),
        "labels": declared.labels,
        "labels_plural": declared.labels_plural,
        "icon": declared.icon,
        "description": declared.description,
        "archived": declared.deleted_at is not None,
        "record_count": counts.get(declared.name, 0),
    }


def _one(declared: CustomObject) -> dict[str, Any]:
    return _shown(declared, services.record_counts())


@router.get("", response=CustomObjectsOut, summary="Custom objects, archived ones last")
def list_objects(request: Request) -> dict[str, Any]:
    require_administrator(request.asker, "read")
    counts = services.record_counts()
    return {
        "items": [_shown(declared, counts) for declared in services.declared_objects()],
        "most": settings.CUSTOM_OBJECTS_LIMIT,
    }


@router.post("", response={201: CustomObjectOut}, summary="Declare a custom object")
def declare_object(request: Request, body: ObjectIn) -> Status[dict[str, Any]]:
    """It is there at once: its records have addresses, lists, forms and rights."""
    require_administrator(request.asker, "write")
    values = body.model_dump(exclude={"key"})
    return Status(201, _one(services.declare_object(key=body.key or "", **values)))


@router.patch("/{uuid:pk}", response=CustomObjectOut, summary="Change a custom object")
def change_object(request: Request, pk: UUID, body: ObjectChange) -> dict[str, Any]:
    """Its key stays as it is."""
    require_administrator(request.asker, "write")
    values = {name: value for name, value in body if value is not None}
    return _one(services.change_object(pk=pk, **values))


@router.post("/{uuid:pk}/archive", response=CustomObjectOut, summary="Archive a custom object")
def archive_object(request: Request, pk: UUID) -> dict[str, Any]:
    """It is shown nowhere any more; its records stay and come back with it."""
    require_administrator(request.asker, "write")
    return _one(services.archive_object(pk=pk))


@router.post(
    "/{uuid:pk}/restore", response=CustomObjectOut, summary="Use an archived custom object again"
)
def restore_object(request: Request, pk: UUID) -> dict[str, Any]:
    require_administrator(request.asker, "write")
    return _one(services.restore_object(pk=pk))
