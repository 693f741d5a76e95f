"""Formulas as fields: a column for each kind of result, and the value as the field shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import models

from guanxi.platform.fields.formulas.checking import (
    LONGEST,
    Checked,
    Finder,
    check_formula,
    depth_of,
)
from guanxi.platform.fields.formulas.reading import read_formula
from guanxi.platform.objects.columns import MoneyField
from guanxi.platform.objects.computed import Computation, Sql, joined, shared
from guanxi.platform.objects.custom_values import COMPUTED

DIGITS, MONEY_DIGITS, MONEY_PLACES = 30, 19, 4
PLACES = 2  # of a number, unless the field says otherwise
TYPES_OF_RESULTS = {"number": "decimal"}  # the others are called as the types of fields are


class Formula(Computation):
    """A checked formula, rounded or cut to what its field shows."""

    def __init__(self, whole: Checked, places: int):
        self.whole = whole
        self.template, self.output_field = {
            "number": (f"guanxi_within({{}}, {DIGITS}, {places})", number_column(places)),
            "money": (
                f"guanxi_within({{}}, {MONEY_DIGITS}, {MONEY_PLACES})",
                number_column(MONEY_PLACES),
            ),
            "text": (f"left({{}}, {LONGEST})", models.TextField()),
            "boolean": ("{}", models.BooleanField()),
            "date": ("{}", models.DateField()),
        }[whole.kind.name]
        self.extent = whole.size, depth_of(whole)

    def sql(self, table: str, compiler: Any) -> Sql:
        return joined(self.template, self.whole.sql(table, compiler))


def number_column(places: int, **options: Any) -> "models.Field[Any, Any]":
    return models.DecimalField(max_digits=DIGITS, decimal_places=places, **options)


@dataclass(frozen=True)
class Made:
    """What a field becomes that is worked out; `uses` and `reads` as of an ObjectField."""

    type: str
    column: "models.Field[Any, Any]"
    name: str  # of the computation, in a path
    computation: Computation
    uses: frozenset[str]
    reads: frozenset[str]


def make_formula(settings: Mapping[str, Any], *, object: str, find: Finder, **options: Any) -> Made:
    """The field that a formula gives over the fields of an object. Raises BadFormula."""
    text, places = settings.get("formula", ""), settings.get("decimal_places")
    whole, used = check_formula(read_formula(text), find)
    places = PLACES if places is None else places
    content = repr((object, text, places, sorted((n, f.path) for n, f in used.items())))
    name = COMPUTED + sha256(content.encode()).hexdigest()[:32]
    return Made(
        type=TYPES_OF_RESULTS.get(whole.kind.name, whole.kind.name),
        column=_column(whole, places, null=True, blank=True, **options),
        name=name,
        computation=shared(name, Formula(whole, places)),
        uses=frozenset(f"{object}.{n}" for n in used).union(*(f.uses for f in used.values())),
        reads=frozenset[str]().union(*(f.reads for f in used.values())),
    )


def _column(whole: Checked, places: int, **options: Any) -> "models.Field[Any, Any]":
    match whole.kind.name:
        case "number":
            return number_column(places, **options)
        case "money":
            return MoneyField(currency=whole.kind.currency, rate=whole.kind.rate, **options)
        case "boolean":
            return models.BooleanField(**options)
        case "date":
            return models.DateField(**options)
    return models.CharField(max_length=LONGEST, **options)
