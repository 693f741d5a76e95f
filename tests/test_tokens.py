"""A program with a token does what its scopes and its user allow, until the token ends."""

import pytest
from django.utils import timezone

from guanxi.platform.access.models import Token
from tests.cast import Firm

pytestmark = pytest.mark.django_db


def test_a_token_does_no_more_than_its_scopes(firm: Firm) -> None:
    client, _token = firm.token_client("administrator", "customer:read")
    acme = firm["customer:acme"].pk
    assert client.get(f"/api/v1/customers/{acme}").status_code == 200
    assert client.get("/api/v1/tasks").status_code == 403
    assert client.get("/api/v1/orders/count").status_code == 403
    change = client.patch(
        f"/api/v1/customers/{acme}", {"city": "x"}, content_type="application/json"
    )
    assert change.status_code == 403
    assert client.get(f"/api/v1/customers/{acme}").json()["can"] == []
    objects = [o["name"] for o in client.get("/api/v1/meta").json()["objects"]]
    assert objects == ["customer"]


def test_a_token_sees_labels_only_of_objects_it_may_read(firm: Firm) -> None:
    acme = firm["customer:acme"].pk
    narrow, _token = firm.token_client("administrator", "customer:read")
    row = narrow.get(f"/api/v1/customers/{acme}").json()
    assert row["owner"] == {"id": str(firm["owner"].pk), "label": None}
    assert [t["label"] for t in row["tags"]] == [None]
    wide, _token = firm.token_client("administrator", "read")
    assert wide.get(f"/api/v1/customers/{acme}").json()["owner"]["label"] == "owner 先生"


def test_a_token_for_one_object_reaches_its_records_through_others(firm: Firm) -> None:
    client, _token = firm.token_client("owner", "order:read")
    rows = client.get("/api/v1/orders").json()["items"]
    assert {r["number"] for r in rows} == {"N0", "N1", "N3"}
    assert {r["customer"]["label"] for r in rows} == {None}
    assert "acme" not in client.get("/api/v1/orders", {"sort": "customer"}).text


def test_a_token_has_no_more_than_its_user(firm: Firm) -> None:
    client, _token = firm.token_client("read_only", "read", "write")
    acme = f"/api/v1/customers/{firm['customer:acme'].pk}"
    assert client.patch(acme, {"city": "x"}, content_type="application/json").status_code == 403


def test_without_scopes_a_token_opens_nothing(firm: Firm) -> None:
    client, _token = firm.token_client("administrator")
    for address in ("customers", "jobs", "views", "tasks"):
        assert client.get(f"/api/v1/{address}").status_code == 403


@pytest.mark.parametrize("end", ["revoked", "expired", "user_left", "user_inactive"])
def test_an_ended_token_is_nobody(firm: Firm, end: str) -> None:
    client, token = firm.token_client("administrator", "read")
    assert client.get("/api/v1/customers").status_code == 200
    match end:
        case "revoked":
            Token.objects.filter(pk=token.pk).update(revoked_at=timezone.now())
        case "expired":
            Token.objects.filter(pk=token.pk).update(expires_at=timezone.now())
        case "user_left":
            type(token.user).objects.filter(pk=token.user_id).update(deleted_at=timezone.now())
        case _:
            type(token.user).objects.filter(pk=token.user_id).update(is_active=False)
    assert client.get("/api/v1/customers").status_code == 401


def test_a_token_manages_neither_tokens_nor_passwords(firm: Firm) -> None:
    client, _token = firm.token_client("administrator", "read", "write")
    made = client.post(
        "/api/v1/tokens", {"name": "x", "scopes": ["read"]}, content_type="application/json"
    )
    assert made.status_code == 403
    password = client.post(
        f"/api/v1/users/{firm['owner'].pk}/password",
        {"password": "another long password"},
        content_type="application/json",
    )
    assert password.status_code == 403


def test_an_unknown_scope_is_refused(firm: Firm) -> None:
    answer = firm.client("owner").post(
        "/api/v1/tokens",
        {"name": "x", "scopes": ["customer:read", "customers"]},
        content_type="application/json",
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "scopes.1"
