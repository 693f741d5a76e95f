"""How far forecasts were from what happened: in total, per customer, in groups, as probabilities.

A squared error is what a mean is to be judged by, an absolute error what a median is (Gneiting
2011, Making and evaluating point forecasts, JASA 106, 746-762): where most customers buy nothing,
forecasting nothing for everybody has the least absolute error. So the absolute error is shown and
the squared decides. For a chance to buy the squared error is Brier's score.
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from guanxi.analytics.intervals import exact_share
from guanxi.analytics.models.inputs import Floats, vectors

DECILES = 10
_MOST_FREQUENT = 7
# A chance stated as 0 where it then happened would cost infinitely much: a log-likelihood counts it
# as one in a million.
_SMALLEST_CHANCE = 1e-6


class Errors(NamedTuple):
    """How one rule did: the `total` it forecast and the total's relative error (NaN if nothing
    happened); means over customers; the `log_likelihood` per customer, for chances alone.
    """

    total: float
    total_error: float
    mean_absolute: float
    mean_squared: float
    log_likelihood: float | None


class Group(NamedTuple):
    """Customers alike in one respect: what they did and what each rule had forecast, in sum."""

    name: str
    customers: int
    actual: float
    forecast: dict[str, float]


class CalibrationBin(NamedTuple):
    """Customers given similar chances, and how many it happened to.

    `low` and `high` are the exact interval of the share; `holds` says whether it covers the mean
    chance. Where chances differ within the bin, the share scatters less than a binomial one: the
    interval is then a little wide, never narrow.
    """

    lower: float
    upper: float
    customers: int
    mean_chance: float
    happened: int
    share: float
    low: float
    high: float
    holds: bool


def errors(forecast: Floats, actual: Floats, *, is_chance: bool = False) -> Errors:
    """Measure one rule's forecasts."""
    miss = forecast - actual
    total, happened = float(forecast.sum()), float(actual.sum())
    return Errors(
        total=total,
        total_error=(total - happened) / happened if happened else np.nan,
        mean_absolute=float(np.abs(miss).mean()),
        mean_squared=float((miss**2).mean()),
        log_likelihood=log_likelihood(forecast, actual) if is_chance else None,
    )


def log_likelihood(chance: Floats, happened: Floats) -> float:
    """Give the mean log of the chance that was given to what came to pass."""
    bounded = np.clip(chance, _SMALLEST_CHANCE, 1 - _SMALLEST_CHANCE)
    return float(np.log(np.where(happened > 0, bounded, 1 - bounded)).mean())


def by_decile(forecasts: dict[str, Floats], actual: Floats, *, ranked_by: str) -> list[Group]:
    """Group customers into tenths by one rule's forecast, the highest first; equal ones go by
    their order, so that the tenths are equally large."""
    order = np.argsort(-forecasts[ranked_by], kind="stable")
    tenth = np.empty(len(actual), dtype=np.intp)
    tenth[order] = np.arange(len(actual)) * DECILES // max(len(actual), 1)
    return _groups([str(place + 1) for place in range(DECILES)], tenth, forecasts, actual)


def by_frequency(forecasts: dict[str, Floats], actual: Floats, frequency: Floats) -> list[Group]:
    """Group customers by their repeat purchases before the cut, as the papers' tables do."""
    place = np.minimum(frequency, _MOST_FREQUENT).astype(np.intp)
    names = [*map(str, range(_MOST_FREQUENT)), f"{_MOST_FREQUENT}+"]
    return _groups(names, place, forecasts, actual)


def calibration(
    chance: ArrayLike,
    happened: ArrayLike,
    *,
    bins: int = 10,
    by: Literal["width", "count"] = "width",
    level: float = 0.95,
) -> list[CalibrationBin]:
    """Hold stated chances against what happened (0 or 1), in bins of equal width or equally many
    customers; bins without customers are left out.
    """
    given, came = vectors(chance=chance, happened=happened)
    if (given > 1).any():
        raise ValueError("chance is above 1")
    if not np.isin(came, (0, 1)).all():
        raise ValueError("happened is neither 0 nor 1")
    if bins < 1:
        raise ValueError(f"bins must be 1 or more, not {bins!r}")
    if not len(given):
        return []
    inner = np.arange(1, bins) / bins
    if by == "count":
        inner = np.quantile(given, inner)
    edges = np.unique(np.concatenate([[0.0], inner, [1.0]]))
    place = np.clip(np.searchsorted(edges, given, side="right") - 1, 0, len(edges) - 2)
    size = np.bincount(place, minlength=len(edges) - 1)
    mean = np.bincount(place, given, len(size)) / np.maximum(size, 1)
    hits = np.bincount(place, came, len(size))
    low, high = exact_share(hits, size, level=level)
    return [
        CalibrationBin(
            lower=float(edges[at]),
            upper=float(edges[at + 1]),
            customers=int(size[at]),
            mean_chance=float(mean[at]),
            happened=int(hits[at]),
            share=float(hits[at] / size[at]),
            low=float(low[at]),
            high=float(high[at]),
            holds=bool(low[at] <= mean[at] <= high[at]),
        )
        for at in np.flatnonzero(size)
    ]


def _groups(
    names: list[str], place: NDArray[np.intp], forecasts: dict[str, Floats], actual: Floats
) -> list[Group]:
    def sums(values: Floats) -> Floats:
        return np.asarray(np.bincount(place, values, len(names)), np.float64)

    size, happened = np.bincount(place, minlength=len(names)), sums(actual)
    expected = {rule: sums(values) for rule, values in forecasts.items()}
    return [
        Group(
            names[at],
            int(size[at]),
            float(happened[at]),
            {rule: float(total[at]) for rule, total in expected.items()},
        )
        for at in np.flatnonzero(size)
    ]
