"""The one serializer: records become JSON inside PostgreSQL, masked for the asker.

Lists, details, exports and conflict messages all show records through `row_json`. The SQL of one
set of fields is the same for everybody and made once, from names of tables and columns alone; only
what depends on the asker (what they may do with a row, labels of records they may not see) is an
expression compiled for each request.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db.models import Case, Exists, Expression, F, OuterRef, TextField, Value, When

from guanxi.platform.access.predicate import Asker, predicate, visible_to
from guanxi.platform.objects.record import Row
from guanxi.platform.objects.registry import (
    Everyone,
    ObjectField,
    ObjectType,
    Through,
    is_registered,
    type_of_model,
)

PAIRS = 45  # PostgreSQL functions take at most 100 arguments
HOLE = "\0"  # where the SQL of an asker's expression goes; never part of an identifier or label


class Assembled(Expression):
    """SQL text with expressions in its holes, of the query's own table."""

    output_field = TextField()

    def __init__(self, text: str, inner: Sequence[Any]):
        super().__init__()
        self.pieces = text.replace("%", "%%").split(HOLE)
        self.inner = list(inner)

    def get_source_expressions(self) -> list[Any]:
        return self.inner

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        self.inner = list(exprs)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        text, params = [self.pieces[0]], []
        for expression, piece in zip(self.inner, self.pieces[1:], strict=True):
            sql, values = compiler.compile(expression)
            text += [sql, piece]
            params += values
        return "".join(text), params


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _object(pairs: Sequence[tuple[str, str]]) -> str:
    """SQL of a JSON object of any number of keys."""
    chunks = [pairs[i : i + PAIRS] for i in range(0, len(pairs), PAIRS)] or [[]]
    function = "json_build_object" if len(chunks) == 1 else "jsonb_build_object"
    return " || ".join(
        f"{function}({', '.join(f'{_text(key)}, {value}' for key, value in chunk)})"
        for chunk in chunks
    )


def _link(table: str, f: ObjectField, *, masked: bool) -> str:
    """{id, label}, or null; a masked label is left to an expression."""
    if f.target is None or not is_registered(f.target):
        return "null"
    column = f"{table}.{_quoted(f.column.column)}"
    title = f.target._meta.get_field(type_of_model(f.target).title).column
    label = (
        HOLE
        if masked
        else f"(select l.{_quoted(title)} from {_quoted(f.target._meta.db_table)} l where l.id = {column})"
    )
    return f"case when {column} is null then null else json_build_object('id', {column}, 'label', {label}) end"


def _tags(table: str, f: ObjectField) -> str:
    """[{id, label, color}] in the order of the labels."""
    column: Any = f.column
    through, target = column.remote_field.through._meta, column.related_model._meta
    near = through.get_field(column.m2m_field_name()).column
    far = through.get_field(column.m2m_reverse_field_name()).column
    title = type_of_model(column.related_model).title
    return (
        "coalesce((select json_agg(json_build_object("
        f"'id', t.id, 'label', t.{_quoted(title)}, 'color', t.color) order by t.{_quoted(title)})"
        f" from {_quoted(through.db_table)} m join {_quoted(target.db_table)} t on t.id = m.{_quoted(far)}"
        f" where m.{_quoted(near)} = {table}.id and t.deleted_at is null), '[]'::json)"
    )


def _own(table: str, f: ObjectField, masked: frozenset[str]) -> str:
    if f.type.name == "link":
        return _link(table, f, masked=f.name in masked)
    if f.type.name == "tags":
        return _tags(table, f)
    return f.type.shown.format(f"{table}.{_quoted(f.column.column)}")


def _contributed(table: str, fields: Sequence[ObjectField]) -> str:
    """The fields of one other table, looked up once; nulls where it has no row."""
    model: Any = fields[0].column.model
    pairs = [(f.name, f.type.shown.format(f"c.{_quoted(f.column.column)}")) for f in fields]
    empty = ", ".join(f'"{f.name}": null' for f in fields)
    return (
        f"coalesce((select ({_object(pairs)})::jsonb from {_quoted(model._meta.db_table)} c"
        f" where c.{_quoted(model._meta.pk.column)} = {table}.id), '{{{empty}}}'::jsonb)"
    )


@cache
def _template(model: type[Row], field_names: tuple[str, ...], masked: frozenset[str]) -> str:
    """The SQL of these fields, with a hole for `can` and one for each masked label, in that order."""
    declared = type_of_model(model)
    table = _quoted(declared.model._meta.db_table)
    pairs = [("id", f"{table}.id"), ("updated_at", f"{table}.updated_at"), ("can", HOLE)]
    others: dict[str, list[ObjectField]] = {}
    for field_name in field_names:
        f = declared.fields[field_name]
        if field_name in declared.contributed:
            others.setdefault(f.column.model._meta.db_table, []).append(f)
        elif field_name != "updated_at":
            pairs.append((field_name, _own(table, f, masked)))
    own = _object(pairs)
    if not others:
        return f"({own})::text"
    parts = [f"({own})::jsonb", *(_contributed(table, fields) for fields in others.values())]
    return f"({' || '.join(parts)})::text"


def _sees_every(asker: Asker, target: ObjectType) -> bool:
    everyone = any(isinstance(rule, Everyone) for rule in target.scope)
    return asker.may("read", target) and (everyone or asker.grants.scope("read", target) == "all")


def labels_masked(asker: Asker, declared: ObjectType, f: ObjectField) -> bool:
    """Whether the label of a link must be checked row by row before this asker sees it."""
    if f.type.name != "link" or f.target is None or not is_registered(f.target):
        return False
    target = type_of_model(f.target)
    if tuple(declared.scope) == (Through(f.name),) and asker.token_allows("read", target):
        return False
    return not _sees_every(asker, target)


def _masked_label(asker: Asker, f: ObjectField) -> Expression:
    assert f.target is not None  # noqa: S101  labels_masked said so
    title = type_of_model(f.target).title
    seen = Exists(visible_to(asker, f.target).filter(pk=OuterRef(f.path)))
    return Case(
        When(seen, then=F(f"{f.path}__{title}")), default=Value(None), output_field=TextField()
    )


def _can(asker: Asker, declared: ObjectType) -> Expression:
    """What the asker may do with each record, as a JSON array."""
    read = asker.grants.scope("read", declared)
    always: list[str] = []
    by_scope: dict[str | None, list[str]] = {}
    verbs = {"change": ["change", *(a.name for a in declared.actions)], "delete": ["delete"]}
    for verb, names in verbs.items():
        if not asker.may(verb, declared):
            continue
        scope = asker.grants.scope(verb, declared)
        if scope == read or tuple(declared.scope) == (Everyone(),):
            always += names
        else:
            by_scope.setdefault(scope, []).extend(names)
    arrays: list[Any] = [
        Case(
            When(predicate(asker, declared, names[0]), then=Value(_array(names))),
            default=Value("[]"),
            output_field=TextField(),
        )
        for names in by_scope.values()
    ]
    if not arrays:
        return Assembled(f"{_text(_array(always))}::json", [])
    text = " || ".join([f"({HOLE})::jsonb"] * len(arrays) + [f"{_text(_array(always))}::jsonb"])
    return Assembled(f"({text})", arrays)


def _array(names: list[str]) -> str:
    return "[" + ",".join(f'"{n}"' for n in names) + "]"


def row_json(asker: Asker, declared: ObjectType, fields: Iterable[ObjectField]) -> Expression:
    """The expression whose text is one record's JSON: id, updated_at, can and the fields given.

    `fields` must come from `asker.fields`, which leaves out what is hidden from them.
    """
    shown = list(fields)
    masked = [f for f in shown if labels_masked(asker, declared, f)]
    text = _template(
        declared.model, tuple(f.name for f in shown), frozenset(f.name for f in masked)
    )
    return Assembled(text, [_can(asker, declared), *(_masked_label(asker, f) for f in masked)])
