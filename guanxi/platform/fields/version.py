"""Which state of the firm's own definitions holds: objects, fields and layouts share one version.

Whoever works on one thing, as a request does, has the same definitions from its beginning to its
end, whatever others define meanwhile.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import connection

# A row that is written again has another transaction or stands in another place.
VERSION = "select (xmin, ctid)::text from platform_fieldsversion"


@dataclass
class _State:
    version: str | None  # None until somebody asks


_state: ContextVar[_State | None] = ContextVar("definitions", default=None)


def current_version() -> str:
    """Names the state of the definitions that this transaction sees."""
    with connection.cursor() as cursor:
        cursor.execute(VERSION)
        row = cursor.fetchone()
    return row[0] if row else ""


@contextmanager
def one_version(version: str | None = None) -> Iterator[None]:
    """Within, the definitions are those of a version, or of when they are first asked for."""
    before = _state.set(_State(version))
    try:
        yield
    finally:
        _state.reset(before)


def version_held() -> str:
    """The version that holds here; outside of `one_version` that of this moment."""
    state = _state.get()
    if state is None:
        return current_version()
    if state.version is None:
        state.version = current_version()
    return state.version


def look_again() -> None:
    """Hold to the definitions as they are by now: this transaction has just changed them."""
    if (state := _state.get()) is not None:
        state.version = None
