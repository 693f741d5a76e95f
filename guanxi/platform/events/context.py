"""Who is acting and why, for every change of a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction


@contextmanager
def acting(*, actor_id: UUID | None, source: str, request_id: UUID | None = None) -> Iterator[None]:
    """Open a transaction whose events name actor, source ("api", "import:<id>") and request."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "select set_config('guanxi.actor', %s, true),"
                " set_config('guanxi.source', %s, true), set_config('guanxi.request', %s, true)",
                [str(actor_id or ""), source, str(request_id or "")],
            )
        yield
