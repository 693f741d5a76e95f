"""From the text of a cell to the text PostgreSQL casts: one converter per type, columns at a time.

A converter is a function of one stripped, non-empty text; it raises BadValue. `convert_column`
runs it over a column with a cache, because columns repeat their values.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.db import models
from django.utils import translation
from django.utils.translation import gettext as _

CACHE = 20_000  # values a column remembers
LANGUAGES = ("en", "zh-hans", "zh-hant")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class BadValue(Exception):
    """A cell that does not fit its field: `code` for programs, the message for people."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code, self.message = code, message


Convert = Callable[[str], str]


class Column:
    """Converts one column of a table chunk by chunk; remembers what it has converted.

    `refuses` says whether it may return a BadValue: few columns do, and looking costs.
    """

    def __init__(self, convert: Convert):
        self.convert = convert
        self.known: dict[str, str | BadValue] = {"": ""}
        self.refuses = False

    def __call__(self, cells: Sequence[str]) -> list[str | BadValue]:
        if len(self.known) > CACHE:
            self.known, self.refuses = {"": ""}, False
        for cell in set(cells).difference(self.known):
            self.known[cell] = self._one(cell)
        return list(map(self.known.__getitem__, cells))

    def refuse(self, cell: str, why: BadValue) -> BadValue:
        self.known[cell], self.refuses = why, True
        return why

    def _one(self, cell: str) -> str | BadValue:
        text = cell.strip()
        if not text:
            return ""
        try:
            return self.convert(text)
        except BadValue as why:
            return self.refuse(cell, why)


def text(max_length: int | None = None, *, single_line: bool = True) -> Convert:
    """Text without control characters, at most `max_length` characters."""

    def convert(value: str) -> str:
        if not value.isprintable():
            if CONTROL.search(value):
                raise BadValue("control_character", _("Remove the control characters."))
            if single_line:
                value = " ".join(value.split())
        if max_length is not None and len(value) > max_length:
            message = _("This has %(n)d characters; at most %(limit)d fit. Shorten it.")
            raise BadValue("too_long", message % {"n": len(value), "limit": max_length})
        return value

    return convert


def narrow(value: str) -> str:
    """Full-width digits, letters and signs as ASCII (NFKC)."""
    return value if value.isascii() else unicodedata.normalize("NFKC", value)


CURRENCY_SIGNS = re.compile(
    r"^(?:(?:RMB|CNY|TWD|NTD|NT|USD|US|HKD|HK|EUR|GBP|JPY)\s?)?[¥$€£元]?\s*|\s*(?:元|圆|圓|[¥$€£]|CNY|RMB|TWD|USD|EUR|GBP|HKD|JPY)$",
    re.I,
)
PLAIN = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?")
GROUPED = {
    ".": re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d*)?"),
    ",": re.compile(r"[-+]?\d{1,3}([.]\d{3})+(,\d*)?"),
}
GROUPED_IN_TENS_OF_THOUSANDS = re.compile(r"[-+]?\d{1,4}(,\d{4})+(\.\d*)?")
INDIAN = re.compile(r"[-+]?\d{1,2}(,\d{2})*,\d{3}(\.\d*)?")


def plain_number(value: str, mark: str = ".") -> Decimal:
    """The number a person wrote: signs of currency, grouping, (negative), full-width digits.

    `mark` is the decimal mark. Raises BadValue.
    """
    stripped = narrow(value).replace("−", "-").replace("\u00a0", " ").strip()
    negative = stripped.startswith("(") and stripped.endswith(")")
    if negative:
        stripped = stripped[1:-1].strip()
    sign = "-" if stripped[:1] == "-" else ""
    stripped = sign + CURRENCY_SIGNS.sub("", stripped.lstrip("-+").strip()).replace(
        " ", ""
    ).replace("'", "")
    if stripped.endswith("-"):
        stripped = "-" + stripped[:-1]
    if mark == ",":
        if GROUPED[","].fullmatch(stripped):
            stripped = stripped.replace(".", "")
        stripped = stripped.replace(",", ".") if stripped.count(",") == 1 else stripped
    elif any(p.fullmatch(stripped) for p in (GROUPED["."], GROUPED_IN_TENS_OF_THOUSANDS, INDIAN)):
        stripped = stripped.replace(",", "")
    if not PLAIN.fullmatch(stripped):
        raise BadValue("not_a_number", _('"%(value)s" is no number.') % {"value": value[:40]})
    try:
        number = Decimal(stripped)
    except InvalidOperation:  # pragma: no cover  the pattern lets none through
        raise BadValue(
            "not_a_number", _('"%(value)s" is no number.') % {"value": value[:40]}
        ) from None
    return -number if negative else number


def decimal_mark(cells: Iterable[str]) -> str:
    """ "," if the column's numbers can only be read with a decimal comma, else "."."""
    comma = dot = 0
    for cell in cells:
        value = narrow(cell)
        last_comma, last_dot = value.rfind(","), value.rfind(".")
        if last_comma >= 0 and last_dot >= 0:
            comma, dot = comma + (last_comma > last_dot), dot + (last_dot > last_comma)
        elif last_comma >= 0 and value.count(",") == 1:
            tail = sum(c.isdigit() for c in value[last_comma + 1 :])
            comma += tail not in (3, 4)
        elif last_dot >= 0 and value.count(".") == 1:
            dot += sum(c.isdigit() for c in value[last_dot + 1 :]) != 3
    return "," if comma > dot else "."


def number(
    max_digits: int | None = None, decimal_places: int | None = None, mark: str = "."
) -> Convert:
    """A decimal that fits numeric(max_digits, decimal_places), rounded to its places."""

    def convert(value: str) -> str:
        found = plain_number(value, mark)
        if decimal_places is not None and max_digits is not None:
            if abs(found) >= Decimal(10) ** (max_digits - decimal_places):
                message = _('"%(value)s" is larger than the field can hold. Check the amount.')
                raise BadValue("too_large", message % {"value": value[:40]})
            found = round(found, decimal_places)
        return f"{found:f}"

    return convert


def integer(mark: str = ".") -> Convert:
    def convert(value: str) -> str:
        found = plain_number(value, mark)
        if found != int(found):
            raise BadValue(
                "not_whole", _('"%(value)s" is no whole number.') % {"value": value[:40]}
            )
        if not -(2**31) <= found < 2**31:
            raise BadValue("too_large", _('"%(value)s" is too large.') % {"value": value[:40]})
        return str(int(found))

    return convert


YES = {
    "1",
    "y",
    "yes",
    "true",
    "t",
    "是",
    "有",
    "对",
    "對",
    "真",
    "启用",
    "啟用",
    "√",
    "✓",
    "x",
    "on",
}
NO = {
    "0",
    "n",
    "no",
    "false",
    "f",
    "否",
    "无",
    "無",
    "不是",
    "错",
    "錯",
    "假",
    "停用",
    "×",
    "off",
    "-",
}


def boolean(value: str) -> str:
    word = narrow(value).casefold()
    if word in YES:
        return "true"
    if word in NO:
        return "false"
    raise BadValue("not_yes_or_no", _('"%(value)s" is neither yes nor no.') % {"value": value[:40]})


def choice(column: "models.Field[Any, Any]", synonyms: dict[str, str] | None = None) -> Convert:
    """A choice by its value or its label in any of our languages."""
    values = [(v, label) for v, label in getattr(column, "flatchoices", []) if v not in (None, "")]
    known = {k.casefold(): v for k, v in (synonyms or {}).items()}
    for language in LANGUAGES:
        with translation.override(language):
            known |= {str(label).casefold(): str(v) for v, label in values}
    known |= {str(v).casefold(): str(v) for v, _label in values}

    def convert(value: str) -> str:
        if (found := known.get(narrow(value).casefold())) is None:
            offered = ", ".join(str(label) for _v, label in values[:12])
            message = _('"%(value)s" is none of the choices: %(choices)s.')
            raise BadValue("no_choice", message % {"value": value[:40], "choices": offered})
        return found

    return convert


SEPARATORS = (re.compile("[;；]"), re.compile("[;；,，、|]"))


def choices(column: "models.Field[Any, Any]") -> Convert:
    """Choices one behind the other, as an export writes them or with other signs, as JSON."""
    one = choice(column)

    def all_of(separator: re.Pattern[str], value: str) -> str:
        return json.dumps([one(word.strip()) for word in separator.split(value) if word.strip()])

    def convert(value: str) -> str:
        for separator in SEPARATORS[:-1]:
            try:
                return all_of(separator, value)
            except BadValue:
                continue
        return all_of(SEPARATORS[-1], value)

    return convert


_email, _url = EmailValidator(), URLValidator()
SIMPLE_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}")


def email(value: str) -> str:
    value = narrow(value)
    if len(value) > 254 or not SIMPLE_EMAIL.fullmatch(value) or ".." in value:
        try:
            _email(value)
        except ValidationError:
            message = _('"%(value)s" is no e-mail address.') % {"value": value[:60]}
            raise BadValue("not_an_email", message) from None
    return value


def url(value: str) -> str:
    address = value if "://" in value else f"https://{value}"
    try:
        _url(address)
    except ValidationError:
        raise BadValue(
            "not_a_url", _('"%(value)s" is no web address.') % {"value": value[:60]}
        ) from None
    return text(200)(address)
