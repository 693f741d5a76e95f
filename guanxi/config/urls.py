from typing import Any

from django.http import HttpResponse
from django.urls import path, re_path

from guanxi.config.api import build_api
from guanxi.config.client import client_page
from guanxi.platform.http.problems import problem
from guanxi.platform.http.request import Request

api = build_api()


def no_such_endpoint(request: Request, **_: Any) -> HttpResponse:
    return problem(request, 404, "not_found", "There is nothing at this address.")


urlpatterns = [
    path("api/v1/", api.urls),
    re_path(r"^api/", no_such_endpoint),
    re_path(r"^(?!static/|assets/)", client_page),
]
