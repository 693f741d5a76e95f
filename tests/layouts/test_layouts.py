"""Layouts: arranged by administrators, shown to each as their role may see, taken back."""

from typing import Any

import pytest
from django.test import Client

from guanxi.platform.events.models import Event
from guanxi.platform.layouts.models import Layout
from guanxi.platform.objects.registry import built_in
from tests.cast import Firm
from tests.fields.definitions import define
from tests.writes.calls import JSON, NOWHERE, fields, get, patch, post, refused

pytestmark = pytest.mark.django_db
ADDRESS = "layouts/one"


def read(boss: Client, object: str = "customer", role: Any = None) -> dict[str, Any]:
    which = f"?object={object}" + (f"&role={role.pk}" if role else "")
    found: dict[str, Any] = get(boss, ADDRESS + which)
    return found


def put(boss: Client, body: dict[str, Any]) -> Any:
    return boss.put(f"/api/v1/{ADDRESS}", body, content_type=JSON)


def keep(boss: Client, object: str = "customer", role: Any = None, **parts: Any) -> dict[str, Any]:
    """Put a layout over what is there; parts not named stay as they are."""
    there = read(boss, object, role)
    body = {part: there[part] for part in ("version", "hidden", "form")}
    body["groups"] = [
        {name: g[name] for name in ("name", "labels", "fields")} for g in there["groups"]
    ]
    answer = put(boss, {**body, "object": object, "role": role and str(role.pk), **parts})
    assert answer.status_code == 200, answer.content
    kept: dict[str, Any] = answer.json()
    return kept


def group(name: str, *names: str, **labels: str) -> dict[str, Any]:
    return {"name": name, "fields": list(names), "labels": labels}


def meta_of(client: Client, name: str = "customer", **headers: str) -> dict[str, Any]:
    objects = client.get("/api/v1/meta", headers=headers).json()["objects"]
    found: dict[str, Any] = next(o for o in objects if o["name"] == name)
    return found


def on_page(meta: dict[str, Any]) -> list[str]:
    return [name for g in meta["groups"] for name in g["fields"]]


def test_a_group_of_what_one_may_not_see_is_not_named_to_them(firm: Firm, boss: Client) -> None:
    keep(boss, groups=[group("money", "credit_limit", en="Secret"), group("a", "name", "city")])
    named = {
        who: [g["name"] for g in meta_of(firm.client(who))["groups"]]
        for who in ("manager", "read_only")
    }
    assert named["manager"][:2] == ["money", "a"]
    assert "money" not in named["read_only"]
    assert named["read_only"][0] == "a"


@pytest.mark.parametrize("who", ["manager", "owner", "read_only"])
def test_only_administrators_arrange(firm: Firm, who: str) -> None:
    client = firm.client(who)
    body = {"object": "customer", "groups": [group("a", "name")], "form": ["name"]}
    for send in (
        lambda: client.get("/api/v1/layouts"),
        lambda: client.get("/api/v1/layouts/one?object=customer"),
        lambda: client.get("/api/v1/layouts/versions?object=customer"),
        lambda: put(client, body),
        lambda: client.delete("/api/v1/layouts/one?object=customer"),
    ):
        assert send().status_code == 403
    assert Layout.objects.count() == 0


def test_a_token_arranges_nothing(firm: Firm) -> None:
    program, _ = firm.token_client("administrator", "read", "write")
    assert program.get("/api/v1/layouts").status_code == 403


def test_groups_titles_order_and_form_are_those_kept(firm: Firm, boss: Client) -> None:
    groups = [
        group("first", "city", "name", **{"en": "At a glance", "zh-CN": "概览"}),
        group("second", "phone"),
    ]
    keep(boss, groups=groups, hidden=["email"], form=["city", "name"])
    meta = meta_of(firm.client("owner"))
    assert [(g["label"], g["fields"]) for g in meta["groups"][:2]] == [
        ("At a glance", ["city", "name"]), ("", ["phone"]),
    ]  # fmt: skip
    assert "email" not in on_page(meta)
    assert meta["form"][:2] == ["city", "name"]
    assert "kind" in meta["form"]  # required, whatever the layout says
    assert "email" in [f["name"] for f in meta["fields"]]  # off the page is no permission
    chinese = meta_of(firm.client("owner"), **{"Accept-Language": "zh-CN"})
    assert chinese["groups"][0]["label"] == "概览"


def test_a_role_has_its_own_and_all_others_that_of_everyone(firm: Firm, boss: Client) -> None:
    usual = meta_of(firm.client("manager"))["groups"]
    keep(boss, groups=[group("all", "city")])
    keep(boss, role=firm["owner"].role, groups=[group("mine", "phone")])
    first = {who: meta_of(firm.client(who))["groups"][0] for who in ("owner", "manager")}
    assert {who: g["fields"] for who, g in first.items()} == {
        "owner": ["phone"], "manager": ["city"],
    }  # fmt: skip
    stands = {role: read(boss, role=firm[role].role)["stands_on"] for role in ("owner", "manager")}
    assert stands == {"owner": "own", "manager": "everyone"}

    for role in (firm["owner"].role, None):
        which = f"object=customer&version={quoted(read(boss, role=role)['version'])}"
        which += f"&role={role.pk}" if role else ""
        assert boss.delete(f"/api/v1/{ADDRESS}?{which}").status_code == 204
        if role:
            assert meta_of(firm.client("owner"))["groups"][0]["fields"] == ["city"]
    assert meta_of(firm.client("manager"))["groups"] == usual
    assert read(boss)["stands_on"] == "declared"


def quoted(version: str) -> str:
    return version.replace("+", "%2B")


def test_masks_win(firm: Firm, boss: Client) -> None:
    role = firm["service"].role
    shown = keep(boss, role=role, groups=[group("a", "credit_limit", "city")])
    masks = {f["name"]: f["mask"] for f in shown["fields"]}
    assert (masks["credit_limit"], masks["city"]) == ("hidden", None)
    keep(boss, role=role, form=["credit_limit", "city"])
    meta = meta_of(firm.client("service"))
    assert "credit_limit" not in [*on_page(meta), *meta["form"]]
    assert meta["groups"][0]["fields"] == ["city"]
    patch(boss, f"role-rights/{role.pk}", {"fields": {"customer.city": "read_only"}})
    meta = meta_of(firm.client("service"))
    assert "city" in on_page(meta)
    assert "city" not in meta["form"]


@pytest.mark.parametrize("who", ["owner", "service", "read_only", "administrator"])
@pytest.mark.parametrize("kind", [t.name for t in built_in()])
def test_what_is_shown_is_what_may_be_seen(firm: Firm, boss: Client, who: str, kind: str) -> None:
    """Whatever is placed where, nobody's page or form names a field they do not have."""
    there = read(boss, kind)
    everything = [f["name"] for f in there["fields"]]
    keep(
        boss, kind, groups=[group("all", *everything)], hidden=[],
        form=[f["name"] for f in there["fields"] if not f["read_only"]],
    )  # fmt: skip
    objects = {o["name"]: o for o in get(firm.client(who), "meta")["objects"]}
    if kind not in objects:
        return
    seen = {f["name"]: f for f in objects[kind]["fields"]}
    assert on_page(objects[kind]) == [name for name in everything if name in seen]
    written = {name for name, f in seen.items() if not f["read_only"]}
    assert set(objects[kind]["form"]) == written


def test_a_new_field_comes_last_until_it_is_placed(firm: Firm, boss: Client) -> None:
    every = [n for n in on_page(meta_of(boss)) if n != "city"]
    keep(boss, groups=[group("custom", *every)], hidden=["city"], form=["name"])
    define(boss, "customer", "text", required=True)
    define(boss, "customer", "decimal")
    meta = meta_of(firm.client("owner"))
    assert [g["fields"] for g in meta["groups"][1:]] == [["custom.my_text", "custom.my_decimal"]]
    assert meta["groups"][1]["label"] == "Further details"
    assert "custom.my_text" in meta["form"]
    assert "custom.my_decimal" not in meta["form"]
    keep(boss, groups=[group("a", "custom.my_decimal", *every)], hidden=["city", "custom.my_text"])
    meta = meta_of(firm.client("owner"))
    assert on_page(meta)[0] == "custom.my_decimal"
    assert "custom.my_text" not in on_page(meta)


def test_an_archived_field_is_shown_nowhere(firm: Firm, boss: Client) -> None:
    field = define(boss, "customer", "text")
    keep(boss, groups=[group("a", "custom.my_text", "name")], form=["custom.my_text"])
    post(boss, f"custom-fields/{field['id']}/archive")
    meta = meta_of(firm.client("owner"))
    assert "custom.my_text" not in [*on_page(meta), *meta["form"]]
    post(boss, f"custom-fields/{field['id']}/restore")
    assert on_page(meta_of(firm.client("owner")))[0] == "custom.my_text"


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ({"object": "nothing"}, None), ({"role": NOWHERE}, None), ({"groups": []}, "groups"),
        ({"groups": [group("a", "nme")]}, "groups.0.fields.0"),
        ({"groups": [group("a", "city", "city")]}, "groups.0.fields.1"),
        ({"groups": [group("a"), group("a")]}, "groups.1.name"),
        ({"groups": [group("A b")]}, "groups.0.name"),
        ({"groups": [group("a", fr="x")]}, "groups.0.labels.fr"),
        ({"groups": [group("a", en="x\0")]}, "groups.0.labels.en"),
        ({"groups": [group("a", "city")], "hidden": ["city"]}, "hidden.0"),
        ({"form": ["created_at"]}, "form.0"), ({"form": ["name", "name"]}, "form.1"),
        ({"secret": True}, "secret"),
    ],
    ids=lambda v: repr(v)[:60],
)  # fmt: skip
def test_a_layout_that_makes_no_sense_is_refused(
    boss: Client, sent: dict[str, Any], named: str | None
) -> None:
    body = {"object": "customer", "groups": [group("a", "name")], "form": ["name"], **sent}
    problem = refused(lambda: put(boss, body), 422 if named else 404)
    if named:
        assert named in fields(problem)
    assert Layout.objects.count() == 0


def test_nobody_overwrites_what_they_have_not_seen(boss: Client) -> None:
    kept = keep(boss, groups=[group("a", "city")])
    body = {"object": "customer", "groups": [group("b", "name")], "form": ["name"]}
    problem = refused(lambda: put(boss, body), 409)
    assert problem["code"] == "layout_changed"
    refused(lambda: boss.delete("/api/v1/layouts/one?object=customer"), 409)
    assert put(boss, {**body, "version": kept["version"]}).status_code == 200


def test_earlier_versions_are_told_and_can_be_kept_again(firm: Firm, boss: Client) -> None:
    for number, name in enumerate(("city", "phone", "email")):
        keep(boss, groups=[group(f"g{number}", name, en=f"No. {number}")])
    version = quoted(read(boss)["version"])
    boss.delete(f"/api/v1/{ADDRESS}?object=customer&version={version}")
    found = get(boss, "layouts/versions?object=customer")["items"]
    assert [one["action"] for one in found] == ["delete", "update", "update", "insert"]
    assert [one["groups"][0]["fields"] for one in found[1:]] == [["email"], ["phone"], ["city"]]
    assert {one["actor"] for one in found} == {firm["administrator"].full_name}
    first = found[-1]
    again = [{name: g[name] for name in ("name", "labels", "fields")} for g in first["groups"]]
    keep(boss, groups=again, hidden=first["hidden"], form=first["form"])
    assert meta_of(firm.client("owner"))["groups"][0]["label"] == "No. 0"
    told = Event.objects.filter(object="layout").order_by("-id").first()
    assert told is not None
    assert (told.action, told.actor_id) == ("restore", firm["administrator"].pk)


def test_unarranged_pages_and_forms_are_the_declared_ones(boss: Client) -> None:
    """What an administrator begins with is what everybody is shown."""
    for declared in get(boss, "layouts")["objects"]:
        meta, there = meta_of(boss, declared), read(boss, declared)
        assert [g["fields"] for g in there["groups"]] == [g["fields"] for g in meta["groups"]]
        assert (there["form"], there["stands_on"]) == (meta["form"], "declared")
