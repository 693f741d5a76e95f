"""Who is held out, decided by the customer's key alone: no list to keep, the same answer each time.

A key is hashed together with the experiment's name (BLAKE2b, RFC 7693) to a number that is as good
as drawn evenly from 0 to 1, and falls into one arm's share of that range. Another experiment gives
the same customer a number that knows nothing of this one. Arms take their shares in the order
given: put what grows first, and raising its share moves nobody who is in it already.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from guanxi.analytics.models.inputs import Floats

# Below this an imbalance is no accident but a fault. Strict, as every report of every day asks
# (Fabijan et al. 2019, Diagnosing sample ratio mismatch, KDD, 2156-2164).
MISMATCH = 0.001
_LARGEST = 2.0**64
_TOLERANCE = 1e-9


class RatioCheck(NamedTuple):
    """Whether arms have as many customers as their shares promise: chi-square, by arm."""

    counts: dict[str, int]
    expected: dict[str, float]
    p_value: float

    @property
    def is_mismatch(self) -> bool:
        """Say whether something sorts customers into arms, or loses them, that is not chance."""
        return self.p_value < MISMATCH


def hashed_evenly(customers: Iterable[str], *, experiment: str) -> Floats:
    """Give each customer a number in [0, 1) that depends on the two names alone."""
    if not experiment:
        raise ValueError("experiment must have a name")
    # As the hash's key the name cannot run into the customer's.
    key = hashlib.blake2b(experiment.encode()).digest()
    drawn = bytearray()
    for customer in customers:
        if not isinstance(customer, str):
            raise ValueError(f"customers must be texts, not {customer!r}")
        drawn += hashlib.blake2b(customer.encode(), digest_size=8, key=key).digest()
    numbers = np.frombuffer(bytes(drawn), dtype=">u8").astype(np.float64)
    # The topmost numbers would be rounded to 1.
    return np.minimum(numbers / _LARGEST, np.nextafter(1.0, 0.0))


def assign(
    customers: Iterable[str], *, experiment: str, shares: Mapping[str, float]
) -> NDArray[np.str_]:
    """Give each customer's arm. `shares` of the arms add up to 1."""
    names, parts = checked_shares(shares)
    drawn = hashed_evenly(customers, experiment=experiment)
    edges = np.cumsum(parts)[:-1]
    arms: NDArray[np.str_] = np.array(names)[np.searchsorted(edges, drawn, side="right")]
    return arms


def ratio_check(arms: Sequence[str] | NDArray[np.str_], shares: Mapping[str, float]) -> RatioCheck:
    """Hold the customers found in each arm against the shares (sample-ratio mismatch).

    sum (found - expected)^2 / expected, chi-square with one degree of freedom less than arms.
    """
    names, parts = checked_shares(shares)
    found, sizes = np.unique(np.asarray(arms, dtype=str), return_counts=True)
    strangers = sorted(set(found.tolist()) - set(names))
    if strangers:
        raise ValueError(f"arms has {strangers[0]!r}, which shares does not name")
    count = dict(zip(found.tolist(), sizes.tolist(), strict=True))
    counts = np.array([count.get(name, 0) for name in names], float)
    expected = parts * counts.sum()
    promised = parts > 0
    if counts[~promised].any():
        p_value = 0.0
    elif counts.sum() == 0 or promised.sum() < 2:
        p_value = 1.0
    else:
        off = (counts - expected)[promised] ** 2 / expected[promised]
        p_value = float(chdtrc(promised.sum() - 1, off.sum()))
    return RatioCheck(
        counts=dict(zip(names, counts.astype(int).tolist(), strict=True)),
        expected=dict(zip(names, expected.tolist(), strict=True)),
        p_value=p_value,
    )


def checked_shares(shares: Mapping[str, float]) -> tuple[list[str], Floats]:
    """Read the arms and their shares."""
    names, parts = list(shares), np.array(list(shares.values()), float)
    if not names:
        raise ValueError("shares is empty: an experiment needs an arm")
    if not (np.isfinite(parts) & (parts >= 0)).all():
        raise ValueError(f"shares must be 0 or more, not {dict(shares)!r}")
    if abs(parts.sum() - 1) > _TOLERANCE:
        raise ValueError(f"shares must add up to 1, not {parts.sum():g}")
    return names, parts
