"""Reasons as codes with numbers: a client words them in the reader's language.

In a table a customer's reasons are one JSON text, a list of objects such as
    {"code": "probably_left", "probability_alive": 0.081, "days_since_last": 240, ...}
"""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

# Finer figures say nothing to a reader, and would make the text change from run to run.
_DECIMALS = 3


@dataclass(frozen=True)
class Reason:
    """One code, the customers it holds for, and the numbers (or stage names) that explain it."""

    code: str
    holds: NDArray[np.bool_]
    numbers: dict[str, NDArray[Any]]


def reasons_as_json(reasons: list[Reason], *, rows: int) -> pa.Array:
    """Write each customer's reasons, in the order given, as JSON text.

    Column by column in Arrow, and only where a reason holds: seconds for a million customers.
    """
    texts = pa.nulls(rows, pa.string())
    for reason in reasons:
        written = _spread(_objects(reason), reason.holds)
        texts = pc.coalesce(pc.binary_join_element_wise(texts, written, ","), texts, written)
    return pc.binary_join_element_wise("[", pc.fill_null(texts, ""), "]", "")


def _objects(reason: Reason) -> pa.Array:
    """Write one JSON object for each customer the reason holds for."""
    rows = np.flatnonzero(reason.holds)
    pieces = [pa.array(np.full(len(rows), f'{{"code":"{reason.code}"'), pa.string())]
    for name, numbers in reason.numbers.items():
        pieces += [f',"{name}":', _literals(numbers[rows])]
    return pc.binary_join_element_wise(*pieces, "}", "")


def _spread(texts: pa.Array, holds: NDArray[np.bool_]) -> pa.Array:
    """Put the texts into the rows that hold, nulls into the others."""
    return texts.take(pa.array(np.cumsum(holds) - 1, mask=~holds))


def _literals(values: NDArray[Any]) -> pa.Array:
    if values.dtype.kind == "U":
        # Texts of customers may hold quotes; few are distinct, so escaping each of them is cheap.
        texts = pa.array(values, pa.string()).dictionary_encode()
        written = [json.dumps(text, ensure_ascii=False) for text in texts.dictionary.to_pylist()]
        return pa.array(written, pa.string()).take(texts.indices)
    rounded = np.round(values.astype(float), _DECIMALS)
    finite = np.isfinite(rounded)
    whole = finite & (rounded == np.floor(rounded)) & (np.abs(rounded) < 2**53)
    integers = pc.cast(pa.array(np.where(whole, rounded, 0).astype(np.int64)), pa.string())
    decimals = pc.cast(pa.array(np.where(finite, rounded, 0)), pa.string())
    return pc.if_else(pa.array(whole), integers, pc.if_else(pa.array(finite), decimals, "null"))
