"""Long runs of this area wait for each other: together they would need too much memory."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

LOCK_POLL = 0.5  # seconds
ENGINE_MEMORY = "2GB"  # beyond it the engine works on disk

# Hears the step, how far it is and of how much; may raise to stop. It may not use the caller's
# database connection, which may be in the middle of a COPY.
Tell = Callable[[str, int, int | None], None]


@contextmanager
def one_at_a_time(tell: Tell) -> Iterator[None]:
    """Hold the lock of runs for this database session; the server frees it if we die."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute("select pg_try_advisory_lock(hashtextextended('guanxi.insight.run', 2))")
            if cursor.fetchone() == (True,):
                break
            tell("wait", 0, None)
            time.sleep(LOCK_POLL)  # not in the database: whoever waits can be stopped by `tell`
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute(
                    "select pg_advisory_unlock(hashtextextended('guanxi.insight.run', 2))"
                )
