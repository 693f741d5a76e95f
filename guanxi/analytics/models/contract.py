"""What every fitted model offers, whatever it describes."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from guanxi.analytics.models.inputs import Floats, case_weights
from guanxi.analytics.models.maximize import Curvature, Estimate, maximize
from guanxi.analytics.models.prior import LogNormal, Prior

# Whom leaving cannot be seen in: of a thousand chances to leave, not even one was taken ...
_RAREST = 1e-3
# ... or the odds of leaving may as well be e times as great or as small.
_WIDEST = 1.0

UNSEEN_DROPOUT = (
    "Nothing in the data tells customers who have left from customers who are slow: nobody's "
    "chance to have left can be stated."
)


class NotFittedError(RuntimeError):
    """A model was asked for a forecast before `fit`."""


class Likelihood(Protocol):
    """The log-likelihood of some customers."""

    total: float  # how many there are

    def curvature(self, parameters: Floats) -> Curvature:
        """Give it at one point, with its derivatives."""


class Search(NamedTuple):
    """Where to begin, and each parameter's ordinary size in the unit of the data."""

    start: Floats
    units: Floats


class LikelihoodModel(ABC):
    """A model with positive parameters, fitted by maximum likelihood.

    After `fit`: `params_`, `standard_errors_` (NaN where the data do not determine a parameter),
    `covariance_of_logs_` (of ln p, in the order of `parameter_names`), `log_likelihood_`,
    `converged_`, and `warnings_`, whole sentences for the person who reads the result.

    `sees_dropout_` says whether customers who left without a word can be told from slow ones.
    `weights` says everywhere how many customers a row stands for: a row of weight 3 counts as
    three rows do. A `prior` is what is held likely of the parameters before (see `Prior`).
    """

    parameter_names: ClassVar[tuple[str, ...]]
    # The parameters whose ratio says how soon customers leave unseen; None where nobody does.
    leaving: ClassVar[tuple[str, str] | None] = None

    params_: dict[str, float]
    standard_errors_: dict[str, float]
    covariance_of_logs_: Floats
    log_likelihood_: float
    converged_: bool
    warnings_: list[str]
    sees_dropout_: bool

    @classmethod
    def with_params(cls, **params: float) -> Self:
        """Build a model from known parameters, for example published ones, without data."""
        if set(params) != set(cls.parameter_names):
            raise ValueError(f"{cls.__name__} needs exactly {', '.join(cls.parameter_names)}")
        for name, value in params.items():
            if not (np.isfinite(value) and value > 0):
                raise ValueError(f"{name} must be a positive number, not {value!r}")
        model = cls()
        model.params_ = {name: float(params[name]) for name in cls.parameter_names}
        return model

    def log_likelihood_of(self, *, weights: ArrayLike | None = None, **columns: ArrayLike) -> float:
        """Give ln L of other customers than those fitted, in the columns that `fit` takes: of two
        models the one that gives held-out customers more is the better."""
        read = self._read(**columns)
        weight = case_weights(weights, rows=len(read[0]))
        return self._likelihood(read, weight).curvature(np.array(self._fitted())).log_likelihood

    @abstractmethod
    def _read(self, *args: Any, **columns: Any) -> tuple[Floats, ...]:
        """Read the columns that `fit` takes and refuse what cannot be."""

    @abstractmethod
    def _likelihood(self, columns: tuple[Floats, ...], weight: Floats | None) -> Likelihood: ...

    @abstractmethod
    def _search(self, columns: tuple[Floats, ...], weight: Floats | None) -> Search: ...

    def _fit(
        self,
        columns: tuple[Floats, ...],
        weights: ArrayLike | None,
        prior: Prior | LogNormal | None,
        search: Search | None = None,
    ) -> Self:
        weight = case_weights(weights, rows=len(columns[0]))
        likelihood = self._likelihood(columns, weight)
        search = search or self._search(columns, weight)
        estimate = maximize(
            likelihood.curvature,
            start=search.start,
            units=search.units,
            total_weight=likelihood.total,
            prior=prior.over(self.parameter_names) if isinstance(prior, Prior) else prior,
        )
        self._keep(estimate, search.units)
        self.warnings_ += self._own_doubts(columns)
        return self

    def _keep(self, estimate: Estimate, units: Floats) -> None:
        names = self.parameter_names
        self.params_ = dict(zip(names, map(float, estimate.parameters), strict=True))
        self.standard_errors_ = dict(zip(names, map(float, estimate.standard_errors), strict=True))
        self.covariance_of_logs_ = estimate.covariance_of_logs
        self.log_likelihood_ = estimate.log_likelihood
        self.converged_ = estimate.converged
        self.warnings_ = self._doubts(estimate)
        self.sees_dropout_ = self._sees_dropout(estimate, units)
        if self.leaving is not None and not self.sees_dropout_:
            self.warnings_.append(UNSEEN_DROPOUT)

    def _doubts(self, estimate: Estimate) -> list[str]:
        doubts = []
        if not estimate.converged:
            doubts.append("The search for the best fit did not converge: do not use this fit.")
        doubts += [
            f"Parameter {self.parameter_names[edge]} ran to the edge of its range "
            f"({self.params_[self.parameter_names[edge]]:.3g}): the data do not determine it."
            for edge in estimate.at_edge
        ]
        doubts += [
            f"Parameter {name} ({value:.3g}) is smaller than its standard error ({error:.3g}): "
            "the data hardly determine it."
            for name, value, error in zip(
                self.parameter_names, estimate.parameters, estimate.standard_errors, strict=True
            )
            if error > value
        ]
        return doubts

    def _says_something(self, columns: tuple[Floats, ...]) -> NDArray[np.bool_]:
        """Which rows the likelihood is made of."""
        return np.ones(len(columns[0]), bool)

    def _own_doubts(self, columns: tuple[Floats, ...]) -> list[str]:
        """Say what these data cannot tell this model, whatever came of the search."""
        return []

    def _sees_dropout(self, estimate: Estimate, units: Floats) -> bool:
        """Whether the data tell customers who have left: the odds of leaving, at one chance to
        leave or in the usual time, are neither next to nothing nor unknown."""
        if self.leaving is None or not estimate.converged:
            return False
        one, other = (self.parameter_names.index(name) for name in self.leaving)
        # What ran to an edge is as good as known: further out it would change nothing.
        known = np.nan_to_num(estimate.covariance_of_logs)
        spread = np.sqrt(max(known[one, one] + known[other, other] - 2 * known[one, other], 0))
        sizes = estimate.parameters / units
        return bool(spread < _WIDEST and sizes[one] / sizes[other] > _RAREST)

    def _fitted(self) -> tuple[float, ...]:
        if not hasattr(self, "params_"):
            raise NotFittedError(f"{type(self).__name__} has no parameters yet: call fit first")
        return tuple(self.params_[name] for name in self.parameter_names)
