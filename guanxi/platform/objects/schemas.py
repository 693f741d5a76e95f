"""The API's schemas, made from the declarations: absent is not null, the unknown is refused."""

from functools import cache
from typing import Any

from ninja import Schema
from pydantic import ConfigDict, Field, create_model

from guanxi.platform.objects.registry import ObjectField, ObjectType


class Strict(Schema):
    """A request body: what it does not know it refuses, naming the field."""

    model_config = ConfigDict(extra="forbid")


class LinkOut(Schema):
    id: str
    label: str | None


class TagOut(LinkOut):
    color: str


class CountOut(Schema):
    count: int
    at_least: bool


def _name(object_type: ObjectType, suffix: str) -> str:
    return object_type.model.__name__ + suffix


def _written(f: ObjectField) -> Any:
    kind = f.type.schema(f.column)
    return kind | None if f.column.null else kind


@cache
def create_schema(name: str) -> type[Strict]:
    """The body of POST /{path}."""
    from guanxi.platform.objects.registry import object_type

    declared = object_type(name)
    fields: dict[str, Any] = {
        f.name: (_written(f), ... if f.required else None)
        for f in declared.own_fields.values()
        if not f.read_only
    }
    return create_model(_name(declared, "Create"), __base__=Strict, **fields)


@cache
def change_schema(name: str) -> type[Strict]:
    """The body of PATCH /{path}/{id}: only what is sent is changed."""
    from guanxi.platform.objects.registry import object_type

    declared = object_type(name)
    fields: dict[str, Any] = {
        f.name: (_written(f), None) for f in declared.own_fields.values() if not f.read_only
    }
    return create_model(_name(declared, "Change"), __base__=Strict, **fields)


def _shown(f: ObjectField) -> Any:
    match f.type.name:
        case "link":
            return LinkOut | None
        case "tags":
            return list[TagOut]
        case "decimal" | "money":
            return str | None
        case "choice":
            return str | None
        case _:
            return f.type.python | None


@cache
def out_schema(name: str) -> type[Schema]:
    """One record as shown; fields that are hidden from the asker or not asked for are absent."""
    from guanxi.platform.objects.registry import object_type

    declared = object_type(name)
    fields: dict[str, Any] = {"id": (str, ...), "can": (list[str], ...), "updated_at": (str, ...)}
    fields |= {f.name: (_shown(f), None) for f in declared.fields.values() if f.name not in fields}
    return create_model(_name(declared, "Out"), __base__=Schema, **fields)


@cache
def page_schema(name: str) -> type[Schema]:
    from guanxi.platform.objects.registry import object_type

    return create_model(
        _name(object_type(name), "Page"),
        __base__=Schema,
        items=(list[out_schema(name)], ...),  # type: ignore[misc]
        next=(str | None, Field(description="Cursor of the next page; null at the end.")),
    )
