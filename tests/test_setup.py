"""The first set-up: one firm, one administrator, or nothing at all."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from guanxi.platform.access.models import User
from guanxi.platform.access.services import setup_token
from tests.cast import PASSWORD

JSON = "application/json"


def post(client: Client, path: str, body: Any) -> Any:
    return client.post(f"/api/v1/{path}", body, content_type=JSON)


class TestSetUp:
    pytestmark = pytest.mark.django_db
    sent = {
        "firm": "茶行", "language": "zh-CN", "time_zone": "Asia/Shanghai", "currency": "CNY",
        "full_name": "王芳", "username": "wang", "password": PASSWORD,
    }  # fmt: skip

    @pytest.fixture(autouse=True)
    def empty(self, db: None) -> Any:
        cache.clear()
        yield
        cache.clear()

    def test_the_first_administrator(self) -> None:
        client = Client()
        assert client.get("/api/v1/session").json()["setup_needed"] is True
        answer = post(client, "setup", self.sent | {"token": setup_token(), "week_start": 7})
        assert answer.status_code == 200
        session = client.get("/api/v1/session").json()
        assert (session["user"]["role"]["name"], session["setup_needed"]) == (
            "administrator",
            False,
        )
        assert session["workspace"]["week_start"] == 7
        assert session["user"]["role"]["label"] != ""
        again = post(Client(), "setup", self.sent | {"token": setup_token()})
        assert (again.status_code, again.json()["code"]) == (409, "already_set_up")

    @pytest.mark.parametrize(
        ("change", "status", "field"),
        [
            ({"token": "wrong"}, 403, None),
            ({"token": "é"}, 403, None),
            ({"time_zone": "Mars/Olympus"}, 422, "time_zone"),
            ({"currency": "YEN"}, 422, "currency"),
            ({"currency": "yen"}, 422, "currency"),
            ({"language": "fr"}, 422, "language"),
            ({"week_start": 2}, 422, "week_start"),
            ({"password": "short"}, 422, "password"),
            ({"password": "1234567890"}, 422, "password"),
            ({"username": "王 芳"}, 422, "username"),
            ({"firm": " "}, 422, "firm"),
        ],
    )
    def test_what_does_not_fit_leaves_nothing(
        self, change: dict[str, Any], status: int, field: str | None
    ) -> None:
        answer = post(Client(), "setup", self.sent | {"token": setup_token()} | change)
        assert answer.status_code == status, answer.content
        assert [e["field"] for e in answer.json()["errors"]] == ([field] if field else [])
        assert (User.objects.count(), Client().get("/api/v1/session").json()["setup_needed"]) == (
            0,
            True,
        )
