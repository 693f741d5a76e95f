"""Receivers that fail, hang, lead elsewhere or vanish; processes that die in the middle."""

from __future__ import annotations

import datetime as dt
import signal
import socket
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from guanxi.platform.notifications.models import Notification
from guanxi.platform.webhooks import sending
from guanxi.platform.webhooks.delivering import FAILING_FOR, WAITS, deliver
from guanxi.platform.webhooks.models import Webhook, WebhookDelivery
from guanxi.platform.webhooks.tasks import forget_deliveries
from tests.cast import Firm
from tests.server import on_this_database
from tests.waiting import wait_until, wait_until_readable
from tests.webhooks.receiver import Make, Receiver, plain
from tests.webhooks.test_telling import JSON, change, queue_messages, tell

pytestmark = pytest.mark.django_db(transaction=True)


def is_due() -> None:
    """Let the waits pass."""
    past = timezone.now() - dt.timedelta(seconds=1)
    WebhookDelivery.objects.filter(state="waiting").update(next_try_at=past)
    Webhook.objects.update(quiet_until=None)


def delivery() -> WebhookDelivery:
    return WebhookDelivery.objects.get()


def test_after_a_failure_it_is_tried_again_under_the_same_id(
    firm: Firm, receiver: Receiver, make: Make
) -> None:
    webhook, secret = make()
    receiver.answer = plain(500, b"out of tea \xff")
    change(firm, "owner", "acme", city="x")
    tell(webhook)
    failed = delivery()
    assert (failed.state, failed.status, failed.excerpt) == ("waiting", 500, "out of tea \ufffd")
    wait = failed.next_try_at - timezone.now()
    assert WAITS[0] - dt.timedelta(seconds=4) < wait <= WAITS[0]
    receiver.answer = plain(200)
    assert deliver(webhook.pk) == failed.next_try_at  # not before its time
    is_due()
    deliver(webhook.pk)
    assert (delivery().state, delivery().tries) == ("delivered", 2)
    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    second.verified(secret)


def test_one_record_s_changes_arrive_in_order_and_others_do_not_wait(
    firm: Firm, receiver: Receiver, make: Make
) -> None:
    webhook, _secret = make()
    receiver.answer = plain(500)
    for name, city in (("acme", "1"), ("bell", "2"), ("acme", "3")):
        change(firm, "administrator", name, city=city)
        tell(webhook)
        receiver.answer = plain(200)
    assert [e["changes"]["city"]["new"] for e in receiver.events] == ["1", "2"]
    is_due()
    deliver(webhook.pk)
    assert [e["changes"]["city"]["new"] for e in receiver.events] == ["1", "2", "1", "3"]


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Send the head of an answer without end, a byte at a time."""
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)  # slower than any timeout of a single read
    except OSError:
        handler.close_connection = True


@pytest.mark.parametrize("way", ["hangs", "drips"])
def test_a_receiver_that_takes_too_long_is_left_alone_for_a_while(
    firm: Firm, receiver: Receiver, make: Make, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SECONDS", 0.5)
    webhook, _secret = make()
    receiver.answer = receiver.hang if way == "hangs" else drip
    for name in ("acme", "bell"):
        change(firm, "administrator", name, city="z")
        queue_messages()
    started = time.monotonic()
    again = deliver(webhook.pk)
    assert time.monotonic() - started < 5
    assert len(receiver.requests) == 1
    assert again is not None
    first, second = WebhookDelivery.objects.order_by("id")
    assert (first.error, first.tries, second.tries) == ("timeout", 1, 0)


def test_redirects_are_not_followed(firm: Firm, receiver: Receiver, make: Make) -> None:
    webhook, _secret = make()
    receiver.answer = plain(307, Location=receiver.url)
    change(firm, "owner", "acme", city="x")
    tell(webhook)
    assert (len(receiver.requests), delivery().status, delivery().state) == (1, 307, "waiting")


def test_no_more_of_an_answer_is_read_than_the_log_keeps(
    firm: Firm, receiver: Receiver, make: Make
) -> None:
    webhook, _secret = make()
    receiver.answer = plain(200, b"a" * 5_000_000)
    change(firm, "owner", "acme", city="x")
    tell(webhook)
    assert delivery().excerpt == "a" * sending.EXCERPT


def test_names_that_lead_inside_the_network_are_refused_when_connecting(
    firm: Firm, receiver: Receiver, make: Make, settings: Settings
) -> None:
    webhook, _secret = make()
    settings.WEBHOOK_HOSTS = frozenset()
    Webhook.objects.update(url=receiver.url.replace("http:", "https:"))  # localhost is 127.0.0.1
    change(firm, "owner", "acme", city="x")
    tell(webhook)
    assert (receiver.requests, delivery().error) == ([], "forbidden")


def test_nobody_listens_there(firm: Firm, make: Make) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    webhook, _secret = make(url=f"http://localhost:{port}/")
    change(firm, "owner", "acme", city="x")
    tell(webhook)
    assert delivery().error == "unreachable"


def test_after_days_of_failure_it_is_switched_off_and_its_owner_told(
    firm: Firm, receiver: Receiver, make: Make
) -> None:
    webhook, _secret = make()
    receiver.answer = plain(500)
    change(firm, "owner", "acme", city="x")
    tell(webhook)
    Webhook.objects.update(failing_since=timezone.now() - FAILING_FOR)
    is_due()
    deliver(webhook.pk)
    webhook.refresh_from_db()
    assert (webhook.is_active, webhook.stopped) == (False, "failing")
    (item,) = firm.client("administrator").get("/api/v1/notifications").json()["items"]
    assert (item["kind"], item["record"]["label"]) == ("webhook", "ERP")
    # What waited is sent once it is switched on again.
    receiver.answer = plain(200)
    path = f"/api/v1/webhooks/{webhook.pk}"
    on = firm.client("administrator").patch(path, {"is_active": True}, content_type=JSON).json()
    assert (on["is_active"], on["stopped"], on["failing_since"]) == (True, None, None)
    is_due()
    deliver(webhook.pk)
    assert delivery().state == "delivered"


def test_a_receiver_that_is_gone_is_asked_no_more(
    firm: Firm, receiver: Receiver, make: Make
) -> None:
    webhook, _secret = make()
    receiver.answer = plain(410)
    change(firm, "owner", "acme", city="x")
    tell(webhook)
    webhook.refresh_from_db()
    assert (webhook.is_active, webhook.stopped) == (False, "gone")
    assert Notification.objects.filter(user=webhook.owner, kind="webhook").count() == 1


def test_in_the_end_a_message_is_given_up_and_can_be_sent_again(
    firm: Firm, receiver: Receiver, make: Make
) -> None:
    webhook, _secret = make()
    receiver.answer = plain(500)
    change(firm, "owner", "acme", city="x")
    tell(webhook)
    for _ in WAITS:
        is_due()
        deliver(webhook.pk)
    assert (delivery().state, delivery().tries) == ("failed", len(WAITS) + 1)
    receiver.answer = plain(200)
    path = f"/api/v1/webhooks/{webhook.pk}/deliveries/{delivery().pk}/again"
    assert firm.client("administrator").post(path, content_type=JSON).status_code == 202
    deliver(webhook.pk)
    assert delivery().state == "delivered"
    WebhookDelivery.objects.update(created_at=timezone.now() - dt.timedelta(days=31))
    forget_deliveries(0)
    assert not WebhookDelivery.objects.exists()


READ = """
import django; django.setup()
from guanxi.platform.webhooks.reading import tell_webhooks
tell_webhooks()
"""


@pytest.mark.crash
def test_killed_while_reading_nothing_is_lost_or_doubled(
    firm: Firm, receiver: Receiver, make: Make
) -> None:
    webhook, _secret = make()
    change(firm, "owner", "acme", city="x")
    wait_until_readable()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("lock table platform_webhookdelivery in exclusive mode")
        with subprocess.Popen([sys.executable, "-c", READ], env=on_this_database()) as reader:
            wait_until(is_blocked)
            reader.send_signal(signal.SIGKILL)
    assert not WebhookDelivery.objects.exists()
    wait_until(lambda: not is_blocked())
    tell(webhook)
    tell(webhook)
    assert [e["changes"]["city"]["new"] for e in receiver.events] == ["x"]


def is_blocked() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from pg_locks where not granted"
            " and relation = 'platform_webhookdelivery'::regclass)"
        )
        found: bool = cursor.fetchone()[0]
    return found


SEND = """
import django; django.setup()
import sys, uuid
from django.conf import settings
settings.WEBHOOK_HOSTS = frozenset({"localhost"})
from guanxi.platform.webhooks.delivering import deliver
deliver(uuid.UUID(sys.argv[1]))
"""


@pytest.mark.crash
def test_killed_while_sending_it_is_sent_again_under_the_same_id(
    firm: Firm, receiver: Receiver, make: Make
) -> None:
    webhook, _secret = make()
    receiver.answer = receiver.hang
    change(firm, "owner", "acme", city="x")
    queue_messages()
    command = [sys.executable, "-c", SEND, str(webhook.pk)]
    with subprocess.Popen(command, env=on_this_database()) as sender:
        assert receiver.came.wait(60)
        assert deliver(webhook.pk) is None  # one at a time
        sender.send_signal(signal.SIGKILL)
    receiver.answer = plain(200)

    def arrived() -> bool:
        deliver(webhook.pk)  # once the database has noticed that the sender is gone
        return delivery().state == "delivered"

    wait_until(arrived)
    ids = [request.headers["webhook-id"] for request in receiver.requests]
    assert len(ids) == 2
    assert len(set(ids)) == 1
