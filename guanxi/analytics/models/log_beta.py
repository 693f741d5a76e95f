"""ln B(a, b) with its derivatives: what models of chances that vary by a Beta are made of."""

from typing import NamedTuple

import numpy as np
from scipy.special import betaln, digamma, polygamma

from guanxi.analytics.models.inputs import Floats


class LogBeta(NamedTuple):
    """ln B(a, b) of each row, its slopes in (a, b) [2, rows] and bends [2, 2, rows]."""

    value: Floats
    slopes: Floats
    bends: Floats


def log_beta(a: Floats | float, b: Floats | float) -> LogBeta:
    """Give ln B(a, b) = ln G(a) + ln G(b) - ln G(a + b) and what it does as a and b change."""
    total = a + b
    common, bend = digamma(total), polygamma(1, total)
    return LogBeta(
        betaln(a, b),
        np.stack([digamma(a) - common, digamma(b) - common]),
        np.stack([[polygamma(1, a) - bend, -bend], [-bend, polygamma(1, b) - bend]]),
    )
