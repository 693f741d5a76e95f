"""A repeated POST with the same Idempotency-Key gets the first answer again, and does nothing."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.utils.translation import gettext as _

from guanxi.platform.http.request import Request
from guanxi.platform.objects.errors import DomainError
from guanxi.platform.objects.models import IdempotentResponse

MAX_KEY = 200


class KeyReused(DomainError):
    """The same key came with another request."""

    code = "idempotency_key_reused"


def answered_once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Remember the answer of a view for as long as its transaction lives in the database."""

    @wraps(view)
    def once(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return view(request, *args, **kwargs)
        if len(key) > MAX_KEY or not key.isprintable():
            raise DomainError(
                _("An Idempotency-Key has at most 200 printable characters."),
                field="Idempotency-Key",
            )
        user = request.asker.user
        with (
            connection.cursor() as cursor
        ):  # two at once: the second waits for the first one's answer
            cursor.execute(
                "select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{user.pk}:{key}"]
            )
        fingerprint = hashlib.sha256(
            f"{request.method} {request.path} ".encode() + request.body
        ).digest()
        earlier = IdempotentResponse.objects.filter(user=user, key=key).first()
        if earlier is not None:
            if bytes(earlier.fingerprint) != fingerprint:
                raise KeyReused(
                    _("This Idempotency-Key was used for another request."), field="Idempotency-Key"
                )
            return HttpResponse(
                earlier.body, status=earlier.status, content_type="application/json"
            )
        response = view(request, *args, **kwargs)
        IdempotentResponse.objects.create(
            user=user,
            key=key,
            fingerprint=fingerprint,
            status=response.status_code,
            body=response.content.decode(),
        )
        return response

    return once
