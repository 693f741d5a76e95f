"""Outcomes and probabilities as the metrics accept them; each refusal names the argument."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from guanxi.analytics.models.inputs import Floats

Bools = NDArray[np.bool_]
# With fewer of the rarer outcome nothing can be held out to judge by.
FEWEST_OF_RARER = 20


class CannotLearnError(ValueError):
    """The rows hold nothing that a model could learn from: too few, or all with one outcome."""


def outcomes(name: str, values: ArrayLike) -> Bools:
    """Read yes and no as truth values or as 1 and 0."""
    read = _column(name, values)
    refuse(name, ~np.isin(read, (0.0, 1.0)), "is neither 0 nor 1")
    said: Bools = read == 1
    return said


def both_outcomes(name: str, values: ArrayLike) -> Bools:
    """Read outcomes of which at least one is yes and one is no."""
    said = outcomes(name, values)
    if said.all() or not said.any():
        raise CannotLearnError(
            f"{name} is the same in all {len(said)} rows: there are no two outcomes to tell apart"
        )
    return said


def enough_of_both(name: str, said: Bools) -> int:
    """Give how often the rarer outcome was seen, if often enough to learn from."""
    both_outcomes(name, said)
    rarer = int(min(said.sum(), (~said).sum()))
    if rarer < FEWEST_OF_RARER:
        raise CannotLearnError(
            f"{name} has its rarer outcome in {rarer} of {len(said)} rows: "
            f"{FEWEST_OF_RARER} are needed"
        )
    return rarer


def scores(name: str, values: ArrayLike, *, rows: int) -> Floats:
    """Read one finite number a row."""
    read = _column(name, values)
    if len(read) != rows:
        raise ValueError(f"{name} has {len(read)} values for {rows} outcomes")
    refuse(name, ~np.isfinite(read), "is missing or infinite")
    return read


def probabilities(name: str, values: ArrayLike, *, rows: int) -> Floats:
    """Read one probability a row."""
    read = scores(name, values, rows=rows)
    refuse(name, (read < 0) | (read > 1), "is not between 0 and 1")
    return read


def refuse(name: str, wrong: Bools, complaint: str) -> None:
    """Raise ValueError if anything is wrong, saying where first."""
    places = np.flatnonzero(wrong)
    if len(places):
        raise ValueError(f"{name} {complaint} in {len(places)} row(s), first in row {places[0]}")


def _column(name: str, values: ArrayLike) -> Floats:
    try:
        read = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be a column of numbers: {error}") from error
    if read.ndim != 1:
        raise ValueError(f"{name} must be one column, not an array of {read.ndim} dimensions")
    return read
