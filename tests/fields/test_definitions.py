"""Defining fields: who may, what fits together, and who sees a change when."""

from typing import Any

import pytest
from django.test import Client

from guanxi.platform.events.models import Event
from guanxi.platform.fields.models import CustomField
from guanxi.platform.objects.registry import built_in
from tests.cast import Firm
from tests.fields.definitions import CHOICES, EVERY_TYPE, define
from tests.writes.calls import fields, get, patch, post, refused

pytestmark = pytest.mark.django_db
BARE = {"object": "customer", "type": "text", "labels": {"en": "Level"}}
NOWHERE = "00000000-0000-7000-8000-000000000000"


def meta_of(client: Client, name: str = "customer") -> dict[str, Any]:
    return next(o for o in get(client, "meta")["objects"] if o["name"] == name)


def own(client: Client, name: str = "customer") -> dict[str, Any]:
    """The custom fields that this client's metadata has, by name."""
    found = meta_of(client, name)["fields"]
    return {f["name"]: f for f in found if f["name"].startswith("custom.")}


@pytest.mark.parametrize("who", ["manager", "owner", "read_only"])
def test_only_administrators_define(firm: Firm, who: str) -> None:
    client, field = firm.client(who), define(firm.client("administrator"), "customer", "text")
    address = f"custom-fields/{field['id']}"
    for send in (
        lambda: client.get("/api/v1/custom-fields"),
        lambda: post(client, "custom-fields", BARE),
        lambda: patch(client, address, {"required": True}),
        lambda: post(client, f"{address}/archive"),
        lambda: post(client, f"{address}/restore"),
        lambda: post(client, "custom-fields/order", {"object": "customer", "ids": []}),
    ):
        assert send().status_code == 403
    assert not own(client)["custom.my_text"]["required"]


def test_a_token_needs_to_write_everything(firm: Firm) -> None:
    reader, _ = firm.token_client("administrator", "read", "customer:write")
    assert post(reader, "custom-fields", BARE).status_code == 403
    assert reader.get("/api/v1/custom-fields").status_code == 200
    writer, _ = firm.token_client("administrator", "write")
    assert post(writer, "custom-fields", BARE).status_code == 201


def test_every_process_sees_a_change_at_its_next_request(firm: Firm, boss: Client) -> None:
    client = firm.client("owner")
    assert own(client) == {}
    field = define(boss, "customer", "choice", labels={"zh-CN": "等级", "en": "Grade"})
    shown = own(client)["custom.my_choice"]
    assert (shown["label"], shown["type"]) == ("Grade", "choice")
    assert [(c["label"], c["color"], c["archived"]) for c in shown["choices"]] == [
        ("Low", "green", False), ("High", "volcano", False), ("Old", "gold", True),
    ]  # fmt: skip
    chinese = client.get("/api/v1/meta", headers={"Accept-Language": "zh-CN"}).json()
    assert "等级" in str(chinese)
    patch(boss, f"custom-fields/{field['id']}", {"labels": {"en": "Tier"}})
    assert own(client)["custom.my_choice"]["label"] == "Tier"
    post(boss, f"custom-fields/{field['id']}/archive")
    assert own(client) == {}


def test_a_missing_language_falls_back_to_the_nearest(firm: Firm, boss: Client) -> None:
    define(boss, "customer", "text", key="a", labels={"zh-TW": "等級"})
    define(boss, "customer", "text", key="b", labels={"zh-TW": "級", "en": "level"})
    found = {}
    for language in ("en", "zh-CN", "zh-TW"):
        meta = boss.get("/api/v1/meta", headers={"Accept-Language": language}).json()
        customer = next(o for o in meta["objects"] if o["name"] == "customer")
        labels = {f["name"]: f["label"] for f in customer["fields"]}
        found[language] = (labels["custom.a"], labels["custom.b"])
    assert found == {"en": ("等級", "Level"), "zh-CN": ("等級", "級"), "zh-TW": ("等級", "級")}


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ({"en": "Credit Level (A-C)"}, "credit_level_a_c"),
        ({"zh-CN": "客户等级"}, "ke_hu_deng_ji"),
        ({"zh-CN": "等级", "en": "Grade"}, "grade"), ({"en": "2nd phone"}, "field_2nd_phone"),
        ({"en": "!!!"}, "field"), ({"en": "x" * 100}, "x" * 36),
    ],
)  # fmt: skip
def test_the_key_is_made_of_the_label(boss: Client, label: dict[str, str], key: str) -> None:
    sent = {**BARE, "labels": label}
    made = [post(boss, "custom-fields", sent).json()["key"] for _ in range(2)]
    assert made == [key, f"{key}_2"]


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ({"object": "nothing"}, None), ({"object": "tag"}, "object"), ({"key": "Two Words"}, "key"),
        ({"key": "a__b"}, "key"), ({"type": "json"}, "type"), ({"labels": {}}, "labels"),
        ({"labels": {"en": " "}}, "labels"), ({"labels": {"fr": "x"}}, "labels.fr"),
        ({"settings": {"min": "1"}}, "settings.min"),
        ({"settings": {"pattern": "(a"}}, "settings.pattern"),
        ({"settings": {"pattern": r"(a)\1"}}, "settings.pattern"),
        ({"settings": {"min_length": 5, "max_length": 4}}, "settings.min_length"),
        ({"settings": {"max_length": 0}}, "settings.max_length"),
        ({"settings": {"default": "a\0"}}, "settings.default"),
        ({"type": "decimal", "settings": {"default": "x"}}, "settings.default"),
        ({"type": "decimal", "settings": {"min": "x"}}, "settings.min"),
        ({"type": "decimal", "settings": {"min": "10", "max": "9"}}, "settings.min"),
        ({"type": "decimal", "settings": {"decimal_places": 11}}, "settings.decimal_places"),
        ({"type": "date", "settings": {"max": "soon"}}, "settings.max"),
        ({"type": "choice"}, "settings.choices"),
        ({"type": "choice", "settings": {"choices": [CHOICES[2]]}}, "settings.choices"),
        ({"type": "choice", "settings": {"choices": CHOICES[:1] * 2}}, "settings.choices"),
        ({"type": "choice", "settings": {"choices": CHOICES, "default": "no"}}, "settings.default"),
        ({"masks": {"nobody": "hidden"}}, "masks"), ({"masks": {"sales": "secret"}}, "masks.sales"),
        ({"type": "money", "settings": {"currency": "yuan"}}, "settings.currency"),
        ({"required": None, "nme": 1}, "nme"),
    ],
    ids=lambda v: repr(v)[:60],
)  # fmt: skip
def test_a_definition_that_makes_no_sense_is_refused(
    boss: Client, sent: dict[str, Any], named: str | None
) -> None:
    problem = refused(lambda: post(boss, "custom-fields", {**BARE, **sent}), 422 if named else 404)
    if named:
        assert named in fields(problem)
    assert CustomField.objects.count() == 0


def test_key_and_type_stay_and_choices_are_archived(boss: Client) -> None:
    field = define(boss, "customer", "choice")
    address = f"custom-fields/{field['id']}"
    for sent in ({"key": "other"}, {"type": "text"}, {"object": "task"}):
        refused(lambda s=sent: patch(boss, address, s), 422)
    fewer = {"settings": {"choices": CHOICES[1:]}}
    assert fields(refused(lambda: patch(boss, address, fewer), 422)) == ["settings.choices"]
    refused(lambda: post(boss, "custom-fields", {**BARE, "key": "my_choice"}), 422)
    refused(lambda: patch(boss, f"custom-fields/{NOWHERE}", {}), 404)


def test_fields_are_put_in_order(boss: Client) -> None:
    ids = [define(boss, "customer", "text", key=k)["id"] for k in ("a", "b", "c")]
    wanted = [ids[2], ids[0], ids[1]]
    order = {"object": "customer", "ids": wanted}
    assert post(boss, "custom-fields/order", order).status_code == 204
    assert [f["id"] for f in get(boss, "custom-fields?object=customer")["items"]] == wanted
    assert list(own(boss)) == ["custom.c", "custom.a", "custom.b"]
    refused(lambda: post(boss, "custom-fields/order", {**order, "ids": ids[:2]}), 422)
    refused(lambda: post(boss, "custom-fields/order", {**order, "ids": ids[:2] * 2}), 422)


def test_values_come_back_with_an_archived_field(boss: Client) -> None:
    field = define(boss, "customer", "text")
    sent = {"kind": "person", "name": "x", "custom": {"my_text": "kept"}}
    made = post(boss, "customers", sent).json()
    address = f"customers/{made['id']}"
    assert post(boss, f"custom-fields/{field['id']}/archive").json()["archived"]
    assert "custom" not in get(boss, address)
    refused(lambda: patch(boss, address, {"custom": {"my_text": "no"}}), 422)
    assert boss.get("/api/v1/customers?fields=custom.my_text").status_code == 422
    patch(boss, address, {"name": "y"})
    post(boss, f"custom-fields/{field['id']}/restore")
    assert get(boss, address)["custom"] == {"my_text": "kept"}


def test_who_may_see_and_write_is_said_with_the_field(firm: Firm, boss: Client) -> None:
    masks = {"account_manager": "read_only", "service": "hidden"}
    field = define(boss, "customer", "text", masks=masks)
    assert field["masks"] == masks
    assert own(firm.client("owner"))["custom.my_text"]["read_only"]
    assert own(firm.client("service")) == {}
    kept = firm.client("service").get("/api/v1/customers", {"sort": "credit_limit"})
    assert kept.status_code == 422  # what was masked before still is
    patch(boss, f"custom-fields/{field['id']}", {"masks": {}})
    assert not own(firm.client("owner"))["custom.my_text"]["read_only"]
    assert "custom.my_text" in own(firm.client("service"))


def test_roles_know_custom_fields_and_administrators_keep_theirs(firm: Firm, boss: Client) -> None:
    define(boss, "customer", "text")
    offered = next(o for o in get(boss, "role-rights")["objects"] if o["name"] == "customer")
    assert "custom.my_text" in [f["name"] for f in offered["fields"]]
    masked = {"fields": {"customer.custom.my_text": "hidden"}}
    assert patch(boss, f"role-rights/{firm['role:sales'].pk}", masked).status_code == 200
    found = get(boss, "custom-fields?object=customer")
    assert found["items"][0]["masks"] == {"sales": "hidden"}
    assert "administrator" not in [role["name"] for role in found["roles"]]
    sent = {**BARE, "masks": {"administrator": "hidden"}}
    assert post(boss, "custom-fields", sent).status_code == 403
    assert CustomField.objects.count() == 1


def test_definitions_are_in_the_event_stream(firm: Firm, boss: Client) -> None:
    field = define(boss, "customer", "text")
    patch(boss, f"custom-fields/{field['id']}", {"required": True})
    told = Event.objects.filter(object="custom_field", record_id=field["id"]).order_by("id")
    assert [(e.action, e.actor_id) for e in told] == [
        ("insert", firm["administrator"].pk), ("update", firm["administrator"].pk),
    ]  # fmt: skip
    assert told[1].changes == {"required": [False, True]}


@pytest.mark.parametrize("kind", [t.name for t in built_in() if t.customizable])
def test_every_object_that_takes_fields_takes_every_type(boss: Client, kind: str) -> None:
    for type in EVERY_TYPE:
        define(boss, kind, type)
    names = list(own(boss, kind))
    assert names == [f"custom.my_{type}" for type in EVERY_TYPE]
    path = meta_of(boss, kind)["path"]
    row = get(boss, f"{path}?fields={','.join(names)}&limit=1")["items"][0]
    assert row["custom"] == dict.fromkeys((n.removeprefix("custom.") for n in names), None)
