"""What is left of a personal value for those who may know that there is one, but not which.

Each mask is a small pure function. Its twin in `masking.sql` makes rows; a test holds that the two
agree on every text. What is empty stays empty: that there is nothing is no secret.
"""

import re
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

NOTHING = "***"
DAY = "-**-**"
_DIGIT = re.compile(r"[^0-9]")
_ADDRESS = re.compile(r"(?s)^(.?).*@([^@]*)\Z")
_NUMBER = re.compile(r"[+(（]?[0-9][-0-9 ()（）.+]{4,}\Z")


def mask_name(value: str) -> str:
    """The family name of a Chinese name, the initial of any other: 张**, Z**."""
    return f"{value[:1]}**"


def mask_phone(value: str) -> str:
    """The last four digits, and what stands before the four in front of them: 138****5678.

    Of a number of less than eight digits the last two.
    """
    digits = _DIGIT.sub("", value)
    plus = "+" if value.startswith("+") else ""
    if len(digits) < 5:
        return "****"
    if len(digits) < 8:
        return f"****{digits[-2:]}"
    return f"{plus}{digits[:-8]}****{digits[-4:]}"


def mask_email(value: str) -> str:
    """The first character and the domain: z***@example.com."""
    return _ADDRESS.sub(r"\1***@\2", value) if "@" in value else NOTHING


def mask_day(value: str) -> str:
    """The year alone: 1985-**-**."""
    return value[:4] + DAY


def mask_contact(value: str) -> str:
    """An address or a number as such; of any other name on a channel nothing."""
    if "@" in value:
        return mask_email(value)
    return mask_phone(value) if _NUMBER.match(value) else NOTHING


def mask_all(value: str) -> str:
    """Nothing but that there is something."""
    return NOTHING


MASKS: dict[str, Callable[[str], str]] = {
    "name": mask_name,
    "phone": mask_phone,
    "email": mask_email,
    "day": mask_day,
    "contact": mask_contact,
    "all": mask_all,
}
# Of what is no text, not even that it is there is told in another form: it is null.
OF_TYPES = {
    "text": "all", "long_text": "all", "url": "all", "time": "all", "phone": "phone",
    "email": "email", "date": "day", "datetime": "day",
}  # fmt: skip
_LIKE_MASKS = {
    "name": re.compile(r".\*\*"),
    "phone": re.compile(r"\+?[0-9]*\*{4}[0-9]*"),
    "email": re.compile(r".?\*{3}@[^@]*|\*{3}"),
    "day": re.compile(r"[0-9]{4}-\*\*-\*\*"),
    "contact": re.compile(r"\+?[0-9]*\*{4}[0-9]*|.?\*{3}@[^@]*|\*{3}"),
    "all": re.compile(r"\*{3}"),
}


def masked_value(kind: str | None, value: Any) -> Any:
    """A value as it is shown in place of itself; `kind` None: it is not."""
    if kind is None or value is None or not isinstance(value, str):
        return None
    return MASKS[kind](value) if value else value


def looks_masked(kind: str | None, value: Any) -> bool:
    """Whether a text is what this mask leaves: nobody means it as a value."""
    if kind is None or not isinstance(value, str):
        return False
    return bool(_LIKE_MASKS[kind].fullmatch(value.strip()))


def is_mask(value: str) -> str:
    """Why such a value is refused."""
    return _('"%(value)s" stands in place of a value that was hidden.') % {"value": value[:60]}


def masked_sql(kind: str | None, text: str) -> str:
    """The SQL of the mask of the SQL of a text; null for what is not shown at all."""
    return "null::text" if kind is None else f"guanxi_mask_{kind}({text})"
