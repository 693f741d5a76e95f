"""Which action for which customer first: by what it is expected to bring, within what is allowed.

    value = probability x gain - cost

Choosing greedily by value is optimal here, not a rule of thumb: at most k actions a customer and
at most c an owner, where each customer has one owner, form a laminar matroid, and on a matroid the
greedy choice has the greatest sum (Edmonds 1971, Matroids and the greedy algorithm, Mathematical
Programming 1, 127-136).
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.scoring import Columns

Bools = NDArray[np.bool_]

_COLUMNS = ("customer_id", "action", "probability", "gain", "cost")


def rank_candidates(
    candidates: pa.Table,
    *,
    masks: Mapping[str, ArrayLike] | None = None,
    per_customer: int = 1,
    capacity: Mapping[str, int] | int | None = None,
) -> pa.Table:
    """Rank candidate actions and choose among them; gives the table with more columns, best first.

    `candidates` has customer_id, action, probability (that it succeeds), gain (money if it does)
    and cost (whether it does or not); with a `capacity`, the number each owner can take on, also
    owner, the same for all of a customer's. Each of `masks` says, row by row, whether the action
    is allowed (consent, recent contact, stock ...).

    Added: `value`; `blocked_by`, the first mask that says no; `place` among the values above 0 that
    are allowed; `is_chosen`; and for those not chosen `passed_over` for "no_value", "customer_full"
    or "owner_full". Equal values go by customer and action, so that runs agree.
    """
    row = _checked(candidates, capacity)
    if per_customer < 1:
        raise ValueError(f"per_customer must be 1 or more, not {per_customer!r}")
    value = row["probability"] * row["gain"] - row["cost"]
    allowed, blocked_by = _allowed(masks or {}, rows=candidates.num_rows)
    keys = (candidates[name].combine_chunks() for name in ("action", "customer_id"))
    order = np.lexsort([*(_rank(key) for key in keys), -value, ~allowed])
    table = candidates.take(pa.array(order))
    value, allowed, blocked_by = value[order], allowed[order], blocked_by[order]
    worth = allowed & (value > 0)
    wanted = worth & (_turn(_codes(table["customer_id"]), worth) < per_customer)
    chosen = wanted
    if capacity is not None:
        chosen = wanted & (_turn(_codes(table["owner"]), wanted) < _room(table["owner"], capacity))
    place = np.where(worth, np.cumsum(worth), 0)
    passed_over = np.select(
        [chosen | ~allowed, ~worth, ~wanted], ["", "no_value", "customer_full"], "owner_full"
    )
    added = {
        "value": pa.array(value),
        "blocked_by": pa.array(blocked_by, pa.string(), mask=allowed),
        "place": pa.array(place, mask=~worth),
        "is_chosen": pa.array(chosen),
        "passed_over": pa.array(passed_over, pa.string(), mask=passed_over == ""),
    }
    for name, column in added.items():
        table = table.append_column(name, column)
    return table


def _checked(candidates: pa.Table, capacity: Mapping[str, int] | int | None) -> dict[str, Floats]:
    """Read the numbers, and refuse what no candidate can be."""
    for name in (*_COLUMNS, *(() if capacity is None else ("owner",))):
        if name not in candidates.column_names:
            raise ValueError(f"candidates has no column {name!r}")
    columns = Columns(candidates)
    row = {name: columns[name] for name in ("probability", "gain", "cost")}
    for name, values in row.items():
        if not np.isfinite(values).all():
            raise ValueError(
                f"{name} is missing or infinite in {int((~np.isfinite(values)).sum())} row(s)"
            )
    if not ((row["probability"] >= 0) & (row["probability"] <= 1)).all():
        raise ValueError("probability must be between 0 and 1")
    if (row["cost"] < 0).any():
        raise ValueError("cost is negative: what an action brings is its gain")
    pairs = candidates.select(["customer_id", "action"])
    if pairs.group_by(["customer_id", "action"]).aggregate([]).num_rows < pairs.num_rows:
        raise ValueError("candidates names an action of a customer twice")
    if capacity is not None:
        owners = candidates.select(["customer_id", "owner"])
        owners = owners.group_by(["customer_id", "owner"]).aggregate([])
        if pc.count_distinct(owners["customer_id"]).as_py() < owners.num_rows:
            raise ValueError("owner differs between candidates of one customer")
    return row


def _allowed(masks: Mapping[str, ArrayLike], *, rows: int) -> tuple[Bools, NDArray[np.str_]]:
    allowed, blocked_by = np.ones(rows, bool), np.full(rows, "", dtype=object)
    for name, given in masks.items():
        mask = np.asarray(given)
        if mask.dtype != np.bool_ or mask.shape != (rows,):
            raise ValueError(f"mask {name!r} must say yes or no for each of the {rows} candidates")
        blocked_by[allowed & ~mask] = name
        allowed &= mask
    return allowed, blocked_by


def _turn(group: NDArray[np.intp], counts: Bools) -> NDArray[np.intp]:
    """Say how many rows of the same group that count come before each row."""
    order = np.argsort(group, kind="stable")
    before: NDArray[np.intp] = np.cumsum(counts[order]) - counts[order]
    starts = np.flatnonzero(np.r_[True, np.diff(group[order]) != 0]) if len(group) else group
    lengths = np.diff(np.r_[starts, len(group)])
    turn = np.empty(len(group), np.intp)
    turn[order] = before - np.repeat(before[starts], lengths)
    return turn


def _room(owners: pa.ChunkedArray, capacity: Mapping[str, int] | int) -> NDArray[np.intp]:
    """Look up each row's owner: a capacity of None owner or of one not named is 0."""
    if isinstance(capacity, int):
        return np.full(len(owners), capacity, np.intp)
    if any(room < 0 for room in capacity.values()):
        raise ValueError("capacity must be 0 or more of each owner")
    names = pa.array(list(capacity), pa.string())
    place = pc.fill_null(pc.index_in(pc.cast(owners, pa.string()), value_set=names), len(names))
    rooms = np.array([*capacity.values(), 0], np.intp)
    return np.asarray(rooms[place.to_numpy()])


def _codes(column: pa.ChunkedArray) -> NDArray[np.intp]:
    encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    return np.asarray(encoded.indices.to_numpy(), np.intp)


def _rank(column: pa.Array) -> NDArray[np.intp]:
    return np.asarray(pc.rank(column, tiebreaker="dense").to_numpy(), np.intp)
