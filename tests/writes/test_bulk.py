"""Many records at once: by ids at once, by a filter or a search as a job."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guanxi.customers.models import Customer, Tag
from guanxi.platform.jobs.tasks import run_job
from guanxi.sales.models import Order
from tests.cast import Firm
from tests.writes.calls import NOWHERE, fields, get, post, refused, undo

pytestmark = pytest.mark.django_db


def test_ids(firm: Firm, client: Client) -> None:
    ids = [str(firm[f"customer:{n}"].pk) for n in ("acme", "bell", "chen", "gone")]
    answer = post(client, "customers/bulk", {"ids": [*ids, ids[0]], "set": {"city": "天津"}})
    assert answer.json() == {
        "changed": 1, "skipped": 3, "request_id": answer["X-Request-Id"]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"set": {"city": "x"}}, 422),
        ({"delete": True}, 422),
        ({"search": "  ", "delete": True}, 422),
        ({"filter": None, "delete": True}, 422),
        ({"ids": []}, 422),
        ({"ids": [], "set": {}}, 422),
        ({"ids": [], "set": {"city": "x"}, "delete": True}, 422),
        ({"ids": [], "filter": {}, "delete": True}, 422),
        ({"ids": [], "delete": False}, 422),
        ({"ids": ["x"], "delete": True}, 422),
        ({"ids": [NOWHERE] * 10_001, "delete": True}, 422),
        ({"ids": [], "set": {"nme": "x"}}, 422),
        ({"ids": [], "set": {"created_at": "2024-01-01T00:00:00Z"}}, 422),
        ({"ids": [], "set": {"stage": "growth"}}, 422),
        ({"ids": [], "set": {"kind": "robot"}}, 422),
        ({"ids": [], "set": {"tags": []}}, 422),
        ({"ids": [], "set": {"email": "x"}}, 422),
        ({"ids": [], "set": {"name": ""}}, 422),
        ({"ids": [], "set": {"owner": NOWHERE}}, 422),
        ({"filter": {"field": "nme", "op": "empty"}, "set": {"city": "x"}}, 422),
        ({"filter": {"field": "name", "op": "eq", "value": "\0"}, "set": {"city": "x"}}, 422),
    ],
)
def test_what_is_not_said_clearly_is_refused(client: Client, body: Any, status: int) -> None:
    refused(lambda: post(client, "customers/bulk", body), status)


def test_a_field_one_may_not_write_is_refused(firm: Firm) -> None:
    loner = firm.client("loner")
    body = {"ids": [], "set": {"city": "x"}}
    assert fields(refused(lambda: post(loner, "customers/bulk", body), 403)) == ["city"]


def test_a_records_own_rules_hold_for_many_too(firm: Firm, boss: Client) -> None:
    orders = [str(o.pk) for o in firm.records["order"].values()]
    body = {"ids": orders, "set": {"ordered_at": "2024-06-30T20:00:00Z"}}
    assert post(boss, "orders/bulk", body).json()["changed"] == len(orders)
    days = set(Order.objects.values_list("ordered_on", flat=True))
    assert {str(day) for day in days} == {"2024-07-01"}
    external = [str(firm[f"identity:{n}_erp"].pk) for n in ("acme", "bell")]
    body = {"ids": external, "set": {"value": " same "}}
    assert fields(refused(lambda: post(boss, "identities/bulk", body), 422)) == ["value"]


def test_a_unique_name_cannot_be_given_twice(firm: Firm, boss: Client) -> None:
    post(boss, "tags", {"name": "third"})
    ids = [str(t.pk) for t in Tag.objects.filter(deleted_at=None)]
    problem = refused(lambda: post(boss, "tags/bulk", {"ids": ids, "set": {"name": "x"}}), 422)
    assert [(e["code"], e["field"]) for e in problem["errors"]] == [("unique", "name")]


def test_own_rules_cost_no_query_a_record(firm: Firm, boss: Client) -> None:
    orders = [str(o.pk) for o in firm.records["order"].values()]
    counts = []
    for ids in (orders[:1], orders):
        body = {"ids": ids, "set": {"ordered_at": "2024-05-05T05:05:05Z"}}
        with CaptureQueriesContext(connection) as queries:
            assert post(boss, "orders/bulk", body).json()["changed"] == len(ids)
        counts.append(len(queries))
    assert len(orders) > 2
    assert counts[0] == counts[1]


def test_derived_columns_follow(firm: Firm, client: Client) -> None:
    acme = str(firm["customer:acme"].pk)
    body = {"ids": [acme], "set": {"name": "李娜", "phone": "13700137000"}}
    assert post(client, "customers/bulk", body).status_code == 200
    acme = Customer.objects.get(pk=acme)
    assert (acme.name_sort, acme.phone_normal) == ("li na", "+8613700137000")
    assert acme.identities.get(is_primary=True).normal == "+8613700137000"


@pytest.mark.parametrize("by", ["filter", "search", "ids"])
def test_more_than_a_request_holds_is_a_job(firm: Firm, client: Client, by: str) -> None:
    some = {
        "filter": {"filter": {"field": "city", "op": "in", "value": ["北京", "上海", ""]}},
        "search": {"search": "公司"},
        "ids": {"ids": [*[NOWHERE] * 500, *(str(c.pk) for c in Customer.objects.all())]},
    }[by]  # fmt: skip
    answer = post(client, "customers/bulk", {**some, "set": {"industry": "茶"}})
    assert answer.status_code == 202, answer.content
    job = answer.json()
    assert (job["state"], job["object"], job["can"]) == ("queued", "customer", ["cancel"])
    run_job(job_id=job["id"])
    job = get(client, f"jobs/{job['id']}")
    assert job["state"] == "done", job
    seen = 3  # acme, bell, dong; of them owner may change acme
    assert job["result"] == {
        "changed": 1,
        "skipped": seen - 1,
        "refused": 0,
        "reasons": [],
        "request_id": answer["X-Request-Id"],
    }
    assert list(Customer.objects.filter(industry="茶")) == [firm["customer:acme"]]
    assert undo(client, answer).json()["undone"] == 1
    assert not Customer.objects.filter(industry="茶").exists()


def test_a_long_one_leaves_out_what_the_database_or_an_own_rule_refuses(
    firm: Firm, boss: Client
) -> None:
    """One of many may have a unique value, and a telephone none that is not a number."""
    acme = str(firm["customer:acme"].pk)
    phone = {"customer": acme, "kind": "phone", "value": "13700137000"}
    assert post(boss, "identities", phone).status_code == 201
    for number in range(5):
        post(boss, "tags", {"name": f"tag {number}"})
    named = {"field": "name", "op": "starts", "value": "tag "}
    for path, body, expected in (
        ("tags", {"filter": named, "set": {"name": "x"}}, {("name", "unique", 4)}),
        (
            "identities",
            {"filter": {}, "set": {"value": "x"}},
            {("value", "unique", 5), ("value", "invalid", 1)},
        ),
    ):
        job = post(boss, f"{path}/bulk", body).json()
        run_job(job_id=job["id"])
        result = get(boss, f"jobs/{job['id']}")["result"]
        assert (result["changed"], result["refused"]) == (1, sum(n for *_why, n in expected))
        assert {(r["field"], r["code"], r["count"]) for r in result["reasons"]} == expected
    assert Tag.objects.filter(name="x").count() == 1
