"""Where somebody is signed in, and ending it."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from guanxi.platform.access.braking import WINDOW_SECONDS
from guanxi.platform.access.models import Session, SignInAttempt
from tests.cast import PASSWORD, Firm

pytestmark = pytest.mark.django_db
JSON = "application/json"
SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/17.4 Safari/605.1.15"
)


def enter(client: Client, username: str, password: str = PASSWORD, **options: object) -> int:
    body = {"username": username, "password": password}
    answer = client.post("/api/v1/session", body, content_type=JSON, **options)
    return int(answer.status_code)


def browser(username: str, **options: object) -> Client:
    client = Client(**options)
    assert enter(client, username) == 200
    return client


def status(client: Client) -> int:
    return int(client.get("/api/v1/customers").status_code)


def test_mine_with_device_and_address(firm: Firm) -> None:
    laptop = browser("owner", headers={"User-Agent": SAFARI}, REMOTE_ADDR="192.0.2.1")
    browser("teammate")
    told = laptop.get("/api/v1/sessions").json()
    here = next(s for s in told if s["is_current"])
    assert (here["browser"], here["system"]) == ("Safari", "Mac OS X")
    assert here["address"] == "192.0.2.1"
    assert len(told) == 2  # the cast's own, and this
    assert laptop.cookies["guanxi_session"].value not in str(told)


@pytest.mark.parametrize("agent", ["", "\0", "x" * 5000, "<script>alert(1)</script>", "微信"])
def test_a_browser_may_say_anything_of_itself(firm: Firm, agent: str) -> None:
    client = browser("owner", headers={"User-Agent": agent})
    assert any(s["is_current"] for s in client.get("/api/v1/sessions").json())


def test_one_is_ended_or_all_others(firm: Firm) -> None:
    here, there, elsewhere = browser("owner"), browser("owner"), browser("owner")
    told = there.get("/api/v1/sessions").json()
    pk = next(s["id"] for s in told if s["is_current"])
    assert firm.client("teammate").delete(f"/api/v1/sessions/{pk}").status_code == 404
    assert here.delete(f"/api/v1/sessions/{pk}").status_code == 204
    assert here.delete(f"/api/v1/sessions/{pk}").status_code == 404
    assert [status(c) for c in (here, there, elsewhere)] == [200, 401, 200]
    assert here.delete("/api/v1/sessions").json() == {"ended": 2}
    assert [status(c) for c in (here, there, elsewhere)] == [200, 401, 401]


def test_somebodys_are_ended_by_administrators_only(firm: Firm) -> None:
    path = f"/api/v1/people/{firm['owner'].pk}/sessions"
    for who, code in ((None, 401), ("owner", 403), ("manager", 403)):
        assert firm.client(who).delete(path).status_code == code
        assert firm.client(who).get(path).status_code == code
    program, _token = firm.token_client("owner", "read", "write")
    assert program.get("/api/v1/sessions").status_code == 403
    assert program.delete("/api/v1/sessions").status_code == 403
    boss = firm.client("administrator")
    assert len(boss.get(path).json()) == 1
    assert boss.delete(path).json() == {"ended": 1}
    assert status(firm.client("owner")) == 401


def test_signing_in_gives_a_key_of_its_own(firm: Firm) -> None:
    """A key that somebody planted before is worth nothing afterwards (session fixation)."""
    client = Client()
    client.session["planted"] = True
    planted = client.session
    planted.save()
    client.cookies["guanxi_session"] = planted.session_key
    assert enter(client, "owner") == 200
    assert client.cookies["guanxi_session"].value != planted.session_key
    thief = Client()
    thief.cookies["guanxi_session"] = planted.session_key
    assert status(thief) == 401


def test_use_is_noted_now_and_then(firm: Firm) -> None:
    client = firm.client("owner")
    key = firm.sessions["owner"]
    long_ago = timezone.now() - dt.timedelta(hours=1)
    Session.objects.filter(pk=key).update(last_used_at=long_ago)
    status(client)
    noted = Session.objects.get(pk=key).last_used_at
    assert noted > long_ago
    status(client)
    assert Session.objects.get(pk=key).last_used_at == noted


class TestGuessing:
    def test_many_names_from_one_address(self, firm: Firm) -> None:
        for number in range(60):
            assert enter(Client(), f"name{number}", "x") == 401
        assert enter(Client(), "owner") == 429
        assert enter(Client(REMOTE_ADDR="192.0.2.9"), "owner") == 200

    def test_one_name_from_many_addresses(self, firm: Firm) -> None:
        for number in range(100):
            assert enter(Client(REMOTE_ADDR=f"192.0.2.{number}"), "owner", "x") == 401
        assert enter(Client(REMOTE_ADDR="198.51.100.1"), "owner") == 429
        assert enter(Client(REMOTE_ADDR="198.51.100.1"), "teammate") == 200

    def test_an_unknown_name_is_answered_as_a_wrong_password(self, firm: Firm) -> None:
        answers = [
            Client().post(
                "/api/v1/session", {"username": name, "password": "x"}, content_type=JSON
            ).json()
            for name in ("owner", "nobody")
        ]  # fmt: skip
        for answer in answers:
            del answer["request_id"]
        assert answers[0] == answers[1]

    def test_no_brake_outlasts_its_window_when_the_clock_is_set_back(self, firm: Firm) -> None:
        for _ in range(10):
            enter(Client(), "owner", "x")
        assert enter(Client(), "owner") == 429
        ahead = timezone.now() + dt.timedelta(seconds=2 * WINDOW_SECONDS)
        SignInAttempt.objects.update(window_started_at=ahead)
        assert enter(Client(), "owner") == 200

    def test_an_address_counts_as_a_trusted_proxy_tells_it(self, firm: Firm, settings: Any) -> None:
        told = {"X-Forwarded-For": "10.9.9.9, 192.0.2.77"}
        for proxies, address in (([], "127.0.0.1"), (["127.0.0.0/8"], "192.0.2.77")):
            settings.TRUSTED_PROXIES = proxies
            client = browser("owner", headers=told)
            here = next(s for s in client.get("/api/v1/sessions").json() if s["is_current"])
            assert here["address"] == address
