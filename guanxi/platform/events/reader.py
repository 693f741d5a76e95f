"""Reading the event stream to its end, again and again, without losing or repeating an event.

Event ids are given out when an event is written, not when it is committed: a plain "after the last
id" would step over events of a transaction that began earlier and ends later. So the stream is read
in the order (transaction, id), and only below the oldest transaction still running: nothing can
appear there any more.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from guanxi.platform.events.models import Event, EventCursor

NEXT = """
select id, at, object, record_id, action, changes, actor_id, source, request_id, xid::text as xid
from platform_event e
where (e.xid, e.id) > (%s::xid8, %s) and e.xid < %s::xid8 and ({worth})
order by e.xid, e.id limit %s
"""
LAST = 2**63 - 1  # behind every event of a transaction


@contextmanager
def read_events(consumer: str, limit: int = 1000, *, worth: str = "true") -> Iterator[list[Event]]:
    """Give the next events of a consumer; its place in the stream is kept with the block's work.

    The block is one transaction. If it fails, its work is undone and the same events come again;
    two processes reading as one consumer take turns. Events `e` without the condition `worth` are
    passed over; fewer than `limit` are all there are by now.
    """
    with transaction.atomic():
        EventCursor.objects.get_or_create(consumer=consumer)
        cursor = EventCursor.objects.select_for_update().get(consumer=consumer)
        final = _oldest_running()
        place = [cursor.xid, cursor.event_id, final, limit]
        found: list[Any] = list(Event.objects.raw(NEXT.format(worth=worth), place))
        yield found
        if len(found) == limit:
            cursor.xid, cursor.event_id = found[-1].xid, found[-1].id
        else:
            cursor.xid, cursor.event_id = str(int(final) - 1), LAST
        cursor.save(update_fields=["xid", "event_id"])


def skip_events(consumer: str) -> None:
    """Let a consumer begin with what happens from now on: it has just read the tables themselves.

    Call it before reading them, in another transaction: what comes in between is then told twice
    rather than never.
    """
    place = {"xid": str(int(_oldest_running()) - 1), "event_id": LAST}
    EventCursor.objects.update_or_create(consumer=consumer, defaults=place)


def _oldest_running() -> str:
    """The oldest transaction that may still write: below it, all is final."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_snapshot_xmin(pg_current_snapshot())::text")
        oldest: str = cursor.fetchone()[0]
    return oldest
