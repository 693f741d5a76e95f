"""Deleting and restoring."""

import pytest
from django.test import Client

from tests.cast import Firm
from tests.writes.calls import fields, get, post, refused

pytestmark = pytest.mark.django_db


def test_there_and_back(firm: Firm, client: Client) -> None:
    path = f"customers/{firm['customer:acme'].pk}"
    before = get(client, path)
    assert client.delete(f"/api/v1/{path}").status_code == 204
    refused(lambda: client.get(f"/api/v1/{path}"), 404)
    refused(lambda: client.delete(f"/api/v1/{path}"), 404)
    assert get(client, "addresses?search=acme")["items"] == []
    back = post(client, f"{path}/restore")
    assert back.status_code == 200
    assert {**back.json(), "updated_at": ""} == {**before, "updated_at": ""}
    refused(lambda: post(client, f"{path}/restore"), 404)
    actions = [item["action"] for item in get(client, f"{path}/history")["items"]]
    assert actions[:2] == ["restore", "delete"]


def test_a_name_given_away_meanwhile_is_named(firm: Firm, boss: Client) -> None:
    assert post(boss, "tags", {"name": "cold"}).status_code == 201
    path = f"tags/{firm['tag:cold'].pk}/restore"
    assert fields(refused(lambda: post(boss, path), 422)) == ["name"]
