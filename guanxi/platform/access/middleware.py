"""Who is asking: the session's user, or the user a bearer token acts for."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja.errors import AuthenticationError, HttpError
from ninja.utils import check_csrf

from guanxi.platform.access.predicate import Asker
from guanxi.platform.access.sign_in import lacks_factor, user_of_session, user_of_token
from guanxi.platform.fields.version import one_version
from guanxi.platform.http.request import Request
from guanxi.platform.objects.errors import DomainError, NotAllowed, TooLarge


class FactorNeeded(DomainError):
    status, code = 403, "second_factor_needed"

    def __init__(self) -> None:
        super().__init__(_("Your role needs a second factor: add one first."))


Handler = Callable[[Request], HttpResponse]
WITHOUT_FACTOR = "/api/v1/factors"  # where one is added
FORM_BYTES = 64 * 1024  # what a form has around its file


def identify(get_response: Handler) -> Handler:
    """Set request.user and request.token (None when nobody is signed in), and request.asker."""

    def handle(request: Request) -> HttpResponse:
        user = token = None
        if request.path.startswith("/api/"):
            scheme, _space, key = request.headers.get("Authorization", "").partition(" ")
            if scheme.lower() == "bearer":
                token = user_of_token(key.strip())
                user = token.user if token else None
            else:
                user = user_of_session(request)
        if user is not None:
            request.asker = Asker(user, token.scopes if token else None)
        request.user, request.token = user, token  # type: ignore[assignment]
        with one_version(user.fields_version if user else None):
            return get_response(request)

    return handle


def require_csrf(request: Request) -> None:
    """Refuse a browser's request that does not prove it comes from our own page.

    Raises HttpError 403.
    """
    if check_csrf(request) is not None:
        raise HttpError(403, "The page is out of date: reload it and try again.")


def refuse_too_large(request: Request) -> None:
    """Refuse by its announced length what no file may have, before a byte of it is kept.

    Raises TooLarge.
    """
    limit = settings.UPLOAD_LIMIT_BYTES
    announced = request.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > limit + FORM_BYTES:
        raise TooLarge(limit)


def require_person(request: Request) -> None:
    """Refuse a token what only the person themselves may do. Raises NotAllowed."""
    if request.token is not None:
        raise NotAllowed(_("Sign in to do this: a token may not."))


def require_administrator(request: Request) -> None:
    """Refuse everybody but an administrator in person. Raises NotAllowed."""
    require_person(request)
    if not request.asker.grants.administer:
        raise NotAllowed(_("Only an administrator may do this."))


def signed_in(request: Request) -> Asker:
    """Authenticate an API request.

    Raises AuthenticationError, FactorNeeded, TooLarge, or HttpError without CSRF proof.
    """
    if request.user is None:
        raise AuthenticationError
    if lacks_factor(request) and not request.path.startswith(WITHOUT_FACTOR):
        raise FactorNeeded
    refuse_too_large(request)
    if request.token is None:
        require_csrf(request)  # reads the whole body of a form
    return request.asker
