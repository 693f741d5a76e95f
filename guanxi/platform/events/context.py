"""Who is acting and why, for every change of a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction

SET = (
    "select set_config('guanxi.actor', %s, true), set_config('guanxi.source', %s, true),"
    " set_config('guanxi.request', %s, true)"
)
TOLD = (
    "select coalesce(current_setting('guanxi.actor', true), ''),"
    " coalesce(current_setting('guanxi.source', true), ''),"
    " coalesce(current_setting('guanxi.request', true), '')"
)


@contextmanager
def acting(*, actor_id: UUID | None, source: str, request_id: UUID | None = None) -> Iterator[None]:
    """Open a transaction whose events name actor, source ("api", "import:<id>") and request."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(SET, [str(actor_id or ""), source, str(request_id or "")])
        yield


@contextmanager
def acting_meanwhile(
    *, actor_id: UUID | None, source: str, request_id: UUID | None = None
) -> Iterator[None]:
    """The same within a transaction that has more to do: afterwards it is told as before."""
    with connection.cursor() as cursor:
        cursor.execute(TOLD)
        before = cursor.fetchone()
    with acting(actor_id=actor_id, source=source, request_id=request_id):
        yield
    with connection.cursor() as cursor:
        cursor.execute(SET, before)
