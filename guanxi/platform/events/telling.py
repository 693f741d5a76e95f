"""What belongs in the stream but is no change of a row: who signed in, who took a list away."""

import json
from typing import Any
from uuid import UUID

from django.db import connection

from guanxi.platform.http.request import Request

NOBODY = UUID(int=0)  # where there is no record to name
INSERT = """
insert into platform_event (object, record_id, action, changes, actor_id, source, request_id)
values (%s, %s, 'insert', %s, %s, %s, %s)
"""
TELL_OF = """
insert into platform_event (object, record_id, action, actor_id, source, request_id)
values (
    %s, %s, 'insert', nullif(current_setting('guanxi.actor', true), '')::uuid,
    coalesce(nullif(current_setting('guanxi.source', true), ''), 'database:' || session_user),
    nullif(current_setting('guanxi.request', true), '')::uuid
)
"""


def tell_of(name: str, record_id: UUID) -> None:
    """Add one event without facts, by whoever acts in the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(TELL_OF, [name, record_id])


def tell(
    request: Request, name: str, record_id: UUID, *, actor_id: UUID | None, **facts: Any
) -> None:
    """Add one event with its facts, which must be no personal values of customers."""
    changes = json.dumps({key: [None, fact] for key, fact in facts.items()})
    source = "token" if getattr(request, "token", None) else "api"
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [name, record_id, changes, actor_id, source, request.request_id])
