"""Undoing: what a request did goes back, unless it was changed since."""

import json

import pytest
from django.test import Client

from guanxi.customers.models import Customer, Identity
from tests.cast import Firm
from tests.writes.calls import NOWHERE, fields, get, patch, post, refused, undo

pytestmark = pytest.mark.django_db


def test_a_change(firm: Firm, client: Client) -> None:
    path = f"customers/{firm['customer:acme'].pk}"
    before = get(client, path)
    changed = patch(
        client, path,
        {
            "name": "新", "phone": "13700137000", "credit_limit": "12345678901234.5678",
            "tags": [], "birthday": "1980-01-01",
        },
    )  # fmt: skip
    assert changed.status_code == 200
    second = patch(client, path, {"credit_limit": "98765432109876.5432"})
    assert undo(client, second).json()["undone"] == 1
    assert get(client, path)["credit_limit"] == "12345678901234.5678"
    answer = undo(client, changed)
    assert answer.json()["undone"] == 1
    after = get(client, path)
    assert {**after, "updated_at": ""} == {**before, "updated_at": ""}
    acme = Customer.objects.get(pk=before["id"])
    assert (acme.name_sort, acme.phone_normal) == ("acme gong si", "+8613800138000")
    assert undo(client, answer).json()["undone"] == 1  # and an undo can be undone
    assert get(client, path)["name"] == "新"


def test_creating_deleting_and_restoring(firm: Firm, client: Client) -> None:
    made = post(
        client, "customers", {"kind": "person", "name": "x", "tags": [str(firm["tag:vip"].pk)]}
    )
    path = f"customers/{made.json()['id']}"
    assert undo(client, made).json()["undone"] == 1
    refused(lambda: client.get(f"/api/v1/{path}"), 404)
    restored = post(client, f"{path}/restore")
    assert restored.status_code == 200
    deleted = client.delete(f"/api/v1/{path}")
    assert undo(client, deleted).json()["undone"] == 1
    assert get(client, path)["name"] == "x"


def test_a_service_agent_takes_their_own_note_back(firm: Firm) -> None:
    service = firm.client("service")
    sent = {"customer": str(firm["customer:bell"].pk), "channel": "note"}
    made = post(service, "interactions", sent)
    assert made.json()["can"] == ["change"]
    assert undo(service, made).json()["undone"] == 1
    refused(lambda: service.get(f"/api/v1/interactions/{made.json()['id']}"), 404)


def test_what_was_changed_since_is_shown_and_kept(firm: Firm, client: Client) -> None:
    acme = firm["customer:acme"].pk
    first = patch(client, f"customers/{acme}", {"city": "天津", "district": "南开"})
    patch(firm.client("service"), f"customers/{acme}", {"city": "广州"})
    problem = refused(lambda: undo(client, first), 409)
    assert problem["code"] == "undo_conflict"
    values = {"field": "city", "current": "广州", "would_be": "北京"}
    assert problem["conflicts"] == [{"object": "customer", "id": str(acme), **values}]
    assert get(client, f"customers/{acme}")["district"] == "南开"


def test_tags_changed_since_are_a_conflict(firm: Firm, client: Client) -> None:
    path, vip = f"customers/{firm['customer:acme'].pk}", str(firm["tag:vip"].pk)
    first = patch(client, path, {"tags": []})
    patch(client, path, {"tags": [vip]})
    problem = refused(lambda: undo(client, first), 409)
    assert [c["field"] for c in problem["conflicts"]] == ["tags"]


def test_many_at_once(firm: Firm, boss: Client) -> None:
    ids = [str(c.pk) for c in firm.records["customer"].values()]
    cities = dict(Customer.objects.values_list("pk", "city"))
    body = {"ids": ids, "set": {"city": "天津", "name": "同名"}}
    answer = post(boss, "customers/bulk", body)
    assert undo(boss, answer).json()["undone"] == answer.json()["changed"] == 6
    assert dict(Customer.objects.values_list("pk", "city")) == cities
    assert not Customer.objects.filter(name_sort="tong ming").exists()
    deleted = post(boss, "customers/bulk", {"ids": ids, "delete": True})
    assert undo(boss, deleted).json()["undone"] == 6


def test_giving_a_record_away_by_mistake(firm: Firm, client: Client) -> None:
    path = f"customers/{firm['customer:acme'].pk}"
    given = patch(client, path, {"owner": str(firm["outsider"].pk)})
    refused(lambda: client.get(f"/api/v1/{path}"), 404)
    assert undo(client, given).json()["undone"] == 1
    assert get(client, path)["owner"]["id"] == str(firm["owner"].pk)


def test_what_one_no_longer_may_touch_stays(firm: Firm, client: Client, boss: Client) -> None:
    path = f"customers/{firm['customer:acme'].pk}"
    changed = patch(client, path, {"city": "天津"})
    given = patch(boss, path, {"owner": str(firm["outsider"].pk)})
    refused(lambda: undo(client, changed), 403)
    undo(boss, given)
    owner = f"people/{firm['owner'].pk}"
    assert patch(boss, owner, {"role": str(firm["role:read_only"].pk)}).status_code == 200
    refused(lambda: undo(client, changed), 403)


def test_a_conflict_on_a_record_out_of_sight_tells_nothing(firm: Firm, client: Client) -> None:
    acme = firm["customer:acme"].pk
    given = patch(client, f"customers/{acme}", {"owner": str(firm["outsider"].pk), "city": "a"})
    patch(firm.client("outsider"), f"customers/{acme}", {"city": "secret"})
    problem = refused(lambda: undo(client, given), 403)
    assert "secret" not in json.dumps(problem)


def test_somebody_elses_change(firm: Firm, client: Client, boss: Client) -> None:
    changed = patch(client, f"customers/{firm['customer:acme'].pk}", {"city": "天津"})
    refused(lambda: undo(firm.client("teammate"), changed), 404)
    refused(lambda: undo(boss, changed), 404)
    refused(lambda: undo(firm.client(None), changed), 401)
    refused(lambda: post(client, f"changes/{NOWHERE}/undo"), 404)


def test_what_an_action_did(firm: Firm, client: Client) -> None:
    task = firm["task:acme_owner"].pk
    done = post(client, f"tasks/{task}/complete")
    assert done.json()["status"] == "done"
    problem = refused(lambda: undo(client, done), 403)
    assert "action" in problem["detail"]


def test_what_is_computed_goes_back_with_what_it_follows(firm: Firm, boss: Client) -> None:
    order = f"orders/{firm['order:acme'].pk}"
    before = get(boss, order)
    moved = patch(boss, order, {"ordered_at": "2024-12-31T23:00:00Z", "rate": "2"})
    assert moved.json()["reporting_total"] == "19.0000"
    assert undo(boss, moved).json()["undone"] == 1
    assert {**get(boss, order), "updated_at": ""} == {**before, "updated_at": ""}
    line = {
        "order": before["id"],
        "position": 2,
        "quantity": "1",
        "unit_price": "1",
        "amount": "100.5",
    }
    added = post(boss, "order-lines", line)
    assert get(boss, order)["total"] == "110.0000"
    assert undo(boss, added).json()["undone"] == 1
    assert get(boss, order)["total"] == before["total"]
    identity = f"identities/{firm['identity:acme_erp'].pk}"
    renamed = patch(boss, identity, {"value": "new"})
    assert Identity.objects.get(pk=firm["identity:acme_erp"].pk).normal == "new"
    assert undo(boss, renamed).json()["undone"] == 1
    assert Identity.objects.get(pk=firm["identity:acme_erp"].pk).normal == "acme"


def test_a_name_taken_meanwhile_is_named(firm: Firm, boss: Client) -> None:
    renamed = patch(boss, f"tags/{firm['tag:vip'].pk}", {"name": "gold"})
    post(boss, "tags", {"name": "vip"})
    problem = refused(lambda: undo(boss, renamed), 409)
    assert (problem["code"], fields(problem)) == ("constraint", ["name"])
