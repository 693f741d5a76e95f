"""Amounts of any currency in that of the books, so that they can be added up and compared."""

from collections.abc import Callable
from typing import Any

from django.db.models import Case, F, OuterRef, Q, Value, When

from guanxi.platform.objects.columns import MoneyField
from guanxi.platform.objects.registry import ObjectField
from guanxi.platform.workspaces.services import books_currency

RateOf = Callable[[Any], Any]
_rates: list[RateOf] = []


def rates_from(rate_of: RateOf) -> None:
    """Say how today's rate of a currency, an expression of a subquery, is found."""
    _rates[:] = [rate_of]


def is_convertible(f: ObjectField) -> bool:
    """Whether rows may hold the amount in other currencies than the books'."""
    return isinstance(f.column, MoneyField) and bool(f.column.currency)


def in_books_currency(f: ObjectField) -> Any:
    """The amount at its row's own rate or else today's; null where its currency has none."""
    column = f.column
    if not isinstance(column, MoneyField) or not column.currency:
        return F(f.path)
    if column.rate:
        return F(f.path) * F(column.rate)
    fixed = column.currency.isupper()  # a code, the same for every row
    if fixed and column.currency == books_currency():
        return F(f.path)
    currency = Value(column.currency) if fixed else OuterRef(column.currency)
    rate = _rates[0](currency) if _rates else Value(None)
    if fixed:
        return F(f.path) * rate
    at_par = Q(**{f"{column.currency}__in": ["", books_currency()]})
    return Case(When(at_par, then=F(f.path)), default=F(f.path) * rate, output_field=column)
