"""Roll-ups: what the records that point to one add up to, of those that the asker may see."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Avg, Count, F, Max, Min, Sum
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from guanxi.platform.fields.formulas.fields import (
    DIGITS,
    MONEY_DIGITS,
    MONEY_PLACES,
    PLACES,
    Made,
    number_column,
)
from guanxi.platform.fields.formulas.reading import BadFormula
from guanxi.platform.fields.links import points_to
from guanxi.platform.objects.columns import MoneyField
from guanxi.platform.objects.computed import Computation, Sql, joined, shared
from guanxi.platform.objects.custom_values import COMPUTED, first_field
from guanxi.platform.objects.money import in_books_currency
from guanxi.platform.objects.registry import (
    ObjectField,
    ObjectType,
    is_registered,
    type_of_model,
)
from guanxi.platform.workspaces.services import books_currency

if TYPE_CHECKING:
    from guanxi.platform.fields.definitions import Making

NUMBERS = ("number", "decimal", "money", "float", "score")
DATES = ("date", "datetime")
SHOWN = (*NUMBERS, *DATES, "text", "choice", "boolean")
MEASURES: dict[str, Any] = {"sum": Sum, "avg": Avg, "min": Min, "max": Max}
# What each measure can be taken of; a count is of records.
MEASURED = {
    "count": (),
    "sum": NUMBERS,
    "avg": NUMBERS,
    "min": (*NUMBERS, *DATES),
    "max": (*NUMBERS, *DATES),
    "latest": SHOWN,
}
FIRST_MADE = "created_at"


class UnfitFilter(BadFormula):
    """The filter of a roll-up names a field, an operator or a value that is not, or no more."""


@dataclass(frozen=True)
class Related:
    """The related records that are taken, and what of them."""

    object_type: ObjectType
    link: ObjectField
    measure: str
    field: ObjectField | None
    by: ObjectField | None
    filter: Any


class RollUp(Computation):
    """One measure of the related records, found anew for whoever asks."""

    extent = (1, 1)  # in a formula

    def __init__(self, related: Related, column: "models.Field[Any, Any]", template: str):
        self.related, self.output_field, self.template = related, column, template

    def sql(self, table: str, compiler: Any) -> Sql:
        """The query that asks says for whom; what it lies in is known as `table` there."""
        here = RawSQL(f"{table}.id", [], models.UUIDField())  # noqa: S611  an alias
        inner = self._values(compiler.query.asker, here)
        inner.query.bump_prefix(compiler.query)  # one object may be related to itself
        made = inner.query.get_compiler(connection=compiler.connection, elide_empty=False)
        sql, parameters = made.as_sql()
        return joined(self.template, (f"({sql})", tuple(parameters)))

    def _values(self, asker: Any, here: RawSQL) -> "models.QuerySet[Any]":
        """The one value for the record whose id is given."""
        # The filter language and the predicate ask for fields themselves, this one among them.
        from guanxi.platform.access.predicate import visible_to
        from guanxi.platform.filters.clock import clock_of
        from guanxi.platform.filters.compiler import compile_filter

        r = self.related
        records = visible_to(asker, r.object_type.model).filter(points_to(r.link, here)).order_by()
        if r.filter:
            condition = compile_filter(asker, r.object_type, r.filter, clock_of(asker))
            records = records.filter(condition)
        amount = Count("pk") if r.field is None else in_books_currency(r.field)
        if r.measure == "latest" and r.by is not None:
            dated = records.filter(**{f"{r.by.path}__isnull": False})
            latest = dated.order_by(F(r.by.path).desc(), "-pk")
            first: models.QuerySet[Any] = latest.annotate(_value=amount).values("_value")[:1]
            return first
        if measure := MEASURES.get(r.measure):
            amount = measure(amount)
        found: models.QuerySet[Any] = records.values(r.link.path).annotate(_value=amount)
        return found.values("_value")


def make_rollup(
    settings: Mapping[str, Any], *, object_type: ObjectType, making: "Making", **options: Any
) -> Made:
    """The field that the settings of a roll-up describe. Raises BadFormula."""
    related, used = _read(settings, object_type, making)
    if any(f.reads for f in used.values()):
        raise BadFormula(_("What is added up from related records cannot be added up again."))
    places = settings.get("decimal_places")
    type, column, template = _shape(related, PLACES if places is None else places, options)
    measured = getattr(related.field, "column", None)
    money = [getattr(measured, name, "") for name in ("currency", "rate")]
    content = json.dumps([object_type.name, settings, money], sort_keys=True, default=str)
    paths = sorted((name, f.path) for name, f in used.items())
    name = COMPUTED + sha256(f"{content}{paths}{column.__class__}".encode()).hexdigest()[:32]
    return Made(
        type=type,
        column=column,
        name=name,
        computation=shared(name, RollUp(related, column, template)),
        uses=frozenset(used).union(*(f.uses for f in used.values())),
        reads=frozenset(name.split(".")[0] for name in used),
    )


def _shape(related: Related, places: int, options: dict[str, Any]) -> Any:
    """The type, the column and the SQL around the value."""
    options |= {"null": True, "blank": True}
    f = related.field
    if f is None:
        return "number", models.IntegerField(**options), "coalesce({}, 0)"
    if f.type.name == "money":
        money = MoneyField(currency=books_currency(), **options)
        return "money", money, f"guanxi_within({{}}::numeric, {MONEY_DIGITS}, {MONEY_PLACES})"
    if f.type.name in NUMBERS:
        number = number_column(places, **options)
        return "decimal", number, f"guanxi_within({{}}::numeric, {DIGITS}, {places})"
    if f.type.name in DATES:
        dated = {"date": models.DateField, "datetime": models.DateTimeField}[f.type.name]
        return f.type.name, dated(**options), "{}"
    if f.type.name == "boolean":
        return "boolean", models.BooleanField(**options), "{}"
    if f.type.name == "choice":
        options["choices"] = f.choices
    return f.type.name, models.CharField(max_length=255, **options), "nullif({}, '')"


def _read(
    settings: Mapping[str, Any], object_type: ObjectType, making: "Making"
) -> tuple[Related, dict[str, ObjectField]]:
    """The settings, with the fields they rest on by the names that masks use."""
    other, link = object_type.related.get(settings.get("related", ""), (None, ""))
    if other is None:
        raise BadFormula(_("Choose which related records are meant."))
    measure = settings.get("measure", "count")
    pointing = _link(other, link, making)
    used = {f"{other.name}.{link}": pointing}

    def find(name: str, types: tuple[str, ...]) -> ObjectField:
        f = making.field(other.name, name)
        if f is None:
            raise BadFormula(_('There is no field "%(name)s".') % {"name": name})
        if f.type.name not in types:
            message = _('"%(name)s" cannot be used for this.')
            raise BadFormula(message % {"name": f.label})
        used[f"{other.name}.{name}"] = f
        return f

    measured = find(settings.get("field", ""), MEASURED[measure]) if MEASURED[measure] else None
    by = find(settings.get("by") or FIRST_MADE, DATES) if measure == "latest" else None
    used |= dict(_filter_fields(settings.get("filter"), other, making))
    _check_filter(settings.get("filter"), other, making)
    return Related(other, pointing, measure, measured, by, settings.get("filter")), used


def _link(other: ObjectType, name: str, making: "Making") -> ObjectField:
    """The link by which records of the other object are related."""
    f = making.field(other.name, name)
    if f is None:
        raise BadFormula(_("Choose which related records are meant."))
    return f


def _check_filter(tree: Any, object_type: ObjectType, making: "Making") -> None:
    """Raises UnfitFilter: found out by a query, it would keep everybody from the object's pages."""
    from guanxi.platform.filters.checking import check_filter
    from guanxi.platform.filters.compiler import BadFilter

    try:
        check_filter(object_type, tree, making.fields_of)
    except BadFilter as why:
        raise UnfitFilter(why.message) from why


def _filter_fields(
    tree: Any, object_type: ObjectType, making: "Making"
) -> Iterator[tuple[str, ObjectField]]:
    """The fields that a filter asks for, of this and of linked objects."""
    if not isinstance(tree, dict):
        return
    for part in [*_list(tree.get("and")), *_list(tree.get("or")), tree.get("not")]:
        yield from _filter_fields(part, object_type, making)
    if name := tree.get("field"):
        yield from _path_fields(str(name), object_type, making)
    if name := tree.get("has", tree.get("has_no")):
        other, link = object_type.related.get(str(name), (None, ""))
        if other is not None:
            yield f"{other.name}.{link}", _link(other, link, making)
            yield from _filter_fields(tree.get("where"), other, making)


def _path_fields(
    path: str, object_type: ObjectType, making: "Making"
) -> Iterator[tuple[str, ObjectField]]:
    name, rest = first_field(path)
    f = making.field(object_type.name, name)
    if f is None:
        raise BadFormula(_('There is no field "%(name)s".') % {"name": name})
    yield f"{object_type.name}.{name}", f
    if rest and f.target is not None and is_registered(f.target):
        yield from _path_fields(rest, type_of_model(f.target), making)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
