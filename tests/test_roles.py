"""What a role grants is changed, and holds at once; nobody gives more than they have."""

import json
from typing import Any

import pytest
from django.test import Client

from guanxi.customers.models import Customer
from guanxi.platform.access.grants import RECORD_VERBS, Grants
from guanxi.platform.access.models import Role, User
from guanxi.platform.events.models import Event
from guanxi.platform.objects.registry import types
from tests import oracle
from tests.cast import Firm

pytestmark = pytest.mark.django_db
JSON = "application/json"


def ask(client: Client, method: str, path: str = "", body: Any = None) -> Any:
    text = "" if body is None else json.dumps(body, default=str)
    return client.generic(method, f"/api/v1/role-rights{path}", text, content_type=JSON)


def change(firm: Firm, role: str, who: str = "administrator", **body: Any) -> Any:
    return ask(firm.client(who), "PATCH", f"/{firm[f'role:{role}'].pk}", body)


def seen(firm: Firm, who: str) -> int:
    return int(firm.client(who).get("/api/v1/customers/count?exact=true").json().get("count", -1))


def test_they_are_for_administrators(firm: Firm) -> None:
    pk = firm["role:sales"].pk
    calls = [
        ("GET", "", None), ("GET", f"/{pk}", None), ("PATCH", f"/{pk}", {"administer": True}),
        ("POST", "", {"copy_of": pk, "label": "x"}), ("DELETE", f"/{pk}", None),
    ]  # fmt: skip
    for method, path, body in calls:
        for who, status in ((None, 401), ("owner", 403), ("manager", 403)):
            assert ask(firm.client(who), method, path, body).status_code == status
        program, _token = firm.token_client("administrator", "read", "write")
        assert ask(program, method, path, body).status_code == 403


def test_a_change_holds_at_once_for_who_is_signed_in(firm: Firm) -> None:
    outsider = firm.client("outsider")
    assert seen(firm, "outsider") < 6
    assert change(firm, "sales", objects={"customer": {"read": "all"}}).status_code == 200
    assert seen(firm, "outsider") == 6
    answer = change(firm, "sales", fields={"customer.phone": "hidden"})
    assert answer.json()["fields"] == {"customer.phone": "hidden"}
    row = outsider.get("/api/v1/customers?fields=name&limit=1").json()["items"][0]
    assert "phone" not in outsider.get(f"/api/v1/customers/{row['id']}").json()
    change(firm, "sales", objects={"customer": {"read": None}}, fields={"customer.phone": None})
    assert outsider.get("/api/v1/customers").status_code == 403


def test_a_right_taken_while_its_user_is_typing(firm: Firm) -> None:
    owner, path = firm.client("owner"), f"/api/v1/customers/{firm['customer:acme'].pk}"
    assert owner.patch(path, {"city": "x"}, content_type=JSON).status_code == 200
    change(firm, "account_manager", fields={"customer.city": "read_only"})
    refused = owner.patch(path, {"city": "y"}, content_type=JSON)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (403, "city")
    change(firm, "account_manager", objects={"customer": {"change": None}})
    assert owner.patch(path, {"name": "y"}, content_type=JSON).status_code == 403
    assert owner.get(path).json()["can"] == ["delete"]


def test_what_is_not_named_stays(firm: Firm) -> None:
    before = ask(firm.client("administrator"), "GET", f"/{firm['role:sales'].pk}").json()
    after = change(firm, "sales", objects={"customer": {"export": True}}).json()
    assert after["objects"]["customer"]["export"] is True
    after["objects"]["customer"]["export"] = before["objects"]["customer"]["export"]
    assert after["objects"] == before["objects"]


def test_a_copy_is_changed_alone_and_removed_when_nobody_holds_it(firm: Firm) -> None:
    boss = firm.client("administrator")
    body = {"copy_of": firm["role:sales"].pk, "label": "内勤"}
    made = ask(boss, "POST", "", body).json()
    assert made["objects"] == ask(boss, "GET", f"/{firm['role:sales'].pk}").json()["objects"]
    ask(boss, "PATCH", f"/{made['id']}", {"objects": {"customer": {"read": "own"}}})
    assert Grants(Role.objects.get(name="sales").grants) == Grants(firm["role:sales"].grants)
    User.objects.filter(username="outsider").update(role=made["id"])
    assert ask(boss, "DELETE", f"/{made['id']}").json()["code"] == "role_in_use"
    User.objects.filter(username="outsider").update(role=firm["role:sales"])
    assert ask(boss, "DELETE", f"/{made['id']}").status_code == 204
    assert ask(boss, "GET", f"/{made['id']}").status_code == 404
    assert ask(boss, "DELETE", f"/{firm['role:sales'].pk}").status_code == 403


def test_a_change_is_told_in_the_event_stream(firm: Firm) -> None:
    change(firm, "sales", objects={"customer": {"read": "all"}})
    told = Event.objects.filter(object="role", record_id=firm["role:sales"].pk).latest("id")
    assert told.actor_id == firm["administrator"].pk
    assert "grants" in (told.changes or {})


def test_who_sees_none_changes_none(firm: Firm) -> None:
    chen = firm["customer:chen"]
    taken = change(firm, "sales", objects={"customer": {"read": None}}).json()
    assert taken["objects"]["customer"]["change"] is None
    body = {"ids": [str(chen.pk)], "set": {"city": "x"}}
    firm.client("outsider").post("/api/v1/customers/bulk", body, content_type=JSON)
    assert Customer.objects.get(pk=chen.pk).city == chen.city


class TestNoMoreThanOnesOwn:
    def test_who_administers_with_less_cannot_give_more(self, firm: Firm) -> None:
        less = {"areas": {"*": {"read": "own"}}, "administer": True, "fields": {
            "customer.phone": "hidden"}}  # fmt: skip
        small = Role.objects.create(name="less", label="less", grants=less)
        User.objects.filter(username="loner").update(role=small)
        loner = firm.client("loner")
        for body in (
            {"objects": {"customer": {"read": "all"}}},
            {"objects": {"customer": {"create": True}}},
            {"fields": {"customer.phone": None}},
        ):
            assert ask(loner, "PATCH", f"/{small.pk}", body).status_code == 403, body
        assert ask(loner, "PATCH", f"/{firm['role:sales'].pk}", {"label": "x"}).status_code == 403
        copy = {"copy_of": firm["role:administrator"].pk, "label": "x"}
        assert ask(loner, "POST", "", copy).status_code == 403
        tighter = {"objects": {"customer": {"read": None}}}
        assert ask(loner, "PATCH", f"/{small.pk}", tighter).status_code == 200

    def test_the_administrators_role_is_fixed(self, firm: Firm) -> None:
        for body in (
            {"administer": False},
            {"objects": {"customer": {"read": "own"}}},
            {"fields": {"customer.phone": "hidden"}},
        ):
            assert change(firm, "administrator", **body).status_code == 403
        assert change(firm, "administrator", needs_second_factor=False).status_code == 200

    def test_people_are_for_administrators_whatever_is_granted(self, firm: Firm) -> None:
        grants = {"areas": {"*": {"read": "all", "change": "all", "create": True}}}
        Role.objects.filter(name="sales").update(grants=grants)
        path = f"/api/v1/users/{firm['outsider'].pk}"
        team = {"team": str(firm["team:head"].pk)}
        client = firm.client("outsider")
        assert client.patch(path, team, content_type=JSON).status_code == 403
        assert client.post("/api/v1/teams", {"name": "x"}, content_type=JSON).status_code == 403
        assert change(firm, "sales", objects={"team": {"create": True}}).status_code == 422


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"objects": {"planet": {"read": "all"}}}, "objects.planet"),
        ({"objects": {"customer": {"fly": True}}}, "objects.customer.fly"),
        ({"objects": {"customer": {"read": True}}}, "objects.customer.read"),
        ({"objects": {"customer": {"create": "all"}}}, "objects.customer.create"),
        ({"fields": {"customer.planet": "hidden"}}, "fields.customer.planet"),
        ({"fields": {"customer.name": "hidden"}}, "fields.customer.name"),
        ({"objects": {"customer": {"change": "all"}}}, "objects.customer.change"),
        ({"objects": {"customer": {"delete": "territory"}}}, "objects.customer.delete"),
        ({"objects": {"customer": {"read": "own", "change": "team"}}}, "objects.customer.change"),
        ({"label": ""}, "label"),
        ({"grants": {}}, "grants"),
    ],
)
def test_what_does_not_exist_is_no_right(firm: Firm, body: Any, field: str) -> None:
    answer = change(firm, "sales", **body)
    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"][0]["field"] == field


def test_an_edited_role_sees_what_the_oracle_says(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    """The role of the loner, edited as an administrator does; the oracle is told in its words."""
    rights = {"read": "team", "change": "own", "delete": None, "create": False}
    rest = {"task": {"read": "all", "change": "all"}, "order": {"read": "own"}}
    edited = change(firm, "own_only", objects={"customer": rights, **rest})
    assert edited.status_code == 200, edited.content
    User.objects.filter(username="loner").update(team=firm["team:north"])
    monkeypatch.setitem(oracle.PEOPLE, "loner", ("own_only", "north"))
    for kind, policy in {
        "customer": ("team", "own", None, False),
        "task": ("all", "all", "own", True),
        "order": ("own", "own", "own", True),
    }.items():
        monkeypatch.setitem(oracle.POLICY, ("own_only", kind), policy)
    judge, boss = oracle.Oracle(firm), firm.client("administrator")
    for declared in types():
        kind = declared.name
        for record in firm.records[kind].values():
            if not judge.may("administrator", "read", kind, record):
                continue
            with subtests.test(kind=kind):
                query = {"user": str(firm["loner"].pk)}
                told = boss.get(f"/api/v1/access/{kind}/{record.pk}", query).json()
                verbs = [v for v in RECORD_VERBS if judge.may("loner", v, kind, record)]
                assert told["verbs"] == verbs
                address = f"/api/v1/{declared.url}/{record.pk}"
                assert (firm.client("loner").get(address).status_code == 200) == ("read" in verbs)
