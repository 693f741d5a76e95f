"""What counts as money and as a fact here: decimals that add up to the cent, and each fact once."""

from collections.abc import Iterable
from decimal import Decimal

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

# Ten-thousandths, as all money here is kept; wide enough for any sum of it.
DECIMALS = 4
MONEY = dt.Decimal(38, DECIMALS)


def need_columns(table: ir.Table, argument: str, names: Iterable[str]) -> None:
    """Raise ValueError if a column is missing."""
    missing = [name for name in names if name not in table.columns]
    if missing:
        raise ValueError(f"{argument} lacks the column(s) {', '.join(missing)}")


def money(table: ir.Table, argument: str, name: str) -> ir.DecimalColumn:
    """Read a column as exact money; a column of nothing but nulls may have any type.

    Raises ValueError for floats, which do not add up to the cent, and for finer fractions than
    are kept: whoever has them knows how they are to be rounded.
    """
    kind = table[name].type()
    if not (kind.is_null() or kind.is_integer() or kind.is_decimal()):
        raise ValueError(
            f"{argument}.{name} must be decimal, not {kind}: only decimals add up to the cent"
        )
    if kind.is_decimal() and (kind.scale or 0) > DECIMALS:
        raise ValueError(
            f"{argument}.{name} has {kind.scale} decimals where {DECIMALS} are kept: round it first"
        )
    return table[name].cast(MONEY)


def amount_of(name: str, value: Decimal | int) -> Decimal:
    """Read one amount of money that is not negative."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise ValueError(f"{name} must be a Decimal, not {value!r}")
    exact = Decimal(value)
    if not (exact.is_finite() and exact >= 0):
        raise ValueError(f"{name} must be 0 or more, not {value}")
    if exact != round(exact, DECIMALS):
        raise ValueError(f"{name} has more than {DECIMALS} decimals: {value}")
    return round(exact, DECIMALS)


def exactly(value: Decimal | int) -> ir.DecimalScalar:
    """Write an amount as a literal of the kept precision."""
    return ibis.literal(round(Decimal(value), DECIMALS), type=MONEY)


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
