"""How a logistic regression sees the columns: numbers as lines or smooth curves, levels as dummies.

A curve is Harrell's restricted cubic spline: cubic between knots at fixed quantiles, straight
beyond the outer ones (Harrell, F. E. (2015): Regression Modeling Strategies, 2.4). Every term has
mean 0 over the rows it was learnt from, and what is missing or unknown stands at 0, the mean. So
the contribution of a column to the log odds is the sum of its terms times their coefficients: the
SHAP value of a linear model, exactly.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.propensity.columns import Codes, Columns, Rows

_KNOTS = (0.05, 0.275, 0.5, 0.725, 0.95)
# Values further from the median than this many interquartile ranges make a tail: logs tame it.
_TAIL = 10.0
_FEWEST_FOR_CURVE = 3


@dataclass(frozen=True)
class NumberTerms:
    """The terms of one column of numbers: standardized, with a sign of what is missing if any is.

    Beyond the `least` and `most` learnt from, a value counts as these.
    """

    least: float
    most: float
    log_scale: float  # 0: the values as they are; else sign(x) ln(1 + |x| / log_scale)
    knots: tuple[float, ...]
    means: Floats
    deviations: Floats
    missing_share: float

    @classmethod
    def learn(cls, values: Floats, *, curved: bool) -> Self:
        """Look at the values of a column that has some."""
        known = values[~np.isnan(values)]
        least, most = float(known.min()), float(known.max())
        log_scale = _log_scale(known)
        bent = _bent(known, log_scale)
        knots = _knots(bent) if curved else ()
        terms = _spline(bent, knots)
        deviations = terms.std(axis=0)
        return cls(
            least,
            most,
            log_scale,
            knots,
            terms.mean(axis=0),
            np.where(deviations > 0, deviations, 1.0),
            float(np.isnan(values).mean()),
        )

    def of(self, values: Floats) -> Floats:
        """Give the terms, a column each."""
        absent = np.isnan(values)
        bent = _bent(np.clip(values, self.least, self.most), self.log_scale)
        terms = (_spline(bent, self.knots) - self.means) / self.deviations
        terms[absent] = 0.0
        if self.missing_share > 0:
            terms = np.column_stack([terms, absent - self.missing_share])
        return terms


@dataclass(frozen=True)
class LevelTerms:
    """A dummy for each level, less the share of rows that had it."""

    shares: Floats

    @classmethod
    def learn(cls, codes: Codes, levels: int) -> Self:
        """Count the levels."""
        known = codes[codes >= 0]
        counts = np.bincount(known, minlength=levels).astype(np.float64)
        return cls(counts / max(len(known), 1))

    def of(self, codes: Codes) -> Floats:
        """Give the dummies; a level never seen before stands at the mean."""
        terms: Floats = (codes[:, None] == np.arange(len(self.shares))) - self.shares
        terms[codes < 0] = 0.0
        return terms


@dataclass(frozen=True)
class Design:
    """The terms of all columns, side by side."""

    columns: Columns
    terms: tuple[NumberTerms | LevelTerms, ...]

    @classmethod
    def learn(cls, columns: Columns, rows: Rows, *, curved: bool) -> Self:
        """Place knots, means and shares by the rows given, and by no others."""
        terms: list[NumberTerms | LevelTerms] = []
        for number in columns.numbers:
            values = rows.numbers[number.name]
            # In a part of the rows a column may be empty: then it stands at 0 throughout.
            values = values if not np.isnan(values).all() else np.zeros(len(values))
            terms.append(NumberTerms.learn(values, curved=curved))
        for category in columns.categories:
            codes = rows.codes[category.name]
            terms.append(LevelTerms.learn(codes, len(category.levels)))
        return cls(columns, tuple(terms))

    def matrix(self, rows: Rows) -> Floats:
        """Give all terms of the rows."""
        return np.hstack(list(self._parts(rows)))

    def contributions(self, rows: Rows, coefficients: Floats) -> Floats:
        """Give what each column adds to the log odds of each row."""
        contributions, at = [], 0
        for part in self._parts(rows):
            contributions.append(part @ coefficients[at : at + part.shape[1]])
            at += part.shape[1]
        return np.column_stack(contributions)

    def _parts(self, rows: Rows) -> Iterator[Floats]:
        for name, terms in zip(self.columns.names, self.terms, strict=True):
            if isinstance(terms, NumberTerms):
                yield terms.of(rows.numbers[name])
            else:
                yield terms.of(rows.codes[name])


def _log_scale(known: Floats) -> float:
    """Give the scale of the logs that tame a long tail; 0 if there is none."""
    first, middle, third = np.quantile(known, [0.25, 0.5, 0.75])
    if third == first or np.abs(known - middle).max() <= _TAIL * (third - first):
        return 0.0
    return float(np.median(np.abs(known[known != 0])))


def _bent(values: Floats, log_scale: float) -> Floats:
    if log_scale == 0:
        return values
    bent: Floats = np.sign(values) * np.log1p(np.abs(values) / log_scale)
    return bent


def _knots(values: Floats) -> tuple[float, ...]:
    """Give at least three knots, or none where the values do not spread over so many."""
    knots = np.unique(np.quantile(values, _KNOTS))
    if len(knots) >= _FEWEST_FOR_CURVE:
        return tuple(map(float, knots))
    # Most rows share one value (as zero): let those that differ place the knots.
    usual = np.quantile(values, 0.5)
    others = values[values != usual]
    if not len(others):
        return ()
    knots = np.unique([usual, *np.quantile(others, _KNOTS)])
    return tuple(map(float, knots)) if len(knots) >= _FEWEST_FOR_CURVE else ()


def _spline(x: Floats, knots: tuple[float, ...]) -> Floats:
    """Give x and, with knots t_1 .. t_k, the k - 2 restricted cubic terms over (t_k - t_1)^2."""
    if not knots:
        return x[:, None].copy()
    t = np.asarray(knots)
    last, before = t[-1], t[-2]

    def cube(at: float) -> Floats:
        raised: Floats = np.maximum(x - at, 0.0) ** 3
        return raised

    terms = [x]
    for knot in t[:-2]:
        bend = cube(knot) - cube(before) * (last - knot) / (last - before)
        bend = bend + cube(last) * (before - knot) / (last - before)
        terms.append(bend / (last - t[0]) ** 2)
    return np.column_stack(terms)
