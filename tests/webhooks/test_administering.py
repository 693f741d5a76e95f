"""Who may have webhooks, and to where."""

from __future__ import annotations

from typing import Any

import pytest

from guanxi.platform.http.addresses import is_public
from tests.cast import PEOPLE, Firm
from tests.webhooks.receiver import Make, Receiver
from tests.webhooks.test_telling import JSON, tell

pytestmark = pytest.mark.django_db(transaction=True)
ASKED: dict[str, Any] = {
    "name": "x",
    "url": "https://example.com/hook",
    "objects": ["customer"],
    "actions": ["created"],
}


def test_administrators_alone_who_signed_in_have_them(firm: Firm, make: Make) -> None:
    webhook, _secret = make()
    path = f"/api/v1/webhooks/{webhook.pk}"
    clients = [firm.client(who) for who in PEOPLE if who != "administrator"]
    clients.append(firm.token_client("administrator", "read", "write")[0])
    for client in clients:
        answers = [
            client.get("/api/v1/webhooks"),
            client.post("/api/v1/webhooks", ASKED, content_type=JSON),
            client.patch(path, {"name": "y"}, content_type=JSON),
            client.post(f"{path}/secret", content_type=JSON),
            client.post(f"{path}/test", content_type=JSON),
            client.get(f"{path}/deliveries"),
            client.post(f"{path}/deliveries/1/again", content_type=JSON),
            client.delete(path),
        ]
        assert [answer.status_code for answer in answers] == [403] * len(answers)
    assert firm.client(None).get("/api/v1/webhooks").status_code == 401
    webhook.refresh_from_db()
    assert webhook.name == "ERP"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"url": "http://example.com/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": "https://[::1]:8443/"}, "url"),
        ({"url": "https://169.254.169.254/latest/meta-data"}, "url"),
        ({"url": "https://user:secret@example.com/"}, "url"),
        ({"url": "https://example.com:99999/"}, "url"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"url": "https://exa mple.com/\r\nHost: x"}, "url"),
        ({"objects": ["dragon"]}, "objects"),
        ({"objects": []}, "objects"),
        ({"actions": ["purged"]}, "actions.0"),
        ({"filter": {"field": "nonsense"}}, "filter"),
        ({"filter": {"field": "city"}, "objects": ["customer", "task"]}, "filter"),
    ],
)
def test_what_is_wrong_is_named(firm: Firm, wrong: dict[str, Any], field: str) -> None:
    client = firm.client("administrator")
    answer = client.post("/api/v1/webhooks", ASKED | wrong, content_type=JSON)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert client.get("/api/v1/webhooks").json()["items"] == []


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0",  # noqa: S104
     "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1",
     "::ffff:127.0.0.1", "::ffff:a00:1", "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1"],
)  # fmt: skip
def test_addresses_inside_are_known_however_they_are_written(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_and_those_of_the_internet(address: str) -> None:
    assert is_public(address)


def test_a_test_is_sent_and_logged(firm: Firm, receiver: Receiver, make: Make) -> None:
    webhook, secret = make()
    client, path = firm.client("administrator"), f"/api/v1/webhooks/{webhook.pk}"
    assert client.post(f"{path}/test", content_type=JSON).status_code == 202
    tell(webhook)
    assert receiver.requests[0].verified(secret)["type"] == "test"
    (logged,) = client.get(f"{path}/deliveries").json()["items"]
    assert (logged["state"], logged["status"], logged["events"]) == ("delivered", 204, 0)
    client.patch(path, {"is_active": False}, content_type=JSON)
    assert client.post(f"{path}/test", content_type=JSON).json()["code"] == "webhook_off"
    assert client.delete(path).status_code == 204
    assert client.get("/api/v1/webhooks").json()["items"] == []
