"""What the client is told of objects: forms begin with what the server would take anyway."""

import pytest
from django.test import Client

from tests.cast import Firm

pytestmark = pytest.mark.django_db


def fields_of(client: Client, name: str) -> dict[str, dict[str, object]]:
    objects = client.get("/api/v1/meta").json()["objects"]
    return {f["name"]: f for o in objects if o["name"] == name for f in o["fields"]}


@pytest.mark.parametrize(
    ("name", "path", "least"),
    [
        ("task", "tasks", {"title": "x"}),
        ("product", "products", {"code": "X1", "name": "x"}),
        ("customer", "customers", {"kind": "person", "name": "x"}),
        ("interaction", "interactions", {"channel": "call"}),
    ],
)
def test_a_default_is_what_a_record_gets_when_nothing_is_said(
    firm: Firm, name: str, path: str, least: dict[str, str]
) -> None:
    client = firm.client("administrator")
    if name == "interaction":
        least = {**least, "customer": str(firm["customer:acme"].pk)}
    made = client.post(f"/api/v1/{path}", least, content_type="application/json").json()
    defaults = {n: f["default"] for n, f in fields_of(client, name).items() if "default" in f}
    assert defaults
    assert {n: made[n] for n in defaults} == defaults


def test_an_order_begins_in_the_firms_currency_and_leaves_its_rate_to_the_server(
    firm: Firm,
) -> None:
    fields = fields_of(firm.client("administrator"), "order")
    assert fields["currency"]["default"] == "CNY"
    assert "default" not in fields["rate"]


def test_a_field_nobody_may_write_has_no_default(firm: Firm) -> None:
    assert "default" not in fields_of(firm.client("administrator"), "task")["status"]


def test_times_come_after_the_fields_people_write(firm: Firm) -> None:
    names = list(fields_of(firm.client("administrator"), "task"))
    assert names[-2:] == ["created_at", "updated_at"]
