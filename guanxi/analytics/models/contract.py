"""What every fitted model offers, whatever it describes."""

from typing import ClassVar, Self

import numpy as np

from guanxi.analytics.models.maximize import Estimate


class NotFittedError(RuntimeError):
    """A model was asked for a forecast before `fit`."""


class LikelihoodModel:
    """A model with positive parameters, fitted by maximum likelihood.

    After `fit`: `params_`, `standard_errors_` (NaN where the data do not determine a parameter),
    `log_likelihood_`, `converged_`, and `warnings_`, whole sentences for the person who reads
    the result.
    """

    parameter_names: ClassVar[tuple[str, ...]]

    params_: dict[str, float]
    standard_errors_: dict[str, float]
    log_likelihood_: float
    converged_: bool
    warnings_: list[str]

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

    def _keep(self, estimate: Estimate) -> Self:
        names = self.parameter_names
        self.params_ = dict(zip(names, map(float, estimate.parameters), strict=True))
        self.standard_errors_ = dict(zip(names, map(float, estimate.standard_errors), strict=True))
        self.log_likelihood_ = estimate.log_likelihood
        self.converged_ = estimate.converged
        self.warnings_ = list(self._doubts(estimate))
        return self

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

    def _fitted(self) -> tuple[float, ...]:
        if not hasattr(self, "params_"):
            raise NotFittedError(f"{type(self).__name__} has no parameters yet: call fit first")
        return tuple(self.params_[name] for name in self.parameter_names)
