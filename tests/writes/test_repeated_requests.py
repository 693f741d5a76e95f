"""A request sent twice under one key is done once."""

import pytest
from django.test import Client

from guanxi.customers.models import Customer
from tests.cast import Firm
from tests.writes.calls import post, refused

pytestmark = pytest.mark.django_db
SENT = {"kind": "person", "name": "once"}


def test_a_repeated_request_gets_its_first_answer(firm: Firm, client: Client) -> None:
    first = post(client, "customers", SENT, **{"Idempotency-Key": "a"})
    again = post(client, "customers", SENT, **{"Idempotency-Key": "a"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert Customer.objects.filter(name="once").count() == 1
    others = post(firm.client("teammate"), "customers", SENT, **{"Idempotency-Key": "a"})
    assert others.json()["id"] != first.json()["id"]


def test_the_same_key_for_another_request_is_refused(client: Client) -> None:
    post(client, "customers", SENT, **{"Idempotency-Key": "a"})
    for path, body in (("customers", {**SENT, "name": "two"}), ("tags", {"name": "x"})):
        key = {"Idempotency-Key": "a"}
        problem = refused(lambda p=path, b=body, k=key: post(client, p, b, **k), 422)
        assert problem["code"] == "idempotency_key_reused"


def test_a_refusal_is_not_remembered(client: Client) -> None:
    key = {"Idempotency-Key": "a"}
    refused(lambda: post(client, "customers", {"kind": "person"}, **key), 422)
    assert post(client, "customers", SENT, **key).status_code == 201


def test_a_key_is_short_and_printable(client: Client) -> None:
    key = {"Idempotency-Key": "x" * 201}
    refused(lambda: post(client, "customers", SENT, **key), 422)
