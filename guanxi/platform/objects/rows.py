"""The one serializer: records become JSON inside PostgreSQL, masked for the asker.

Lists, details, exports and conflict messages all show records through `row_json`. The SQL of one
set of fields is the same for everybody and made once, from names of tables and columns alone; only
what depends on the asker (what they may do with a row, labels of records they may not see) is an
expression compiled for each request.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.db.models import (
    Case,
    Exists,
    Expression,
    F,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
    When,
)

from guanxi.platform.access.predicate import NOBODY, Asker, predicate
from guanxi.platform.files.models import Attachment
from guanxi.platform.masking.masks import masked_sql, masked_value
from guanxi.platform.objects.custom_values import CUSTOM
from guanxi.platform.objects.record import Row
from guanxi.platform.objects.registry import ObjectField, ObjectType, is_registered, type_of_model
from guanxi.platform.objects.scopes import Everyone, Through

PAIRS = 45  # PostgreSQL functions take at most 100 arguments
FILE_COLUMNS = (("id", "id"), ("label", "name"), ("media_type", "media_type"), ("size", "size"))
Place = tuple[int, str | None]  # of a value in an array, and in an object there
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

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        text, params = [self.pieces[0]], []
        for expression, piece in zip(self.inner, self.pieces[1:], strict=True):
            sql, values = compiler.compile(expression)
            text += [sql, piece]
            params += values
        return "".join(text), params


def _quoted(name: Any) -> str:
    return '"' + str(name).replace('"', '""') + '"'


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


def _list(values: Sequence[str]) -> str:
    """SQL of a JSON array of any number of values."""
    most = 2 * PAIRS
    chunks = [values[i : i + most] for i in range(0, len(values), most)] or [[]]
    function = "json_build_array" if len(chunks) == 1 else "jsonb_build_array"
    return " || ".join(f"{function}({', '.join(chunk)})" for chunk in chunks)


def _link(table: str, f: ObjectField, *, masked: bool) -> str:
    """{id, label}, or null; a masked label is left to an expression."""
    if f.target is None or not is_registered(f.target):
        return "null"
    column = f"({table}.{_quoted(CUSTOM)} ->> {_text(f.key)})::uuid"
    if not f.key:
        column = f"{table}.{_quoted(f.column.column)}"
    title: Any = f.target._meta.get_field(type_of_model(f.target).title)
    target = _quoted(f.target._meta.db_table)
    found = f"(select l.{_quoted(title.column)} from {target} l where l.id = {column})"  # noqa: S608  identifiers only
    pair = f"json_build_object('id', {column}, 'label', {HOLE if masked else found})"
    return f"case when {column} is null then null else {pair} end"


def _tags(table: str, f: ObjectField, *, masked: bool) -> str:
    """[{id, label, color}] in the order of the labels."""
    column: Any = f.column
    through, target = column.remote_field.through._meta, column.related_model._meta
    near = through.get_field(column.m2m_field_name()).column
    far = through.get_field(column.m2m_reverse_field_name()).column
    title = f"t.{_quoted(type_of_model(column.related_model).title)}"
    has_color = any(c.name == "color" for c in target.concrete_fields)
    pair = _object(
        [
            ("id", "t.id"),
            ("label", "null" if masked else title),
            ("color", "t.color" if has_color and not masked else "null"),
        ]
    )
    return (
        f"coalesce((select json_agg({pair} order by {title}, t.id)"  # noqa: S608  identifiers only
        f" from {_quoted(through.db_table)} m"
        f" join {_quoted(target.db_table)} t on t.id = m.{_quoted(far)}"
        f" where m.{_quoted(near)} = {table}.id and t.deleted_at is null), '[]'::json)"
    )


def _masked_column(f: ObjectField, column: str) -> str:
    """The SQL of what is left of a column of the object's own."""
    text = column
    if f.type.name in ("date", "datetime"):
        text = f"to_char({column}, 'YYYY')"
    return masked_sql(f.mask_kind, text)


def _own(table: str, f: ObjectField, masked: frozenset[str]) -> str:
    if f.is_masked:
        return _masked_column(f, f"{table}.{_quoted(f.column.column)}")
    if f.type.name == "link":
        return _link(table, f, masked=f.name in masked)
    if f.type.name == "tags":
        return _tags(table, f, masked=f.name in masked)
    return f.type.shown.format(f"{table}.{_quoted(f.column.column)}")


def _contributed(table: str, fields: Sequence[ObjectField]) -> str:
    """The fields of one other table, looked up once; nulls where it has no row."""
    model: Any = fields[0].column.model
    pairs = [(f.name, f.type.shown.format(f"c.{_quoted(f.column.column)}")) for f in fields]
    empty = ", ".join(f'"{f.name}": null' for f in fields)
    return (
        f"coalesce((select ({_object(pairs)})::jsonb"  # noqa: S608  identifiers only
        f" from {_quoted(model._meta.db_table)} c"
        f" where c.{_quoted(model._meta.pk.column)} = {table}.id), '{{{empty}}}'::jsonb)"
    )


def _value(table: str, f: ObjectField) -> str:
    """A custom value as it is kept; of a file, what is known of it."""
    values = f"{table}.{_quoted(CUSTOM)}"
    if f.is_masked:
        return masked_sql(f.mask_kind, f"({values} ->> {_text(f.key)})")
    if f.type.name != "file":
        return f"{values} -> {_text(f.key)}"
    known = _object([(n, f"a.{c}") for n, c in FILE_COLUMNS])
    return (
        f"(select {known} from {_quoted(Attachment._meta.db_table)} a"  # noqa: S608  identifiers only
        f" where a.id = ({values} ->> {_text(f.key)})::uuid and a.record_id = {table}.id)"
    )


def _custom(table: str, fields: Sequence[ObjectField], masked: frozenset[str]) -> str:
    """Values of custom fields by key; null where a record has none.

    A computed value has a hole for its expression; a link is shown as any other.
    """

    def shown(f: ObjectField) -> str:
        if f.computation is not None and not f.is_masked:
            return f.type.shown.format(HOLE)
        if f.type.name == "link" and not f.is_masked:
            return _link(table, f, masked=f.name in masked)
        return _value(table, f)

    return _object([(f.key, shown(f)) for f in fields])


@lru_cache(maxsize=1000)
def _template(model: type[Row], fields: tuple[ObjectField, ...], masked: frozenset[str]) -> str:
    """The SQL of these fields, with a hole for `can`, each masked label, each computed value."""
    declared = type_of_model(model)
    table = _quoted(declared.model._meta.db_table)
    pairs = [("id", f"{table}.id"), ("updated_at", f"{table}.updated_at"), ("can", HOLE)]
    others: dict[str, list[ObjectField]] = {}
    custom = [f for f in fields if f.key]
    for f in fields:
        if f.name in declared.contributed:
            others.setdefault(f.column.model._meta.db_table, []).append(f)
        elif f.name != "updated_at" and not f.key:
            pairs.append((f.name, _own(table, f, masked)))
    if custom:
        pairs.append((CUSTOM, _custom(table, custom, masked)))
    own = _object(pairs)
    if not others:
        return f"({own})::text"
    parts = [f"({own})::jsonb", *(_contributed(table, fields) for fields in others.values())]
    return f"({' || '.join(parts)})::text"


@lru_cache(maxsize=1000)
def _cells_template(
    model: type[Row], fields: tuple[ObjectField | None, ...], masked: frozenset[str]
) -> tuple[str, list[Place]]:
    """The SQL of these fields as an array, with holes as above, and where each value is in it."""
    declared = type_of_model(model)
    table = _quoted(declared.model._meta.db_table)
    values: list[str] = []
    places: dict[ObjectField | None, Place] = {}
    others: dict[str, list[ObjectField]] = {}
    custom = [f for f in fields if f is not None and f.key]
    for f in fields:
        if f is not None and f.name in declared.contributed:
            others.setdefault(f.column.model._meta.db_table, []).append(f)
        elif f is None or not f.key:
            places[f] = len(values), None
            values.append(f"{table}.id" if f is None else _own(table, f, masked))
    for group in others.values():
        places |= {f: (len(values), f.name) for f in group}
        values.append(_contributed(table, group))
    if custom:
        places |= {f: (len(values), f.key) for f in custom}
        values.append(_custom(table, custom, masked))
    return f"({_list(values)})::text", [places[f] for f in fields]


def _labels_shown(asker: Asker, declared: ObjectType, f: ObjectField) -> bool:
    """Whether this asker sees the label of every record that `f` of a visible record names."""
    if f.target is None or not is_registered(f.target):
        return True
    target = type_of_model(f.target)
    title = asker.title(target)
    if not asker.may("read", target) or title is None or title.is_masked:
        return False
    everyone = any(isinstance(rule, Everyone) for rule in target.scope)
    followed = tuple(declared.scope) == (Through(f.name),)  # seen only if the target is
    return everyone or followed or asker.grants.scope("read", target) == "all"


def linked_text(asker: Asker, declared: ObjectType, f: ObjectField, column: str) -> Any:
    """A column of the records that the link `f` names; null for those the asker may not see.

    Where the title of those is masked, its mask.
    """
    text: Any = F(f"{f.path}__{column}")
    if f.key and f.target is not None:  # a value, not a column that joins
        linked = f.target._default_manager.filter(pk=OuterRef(f.path))
        text = Subquery(linked.values(column)[:1])
    if f.target is None or _labels_shown(asker, declared, f):
        return text
    target = type_of_model(f.target)
    seen, title = Q(pk__in=[]), asker.title(target)
    if title is not None:
        shown = predicate(asker, target)  # in the recycle bin too: there they can be found
        seen = Q(Exists(f.target._default_manager.filter(shown, pk=OuterRef(f.path))))
        if title.is_masked:
            text = Assembled(masked_sql(title.mask_kind, HOLE), [text])
    return Case(When(seen, then=text), default=Value(None), output_field=TextField())


def labels_of(asker: Asker, model: type[Row], ids: Iterable[Any]) -> dict[str, str]:
    """The labels of those of the records, in use or in the bin, that the asker may see; by id."""
    if not is_registered(model):
        return {}
    target = type_of_model(model)
    if asker.title(target) is None:
        return {}
    seen = model._default_manager.filter(predicate(asker, target), pk__in=ids)
    return {
        str(pk): title_shown(asker, target, label)
        for pk, label in seen.values_list("pk", target.title)
    }


def title_shown(asker: Asker, declared: ObjectType, title: Any) -> str:
    """What a record is called, as far as the asker may know it; empty if not at all."""
    f = asker.title(declared)
    if f is None or title is None:
        return ""
    return str(masked_value(f.mask_kind, title) or "") if f.is_masked else str(title)


def _can(asker: Asker, declared: ObjectType, *, deleted: bool) -> Expression:
    """What the asker may do with each record, as a JSON array."""
    offered = {"change": ["change", *(a.name for a in declared.actions)], "delete": ["delete"]}
    if deleted:
        offered = {"delete": ["restore"]}
    arrays: list[Any] = []
    for verb, names in offered.items():
        if not asker.may(verb, declared):
            continue
        everywhere = _reaches_all_seen(asker, declared, verb)
        allowed = Q() if everywhere else predicate(asker, declared, verb)
        if allowed == Q():
            arrays.append(Value(_array(names)))
        elif allowed != NOBODY:
            shown = When(allowed, then=Value(_array(names)))
            arrays.append(Case(shown, default=Value("[]"), output_field=TextField()))
    text = " || ".join([f"({HOLE})::jsonb"] * len(arrays))
    return Assembled(f"({text})" if arrays else "'[]'::jsonb", arrays)


def _reaches_all_seen(asker: Asker, declared: ObjectType, verb: str) -> bool:
    """Whether every record the asker sees is within the verb's scope, without asking the rows."""
    owned_only = not any(isinstance(rule, Everyone) for rule in declared.scope)
    scope = asker.grants.scope("read", declared)
    same = asker.grants.scope(verb, declared) == scope and (scope == "all" or not asker.shares)
    return owned_only and same and declared.locked is None


def _array(names: list[str]) -> str:
    return "[" + ",".join(f'"{n}"' for n in names) + "]"


def row_json(
    asker: Asker, declared: ObjectType, fields: Iterable[ObjectField], *, deleted: bool = False
) -> Expression:
    """The expression whose text is one record's JSON: id, updated_at, can and the fields given.

    `fields` must come from `asker.fields`, which leaves out what is hidden from them. `deleted`
    says that the records lie in the recycle bin.
    """
    shown = list(fields)
    masked = _masked(asker, declared, shown)
    text = _template(declared.model, tuple(shown), masked)
    holes = _holes(asker, declared, shown, masked)
    return Assembled(text, [_can(asker, declared, deleted=deleted), *holes])


def row_cells(
    asker: Asker, declared: ObjectType, fields: Sequence[ObjectField | None]
) -> tuple[Expression, list[Place]]:
    """The expression whose text is a JSON array of these fields' values alone, None being the id.

    With it where in the array each is: its number, and its key if that is an object of several.
    For very many records this costs the database much less than `row_json` does.
    """
    shown = [f for f in fields if f is not None]
    masked = _masked(asker, declared, shown)
    text, places = _cells_template(declared.model, tuple(fields), masked)
    return Assembled(text, _holes(asker, declared, shown, masked)), places


def _masked(asker: Asker, declared: ObjectType, fields: Iterable[ObjectField]) -> frozenset[str]:
    return frozenset(
        f.name for f in fields if not f.is_masked and not _labels_shown(asker, declared, f)
    )


def _holes(
    asker: Asker, declared: ObjectType, shown: Sequence[ObjectField], masked: frozenset[str]
) -> list[Any]:
    """What fills the holes of a template: masked labels and computed values, custom ones last."""
    custom = [f for f in shown if f.key]
    return [
        linked_text(asker, declared, f, type_of_model(f.target).title)
        if f.computation is None and f.target is not None
        else F(f.path)
        for f in [*(f for f in shown if not f.key), *custom]
        if not f.is_masked
        and (f.computation is not None or (f.name in masked and f.type.name == "link"))
    ]
