"""The audit log: what it tells, to whom, and that it tells nobody more than they may see."""

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guanxi.platform.access.models import AccessLink, Role
from guanxi.platform.access.predicate import Asker
from guanxi.platform.access.services import set_password
from guanxi.platform.events import audit
from guanxi.platform.events.context import acting
from guanxi.platform.events.models import Event
from guanxi.platform.layouts.models import Layout
from tests.cast import NOON, PASSWORD, PEOPLE, Firm
from tests.writes.calls import JSON, get, patch, post

pytestmark = pytest.mark.django_db


def log(firm: Firm, who: str = "administrator", **query: Any) -> list[dict[str, Any]]:
    answer = firm.client(who).get("/api/v1/audit", query)
    assert answer.status_code == 200, answer.content
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def facts(entry: dict[str, Any]) -> dict[str, Any]:
    return {change["name"]: change["new"] for change in entry["changes"]}


@pytest.mark.parametrize("who", [name for name in PEOPLE if name != "administrator"])
def test_administrators_alone_read_it(firm: Firm, who: str) -> None:
    client = firm.client(who)
    assert client.get("/api/v1/audit").status_code == 403
    assert client.get("/api/v1/audit/kinds").status_code == 403
    assert client.post("/api/v1/audit/export", {}, content_type=JSON).status_code == 403


def test_not_even_their_token_does(firm: Firm) -> None:
    token, _row = firm.token_client("administrator", "read", "write")
    assert token.get("/api/v1/audit").status_code == 403
    assert firm.client(None).get("/api/v1/audit").status_code == 401


def test_a_change_is_told_with_who_when_before_and_after(firm: Firm) -> None:
    acme = firm["customer:acme"]
    changed = patch(firm.client("owner"), f"customers/{acme.pk}", {"city": "西安"})
    (entry, *_rest) = log(firm, object="customer")
    assert entry["actor"]["label"] == "owner 先生"
    assert (entry["source"], entry["action"]) == ("api", "update")
    assert entry["request_id"] == changed["X-Request-Id"]
    assert (entry["record"]["label"], entry["page"], entry["page_id"]) == (
        "acme 公司", "customer", str(acme.pk),
    )  # fmt: skip
    (city,) = [c for c in entry["changes"] if c["name"] == "city"]
    assert (city["old"], city["new"]) == ("北京", "西安")


def test_filters_narrow_it(firm: Firm) -> None:
    acme, bell = firm["customer:acme"], firm["customer:bell"]
    patch(firm.client("owner"), f"customers/{acme.pk}", {"city": "1"})
    patch(firm.client("manager"), f"customers/{bell.pk}", {"city": "2"})
    firm.client("manager").delete(f"/api/v1/customers/{bell.pk}")
    (newest, *_rest) = log(firm)
    (mine,) = log(firm, actor=str(firm["owner"].pk))
    assert mine["record"]["id"] == str(acme.pk)
    assert {e["record"]["id"] for e in log(firm, record=str(bell.pk))} == {str(bell.pk)}
    (deleted,) = log(firm, action="delete", actor=str(firm["manager"].pk))
    assert deleted["page"] is None  # it is in the bin
    assert [e["id"] for e in log(firm, since=newest["at"])] == [newest["id"]]
    assert newest["id"] in {e["id"] for e in log(firm, until=newest["at"])}
    assert log(firm, until="2001-01-01T00:00:00Z") == []
    refused = firm.client("administrator").get("/api/v1/audit", {"since": "yesterday"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "since")


def test_pages_go_on_where_they_ended_even_if_a_stretch_has_none(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "STRETCH", 7)  # a real one is 50,000 events
    every = list(Event.objects.order_by("-id").values_list("id", flat=True))
    client, told, cursor = firm.client("administrator"), [], None
    while True:
        query = {"limit": 9} | ({"cursor": cursor} if cursor else {})
        page = client.get("/api/v1/audit", query).json()
        told += [int(e["id"]) for e in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert told == every


def test_the_ends_of_an_export_are_looked_for_once(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "WRITTEN_AT_ONCE", 7)  # many parts of few events
    every = Event.objects.count()
    with CaptureQueriesContext(connection) as queries:
        told = b"".join(audit.audit_csv(Asker(firm["administrator"]), audit.Wanted())).decode()
    assert sum("MIN(" in q["sql"] for q in queries) == 1
    ids = {(line[5], line[6]) for line in csv.reader(io.StringIO(told))}
    assert every > 7
    assert len(ids) > 7


def test_settings_are_told_without_their_secrets(firm: Firm) -> None:
    client = firm.client("administrator")
    made = post(client, "tokens", {"name": "ERP", "scopes": ["read"]}).json()
    assert client.delete(f"/api/v1/tokens/{made['id']}").status_code == 204
    revoked, created = log(firm, object="token")
    assert facts(created)["scopes"] == ["read"]
    assert facts(created)["user"]["label"] == "administrator 先生"
    assert list(facts(revoked)) == ["revoked_at"]
    assert patch(client, "workspace", {"name": "Another"}).status_code == 200
    (renamed,) = [e for e in log(firm, object="workspace") if e["action"] == "update"]
    assert facts(renamed) == {"name": "Another"}
    stored = " ".join(str(e.changes) for e in Event.objects.all())
    assert "digest" not in stored
    assert made["key"] not in stored


def test_a_role_is_told_right_by_right(firm: Firm) -> None:
    role = Role.objects.get(name="service")
    body = {"objects": {"tag": {"read": None}}}
    answer = patch(firm.client("administrator"), f"role-rights/{role.pk}", body)
    assert answer.status_code == 200, answer.content
    (entry, *_rest) = log(firm, object="role")
    names = {change["name"] for change in entry["changes"]}
    assert names == {"grants.objects"} or all(n.startswith("grants.") for n in names)
    assert entry["record"]["label"] == role.label


def test_shares_are_told_with_their_record(firm: Firm) -> None:
    body = {"users": [str(firm["outsider"].pk)]}
    post(firm.client("owner"), f"shares/customer/{firm['customer:acme'].pk}", body)
    (entry,) = log(firm, object="share")
    assert entry["record"]["label"] == "outsider 先生"
    assert (entry["page"], entry["page_id"]) == ("customer", str(firm["customer:acme"].pk))


def test_sign_ins_and_refused_ones_are_told(firm: Firm) -> None:
    address = "/api/v1/session"
    client = Client(headers={"User-Agent": "Mozilla/5.0"})
    wrong = {"username": "owner", "password": "wrong password"}
    assert client.post(address, wrong, content_type=JSON).status_code == 401
    stranger = {"username": "s3cret typed here", "password": "wrong"}
    assert client.post(address, stranger, content_type=JSON).status_code == 401
    right = {"username": "owner", "password": PASSWORD}
    assert client.post(address, right, content_type=JSON).status_code == 200
    assert client.delete(address).status_code == 200
    unknown, refused = log(firm, object="sign_in_refused")
    assert (refused["actor"], refused["record"]["label"]) == (None, "owner 先生")
    assert facts(refused) == {"what": "password", "address": "127.0.0.1"}
    assert unknown["record"]["label"] is None
    assert "s3cret" not in str(unknown)
    (entered,) = log(firm, object="sign_in")
    assert facts(entered) == {"address": "127.0.0.1", "user_agent": "Mozilla/5.0"}
    (left,) = log(firm, object="sign_out")
    assert left["actor"]["label"] == "owner 先生"


def test_a_new_password_is_told_and_never_which(firm: Firm) -> None:
    word = "another horse battery"
    path = f"users/{firm['owner'].pk}/password"
    assert post(firm.client("administrator"), path, {"password": word}).status_code == 204
    (entry,) = log(firm, object="password")
    assert (entry["actor"]["label"], entry["record"]["label"]) == (
        "administrator 先生", "owner 先生",
    )  # fmt: skip
    assert word not in str(entry)


def test_a_password_chosen_by_a_link_or_given_by_command_is_told(firm: Firm) -> None:
    made = post(firm.client("administrator"), f"people/{firm['owner'].pk}/link").json()
    body = {"key": made["url"].split("#")[1], "password": "another horse battery"}
    used = post(Client(), "links/use", body)
    assert used.status_code == 204
    (entry,) = log(firm, object="password")
    assert (entry["actor"], entry["record"]["label"]) == (None, "owner 先生")
    assert entry["request_id"] == used["X-Request-Id"]
    with acting(actor_id=None, source="command"):
        set_password(user=firm["teammate"], password="a third horse battery")
    (entry, _first) = log(firm, object="password")
    assert (entry["source"], entry["record"]["label"]) == ("command", "teammate 先生")


def test_exports_are_told_that_of_the_log_too(firm: Firm) -> None:
    post(firm.client("owner"), "customers/export", {"fields": ["name"], "search": "13800138000"})
    answer = post(firm.client("administrator"), "audit/export", {"object": "export"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    head, *lines = list(csv.reader(io.StringIO(text)))
    assert head[0] == "at"
    by_field = {(line[1], line[8]): line[10] for line in lines}
    assert by_field["owner 先生", "object"] == "customer"
    assert by_field["owner 先生", "fields"] == "name"
    assert by_field["administrator 先生", "object"] == "audit"
    assert "13800138000" not in text


def test_it_tells_an_administrator_no_more_than_their_role_sees(firm: Firm) -> None:
    """Other roles may administer too, with masks and narrower scopes of their own."""
    Role.objects.filter(name="own_only").update(
        grants={
            "areas": {"*": {"read": "own", "change": "own"}},
            "administer": True,
            "fields": {"customer.city": "hidden"},
        }
    )
    patch(firm.client("owner"), f"customers/{firm['customer:acme'].pk}", {"city": "secret city"})
    (entry, *_rest) = log(firm, "loner", object="customer")
    assert (entry["is_hidden"], entry["changes"], entry["record"]["label"]) == (True, [], None)
    assert entry["page"] is None
    body = {"users": [str(firm["loner"].pk)]}
    post(firm.client("owner"), f"shares/customer/{firm['customer:acme'].pk}", body)
    (entry, *_rest) = log(firm, "loner", object="customer")
    assert (entry["is_hidden"], entry["record"]["label"]) == (False, "acme 公司")
    assert "secret city" not in str(entry)


def test_what_hangs_on_a_record_is_told_as_far_as_that_one_is_seen(firm: Firm) -> None:
    Role.objects.filter(name="own_only").update(
        grants={
            "areas": {"*": {"read": "all"}},
            "objects": {"customer": {"read": "own"}},
            "administer": True,
        }
    )
    boss, order = firm.client("administrator"), firm["order:acme"]
    assert patch(boss, f"orders/{order.pk}", {"number": "secret number"}).status_code == 200
    line = firm["order_line:acme"]
    assert patch(boss, f"order-lines/{line.pk}", {"description": "secret"}).status_code == 200
    for kind in ("order", "order_line"):
        (entry, *_rest) = log(firm, "loner", object=kind)
        assert (entry["is_hidden"], entry["changes"]) == (True, []), kind
        assert not log(firm, object=kind)[0]["is_hidden"]


def test_settings_are_told_in_the_readers_words(firm: Firm) -> None:
    client = firm.client("administrator")
    body = {
        "object": "customer", "role": str(firm["role:sales"].pk), "form": ["name"],
        "groups": [{"name": "a", "fields": ["city"], "labels": {}}], "hidden": ["email"],
    }  # fmt: skip
    path = f"layouts/one?object=customer&role={firm['role:sales'].pk}"
    body["version"] = get(client, path)["version"]
    kept = client.put("/api/v1/layouts/one", body, content_type=JSON)
    assert kept.status_code == 200, kept.content
    post(client, f"people/{firm['owner'].pk}/link")
    Layout.objects.update(hidden=["phone"])
    entry, *_older = log(firm, object="layout")
    assert entry["record"]["label"] == f"customer · {firm['role:sales'].label}"
    assert [c["label"] for c in entry["changes"]] == ["hidden fields"]
    AccessLink.objects.update(ended_at=NOON)
    answer = client.get(
        "/api/v1/audit?object=access_link", headers={"Accept-Language": "zh-CN"}
    ).json()
    told = {c["label"]: c["new"] for e in answer["items"] for c in e["changes"]}
    assert told["用途"] == "重设密码"


def test_the_kinds_have_names(firm: Firm) -> None:
    kinds = {k["name"]: k["label"] for k in get(firm.client("administrator"), "audit/kinds")}
    assert {"customer", "sign_in_refused", "token", "share"} <= set(kinds)
