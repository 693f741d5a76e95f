"""Small draws that many parts of the sample share."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guanxi.demo.columns import Flags, Ints, Texts


def split(words: str) -> list[str]:
    """The parts of a list written in one text: between bars if there are bars, else words."""
    return words.split("|") if "|" in words else words.split()


def texts(values: Iterable[str]) -> Texts:
    """An array of Python strings, to index and to add."""
    found = list(values)
    made = np.empty(len(found), np.object_)
    made[:] = found
    return made


def weighted(random: np.random.Generator, weights: Sequence[float], count: int) -> Ints:
    """Draw positions with chances in proportion to `weights`."""
    edges = np.cumsum(weights)
    drawn = np.searchsorted(edges, random.random(count) * edges[-1], side="right")
    return np.minimum(drawn, len(edges) - 1).astype(np.int64)


def weighted_texts(random: np.random.Generator, weights: Mapping[str, float], count: int) -> Texts:
    return texts(weights)[weighted(random, list(weights.values()), count)]


def chance(random: np.random.Generator, share: float | NDArray[Any], count: int) -> Flags:
    """Draw which of `count` happen."""
    happens: Flags = random.random(count) < share
    return happens


def some(random: np.random.Generator, rows: Ints, share: float) -> Ints:
    """Draw about that share of the rows, in their order."""
    return rows[chance(random, share, len(rows))]
