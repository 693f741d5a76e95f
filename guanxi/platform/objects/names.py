"""Sort keys of names: Chinese by pinyin, everything in one alphabet."""

import unicodedata
from functools import lru_cache

from pypinyin import Style, pinyin

HEAD = 60  # characters that decide the order


@lru_cache(maxsize=65_536)
def _syllable(character: str) -> str:
    return pinyin(character, style=Style.NORMAL)[0][0] + " "


def name_sort_key(name: str) -> str:
    """The key that sorts `name` as a phone book does: 张伟 -> "zhang wei", in lower case.

    Character by character, which misreads rare polyphonic surnames but is stable and fast. What is
    not seen (joiners, marks of direction) moves no name, nor does how an accent is written.
    """
    if name.isascii():
        return name.strip().lower()[:HEAD]
    seen = "".join(c for c in name if unicodedata.category(c) != "Cf")
    folded = unicodedata.normalize("NFC", seen).strip().lower()[:HEAD]
    return "".join(_syllable(c) if "㐀" <= c <= "鿿" else c for c in folded).strip()
