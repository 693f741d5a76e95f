"""Creating, changing, deleting, restoring, many at once, undoing: done right, or not at all."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from guanxi.customers.models import Customer, Identity, Tag
from guanxi.interactions.models import Task
from guanxi.platform.events.models import Event
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.tasks import run_job
from guanxi.platform.objects.models import IdempotentResponse
from guanxi.sales.models import Order
from tests.cast import Firm

pytestmark = pytest.mark.django_db
JSON = "application/json"
NOWHERE = "00000000-0000-7000-8000-000000000000"  # the id of nothing


@pytest.fixture
def client(firm: Firm) -> Client:
    return firm.client("owner")


@pytest.fixture
def boss(firm: Firm) -> Client:
    return firm.client("administrator")


def post(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    return client.post(f"/api/v1/{path}", body or {}, content_type=JSON, headers=headers)


def patch(client: Client, path: str, body: Any, **headers: str) -> Any:
    return client.patch(f"/api/v1/{path}", body, content_type=JSON, headers=headers)


def get(client: Client, path: str) -> Any:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def undo(client: Client, answer: Any) -> Any:
    return post(client, f"changes/{answer['X-Request-Id']}/undo")


def refused(send: Callable[[], Any], status: int) -> Any:
    """The problem of a refused request, which left nothing behind."""
    counted = [m.objects.count() for m in (Event, Customer, Task, Job, IdempotentResponse)]
    answer = send()
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["request_id"] == answer["X-Request-Id"]
    assert [m.objects.count() for m in (Event, Customer, Task, Job, IdempotentResponse)] == counted
    return problem


def fields(problem: Any) -> list[Any]:
    return [error["field"] for error in problem["errors"]]


class TestCreate:
    def test_what_is_sent_is_kept_and_the_rest_has_its_default(
        self, firm: Firm, client: Client
    ) -> None:
        sent = {
            "kind": "person",
            "name": " 王芳 ",
            "tags": [str(firm["tag:vip"].pk)],
            "credit_limit": "12.5",
        }
        answer = post(client, "customers", sent)
        assert answer.status_code == 201
        record = answer.json()
        assert record["name"] == "王芳"
        assert record["owner"] == {"id": str(firm["owner"].pk), "label": "owner 先生"}
        assert [t["label"] for t in record["tags"]] == ["vip"]
        assert (record["credit_limit"], record["category"]) == ("12.5000", "consumer")
        read = client.get(f"/api/v1/customers/{record['id']}")
        assert (read.json(), read["ETag"]) == (record, answer["ETag"])
        made = Customer.objects.get(pk=record["id"])
        assert (made.name_sort, made.identities.count()) == ("wang fang", 0)

    def test_nobody_may_be_the_owner(self, client: Client) -> None:
        answer = post(client, "customers", {"kind": "person", "name": "x", "owner": None})
        assert answer.json()["owner"] is None

    def test_given_to_somebody_out_of_sight_its_id_alone_comes_back(
        self, firm: Firm, client: Client
    ) -> None:
        sent = {"kind": "person", "name": "x", "owner": str(firm["outsider"].pk)}
        answer = post(client, "customers", sent)
        assert answer.status_code == 201
        assert set(answer.json()) == {"id", "can", "updated_at"}

    @pytest.mark.parametrize(
        ("sent", "named"),
        [
            ({}, ["kind", "name"]),
            ({"kind": "person"}, ["name"]),
            ({"kind": "robot", "name": "x"}, ["kind"]),
            ({"kind": "person", "name": ""}, ["name"]),
            ({"kind": "person", "name": "   "}, ["name"]),
            ({"kind": "person", "name": None}, ["name"]),
            ({"kind": "person", "name": 7}, ["name"]),
            ({"kind": "person", "name": "a\0b"}, ["name"]),
            ({"kind": "person", "name": "a\x1bb"}, ["name"]),
            ({"kind": "person", "name": "x" * 201}, ["name"]),
            ({"kind": "person", "name": "x" * 2_000_000}, ["name"]),
            ({"kind": "person", "name": "x", "remark": "x" * 2_000_000}, ["remark"]),
            ({"kind": "person", "name": "x", "nme": "x"}, ["nme"]),
            ({"kind": "person", "name": "x", "id": NOWHERE}, ["id"]),
            ({"kind": "person", "name": "x", "created_at": "2020-01-01T00:00:00Z"}, ["created_at"]),
            ({"kind": "person", "name": "x", "name_sort": "a"}, ["name_sort"]),
            ({"kind": "person", "name": "x", "stage": "growth"}, ["stage"]),
            ({"kind": "person", "name": "x", "email": "no address"}, ["email"]),
            ({"kind": "person", "name": "x", "website": "javascript:alert(1)"}, ["website"]),
            ({"kind": "person", "name": "x", "birthday": "2024-02-30"}, ["birthday"]),
            ({"kind": "person", "name": "x", "birthday": 0}, ["birthday"]),
            ({"kind": "person", "name": "x", "birthday": "20000-01-01"}, ["birthday"]),
            ({"kind": "person", "name": "x", "credit_limit": "1e30"}, ["credit_limit"]),
            ({"kind": "person", "name": "x", "credit_limit": 10**40}, ["credit_limit"]),
            ({"kind": "person", "name": "x", "credit_limit": "1.23456"}, ["credit_limit"]),
            ({"kind": "person", "name": "x", "credit_limit": "NaN"}, ["credit_limit"]),
            ({"kind": "person", "name": "x", "credit_limit": "1" * 2_000_000}, ["credit_limit"]),
            ({"kind": "person", "name": "x", "currency": "YEN"}, ["currency"]),
            ({"kind": "person", "name": "x", "owner": "me"}, ["owner"]),
            ({"kind": "person", "name": "x", "owner": NOWHERE}, ["owner"]),
            ({"kind": "person", "name": "x", "tags": [NOWHERE]}, ["tags"]),
            ({"kind": "person", "name": "x", "tags": "vip"}, ["tags"]),
            ({"kind": "person", "name": "x", "custom": []}, ["custom"]),
            ({"kind": "person", "name": "x", "custom": {"a": "x" * 70_000}}, ["custom"]),
            ({"kind": "person", "name": "x", "custom": {"a": {"b": ["\0"]}}}, ["custom"]),
        ],
        ids=lambda v: repr(v)[:70],
    )  # fmt: skip
    def test_what_does_not_fit_is_refused_by_field(
        self, client: Client, sent: Any, named: list[str]
    ) -> None:
        problem = refused(lambda: post(client, "customers", sent), 422)
        assert [n.split(".")[0] for n in fields(problem)][: len(named)] == named

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b"", 422), (b"{", 400), (b"[]", 422), (b'"x"', 422), (b"null", 422), (b"\xff", 400),
            (b'{"name": NaN}', 400), (b"[" * 100_000, 400),
            (b'{"name": "\\ud800", "kind": "person"}', 422),
            (b'{"custom": {"\\ud800": 1}, "name": "x", "kind": "person"}', 422),
            (b'{"\\ud800": 1, "name": "x", "kind": "person"}', 422),
        ],
    )  # fmt: skip
    def test_a_body_that_is_no_object_is_refused(
        self, client: Client, body: bytes, status: int
    ) -> None:
        path = "/api/v1/customers"
        refused(lambda: client.post(path, body, content_type=JSON), status)

    def test_a_body_larger_than_allowed_is_refused(self, client: Client, settings: Any) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
        sent = {"kind": "person", "name": "x", "remark": "x" * 2000}
        assert refused(lambda: post(client, "customers", sent), 413)["code"] == "too_large"

    def test_a_customer_one_may_not_see_cannot_be_linked(self, firm: Firm, client: Client) -> None:
        for name in ("chen", "gone"):
            sent = {"channel": "call", "customer": str(firm[f"customer:{name}"].pk)}
            problem = refused(lambda sent=sent: post(client, "interactions", sent), 422)
            assert fields(problem) == ["customer"]

    @pytest.mark.parametrize(
        "at",
        [
            "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2024-05-01T10:00:00",
            "2024-05-01", 7,
        ],
    )  # fmt: skip
    def test_instants_need_a_zone_and_a_sensible_year(
        self, firm: Firm, client: Client, at: Any
    ) -> None:
        customer = str(firm["customer:acme"].pk)
        sent = {"channel": "call", "customer": customer, "happened_at": at}
        assert fields(refused(lambda: post(client, "interactions", sent), 422)) == ["happened_at"]

    @pytest.mark.parametrize(
        ("path", "sent", "named"),
        [
            ("tags", {"name": "vip"}, ["name"]),
            ("users", {"username": "OWNER", "full_name": "x"}, ["username"]),
            ("products", {"code": "T1", "name": "x"}, ["code"]),
            ("teams", {"name": "north"}, ["name"]),
            (
                "exchange-rates",
                {"currency": "USD", "valid_from": "2024-05-15", "rate": "7"},
                ["currency"],
            ),
            (
                "exchange-rates",
                {"currency": "EUR", "valid_from": "2024-05-15", "rate": "-1"},
                ["rate"],
            ),
            (
                "orders",
                {"number": "N0", "ordered_at": "2024-05-01T00:00:00Z", "currency": "CNY"},
                ["source"],
            ),
            ("identities", {"kind": "external", "source": "erp", "value": "acme"}, ["kind"]),
            ("identities", {"kind": "phone", "value": "no number"}, ["value"]),
            ("users", {"username": "a b", "full_name": "x"}, ["username"]),
            ("users", {"username": "ab", "full_name": "x", "time_zone": "Mars"}, ["time_zone"]),
        ],
    )
    def test_rules_of_the_data_name_the_field(
        self, firm: Firm, boss: Client, path: str, sent: dict[str, Any], named: list[str]
    ) -> None:
        if path == "users":
            sent = sent | {"role": str(firm["role:sales"].pk)}
        if path == "identities":
            sent = sent | {"customer": str(firm["customer:bell"].pk)}
        problem = refused(lambda: post(boss, path, sent), 422)
        assert fields(problem) == named

    def test_nobody_is_related_to_themselves(self, firm: Firm, client: Client) -> None:
        acme = str(firm["customer:acme"].pk)
        sent = {"customer": acme, "kind": "partner", "other": acme}
        problem = refused(lambda: post(client, "relationships", sent), 422)
        assert problem["detail"] == "A customer cannot be related to itself."

    def test_an_order_keeps_its_day_and_the_rate_of_its_day(self, firm: Firm, boss: Client) -> None:
        sent = {"number": "u1", "ordered_at": "2024-05-20T17:00:00Z", "currency": "USD"}
        order = post(boss, "orders", sent).json()
        assert order["ordered_on"] == "2024-05-21"  # in Shanghai
        assert order["rate"] == "7.1000000000"
        early = sent | {"ordered_at": "2024-05-01T00:00:00Z", "number": "u2"}
        assert fields(refused(lambda: post(boss, "orders", early), 422)) == ["currency"]
        line = {
            "order": order["id"],
            "position": 1,
            "quantity": "2",
            "unit_price": "5",
            "amount": "10",
        }
        assert post(boss, "order-lines", line).status_code == 201
        totals = get(boss, f"orders/{order['id']}")
        assert (totals["total"], totals["reporting_total"]) == ("10.0000", "71.0000")


class TestChange:
    def test_only_what_is_sent_changes(self, firm: Firm, client: Client) -> None:
        path = f"customers/{firm['customer:acme'].pk}"
        before = get(client, path)
        after = patch(client, path, {"city": "天津", "birthday": None}).json()
        differ = {name for name in before if before[name] != after[name]}
        assert differ == {"city", "updated_at"}
        assert patch(client, path, {}).json()["updated_at"] == after["updated_at"]

    @pytest.mark.parametrize("value", [None, 5, [], {"a": 1}, True])
    def test_a_wrong_type_is_refused(self, firm: Firm, client: Client, value: Any) -> None:
        path = f"customers/{firm['customer:acme'].pk}"
        assert fields(refused(lambda: patch(client, path, {"city": value}), 422)) == ["city"]

    def test_an_old_version_is_refused_showing_both(self, firm: Firm, client: Client) -> None:
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

    def test_tags_make_a_new_version_too(self, firm: Firm, client: Client) -> None:
        path = f"customers/{firm['customer:bell'].pk}"
        mine = firm.client("teammate")
        old = mine.get(f"/api/v1/{path}")["ETag"]
        vip = str(firm["tag:vip"].pk)
        assert patch(mine, path, {"tags": [vip]}, **{"If-Match": old})["ETag"] != old
        problem = refused(lambda: patch(mine, path, {"tags": []}, **{"If-Match": old}), 409)
        assert [t["label"] for t in problem["theirs"]["tags"]] == ["vip"]

    def test_a_conflict_shows_only_what_the_asker_may_see(self, firm: Firm) -> None:
        path = f"customers/{firm['customer:acme'].pk}"
        service = firm.client("service")
        problem = refused(lambda: patch(service, path, {"city": "x"}, **{"If-Match": '"1"'}), 409)
        assert "credit_limit" not in problem["theirs"]

    def test_a_record_that_is_gone_is_not_found(self, firm: Firm, client: Client) -> None:
        path = f"customers/{firm['customer:gone'].pk}"
        refused(lambda: patch(client, path, {"city": "x"}), 404)
        refused(lambda: patch(client, f"customers/{NOWHERE}", {"city": "x"}), 404)

    def test_the_first_phone_is_followed_by_its_identity(self, firm: Firm, client: Client) -> None:
        acme = firm["customer:acme"]
        assert patch(client, f"customers/{acme.pk}", {"phone": "139 1111 2222"}).status_code == 200
        primary = Identity.objects.get(customer=acme, is_primary=True)
        assert primary.normal == "+8613911112222"
        refused(lambda: patch(client, f"identities/{primary.pk}", {"value": "1"}), 403)
        refused(lambda: client.delete(f"/api/v1/identities/{primary.pk}"), 403)
        assert get(client, f"identities/{primary.pk}")["can"] == []


class TestBin:
    def test_there_and_back(self, firm: Firm, client: Client) -> None:
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

    def test_a_name_given_away_meanwhile_is_named(self, firm: Firm, boss: Client) -> None:
        assert post(boss, "tags", {"name": "cold"}).status_code == 201
        path = f"tags/{firm['tag:cold'].pk}/restore"
        assert fields(refused(lambda: post(boss, path), 422)) == ["name"]


class TestBulk:
    def test_ids(self, firm: Firm, client: Client) -> None:
        ids = [str(firm[f"customer:{n}"].pk) for n in ("acme", "bell", "chen", "gone")]
        answer = post(client, "customers/bulk", {"ids": [*ids, ids[0]], "set": {"city": "天津"}})
        assert answer.json() == {
            "changed": 1, "skipped": 3, "request_id": answer["X-Request-Id"]
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({}, 422),
            ({"set": {"city": "x"}}, 422),
            ({"delete": True}, 422),
            ({"search": "  ", "delete": True}, 422),
            ({"filter": None, "delete": True}, 422),
            ({"ids": []}, 422),
            ({"ids": [], "set": {}}, 422),
            ({"ids": [], "set": {"city": "x"}, "delete": True}, 422),
            ({"ids": [], "filter": {}, "delete": True}, 422),
            ({"ids": [], "delete": False}, 422),
            ({"ids": ["x"], "delete": True}, 422),
            ({"ids": [NOWHERE] * 10_001, "delete": True}, 422),
            ({"ids": [], "set": {"nme": "x"}}, 422),
            ({"ids": [], "set": {"created_at": "2024-01-01T00:00:00Z"}}, 422),
            ({"ids": [], "set": {"stage": "growth"}}, 422),
            ({"ids": [], "set": {"kind": "robot"}}, 422),
            ({"ids": [], "set": {"tags": []}}, 422),
            ({"ids": [], "set": {"email": "x"}}, 422),
            ({"ids": [], "set": {"name": ""}}, 422),
            ({"ids": [], "set": {"owner": NOWHERE}}, 422),
            ({"filter": {"field": "nme", "op": "empty"}, "set": {"city": "x"}}, 422),
            ({"filter": {"field": "name", "op": "eq", "value": "\0"}, "set": {"city": "x"}}, 422),
        ],
    )
    def test_what_is_not_said_clearly_is_refused(
        self, client: Client, body: Any, status: int
    ) -> None:
        refused(lambda: post(client, "customers/bulk", body), status)

    def test_a_field_one_may_not_write_is_refused(self, firm: Firm) -> None:
        loner = firm.client("loner")
        body = {"ids": [], "set": {"city": "x"}}
        assert fields(refused(lambda: post(loner, "customers/bulk", body), 403)) == ["city"]

    def test_a_records_own_rules_hold_for_many_too(self, firm: Firm, boss: Client) -> None:
        orders = [str(o.pk) for o in firm.records["order"].values()]
        body = {"ids": orders, "set": {"ordered_at": "2024-06-30T20:00:00Z"}}
        assert post(boss, "orders/bulk", body).json()["changed"] == len(orders)
        days = set(Order.objects.values_list("ordered_on", flat=True))
        assert {str(day) for day in days} == {"2024-07-01"}
        external = [str(firm[f"identity:{n}_erp"].pk) for n in ("acme", "bell")]
        body = {"ids": external, "set": {"value": " same "}}
        assert fields(refused(lambda: post(boss, "identities/bulk", body), 422)) == ["value"]

    def test_a_unique_name_cannot_be_given_twice(self, firm: Firm, boss: Client) -> None:
        post(boss, "tags", {"name": "third"})
        ids = [str(t.pk) for t in Tag.objects.filter(deleted_at=None)]
        problem = refused(lambda: post(boss, "tags/bulk", {"ids": ids, "set": {"name": "x"}}), 409)
        assert (problem["code"], fields(problem)) == ("constraint", ["name"])

    def test_derived_columns_follow(self, firm: Firm, client: Client) -> None:
        acme = str(firm["customer:acme"].pk)
        body = {"ids": [acme], "set": {"name": "李娜", "phone": "13700137000"}}
        assert post(client, "customers/bulk", body).status_code == 200
        acme = Customer.objects.get(pk=acme)
        assert (acme.name_sort, acme.phone_normal) == ("li na", "+8613700137000")
        assert acme.identities.get(is_primary=True).normal == "+8613700137000"

    @pytest.mark.parametrize("by", ["filter", "search", "ids"])
    def test_more_than_a_request_holds_is_a_job(self, firm: Firm, client: Client, by: str) -> None:
        some = {
            "filter": {"filter": {"field": "city", "op": "in", "value": ["北京", "上海", ""]}},
            "search": {"search": "公司"},
            "ids": {"ids": [*[NOWHERE] * 500, *(str(c.pk) for c in Customer.objects.all())]},
        }[by]  # fmt: skip
        answer = post(client, "customers/bulk", {**some, "set": {"industry": "茶"}})
        assert answer.status_code == 202, answer.content
        job = answer.json()
        assert (job["state"], job["object"], job["can"]) == ("queued", "customer", ["cancel"])
        run_job(job_id=job["id"])
        job = get(client, f"jobs/{job['id']}")
        assert job["state"] == "done", job
        seen = 3  # acme, bell, dong; of them owner may change acme
        assert job["result"] == {
            "changed": 1,
            "skipped": seen - 1,
            "request_id": answer["X-Request-Id"],
        }
        assert list(Customer.objects.filter(industry="茶")) == [firm["customer:acme"]]
        assert undo(client, answer).json()["undone"] == 1
        assert not Customer.objects.filter(industry="茶").exists()


class TestUndo:
    def test_a_change(self, firm: Firm, client: Client) -> None:
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

    def test_creating_deleting_and_restoring(self, firm: Firm, client: Client) -> None:
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

    def test_a_service_agent_takes_their_own_note_back(self, firm: Firm) -> None:
        service = firm.client("service")
        sent = {"customer": str(firm["customer:bell"].pk), "channel": "note"}
        made = post(service, "interactions", sent)
        assert made.json()["can"] == ["change"]
        assert undo(service, made).json()["undone"] == 1
        refused(lambda: service.get(f"/api/v1/interactions/{made.json()['id']}"), 404)

    def test_what_was_changed_since_is_shown_and_kept(self, firm: Firm, client: Client) -> None:
        acme = firm["customer:acme"].pk
        first = patch(client, f"customers/{acme}", {"city": "天津", "district": "南开"})
        patch(firm.client("service"), f"customers/{acme}", {"city": "广州"})
        problem = refused(lambda: undo(client, first), 409)
        assert problem["code"] == "undo_conflict"
        values = {"field": "city", "current": "广州", "would_be": "北京"}
        assert problem["conflicts"] == [{"object": "customer", "id": str(acme), **values}]
        assert get(client, f"customers/{acme}")["district"] == "南开"

    def test_tags_changed_since_are_a_conflict(self, firm: Firm, client: Client) -> None:
        path, vip = f"customers/{firm['customer:acme'].pk}", str(firm["tag:vip"].pk)
        first = patch(client, path, {"tags": []})
        patch(client, path, {"tags": [vip]})
        problem = refused(lambda: undo(client, first), 409)
        assert [c["field"] for c in problem["conflicts"]] == ["tags"]

    def test_many_at_once(self, firm: Firm, boss: Client) -> None:
        ids = [str(c.pk) for c in firm.records["customer"].values()]
        cities = dict(Customer.objects.values_list("pk", "city"))
        body = {"ids": ids, "set": {"city": "天津", "name": "同名"}}
        answer = post(boss, "customers/bulk", body)
        assert undo(boss, answer).json()["undone"] == answer.json()["changed"] == 6
        assert dict(Customer.objects.values_list("pk", "city")) == cities
        assert not Customer.objects.filter(name_sort="tong ming").exists()
        deleted = post(boss, "customers/bulk", {"ids": ids, "delete": True})
        assert undo(boss, deleted).json()["undone"] == 6

    def test_giving_a_record_away_by_mistake(self, firm: Firm, client: Client) -> None:
        path = f"customers/{firm['customer:acme'].pk}"
        given = patch(client, path, {"owner": str(firm["outsider"].pk)})
        refused(lambda: client.get(f"/api/v1/{path}"), 404)
        assert undo(client, given).json()["undone"] == 1
        assert get(client, path)["owner"]["id"] == str(firm["owner"].pk)

    def test_what_one_no_longer_may_touch_stays(
        self, firm: Firm, client: Client, boss: Client
    ) -> None:
        path = f"customers/{firm['customer:acme'].pk}"
        changed = patch(client, path, {"city": "天津"})
        given = patch(boss, path, {"owner": str(firm["outsider"].pk)})
        refused(lambda: undo(client, changed), 403)
        undo(boss, given)
        owner = f"users/{firm['owner'].pk}"
        assert patch(boss, owner, {"role": str(firm["role:read_only"].pk)}).status_code == 200
        refused(lambda: undo(client, changed), 403)

    def test_a_conflict_on_a_record_out_of_sight_tells_nothing(
        self, firm: Firm, client: Client
    ) -> None:
        acme = firm["customer:acme"].pk
        given = patch(client, f"customers/{acme}", {"owner": str(firm["outsider"].pk), "city": "a"})
        patch(firm.client("outsider"), f"customers/{acme}", {"city": "secret"})
        problem = refused(lambda: undo(client, given), 403)
        assert "secret" not in json.dumps(problem)

    def test_somebody_elses_change(self, firm: Firm, client: Client, boss: Client) -> None:
        changed = patch(client, f"customers/{firm['customer:acme'].pk}", {"city": "天津"})
        refused(lambda: undo(firm.client("teammate"), changed), 404)
        refused(lambda: undo(boss, changed), 404)
        refused(lambda: undo(firm.client(None), changed), 401)
        refused(lambda: post(client, f"changes/{NOWHERE}/undo"), 404)

    def test_what_an_action_did(self, firm: Firm, client: Client) -> None:
        task = firm["task:acme_owner"].pk
        done = post(client, f"tasks/{task}/complete")
        assert done.json()["status"] == "done"
        problem = refused(lambda: undo(client, done), 403)
        assert "action" in problem["detail"]

    def test_what_is_computed_goes_back_with_what_it_follows(
        self, firm: Firm, boss: Client
    ) -> None:
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

    def test_a_name_taken_meanwhile_is_named(self, firm: Firm, boss: Client) -> None:
        renamed = patch(boss, f"tags/{firm['tag:vip'].pk}", {"name": "gold"})
        post(boss, "tags", {"name": "vip"})
        problem = refused(lambda: undo(boss, renamed), 409)
        assert (problem["code"], fields(problem)) == ("constraint", ["name"])


class TestIdempotency:
    sent = {"kind": "person", "name": "once"}

    def test_a_repeated_request_gets_its_first_answer(self, firm: Firm, client: Client) -> None:
        first = post(client, "customers", self.sent, **{"Idempotency-Key": "a"})
        again = post(client, "customers", self.sent, **{"Idempotency-Key": "a"})
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.json() == first.json()
        assert Customer.objects.filter(name="once").count() == 1
        others = post(firm.client("teammate"), "customers", self.sent, **{"Idempotency-Key": "a"})
        assert others.json()["id"] != first.json()["id"]

    def test_the_same_key_for_another_request_is_refused(self, client: Client) -> None:
        post(client, "customers", self.sent, **{"Idempotency-Key": "a"})
        for path, body in (("customers", {**self.sent, "name": "two"}), ("tags", {"name": "x"})):
            key = {"Idempotency-Key": "a"}
            problem = refused(lambda p=path, b=body, k=key: post(client, p, b, **k), 422)
            assert problem["code"] == "idempotency_key_reused"

    def test_a_refusal_is_not_remembered(self, client: Client) -> None:
        key = {"Idempotency-Key": "a"}
        refused(lambda: post(client, "customers", {"kind": "person"}, **key), 422)
        assert post(client, "customers", self.sent, **key).status_code == 201

    def test_a_key_is_short_and_printable(self, client: Client) -> None:
        key = {"Idempotency-Key": "x" * 201}
        refused(lambda: post(client, "customers", self.sent, **key), 422)


class TestTasks:
    def test_completing_and_reopening(self, firm: Firm, client: Client) -> None:
        path = f"tasks/{firm['task:acme_owner'].pk}"
        assert {"change", "complete", "reopen"} <= set(get(client, path)["can"])
        done = post(client, f"{path}/complete").json()
        assert (done["status"], done["completed_at"] is None) == ("done", False)
        assert post(client, f"{path}/complete").json()["completed_at"] == done["completed_at"]
        again = post(client, f"{path}/reopen").json()
        assert (again["status"], again["completed_at"]) == ("open", None)

    @pytest.mark.parametrize(
        ("who", "status"), [("outsider", 404), ("read_only", 403), (None, 401)]
    )
    def test_who_may_not_change_it_may_not_complete_it(
        self, firm: Firm, who: str | None, status: int
    ) -> None:
        path = f"tasks/{firm['task:acme_owner'].pk}/complete"
        refused(lambda: post(firm.client(who), path), status)

    def test_the_status_is_no_field_to_write(self, firm: Firm, client: Client) -> None:
        path = f"tasks/{firm['task:acme_owner'].pk}"
        assert fields(refused(lambda: patch(client, path, {"status": "done"}), 422)) == ["status"]
