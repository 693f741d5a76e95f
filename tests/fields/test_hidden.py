"""A custom field hidden from a role is absent wherever fields are; a locked one is refused."""

import json

import pytest
from django.test import Client

from tests.cast import Firm
from tests.fields.definitions import define
from tests.writes.calls import fields, get, patch, post, refused

pytestmark = pytest.mark.django_db
SECRET = "zebra-4711"


@pytest.fixture
def hidden(firm: Firm, boss: Client) -> str:
    """The id of a record with a value that service agents may not see."""
    define(boss, "customer", "text", key="secret", masks={"service": "hidden"})
    owner = str(firm["service"].pk)
    sent = {"kind": "person", "name": "mine", "owner": owner, "custom": {"secret": "first"}}
    made = post(boss, "customers", sent).json()["id"]
    patch(boss, f"customers/{made}", {"custom": {"secret": SECRET}})
    return str(made)


def test_a_hidden_field_is_absent_everywhere(firm: Firm, hidden: str) -> None:
    client = firm.client("service")
    for address in (
        "meta", "customers?search=mine", f"customers/{hidden}", f"customers/{hidden}/history",
        f"customers/{hidden}/timeline", "search?q=mine",
    ):  # fmt: skip
        told = json.dumps(get(client, address))
        assert "secret" not in told
        assert SECRET not in told
    test = {"field": "custom.secret", "op": "not_empty"}
    far = {"field": "customer.custom.secret", "op": "not_empty"}
    for path, asked in [
        ("customers", {"fields": "name,custom.secret"}),
        ("customers", {"sort": "custom.secret"}),
        ("customers", {"filter": json.dumps(test)}),
        ("customers/count", {"filter": json.dumps({"or": [test]})}),
        ("customers/aggregate", {"measures": "sum:custom.secret"}),
        ("customers/aggregate", {"group": "custom.secret"}),
        ("tasks", {"filter": json.dumps(far)}),
        ("customers", {"filter": json.dumps({"has": "tasks", "where": far})}),
    ]:
        assert client.get(f"/api/v1/{path}", asked).status_code == 422, asked
    assert get(client, f"customers?search={SECRET}")["items"] == []


def test_a_hidden_field_cannot_be_told_from_none_when_writing(firm: Firm, hidden: str) -> None:
    client, address = firm.client("service"), f"customers/{hidden}"
    answers = []
    for key in ("secret", "nothing"):
        problem = refused(lambda k=key: patch(client, address, {"custom": {k: "x"}}), 422)
        assert fields(problem) == [f"custom.{key}"]
        answers.append((problem["code"], problem["detail"], problem["errors"][0]["message"]))
    assert answers[0] == answers[1]


def test_others_change_a_record_around_what_is_hidden_from_them(firm: Firm, hidden: str) -> None:
    changed = patch(firm.client("service"), f"customers/{hidden}", {"name": "mine too"})
    assert changed.status_code == 200
    seen = get(firm.client("administrator"), f"customers/{hidden}")
    assert (seen["name"], seen["custom"]) == ("mine too", {"secret": SECRET})


def test_a_locked_field_is_shown_and_refused(firm: Firm, boss: Client) -> None:
    define(boss, "customer", "text", key="locked", masks={"account_manager": "read_only"})
    client = firm.client("owner")
    sent = {"kind": "person", "name": "x", "custom": {"locked": "no"}}
    assert fields(refused(lambda: post(client, "customers", sent), 403)) == ["custom.locked"]
    made = post(client, "customers", {"kind": "person", "name": "x"}).json()
    assert made["custom"] == {"locked": None}
    sent = {"ids": [made["id"]], "set": {"custom": {"locked": "no"}}}
    refused(lambda: post(client, "customers/bulk", sent), 403)
    rows = [{"id": made["id"], "set": {"custom": {"locked": "no"}}}]
    refused(lambda: patch(client, "customers", {"rows": rows}), 403)


def test_what_is_required_of_others_does_not_stop_whom_it_is_hidden_from(
    firm: Firm, boss: Client
) -> None:
    define(boss, "customer", "text", key="needed", required=True, masks={"service": "hidden"})
    bare = {"kind": "person", "name": "x"}
    assert post(firm.client("service"), "customers", bare).status_code == 201
    assert post(firm.client("owner"), "customers", bare).status_code == 422
