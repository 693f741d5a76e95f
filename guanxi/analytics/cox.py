"""What makes customers stay longer or shorter: Cox's regression, in tables.

Cox, D. R. (1972): Regression models and life-tables. Journal of the Royal Statistical Society B 34,
187-220; ties by Efron (1977). Fits by lifelines (Davidson-Pilon 2019).
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike

from guanxi.analytics.intervals import checked_level, normal_quantile
from guanxi.analytics.models.contract import NotFittedError
from guanxi.analytics.models.inputs import Floats, vectors
from guanxi.analytics.propensity.columns import MISSING, Columns, Rows
from guanxi.analytics.propensity.inputs import Bools, CannotLearnError
from guanxi.analytics.propensity.table import read_arrow, read_target
from guanxi.analytics.survival import Renewal, from_to

# lifelines reads a frame in which these two stand beside columns of any name.
_DURATION, _LOST = "\tduration", "\tlost"
# A standard deviation more of a term multiplies no real rate by e to the 8.
_LARGEST = 8.0


@dataclass(frozen=True)
class _Baseline:
    """At each time of a loss: Breslow's step of the cumulative hazard, its variance, and the step
    times the mean of the terms among those at risk."""

    time: Floats
    step: Floats
    variance: Floats
    drift: Floats = field(repr=False)


class CoxModel:
    """Cox's regression: each term multiplies the rate of leaving, at all times alike.

    After `fit`: `coefficients_`, a table with term, coefficient, standard_error, hazard_ratio, low,
    high and p_value; `concordance_` (the share of pairs told in the right order);
    `log_likelihood_` (partial); `columns_`; `warnings_`, whole sentences.
    """

    coefficients_: pa.Table
    concordance_: float
    log_likelihood_: float
    columns_: Columns
    warnings_: list[str]

    def __init__(self, *, level: float = 0.95) -> None:
        self.level = checked_level(level)

    def fit(
        self,
        table: ir.Table | pa.Table,
        *,
        duration: str,
        lost: str,
        leave_out: Sequence[str] = (),
        categories: Sequence[str] = (),
    ) -> Self:
        """Learn from every row: `duration` and `lost` as in `kaplan_meier`, other columns as in
        `PropensityModel.fit`; a category's commonest level is what the others are held against.

        Raises CannotLearnError if nobody was lost or the search finds no end, ValueError where
        values are missing or columns say the same.
        """
        from lifelines import CoxPHFitter
        from lifelines.exceptions import ConvergenceError

        read = read_arrow(table)
        over = read_target(read, lost, None)
        if not over.any():
            raise CannotLearnError(f"{lost} is 0 in all {len(over)} rows: nobody was seen to leave")
        (lasted,) = vectors(**{duration: read[duration].to_numpy()})
        self.columns_ = Columns.learn(
            read, leave_out=[duration, lost, *leave_out], categories=categories
        )
        rows = self.columns_.read(read)
        self._reference = {
            column.name: int(np.bincount(rows.codes[column.name]).argmax())
            for column in self.columns_.categories
        }
        terms, names = self._terms(rows)
        if np.linalg.matrix_rank(terms - terms.mean(axis=0)) < len(names):
            raise ValueError("columns say the same as others together: leave some of them out")
        self._centre = terms.mean(axis=0)
        self._frame = _frame(terms, names, lasted, over)
        self._fitter = CoxPHFitter(alpha=1 - self.level)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            try:
                self._fitter.fit(self._frame, duration_col=_DURATION, event_col=_LOST)
            except ConvergenceError as error:
                raise CannotLearnError(
                    f"the regression does not converge: a column may part who was lost from who "
                    f"was not without fault ({str(error).splitlines()[0]})"
                ) from error
        self._coefficients: Floats = self._fitter.params_.to_numpy(dtype=np.float64)
        parting = np.abs(self._coefficients) * terms.std(axis=0) > _LARGEST
        if parting.any():
            raise CannotLearnError(
                f"{names[int(parting.argmax())]} parts who was lost from who was not without "
                "fault: its effect has no end; leave the column out (was it known before?)"
            )
        self._keep(names)
        self.warnings_ = [
            f"Column {name} is not used: {why}." for name, why in self.columns_.dropped.items()
        ] + self._doubts(told)
        self._baseline = self._breslow(terms - self._centre, lasted, over)
        return self

    def probability_renew(
        self, table: ir.Table | pa.Table, *, until: ArrayLike, given: ArrayLike = 0.0
    ) -> Renewal:
        """Give for each row exp(-(H(until) - H(given)) exp(x b)): the chance that a customer who
        has stayed for `given` stays longer than `until` (one number, or one a row).

        The interval is that of log(-log S) by the delta method, with the variance of both the
        baseline and the coefficients (Tsiatis 1981; Andersen and Gill 1982).
        """
        if not hasattr(self, "_baseline"):
            raise NotFittedError("CoxModel has learnt nothing yet: call fit first")
        rows = self.columns_.read(read_arrow(table))
        terms = self._terms(rows)[0] - self._centre
        ends, starts = from_to(
            np.broadcast_to(np.asarray(until, np.float64), rows.count),
            np.broadcast_to(np.asarray(given, np.float64), rows.count),
        )
        base = self._baseline
        first, last = (np.searchsorted(base.time, at, side="right") for at in (starts, ends))

        def between(steps: Floats) -> Floats:
            sums = np.concatenate([np.zeros((1, *steps.shape[1:])), np.cumsum(steps, axis=0)])
            added: Floats = sums[last] - sums[first]
            return added

        hazard, factor = between(base.step), np.exp(terms @ self._coefficients)
        slope = terms * hazard[:, None] - between(base.drift)
        variance = between(base.variance) + np.einsum("ij,jk,ik->i", slope, self._covariance, slope)
        chance = np.exp(-hazard * factor)
        # Var ln H = Var H / H^2, in which the factor cancels.
        relative = np.divide(variance, hazard**2, out=np.zeros_like(hazard), where=hazard > 0)
        reach = normal_quantile(self.level) * np.sqrt(relative)
        low, high = (np.exp(-hazard * factor * np.exp(side * reach)) for side in (1, -1))
        known = ends <= self._longest
        return Renewal(*(np.where(known, column, np.nan) for column in (chance, low, high)))

    def proportionality(self) -> pa.Table:
        """Test for each term whether it multiplies the rate at all times alike (scaled Schoenfeld
        residuals against the ranks of time; Grambsch and Therneau 1994): term, statistic, p_value.
        A small p_value says that it does not."""
        if not hasattr(self, "_baseline"):
            raise NotFittedError("CoxModel has learnt nothing yet: call fit first")
        from lifelines.statistics import proportional_hazard_test

        test = proportional_hazard_test(self._fitter, self._frame, time_transform="rank")
        return pa.table(
            {
                "term": list(self._frame.columns[: len(self._coefficients)]),
                "statistic": np.atleast_1d(test.test_statistic).astype(np.float64),
                "p_value": np.atleast_1d(test.p_value).astype(np.float64),
            }
        )

    def _terms(self, rows: Rows) -> tuple[Floats, list[str]]:
        terms: list[Floats] = []
        names: list[str] = []
        for number in self.columns_.numbers:
            values = rows.numbers[number.name]
            if np.isnan(values).any():
                raise ValueError(
                    f"column {number.name} is missing in {np.isnan(values).sum()} row(s)"
                )
            terms.append(values)
            names.append(number.name)
        for category in self.columns_.categories:
            codes = rows.codes[category.name]
            if (codes < 0).any():
                raise ValueError(f"column {category.name} has levels the model was not fitted on")
            for place, level in enumerate(category.levels):
                if place != self._reference[category.name]:
                    terms.append((codes == place).astype(np.float64))
                    names.append(f"{category.name} = {level if level != MISSING else 'missing'}")
        return np.column_stack(terms), names

    def _keep(self, names: list[str]) -> None:
        summary = self._fitter.summary
        self._covariance: Floats = self._fitter.variance_matrix_.to_numpy(dtype=np.float64)
        errors = np.sqrt(np.diag(self._covariance))
        reach = normal_quantile(self.level) * errors
        self.coefficients_ = pa.table(
            {
                "term": names,
                "coefficient": self._coefficients,
                "standard_error": errors,
                "hazard_ratio": np.exp(self._coefficients),
                "low": np.exp(self._coefficients - reach),
                "high": np.exp(self._coefficients + reach),
                "p_value": summary["p"].to_numpy(dtype=np.float64),
            }
        )
        self.concordance_ = float(self._fitter.concordance_index_)
        self.log_likelihood_ = float(self._fitter.log_likelihood_)

    def _doubts(self, told: Sequence[Any]) -> list[str]:
        """Turn what the fit doubts into sentences; other warnings are passed on."""
        from lifelines.exceptions import ConvergenceWarning

        doubts = []
        for warning in told:
            if issubclass(warning.category, ConvergenceWarning):
                said = " ".join(str(warning.message).split())
                doubts.append(f"The fit is doubtful: {said}")
            else:
                warnings.warn_explicit(
                    warning.message, warning.category, warning.filename, warning.lineno
                )
        return doubts

    def _breslow(self, terms: Floats, lasted: Floats, over: Bools) -> _Baseline:
        self._longest = float(lasted.max())
        order = np.argsort(-lasted, kind="stable")
        weight = np.exp(terms[order] @ self._coefficients)
        total, drift = np.cumsum(weight), np.cumsum(weight[:, None] * terms[order], axis=0)
        time, lost = np.unique(lasted[over], return_counts=True)
        # Those at risk at a time are all who lasted as long or longer.
        last = np.searchsorted(-lasted[order], -time, side="right") - 1
        step = lost / total[last]
        return _Baseline(
            time, step, step / total[last], drift[last] / total[last, None] * step[:, None]
        )


def _frame(terms: Floats, names: list[str], lasted: Floats, over: Bools) -> Any:
    import pandas as pd

    frame = pd.DataFrame(terms, columns=names)
    return frame.assign(**{_DURATION: lasted, _LOST: over})
