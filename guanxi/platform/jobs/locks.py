"""What background work has in common: a connection that lives, a lock that dies with its worker."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import close_old_connections, connection


def connect_anew() -> None:
    """Drop this thread's old connection: the database may have been restarted since."""
    if not connection.in_atomic_block:
        close_old_connections()


@contextmanager
def held(pk: UUID) -> Iterator[bool]:
    """Hold the lock of a task; yields whether it was free. It vanishes with the session."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(hashtextextended(%s, 1))", [str(pk)])
        (free,) = cursor.fetchone()
    try:
        yield free
    finally:
        if free and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(hashtextextended(%s, 1))", [str(pk)])
