"""Creating: what is sent is kept, what does not fit is refused by its field."""

from typing import Any

import pytest
from django.test import Client

from guanxi.customers.models import Customer
from tests.cast import Firm
from tests.writes.calls import JSON, NOWHERE, fields, get, post, refused

pytestmark = pytest.mark.django_db


def test_what_is_sent_is_kept_and_the_rest_has_its_default(firm: Firm, client: Client) -> None:
    sent = {
        "kind": "person",
        "name": " 王芳 ",
        "tags": [str(firm["tag:vip"].pk)],
        "credit_limit": "12.5",
    }
    answer = post(client, "customers", sent)
    assert answer.status_code == 201
    record = answer.json()
    assert record["name"] == "王芳"
    assert record["owner"] == {"id": str(firm["owner"].pk), "label": "owner 先生"}
    assert [t["label"] for t in record["tags"]] == ["vip"]
    assert (record["credit_limit"], record["category"]) == ("12.5000", "consumer")
    read = client.get(f"/api/v1/customers/{record['id']}")
    assert (read.json(), read["ETag"]) == (record, answer["ETag"])
    made = Customer.objects.get(pk=record["id"])
    assert (made.name_sort, made.identities.count()) == ("wang fang", 0)


def test_nobody_may_be_the_owner(client: Client) -> None:
    answer = post(client, "customers", {"kind": "person", "name": "x", "owner": None})
    assert answer.json()["owner"] is None


def test_given_to_somebody_out_of_sight_its_id_alone_comes_back(firm: Firm, client: Client) -> None:
    sent = {"kind": "person", "name": "x", "owner": str(firm["outsider"].pk)}
    answer = post(client, "customers", sent)
    assert answer.status_code == 201
    assert set(answer.json()) == {"id", "can", "updated_at"}


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ({}, ["kind", "name"]),
        ({"kind": "person"}, ["name"]),
        ({"kind": "robot", "name": "x"}, ["kind"]),
        ({"kind": "person", "name": ""}, ["name"]),
        ({"kind": "person", "name": "   "}, ["name"]),
        ({"kind": "person", "name": None}, ["name"]),
        ({"kind": "person", "name": 7}, ["name"]),
        ({"kind": "person", "name": "a\0b"}, ["name"]),
        ({"kind": "person", "name": "a\x1bb"}, ["name"]),
        ({"kind": "person", "name": "x" * 201}, ["name"]),
        ({"kind": "person", "name": "x" * 2_000_000}, ["name"]),
        ({"kind": "person", "name": "x", "remark": "x" * 2_000_000}, ["remark"]),
        ({"kind": "person", "name": "x", "nme": "x"}, ["nme"]),
        ({"kind": "person", "name": "x", "id": NOWHERE}, ["id"]),
        ({"kind": "person", "name": "x", "created_at": "2020-01-01T00:00:00Z"}, ["created_at"]),
        ({"kind": "person", "name": "x", "name_sort": "a"}, ["name_sort"]),
        ({"kind": "person", "name": "x", "stage": "growth"}, ["stage"]),
        ({"kind": "person", "name": "x", "email": "no address"}, ["email"]),
        ({"kind": "person", "name": "x", "website": "javascript:alert(1)"}, ["website"]),
        ({"kind": "person", "name": "x", "birthday": "2024-02-30"}, ["birthday"]),
        ({"kind": "person", "name": "x", "birthday": 0}, ["birthday"]),
        ({"kind": "person", "name": "x", "birthday": "20000-01-01"}, ["birthday"]),
        ({"kind": "person", "name": "x", "credit_limit": "1e30"}, ["credit_limit"]),
        ({"kind": "person", "name": "x", "credit_limit": 10**40}, ["credit_limit"]),
        ({"kind": "person", "name": "x", "credit_limit": "1.23456"}, ["credit_limit"]),
        ({"kind": "person", "name": "x", "credit_limit": "NaN"}, ["credit_limit"]),
        ({"kind": "person", "name": "x", "credit_limit": "1" * 2_000_000}, ["credit_limit"]),
        ({"kind": "person", "name": "x", "currency": "YEN"}, ["currency"]),
        ({"kind": "person", "name": "x", "owner": "me"}, ["owner"]),
        ({"kind": "person", "name": "x", "owner": NOWHERE}, ["owner"]),
        ({"kind": "person", "name": "x", "tags": [NOWHERE]}, ["tags"]),
        ({"kind": "person", "name": "x", "tags": "vip"}, ["tags"]),
        ({"kind": "person", "name": "x", "custom": []}, ["custom"]),
        ({"kind": "person", "name": "x", "custom": {"a": "x" * 70_000}}, ["custom"]),
        ({"kind": "person", "name": "x", "custom": {"a": {"b": ["\0"]}}}, ["custom"]),
    ],
    ids=lambda v: repr(v)[:70],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_field(client: Client, sent: Any, named: list[str]) -> None:
    problem = refused(lambda: post(client, "customers", sent), 422)
    assert [n.split(".")[0] for n in fields(problem)][: len(named)] == named


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422), (b"{", 400), (b"[]", 422), (b'"x"', 422), (b"null", 422), (b"\xff", 400),
        (b'{"name": NaN}', 400), (b"[" * 100_000, 400),
        (b'{"name": "\\ud800", "kind": "person"}', 422),
        (b'{"custom": {"\\ud800": 1}, "name": "x", "kind": "person"}', 422),
        (b'{"\\ud800": 1, "name": "x", "kind": "person"}', 422),
    ],
)  # fmt: skip
def test_a_body_that_is_no_object_is_refused(client: Client, body: bytes, status: int) -> None:
    path = "/api/v1/customers"
    refused(lambda: client.post(path, body, content_type=JSON), status)


def test_a_body_larger_than_allowed_is_refused(client: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    sent = {"kind": "person", "name": "x", "remark": "x" * 2000}
    assert refused(lambda: post(client, "customers", sent), 413)["code"] == "too_large"


def test_a_customer_one_may_not_see_cannot_be_linked(firm: Firm, client: Client) -> None:
    for name in ("chen", "gone"):
        sent = {"channel": "call", "customer": str(firm[f"customer:{name}"].pk)}
        problem = refused(lambda sent=sent: post(client, "interactions", sent), 422)
        assert fields(problem) == ["customer"]


@pytest.mark.parametrize(
    "at",
    [
        "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2024-05-01T10:00:00",
        "2024-05-01", 7,
    ],
)  # fmt: skip
def test_instants_need_a_zone_and_a_sensible_year(firm: Firm, client: Client, at: Any) -> None:
    customer = str(firm["customer:acme"].pk)
    sent = {"channel": "call", "customer": customer, "happened_at": at}
    assert fields(refused(lambda: post(client, "interactions", sent), 422)) == ["happened_at"]


@pytest.mark.parametrize(
    ("path", "sent", "named"),
    [
        ("tags", {"name": "vip"}, ["name"]),
        ("products", {"code": "T1", "name": "x"}, ["code"]),
        ("teams", {"name": "north"}, ["name"]),
        (
            "exchange-rates",
            {"currency": "USD", "valid_from": "2024-05-15", "rate": "7"},
            ["currency"],
        ),
        (
            "exchange-rates",
            {"currency": "EUR", "valid_from": "2024-05-15", "rate": "-1"},
            ["rate"],
        ),
        (
            "orders",
            {"number": "N0", "ordered_at": "2024-05-01T00:00:00Z", "currency": "CNY"},
            ["source"],
        ),
        ("identities", {"kind": "external", "source": "erp", "value": "acme"}, ["kind"]),
        ("identities", {"kind": "phone", "value": "no number"}, ["value"]),
    ],
)
def test_rules_of_the_data_name_the_field(
    firm: Firm, boss: Client, path: str, sent: dict[str, Any], named: list[str]
) -> None:
    if path == "identities":
        sent = sent | {"customer": str(firm["customer:bell"].pk)}
    problem = refused(lambda: post(boss, path, sent), 422)
    assert fields(problem) == named


def test_nobody_is_related_to_themselves(firm: Firm, client: Client) -> None:
    acme = str(firm["customer:acme"].pk)
    sent = {"customer": acme, "kind": "partner", "other": acme}
    problem = refused(lambda: post(client, "relationships", sent), 422)
    assert problem["detail"] == "A customer cannot be related to itself."


def test_an_order_keeps_its_day_and_the_rate_of_its_day(firm: Firm, boss: Client) -> None:
    sent = {"number": "u1", "ordered_at": "2024-05-20T17:00:00Z", "currency": "USD"}
    order = post(boss, "orders", sent).json()
    assert order["ordered_on"] == "2024-05-21"  # in Shanghai
    assert order["rate"] == "7.1000000000"
    early = sent | {"ordered_at": "2024-05-01T00:00:00Z", "number": "u2"}
    assert fields(refused(lambda: post(boss, "orders", early), 422)) == ["currency"]
    line = {
        "order": order["id"],
        "position": 1,
        "quantity": "2",
        "unit_price": "5",
        "amount": "10",
    }
    assert post(boss, "order-lines", line).status_code == 201
    totals = get(boss, f"orders/{order['id']}")
    assert (totals["total"], totals["reporting_total"]) == ("10.0000", "71.0000")
