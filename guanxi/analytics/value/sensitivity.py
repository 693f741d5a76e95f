"""How far a weight may move before another order of customers comes out.

One weight is moved and the others keep their proportions, so that all still add up to 1:

    score(t) = t x_k + (1 - t) (score - w_k x_k) / (1 - w_k)

Scores are then straight lines in t, and the order of the top changes first where two of its
neighbours cross, or the last of it and somebody below (Triantaphyllou and Sanchez 1997, A
sensitivity analysis approach for some deterministic multi-criteria decision-making methods).
"""

from dataclasses import dataclass

import numpy as np

from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.value.index import ValueIndex

_ROUNDING = 1e-12


@dataclass(frozen=True)
class WeightRange:
    """From `low` to `high` this weight may move and the top keeps its order.

    `overtaken` and `by` are the rows (places in the columns) that change places first when it
    leaves the range on its nearer side; None if it may move from 0 to 1.
    """

    name: str
    weight: float
    low: float
    high: float
    overtaken: int | None
    by: int | None


@dataclass(frozen=True)
class RankSensitivity:
    """The rows of the top, best first; the range of each weight; and the stability: the smallest
    change of any one weight, in points of 1, that changes their order (None: none does).
    """

    top: list[int]
    ranges: list[WeightRange]
    stability: float | None
    most_sensitive: str | None


def rank_sensitivity(found: ValueIndex, *, top: int = 10) -> RankSensitivity:
    """Ask how firmly the `top` customers of an index stand in their order.

    Who has no index takes no part. Equal scores stand in the order of the rows; where a weight
    tells equals apart, the least move of it may change their order, and the stability is 0.
    """
    if top < 1:
        raise ValueError(f"top must be 1 or more, not {top}")
    rows = np.flatnonzero(np.isfinite(found.index))
    if not len(rows):
        raise ValueError("found has no customer with an index")
    scores = found.index[rows] / 100
    # What is not known stands where the customer's others stand: the score stays the same.
    values = np.where(np.isfinite(found.normalized[rows]), found.normalized[rows], scores[:, None])
    order = np.argsort(-scores, kind="stable")
    ahead, behind = _pairs(order, top)
    ranges = [
        _range(name, weight, place, values, scores, rows, ahead, behind)
        for place, (name, weight) in enumerate(found.weights.items())
    ]
    moves = [_nearest(one) for one in ranges]
    least = int(np.argmin(moves))
    stays = not np.isfinite(moves[least])
    return RankSensitivity(
        top=rows[order[:top]].tolist(),
        ranges=ranges,
        stability=None if stays else float(moves[least]),
        most_sensitive=None if stays else ranges[least].name,
    )


def _pairs(order: np.ndarray, top: int) -> tuple[np.ndarray, np.ndarray]:
    """Pair neighbours within the top, and its last with everybody below."""
    best, rest = order[:top], order[top:]
    ahead = np.concatenate([best[:-1], np.full(len(rest), best[-1])])
    return ahead, np.concatenate([best[1:], rest])


def _range(
    name: str,
    weight: float,
    place: int,
    values: Floats,
    scores: Floats,
    rows: np.ndarray,
    ahead: np.ndarray,
    behind: np.ndarray,
) -> WeightRange:
    own = values[:, place]
    if weight >= 1:  # there are no others whose proportions could be kept
        return WeightRange(name, weight, 1.0, 1.0, None, None)
    others = (scores - weight * own) / (1 - weight)
    # lead(t) = slope * t + at_0, of each pair; not below 0 at the weight as it is.
    at_0 = others[ahead] - others[behind]
    slope = (own[ahead] - own[behind]) - at_0
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = np.where(np.abs(slope) > _ROUNDING, -at_0 / slope, np.nan)
    falls, rises = slope < -_ROUNDING, slope > _ROUNDING
    up = np.where(falls, np.maximum(crossing, weight), np.inf)
    down = np.where(rises, np.minimum(crossing, weight), -np.inf)
    high, low = float(up.min(initial=np.inf)), float(down.max(initial=-np.inf))
    found = WeightRange(name, weight, max(low, 0.0), min(high, 1.0), None, None)
    # At the ends 0 and 1 exactly a tie is still the same order.
    up_move = high - weight if high < 1 else np.inf
    down_move = weight - low if low > 0 else np.inf
    if not np.isfinite(min(up_move, down_move)):
        return found
    pair = int(np.argmin(up)) if up_move <= down_move else int(np.argmax(down))
    return WeightRange(
        name, weight, found.low, found.high, int(rows[ahead[pair]]), int(rows[behind[pair]])
    )


def _nearest(one: WeightRange) -> float:
    if one.overtaken is None:
        return np.inf
    up = one.high - one.weight if one.high < 1 else np.inf
    down = one.weight - one.low if one.low > 0 else np.inf
    return min(up, down)
