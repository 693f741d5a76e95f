"""What is held likely of parameters before the data speak: a log-normal distribution of each.

With a prior a fit is the most probable point, not the most likely one: the maximum over ln p of
    ln L(p) - 1/2 (ln p - m)' P (ln p - m)
with m the logs of the medians and P the inverse of the covariance of the logs (diagonal, 1 / spread
squared, for a `Prior`). The maximum is taken over logs, so it is the same in days and in weeks.
Standard errors are those of the penalized Hessian: they are smaller than without a prior, by what
the prior knew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from guanxi.analytics.models.inputs import Floats


class LogNormal(NamedTuple):
    """A distribution of the logs of a model's parameters, in their order."""

    centre: Floats
    precision: Floats


@dataclass(frozen=True)
class Prior:
    """Parameters before the data: each about its `median`, apart from it by a factor e^`spread`
    (one standard deviation), whatever the others are.

    A spread of .1 is a firm belief (a tenth up or down), 1 a vague one. Of a parameter that is not
    named nothing is held.
    """

    median: Mapping[str, float]
    spread: Mapping[str, float] | float = 1.0

    def over(self, names: tuple[str, ...]) -> LogNormal:
        """Give it for the parameters of a model."""
        spread = self.spread
        spreads = spread if isinstance(spread, Mapping) else dict.fromkeys(self.median, spread)
        if unknown := sorted({*self.median, *spreads} - set(names)):
            raise ValueError(f"prior names {', '.join(unknown)}; there is {', '.join(names)}")
        if set(self.median) != set(spreads):
            raise ValueError("prior needs a spread for each median and no other")
        for values in (self.median, spreads):
            for name, value in values.items():
                if not (np.isfinite(value) and value > 0):
                    raise ValueError(f"prior of {name} must be a positive number, not {value!r}")
        centre = np.array([np.log(self.median.get(name, 1.0)) for name in names])
        weight = [spreads[name] ** -2.0 if name in spreads else 0.0 for name in names]
        return LogNormal(centre, np.diag(weight))
