"""The customer value index: what the firm itself says makes a customer valuable, in one figure.

Each indicator is brought to 0 … 1 (best) in a documented way:

    rank    share of customers who are worse, equal ones counting by half: (worse + equal / 2) / n;
            no outlier moves anybody else, and distances do not count
    range   (x - low) / (high - low), cut off at 0 and 1; low and high are those of the firm's data
            unless given; distances count, outliers too
    target  x / target, cut off at 0 and 1; where less is better target / x; what meets the target
            is as good as what exceeds it

    index = 100 * sum(weight * indicator) / sum(weight), over the indicators that are known

An indicator that is not known takes no part; so it stands where the customer's others stand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from guanxi.analytics.models.inputs import Floats

Way = Literal["rank", "range", "target"]
WAYS: tuple[Way, ...] = ("rank", "range", "target")


@dataclass(frozen=True)
class Indicator:
    """One figure of a customer and how it counts; `weight` is relative to those of the others."""

    name: str
    weight: float
    way: Way = "rank"
    less_is_better: bool = False
    target: float | None = None
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be worked out."""
        if self.way not in WAYS:
            raise ValueError(f"{self.name}: way must be one of {', '.join(WAYS)}, not {self.way!r}")
        if not (np.isfinite(self.weight) and self.weight >= 0):
            raise ValueError(f"{self.name}: weight must be 0 or more, not {self.weight!r}")
        if (self.way == "target") != (self.target is not None):
            raise ValueError(f"{self.name}: a target belongs to the way target, and only there")
        if self.target is not None and not (np.isfinite(self.target) and self.target > 0):
            raise ValueError(f"{self.name}: target must be above 0, not {self.target!r}")
        bounds = (self.low, self.high)
        if self.way != "range" and bounds != (None, None):
            raise ValueError(f"{self.name}: low and high belong to the way range")
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ValueError(f"{self.name}: low must be below high, not {self.low} and {self.high}")


@dataclass(frozen=True)
class ValueIndex:
    """The index of each customer (0 … 100, NaN where too little is known), and what it is made of.

    `known` is the share of the weight whose indicators are known; `normalized` has a column an
    indicator, NaN where unknown; `weights` add up to 1. `warnings` names indicators that tell
    nothing apart.
    """

    index: Floats
    known: Floats
    normalized: Floats
    weights: dict[str, float]
    warnings: list[str]


def value_index(
    columns: Mapping[str, ArrayLike],
    indicators: Sequence[Indicator],
    *,
    least_known: float = 0.5,
) -> ValueIndex:
    """Work out the index from a column of numbers an indicator (NaN where not known).

    Who has less than `least_known` of the weight known gets none. Raises ValueError for columns
    missing or of different lengths, infinite values, and weights that are all 0.
    """
    if not 0 < least_known <= 1:
        raise ValueError(f"least_known must be above 0 and at most 1, not {least_known!r}")
    read = _columns(columns, indicators)
    given = np.array([one.weight for one in indicators], float)
    if not given.sum() > 0:
        raise ValueError("indicators have no weight: one must be above 0")
    weights = given / given.sum()
    warnings: list[str] = []
    normalized = np.stack([_normalize(one, read[one.name], warnings) for one in indicators], axis=1)
    is_known = np.isfinite(normalized)
    known = is_known @ weights
    sums = np.where(is_known, normalized, 0.0) @ weights
    # A sum of weights may miss a bound by rounding.
    enough = (known > 0) & (known >= least_known - 1e-12)
    index = np.where(enough, 100 * sums / np.where(enough, known, 1.0), np.nan)
    names = [one.name for one in indicators]
    return ValueIndex(
        index, known, normalized, dict(zip(names, weights.tolist(), strict=True)), warnings
    )


def _columns(
    columns: Mapping[str, ArrayLike], indicators: Sequence[Indicator]
) -> dict[str, Floats]:
    names = [one.name for one in indicators]
    if not names or len(set(names)) < len(names):
        raise ValueError("indicators must be one or more, each with a name of its own")
    read = {}
    for name in names:
        if name not in columns:
            raise ValueError(f"columns lacks {name}")
        values = np.asarray(columns[name], float)
        if values.ndim != 1:
            raise ValueError(f"{name} must be one column, not {values.ndim} dimensions")
        if np.isinf(values).any():
            raise ValueError(f"{name} is infinite in {int(np.isinf(values).sum())} row(s)")
        read[name] = values
    if len({len(values) for values in read.values()}) > 1:
        said = ", ".join(f"{name} {len(values)}" for name, values in read.items())
        raise ValueError(f"the columns differ in length: {said}")
    return read


def _normalize(one: Indicator, values: Floats, warnings: list[str]) -> Floats:
    known = ~np.isnan(values)
    told = values[known]
    if not len(told):
        warnings.append(f"{one.name} is not known of anybody")
        return np.full(len(values), np.nan)
    normalized = np.full(len(values), np.nan)
    if one.way == "target":
        normalized[known] = _to_target(told, float(one.target or 0), one.less_is_better)
        return normalized
    if told.min() == told.max() and (one.way == "rank" or None in (one.low, one.high)):
        warnings.append(f"{one.name} is {told[0]:g} for everybody: it tells nobody apart")
        normalized[known] = 0.5
        return normalized
    placed = _ranks(told) if one.way == "rank" else _in_range(told, one)
    normalized[known] = 1 - placed if one.less_is_better else placed
    return normalized


def _to_target(values: Floats, target: float, less_is_better: bool) -> Floats:
    if less_is_better:
        met = values <= target
        return np.where(met, 1.0, target / np.where(met, target, values))
    return np.clip(values / target, 0, 1)


def _in_range(values: Floats, one: Indicator) -> Floats:
    low = values.min() if one.low is None else one.low
    high = values.max() if one.high is None else one.high
    if not low < high:
        raise ValueError(f"{one.name}: low must be below high, not {low:g} and {high:g}")
    return np.clip((values - low) / (high - low), 0, 1)


def _ranks(values: Floats) -> Floats:
    """Give the share that is worse, equal ones counting by half."""
    order = np.argsort(values)
    ordered = values[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    sizes = np.diff(np.r_[starts, len(values)])
    ranks = np.empty(len(values))
    ranks[order] = np.repeat((starts + sizes / 2) / len(values), sizes)
    return ranks
