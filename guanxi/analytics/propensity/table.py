"""Reads a table of customers and what came of each."""

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

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
