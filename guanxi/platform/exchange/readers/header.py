"""Whether the first row names the columns."""

import re

NUMBER = re.compile(r"[-+(]?[¥$€£]?\s*[\d.,]+\s*%?\)?")
DATE = re.compile(r"\d{1,4}[-/.年]\d{1,2}([-/.月]\d{1,4}日?)?.*")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def looks_like_value(cell: str) -> bool:
    text = cell.strip()
    return bool(NUMBER.fullmatch(text) or DATE.fullmatch(text) or EMAIL.fullmatch(text))


def looks_like_header(rows: list[list[str]]) -> bool:
    """The first row is a header if it holds no values, and does not come again as data."""
    first = [c.strip() for c in rows[0]]
    filled = [c for c in first if c]
    if not filled or any(looks_like_value(c) or len(c) > 80 for c in filled):
        return False
    return len(rows) == 1 or rows[0] not in rows[1:]
