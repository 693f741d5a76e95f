"""Have the customers changed since the model was made? The population stability index, and chance.

    PSI = sum over bins of (a_i - e_i) ln(a_i / e_i)

with e_i the shares of the reference and a_i those of now (the symmetric divergence of Jeffreys
1946; in scoring since Lewis 1992, An Introduction to Credit Scoring, and Siddiqi 2006, Credit Risk
Scorecards). These give the usual reading: below .1 nothing to speak of, from .25 a shift that
calls for action. It is a rule of thumb, whatever the number of rows and bins: with few rows chance
alone exceeds it, with very many a shift that matters stays below it.

So chance is asked as well. If nothing has changed, PSI / (1/n + 1/m) is about chi-square with one
degree of freedom less than there are bins, for n and m rows (Yurdakul 2018, Statistical Properties
of Population Stability Index, Western Michigan University; Yurdakul and Naranjo 2020, Journal of
Risk Model Validation 14(4), 89-100). A shift is
one that is large by the rule and beyond chance by this test.

Empty bins: half a row is added to every bin on both sides before shares are taken, so that no
logarithm is infinite and a bin's weight fades as rows grow.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike
from scipy.special import chdtrc, chdtri

from guanxi.analytics.models.inputs import Floats

MODERATE, LARGE = 0.1, 0.25
# How rarely a shift may be called one that is none. Many columns are looked at every night.
CHANCE = 0.01
_ADDED = 0.5
# The chi-square law needs some rows in each bin: rarer levels of the reference are one bin.
_FEWEST_EXPECTED = 5

Shift = Literal["none", "moderate", "large", "too_few_rows"]


class Bin(NamedTuple):
    """How many rows of each side are in one bin."""

    name: str
    reference: int
    current: int


class Drift(NamedTuple):
    """How far a column has moved.

    `p_value`: how often chance would bring such a `psi` or more; `by_chance`: the PSI that it
    exceeds once in a hundred times. `outside`: the share of now's rows that the reference had
    nothing like (beyond its least and greatest number, or a level it did not have: `new_levels`).
    `shift` is `too_few_rows` where the rule of thumb speaks and chance may be all there is to it.
    """

    column: str
    psi: float
    shift: Shift
    p_value: float
    by_chance: float
    reference_rows: int
    current_rows: int
    bins: list[Bin]
    outside: float
    new_levels: list[str]


def drift_of_numbers(
    reference: ArrayLike, current: ArrayLike, *, bins: int = 10, column: str = ""
) -> Drift:
    """Compare two columns of numbers, NaN for missing, in bins by the reference's quantiles.

    Values that many rows share may take up several quantiles: their bins are one. With few rows
    there are fewer bins, `_FEWEST_EXPECTED` to each. A reference of no more distinct values than
    `bins` is compared value by value. Missing is a bin of its own.
    """
    if bins < 2:
        raise ValueError(f"bins must be 2 or more, not {bins!r}")
    before, now = _numbers("reference", reference), _numbers("current", current)
    known_before, known_now = before[~np.isnan(before)], now[~np.isnan(now)]
    distinct = np.unique(known_before)
    if len(distinct) <= bins:
        return drift_of_categories(_texts(before), _texts(now), column=column)
    # Quantiles that occur, not points between them: no bin's border is a value nobody has.
    room = min(len(known_before), len(known_now)) // _FEWEST_EXPECTED
    bins = max(2, min(bins, room))
    edges = np.quantile(known_before, np.arange(1, bins) / bins, method="inverted_cdf")
    edges = np.unique(edges[edges < distinct[-1]])
    names = [f"<= {edge:.6g}" for edge in edges] + [f"> {edges[-1]:.6g}"]
    counted = [
        np.bincount(np.searchsorted(edges, known), minlength=len(names))
        for known in (known_before, known_now)
    ]
    rows = [Bin(name, int(n), int(m)) for name, n, m in zip(names, *counted, strict=True)]
    beyond = (known_now < distinct[0]) | (known_now > distinct[-1])
    missing = Bin("missing", len(before) - len(known_before), len(now) - len(known_now))
    if missing.reference or missing.current:
        rows.append(missing)
    return _drift(column, rows, outside=int(beyond.sum()), new_levels=[])


def drift_of_categories(
    reference: pa.Array | pa.ChunkedArray | Sequence[str | None],
    current: pa.Array | pa.ChunkedArray | Sequence[str | None],
    *,
    column: str = "",
) -> Drift:
    """Compare two columns of texts, null for missing, level by level.

    Levels too rare in the reference to expect `_FEWEST_EXPECTED` rows now, or to have had them
    then, are one bin, and so are the levels it did not have.
    """
    before, now = _levels("reference", reference), _levels("current", current)
    n, m = sum(before.values()), sum(now.values())
    least = _FEWEST_EXPECTED * max(1.0, n / m)
    missing = Bin("missing", before.pop(None, 0), now.pop(None, 0))
    rare = {name for name, rows in before.items() if rows < least}
    new = sorted(str(name) for name in now if name not in before)
    rows = [
        Bin(str(name), before[name], now.get(name, 0))
        for name in sorted(set(before) - rare, key=str)
    ]
    together = (
        Bin("(rare)", sum(before[name] for name in rare), sum(now.get(name, 0) for name in rare)),
        Bin("(new)", 0, sum(now[name] for name in new)),
        missing,
    )
    rows += [one for one in together if one.reference or one.current]
    return _drift(column, rows, outside=together[1].current, new_levels=new)


def drift_of_tables(
    reference: pa.Table, current: pa.Table, *, columns: Sequence[str] | None = None
) -> list[Drift]:
    """Compare the columns of two tables, by default all numbers and texts that both have; the
    furthest moved first.
    """
    shared = [name for name in reference.column_names if name in current.column_names]
    found = []
    for name in shared if columns is None else columns:
        for which, table in (("reference", reference), ("current", current)):
            if name not in table.column_names:
                raise ValueError(f"{which} has no column {name!r}")
        kind = reference[name].type
        if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            sides = (pc.cast(table[name], pa.float64()) for table in (reference, current))
            numbers = [side.to_numpy(zero_copy_only=False) for side in sides]
            found.append(drift_of_numbers(*numbers, column=name))
        elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
            found.append(drift_of_categories(reference[name], current[name], column=name))
        elif columns is not None:
            raise ValueError(f"column {name!r} holds neither numbers nor texts but {kind}")
    return sorted(found, key=lambda drift: -drift.psi)


def _drift(column: str, bins: list[Bin], *, outside: int, new_levels: list[str]) -> Drift:
    before = np.array([row.reference for row in bins], float)
    now = np.array([row.current for row in bins], float)
    n, m = before.sum(), now.sum()
    e, a = ((side + _ADDED) / (side + _ADDED).sum() for side in (before, now))
    psi = float(((a - e) * np.log(a / e)).sum())
    freedom, scale = len(bins) - 1, 1 / n + 1 / m
    p_value = float(chdtrc(freedom, psi / scale)) if freedom else 1.0
    by_chance = float(chdtri(freedom, CHANCE) * scale) if freedom else 0.0
    return Drift(
        column=column,
        psi=psi,
        shift=_shift(psi, p_value),
        p_value=p_value,
        by_chance=by_chance,
        reference_rows=int(n),
        current_rows=int(m),
        bins=bins,
        outside=float(outside / m),
        new_levels=new_levels,
    )


def _shift(psi: float, p_value: float) -> Shift:
    if psi < MODERATE:
        return "none"
    if p_value >= CHANCE:
        return "too_few_rows"
    return "large" if psi >= LARGE else "moderate"


def _numbers(name: str, values: ArrayLike) -> Floats:
    read = np.asarray(values, dtype=np.float64)
    if read.ndim != 1:
        raise ValueError(f"{name} must be one column, not an array of {read.ndim} dimensions")
    if not len(read):
        raise ValueError(f"{name} is empty: there is nothing to compare")
    if np.isinf(read).any():
        raise ValueError(f"{name} is infinite in {int(np.isinf(read).sum())} row(s)")
    return read


def _texts(numbers: Floats) -> pa.Array:
    # Adding 0 turns -0.0 into 0.0, which would else be a level of its own.
    return pc.cast(pa.array(numbers + 0.0, from_pandas=True), pa.string())


def _levels(
    name: str, values: pa.Array | pa.ChunkedArray | Sequence[str | None]
) -> dict[str | None, int]:
    if not isinstance(values, pa.Array | pa.ChunkedArray):
        values = pa.array(values, pa.string())
    if not len(values):
        raise ValueError(f"{name} is empty: there is nothing to compare")
    counted = pc.value_counts(values)
    return {row["values"].as_py(): row["counts"].as_py() for row in counted}
