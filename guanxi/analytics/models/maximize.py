"""Maximum likelihood for models whose parameters are all positive."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.models.prior import LogNormal

_GRADIENT_TOLERANCE = 1e-8
_MOST_ITERATIONS = 200
# A Newton step that would still gain more log-likelihood than this has not arrived.
_LARGEST_GAIN_LEFT = 0.01
_FLATTEST = 1e-3
# Further than this factor from its unit a parameter has run away: a power of ten more changes no
# forecast, and gamma functions lose their digits. A wall of this steepness turns it back.
_FURTHEST = 1e4
_WALL = 1.0


class Curvature(NamedTuple):
    """A log-likelihood at one point, with its derivatives in the natural parameters."""

    log_likelihood: float
    gradient: Floats
    hessian: Floats


def added(parts: Iterable[Curvature]) -> Curvature:
    """The log-likelihood that is the sum of some parts, with its derivatives."""
    value, gradient, hessian = (sum(column) for column in zip(*parts, strict=True))
    return Curvature(value, np.asarray(gradient), np.asarray(hessian))


@dataclass(frozen=True)
class Estimate:
    """Where the search ended, and how sharply the data speak there."""

    parameters: Floats
    log_likelihood: float
    covariance_of_logs: Floats  # NaN for what ran to the edge
    converged: bool
    at_edge: tuple[int, ...]

    @property
    def standard_errors(self) -> Floats:
        """Delta method: the standard error of p is p times that of ln p."""
        errors: Floats = self.parameters * np.sqrt(np.diag(self.covariance_of_logs))
        return errors


def maximize(
    curvature: Callable[[Floats], Curvature],
    *,
    start: Floats,
    units: Floats,
    total_weight: float,
    prior: LogNormal | None = None,
) -> Estimate:
    """Climb to the maximum by Newton steps in a trust region, over the logs of the parameters.

    Logs keep every parameter positive, make the surface nearly quadratic and the search the same
    in days and in weeks. `units` says what a parameter of ordinary size is in the caller's units;
    `total_weight` turns the sum into a mean, so that tolerances mean the same at ten customers
    and ten million. With a `prior`, to the maximum of both together.
    """
    surface = _WalledSurface(curvature, units, total_weight, prior)
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
    return _estimate(surface, found.x)


class _WalledSurface:
    """The negative mean log-likelihood over log-parameters, evaluated once a point.

    d/d ln p = p d/dp. Where the data do not hold a parameter back, a quadratic wall does; inside
    the walls the surface is the likelihood's own.
    """

    def __init__(
        self,
        curvature: Callable[[Floats], Curvature],
        units: Floats,
        total_weight: float,
        prior: LogNormal | None,
    ) -> None:
        self._curvature = curvature
        self._prior = prior
        self._centre = np.log(units)
        self.total_weight = total_weight
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

    def log_likelihood(self, logs: Floats) -> float:
        self._move(logs)
        return self._log_likelihood

    def beyond_wall(self, logs: Floats) -> Floats:
        """Give how far each log-parameter has gone through its wall, with the sign of the side."""
        offset = logs - self._centre
        room = np.log(_FURTHEST)
        beyond: Floats = offset - np.clip(offset, -room, room)
        return beyond

    def _move(self, logs: Floats) -> None:
        if self._at is not None and np.array_equal(logs, self._at):
            return
        parameters = np.exp(logs)
        natural = self._curvature(parameters)
        slope = parameters * natural.gradient
        curved = np.outer(parameters, parameters) * natural.hessian + np.diag(slope)
        beyond = self.beyond_wall(logs)
        self._at = logs.copy()
        self._log_likelihood = natural.log_likelihood
        wall = _WALL * float(beyond @ beyond) / 2
        self._value = wall - natural.log_likelihood / self.total_weight
        self._gradient = -slope / self.total_weight + _WALL * beyond
        self._hessian = -curved / self.total_weight + _WALL * np.diag((beyond != 0).astype(float))
        if self._prior is not None:
            away = logs - self._prior.centre
            pull = self._prior.precision / self.total_weight
            self._value += float(away @ pull @ away) / 2
            self._gradient += pull @ away
            self._hessian += pull


def _estimate(surface: _WalledSurface, logs: Floats) -> Estimate:
    """Read off the end point; what ran into a wall has no standard error (NaN)."""
    inside = surface.beyond_wall(logs) == 0
    slope = (surface.gradient(logs) * surface.total_weight)[inside]
    information = (surface.hessian(logs) * surface.total_weight)[np.ix_(inside, inside)]
    covariance = np.full((len(logs), len(logs)), np.nan)
    covariance[np.ix_(inside, inside)], gain_left = _covariance_and_gain(information, slope)
    return Estimate(
        parameters=np.exp(logs),
        log_likelihood=surface.log_likelihood(logs),
        covariance_of_logs=covariance,
        converged=bool(gain_left < _LARGEST_GAIN_LEFT),
        at_edge=tuple(int(place) for place in np.flatnonzero(~inside)),
    )


def _covariance_and_gain(information: Floats, slope: Floats) -> tuple[Floats, float]:
    """Give the covariance, and the gain that a last Newton step promises (g' H^-1 g / 2).

    A direction in which the surface is flat counts as barely curved: errors of e to the 30 say
    as well as infinite ones that the data are silent, and spare the other parameters theirs.
    """
    curvatures, directions = np.linalg.eigh(information)
    if curvatures.min(initial=0) < -_LARGEST_GAIN_LEFT:
        return np.full_like(information, np.nan), np.inf
    curvatures = np.maximum(curvatures, _FLATTEST)
    gain = (directions.T @ slope) ** 2 @ (1 / curvatures) / 2
    return (directions / curvatures) @ directions.T, float(gain)
