"""The one serializer: records become JSON inside PostgreSQL, masked for the asker.

Lists, details, exports and conflict messages all show records through `row_json`.
"""

from collections.abc import Iterable
from functools import reduce
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Exists,
    Expression,
    F,
    Func,
    OuterRef,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast

from guanxi.platform.access.predicate import Asker, predicate, visible_to
from guanxi.platform.objects.fieldtypes import TYPES
from guanxi.platform.objects.registry import (
    Everyone,
    ObjectField,
    ObjectType,
    Through,
    is_registered,
    type_of_model,
)

PAIRS = 45  # PostgreSQL functions take at most 100 arguments


class JSONB(Func):
    function = "jsonb_build_object"
    output_field = TextField()


class JSON(Func):
    function = "json_build_object"
    output_field = TextField()


class Concat(Func):
    arg_joiner = " || "
    template = "(%(expressions)s)"
    output_field = TextField()


class JSONArrayOf(Func):
    """The rows of a subquery as one JSON array, [] for none."""

    template = "coalesce((select json_agg(x.v) from (%(subquery)s) x(v)), '[]'::json)"


def json_object(pairs: Iterable[tuple[str, Any]]) -> Expression:
    """A JSON object of any number of keys."""
    flat = [(Value(key), value) for key, value in pairs]
    if len(flat) <= PAIRS:
        return JSON(*(x for pair in flat for x in pair))
    chunks = [flat[i : i + PAIRS] for i in range(0, len(flat), PAIRS)]
    return Concat(*(JSONB(*(x for pair in chunk for x in pair)) for chunk in chunks))


def _link(asker: Asker, owner: ObjectType, f: ObjectField) -> Any:
    """{id, label}; the label only if the asker may see the record it names."""
    assert f.target is not None
    if not is_registered(f.target):
        return None
    target = type_of_model(f.target)
    label: Any = F(f"{f.path}__{target.title}")
    if not _sees_every(asker, target) and not _same_reach(asker, owner, f, target):
        seen = Exists(visible_to(asker, f.target).filter(pk=OuterRef(f.path)))
        label = Case(When(seen, then=label), default=Value(None), output_field=TextField())
    pair = JSON(
        Value("id"), F(f"{f.path}_id" if "__" not in f.path else f.path), Value("label"), label
    )
    return Case(
        When(**{f"{f.path}__isnull": True}, then=Value(None)),
        default=pair,
        output_field=TextField(),
    )


def _sees_every(asker: Asker, target: ObjectType) -> bool:
    everyone = any(isinstance(rule, Everyone) for rule in target.scope)
    return everyone or asker.grants.scope("read", target) == "all"


def _same_reach(asker: Asker, owner: ObjectType, f: ObjectField, target: ObjectType) -> bool:
    return tuple(owner.scope) == (Through(f.name),) and asker.token_allows("read", target)


class Tags(Func):
    """[{id, label, color}] of a record, in the order of the labels."""

    template = (
        "coalesce((select json_agg(json_build_object('id', t.id, 'label', t.%(label)s, 'color', t.color)"
        " order by t.%(label)s) from %(through)s m join %(table)s t on t.id = m.%(far)s"
        " where m.%(near)s = %(expressions)s and t.deleted_at is null), '[]'::json)"
    )
    output_field = TextField()


def _tags(f: ObjectField) -> Any:
    column: Any = f.column
    through = column.remote_field.through._meta
    return Tags(
        F("pk"),
        label=type_of_model(column.related_model).title,
        table=column.related_model._meta.db_table,
        through=through.db_table,
        near=through.get_field(column.m2m_field_name()).column,
        far=through.get_field(column.m2m_reverse_field_name()).column,
    )


def _value(asker: Asker, object_type: ObjectType, f: ObjectField) -> Any:
    if f.type is TYPES["link"]:
        return _link(asker, object_type, f)
    if f.type is TYPES["tags"]:
        return _tags(f)
    return f.type.json(f.path)


def _can(asker: Asker, object_type: ObjectType) -> Expression:
    """What the asker may do with each record, as a JSON array."""
    read = asker.grants.scope("read", object_type)
    actions = [a.name for a in object_type.actions]
    always, cases = [], []
    for verb, names in (("change", ["change", *actions]), ("delete", ["delete"])):
        if not asker.may(verb, object_type):
            continue
        if asker.grants.scope(verb, object_type) == read or object_type.scope == (Everyone(),):
            always += names
        else:
            cases.append((predicate(asker, object_type, verb), names))
    text = Value(_array(always))
    if not cases:
        return Func(text, template="(%(expressions)s)::json", output_field=TextField())
    conditions = [(c, names) for c, names in cases]
    if len(conditions) == 2 and conditions[0][0] == conditions[1][0]:
        conditions = [(conditions[0][0], conditions[0][1] + conditions[1][1])]
    parts: list[Any] = [
        Case(When(c, then=Value(_array(names))), default=Value("[]"), output_field=CharField())
        for c, names in conditions
    ]
    parts.append(text)
    arrays = [Func(p, template="(%(expressions)s)::jsonb", output_field=TextField()) for p in parts]
    return reduce(lambda a, b: Concat(a, b), arrays)


def _array(names: list[str]) -> str:
    return "[" + ",".join(f'"{n}"' for n in names) + "]"


def row_json(asker: Asker, object_type: ObjectType, fields: Iterable[ObjectField]) -> Expression:
    """The expression whose text is one record's JSON: id, updated_at, can and the fields given.

    `fields` must come from `asker.fields`, which leaves out what is hidden from them.
    """
    pairs: list[tuple[str, Any]] = [
        ("id", F("pk")),
        ("updated_at", F("updated_at")),
        ("can", _can(asker, object_type)),
    ]
    pairs += [(f.name, _value(asker, object_type, f)) for f in fields if f.name != "updated_at"]
    return Cast(json_object(pairs), TextField())
