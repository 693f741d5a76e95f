"""The definitions of custom fields: what the page Settings → Fields works through."""

from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from guanxi.platform.access.models import Role
from guanxi.platform.access.roles import is_fixed
from guanxi.platform.fields import services, trial
from guanxi.platform.fields.formulas.reading import MAX_LENGTH
from guanxi.platform.fields.indexes import index_states
from guanxi.platform.fields.models import CustomField
from guanxi.platform.http.languages import Language
from guanxi.platform.http.request import Request
from guanxi.platform.jobs.services import describe
from guanxi.platform.objects.fieldtypes import LONGEST_TEXT, JsonMap, Text
from guanxi.platform.objects.registry import object_asked_for, types
from guanxi.platform.objects.schemas import JobOut, Strict

router = Router(tags=["fields"])

Label = Annotated[Text, StringConstraints(max_length=100)]
Labels = dict[Language, Label]
HelpText = dict[Language, Annotated[Text, StringConstraints(max_length=500)]]
Kind = Literal[
    "text", "long_text", "decimal", "money", "boolean", "date", "datetime", "time", "choice",
    "multi_choice", "url", "email", "phone", "link", "file", "formula", "rollup",
]  # fmt: skip
Key = Annotated[str, StringConstraints(pattern=r"^[a-z](_?[a-z0-9])*$", max_length=40)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.]+$", max_length=100)]
Mask = Literal["read_only", "masked", "hidden"]
Color = Literal[
    "blue", "green", "gold", "purple", "cyan", "magenta", "orange", "geekblue", "lime", "volcano"
]


class ChoiceIn(Strict):
    value: Annotated[Text, StringConstraints(min_length=1, max_length=60)]
    labels: Labels
    color: Color | None = None
    archived: bool = False


class SettingsIn(Strict):
    """What there is to say about a field, by its type."""

    min_length: int | None = Field(None, ge=1, le=1000)
    max_length: int | None = Field(None, ge=1, le=LONGEST_TEXT)
    pattern: str | None = Field(
        None, max_length=500, description="A regular expression that the whole text must fit."
    )
    decimal_places: int | None = Field(None, ge=0, le=10)
    min: Annotated[str, StringConstraints(max_length=40)] | None = None
    max: Annotated[str, StringConstraints(max_length=40)] | None = None
    currency: str | None = Field(
        None, pattern=r"^[A-Z]{3}$", description="Absent: that of the record, or of the books."
    )
    choices: list[ChoiceIn] | None = Field(None, max_length=500)
    target: Name | None = Field(None, description="The object a link points at; it stays.")
    default: Any = None
    required_when: JsonMap | None = Field(
        None, description="A condition of the filter language on the record's own fields."
    )
    locked_when: JsonMap | None = Field(
        None, description="Another one: while it holds, the value stays as it is."
    )
    formula: str | None = Field(None, max_length=MAX_LENGTH)
    related: Name | None = Field(None, description="Of what a roll-up is made.")
    measure: Literal["count", "sum", "avg", "min", "max", "latest"] | None = None
    field: Name | None = Field(None, description="What is measured.")
    by: Name | None = Field(None, description="The date the latest is told by.")
    filter: JsonMap | None = None


class FieldIn(Strict):
    object: str = Field(max_length=60)
    key: Key | None = None
    type: Kind
    labels: Labels
    help: HelpText = {}
    required: bool = False
    personal: bool = Field(False, description="About a person: roles may be shown it masked.")
    settings: SettingsIn | None = None
    masks: dict[str, Mask] = Field({}, description="By role: whom it is hidden from, or locked to.")


class FieldChange(Strict):
    labels: Labels | None = None
    help: HelpText | None = None
    required: bool | None = None
    personal: bool | None = None
    settings: SettingsIn | None = None
    masks: dict[str, Mask] | None = None


class OrderIn(Strict):
    object: str = Field(max_length=60)
    ids: list[UUID] = Field(max_length=1000)


class IndexOut(Schema):
    state: Literal["none", "working", "ready", "failed", "cancelled"]
    job: JobOut | None = Field(description="The latest about it: how far it is, why it failed.")


class CustomFieldOut(Schema):
    id: str
    object: str
    key: str
    type: Kind
    labels: dict[str, str]
    help: dict[str, str]
    required: bool
    personal: bool
    settings: dict[str, Any]
    archived: bool
    kept_by: str = Field(description="What writes its values instead of people; mostly empty.")
    masks: dict[str, Mask]
    indexed: bool = Field(description="Whether it is to have an index, for sorts and filters.")
    index: IndexOut | None = Field(description="Absent for a field that cannot have one.")


class RoleChoice(Schema):
    name: str
    label: str


class FormulaIn(Strict):
    object: str = Field(max_length=60)
    key: Key | None = Field(None, description="Of the field, if there is one already.")
    formula: str = Field(max_length=MAX_LENGTH)
    decimal_places: int | None = Field(None, ge=0, le=10)


class FormulaProblem(Schema):
    message: str
    at: int = Field(description="Where in the formula, counted in characters.")


class FormulaSample(Schema):
    id: UUID
    label: str
    value: Any


class FormulaOut(Schema):
    problem: FormulaProblem | None = None
    type: str | None = None
    sample: FormulaSample | None = Field(None, description="Of the record changed last.")


class FieldsOut(Schema):
    items: list[CustomFieldOut]
    objects: list[str] = Field(description="Those that take custom fields.")
    roles: list[RoleChoice] = Field(description="Those whose rights can be changed.")


def _written(body: FieldIn | FieldChange) -> dict[str, Any]:
    values = body.model_dump(exclude_unset=True, exclude={"object", "key"})
    if settings := body.settings:
        values["settings"] = settings.model_dump(exclude_none=True)
    return {name: value for name, value in values.items() if value is not None}


def _shown(defined: CustomField, roles: list[Role], index: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "id": str(defined.pk),
        "object": defined.object,
        "key": defined.key,
        "type": defined.type,
        "labels": defined.labels,
        "help": defined.help,
        "required": defined.required,
        "personal": defined.personal,
        "settings": defined.settings,
        "archived": defined.deleted_at is not None,
        "kept_by": defined.kept_by,
        "masks": services.masks_of(defined, roles),
        "indexed": defined.wants_index,
        "index": index and {**index, "job": index["job"] and describe(index["job"])},
    }


def _one(defined: CustomField) -> dict[str, Any]:
    roles = list(Role.objects.filter(deleted_at=None))
    return _shown(defined, roles, index_states([defined]).get(defined.pk))


@router.get("", response=FieldsOut, summary="Custom fields, archived ones last")
def list_fields(request: Request, object: str | None = None) -> dict[str, Any]:
    services.require_administrator(request.asker, "read")
    found = list(services.defined_fields(object_asked_for(object) if object else None))
    indexes = index_states(found)
    roles = list(Role.objects.filter(deleted_at=None).order_by("label"))
    return {
        "items": [_shown(d, roles, indexes.get(d.pk)) for d in found],
        "objects": [t.name for t in types() if t.customizable],
        "roles": [{"name": r.name, "label": r.label or r.name} for r in roles if not is_fixed(r)],
    }


@router.post("", response={201: CustomFieldOut}, summary="Define a custom field")
def create_field(request: Request, body: FieldIn) -> Status[dict[str, Any]]:
    services.require_administrator(request.asker, "write")
    made = services.create_field(
        asker=request.asker,
        object_type=object_asked_for(body.object),
        key=body.key or "",
        **_written(body),
    )
    return Status(201, _one(made))


@router.post("/formula", response=FormulaOut, summary="Check a formula and try it on a record")
def check_formula(request: Request, body: FormulaIn) -> dict[str, Any]:
    services.require_administrator(request.asker, "read")
    return trial.try_formula(
        asker=request.asker, object_type=object_asked_for(body.object), key=body.key or "",
        formula=body.formula, decimal_places=body.decimal_places,
    )  # fmt: skip


@router.patch("/{uuid:pk}", response=CustomFieldOut, summary="Change a custom field")
def change_field(request: Request, pk: UUID, body: FieldChange) -> dict[str, Any]:
    """Object, key and type stay as they are."""
    services.require_administrator(request.asker, "write")
    return _one(services.change_field(asker=request.asker, pk=pk, **_written(body)))


@router.post("/order", response={204: None}, summary="Put the custom fields of an object in order")
def order_fields(request: Request, body: OrderIn) -> Status[None]:
    services.require_administrator(request.asker, "write")
    services.order_fields(object_type=object_asked_for(body.object), ids=body.ids)
    return Status(204, None)


@router.post("/{uuid:pk}/archive", response=CustomFieldOut, summary="Archive a custom field")
def archive_field(request: Request, pk: UUID) -> dict[str, Any]:
    """It is shown nowhere any more; its values stay and come back with it."""
    services.require_administrator(request.asker, "write")
    return _one(services.archive_field(asker=request.asker, pk=pk))


@router.post("/{uuid:pk}/restore", response=CustomFieldOut, summary="Use an archived field again")
def restore_field(request: Request, pk: UUID) -> dict[str, Any]:
    services.require_administrator(request.asker, "write")
    return _one(services.restore_field(asker=request.asker, pk=pk))


@router.post("/{uuid:pk}/index", response=CustomFieldOut, summary="Index a custom field")
def index_field(request: Request, pk: UUID) -> dict[str, Any]:
    """A job makes the index while everybody goes on; after a failure this tries again."""
    services.require_administrator(request.asker, "write")
    return _one(services.index_field(asker=request.asker, pk=pk))


@router.delete("/{uuid:pk}/index", response=CustomFieldOut, summary="Take a field's index away")
def unindex_field(request: Request, pk: UUID) -> dict[str, Any]:
    services.require_administrator(request.asker, "write")
    return _one(services.unindex_field(asker=request.asker, pk=pk))
