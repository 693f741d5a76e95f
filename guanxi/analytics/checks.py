"""What a table must be like: each refusal names the argument and the column."""

from collections.abc import Iterable

import ibis.expr.types as ir


def need_columns(table: ir.Table, argument: str, names: Iterable[str]) -> None:
    """Raise ValueError if a column is missing."""
    missing = [name for name in names if name not in table.columns]
    if missing:
        raise ValueError(f"{argument} lacks the column(s) {', '.join(missing)}")


def refuse_twice(table: ir.Table, argument: str, name: str) -> None:
    """Raise ValueError if two rows have the same value in a column that tells rows apart."""
    known = table.filter(table[name].notnull())
    seen = known.group_by(name).aggregate(rows=known.count())
    twice = seen.filter(seen["rows"] > 1)
    found = twice.aggregate(count=twice.count(), first=twice[name].cast("string").min())
    count, first = (column[0].as_py() for column in found.to_pyarrow().columns)
    if count:
        raise ValueError(f"{argument}.{name} is there twice for {count} value(s), such as {first}")


def refuse_missing(table: ir.Table, argument: str, name: str) -> None:
    """Raise ValueError if a column has nulls."""
    missing = int(table[name].isnull().sum().fill_null(0).to_pyarrow().as_py())
    if missing:
        raise ValueError(f"{argument}.{name} is missing in {missing} row(s)")


def refuse_unknown(table: ir.Table, argument: str, name: str, known: Iterable[str]) -> None:
    """Raise ValueError if a column says something else than the words known, nulls apart."""
    words = tuple(known)
    other = table.filter(table[name].notnull() & ~table[name].isin(words))[name]
    said = other.cast("string").min().to_pyarrow().as_py()
    if said is not None:
        raise ValueError(f"{argument}.{name} must be one of {', '.join(words)}, not {said!r}")
