"""Prices in the firm's currency, and what other currencies were worth in it, month by month."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from guanxi.demo.columns import Floats, Ints

# About what one unit was worth in yuan: the level that prices and rates of the sample start from.
YUAN = {
    "CNY": 1.0, "TWD": 0.225, "USD": 7.15, "EUR": 7.8, "GBP": 9.1, "HKD": 0.915, "JPY": 0.048,
    "SGD": 5.4, "KRW": 0.0052, "AUD": 4.7, "MYR": 1.55, "THB": 0.2,
}  # fmt: skip
WITHOUT_CENTS = ("TWD", "JPY", "KRW")
RATE_SCALE = 6  # decimals of an exchange rate
MONTHS = 38  # of rates: three years, this month and one to spare


def price_level(currency: str) -> float:
    """How many units of `currency` a yuan of the price list is; unknown ones count as dollars."""
    return 1 / YUAN.get(currency, YUAN["USD"])


def smallest_coin(currency: str) -> int:
    """What prices are rounded to, in hundredths."""
    return 100 if currency in WITHOUT_CENTS else 1


def rounded(cents: Floats, coin: Ints) -> Ints:
    """Amounts in whole coins, at least one."""
    whole: Ints = np.maximum(np.rint(cents / coin), 1).astype(np.int64) * coin
    return whole


def priced(yuan: float, currency: str) -> int:
    """A price of the list in cents of `currency`, rounded as price tags are."""
    if currency == "CNY":
        return round(yuan * 100)
    amount = yuan * price_level(currency)
    step = 10.0 ** (np.floor(np.log10(amount)) - 2) * 5
    return max(1, round(float(np.round(amount / step) * step * 100)))


@dataclass(frozen=True)
class Rates:
    """Rates in millionths of the reporting currency, by month and currency.

    The first currency is the reporting currency itself.
    """

    currencies: tuple[str, ...]
    first_days: Ints  # of each month, in days since 1970
    millionths: Ints  # months × currencies

    def on(self, days: Ints, currencies: Ints) -> Ints:
        """The rates of those days, in millionths."""
        month = np.searchsorted(self.first_days, days, side="right") - 1
        found: Ints = self.millionths[np.maximum(month, 0), currencies]
        return found


def draw_rates(
    random: np.random.Generator, *, reporting: str, others: tuple[str, ...], today: dt.date
) -> Rates:
    """Let each rate wander by about one per cent a month, to end near its level of today."""
    currencies = (reporting, *(c for c in others if c != reporting))
    months = [_month_before(today, back) for back in reversed(range(MONTHS))]
    level = np.array([YUAN[c] / YUAN.get(reporting, YUAN["USD"]) for c in currencies[1:]])
    steps = random.normal(0, 0.009, (MONTHS, len(level)))
    wandering: Floats = np.exp(np.cumsum(steps[::-1], axis=0)[::-1])
    millionths = np.ones((MONTHS, len(currencies))) * 10**RATE_SCALE
    millionths[:, 1:] = np.round(level * wandering, 4) * 10**RATE_SCALE
    epoch = dt.date(1970, 1, 1).toordinal()
    return Rates(
        currencies,
        np.array([day.toordinal() - epoch for day in months], np.int64),
        np.round(millionths).astype(np.int64),
    )


def _month_before(day: dt.date, months: int) -> dt.date:
    count = day.year * 12 + day.month - 1 - months
    return dt.date(count // 12, count % 12 + 1, 1)
