"""What is sent, to a real server, checked by the library that receivers use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from guanxi.platform.access.models import Role
from guanxi.platform.webhooks.delivering import deliver
from guanxi.platform.webhooks.models import Webhook, WebhookDelivery
from guanxi.platform.webhooks.reading import CONSUMER, TOGETHER, tell_webhooks
from tests.cast import Firm
from tests.fields.definitions import define
from tests.files.calls import sent
from tests.waiting import read_to_the_end
from tests.webhooks.receiver import Make, Receiver

pytestmark = pytest.mark.django_db(transaction=True)
JSON = "application/json"


def change(firm: Firm, who: str, name: str, **values: Any) -> None:
    path = f"/api/v1/customers/{firm[f'customer:{name}'].pk}"
    answer = firm.client(who).patch(path, values, content_type=JSON)
    assert answer.status_code == 200, answer.content


def queue_messages() -> None:
    """Let the reader queue all there is to tell; while nobody listens it does not read on."""
    if Webhook.objects.filter(is_active=True).exists():
        read_to_the_end(CONSUMER, tell_webhooks)


def tell(webhook: Webhook) -> None:
    queue_messages()
    deliver(webhook.pk)


def test_what_happens_is_told_signed(firm: Firm, receiver: Receiver, make: Make) -> None:
    webhook, secret = make()
    change(firm, "owner", "acme", city="深圳")
    tell(webhook)
    (request,) = receiver.requests
    told = request.verified(secret)
    assert (told["type"], told["data"]["webhook"]) == ("events", str(webhook.pk))
    (event,) = told["data"]["events"]
    assert event["type"] == "customer.changed"
    assert event["changes"] == {"city": {"old": "北京", "new": "深圳"}}
    assert event["record"]["city"] == "深圳"
    assert event["actor"]["label"] == "owner 先生"
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.status, delivery.tries) == ("delivered", 204, 1)
    assert request.headers["webhook-id"] == f"msg_{delivery.message_id}"


def test_of_a_file_name_type_and_size_are_told(
    firm: Firm, receiver: Receiver, make: Make, settings: Any, tmp_path: Path
) -> None:
    settings.FILES_STORE = tmp_path
    define(firm.client("administrator"), "customer", "file", "contract")
    pk = sent(firm.client("owner"), b"secret", "合同.txt")
    webhook, _secret = make()
    change(firm, "owner", "acme", custom={"contract": pk})
    tell(webhook)
    file = {"id": pk, "label": "合同.txt", "media_type": "text/plain", "size": 6}
    (event,) = receiver.events
    assert event["changes"] == {"custom.contract": {"old": None, "new": file}}
    assert event["record"]["custom"] == {"contract": file}
    assert b"secret" not in receiver.requests[0].body


def test_only_what_was_asked_for_is_told(firm: Firm, receiver: Receiver, make: Make) -> None:
    at = {"field": "city", "op": "eq", "value": "上海"}
    webhook, _secret = make(actions=["changed"], filter=at)
    change(firm, "administrator", "acme", industry="no such city")
    change(firm, "administrator", "bell", industry="tea")
    firm.client("administrator").delete(f"/api/v1/customers/{firm['customer:bell'].pk}")
    tell(webhook)
    assert [(e["type"], e["record"]) for e in receiver.events] == [("customer.changed", None)]
    assert receiver.events[0]["id"] == str(firm["customer:bell"].pk)


def test_what_happened_before_it_or_while_it_was_off_is_not_told(
    firm: Firm, receiver: Receiver, make: Make
) -> None:
    change(firm, "owner", "acme", city="before")
    webhook, _secret = make()
    tell(webhook)
    path = f"/api/v1/webhooks/{webhook.pk}"
    client = firm.client("administrator")
    assert client.patch(path, {"is_active": False}, content_type=JSON).json()["is_active"] is False
    change(firm, "owner", "acme", city="meanwhile")
    tell(webhook)
    client.patch(path, {"is_active": True}, content_type=JSON)
    change(firm, "owner", "acme", city="after")
    tell(webhook)
    assert [e["changes"]["city"]["new"] for e in receiver.events] == ["after"]


def test_its_owner_s_rights_are_asked_when_it_is_sent(
    firm: Firm, receiver: Receiver, make: Make
) -> None:
    webhook, _secret = make()
    change(firm, "administrator", "acme", credit_limit="5")
    change(firm, "administrator", "chen", credit_limit="6", city="香港")
    queue_messages()
    owner = firm["administrator"]
    type(owner).objects.filter(pk=owner.pk).update(
        role=Role.objects.get(name="service"), team=firm["team:south"]
    )
    deliver(webhook.pk)
    (event,) = receiver.events  # of the other only the field that is hidden from them changed
    assert event["changes"] == {"city": {"old": "Berlin", "new": "香港"}}
    assert "credit_limit" not in event["record"]
    assert event["id"] == str(firm["customer:chen"].pk)


def test_of_records_out_of_sight_nothing_is_sent(
    firm: Firm, receiver: Receiver, make: Make
) -> None:
    webhook, _secret = make()
    change(firm, "administrator", "acme", city="x")
    queue_messages()
    owner = firm["administrator"]
    type(owner).objects.filter(pk=owner.pk).update(role=Role.objects.get(name="own_only"))
    deliver(webhook.pk)
    assert receiver.requests == []
    assert WebhookDelivery.objects.get().state == "nothing"


def test_whose_owner_left_it_is_switched_off(firm: Firm, receiver: Receiver, make: Make) -> None:
    webhook, _secret = make()
    change(firm, "manager", "acme", city="x")
    type(webhook.owner).objects.filter(pk=webhook.owner_id).update(is_active=False)
    tell(webhook)
    webhook.refresh_from_db()
    assert (webhook.is_active, webhook.stopped, receiver.requests) == (False, "owner", [])


def test_many_events_come_in_few_messages(firm: Firm, receiver: Receiver, make: Make) -> None:
    webhook, _secret = make(objects=["tag", "customer"])
    rows = [{"name": f"tag {i}"} for i in range(TOGETHER + 5)]
    for row in rows:
        firm.client("administrator").post("/api/v1/tags", row, content_type=JSON)
    tell(webhook)
    assert [len(r.events) for r in receiver.requests] == [TOGETHER, 5]
    assert [e["record"]["name"] for e in receiver.events] == [row["name"] for row in rows]


def test_after_a_new_secret_both_are_valid_for_a_day(
    firm: Firm, receiver: Receiver, make: Make
) -> None:
    webhook, former = make()
    path = f"/api/v1/webhooks/{webhook.pk}/secret"
    secret = firm.client("administrator").post(path, content_type=JSON).json()["secret"]
    assert secret != former
    change(firm, "owner", "acme", city="x")
    tell(webhook)
    for known in (secret, former):
        assert receiver.requests[0].verified(known)["type"] == "events"
    Webhook.objects.update(former_secret_until="2020-01-01T00:00:00Z")
    change(firm, "owner", "acme", city="y")
    tell(webhook)
    assert len(receiver.requests[1].headers["webhook-signature"].split()) == 1
    webhook.refresh_from_db()
    assert secret.encode() not in bytes(webhook.secret)
