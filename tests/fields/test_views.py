"""Boards, calendars and charts by custom fields: as by any other field."""

import json

import pytest
from django.test import Client

from tests.fields.definitions import define
from tests.writes.calls import get, post

pytestmark = pytest.mark.django_db
OURS = json.dumps({"field": "name", "op": "eq", "value": "viewed"})


@pytest.fixture
def viewed(boss: Client, client: Client) -> Client:
    for type in ("choice", "date", "datetime", "money"):
        define(boss, "customer", type)
    for choice, day, amount in (
        ("low", "2024-01-31", "5"), ("high", "2024-02-01", "7"), ("low", None, None),
        (None, "2024-02-29", "1"),
    ):  # fmt: skip
        custom = {"my_choice": choice, "my_date": day, "my_money": amount}
        custom["my_datetime"] = day and f"{day}T12:00:00Z"
        made = post(client, "customers", {"kind": "person", "name": "viewed", "custom": custom})
        assert made.status_code == 201, made.content
    return client


def test_a_choice_makes_columns_in_its_order_and_goes_on(viewed: Client) -> None:
    address = "customers/board?by=custom.my_choice&measures=sum:custom.my_money&limit=1"
    columns = get(viewed, f"{address}&fields=name,custom.my_choice&filter={OURS}")["columns"]
    told = [(c["key"], c["count"], c["sum_custom.my_money"]) for c in columns]
    assert told[:2] == [("low", 2, "5.0000"), ("high", 1, "7.0000")]
    assert told[2:] == [(None, 1, "1.0000")]  # and no archived choice without records
    assert all(
        row["custom"]["my_choice"] == c["key"] for c in columns for row in c["items"] if c["key"]
    )
    low = json.dumps(
        {"and": [json.loads(OURS), {"field": "custom.my_choice", "op": "in", "value": ["low"]}]}
    )
    rest = get(viewed, f"customers?filter={low}&cursor={columns[0]['next']}")["items"]
    assert len(rest) == 1
    assert rest[0]["id"] != columns[0]["items"][0]["id"]


@pytest.mark.parametrize("name", ["my_date", "my_datetime"])
def test_dates_fall_into_periods_and_ranges(viewed: Client, name: str) -> None:
    address = f"customers/aggregate?group=custom.{name}:month&filter={OURS}"
    groups = {g["key"]: g["count"] for g in get(viewed, address)["groups"]}
    assert groups == {"2024-01-01": 1, "2024-02-01": 2, None: 1}
    tree = {
        "and": [
            json.loads(OURS),
            {"field": f"custom.{name}", "op": "gte", "value": "2024-02-01"},
            {"field": f"custom.{name}", "op": "lt", "value": "2024-03-01"},
        ]
    }
    found = get(viewed, f"customers?sort=custom.{name}&filter={json.dumps(tree)}")["items"]
    assert len(found) == 2
