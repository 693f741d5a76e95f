"""Cells that a spreadsheet would run as formulas: marked on the way out, unmarked on the way in.

A leading apostrophe is what Excel itself uses. To be exact both ways, a text that already begins
with apostrophes before a dangerous character gets one more.
"""

import re

_PHONE_OR_NUMBER = re.compile(r"[+-]?\(?[\d][\d\s().,/-]*(?:[eE][+-]?\d+)?%?")
_DANGEROUS = re.compile(r"'*[=@\t\r+\-]")


def _is_dangerous(text: str) -> bool:
    if not _DANGEROUS.match(text):
        return False
    # "+86 138 0013 8000" and "-5" are what they look like; behind apostrophes nothing is spared
    return not (text[0] in "+-" and _PHONE_OR_NUMBER.fullmatch(text))


def neutralize(text: str) -> str:
    """The text as it may stand in an exported cell."""
    return "'" + text if text and text[0] in "'=@\t\r+-" and _is_dangerous(text) else text


def remove_mark(text: str) -> str:
    """The text a neutralized cell stands for; any other text is left alone."""
    return text[1:] if text[:1] == "'" and _is_dangerous(text[1:]) else text
