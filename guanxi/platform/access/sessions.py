"""Sessions kept in the database, each with whose it is and on which device.

Named by SESSION_ENGINE. What a person sees of a session is its `id`; the key itself never leaves
the cookie.
"""

import datetime as dt
import uuid
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.utils import timezone

from guanxi.platform.access.models import Session

NOTED_EVERY = dt.timedelta(minutes=5)  # how exact "last used" is


class SessionStore(db.SessionStore):
    """Django's store, on a table with columns of its own for what `set_device` and sign-in note."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        data.setdefault("id", str(uuid.uuid4()))
        data.setdefault("since", timezone.now().isoformat())
        row = cast(Session, super().create_model_instance(data))
        row.public_id = uuid.UUID(data["id"])
        row.user_id = data.get(SESSION_KEY)
        row.created_at = dt.datetime.fromisoformat(data["since"])
        row.address = data.get("address")
        row.user_agent = data.get("user_agent", "")
        row.last_used_at = timezone.now()
        return row

    def _get_session_from_db(self) -> Session | None:
        row: Session | None = super()._get_session_from_db()  # type: ignore[misc]
        now = timezone.now()
        if row is not None and row.last_used_at < now - NOTED_EVERY:
            Session.objects.filter(pk=row.pk).update(last_used_at=now)
        return row
