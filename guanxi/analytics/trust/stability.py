"""From one snapshot of scores to the next: who moved, and is it the customers or the model?

Customers change slowly, so the scores of two nights should order them almost alike. Where they do
not, the model has changed more than its customers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.special import chdtrc

from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.scoring import Columns

_TENTHS = 10


class NumberStability(NamedTuple):
    """How alike two snapshots of a number order the customers who have it in both.

    `rank_correlation` is Spearman's (1904; NaN if all are equal in one); `same_tenth` the share who
    stayed in their tenth, `top_kept` the share of the former top tenth still there; `median_change`
    that of the values. `appeared` and `vanished` count who has the number only now, only before.
    """

    column: str
    customers: int
    rank_correlation: float
    same_tenth: float
    top_kept: float
    median_change: float
    appeared: int
    vanished: int


class Transition(NamedTuple):
    """So many customers went from one class to another (None: no class), or stayed."""

    before: str | None
    after: str | None
    customers: int


class ClassStability(NamedTuple):
    """How many changed class.

    `agreement` is Cohen's kappa (1960): 1 if nobody moved, 0 if classes are as alike as chance
    makes them. `balance` is the p-value of Bowker's test (1948, JASA 43, 572-574) that as many go
    each way between any two classes: small if moves go one way, as after a change of the model.
    """

    column: str
    customers: int
    moved: float
    agreement: float
    balance: float
    transitions: list[Transition]


@dataclass(frozen=True)
class Stability:
    """Two snapshots compared: customers in both, new ones, those no longer there; by column."""

    customers: int
    came: int
    left: int
    numbers: list[NumberStability]
    classes: list[ClassStability]


def compare_snapshots(
    before: pa.Table,
    after: pa.Table,
    *,
    numbers: Sequence[str] = (),
    classes: Sequence[str] = (),
) -> Stability:
    """Compare two snapshots, each with customer_id and one row a customer, column by column."""
    old, new = _in_both(before, after, [*numbers, *classes])
    return Stability(
        customers=old.num_rows,
        came=after.num_rows - new.num_rows,
        left=before.num_rows - old.num_rows,
        numbers=[
            _number_stability(name, Columns(old)[name], Columns(new)[name]) for name in numbers
        ],
        classes=[_class_stability(name, old[name], new[name]) for name in classes],
    )


def movers(before: pa.Table, after: pa.Table, *, column: str, most: int = 20) -> pa.Table:
    """List the customers whose number moved furthest: customer_id, before, after, change."""
    old, new = _in_both(before, after, [column])
    was, now = Columns(old)[column], Columns(new)[column]
    change = now - was
    known = np.flatnonzero(np.isfinite(change) & (change != 0))
    # The sort is stable, and customers stand in the order of their keys.
    furthest = known[np.argsort(-np.abs(change[known]), kind="stable")][:most]
    return pa.table(
        {
            "customer_id": old["customer_id"].take(pa.array(furthest)),
            "before": was[furthest],
            "after": now[furthest],
            "change": change[furthest],
        }
    )


def _in_both(before: pa.Table, after: pa.Table, columns: list[str]) -> tuple[pa.Table, pa.Table]:
    """Give both tables with the customers they share, in the order of their keys."""
    for which, table in (("before", before), ("after", after)):
        for name in ["customer_id", *columns]:
            if name not in table.column_names:
                raise ValueError(f"{which} has no column {name!r}")
        if pc.count_distinct(table["customer_id"]).as_py() < table.num_rows:
            raise ValueError(f"{which} names a customer twice")
    old = before.filter(_is_in(before["customer_id"], after["customer_id"]))
    new = after.filter(_is_in(after["customer_id"], before["customer_id"]))
    return old.sort_by("customer_id"), new.sort_by("customer_id")


def _is_in(customers: pa.ChunkedArray, others: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.is_in(customers, value_set=others.combine_chunks())


def _number_stability(column: str, was: Floats, now: Floats) -> NumberStability:
    had, has = np.isfinite(was), np.isfinite(now)
    both = had & has
    old, new = _ranks(was[both]), _ranks(now[both])
    size = len(old)
    then, today = (np.floor((rank - 0.5) * _TENTHS / max(size, 1)) for rank in (old, new))
    top = then == _TENTHS - 1
    return NumberStability(
        column=column,
        customers=size,
        rank_correlation=_correlation(old, new),
        same_tenth=float((then == today).mean()) if size else np.nan,
        top_kept=float((today[top] == _TENTHS - 1).mean()) if top.any() else np.nan,
        median_change=float(np.median(now[both] - was[both])) if size else np.nan,
        appeared=int((has & ~had).sum()),
        vanished=int((had & ~has).sum()),
    )


def _class_stability(column: str, was: pa.ChunkedArray, now: pa.ChunkedArray) -> ClassStability:
    names, counts = _cross(was, now)
    size = counts.sum()
    moves = [
        Transition(names[one], names[other], int(counts[one, other]))
        for one, other in zip(*np.nonzero(counts), strict=True)
    ]
    stayed = np.trace(counts) / size if size else np.nan
    by_chance = (counts.sum(axis=0) @ counts.sum(axis=1)) / size**2 if size else np.nan
    return ClassStability(
        column=column,
        customers=int(size),
        moved=float(1 - stayed),
        agreement=float((stayed - by_chance) / (1 - by_chance)) if by_chance < 1 else 1.0,
        balance=_balance(counts),
        transitions=sorted(moves, key=lambda move: -move.customers),
    )


def _cross(
    was: pa.ChunkedArray, now: pa.ChunkedArray
) -> tuple[list[str | None], NDArray[np.int64]]:
    """Count the customers of each pair of classes."""
    both = pa.chunked_array([*was.chunks, *now.chunks], was.type).combine_chunks()
    encoded = both.dictionary_encode(null_encoding="encode")
    names = encoded.dictionary.to_pylist()
    place = encoded.indices.to_numpy().astype(np.int64)
    pairs = place[: len(was)] * len(names) + place[len(was) :]
    counts = np.bincount(pairs, minlength=len(names) ** 2).reshape(len(names), len(names))
    return names, counts.astype(np.int64)


def _balance(counts: NDArray[np.int64]) -> float:
    above = np.triu_indices(len(counts), 1)
    there, back = counts[above], counts.T[above]
    seen = there + back > 0
    if not seen.any():
        return 1.0
    off = (there - back)[seen] ** 2 / (there + back)[seen]
    return float(chdtrc(seen.sum(), off.sum()))


def _ranks(values: Floats) -> Floats:
    """Rank from 1, equal values by the mean of their places."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2
    return np.asarray(middle[inverse], np.float64)


def _correlation(one: Floats, other: Floats) -> float:
    if len(one) < 2 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return np.nan
    return float(np.corrcoef(one, other)[0, 1])
