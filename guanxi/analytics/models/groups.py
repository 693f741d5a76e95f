"""One model for each group of customers (cohort, segment, country), fitted together.

A group of thousands speaks for itself; one of a dozen cannot, and is held to be much like the rest.
How much like, the groups themselves tell (empirical Bayes): the logs of a group's parameters are
held to be normal about those of the fit to everybody, with a covariance S over groups that makes
what is seen of all of them most likely. Each group's own fit then has that distribution for its
prior (see `prior`), widened by how well the fit to everybody is known.

S is found by the EM algorithm over the groups' log-likelihoods, each taken as the parabola that it
is near its top. One more group is made up that differs by a tenth, so that S has an inverse where
the groups do not differ.

Laird, N. M., Ware, J. H. (1982): Random-effects models for longitudinal data. Biometrics 38(4),
963-974. Efron, B., Morris, C. (1975): Data analysis using Stein's estimator and its
generalizations. J. of the American Statistical Association 70, 311-319.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

from guanxi.analytics.models.collapse import Integers
from guanxi.analytics.models.contract import LikelihoodModel, Search
from guanxi.analytics.models.inputs import Floats, case_weights
from guanxi.analytics.models.maximize import Estimate
from guanxi.analytics.models.prior import LogNormal, Prior

Model = TypeVar("Model", bound=LikelihoodModel)

_MADE_UP = 0.1
_MOST_ROUNDS = 1000
_SMALL_CHANGE = 1e-6


@dataclass(frozen=True)
class GroupedFit(Generic[Model]):
    """A model a group, and `pooled`, that of everybody, which also serves groups never seen.

    `table` has a row a group: group, customers, each parameter with its standard error
    (`r`, `r_error`, ...), own_share (0: all is taken from the others; 1: nothing), log_likelihood,
    converged, sees_dropout, warnings. `spread` is how far groups differ: the standard deviation of
    the log of each parameter.
    """

    pooled: Model
    models: dict[Any, Model]
    spread: dict[str, float]
    table: pa.Table

    def forecast(
        self, forecast: Callable[..., Floats], *, group: Any, **columns: ArrayLike
    ) -> Floats:
        """Give every row the forecast of its group's model:

        fits.forecast(lambda model, **rows: model.expected_purchases(horizon=90, **rows),
                      group=country, frequency=x, recency=t_x, age=age)
        """
        read = {name: np.asarray(column) for name, column in columns.items()}
        split = _split(group, rows=len(next(iter(read.values()))))
        result: Floats | None = None
        for name, rows in zip(split.names, split.rows, strict=True):
            model = self.models.get(name, self.pooled)
            part = forecast(model, **{key: column[rows] for key, column in read.items()})
            if result is None:
                result = np.empty((split.total, *part.shape[1:]))
            result[rows] = part
        return np.zeros(0) if result is None else result


class _Split(NamedTuple):
    names: list[Any]
    rows: list[Integers]
    total: int


class _Parabola(NamedTuple):
    """A log-likelihood over ln p near its top: -1/2 p' bend p + slope' p."""

    bend: Floats
    slope: Floats


def fit_groups(
    model: type[Model],
    *,
    group: Any,
    weights: ArrayLike | None = None,
    prior: Prior | None = None,
    **columns: ArrayLike,
) -> GroupedFit[Model]:
    """Fit `model` to everybody and to each value of `group`, in the `columns` that its `fit` takes.

    A `prior` is of everybody's parameters.
    """
    read = model()._read(**columns)
    weight = case_weights(weights, rows=len(read[0]))
    counts = np.ones(len(read[0])) if weight is None else weight
    split = _split(group, rows=len(counts))
    search = model()._search(read, weight)
    pooled = model()._fit(read, weight, prior, search)
    speaks = pooled._says_something(read) & (counts > 0)
    search = Search(np.array(pooled._fitted()), search.units)
    parts = [_Part(tuple(c[rows] for c in read), counts[rows], speaks[rows]) for rows in split.rows]
    if len(parts) == 1:
        return _result(split, parts, pooled, [pooled], np.zeros((len(search.start),) * 2), [1.0])
    centre = np.log(search.start)
    likeness = _covariance_of_groups(centre, [part.parabola(pooled, search) for part in parts])
    held = likeness + np.nan_to_num(pooled.covariance_of_logs_)
    shared = LogNormal(centre, _inverse(held))
    fits = [part.fit(pooled, shared, search) for part in parts]
    own = [_own_share(fit.covariance_of_logs_, held) for fit in fits]
    return _result(split, parts, pooled, fits, likeness, own)


class _Part(NamedTuple):
    """The customers of one group."""

    columns: tuple[Floats, ...]
    weight: Floats
    speaks: NDArray[np.bool_]

    def fit(self, pooled: Model, prior: LogNormal, search: Search) -> Model:
        """Fit this group; where nobody says anything, what was held before is the fit."""
        model = type(pooled)()
        if self.speaks.any():
            said = tuple(column[self.speaks] for column in self.columns)
            return model._fit(said, self.weight[self.speaks], prior, search)
        covariance = _inverse(prior.precision)
        model._keep(Estimate(np.exp(prior.centre), 0.0, covariance, True, ()), search.units)
        model.warnings_.append("No customer of this group tells anything: it is held to be as all.")
        return model

    def parabola(self, pooled: Model, search: Search) -> _Parabola:
        """Take the log-likelihood near its top, or where a vague prior stops the search for it."""
        size = len(search.start)
        centre = np.log(search.start)
        vague = LogNormal(centre, np.eye(size))
        fit = self.fit(pooled, vague, search)
        known = np.isfinite(np.diag(fit.covariance_of_logs_))
        bend = np.zeros((size, size))
        if not (self.speaks.any() and fit.converged_ and known.any()):
            return _Parabola(bend, np.zeros(size))
        inside = np.ix_(known, known)
        curved = _inverse(fit.covariance_of_logs_[inside]) - np.eye(int(known.sum()))
        values, directions = np.linalg.eigh(curved)
        bend[inside] = (directions * np.maximum(values, 0)) @ directions.T
        top = np.log(np.array(fit._fitted()))
        # Where the search stopped the prior pulls back as hard as the data pull on.
        return _Parabola(bend, bend @ top + np.where(known, top - centre, 0))


def _covariance_of_groups(centre: Floats, parabolas: list[_Parabola]) -> Floats:
    """S: the mean over groups of what is known of their distance from the centre, squared."""
    size = len(centre)
    bends = np.stack([parabola.bend for parabola in parabolas])
    slopes = np.stack([parabola.slope for parabola in parabolas])
    made_up = np.eye(size) * _MADE_UP**2
    covariance = np.eye(size) * 0.25
    for _ in range(_MOST_ROUNDS):
        precision = np.linalg.inv(covariance)
        left = np.linalg.inv(bends + precision)
        away = np.einsum("gij,gj->gi", left, slopes + precision @ centre) - centre
        total = left.sum(axis=0) + away.T @ away + made_up
        before, covariance = covariance, total / (len(parabolas) + 1)
        if np.abs(covariance - before).max() < _SMALL_CHANGE:
            break
    return np.asarray(covariance)


def _inverse(matrix: Floats) -> Floats:
    return np.asarray(np.linalg.inv(matrix), np.float64)


def _own_share(covariance: Floats, held: Floats) -> float:
    """How much less is open of a group's parameters than before it was looked at."""
    open_still = np.nan_to_num(np.diag(covariance) / np.diag(held), nan=1.0)
    return float(np.clip(1 - open_still.mean(), 0, 1))


def _split(group: Any, *, rows: int) -> _Split:
    """Give the rows of each value of a column, in the order of the values."""
    column = (
        group
        if isinstance(group, pa.Array | pa.ChunkedArray)
        else pa.array(group if isinstance(group, list) else np.asarray(group), from_pandas=True)
    )
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if isinstance(column, pa.DictionaryArray):
        column = column.dictionary_decode()
    if len(column) != rows:
        raise ValueError(f"group has {len(column)} values where the other columns have {rows}")
    if column.null_count:
        raise ValueError(f"group is missing in {column.null_count} row(s)")
    names = pc.unique(column)
    names = names.take(pc.sort_indices(names))
    codes = pc.index_in(column, names).to_numpy(zero_copy_only=False)
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(names)))
    return _Split(names.to_pylist(), np.split(order, ends[:-1]) if len(names) else [], rows)


def _result(
    split: _Split,
    parts: list[_Part],
    pooled: Model,
    fits: list[Model],
    likeness: Floats,
    own: list[float],
) -> GroupedFit[Model]:
    names = pooled.parameter_names
    columns: dict[str, Any] = {
        "group": split.names,
        "customers": [float(part.weight.sum()) for part in parts],
    }
    for name in names:
        columns[name] = [fit.params_[name] for fit in fits]
        columns[f"{name}_error"] = [fit.standard_errors_[name] for fit in fits]
    columns |= {
        "own_share": own,
        "log_likelihood": [fit.log_likelihood_ for fit in fits],
        "converged": [fit.converged_ for fit in fits],
        "sees_dropout": [fit.sees_dropout_ for fit in fits],
        "warnings": pa.array([fit.warnings_ for fit in fits], pa.list_(pa.string())),
    }
    spread = dict(zip(names, map(float, np.sqrt(np.diag(likeness))), strict=True))
    return GroupedFit(pooled, dict(zip(split.names, fits, strict=True)), spread, pa.table(columns))
