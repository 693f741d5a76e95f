"""Waiting for other processes, in tests of any area."""

import time
from collections.abc import Callable
from typing import Any

from django.db import connection

PATIENCE = 180.0  # seconds, on a machine busy with other tests


def wait_until(condition: Callable[[], Any], *, seconds: float = PATIENCE) -> None:
    """Return as soon as the condition holds; fail if it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} seconds in vain"
        time.sleep(0.02)  # between looks: another process tells nobody when it is that far


def wait_until_readable() -> int:
    """Wait until no older transaction, which may be another database's, holds up whoever reads the
    event stream; returns the transaction of the newest event."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(xid::text::numeric), 0) from platform_event")
        last = int(cursor.fetchone()[0])

    def is_final() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("select pg_snapshot_xmin(pg_current_snapshot())::text")
            return int(cursor.fetchone()[0]) > last

    wait_until(is_final)
    return last


def read_to_the_end(consumer: str, read: Callable[[], object]) -> None:
    """Let a reader of the event stream read, in one go, all there is."""
    from guanxi.platform.events.models import EventCursor

    last = wait_until_readable()
    read()
    assert int(EventCursor.objects.get(consumer=consumer).xid) >= last
