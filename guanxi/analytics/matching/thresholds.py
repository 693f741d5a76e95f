"""From which probability on a pair counts as one customer."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def expected_precision(probabilities: ArrayLike) -> NDArray[np.float64]:
    """The share of true matches to expect among the pairs with at least each probability, in
    descending order of probability: the mean of those probabilities (Fellegi & Sunter 1969 set the
    rate of false links in advance likewise).
    """
    p = np.sort(np.asarray(probabilities, dtype=float))[::-1]
    return np.asarray(np.cumsum(p) / np.arange(1, len(p) + 1), dtype=float)


def threshold_for(probabilities: ArrayLike, precision: float = 0.9, least: float = 0.5) -> float:
    """The lowest probability from which on pairs keep the expected precision; never below `least`:
    no pair is taken that is more likely two customers than one.
    """
    p = np.sort(np.asarray(probabilities, dtype=float))[::-1]
    kept = p[(expected_precision(p) >= precision) & (p >= least)]
    return float(kept[-1]) if len(kept) else 1.0
