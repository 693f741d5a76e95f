"""The role editor: what each role may do, with which records, and which fields it is shown."""

from typing import Any, Literal
from uuid import UUID

from ninja import Router, Schema, Status
from pydantic import Field

from guanxi.platform.access import roles
from guanxi.platform.access.grants import Grants
from guanxi.platform.access.middleware import require_administrator
from guanxi.platform.access.models import Role
from guanxi.platform.access.predicate import Asker
from guanxi.platform.http.request import Request
from guanxi.platform.objects.errors import NotFound
from guanxi.platform.objects.fieldtypes import Text
from guanxi.platform.objects.registry import ObjectType, types
from guanxi.platform.objects.schemas import Strict

router = Router(tags=["people"])

Scope = Literal["own", "territory", "team", "all"]
Mask = Literal["read_only", "masked", "hidden"]


class RightsOut(Schema):
    """How far a verb reaches; absent: it is not for this object."""

    read: Scope | None = None
    change: Scope | None = None
    delete: Scope | None = None
    create: bool | None = None
    export: bool | None = None
    import_: bool | None = Field(None, alias="import")
    merge: bool | None = None
    erase: bool | None = None
    reveal: bool | None = Field(None, description="See masked fields, one by one and logged.")


class RoleHeadOut(Schema):
    id: UUID
    label: str
    people: int = Field(description="How many hold it.")
    is_built_in: bool
    is_fixed: bool = Field(description="What it grants cannot be changed.")
    administer: bool
    needs_second_factor: bool


class RoleRightsOut(RoleHeadOut):
    objects: dict[str, RightsOut]
    fields: dict[str, Mask] = Field(description='By "object.field"; absent: shown and writable.')


class FieldChoice(Schema):
    name: str
    label: str
    is_title: bool
    personal: bool = Field(description="It can be masked.")


class ObjectChoice(Schema):
    name: str
    label: str
    verbs: list[
        Literal[
            "read", "change", "delete", "create", "export", "import", "merge", "erase", "reveal"
        ]
    ]
    fields: list[FieldChoice]


class RolesOut(Schema):
    items: list[RoleHeadOut]
    objects: list[ObjectChoice]


class RoleChange(Strict):
    label: Text | None = Field(None, min_length=1, max_length=100)
    administer: bool | None = None
    needs_second_factor: bool | None = None
    objects: dict[str, dict[str, Scope | bool | None]] | None = Field(None, max_length=500)
    fields: dict[str, Mask | None] | None = Field(None, max_length=5000)


class CopyIn(Strict):
    copy_of: UUID
    label: Text = Field(min_length=1, max_length=100)


def _describe(role: Any) -> dict[str, Any]:
    return {
        "id": role.pk,
        "label": role.label or role.name,
        "people": role.people,
        "is_built_in": roles.is_built_in(role),
        "is_fixed": roles.is_fixed(role),
        "administer": Grants(role.grants).administer,
        "needs_second_factor": role.needs_second_factor,
    }


def _whole(pk: UUID) -> dict[str, Any]:
    role = roles.roles().get(pk=pk)
    return {
        **_describe(role),
        "objects": roles.rights_of(role),
        "fields": Grants(role.grants).masks,
    }


def _choice(asker: Asker, declared: ObjectType) -> dict[str, Any]:
    fields = [
        {
            "name": name,
            "label": str(f.label),
            "is_title": name == declared.title,
            "personal": f.personal,
        }
        for name, f in {**declared.fields, **asker.custom_fields(declared)}.items()
    ]
    return {
        "name": declared.name,
        "label": str(declared.label_plural),
        "verbs": roles.verbs_of(declared),
        "fields": fields,
    }


@router.get("/role-rights", response=RolesOut, summary="All roles, and what can be granted")
def list_role_rights(request: Request) -> dict[str, Any]:
    require_administrator(request)
    return {
        "items": [_describe(role) for role in roles.roles()],
        "objects": [_choice(request.asker, t) for t in types()],
    }


@router.get(
    "/role-rights/{uuid:pk}", response=RoleRightsOut, by_alias=True, summary="What a role grants"
)
def read_role_rights(request: Request, pk: UUID) -> dict[str, Any]:
    require_administrator(request)
    if not Role.objects.filter(pk=pk, deleted_at=None).exists():
        raise NotFound
    return _whole(pk)


@router.patch(
    "/role-rights/{uuid:pk}",
    response=RoleRightsOut,
    by_alias=True,
    summary="Change what a role grants, at once for whoever holds it",
)
def change_role_rights(request: Request, pk: UUID, body: RoleChange) -> dict[str, Any]:
    require_administrator(request)
    values = body.model_dump(exclude_unset=True)
    given = {name: value for name, value in values.items() if value is not None}
    roles.change_role(asker=request.asker, pk=pk, values=given)
    return _whole(pk)


@router.post(
    "/role-rights",
    response={201: RoleRightsOut},
    by_alias=True,
    summary="Make a role as a copy of another",
)
def copy_role(request: Request, body: CopyIn) -> Status[dict[str, Any]]:
    require_administrator(request)
    copy = roles.copy_role(asker=request.asker, pk=body.copy_of, label=body.label)
    return Status(201, _whole(copy.pk))


@router.delete(
    "/role-rights/{uuid:pk}", response={204: None}, summary="Remove a role that nobody holds"
)
def remove_role(request: Request, pk: UUID) -> Status[None]:
    require_administrator(request)
    roles.remove_role(asker=request.asker, pk=pk)
    return Status(204, None)
