"""Naming a colleague in a text: `@[王芳](user:<id>)`, which any program may keep as plain text."""

import re
from uuid import UUID

MARK = re.compile(r"@\[([^\]\n]{1,150})\]\(user:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\)")


def mentioned(text: str | None) -> set[UUID]:
    """The users a text names."""
    return {UUID(pk) for _name, pk in MARK.findall(text or "")}


def as_read(text: str) -> str:
    """The text as people read it: @王芳."""
    return MARK.sub(r"@\1", text)
