"""Who is asking: the session's user, or the user a bearer token acts for."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from ninja.errors import AuthenticationError, HttpError
from ninja.utils import check_csrf

from guanxi.platform.access.predicate import Asker
from guanxi.platform.access.sign_in import user_of_session, user_of_token

Handler = Callable[[HttpRequest], HttpResponse]


def identify(get_response: Handler) -> Handler:
    """Set request.user (None when nobody is signed in), request.token and request.asker."""

    def handle(request: HttpRequest) -> HttpResponse:
        request.user = request.token = request.asker = None
        if request.path.startswith("/api/"):
            scheme, _space, key = request.headers.get("Authorization", "").partition(" ")
            if scheme.lower() == "bearer":
                request.token = user_of_token(key)
                request.user = request.token.user if request.token else None
            else:
                request.user = user_of_session(request)
            if request.user is not None:
                request.asker = Asker(request.user, request.token.scopes if request.token else None)
        return get_response(request)

    return handle


def require_csrf(request: HttpRequest) -> None:
    """Refuse a browser's request that does not prove it comes from our own page. Raises HttpError 403."""
    if check_csrf(request) is not None:
        raise HttpError(403, "The page is out of date: reload it and try again.")


def signed_in(request: HttpRequest) -> Asker:
    """The API's authentication. Raises AuthenticationError, or HttpError for a missing CSRF proof."""
    if request.asker is None:
        raise AuthenticationError
    if request.token is None:
        require_csrf(request)
    asker: Asker = request.asker
    return asker
