"""Roll-ups: what related records add up to for each asker, and all that fields do."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F
from django.test import Client

from guanxi.customers.models import Customer
from guanxi.platform.access.predicate import Asker
from guanxi.platform.fields.models import CustomField, FieldsVersion
from guanxi.platform.filters.clock import clock_of
from guanxi.platform.objects import lists
from guanxi.platform.objects.registry import object_type
from guanxi.sales.models import Order
from tests.cast import Firm
from tests.fields.definitions import define
from tests.filter_world import make_world
from tests.writes.calls import fields, get, patch, post, refused

pytestmark = pytest.mark.django_db


def rollup(boss: Client, key: str, object: str = "customer", **settings: Any) -> dict[str, Any]:
    return define(boss, object, "rollup", key, settings={"related": "orders", **settings})


def shown(client: Client, key: str) -> dict[str, Any]:
    """The value for every customer the client sees, by id."""
    rows = get(client, f"customers?limit=200&fields=custom.{key}")["items"]
    return {row["id"]: row["custom"][key] for row in rows}


@pytest.mark.parametrize("who", ["administrator", "owner", "teammate", "manager"])
def test_it_counts_what_the_asker_sees_and_nothing_else(firm: Firm, boss: Client, who: str) -> None:
    world = make_world(firm)
    rollup(boss, "tasks", related="tasks")
    not_done = {"field": "completed_at", "op": "empty"}
    rollup(boss, "open", related="tasks", filter=not_done)
    client = firm.client(who)
    for key, condition in (("tasks", None), ("open", not_done)):
        expected = {
            str(c.pk): sum(
                t.customer_id == c.pk and (condition is None or t.completed_at is None)
                for t in world.visible(who, "task")
            )
            for c in world.visible(who, "customer")
        }
        assert shown(client, key) == expected
        assert who != "administrator" or any(expected.values())


def orders_of(name: str, *facts: tuple[str, str, str]) -> Customer:
    customer = Customer.objects.create(kind="person", name=name)
    for number, (day, currency, total) in enumerate(facts):
        made = Order(
            customer=customer, number=f"{name}-{number}", currency=currency, total=Decimal(total),
            rate=Decimal("7.1" if currency == "USD" else "1"),
            ordered_at=dt.datetime.fromisoformat(f"{day}T12:00+08:00"),
            ordered_on=dt.date.fromisoformat(day),
        )  # fmt: skip
        made.save(force_insert=True)
    return customer


@pytest.fixture
def rich(boss: Client) -> Customer:
    return orders_of(
        "rich",
        ("2024-01-05", "CNY", "100"),
        ("2024-03-01", "USD", "10"),
        ("2023-12-31", "CNY", "5"),
    )


@pytest.mark.parametrize(
    ("settings", "value"),
    [
        ({"measure": "count"}, 3),
        ({"measure": "sum", "field": "total"}, "176.0000"),
        ({"measure": "avg", "field": "total"}, "58.6667"),
        ({"measure": "min", "field": "total"}, "5.0000"),
        ({"measure": "max", "field": "ordered_on"}, "2024-03-01"),
        ({"measure": "latest", "field": "total", "by": "ordered_on"}, "71.0000"),
        ({"measure": "latest", "field": "number", "by": "ordered_at"}, "rich-1"),
        ({"measure": "count", "filter": {"field": "currency", "op": "eq", "value": "CNY"}}, 2),
        ({"measure": "count", "filter": {"has_no": "lines", "where": {"field": "order.owner", "op":
          "in", "value": ["me", "my_team"]}}}, 3),
        (
            {"measure": "sum", "field": "total", "filter":
             {"field": "ordered_on", "op": "between", "value": ["2024-01-01", "2024-01-31"]}},
            "100.0000",
        ),
    ],
)  # fmt: skip
def test_every_measure(boss: Client, rich: Customer, settings: dict[str, Any], value: Any) -> None:
    rollup(boss, "r", **settings)
    orders_of("poor")
    assert get(boss, f"customers/{rich.pk}")["custom"]["r"] == value
    poor = get(boss, "customers?search=poor&fields=custom.r")["items"][0]["custom"]["r"]
    assert poor == (0 if settings["measure"] == "count" else None)


def test_it_is_filtered_sorted_added_up_exported_and_reckoned_with(
    firm: Firm, boss: Client, rich: Customer
) -> None:
    orders_of("richer", ("2024-02-01", "CNY", "1000"))
    orders_of("rich not", ("2024-02-01", "CNY", "1"))
    rollup(boss, "bought", measure="sum", field="total")
    rollup(boss, "number", measure="count")
    define(
        boss, "customer", "formula", "mean", settings={"formula": "custom.bought / custom.number"}
    )
    (meta,) = (o for o in get(boss, "meta")["objects"] if o["name"] == "customer")
    reads = {f["name"]: f["reads"] for f in meta["fields"] if "reads" in f}
    assert reads == {f"custom.{key}": ["order"] for key in ("bought", "number", "mean")}
    asked = "customers?search=rich&fields=name,custom.bought,custom.mean"
    rows = get(boss, f"{asked}&sort=-custom.bought")["items"]
    assert [r["name"] for r in rows] == ["richer", "rich", "rich not"]
    assert [r["custom"]["mean"] for r in rows] == ["1000.0000", "58.6667", "1.0000"]
    found, cursor = [], ""
    while cursor is not None:
        more = f"&cursor={cursor}" if cursor else ""
        page = get(boss, f"{asked}&sort=-custom.bought&limit=1{more}")
        found += [r["name"] for r in page["items"]]
        cursor = page["next"]
    assert found == ["richer", "rich", "rich not"]
    test = {"field": "custom.bought", "op": "gte", "value": "176"}
    rows = get(boss, f"{asked}&filter={json.dumps(test)}&sort=custom.mean")["items"]
    assert [r["name"] for r in rows] == ["rich", "richer"]
    total = get(boss, "customers/aggregate?search=rich&measures=sum:custom.bought&group=kind")
    assert Decimal(total["total"]["sum_custom.bought"]) == 1177
    has = {"field": "customer.custom.bought", "op": "gt", "value": "500"}
    assert len(get(boss, f"orders?filter={json.dumps(has)}")["items"]) == 1
    answer = post(boss, "customers/export", {"search": "richer", "fields": ["custom.bought"]})
    assert b"1000" in b"".join(answer.streaming_content)
    board = boss.get("/api/v1/customers/board", {"by": "kind", "sort": "-custom.bought"})
    assert board.status_code == 200, board.content
    asker = Asker(firm["administrator"])
    matching = lists.matching(asker, object_type("customer"), clock_of(asker), tree=test)
    assert matching.update(city="上海") == 2


def test_what_is_hidden_does_not_show_through_it(firm: Firm, boss: Client, rich: Customer) -> None:
    rollup(boss, "number", measure="count")
    rollup(boss, "bought", measure="sum", field="total")
    dear = {"field": "total", "op": "gt", "value": "50"}
    rollup(boss, "dear", measure="count", filter=dear)
    define(boss, "customer", "formula", "twice", settings={"formula": "custom.bought * 2"})
    role = firm["service"].role
    role.grants = {**role.grants, "fields": {"order.total": "hidden"}}
    role.save()
    client = firm.client("service")
    assert set(get(client, f"customers/{rich.pk}")["custom"]) == {"number"}
    for name in ("bought", "dear", "twice"):
        asked = client.get("/api/v1/customers", {"sort": f"custom.{name}"})
        assert asked.status_code == 422
    role.grants = {**role.grants, "objects": {"order": {}}}
    role.save()
    assert "custom" not in get(firm.client("service"), f"customers/{rich.pk}")
    assert "custom.number" not in Asker(role.users.first()).fields(object_type("customer"))


def test_money_whose_currency_changes_is_counted_in_the_new_one(
    boss: Client, rich: Customer
) -> None:
    made = define(boss, "order", "money", "fee", settings={"currency": "CNY"})
    rollup(boss, "fees", measure="sum", field="custom.fee")
    Order.objects.filter(customer=rich).update(custom={"fee": "10.0000"})
    assert get(boss, f"customers/{rich.pk}")["custom"]["fees"] == "30.0000"
    field = CustomField.objects.get(pk=made["id"])
    field.settings = {**field.settings, "currency": "USD"}
    field.save()
    FieldsVersion.objects.update(number=F("number") + 1)
    assert get(boss, f"customers/{rich.pk}")["custom"]["fees"] == "213.0000"


@pytest.mark.parametrize(
    "broken",
    [
        {"field": "total", "op": "contains", "value": "1"},
        {"field": "currency", "op": "eq", "value": 7},
        {"field": "customer.kind", "op": "in", "value": ["no kind any more"]},
        {"has": "cakes"},
        {"odd": "one"},
    ],
)
def test_one_whose_filter_no_longer_fits_is_left_out(
    boss: Client, rich: Customer, broken: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    made = rollup(boss, "some", filter={"field": "currency", "op": "eq", "value": "CNY"})
    rollup(boss, "every")
    field = CustomField.objects.get(pk=made["id"])
    field.settings = {**field.settings, "filter": broken}
    field.save()
    FieldsVersion.objects.update(number=F("number") + 1)
    assert get(boss, f"customers/{rich.pk}")["custom"] == {"every": 3}
    assert get(boss, "customers?limit=1")["items"]
    assert "customer.custom.some cannot be worked out" in caplog.text
    assert post(boss, f"custom-fields/{made['id']}/archive", {}).status_code == 200


REFUSED = [
    ({"related": "cakes"}, "settings.related", "Choose which"),
    ({"measure": "sum", "field": "nothing"}, "settings.related", 'no field "nothing"'),
    ({"measure": "sum", "field": "number"}, "settings.related", "cannot be used"),
    ({"measure": "latest", "field": "total", "by": "number"}, "settings.related", "cannot be used"),
    ({"filter": {"field": "nothing", "op": "empty"}}, "settings.related", 'no field "nothing"'),
    ({"filter": {"field": "total", "op": "gt", "value": "x"}}, "filter", '"x"'),
    ({"by": "a\0b"}, "settings.by", ""),
]


@pytest.mark.parametrize(("settings", "field", "why"), REFUSED)
def test_nonsense_is_refused_with_its_reason(
    boss: Client, settings: dict[str, Any], field: str, why: str
) -> None:
    sent = {
        "object": "customer", "type": "rollup", "labels": {"en": "r"},
        "settings": {"related": "orders", **settings},
    }  # fmt: skip
    problem = refused(lambda: post(boss, "custom-fields", sent), 422)
    assert fields(problem) == [field]
    assert why in problem["errors"][0]["message"]


def test_roll_ups_are_not_rolled_up_and_keep_what_they_use(boss: Client) -> None:
    margin = define(boss, "order", "decimal", "margin")
    made = rollup(boss, "margins", measure="sum", field="custom.margin")
    refused(lambda: post(boss, f"custom-fields/{margin['id']}/archive", {}), 422)
    define(boss, "order", "rollup", "lines", settings={"related": "lines", "measure": "count"})
    define(boss, "order", "formula", "f", settings={"formula": "custom.lines + 1"})
    for name in ("custom.lines", "custom.f"):
        sent = {"settings": {"related": "orders", "measure": "sum", "field": name}}
        problem = refused(lambda s=sent: patch(boss, f"custom-fields/{made['id']}", s), 422)
        assert "cannot be added up again" in problem["errors"][0]["message"]


def test_what_lies_in_the_bin_is_not_counted(boss: Client, rich: Customer) -> None:
    rollup(boss, "number", measure="count")
    order = Order.objects.filter(customer=rich).first()
    assert order is not None
    boss.delete(f"/api/v1/orders/{order.pk}")
    left = Order.objects.filter(customer=rich, deleted_at=None).count()
    assert get(boss, f"customers/{rich.pk}")["custom"]["number"] == left
