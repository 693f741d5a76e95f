"""Weights by the analytic hierarchy process: how many times as much does one thing matter?

The comparisons fill a matrix a with a_ij = 1 / a_ji; the weights w are its principal right
eigenvector, a w = lambda_max w (Saaty 1980, The Analytic Hierarchy Process). Whoever compares
without contradiction gets lambda_max = n; the consistency index (lambda_max - n) / (n - 1) is how
far off that is, and the consistency ratio holds it against the mean index of random matrices. Up
to a tenth the weights can be used; beyond it one comparison should be thought over again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from guanxi.analytics.models.inputs import Floats

# Mean consistency index of random reciprocal matrices of 1, 2 … 15 rows (Saaty 1980, p. 21).
RANDOM_INDEX = (
    0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59
)  # fmt: skip
GREATEST_RATIO = 0.1
_RECIPROCAL = 1e-6


@dataclass(frozen=True)
class Comparison:
    """`first` was said to matter `stated` times as much as `second`; weights say `implied`."""

    first: str
    second: str
    stated: float
    implied: float


@dataclass(frozen=True)
class AhpWeights:
    """Weights that add up to 1, with how consistent the comparisons were that they came from.

    `most_inconsistent` is the comparison that is furthest, as a ratio, from what the weights
    imply; None if all agree. `advice` says what to do where the ratio is above a tenth, else None.
    """

    weights: dict[str, float]
    largest_eigenvalue: float
    consistency_index: float
    consistency_ratio: float
    most_inconsistent: Comparison | None

    @property
    def is_consistent(self) -> bool:
        """Tell whether the consistency ratio is at most a tenth."""
        return self.consistency_ratio <= GREATEST_RATIO

    @property
    def advice(self) -> str | None:
        """Say which comparison to think over, if the weights should not be used as they are."""
        worst = self.most_inconsistent
        if self.is_consistent or worst is None:
            return None
        return (
            f"the consistency ratio is {self.consistency_ratio:.2f}, above {GREATEST_RATIO}:"
            f" think over how {worst.first} compares with {worst.second}, said to be"
            f" {worst.stated:.3g} where the other comparisons imply {worst.implied:.2g}"
        )


def comparison_matrix(names: Sequence[str], comparisons: Mapping[tuple[str, str], float]) -> Floats:
    """Fill the matrix from each pair's comparison, given one way round.

    {("volume", "margin"): 3} says that volume matters three times as much as margin. Raises
    ValueError for a pair that is missing, given twice, unknown, or not above 0.
    """
    place = {name: n for n, name in enumerate(_distinct(names))}
    matrix = np.full((len(names), len(names)), np.nan)
    np.fill_diagonal(matrix, 1.0)
    for (first, second), times in comparisons.items():
        if first not in place or second not in place or first == second:
            raise ValueError(f"comparisons has {first} with {second}: no pair of the names")
        i, j = place[first], place[second]
        if not np.isnan(matrix[i, j]):
            raise ValueError(f"comparisons has {first} with {second} twice")
        if not (np.isfinite(times) and times > 0):
            raise ValueError(f"comparisons of {first} with {second} must be above 0, not {times!r}")
        matrix[i, j], matrix[j, i] = times, 1 / times
    for i, j in np.argwhere(np.isnan(matrix)):
        raise ValueError(f"comparisons lacks {names[i]} with {names[j]}")
    return matrix


def ahp_weights(names: Sequence[str], matrix: ArrayLike) -> AhpWeights:
    """Find the weights of at most 15 things from the matrix of their comparisons."""
    a = _reciprocal(_distinct(names), matrix)
    n = len(a)
    values, vectors = np.linalg.eig(a)
    first = int(np.argmax(values.real))
    # By Perron's theorem the greatest eigenvalue is real and its vector has one sign.
    greatest, vector = float(values[first].real), np.abs(vectors[:, first].real)
    weights = vector / vector.sum()
    index = max(greatest - n, 0.0) / (n - 1) if n > 1 else 0.0
    random = RANDOM_INDEX[n - 1]
    return AhpWeights(
        weights=dict(zip(names, weights.tolist(), strict=True)),
        largest_eigenvalue=greatest,
        consistency_index=index,
        consistency_ratio=index / random if random else 0.0,
        most_inconsistent=_most_inconsistent(names, a, weights),
    )


def _most_inconsistent(names: Sequence[str], a: Floats, weights: Floats) -> Comparison | None:
    implied = weights[:, None] / weights[None, :]
    off = np.abs(np.log(a / implied))
    i, j = divmod(int(np.argmax(np.triu(off, 1))), len(a))
    if off[i, j] < _RECIPROCAL:
        return None
    if a[i, j] < 1:
        i, j = j, i
    return Comparison(names[i], names[j], float(a[i, j]), float(implied[i, j]))


def _reciprocal(names: Sequence[str], matrix: ArrayLike) -> Floats:
    a = np.asarray(matrix, float)
    if not 1 <= len(names) <= len(RANDOM_INDEX):
        raise ValueError(f"names must be 1 to {len(RANDOM_INDEX)}, not {len(names)}")
    if a.shape != (len(names), len(names)):
        raise ValueError(f"matrix must have a row and a column a name, not the shape {a.shape}")
    if not (np.isfinite(a).all() and (a > 0).all()):
        raise ValueError("matrix must hold numbers above 0")
    i, j = divmod(int(np.argmax(np.abs(a * a.T - 1))), len(a))
    if abs(a[i, j] * a[j, i] - 1) > _RECIPROCAL:
        raise ValueError(
            f"matrix says {a[i, j]:.4g} of {names[i]} with {names[j]} and {a[j, i]:.4g} the other"
            " way round: one must be 1 over the other"
        )
    return a


def _distinct(names: Sequence[str]) -> Sequence[str]:
    if len(set(names)) < len(names):
        raise ValueError("names must differ from one another")
    return names
