"""A list as a board: what each column holds and adds up to, for whom, and at what cost."""

import datetime as dt
import itertools
import json
import random
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guanxi.interactions.models import Task
from guanxi.platform.objects.board import COLUMN_CAP
from guanxi.platform.objects.registry import types
from guanxi.products.models import Product
from guanxi.sales.models import OrderLine
from tests.cast import NOON, PEOPLE, Firm
from tests.oracle import Oracle

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def busy(firm: Firm) -> Firm:
    """Ninety tasks of several people, states and days; some records the oracle knows of."""
    chance = random.Random(3)
    customers = [c for c in firm.records["customer"].values() if c.deleted_at is None]
    for number in range(90):
        status = chance.choice(["open", "open", "done"])
        task = Task(
            title=f"t{number % 7}", status=status, completed_at=NOON if status == "done" else None,
            kind=chance.choice(["call", "visit", "message"]),
            owner=chance.choice([None, *(firm[who] for who in PEOPLE)]),
            customer=chance.choice([None, *customers]),
            due_on=chance.choice([None, NOON.date(), NOON.date() + dt.timedelta(1)]),
        )  # fmt: skip
        task.save(force_insert=True)
        task.refresh_from_db()
        firm.records["task"][f"busy {number}"] = task
    return firm


def board(client: Client, path: str, by: str, **query: Any) -> dict[str | None, dict[str, Any]]:
    answer = client.get(f"/api/v1/{path}/board", {"by": by, **query})
    assert answer.status_code == 200, answer.content
    return {column["key"]: column for column in answer.json()["columns"]}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("by", ["status", "owner"])
def test_columns_hold_what_one_may_see_and_nothing_else(busy: Firm, who: str, by: str) -> None:
    oracle = Oracle(busy)
    seen = [t for t in busy.records["task"].values() if oracle.may(who, "read", "task", t)]
    columns = board(busy.client(who), "tasks", by, limit=200)
    for key, column in columns.items():
        value = "owner_id" if by == "owner" else by
        own = {str(t.pk) for t in seen if str(getattr(t, value)) == str(key)}
        assert {card["id"] for card in column["items"]} == own
        assert (column["count"], column["next"]) == (len(own), None)
    assert sum(column["count"] for column in columns.values()) == len(seen)


@pytest.mark.parametrize("sort", ["title", "-due_on", "due_on", "owner", "-owner,title"])
def test_a_column_goes_on_as_the_list_of_its_value(busy: Firm, sort: str) -> None:
    client, fields = busy.client("manager"), "title,due_on"
    for key, column in board(client, "tasks", "kind", sort=sort, limit=4, fields=fields).items():
        tree = json.dumps({"field": "kind", "op": "in", "value": [key]})
        ask = {"filter": tree, "sort": sort, "fields": fields}
        rest = {"items": [], "next": column["next"]}
        if column["next"]:
            rest = client.get("/api/v1/tasks", ask | {"cursor": column["next"]}).json()
        whole = client.get("/api/v1/tasks", ask | {"limit": 200}).json()["items"]
        assert column["items"] + rest["items"] == whole[: 4 + len(rest["items"])]
        assert len(column["items"]) == min(4, len(whole))


def test_columns_are_in_the_order_of_the_choices_records_or_not(busy: Firm) -> None:
    columns = board(busy.client("manager"), "tasks", "status", search="t1")
    assert [(key, c["label"]) for key, c in columns.items()] == [
        ("open", "open"), ("done", "done"), ("cancelled", "cancelled"),
    ]  # fmt: skip
    assert columns["cancelled"]["items"] == []


def test_that_of_none_is_the_last_and_there_where_none_may_be_chosen(busy: Firm) -> None:
    for who, expected in (("manager", True), ("analyst", False)):
        owned = json.dumps({"field": "owner", "op": "not_empty"})
        keys = list(board(busy.client(who), "tasks", "owner", filter=owned))
        assert (None in keys, keys[-1] is None) == (expected, expected)


def test_each_column_adds_up_in_the_currency_of_the_books(busy: Firm) -> None:
    client = busy.client("manager")
    columns = board(client, "customers", "kind", measures="sum:credit_limit")
    query = {"group": "kind", "measures": "sum:credit_limit"}
    for group in client.get("/api/v1/customers/aggregate", query).json()["groups"]:
        column = columns[group["key"]]
        assert {name: column[name] for name in group} == group


def test_filter_and_search_narrow_a_board(busy: Firm) -> None:
    tree = json.dumps({"field": "due_on", "op": "eq", "value": NOON.date().isoformat()})
    columns = board(busy.client("manager"), "tasks", "kind", filter=tree, search="t3")
    cards = list(itertools.chain(*(c["items"] for c in columns.values())))
    assert {c["due_on"] for c in cards} == {NOON.date().isoformat()}
    assert {c["title"] for c in cards} == {"t3"}


@pytest.mark.parametrize("by", ["status", "owner"])
@pytest.mark.parametrize("who", ["owner", "administrator"])
def test_a_board_takes_two_queries_whatever_its_columns(busy: Firm, who: str, by: str) -> None:
    client = busy.client(who)
    for query in ({}, {"measures": "count", "limit": 200}, {"sort": "customer,-owner"}):
        with CaptureQueriesContext(connection) as queries:
            board(client, "tasks", by, **query)
        assert sum('FROM "interactions_task"' in q["sql"] for q in queries) == 2


def test_of_too_many_columns_those_of_most_records_are_shown(busy: Firm) -> None:
    order = next(iter(busy.records["order"].values()))
    for number in range(COLUMN_CAP + 5):
        product = Product(code=f"many {number}", name=f"many {number}")
        product.save(force_insert=True)
        OrderLine(
            order=order, product=product, position=1000 + number, quantity=1, unit_price=1, amount=1
        ).save(force_insert=True)  # fmt: skip
    answer = busy.client("administrator").get("/api/v1/order-lines/board", {"by": "product"})
    body = answer.json()
    assert body["at_least"] is True
    assert len([c for c in body["columns"] if c["key"]]) == COLUMN_CAP
    assert all(c["items"] or c["key"] is None for c in body["columns"])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "by"),
        ({"by": "nothing"}, "by"),
        ({"by": "title"}, "by"),
        ({"by": "customer"}, "by"),
        ({"by": "status", "measures": "sum:title"}, "measures"),
        ({"by": "status", "fields": "nothing"}, "fields"),
        ({"by": "status", "sort": "nothing"}, "sort"),
        ({"by": "status", "limit": "201"}, "limit"),
    ],
)
def test_what_makes_no_board_is_refused(busy: Firm, query: dict[str, str], field: str) -> None:
    answer = busy.client("manager").get("/api/v1/tasks/board", query)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_whoever_may_not_read_the_list_has_no_board(busy: Firm) -> None:
    assert busy.client(None).get("/api/v1/tasks/board", {"by": "status"}).status_code == 401
    loner = busy.client("loner").get("/api/v1/products/board", {"by": "category"})
    assert loner.status_code == 403


def test_which_fields_make_boards_is_told_and_true(busy: Firm) -> None:
    client = busy.client("administrator")
    told = {
        (o["name"], f["name"]): f["board"]
        for o in client.get("/api/v1/meta").json()["objects"]
        for f in o["fields"]
    }
    assert told["task", "owner"]
    assert told["customer", "stage"]
    assert not told["task", "customer"]
    for declared in types():
        for name in declared.fields:
            answer = client.get(f"/api/v1/{declared.url}/board", {"by": name, "limit": 1})
            assert (answer.status_code == 200) == told[declared.name, name], (declared.name, name)


def test_a_verb_tells_what_it_sets(busy: Firm) -> None:
    objects = busy.client("manager").get("/api/v1/meta").json()["objects"]
    actions = next(o["actions"] for o in objects if o["name"] == "task")
    assert [a["sets"] for a in actions] == [
        {"field": "status", "value": "done"}, {"field": "status", "value": "open"},
    ]  # fmt: skip
