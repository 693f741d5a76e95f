"""Second factors: what they open, what does not pass for one, and who must have one."""

import datetime as dt
from typing import Any

import pyotp
import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from guanxi.platform.access.models import Factor, RecoveryCode, Role, Session
from tests.cast import PASSWORD, Firm

pytestmark = pytest.mark.django_db
JSON = "application/json"
NOW = dt.datetime(2026, 1, 5, 9, 0, 5, tzinfo=dt.UTC)


def post(client: Client, path: str, body: Any = None) -> Any:
    return client.post(f"/api/v1/{path}", body or {}, content_type=JSON)


def start(who: str = "owner") -> Client:
    """A browser in which the password was given."""
    client = Client()
    assert post(client, "session", {"username": who, "password": PASSWORD}).status_code == 200
    return client


def may_work(client: Client) -> bool:
    return bool(client.get("/api/v1/customers").status_code == 200)


def code_at(secret: str, at: dt.datetime) -> str:
    return pyotp.TOTP(secret).at(at)


def enrol(client: Client, at: dt.datetime = NOW) -> tuple[str, list[str]]:
    """Add an authenticator app; returns its secret and the recovery codes."""
    begun = post(client, "factors/totp", {"password": PASSWORD})
    assert begun.status_code == 200, begun.content
    secret = begun.json()["secret"]
    done = post(client, "factors/totp/confirm", {"code": code_at(secret, at)})
    assert done.status_code == 200, done.content
    return secret, done.json()["codes"]


@pytest.fixture(autouse=True)
def at_nine() -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


class TestApp:
    def test_it_is_asked_for_after_the_password(self, firm: Firm, at_nine: Any) -> None:
        secret, _codes = enrol(start())
        client = start()
        told = client.get("/api/v1/session").json()
        assert (told["user"], told["prove"]) == (None, ["totp"])
        assert not may_work(client)
        at_nine.shift(60)
        assert post(client, "session/code", {"code": "000000"}).status_code == 401
        right = {"code": code_at(secret, timezone.now())}
        assert post(client, "session/code", right).json()["user"]["username"] == "owner"
        assert may_work(client)

    def test_the_secret_is_sealed_in_the_database(self, firm: Firm) -> None:
        secret, codes = enrol(start())
        kept = bytes(Factor.objects.get().secret)
        assert secret.encode() not in kept
        assert all(c.encode() not in bytes(r.digest) for c in codes for r in _recovery())

    def test_a_code_opens_once_even_if_the_clock_is_set_back(
        self, firm: Firm, at_nine: Any
    ) -> None:
        secret, _codes = enrol(start())
        at_nine.shift(60)
        seen = {"code": code_at(secret, timezone.now())}
        assert post(start(), "session/code", seen).status_code == 200
        assert post(start(), "session/code", seen).status_code == 401
        at_nine.shift(-60)
        earlier = {"code": code_at(secret, timezone.now())}
        assert post(start(), "session/code", earlier).status_code == 401

    def test_a_recovery_code_opens_once(self, firm: Firm) -> None:
        _secret, codes = enrol(start())
        assert len(codes) == len(set(codes)) == 10
        spelled = {"code": f" {codes[0].upper()} "}
        assert post(start(), "session/code", spelled).status_code == 200
        assert post(start(), "session/code", spelled).status_code == 401

    def test_guessing_is_slowed_down_whatever_the_address(self, firm: Firm) -> None:
        secret, _codes = enrol(start())
        for number in range(10):
            client = start()
            answer = client.post(
                "/api/v1/session/code", {"code": "123456"}, content_type=JSON,
                REMOTE_ADDR=f"192.0.2.{number}",
            )  # fmt: skip
            assert answer.status_code == 401
        right = {"code": code_at(secret, NOW + dt.timedelta(seconds=30))}
        assert post(start(), "session/code", right).status_code == 429

    @pytest.mark.parametrize("code", ["", "0", "１２３４５６", "\0", "x" * 50, "0000000"])
    def test_anything_may_be_typed(self, firm: Firm, code: str) -> None:
        enrol(start())
        assert post(start(), "session/code", {"code": code}).status_code in (401, 422)

    def test_half_way_is_no_session_and_does_not_last(self, firm: Firm, at_nine: Any) -> None:
        secret, _codes = enrol(start())
        client = start()
        for path in ("sessions", "factors", "tokens", "meta", "people"):
            assert client.get(f"/api/v1/{path}").status_code == 401
        for shift in (660, -660):
            half = start()
            at_nine.shift(shift)
            right = {"code": code_at(secret, timezone.now() + dt.timedelta(seconds=30))}
            assert post(half, "session/code", right).status_code == 401

    def test_the_key_of_the_half_way_session_opens_nothing_afterwards(
        self, firm: Firm, at_nine: Any
    ) -> None:
        secret, _codes = enrol(start())
        client = start()
        before = client.cookies[settings.SESSION_COOKIE_NAME].value
        at_nine.shift(60)
        post(client, "session/code", {"code": code_at(secret, timezone.now())})
        assert client.cookies[settings.SESSION_COOKIE_NAME].value != before
        assert not Session.objects.filter(pk=before).exists()

    def test_no_code_without_a_password(self, firm: Firm) -> None:
        secret, _codes = enrol(start())
        answer = post(Client(), "session/code", {"code": code_at(secret, NOW)})
        assert answer.status_code == 401

    def test_another_site_cannot_send_one(self, firm: Firm) -> None:
        stranger = Client(enforce_csrf_checks=True)
        for path in ("session/code", "session/passkey"):
            assert post(stranger, path, {"code": "x", "answer": {}}).status_code in (403, 422)


def _recovery() -> Any:
    return RecoveryCode.objects.all()


class TestOnesOwn:
    def test_it_takes_the_password(self, firm: Firm) -> None:
        client = start()
        for path in ("factors/totp", "factors/passkey", "factors/codes"):
            assert post(client, path, {"password": "wrong"}).status_code == 403
        enrol(client)
        pk = client.get("/api/v1/factors").json()["items"][0]["id"]
        assert post(client, f"factors/{pk}/remove", {"password": "x"}).status_code == 403
        right = {"password": PASSWORD}
        assert post(firm.client("teammate"), f"factors/{pk}/remove", right).status_code == 404
        assert post(client, f"factors/{pk}/remove", right).status_code == 204
        assert not _recovery().exists()
        assert may_work(start())

    def test_guesses_of_the_password_are_counted(self, firm: Firm) -> None:
        client = start()
        for _ in range(10):
            assert post(client, "factors/totp", {"password": "x"}).status_code == 403
        assert post(client, "factors/totp", {"password": PASSWORD}).status_code == 429

    def test_a_session_from_before_changes_nothing(self, firm: Firm) -> None:
        """Whoever left a browser open somewhere has not proved the factor there."""
        old = start()
        enrol(start())
        right = {"password": PASSWORD}
        assert post(old, "factors/totp", right).status_code == 403
        assert post(old, "factors/passkey", right).status_code == 403

    def test_new_codes_end_the_old(self, firm: Firm) -> None:
        client = start()
        _secret, old = enrol(client)
        new = post(client, "factors/codes", {"password": PASSWORD}).json()["codes"]
        assert post(start(), "session/code", {"code": old[0]}).status_code == 401
        assert post(start(), "session/code", {"code": new[0]}).status_code == 200

    def test_a_token_may_not(self, firm: Firm) -> None:
        program, _token = firm.token_client("owner", "read", "write")
        assert program.get("/api/v1/factors").status_code == 403
        assert post(program, "factors/totp", {"password": PASSWORD}).status_code == 403

    def test_administrators_help_who_lost_them(self, firm: Firm) -> None:
        enrol(start())
        path = f"/api/v1/people/{firm['owner'].pk}/factors"
        assert firm.client("manager").delete(path).status_code == 403
        assert firm.client("administrator").delete(path).status_code == 204
        assert may_work(start())


class TestPasskeys:
    @pytest.mark.parametrize(
        "answer", [{}, {"id": "AA"}, {"rawId": 1, "response": []}, {"rawId": "AA", "type": "x"}]
    )
    def test_no_nonsense_passes_for_one(self, firm: Firm, answer: Any) -> None:
        client = Client()
        assert post(client, "session/passkey", {"answer": answer}).status_code == 401
        asked = client.get("/api/v1/session/passkey").json()["publicKey"]
        assert asked["userVerification"] == "required"
        assert post(client, "session/passkey", {"answer": answer}).status_code == 401
        signed_in = start()
        begun = post(signed_in, "factors/passkey", {"password": PASSWORD}).json()["publicKey"]
        assert begun["rp"]["id"] == "localhost"
        sent = {"name": "x", "answer": answer}
        assert post(signed_in, "factors/passkey/confirm", sent).status_code == 401


class TestRoleThatNeedsOne:
    def test_nothing_else_works_until_there_is_one(self, firm: Firm, at_nine: Any) -> None:
        client = start()
        assert may_work(client)
        Role.objects.filter(name="account_manager").update(needs_second_factor=True)
        refused = client.get("/api/v1/customers")
        assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_needed")
        assert client.get("/api/v1/session").json()["add_factor"] is True
        assert may_work(firm.client("outsider"))  # of another role
        secret, _codes = enrol(client)
        assert may_work(client)
        assert client.get("/api/v1/session").json()["add_factor"] is False
        at_nine.shift(60)
        again = start()
        post(again, "session/code", {"code": code_at(secret, timezone.now())})
        assert may_work(again)
