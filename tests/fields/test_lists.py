"""Custom fields in lists: sorted, paged, grouped and added up like any other."""

import json
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client

from guanxi.customers.models import Customer
from tests.cast import Firm
from tests.fields.definitions import define
from tests.writes.calls import get

pytestmark = pytest.mark.django_db
SORTED = {
    "text": ["b", "a", None, "c", "a"],
    "decimal": ["10.00", "9.00", None, "-1.00", "9.00"],
    "money": ["10.0000", "9.0000", None, "0.0000", "9.0000"],
    "date": ["2024-10-01", "2024-09-30", None, "2023-12-31", "2024-09-30"],
    "datetime": [
        "2024-05-15T12:00:00+00:00", "2024-05-15T11:59:59.500000+00:00", None,
        "2023-01-01T00:00:00+00:00", "2024-05-15T12:00:00+00:00",
    ],
    "time": ["18:00", "09:30", None, "06:00", "09:30"],
    "boolean": [True, False, None, True, False],
    "choice": ["high", "low", None, "low", "high"],
}  # fmt: skip


def fill(key: str, values: list[Any]) -> list[str]:
    """The ids of new customers with these values, which are found by the word "sorted"."""
    made = []
    for value in values:
        custom = {} if value is None else {key: value}
        customer = Customer(kind="person", name="sorted", custom=custom)
        customer.save(force_insert=True)
        made.append(str(customer.pk))
    return made


def walk(client: Client, sort: str, limit: int) -> list[dict[str, Any]]:
    """All rows of a list, page by page."""
    rows: list[dict[str, Any]] = []
    cursor = ""
    while True:
        name = sort.split(",")[0].lstrip("-")
        asked = f"customers?search=sorted&sort={sort}&limit={limit}&fields={name}"
        page = get(client, f"{asked}&cursor={cursor}" if cursor else asked)
        rows += page["items"]
        cursor = page["next"]
        if not cursor:
            return rows


@pytest.mark.parametrize("limit", [1, 2, 50])
@pytest.mark.parametrize("kind", list(SORTED))
def test_a_list_is_sorted_and_paged_by_it(boss: Client, kind: str, limit: int) -> None:
    define(boss, "customer", kind)
    ids = fill(f"my_{kind}", SORTED[kind])
    for sort in (f"custom.my_{kind}", f"-custom.my_{kind}", f"custom.my_{kind},-created_at"):
        rows = walk(boss, sort, limit)
        assert sorted(row["id"] for row in rows) == sorted(ids)
        values = [row["custom"][f"my_{kind}"] for row in rows]
        assert values[-1] is None
        typed = [Decimal(v) if kind in ("decimal", "money") else v for v in values[:-1]]
        pairs = [(b, a) if sort.startswith("-") else (a, b) for a, b in pairwise(typed)]
        assert all(a <= b for a, b in pairs)


def test_it_is_grouped_and_added_up(boss: Client) -> None:
    define(boss, "customer", "choice")
    define(boss, "customer", "decimal")
    for choice, number in (("high", "1.50"), ("high", "2.25"), ("low", None)):
        custom = {"my_choice": choice} | ({"my_decimal": number} if number else {})
        Customer(kind="person", name="grouped", custom=custom).save(force_insert=True)
    measures = "count,sum:custom.my_decimal,empty:custom.my_decimal"
    asked = f"search=grouped&group=custom.my_choice&measures={measures}"
    answer = get(boss, f"customers/aggregate?{asked}")
    assert answer["groups"] == [
        {"key": "high", "label": "high", "count": 2, "sum_custom.my_decimal": "3.75",
         "empty_custom.my_decimal": 0},
        {"key": "low", "label": "low", "count": 1, "sum_custom.my_decimal": None,
         "empty_custom.my_decimal": 1},
    ]  # fmt: skip
    assert answer["total"]["sum_custom.my_decimal"] == "3.75"


def test_times_of_day_are_filtered_and_grouped(boss: Client) -> None:
    define(boss, "customer", "time")
    early, nine, late, _unknown = fill("my_time", ["06:00", "09:30", "18:00", None])

    def found(op: str, value: Any) -> set[str]:
        test = json.dumps({"field": "custom.my_time", "op": op, "value": value})
        answer = get(boss, f"customers?search=sorted&filter={test}")
        return {row["id"] for row in answer["items"]}

    assert found("eq", "9:30") == {nine}
    assert found("lt", "9:30:00") == {early}
    assert found("gte", "09:30") == {nine, late}
    assert found("between", ["7:00", "18:00"]) == {nine, late}
    assert found("not_empty", None) == {early, nine, late}
    for bad in ("24:00", "soon", 9, {"days": 1}, None):
        test = json.dumps({"field": "custom.my_time", "op": "lt", "value": bad})
        assert boss.get("/api/v1/customers", {"filter": test}).status_code == 422
    answer = get(boss, "customers/aggregate?search=sorted&group=custom.my_time")
    assert {(g["key"], g["label"], g["count"]) for g in answer["groups"]} == {
        ("06:00", "06:00", 1), ("09:30", "09:30", 1), ("18:00", "18:00", 1), (None, None, 1),
    }  # fmt: skip


@pytest.mark.parametrize(("currency", "total"), [("", "30.0000"), ("USD", "213.0000")])
def test_money_is_added_up_in_the_currency_of_the_books(
    firm: Firm, boss: Client, currency: str, total: str
) -> None:
    """The cast's books are in CNY, and a dollar is 7.1 of them."""
    define(boss, "customer", "money", settings={"currency": currency} if currency else {})
    for amount in ("10.0000", "20.0000"):
        Customer(kind="person", name="rich", custom={"my_money": amount}).save(force_insert=True)
    answer = get(boss, "customers/aggregate?search=rich&measures=sum:custom.my_money")
    found = answer["total"]
    assert Decimal(found["sum_custom.my_money"]) == Decimal(total)
    assert found["unrated_custom.my_money"] == 0
    meta = next(o for o in get(boss, "meta")["objects"] if o["name"] == "customer")
    field = next(f for f in meta["fields"] if f["name"] == "custom.my_money")
    assert field["currency"] == (currency or "currency")


@pytest.mark.parametrize("kind", ["long_text", "multi_choice"])
def test_what_has_no_order_cannot_be_sorted_by(boss: Client, kind: str) -> None:
    define(boss, "customer", kind)
    answer = boss.get("/api/v1/customers", {"sort": f"custom.my_{kind}"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "sort")


def test_it_is_reached_through_a_link(boss: Client, firm: Firm) -> None:
    define(boss, "customer", "text")
    acme = firm["customer:acme"]
    Customer.objects.filter(pk=acme.pk).update(custom={"my_text": "far"})
    test = {"field": "customer.custom.my_text", "op": "eq", "value": "far"}
    found = get(boss, f"tasks?filter={json.dumps(test)}")["items"]
    assert {row["customer"]["id"] for row in found} == {str(acme.pk)}
    has = json.dumps({"has": "tasks", "where": test})
    assert [r["id"] for r in get(boss, f"customers?filter={has}")["items"]] == [str(acme.pk)]
