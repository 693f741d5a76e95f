"""What a model accepts: each refusal names the argument and says what is wrong with it."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def vectors(**columns: ArrayLike) -> tuple[Floats, ...]:
    """Read the named columns as equally long vectors of finite numbers, none negative."""
    read = {name: _vector(name, values) for name, values in columns.items()}
    _same_length(read)
    return tuple(read.values())


def purchase_history(
    frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """Read (x, t_x, T) and refuse a history that cannot have happened."""
    x, t_x, total = vectors(frequency=frequency, recency=recency, age=age)
    _whole("frequency", x)
    _refuse("recency", t_x > total, "is greater than age")
    _refuse("recency", (x == 0) & (t_x > 0), "is above 0 where frequency is 0")
    return x, t_x, total


def spend_history(frequency: ArrayLike, monetary: ArrayLike) -> tuple[Floats, Floats]:
    """Read (x, mean spend) and refuse purchases that brought nothing."""
    x, mean_spend = vectors(frequency=frequency, monetary=monetary)
    _whole("frequency", x)
    _refuse("monetary", (x > 0) & (mean_spend == 0), "is 0 where frequency is above 0")
    return x, mean_spend


def tenure(periods: ArrayLike, lost: ArrayLike) -> tuple[Floats, Floats]:
    """Read (renewals that came up, whether the last was refused) of customers with a contract."""
    count, left = vectors(periods=periods, lost=lost)
    _whole("periods", count)
    _refuse("lost", (left != 0) & (left != 1), "is neither 0 nor 1")
    _refuse("periods", (left == 1) & (count == 0), "is 0 where lost is 1")
    return count, left


def occasions_seen(
    frequency: ArrayLike, recency: ArrayLike, periods: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """Read (x, t_x, n) of occasions one after the other, refusing what cannot have happened."""
    x, t_x, n = whole_numbers(frequency=frequency, recency=recency, periods=periods)
    _refuse("recency", t_x > n, "is greater than periods")
    _refuse("frequency", x > t_x, "is greater than recency")
    _refuse("recency", (x == 0) & (t_x > 0), "is above 0 where frequency is 0")
    return x, t_x, n


def whole_numbers(**columns: ArrayLike) -> tuple[Floats, ...]:
    """Read the named columns as equally long vectors of whole numbers, none negative."""
    read = vectors(**columns)
    for name, values in zip(columns, read, strict=True):
        _whole(name, values)
    return read


def whole_number(name: str, value: float) -> int:
    """Read one whole number of 0 or more."""
    if not (np.isfinite(value) and value >= 0 and value == int(value)):
        raise ValueError(f"{name} must be a whole number of 0 or more, not {value!r}")
    return int(value)


def discount_rate(discount: float, *, above_0: bool = False) -> float:
    """Read what a period's wait takes off, as a share: .1 for a tenth a period."""
    rate = float(discount)
    if not (np.isfinite(rate) and rate >= 0 and not (above_0 and rate == 0)):
        least = "above 0" if above_0 else "of 0 or more"
        raise ValueError(f"discount must be a rate a period {least}, not {discount!r}")
    return rate


def discount_per_unit(yearly: float, *, units_a_year: float) -> float:
    """Give the rate of discount a unit of time that amounts to `yearly` in a year, both as shares.

    (1 + yearly)^(1 / units) - 1: .15 a year is .0027 a week (52) and .00038 a day (365).
    """
    if not (np.isfinite(units_a_year) and units_a_year > 0):
        raise ValueError(f"units_a_year must be a positive number, not {units_a_year!r}")
    return float(np.expm1(np.log1p(discount_rate(yearly)) / units_a_year))


def case_weights(weights: ArrayLike | None, *, rows: int) -> Floats | None:
    """Read the number of customers each row stands for."""
    if weights is None:
        return None
    read = _vector("weights", weights)
    if len(read) != rows:
        raise ValueError(f"weights has {len(read)} values where the other columns have {rows}")
    if not read.sum() > 0:
        raise ValueError("weights are all 0")
    return read


def at_least_one(name: str, values: Floats) -> None:
    """Refuse a column without rows."""
    if not len(values):
        raise ValueError(f"{name} is empty: a fit needs at least one customer")


def horizon_length(horizon: float) -> float:
    """Read a length of time to look ahead."""
    length = float(horizon)
    if not (np.isfinite(length) and length >= 0):
        raise ValueError(f"horizon must be a length of time of 0 or more, not {horizon!r}")
    return length


def _vector(name: str, values: ArrayLike) -> Floats:
    try:
        # Adding 0 turns -0.0 into 0.0, which would else count as a value of its own.
        vector = np.asarray(values, dtype=np.float64) + 0.0
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be a column of numbers: {error}") from error
    if vector.ndim != 1:
        raise ValueError(f"{name} must be one column, not an array of {vector.ndim} dimensions")
    # Two passes settle the usual case; which rows are wrong is asked only if some are.
    if not (vector.min(initial=0) >= 0 and vector.max(initial=0) < np.inf):
        _refuse(name, np.isnan(vector), "is missing (NaN)")
        _refuse(name, np.isinf(vector), "is infinite")
        _refuse(name, vector < 0, "is negative")
    return vector


def _same_length(columns: Mapping[str, Floats]) -> None:
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ValueError(f"the columns differ in length: {said}")


def _whole(name: str, values: Floats) -> None:
    _refuse(name, values != np.floor(values), "is not a whole number")


def _refuse(name: str, wrong: NDArray[np.bool_], complaint: str) -> None:
    if wrong.any():
        rows = np.flatnonzero(wrong)
        raise ValueError(f"{name} {complaint} in {len(rows)} row(s), first in row {rows[0]}")
