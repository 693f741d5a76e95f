from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.urls import URLPattern, include, path, re_path

from guanxi.config.api import build_api
from guanxi.config.client import client_page
from guanxi.platform.access.sso import views as sso
from guanxi.platform.http.problems import problem
from guanxi.platform.http.request import Request

api = build_api()


def no_such_endpoint(request: Request, **_: Any) -> HttpResponse:
    return problem(request, 404, "not_found", "There is nothing at this address.")


def by_first_segment(patterns: Iterable[Any]) -> list[Any]:
    """The same addresses, those below one segment together.

    Every request tries one pattern after the other: so it tries dozens, not hundreds.
    """
    below: dict[str, list[URLPattern]] = {}
    others: list[Any] = []
    for pattern in patterns:
        segment, slash, rest = str(pattern.pattern).partition("/")
        if slash:
            found = path(rest, pattern.callback, pattern.default_args, pattern.name)
            below.setdefault(f"{segment}/", []).append(found)
        else:
            others.append(pattern)
    return [*(path(segment, include(found)) for segment, found in below.items()), *others]


endpoints, app_name, namespace = api.urls

urlpatterns = [
    path("api/v1/", (by_first_segment(endpoints), app_name, namespace)),
    path("sso/<uuid:pk>", sso.begin),
    path("sso/<uuid:pk>/back", sso.back),
    re_path(r"^api/", no_such_endpoint),
    re_path(r"^(?!static/|assets/)", client_page),
]
