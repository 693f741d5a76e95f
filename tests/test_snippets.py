"""Texts kept to be written again: whose they are, how they are found, what is put in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from guanxi.customers.models import Customer
from guanxi.interactions.models import Snippet
from guanxi.platform.access.models import Role, User
from tests.cast import PEOPLE, Firm
from tests.oracle import Oracle, is_hidden, is_masked
from tests.writes.calls import get, patch, post

pytestmark = pytest.mark.django_db


def keep(client: Client, name: str = "问候语", text: str = "您好", **values: Any) -> Any:
    answer = post(client, "snippets", {"name": name, "text": text} | values)
    assert answer.status_code == 201, answer.content
    return answer.json()


def offered(client: Client, typed: str = "", **about: str) -> list[Any]:
    answer = client.get("/api/v1/snippets/offered", {"q": typed} | about)
    assert answer.status_code == 200, answer.content
    items: list[Any] = answer.json()["items"]
    return items


def names(client: Client, typed: str = "") -> list[str]:
    return [item["name"] for item in offered(client, typed)]


class TestWhoHasThem:
    def test_they_are_ones_own_the_teams_or_everyones(self, firm: Firm) -> None:
        for shared in ("private", "team", "everyone"):
            keep(firm.client("owner"), shared, shared=shared)
        team = {"owner": {"private", "team", "everyone"}, "teammate": {"team", "everyone"}}
        team["manager"] = {"team", "everyone"}  # whose team is above
        team |= {name: {"team", "everyone"} for name in ("marketer", "analyst", "read_only")}
        for who in PEOPLE:
            client = firm.client(who)
            listed = {item["name"] for item in get(client, "snippets")["items"]}
            assert listed == set(names(client)) == team.get(who, {"everyone"}), who
        assert firm.client(None).get("/api/v1/snippets").status_code == 401

    def test_only_their_owner_and_administrators_change_them(self, firm: Firm) -> None:
        kept = keep(firm.client("owner"), shared="everyone")
        address = f"snippets/{kept['id']}"
        for who in ("teammate", "manager"):
            assert get(firm.client(who), "snippets")["items"][0]["can"] == []
            assert patch(firm.client(who), address, {"name": "x"}).status_code == 403
            assert firm.client(who).delete(f"/api/v1/{address}").status_code == 403
        assert patch(firm.client("owner"), address, {"name": "新"}).json()["name"] == "新"
        assert firm.client("administrator").delete(f"/api/v1/{address}").status_code == 204

    def test_what_one_does_not_have_is_not_there(self, firm: Firm) -> None:
        address = f"snippets/{keep(firm.client('owner'))['id']}"
        for who in ("teammate", "administrator"):
            assert patch(firm.client(who), address, {"name": "x"}).status_code == 404
            assert firm.client(who).delete(f"/api/v1/{address}").status_code == 404

    def test_a_token_needs_all_it_may_touch(self, firm: Firm) -> None:
        narrow, _token = firm.token_client("owner", "customer:read")
        reading, _token = firm.token_client("owner", "read")
        assert narrow.get("/api/v1/snippets").status_code == 403
        assert reading.get("/api/v1/snippets/offered").status_code == 200
        assert post(reading, "snippets", {"name": "a", "text": "b"}).status_code == 403


class TestRefusals:
    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"text": "{{customer.credit_limit}}"}, "text"),
            ({"text": "{{customer.name.__class__}}"}, "text"),
            ({"text": "{{}}"}, "text"),
            ({"text": ""}, "text"),
            ({"text": "x" * 10_001}, "text"),
            ({"name": ""}, "name"),
            ({"shortcut": "a b"}, "shortcut"),
            ({"shortcut": "a/b"}, "shortcut"),
            ({"shared": "world"}, "shared"),
        ],
    )
    def test_name_the_field(self, firm: Firm, values: dict[str, str], field: str) -> None:
        answer = post(firm.client("owner"), "snippets", {"name": "a", "text": "b"} | values)
        assert answer.status_code == 422
        assert [e["field"] for e in answer.json()["errors"]] == [field]
        assert not Snippet.objects.exists()

    def test_one_has_a_shortcut_once(self, firm: Firm) -> None:
        client = firm.client("owner")
        first = keep(client, shortcut="Hi")
        again = post(client, "snippets", {"name": "b", "text": "b", "shortcut": "hi"})
        assert (again.status_code, again.json()["errors"][0]["field"]) == (422, "shortcut")
        assert patch(client, f"snippets/{first['id']}", {"shortcut": "hi"}).status_code == 200
        keep(client), keep(client)  # as many without as one likes
        keep(firm.client("teammate"), shortcut="hi")


class TestFinding:
    @pytest.fixture
    def client(self, firm: Firm) -> Client:
        client = firm.client("owner")
        keep(client, "问候客户", shortcut="hi")
        keep(client, "報價後跟進", shortcut="quote")
        keep(client, "Thanks for the order")
        return client

    @pytest.mark.parametrize(
        ("typed", "name"),
        [
            ("hi", "问候客户"),
            ("HI", "问候客户"),
            ("问", "问候客户"),
            ("客户", "问候客户"),
            ("wenhou", "问候客户"),
            ("whk", "问候客户"),
            ("报价", "報價後跟進"),
            ("quo", "報價後跟進"),
            ("order", "Thanks for the order"),
        ],
    )
    def test_by_shortcut_name_pinyin_and_initials(
        self, client: Client, typed: str, name: str
    ) -> None:
        assert names(client, typed) == [name]

    def test_nothing_where_nothing_fits(self, client: Client) -> None:
        assert names(client, "zzz") == []

    def test_the_shortcut_comes_first_and_eight_are_enough(self, client: Client) -> None:
        for number in range(9):
            keep(client, f"quotation {number}")
        assert names(client, "quot")[0] == "報價後跟進"
        assert len(names(client)) == 8


EVERY = (
    "{{customer.name}}|{{ customer.phone }}|{{customer.city}}|{{me.name}}|{{firm.name}}|{{today}}"
)


class TestVariables:
    def filled(self, firm: Firm, who: str, kind: str = "", name: str = "") -> str:
        about = {"object": kind, "id": str(firm[f"{kind}:{name}"].pk)} if kind else {}
        text: str = offered(firm.client(who), **about)[0]["text"]
        return text

    def test_are_filled_on_a_customer_and_on_what_hangs_on_it(self, firm: Firm) -> None:
        keep(firm.client("owner"), text=EVERY)
        on_customer = self.filled(firm, "owner", "customer", "acme")
        name, phone, city, me, ours, today = on_customer.split("|")
        assert (name, phone, city) == ("acme 公司", "13800138000", "北京")
        assert (me, ours) == ("owner 先生", "Guanxi Test")
        assert "{{" not in today
        assert self.filled(firm, "owner", "order", "acme") == on_customer
        assert self.filled(firm, "owner", "task", "acme_owner") == on_customer

    def test_what_is_not_known_stays_to_be_noticed(self, firm: Firm) -> None:
        keep(firm.client("owner"), text="{{customer.name}} {{customer.email}} {{me.name}}")
        assert self.filled(firm, "owner") == "{{customer.name}} {{customer.email}} owner 先生"
        assert self.filled(firm, "owner", "product", "tea").startswith("{{customer.name}}")

    @pytest.mark.parametrize("who", PEOPLE)
    def test_give_nobody_what_they_may_not_see(self, firm: Firm, who: str) -> None:
        """A text shared with everyone is filled with what whoever writes may see."""
        keep(firm.client("administrator"), text=EVERY, shared="everyone")
        oracle, client = Oracle(firm), firm.client(who)
        for kind in ("customer", "order", "task", "interaction"):
            for name, record in firm.records[kind].items():
                about = {"object": kind, "id": str(record.pk)}
                answer = client.get("/api/v1/snippets/offered", about)
                if not oracle.may(who, "read", kind, record):
                    assert answer.status_code == 404, name
                    continue
                text = answer.json()["items"][0]["text"]
                customer = record if kind == "customer" else record.customer
                seen = customer and oracle.may(who, "read", "customer", customer)
                assert ("公司" in text) == bool(seen), (kind, name)
                plain = not (
                    is_hidden(who, "customer", "phone") or is_masked(who, "customer", "phone")
                )
                assert ("1380013" in text) == bool(seen and plain)

    def test_values_are_text_whatever_is_in_them(self, firm: Firm) -> None:
        hostile = "[x](javascript:alert(1)) *a* @[b](user:1)\n# c <img src=x> {{me.email}}"
        User.objects.filter(pk=firm["owner"].pk).update(email="secret@example.com")
        Customer.objects.filter(pk=firm["customer:acme"].pk).update(name=hostile)
        keep(firm.client("owner"), text="{{customer.name}}")
        text = self.filled(firm, "owner", "customer", "acme")
        assert text == (
            r"\[x\](javascript:alert(1)) \*a\* @\[b\](user:1) # c \<img src=x\> {{me.email}}"
        )

    def test_a_hidden_field_is_left_open(self, firm: Firm) -> None:
        role = Role.objects.create(
            name="blind",
            grants={"areas": {"*": {"read": "all"}}, "fields": {"customer.name": "hidden"}},
        )
        keep(firm.client("owner"), text="{{customer.name}}/{{customer.city}}", shared="everyone")
        User.objects.filter(pk=firm["analyst"].pk).update(role=role)
        assert self.filled(firm, "analyst", "customer", "acme") == "{{customer.name}}/北京"
