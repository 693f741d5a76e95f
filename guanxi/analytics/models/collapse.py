"""Few customers differ: a million of them share some hundred thousand (x, t_x, T) at most.

Likelihoods and forecasts are functions of such a tuple, so they are worked out once for each
distinct tuple and weighted by, or scattered back to, the customers who share it.
"""

import math
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from guanxi.analytics.models.inputs import Floats

Integers = NDArray[np.integer[Any]]

# Whole numbers up to this (days of a human life, say) index a table without being looked up.
_LARGEST_INDEX = 2**16
_MOST_CODES = 2**62


class Collapsed(NamedTuple):
    """The distinct tuples of some columns; row i of the input is tuple `inverse[i]`."""

    columns: tuple[Floats, ...]
    inverse: Integers

    def scatter(self, values: Floats) -> Floats:
        """Give every input row the value of its tuple."""
        scattered: Floats = values[self.inverse]
        return scattered


class Tabulated(NamedTuple):
    """A column as a table of values and, for each row, the place of its value in the table."""

    table: Floats
    rows: Integers


class _Encoded(NamedTuple):
    """One whole number a row, with the tables to read the number back into a tuple."""

    codes: Integers
    tables: tuple[Floats, ...]

    def decode(self, codes: Integers) -> tuple[Floats, ...]:
        columns: list[Floats] = []
        for table in reversed(self.tables):
            codes, digit = np.divmod(codes, codes.dtype.type(max(len(table), 1)))
            columns.append(table[digit])
        return tuple(reversed(columns))


def tabulate(column: Floats) -> Tabulated:
    """Number the values of one column; the table may hold values that no row has."""
    largest = column.max(initial=0)
    if largest <= _LARGEST_INDEX and (column == np.floor(column)).all():
        return Tabulated(np.arange(largest + 1), column.astype(np.intp))
    # Arrow hashes; numpy would sort, which takes ten times as long.
    dictionary = pa.array(column).dictionary_encode()
    return Tabulated(dictionary.dictionary.to_numpy(), dictionary.indices.to_numpy())


def collapse(*columns: Floats) -> Collapsed:
    """Find the distinct tuples of `columns`, and for each row which of them it is."""
    encoded = _encode(columns)
    if encoded is None:
        return Collapsed(columns, np.arange(len(columns[0])))
    distinct, inverse = np.unique(encoded.codes, return_inverse=True)
    return Collapsed(encoded.decode(distinct), inverse)


def count_distinct(*columns: Floats, weights: Floats | None) -> tuple[tuple[Floats, ...], Floats]:
    """Find the distinct tuples of `columns` and the total weight of each (rows, if unweighted)."""
    if weights is not None:
        collapsed = collapse(*columns)
        totals = np.bincount(collapsed.inverse, weights, minlength=len(collapsed.columns[0]))
        return collapsed.columns, totals.astype(float)
    encoded = _encode(columns)
    if encoded is None:
        return columns, np.ones(len(columns[0]))
    # Counting without the inverse sorts plain integers: half the time of `collapse`.
    distinct, counts = np.unique(encoded.codes, return_counts=True)
    return encoded.decode(distinct), counts.astype(float)


def _encode(columns: tuple[Floats, ...]) -> _Encoded | None:
    """Number the tuples in a mixed radix; None if that overflows.

    It overflows only for continuous columns of millions of values, where no tuple is shared.
    """
    tabulated = [tabulate(column) for column in columns]
    most = math.prod(len(column.table) for column in tabulated)
    if most > _MOST_CODES:
        return None
    # Half the width sorts in little more than half the time.
    code_type = np.dtype(np.uint32 if most < 2**32 else np.int64)
    codes: Integers = np.zeros(len(columns[0]), code_type)
    for column in tabulated:
        codes *= code_type.type(len(column.table))
        codes += column.rows.astype(code_type)
    return _Encoded(codes, tuple(column.table for column in tabulated))
