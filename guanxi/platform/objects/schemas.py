"""The API's schemas, made from the declarations: absent is not null, the unknown is refused.

Each has the name of an object, or of the shape that all objects of a firm's own have.
"""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

from guanxi.platform.objects.custom_values import CUSTOM
from guanxi.platform.objects.registry import ObjectField, ObjectType, of_shape

ROWS_AT_ONCE = 2000
CustomKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
CustomMap = Annotated[dict[CustomKey, Any], Field(max_length=1000)]


class Strict(BaseModel):
    """A request body: what it does not know it refuses, naming the field."""

    model_config = ConfigDict(extra="forbid")


class LinkOut(Schema):
    id: str
    label: str | None


class OwnerOut(LinkOut):
    """The record on whose page another one is shown."""

    type: str


class LinkedTagOut(LinkOut):
    color: str | None = None


class CountOut(Schema):
    count: int
    at_least: bool


class AggregateOut(Schema):
    """Each group: `key`, `label`, `count` and one text a measure, named "sum_total".

    The key of a period is its first day.
    Money is in the reporting currency; "unrated_total" counts amounts without a rate, left out.
    """

    groups: list[dict[str, Any]]
    total: dict[str, Any]
    at_least: bool = Field(description="There are more groups than shown.")


class FileOut(LinkOut):
    former: str | None = Field(description="What it was called before it was renamed.")


class MergeTold(Schema):
    """What became one with what."""

    id: str
    survivor: LinkOut
    absorbed: list[LinkOut]
    is_taken_back: bool


class ChangeOut(Schema):
    id: str
    at: str
    actor: LinkOut | None
    source: str
    action: Literal["insert", "update", "delete", "restore"]
    changes: dict[str, dict[str, Any]]
    file: FileOut | None = Field(description="The file of the record that this happened to.")
    shared_with: str | None = Field(description="Whose share of the record this is about.")
    merge: MergeTold | None = Field(description="The merge, or the taking back, that did it.")
    request_id: str | None
    can_undo: bool


class SurvivorOut(Schema):
    """The record was merged: the one that stands for it is where Location says."""

    survivor: str


class HistoryOut(Schema):
    items: list[ChangeOut]
    next: str | None


class ChangedOut(Schema):
    changed: int
    request_id: str


class BulkOut(Schema):
    changed: int
    skipped: int
    request_id: str


class RuledOut(Schema):
    """How a field with rules stands at present."""

    required: bool
    locked: bool
    reason: str = Field(description="In words, why it is so and what to do; empty if it is not.")


class RulesOut(Schema):
    fields: dict[str, RuledOut] = Field(description="Those that the asker may write, by name.")


class SplitOut(Schema):
    values: dict[str, str] = Field(description="By field; empty if the text is of one alone.")


class JobOut(Schema):
    """A long task, as those who wait for it see it."""

    id: str
    kind: str
    title: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    done: int
    total: int | None
    message: str
    result: dict[str, Any]
    error: str | None
    object: str | None
    subject: str | None
    created_at: str
    started_at: str | None
    finished_at: str | None
    can: list[str]


def _name(declared: ObjectType, suffix: str) -> str:
    return declared.model.__name__ + suffix


def _written(f: ObjectField) -> Any:
    kind = f.type.schema(f.column)
    return kind | None if f.column.null else kind


def _writable(declared: ObjectType) -> list[ObjectField]:
    return [f for f in declared.own_fields.values() if not f.read_only]


def _custom(declared: ObjectType) -> dict[str, Any]:
    """The firm's own fields: an open map, as each firm has others. `/meta` tells which."""
    told = Field(None, description="Values of custom fields by key; null empties one.")
    return {CUSTOM: (CustomMap, told)} if declared.customizable else {}


@cache
def create_schema(name: str) -> type[Strict]:
    """The body of POST /{path}."""
    declared = of_shape(name)
    fields: dict[str, Any] = {
        f.name: (_written(f), ... if f.required else None) for f in _writable(declared)
    }
    fields |= _custom(declared)
    return create_model(_name(declared, "Create"), __base__=Strict, **fields)


@cache
def change_schema(name: str) -> type[Strict]:
    """The body of PATCH /{path}/{id}: only what is sent is changed."""
    declared = of_shape(name)
    fields: dict[str, Any] = {f.name: (_written(f), None) for f in _writable(declared)}
    fields |= _custom(declared)
    return create_model(_name(declared, "Change"), __base__=Strict, **fields)


@cache
def rows_schema(name: str) -> type[Strict]:
    """The body of PATCH /{path}: many records, each with changes of its own."""
    declared = of_shape(name)
    row: Any = create_model(
        _name(declared, "RowChange"),
        __base__=Strict,
        id=(UUID, ...),
        version=(str | None, Field(None, description="As If-Match of a single change.")),
        set=(change_schema(name), ...),
    )
    rows = Annotated[list[row], Field(min_length=1, max_length=ROWS_AT_ONCE)]
    return create_model(_name(declared, "RowsChange"), __base__=Strict, rows=(rows, ...))


def change_values(name: str, values: Mapping[str, Any] | None) -> dict[str, Any]:
    """The values of a change that comes inside another body. Raises pydantic's ValidationError."""
    return written_values(change_schema(name).model_validate(dict(values or {})))


def written_values(body: BaseModel) -> dict[str, Any]:
    """What a body writes, by the names of fields: {"custom": {"rank": 1}} is "custom.rank"."""
    values = body.model_dump(exclude_unset=True)
    custom = values.pop(CUSTOM, None) or {}
    return {**values, **{f"{CUSTOM}.{key}": value for key, value in custom.items()}}


def _shown(f: ObjectField) -> Any:
    match f.type.name:
        case "link":
            return LinkOut | None
        case "tags":
            return list[LinkedTagOut]
        case "decimal" | "money" | "choice":
            return str | None
        case "date" | "datetime" if f.personal:  # its mask is no date
            return f.type.python | str | None
        case _:
            return f.type.python | None


@cache
def out_schema(name: str) -> type[Schema]:
    """One record as shown; fields that are hidden from the asker or not asked for are absent."""
    declared = of_shape(name)
    fields: dict[str, Any] = {"id": (str, ...), "can": (list[str], ...), "updated_at": (str, ...)}
    fields |= {f.name: (_shown(f), None) for f in declared.fields.values() if f.name not in fields}
    if declared.customizable:
        told = Field(None, description="Values of the custom fields asked for, by key.")
        fields[CUSTOM] = (dict[str, Any], told)
    return create_model(_name(declared, "Out"), __base__=Schema, **fields)


class IndexableOut(Schema):
    """A custom field that has no index and may be given one."""

    id: UUID
    name: str
    label: str


class SlowOut(Schema):
    """A page that took long, and the fields without an index that it was sorted or filtered by."""

    seconds: float
    fields: list[IndexableOut]


@cache
def page_schema(name: str) -> type[Schema]:
    items: Any = list[out_schema(name)]  # type: ignore[misc]
    return create_model(
        _name(of_shape(name), "Page"),
        __base__=Schema,
        items=(items, ...),
        next=(str | None, Field(description="Cursor of the next page; null at the end.")),
        slow=(SlowOut | None, Field(None, description="For administrators: what to index.")),
    )


@cache
def board_schema(name: str) -> type[Schema]:
    declared = of_shape(name)
    column: Any = create_model(
        _name(declared, "Column"),
        __base__=page_schema(name),
        key=(str | None, ...),
        label=(str | None, ...),
        count=(int, ...),
    )
    return create_model(
        _name(declared, "Board"),
        __base__=Schema,
        columns=(list[column], ...),
        at_least=(bool, Field(description="There are more columns than shown.")),
    )
