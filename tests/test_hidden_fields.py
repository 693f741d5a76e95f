"""A field a role may not see is absent wherever fields are; one it may not write is refused."""

import json

import pytest

from guanxi.platform.objects.registry import object_type
from tests.cast import Firm
from tests.test_permissions import path

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("person", "kind", "field"),
    [
        ("service", "customer", "credit_limit"),
        ("read_only", "customer", "credit_limit"),
        ("loner", "customer", "phone"),
    ],
)
def test_a_hidden_field_is_absent_everywhere(
    firm: Firm, person: str, kind: str, field: str
) -> None:
    client, declared = firm.client(person), object_type(kind)
    boss = firm.client("administrator")
    mine = boss.post(
        path(declared),
        {"kind": "person", "name": "mine", "owner": str(firm[person].pk)},
        content_type="application/json",
    ).json()["id"]
    secret = {"phone": "13912345678", "credit_limit": "4321.5"}[field]
    boss.patch(path(declared, mine), {field: secret}, content_type="application/json")
    meta = next(o for o in client.get("/api/v1/meta").json()["objects"] if o["name"] == kind)
    assert field not in json.dumps(meta)
    assert field in boss.get(path(declared, mine)).json()
    answers = [
        client.get(path(declared)),
        client.get(path(declared, mine)),
        client.get(path(declared, mine, "history")),
        client.get(path(declared, mine, "timeline")),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert f'"{field}"' not in answer.text
        assert secret not in answer.text
    test = {"field": field, "op": "not_empty"}
    far = {"field": f"customer.{field}", "op": "not_empty"}
    for address, asked in [
        (path(declared), {"fields": f"name,{field}"}),
        (path(declared), {"sort": field}),
        (path(declared), {"filter": json.dumps(test)}),
        (path(declared, "count"), {"filter": json.dumps({"or": [test]})}),
        (path(declared, "aggregate"), {"measures": f"sum:{field}"}),
        (path(declared, "aggregate"), {"group": field}),
        ("/api/v1/tasks", {"filter": json.dumps(far)}),
        (path(declared), {"filter": json.dumps({"has": "tasks", "where": far})}),
    ]:
        answer = client.get(address, asked)
        assert answer.status_code == 422, (address, asked)
        assert answer.json()["errors"][0]["field"] in (
            "fields",
            "sort",
            "filter",
            "measures",
            "group",
        )
    found = client.get(path(declared), {"search": secret}).json()["items"]
    assert found == []
    assert client.get("/api/v1/search", {"q": secret, "type": kind}).json()["items"] == []
    assert secret not in client.get("/api/v1/search", {"q": "mine"}).text
    answer = client.patch(path(declared, mine), {field: "1"}, content_type="application/json")
    assert answer.status_code == 403


def test_a_read_only_field_is_shown_and_refused(firm: Firm) -> None:
    client = firm.client("loner")
    made = client.post(
        "/api/v1/customers", {"kind": "person", "name": "x"}, content_type="application/json"
    ).json()
    assert made["city"] == ""
    answer = client.patch(
        f"/api/v1/customers/{made['id']}",
        {"city": "北京", "name": "y"},
        content_type="application/json",
    )
    assert answer.status_code == 403
    assert [e["field"] for e in answer.json()["errors"]] == ["city"]
    assert client.get(f"/api/v1/customers/{made['id']}").json()["name"] == "x"
