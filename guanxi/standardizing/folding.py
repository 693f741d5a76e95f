"""Text as search and matching compare it: one case, one width, no accents, simplified characters.

Every character is folded by itself, so that the database does the same with a table of characters
(`fold_table`), and a place in folded text leads back to a place in the original.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

# Chinese characters with their simplified form, if it is another, and all readings without tones.
# From OpenCC (Apache License 2.0) and pypinyin (MIT): its first reading and those that its
# phrases use, with those of surnames; ü is written v and u.
CHARACTERS = Path(__file__).with_name("characters.csv")
WITHOUT_DECOMPOSITION = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
INVISIBLE = ("Mn", "Me", "Cf")  # accents, joiners, marks of direction
UNKNOWN = ("Cn", "Co")  # what Unicode does not know, or a font of the firm alone
RARE = "\U00020000"  # from here on characters are rare ideographs, but for a few


@cache
def _characters() -> dict[str, tuple[str, tuple[str, ...]]]:
    with CHARACTERS.open(encoding="utf-8", newline="") as file:
        return {c: (simple or c, tuple(said.split())) for c, simple, said in csv.reader(file)}


def readings(character: str) -> tuple[str, ...]:
    """How a character may be said, without tones: 曾 -> ceng, zeng."""
    return _characters().get(character, ("", ()))[1]


def is_ideograph(character: str) -> bool:
    """Whether the character is a word of its own, as in Chinese, Japanese and Korean."""
    return character.isalnum() and unicodedata.east_asian_width(character) in "WF"


@lru_cache(maxsize=65_536)
def fold_character(character: str) -> str:
    """What stands for one character: letters and digits; " " for a sign; "" for the invisible."""
    if unicodedata.category(character) in UNKNOWN:
        return _unknown(character)
    decomposed = unicodedata.normalize("NFKD", character.casefold())
    visible = "".join(c for c in decomposed if unicodedata.category(c) not in INVISIBLE)
    composed = unicodedata.normalize("NFC", visible).casefold().translate(WITHOUT_DECOMPOSITION)
    return "".join(map(_folded, composed)) if composed else ""


def _unknown(character: str) -> str:
    return character if character < RARE else f" {character} "


def _folded(character: str) -> str:
    simple = _characters().get(character, (character, ()))[0]
    if is_ideograph(simple):
        return f" {simple} "
    return simple if simple.isalnum() else " "


def fold(text: str) -> str:
    """The words of a text, each ideograph one of them: "張偉 (ＡＢ)" -> "张 伟 ab"."""
    return re.sub(" +", " ", "".join(map(fold_character, text))).strip()


def simplify(text: str) -> str:
    """The text with its signs and accents kept, in simplified characters, half width and small
    letters, without white space and what is not seen: "臺北市 ＡＢ-１" -> "台北市ab-1".

    Unicode's NFKC with case folding (UAX 15, UAX 31), the characters one by one as OpenCC's t2s.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    seen = "".join(c for c in folded if not (c.isspace() or unicodedata.category(c) == "Cf"))
    composed = unicodedata.normalize("NFKC", seen)
    return "".join(_characters().get(c, (c, ()))[0] for c in composed)


def fold_table() -> Iterator[tuple[str, str, list[str] | None]]:
    """(character, folded, readings) where the database would not guess it.

    It guesses lower case for ASCII, a word of its own from RARE on, the character itself else.
    """
    for code in range(0x80, 0x110000):
        character = chr(code)
        if unicodedata.category(character) in (*UNKNOWN, "Cs"):
            continue
        folded, said = fold_character(character), readings(character)
        if folded != _unknown(character) or said:
            yield character, folded, list(said) or None
