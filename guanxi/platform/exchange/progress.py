"""Who, besides the job's own row, hears how far an import is: the command line."""

from collections.abc import Callable
from contextvars import ContextVar

Listener = Callable[[int, int | None], None]
listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def tell(done: int, total: int | None) -> None:
    """Pass the progress on to whoever listens in this process."""
    if (hear := listener.get()) is not None:
        hear(done, total)
