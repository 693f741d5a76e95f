"""What counts as money here: decimals that add up to the cent."""

from decimal import Decimal

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

# Ten-thousandths, as all money here is kept; wide enough for any sum of it.
DECIMALS = 4
MONEY = dt.Decimal(38, DECIMALS)
# What is multiplied: the product of two keeps all its decimals on every engine.
FACTOR = dt.Decimal(18, DECIMALS)


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
