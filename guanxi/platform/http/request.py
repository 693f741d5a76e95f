"""The request as our middleware completes it."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest

if TYPE_CHECKING:
    from guanxi.platform.access.models import Token, User
    from guanxi.platform.access.predicate import Asker


class Request(HttpRequest):
    """A request with its id and who asks. Never made: it names what middleware sets for mypy.

    `user` and `asker` are there once `signed_in` let the request pass; before, `user` may be None.
    """

    user: "User"
    token: "Token | None"
    asker: "Asker"
    request_id: UUID
    csp_nonce: str
    afterwards: "list[Callable[[], None]]"  # what is written even if the request is refused
