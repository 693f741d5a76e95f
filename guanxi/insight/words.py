"""Numbers as the reader writes them: money, shares, days and dates by language."""

import datetime as dt
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

LOCALES = {"zh-hans": "zh_Hans_CN", "zh-hant": "zh_Hant_TW"}
ALMOST = 0.01  # a probability is never said to be 0 % or 100 %


def locale() -> Locale:
    """The locale of the active language."""
    language = get_language() or "en"
    return Locale.parse(LOCALES.get(language, language.replace("-", "_")))


def money(amount: float | str | Decimal, currency: str) -> str:
    """An amount; without its small change from 100 on."""
    value = Decimal(str(amount))
    if abs(value) < 100:
        return format_currency(value, currency, locale=locale())
    whole = value.quantize(Decimal(1))
    return format_currency(whole, currency, locale=locale(), currency_digits=False, format=_whole())


def _whole() -> str:
    pattern = locale().currency_formats["standard"].pattern
    return pattern.replace("0.00", "0")


def share(value: float) -> str:
    """A probability in per cent."""
    if 0 < value < ALMOST:
        return "<" + format_percent(ALMOST, locale=locale())
    if 1 - ALMOST < value < 1:
        return ">" + format_percent(1 - ALMOST, locale=locale())
    return format_percent(value, locale=locale())


def days(number: float) -> str:
    """A length of time, in whole days."""
    whole = max(round(number), 1)
    return ngettext("%(number)s day", "%(number)s days", whole) % {
        "number": format_decimal(whole, locale=locale())
    }


def ago(number: float) -> str:
    """A moment so many days back."""
    if round(number) <= 0:
        return _("today")
    return _("%(days)s ago") % {"days": days(number)}


def day(date: str | dt.date) -> str:
    """A date."""
    parsed = date if isinstance(date, dt.date) else dt.date.fromisoformat(date)
    return format_date(parsed, format="medium", locale=locale())
