"""Changing: only what is sent, and never over somebody else's newer version."""

from typing import Any

import pytest
from django.test import Client

from guanxi.customers.models import Identity
from tests.cast import Firm
from tests.writes.calls import NOWHERE, fields, get, patch, refused

pytestmark = pytest.mark.django_db


def test_only_what_is_sent_changes(firm: Firm, client: Client) -> None:
    path = f"customers/{firm['customer:acme'].pk}"
    before = get(client, path)
    after = patch(client, path, {"city": "天津", "birthday": None}).json()
    differ = {name for name in before if before[name] != after[name]}
    assert differ == {"city", "updated_at"}
    assert patch(client, path, {}).json()["updated_at"] == after["updated_at"]


@pytest.mark.parametrize("value", [None, 5, [], {"a": 1}, True])
def test_a_wrong_type_is_refused(firm: Firm, client: Client, value: Any) -> None:
    path = f"customers/{firm['customer:acme'].pk}"
    assert fields(refused(lambda: patch(client, path, {"city": value}), 422)) == ["city"]


def test_an_old_version_is_refused_showing_both(firm: Firm, client: Client) -> None:
    path = f"customers/{firm['customer:acme'].pk}"
    old = client.get(f"/api/v1/{path}")["ETag"]
    new = patch(client, path, {"city": "天津"}, **{"If-Match": old})
    assert new.status_code == 200
    problem = refused(lambda: patch(client, path, {"city": "广州"}, **{"If-Match": old}), 409)
    assert (problem["code"], problem["changed"]) == ("edit_conflict", ["city"])
    assert problem["theirs"] == new.json()
    for version in (new["ETag"], f"W/{new['ETag']}", f'"x", {new["ETag"]}', "*"):
        answer = patch(client, path, {"city": "天津"}, **{"If-Match": version})
        assert answer.status_code == 200


def test_tags_make_a_new_version_too(firm: Firm, client: Client) -> None:
    path = f"customers/{firm['customer:bell'].pk}"
    mine = firm.client("teammate")
    old = mine.get(f"/api/v1/{path}")["ETag"]
    vip = str(firm["tag:vip"].pk)
    assert patch(mine, path, {"tags": [vip]}, **{"If-Match": old})["ETag"] != old
    problem = refused(lambda: patch(mine, path, {"tags": []}, **{"If-Match": old}), 409)
    assert [t["label"] for t in problem["theirs"]["tags"]] == ["vip"]


def test_a_conflict_shows_only_what_the_asker_may_see(firm: Firm) -> None:
    path = f"customers/{firm['customer:acme'].pk}"
    service = firm.client("service")
    problem = refused(lambda: patch(service, path, {"city": "x"}, **{"If-Match": '"1"'}), 409)
    assert "credit_limit" not in problem["theirs"]


def test_a_record_that_is_gone_is_not_found(firm: Firm, client: Client) -> None:
    path = f"customers/{firm['customer:gone'].pk}"
    refused(lambda: patch(client, path, {"city": "x"}), 404)
    refused(lambda: patch(client, f"customers/{NOWHERE}", {"city": "x"}), 404)


def test_the_first_phone_is_followed_by_its_identity(firm: Firm, client: Client) -> None:
    acme = firm["customer:acme"]
    assert patch(client, f"customers/{acme.pk}", {"phone": "139 1111 2222"}).status_code == 200
    primary = Identity.objects.get(customer=acme, is_primary=True)
    assert primary.normal == "+8613911112222"
    refused(lambda: patch(client, f"identities/{primary.pk}", {"value": "1"}), 403)
    refused(lambda: client.delete(f"/api/v1/identities/{primary.pk}"), 403)
    assert get(client, f"identities/{primary.pk}")["can"] == []
