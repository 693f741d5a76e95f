"""What a record is known by wherever people write: found in free text, and replaced there.

One pattern serves PostgreSQL and Python alike, so that what is counted in SQL is what is replaced.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import phonenumbers

REPLACED = "…"
BETWEEN = r"[\s().\-]*"  # what people put between the digits of a telephone number
CJK = "\u2e80"  # from here on two characters may be a whole name
SHORTEST, SHORTEST_CJK = 4, 2
IDEOGRAPH = r"[\u3400-\u9fff]"
# In JSON these are names of objects, fields, operators and the like, of which somebody's name may
# be one; but not under the keys that hold what people wrote.
STRUCTURE = re.compile(r"-?[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
WRITTEN = {"value", "values", "set", "search", "sample", "text", "message"}


@dataclass
class Traces:
    """Texts and telephone numbers (E.164) of one record, now and formerly.

    `common` are those of them that other records have as well: these stay in what others wrote.
    """

    texts: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    common: set[str] = field(default_factory=set)

    def pattern(self, *, elsewhere: bool = False, cells: bool = False) -> str:
        """The regular expression of all of it; "" if there is nothing to look for.

        `elsewhere`: only of what belongs to no other record. `cells`: in tables of people, where
        a name that goes on is somebody else's, who may not be a record yet.
        """
        left_out = self.common if elsewhere else set()
        phones = [_phone(p) for p in sorted(self.phones - left_out)]
        texts = {t for t in self.texts - left_out if is_telling(t)}
        texts |= {json.dumps(t, ensure_ascii=False)[1:-1] for t in texts}  # as it is within JSON
        longest_first = sorted(texts, key=lambda text: (-len(text), text))
        return "|".join([*phones, *(_word(t, alone=cells) for t in longest_first)])


def is_telling(text: str) -> bool:
    """Whether a text is long enough to mean somebody."""
    return len(text) >= (SHORTEST_CJK if max(text, default="") >= CJK else SHORTEST)


def is_ideographic(text: str) -> bool:
    """Whether it is written without spaces, so that it has no end within a text."""
    return bool(re.search(IDEOGRAPH, text))


def _word(text: str, *, alone: bool = False) -> str:
    """Not within a longer word: "Li Na" is not in "Li Nash", nor, if `alone`, 张伟 in 张伟明."""
    before = r"(?<![A-Za-z0-9])" if text[0].isascii() and text[0].isalnum() else ""
    after = r"(?![A-Za-z0-9])" if text[-1].isascii() and text[-1].isalnum() else ""
    if alone:
        before = before or (f"(?<!{IDEOGRAPH})" if is_ideographic(text[0]) else "")
        after = after or (f"(?!{IDEOGRAPH})" if is_ideographic(text[-1]) else "")
    return f"{before}{re.escape(text)}{after}"


def _phone(e164: str) -> str:
    """The number however it is written: with or without country code, in groups or not."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return _word(e164)
    national = BETWEEN.join(str(number.national_number))
    code = BETWEEN.join(str(number.country_code))
    return rf"(?<![0-9])(?:(?:\+|00)?{BETWEEN}{code}{BETWEEN})?0?{BETWEEN}{national}(?![0-9])"


def replaced(value: Any, pattern: "re.Pattern[str]", *, written: bool = True) -> Any:
    """A value of JSON with the pattern replaced in all its texts; a number that matches is gone.

    Keys stay, and unless all of it was `written` by people also what is structure.
    """
    match value:
        case str():
            spared = not written and STRUCTURE.fullmatch(value)
            return value if spared else pattern.sub(REPLACED, value)
        case list():
            return [replaced(one, pattern, written=written) for one in value]
        case dict():
            return {
                name: replaced(one, pattern, written=written or name in WRITTEN)
                for name, one in value.items()
            }
        case bool() | None:
            return value
        case _:
            return None if pattern.search(str(value)) else value


def telling(values: Iterable[str | None]) -> set[str]:
    return {v.strip() for v in values if v and is_telling(v.strip())}
