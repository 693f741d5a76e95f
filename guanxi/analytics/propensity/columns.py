"""What a table says of customers, as numbers with gaps and categories, the same at every scoring.

Numbers and truth values are numbers, texts are categories; a number that only names something (a
region's code) has to be named as a category. Nulls, NaN and empty texts are missing. A level that
few rows have says little of its own: such levels count as one, `OTHER`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.propensity.inputs import CannotLearnError

MISSING = ""
OTHER = "\N{HORIZONTAL ELLIPSIS}"
_RAREST_LEVEL = 5
_RAREST_SHARE = 0.002

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class NumberColumn:
    """A column of numbers, NaN where missing."""

    name: str


@dataclass(frozen=True)
class CategoryColumn:
    """A column of texts and the levels that were frequent enough to learn from.

    Where `pools`, the last level is OTHER: the rare ones together, and at scoring the unknown.
    """

    name: str
    levels: tuple[str, ...]

    @property
    def pools(self) -> bool:
        return OTHER in self.levels


@dataclass(frozen=True)
class Rows:
    """A table as models read it: numbers by name, and places in the levels by name.

    A level never seen when learning has place -1 (if the column pools rare ones, that of OTHER);
    `unknown` counts such rows by column. `texts` are the categories as the table has them.
    """

    count: int
    numbers: dict[str, Floats]
    codes: dict[str, Codes]
    texts: dict[str, NDArray[np.str_]]
    unknown: dict[str, int]

    def take(self, places: NDArray[np.int64]) -> "Rows":
        """Give some of the rows."""
        return Rows(
            len(places),
            {name: values[places] for name, values in self.numbers.items()},
            {name: values[places] for name, values in self.codes.items()},
            {name: values[places] for name, values in self.texts.items()},
            {},
        )


@dataclass(frozen=True)
class Columns:
    """The columns a model uses, in order, and those it does not, with the reason."""

    numbers: tuple[NumberColumn, ...]
    categories: tuple[CategoryColumn, ...]
    dropped: dict[str, str]

    @property
    def names(self) -> list[str]:
        numbers = [column.name for column in self.numbers]
        return [*numbers, *(column.name for column in self.categories)]

    @classmethod
    def learn(
        cls, table: pa.Table, *, leave_out: Sequence[str] = (), categories: Sequence[str] = ()
    ) -> Self:
        """Look at the columns of `table` other than `leave_out`, and keep those that vary."""
        for name in (*leave_out, *categories):
            if name not in table.column_names:
                raise ValueError(f"the table has no column {name!r}")
        numbers: list[NumberColumn] = []
        kept: list[CategoryColumn] = []
        dropped: dict[str, str] = {}
        for name in table.column_names:
            if name in leave_out:
                continue
            if _is_category(table, name, categories):
                texts = _texts(table, name)
                levels = _frequent(texts)
                if len(set(texts.tolist())) == 1:
                    dropped[name] = "it is the same in every row"
                elif len(levels) < 2:
                    dropped[name] = "hardly two rows share a value: it names rows"
                else:
                    kept.append(CategoryColumn(name, levels))
            else:
                values = _floats(table, name)
                known = values[~np.isnan(values)]
                if len(known) and (len(known) < len(values) or np.ptp(known) > 0):
                    numbers.append(NumberColumn(name))
                else:
                    dropped[name] = "it is the same in every row" if len(known) else "it is empty"
        if not numbers and not kept:
            raise CannotLearnError("no column of the table varies: there is nothing to learn from")
        return cls(tuple(numbers), tuple(kept), dropped)

    def without(self, reasons: dict[str, str]) -> "Columns":
        """Drop the columns named, each for the reason given."""
        numbers = tuple(column for column in self.numbers if column.name not in reasons)
        categories = tuple(column for column in self.categories if column.name not in reasons)
        if not numbers and not categories:
            raise CannotLearnError("no column of the table is left: there is nothing to learn from")
        return Columns(numbers, categories, {**self.dropped, **reasons})

    def read(self, table: pa.Table) -> Rows:
        """Read rows to learn from or to score; columns that are not used may be absent."""
        for name in self.names:
            if name not in table.column_names:
                raise ValueError(f"the table lacks column {name!r}, which the model was fitted on")
        texts = {column.name: _texts(table, column.name) for column in self.categories}
        codes, unknown = {}, {}
        for column in self.categories:
            codes[column.name], unseen = _places(texts[column.name], column)
            if unseen:
                unknown[column.name] = unseen
        numbers = {column.name: _floats(table, column.name) for column in self.numbers}
        return Rows(table.num_rows, numbers, codes, texts, unknown)


def _is_category(table: pa.Table, name: str, categories: Sequence[str]) -> bool:
    kind = table.schema.field(name).type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view()
    numeric = (
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_null(kind)
    )
    if text or (numeric and name in categories):
        return True
    if not numeric:
        raise ValueError(
            f"column {name!r} is of type {kind}, neither numbers nor texts: leave it out, or give "
            "a number made of it (of a date, the days until the cut)"
        )
    return False


def _texts(table: pa.Table, name: str) -> NDArray[np.str_]:
    column = table[name]
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    texts = pc.fill_null(pc.cast(column, pa.string()), MISSING)
    read: NDArray[np.str_] = np.array(texts.to_pylist(), dtype=np.str_)
    return read


def _floats(table: pa.Table, name: str) -> Floats:
    column = table[name]
    if pa.types.is_boolean(column.type):
        column = pc.cast(column, pa.int8())
    try:
        values: Floats = pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False).copy()
    except pa.ArrowInvalid as error:
        raise ValueError(f"column {name!r} must hold numbers: {error}") from error
    places = np.flatnonzero(np.isinf(values))
    if len(places):
        raise ValueError(
            f"column {name!r} is infinite in {len(places)} row(s), first in row {places[0]}"
        )
    return values


def _frequent(texts: NDArray[np.str_]) -> tuple[str, ...]:
    levels, counts = np.unique(texts, return_counts=True)
    frequent = counts >= max(_RAREST_LEVEL, _RAREST_SHARE * len(texts))
    named = tuple(str(level) for level in levels[frequent] if level != OTHER)
    return named if len(named) == len(levels) else (*named, OTHER)


def _places(texts: NDArray[np.str_], column: CategoryColumn) -> tuple[Codes, int]:
    """Give the place of each text in the levels, and how many rows have one never seen."""
    place: Mapping[str, int] = {level: place for place, level in enumerate(column.levels)}
    distinct, inverse = np.unique(texts, return_inverse=True)
    of_unseen = place.get(OTHER, -1)
    found = np.array([place.get(str(text), of_unseen) for text in distinct], dtype=np.int64)
    codes: Codes = found[inverse]
    return codes, int((codes == -1).sum())
