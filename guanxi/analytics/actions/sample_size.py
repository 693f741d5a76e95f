"""How many customers an experiment needs, before it starts."""

import math

import numpy as np
from scipy.special import ndtri

from guanxi.analytics.intervals import checked_level


def customers_for_conversion(
    *, rate: float, lift: float, held_out: float = 0.5, power: float = 0.8, level: float = 0.95
) -> int:
    """Count all customers, of both arms, to find that `rate` becomes `rate` + `lift`.

    Found with probability `power` by a two-sided test at `level`; `held_out` is that arm's share.
    Fleiss, Levin, Paik (2003), Statistical methods for rates and proportions, 4.13, without the
    continuity correction: for one round of looking at the end. Looking every day needs more.
    """
    treated = rate + lift
    for name, share in (("rate", rate), ("rate + lift", treated)):
        if not 0 < share < 1:
            raise ValueError(f"{name} must be between 0 and 1, not {share!r}")
    wanted, found = _quantiles(held_out, power, level)
    middle = held_out * rate + (1 - held_out) * treated
    # Per customer in all: an arm's variance over its share.
    none = middle * (1 - middle) * (1 / held_out + 1 / (1 - held_out))
    some = rate * (1 - rate) / held_out + treated * (1 - treated) / (1 - held_out)
    return _rounded((wanted * np.sqrt(none) + found * np.sqrt(some)) ** 2, lift)


def customers_for_money(
    *,
    deviation: float,
    lift: float,
    held_out: float = 0.5,
    power: float = 0.8,
    level: float = 0.95,
    variance_saved: float = 0.0,
) -> int:
    """Count all customers to find a lift in mean money, given the standard deviation per customer.

    `variance_saved` is what CUPED takes away, as a share.
    """
    if not (np.isfinite(deviation) and deviation > 0):
        raise ValueError(f"deviation must be above 0, not {deviation!r}")
    if not 0 <= variance_saved < 1:
        raise ValueError(f"variance_saved must be at least 0 and below 1, not {variance_saved!r}")
    wanted, found = _quantiles(held_out, power, level)
    variance = deviation**2 * (1 - variance_saved) * (1 / held_out + 1 / (1 - held_out))
    return _rounded((wanted + found) ** 2 * variance, lift)


def _quantiles(held_out: float, power: float, level: float) -> tuple[float, float]:
    if not 0 < held_out < 1:
        raise ValueError(f"held_out must be between 0 and 1, not {held_out!r}")
    if not 0 < power < 1:
        raise ValueError(f"power must be between 0 and 1, not {power!r}")
    return float(ndtri((1 + checked_level(level)) / 2)), float(ndtri(power))


def _rounded(squared: float, lift: float) -> int:
    if not (np.isfinite(lift) and lift != 0):
        raise ValueError(f"lift must be a number other than 0, not {lift!r}")
    return math.ceil(squared / lift**2)
