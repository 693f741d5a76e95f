"""Share of wallet and growth potential: what a customer could buy from us, and does not yet.

The wallet is what the customer said it spends on what we sell, or else an estimate: what a good
customer of its kind spends with us, the `quantile` of its peers. With `size` (employees, metering
points, square metres) it is the peers' quantile of spend per unit of size, times its own size.
A wallet is never less than what is already bought from us.

    share of wallet  = spend / wallet        growth potential = wallet - spend

The quantile reads peers' spend with us as if they bought nothing elsewhere, which makes the wallet
too small rather than too large (compare Du, Kamakura and Mela 2007, Size and share of customer
wallet, who need figures of other firms for more).
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

from guanxi.analytics.models.inputs import Floats, vectors

BASES = ("stated", "estimated", "unknown")


class Wallet(NamedTuple):
    """Wallet, share and potential of each customer, NaN where unknown, and on which of BASES.

    A stated wallet that is less than what was bought is out of date: the wallet is what was
    bought, and `outgrown` is true.
    """

    wallet: Floats
    share: Floats
    growth_potential: Floats
    basis: NDArray[np.str_]
    outgrown: NDArray[np.bool_]


def share_of_wallet(
    spend: ArrayLike,
    *,
    stated: ArrayLike | None = None,
    peers: ArrayLike | None = None,
    size: ArrayLike | None = None,
    quantile: float = 0.9,
    fewest: int = 20,
) -> Wallet:
    """Give each customer's wallet, share and growth potential, in the money of `spend`.

    `spend` of one period and `stated` of one as long (NaN where nothing was said); `peers` names
    the kind of each customer, None where it is not known (without: all are peers); `size` is NaN
    or 0 where unknown. A kind with fewer than `fewest` customers whose spend (and size) is known
    gives no estimate.
    """
    (bought,) = vectors(spend=spend)
    if not 0 < quantile < 1:
        raise ValueError(f"quantile must be between 0 and 1, not {quantile!r}")
    if fewest < 2:
        raise ValueError(f"fewest must be 2 or more, not {fewest}")
    said = _or_nan("stated", stated, len(bought))
    group = _groups(peers, len(bought))
    unit = np.ones(len(bought)) if size is None else _or_nan("size", size, len(bought))
    unit = np.where(unit > 0, unit, np.nan)
    of_kind = np.append(_quantiles(bought / unit, group, quantile, fewest), np.nan)
    estimate = of_kind[group] * unit
    from_customer = ~np.isnan(said)
    wallet = np.where(from_customer, said, estimate)
    known = ~np.isnan(wallet)
    wallet = np.where(known, np.maximum(wallet, bought), np.nan)
    basis = np.where(from_customer, "stated", np.where(known, "estimated", "unknown"))
    # Of a wallet of nothing there is no share.
    share = bought / np.where(wallet > 0, wallet, np.nan)
    return Wallet(wallet, share, wallet - bought, basis, from_customer & (said < bought))


def _or_nan(name: str, values: ArrayLike | None, rows: int) -> Floats:
    if values is None:
        return np.full(rows, np.nan)
    read = np.asarray(values, float)
    if read.shape != (rows,):
        raise ValueError(f"{name} must have a value a customer, {rows}, not the shape {read.shape}")
    known = read[~np.isnan(read)]
    if np.isinf(known).any() or (known < 0).any():
        raise ValueError(f"{name} must be 0 or more where it is known")
    return read


def _groups(peers: ArrayLike | None, rows: int) -> NDArray[np.int64]:
    """Number the kinds of customers; who is of none gets -1."""
    if peers is None:
        return np.zeros(rows, np.int64)
    named = pa.array(np.asarray(peers), from_pandas=True)
    if len(named) != rows:
        raise ValueError(f"peers must have a name a customer, {rows}, not {len(named)}")
    kinds: NDArray[np.int64] = pc.fill_null(named.dictionary_encode().indices, -1).to_numpy()
    return kinds.astype(np.int64)


def _quantiles(values: Floats, group: NDArray[np.int64], quantile: float, fewest: int) -> Floats:
    """Give each group's quantile as NumPy's default does (linear), NaN for fewer than `fewest`."""
    groups = int(group.max(initial=-1)) + 1
    known = ~np.isnan(values) & (group >= 0)
    order = np.lexsort((values[known], group[known]))
    ordered, sizes = values[known][order], np.bincount(group[known], minlength=groups)
    first = np.cumsum(sizes) - sizes
    enough = sizes >= fewest
    place = quantile * (sizes - 1)
    below = np.floor(place).astype(np.intp)
    found = np.full(groups, np.nan)
    start = first[enough] + below[enough]
    end = np.minimum(start + 1, first[enough] + sizes[enough] - 1)
    part = (place - below)[enough]
    found[enough] = ordered[start] + part * (ordered[end] - ordered[start])
    return found
