"""What happened an hour from now: the server's clock was wrong, and was set back."""

from __future__ import annotations

import datetime as dt
import itertools

import psycopg
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from guanxi.customers.models import Customer
from guanxi.platform.access.models import Session, Token
from guanxi.platform.events.models import Event
from guanxi.platform.events.reader import read_events
from guanxi.platform.workspaces import roles
from tests.cast import PASSWORD, Firm
from tests.test_lists import pages
from tests.waiting import wait_until
from tests.writes.calls import get, patch, post

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture(scope="module")
def late(firm: Firm, django_db_blocker: DjangoDbBlocker) -> Firm:
    """The cast, all of whose records and events were written an hour from now."""
    parameters = roles.connection_parameters("owner")
    with django_db_blocker.unblock():
        name = connection.settings_dict["NAME"]
    with psycopg.connect(**parameters | {"dbname": name}) as owner:
        owner.execute("alter table customers_customer disable trigger user")
        owner.execute(
            "update customers_customer set created_at = created_at + interval '1 hour',"
            " updated_at = updated_at + interval '1 hour'"
        )
        owner.execute("alter table customers_customer enable trigger user")
        owner.execute("update platform_event set at = at + interval '1 hour'")
        owner.execute("update platform_session set last_used_at = last_used_at + interval '1 hour'")
    return firm


def test_who_is_signed_in_stays_so_and_anybody_can_sign_in(late: Firm) -> None:
    client = late.client("owner")
    assert client.get("/api/v1/session").status_code == 200
    assert [s["is_current"] for s in get(client, "sessions")].count(True) == 1
    anew = Client()
    who = {"username": "owner", "password": PASSWORD}
    assert anew.post("/api/v1/session", who, content_type="application/json").status_code == 200
    assert anew.get("/api/v1/customers").status_code == 200


def test_what_ended_does_not_begin_again(late: Firm) -> None:
    client, token = late.token_client("owner", "read")
    session = late.client("teammate")
    Token.objects.filter(pk=token.pk).update(revoked_at=timezone.now())
    assert session.delete("/api/v1/session").status_code == 200
    with time_machine.travel(timezone.now() - HOUR, tick=False):
        assert client.get("/api/v1/customers").status_code == 401
        assert session.get("/api/v1/customers").status_code == 401
        assert not Session.objects.filter(expire_date__lt=timezone.now()).exists()


@pytest.mark.parametrize("sort", ["-created_at", "created_at", "-updated_at", "name"])
def test_every_record_is_in_a_list_once(late: Firm, sort: str) -> None:
    client = late.client("owner")
    for number in range(5):
        post(client, "customers", {"kind": "person", "name": f"after {number}"})
    everything = set(itertools.chain(*pages(client, "/api/v1/customers", sort=sort, limit=200)))
    paged = list(itertools.chain(*pages(client, "/api/v1/customers", sort=sort, limit=2)))
    assert len(paged) == len(set(paged)) == len(everything)
    assert set(paged) == everything


def test_a_change_is_still_told_from_the_one_before(late: Firm) -> None:
    client, path = late.client("owner"), f"customers/{late['customer:acme'].pk}"
    seen = get(client, path)["updated_at"]
    assert patch(client, path, {"city": "first"}, **{"If-Match": f'"{seen}"'}).status_code == 200
    assert get(client, path)["updated_at"] < seen  # by the clock that is right now
    assert patch(client, path, {"city": "second"}, **{"If-Match": f'"{seen}"'}).status_code == 409


def test_events_are_in_the_order_in_which_they_happened(late: Firm) -> None:
    client, acme = late.client("owner"), late["customer:acme"]
    for city in ("first", "second", "third"):
        assert patch(client, f"customers/{acme.pk}", {"city": city}).status_code == 200
    told = get(client, f"customers/{acme.pk}/history")["items"]
    assert [i["changes"]["city"]["new"] for i in told[:3]] == ["third", "second", "first"]
    assert told[-1]["action"] == "insert"  # though it is the latest by the clock
    of_acme = list(Event.objects.filter(record_id=acme.pk).order_by("id"))
    assert of_acme[0].at > of_acme[-1].at


@pytest.mark.django_db(transaction=True)
def test_readers_of_the_stream_miss_nothing(late: Firm) -> None:
    heard: list[Event] = []

    def read() -> None:
        with read_events("clock", limit=1000) as found:
            heard.extend(found)

    def all_is_read() -> bool:
        read()
        return bool(heard) and heard[-1].id == last  # none, while another test holds a snapshot

    read()
    Customer.objects.filter(pk=late["customer:acme"].pk).update(name="last")
    last = max(Event.objects.values_list("id", flat=True))
    wait_until(all_is_read)
    assert len({e.id for e in heard}) == len(heard) == Event.objects.count()
