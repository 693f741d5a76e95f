"""What happens around every request: its id, language and transaction; the security policy."""

import re
import secrets
import uuid
from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils import translation

from guanxi.platform.events.context import acting
from guanxi.platform.http.problems import as_problem, constraint_problem
from guanxi.platform.http.request import Request
from guanxi.platform.workspaces.services import current_workspace

Handler = Callable[[Request], HttpResponse]
SAFE = ("GET", "HEAD", "OPTIONS")
# Own transactions: a refused guess must still be counted, and nothing waits for another server.
OWN_TRANSACTION = re.compile(
    r"/api/v1/(session(/code|/passkey)?|factors/.*|identity-providers/[^/]+/test"
    r"|preferences/[^/]+|customers/[^/]+/preference-links)"
)
LANGUAGES = {
    "zh-cn": "zh-hans",
    "zh-sg": "zh-hans",
    "zh-tw": "zh-hant",
    "zh-hk": "zh-hant",
    "zh-mo": "zh-hant",
}


def request_id(get_response: Handler) -> Handler:
    """Give each request an id: in logs, problems, events, and to undo its changes by."""

    def handle(request: Request) -> HttpResponse:
        request.request_id = uuid.uuid4()
        response = get_response(request)
        if request.path.startswith("/api/"):
            response = as_problem(request, response)
        response["X-Request-Id"] = str(request.request_id)
        return response

    return handle


def content_security_policy(get_response: Handler) -> Handler:
    """Scripts and styles of our own only; styles made at run time carry the response's nonce."""

    def handle(request: Request) -> HttpResponse:
        request.csp_nonce = secrets.token_urlsafe(16)
        response = get_response(request)
        if "Content-Security-Policy" not in response:
            response["Content-Security-Policy"] = (
                "default-src 'self'; script-src 'self'; "
                f"style-src 'self' 'nonce-{request.csp_nonce}'; img-src 'self' data: blob:; "
                "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
            )
        return response

    return handle


def preferred_language(request: Request) -> str:
    """The user's language, else the browser's, else the workspace's: zh-hans, zh-hant or en."""
    user = getattr(request, "user", None)
    if user is not None and user.language:
        return str(user.language)
    for part in request.headers.get("Accept-Language", "").split(","):
        tag = part.partition(";")[0].strip().lower()
        if tag.startswith("en"):
            return "en"
        if tag.startswith("zh"):
            return LANGUAGES.get(tag, "zh-hant" if "hant" in tag else "zh-hans")
    workspace = current_workspace()
    return workspace.language if workspace else "en"


def user_language(get_response: Handler) -> Handler:
    def handle(request: Request) -> HttpResponse:
        if not request.path.startswith("/api/"):
            return get_response(request)
        with translation.override(preferred_language(request)):
            return get_response(request)

    return handle


def write_transaction(get_response: Handler) -> Handler:
    """One transaction per writing request, in its user's name; any refusal rolls all of it back."""

    def handle(request: Request) -> HttpResponse:
        if (
            request.method in SAFE
            or OWN_TRANSACTION.fullmatch(request.path)
            or not request.path.startswith("/api/")
        ):
            return get_response(request)
        user, request.afterwards = request.user, []
        source = "token" if getattr(request, "token", None) else "api"
        try:
            with acting(
                actor_id=user.pk if user else None, source=source, request_id=request.request_id
            ):
                response = get_response(request)
                if response.status_code >= 400:
                    transaction.set_rollback(True)
        except IntegrityError as error:  # a deferred constraint speaks at the commit
            return constraint_problem(request, error)
        for write in request.afterwards:
            write()
        return response

    return handle
