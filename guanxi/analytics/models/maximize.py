"""Maximum likelihood for models whose parameters are all positive."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from guanxi.analytics.models.inputs import Floats

_GRADIENT_TOLERANCE = 1e-7
_MOST_ITERATIONS = 200
# A Newton step that would still gain more log-likelihood than this has not arrived.
_LARGEST_GAIN_LEFT = 1e-4
# Beyond these, in its unit, one more power of ten of a parameter changes no forecast.
_EDGES = (1e-4, 1e4)


class Curvature(NamedTuple):
    """A log-likelihood at one point, with its derivatives in the natural parameters."""

    log_likelihood: float
    gradient: Floats
    hessian: Floats


@dataclass(frozen=True)
class Estimate:
    """Where the search ended, and how sharply the data speak there."""

    parameters: Floats
    log_likelihood: float
    standard_errors: Floats
    converged: bool
    at_edge: tuple[int, ...]


def maximize(
    curvature: Callable[[Floats], Curvature],
    *,
    start: Floats,
    units: Floats,
    total_weight: float,
) -> Estimate:
    """Climb to the maximum by Newton steps in a trust region, over the logs of the parameters.

    Logs keep every parameter positive, make the surface nearly quadratic and the search the same
    in days and in weeks. `units` says what a parameter of ordinary size is in the caller's units;
    `total_weight` turns the sum into a mean, so that tolerances mean the same at ten customers
    and ten million.
    """
    surface = _NegativeMeanOfLogs(curvature, total_weight)
    found = minimize(
        surface.value,
        np.log(start),
        jac=surface.gradient,
        hess=surface.hessian,
        method="trust-exact",
        options={
            "gtol": _GRADIENT_TOLERANCE,
            "maxiter": _MOST_ITERATIONS,
            "initial_trust_radius": 1.0,
            "max_trust_radius": 4.0,
        },
    )
    return _estimate(surface, found.x, units, total_weight)


class _NegativeMeanOfLogs:
    """The surface in log-parameters, evaluated once a point (d/d ln p = p d/dp)."""

    def __init__(self, curvature: Callable[[Floats], Curvature], total_weight: float) -> None:
        self._curvature = curvature
        self._total_weight = total_weight
        self._at: Floats | None = None

    def value(self, logs: Floats) -> float:
        self._move(logs)
        return self._value

    def gradient(self, logs: Floats) -> Floats:
        self._move(logs)
        return self._gradient

    def hessian(self, logs: Floats) -> Floats:
        self._move(logs)
        return self._hessian

    def _move(self, logs: Floats) -> None:
        if self._at is not None and np.array_equal(logs, self._at):
            return
        parameters = np.exp(logs)
        natural = self._curvature(parameters)
        slope = parameters * natural.gradient
        self._at = logs.copy()
        self._value = -natural.log_likelihood / self._total_weight
        self._gradient = -slope / self._total_weight
        curved = np.outer(parameters, parameters) * natural.hessian + np.diag(slope)
        self._hessian = -curved / self._total_weight


def _estimate(
    surface: _NegativeMeanOfLogs, logs: Floats, units: Floats, total_weight: float
) -> Estimate:
    parameters = np.exp(logs)
    slope = surface.gradient(logs) * total_weight
    information = surface.hessian(logs) * total_weight
    sizes = parameters / units
    edges = np.flatnonzero((sizes < _EDGES[0]) | (sizes > _EDGES[1]))
    variances, gain_left = _inverse_of(information, slope)
    return Estimate(
        parameters=parameters,
        log_likelihood=-surface.value(logs) * total_weight,
        # Delta method: the standard error of p is p times that of ln p.
        standard_errors=parameters * np.sqrt(variances),
        converged=bool(gain_left < _LARGEST_GAIN_LEFT),
        at_edge=tuple(int(edge) for edge in edges),
    )


def _inverse_of(information: Floats, slope: Floats) -> tuple[Floats, float]:
    """Give the variances, and the gain that a last Newton step promises (g' H^-1 g / 2).

    Where the surface is flat or bends the wrong way there are no variances (NaN), and the
    slope itself has to vouch for the arrival.
    """
    try:
        root = np.linalg.cholesky(information)
    except np.linalg.LinAlgError:
        return np.full(len(slope), np.nan), float(np.abs(slope).max())
    inverse_root = np.linalg.inv(root)
    variances: Floats = (inverse_root**2).sum(axis=0)
    return variances, float(((inverse_root @ slope) ** 2).sum() / 2)
