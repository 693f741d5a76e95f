"""The page that starts the web client, for every address that is no file and no endpoint."""

from functools import cache

from django.conf import settings
from django.http import HttpResponse

from guanxi.platform.http.request import Request

NONCE = "__CSP_NONCE__"


@cache
def _index() -> str:
    return (settings.CLIENT_DIST / "index.html").read_text()


def client_page(request: Request) -> HttpResponse:
    """index.html with this response's style nonce; never cached, so a new build is seen at once."""
    if not settings.CLIENT_DIST.is_dir():
        return HttpResponse(
            "The web client is not built: run make setup.", status=503, content_type="text/plain"
        )
    response = HttpResponse(_index().replace(NONCE, request.csp_nonce))
    response["Cache-Control"] = "no-store"
    return response
