"""Reads a table of customers and what came of each."""

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from guanxi.analytics.propensity.folds import Places
from guanxi.analytics.propensity.inputs import Bools, CannotLearnError, outcomes


def read_arrow(table: ir.Table | pa.Table) -> pa.Table:
    """Have an Ibis table computed; leave an Arrow table alone."""
    return table if isinstance(table, pa.Table) else table.to_pyarrow()


def read_target(table: pa.Table, target: str, positive: str | None) -> Bools:
    """Read truth values, 1 and 0, or two texts of which `positive` is the yes."""
    if target not in table.column_names:
        raise ValueError(f"the table has no column {target!r}")
    column = table[target]
    if column.null_count:
        raise ValueError(f"{target} is missing in {column.null_count} row(s)")
    if positive is None:
        if pa.types.is_boolean(column.type):
            column = pc.cast(column, pa.int8())
        return outcomes(target, column.to_numpy())
    texts = pc.cast(column, pa.string())
    levels = sorted(pc.unique(texts).to_pylist())
    if len(levels) > 2:
        raise ValueError(f"{target} has {len(levels)} values where there should be yes and no")
    if levels and positive not in levels:
        raise CannotLearnError(f"{target} is never {positive!r}, only {' or '.join(levels)}")
    said: Bools = pc.equal(texts, positive).to_numpy(zero_copy_only=False).astype(bool)
    return said


def read_groups(table: pa.Table, group: str) -> Places:
    """Number the groups in order of their first rows."""
    if group not in table.column_names:
        raise ValueError(f"the table has no column {group!r}")
    if table[group].null_count:
        raise ValueError(f"{group} is missing in {table[group].null_count} row(s)")
    encoded = pc.dictionary_encode(table[group]).combine_chunks()
    numbers: Places = encoded.indices.to_numpy().astype(np.int64)
    return numbers


def drawn(rows: int, most: int, *, groups: Places | None, seed: int) -> Places:
    """Draw at most `most` rows by chance, groups as a whole, and leave them in their order."""
    random = np.random.default_rng(seed)
    if groups is None:
        return np.sort(random.permutation(rows)[:most])
    order = random.permutation(int(groups.max()) + 1)
    kept = order[np.cumsum(np.bincount(groups)[order]) <= most]
    places: Places = np.flatnonzero(np.isin(groups, kept))
    return places
