"""An administrator declares objects; what cannot be is refused by field, and nobody else may."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client, override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.platform.custom_objects.definitions import ADDRESS, proxy
from guanxi.platform.custom_objects.models import (
    PREFIX,
    CustomObject,
    address_of,
    is_firms_name,
)
from guanxi.platform.custom_objects.services import reserved_keys
from guanxi.platform.fields.services import free_key
from guanxi.platform.objects.record import Row, object_name
from guanxi.platform.objects.registry import built_in, is_declared, object_type, types
from tests.cast import EQUIPMENT, Firm
from tests.fields.definitions import define
from tests.writes.calls import fields, get, patch, post, refused

pytestmark = pytest.mark.django_db
VAN = {"labels": {"en": "Van", "zh-CN": "货车"}, "labels_plural": {"en": "Vans"}, "icon": "truck"}


def declare(boss: Client, **values: Any) -> Any:
    answer = post(boss, "custom-objects", VAN | values)
    assert answer.status_code == 201, answer.content
    return answer.json()


def described(client: Client, name: str, language: str = "en") -> Any:
    answer = client.get("/api/v1/meta", headers={"Accept-Language": language})
    return next((o for o in answer.json()["objects"] if o["name"] == name), None)


def equipment() -> CustomObject:
    return CustomObject.objects.get(name=EQUIPMENT)


def test_it_is_there_at_once(boss: Client, client: Client) -> None:
    made = declare(boss, description={"en": "What we deliver with."})
    assert (made["name"], made["key"], made["path"]) == ("custom_van", "van", "custom-van")
    meta = described(client, "custom_van")
    assert (meta["label"], meta["label_plural"], meta["path"], meta["icon"]) == (
        "Van", "Vans", "custom-van", "truck",
    )  # fmt: skip
    assert (meta["description"], meta["area"], meta["customizable"]) == (
        "What we deliver with.", "custom", True,
    )  # fmt: skip
    names = [f["name"] for f in meta["fields"]]
    assert names == ["owner", "name", "territory", "created_at", "updated_at"]
    assert described(client, "custom_van", "zh-CN")["label_plural"] == "货车"
    made = post(client, "custom-van", {"name": "沪A 12345"})
    assert made.status_code == 201, made.content
    assert [r["name"] for r in get(client, "custom-van")["items"]] == ["沪A 12345"]
    assert get(client, "custom-equipment/count")["count"] > 1  # records of another object


def test_the_key_is_made_of_the_label(boss: Client) -> None:
    assert declare(boss, labels={"zh-CN": "茶具"}, labels_plural={})["path"] == "custom-cha-ju"
    assert declare(boss, labels={"en": "Field"}, labels_plural={})["key"] == "field_2"
    assert declare(boss, labels={"en": "2nd home"}, labels_plural={})["key"] == "object_2nd_home"


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(label=st.text(max_size=60), taken=st.integers(0, 3))
def test_any_label_makes_a_key_that_is_an_address(label: str, taken: int) -> None:
    keys: set[str] = set()
    for _number in range(taken + 1):
        keys.add(free_key({"en": label}, keys, otherwise="object"))
    assert len(keys) == taken + 1
    for key in keys:
        assert is_firms_name(PREFIX + key)
        assert len(key) <= 40
        assert address_of(PREFIX + key).removeprefix(ADDRESS).replace("-", "_") == key


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"key": "field"}, "key"), ({"key": "object"}, "key"), ({"key": "record"}, "key"),
        ({"key": "fields"}, "key"), ({"key": "objects"}, "key"), ({"key": "equipment"}, "key"),
        ({"key": "Van"}, "key"), ({"key": "2van"}, "key"), ({"key": "van__two"}, "key"),
        ({"key": "van_"}, "key"), ({"key": "v" * 41}, "key"), ({"key": "van-two"}, "key"),
        ({"labels": {}}, "labels"), ({"labels": {"en": "  "}}, "labels"),
        ({"labels": {"fr": "x"}}, "labels.fr"), ({"labels": {"en": "x" * 61}}, "labels.en"),
        ({"labels": {"en": "Customer"}}, "labels"), ({"labels": {"zh-TW": "設備"}}, "labels"),
        ({"labels_plural": {"en": "equipment"}}, "labels"), ({"icon": "skull"}, "icon"),
        ({"description": {"en": "x" * 501}}, "description.en"), ({"more": 1}, "more"),
        ({"labels": {"en": "a\0b"}}, "labels.en"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(boss: Client, values: dict[str, Any], field: str) -> None:
    before = CustomObject.objects.count()
    problem = refused(lambda: post(boss, "custom-objects", VAN | values), 422)
    assert fields(problem) == [field], problem
    assert CustomObject.objects.count() == before


@override_settings(CUSTOM_OBJECTS_LIMIT=2)
def test_no_more_than_are_allowed_are_in_use(boss: Client) -> None:
    van = declare(boss)
    assert fields(refused(lambda: post(boss, "custom-objects", {"labels": {"en": "x"}}), 422)) == [
        "key"
    ]
    post(boss, f"custom-objects/{van['id']}/archive")
    post(boss, "custom-objects", {"labels": {"en": "x"}})
    again = refused(lambda: post(boss, f"custom-objects/{van['id']}/restore"), 422)
    assert "2" in again["errors"][0]["message"]


@pytest.mark.parametrize("who", ["manager", "owner", None])
def test_only_administrators_declare(firm: Firm, who: str | None) -> None:
    client, pk = firm.client(who), equipment().pk
    status = 401 if who is None else 403
    assert client.get("/api/v1/custom-objects").status_code == status
    assert post(client, "custom-objects", VAN).status_code == status
    assert patch(client, f"custom-objects/{pk}", {"icon": "car"}).status_code == status
    assert post(client, f"custom-objects/{pk}/archive").status_code == status
    program, _token = firm.token_client("administrator", f"{EQUIPMENT}:write")
    assert post(program, "custom-objects", VAN).status_code == 403


def test_its_words_change_and_its_name_stays(boss: Client) -> None:
    address = f"custom-objects/{equipment().pk}"
    sent = {"labels": {"en": "Machine", "zh-CN": "机器"}, "labels_plural": {}, "icon": "cog"}
    changed = patch(boss, address, sent).json()
    assert (changed["name"], changed["labels"]["zh-CN"]) == (EQUIPMENT, "机器")
    meta = described(boss, EQUIPMENT)
    assert (meta["label"], meta["label_plural"], meta["icon"]) == ("Machine", "Machine", "cog")
    assert fields(refused(lambda: patch(boss, address, {"key": "x"}), 422)) == ["key"]
    assert fields(refused(lambda: patch(boss, address, {"labels": {}}), 422)) == ["labels"]


def test_the_audit_log_tells_of_it(boss: Client) -> None:
    made = declare(boss)
    patch(boss, f"custom-objects/{made['id']}", {"icon": "car"})
    entries = get(boss, "audit")["items"][:2]
    assert [(e["object"], e["action"], e["record"]["label"]) for e in entries] == [
        ("custom_object", "update", "Van"), ("custom_object", "insert", "Van"),
    ]  # fmt: skip
    assert entries[0]["changes"][0]["label"] == "icon"


def test_archived_it_is_hidden_everywhere_and_comes_back_whole(
    firm: Firm, boss: Client, client: Client
) -> None:
    """Records, fields, views, layouts, shares, files, rights and webhooks that name it wait."""
    define(boss, EQUIPMENT, "text", "serial")
    press = firm[f"{EQUIPMENT}:press"].pk
    patch(client, f"custom-equipment/{press}", {"custom": {"serial": "A1"}})
    view = post(client, "views", {"object": EQUIPMENT, "name": "mine"}).json()
    client.put(f"/api/v1/follows/{EQUIPMENT}/{press}")
    post(client, "recent", {"type": EQUIPMENT, "id": str(press)})
    sent = {"name": "w", "url": "https://example.com/", "objects": [EQUIPMENT],
            "actions": ["created"]}  # fmt: skip
    assert post(boss, "webhooks", sent).status_code == 201
    role = firm["outsider"].role
    patch(boss, f"role-rights/{role.pk}", {"objects": {EQUIPMENT: {"change": "team"}}})
    before = get(client, f"custom-equipment/{press}")

    archived = post(boss, f"custom-objects/{equipment().pk}/archive").json()
    assert (archived["archived"], archived["record_count"]) == (True, 6)
    assert described(client, EQUIPMENT) is None
    for address in ("", "/count", "/board?by=owner", f"/{press}", f"/{press}/history",
                    f"/{press}/attachments"):  # fmt: skip
        assert client.get(f"/api/v1/custom-equipment{address}").status_code == 404, address
    assert post(client, "custom-equipment", {"name": "x"}).status_code == 404
    assert post(client, "custom-equipment/export").status_code == 404
    assert get(client, "search?q=press")["items"] == []
    assert get(client, "search?q=")["items"] == []
    assert EQUIPMENT not in [o["name"] for o in get(boss, "role-rights")["objects"]]
    assert EQUIPMENT not in get(boss, f"role-rights/{role.pk}")["objects"]
    assert EQUIPMENT not in get(boss, "custom-fields")["objects"]
    for address in ("views", "notifications", "notifications/unread", "audit", "webhooks"):
        assert boss.get(f"/api/v1/{address}").status_code == 200
    assert patch(client, f"views/{view['id']}", {"definition": {}}).status_code == 404
    assert refused(lambda: post(boss, "custom-objects", VAN | {"key": "equipment"}), 422)

    post(boss, f"custom-objects/{equipment().pk}/restore")
    assert get(client, f"custom-equipment/{press}") == before
    assert [i["id"] for i in get(client, "search?q=")["items"]] == [str(press)]
    assert get(boss, f"role-rights/{role.pk}")["objects"][EQUIPMENT]["change"] == "team"
    assert get(client, f"follows/{EQUIPMENT}/{press}")["following"]


def test_an_unknown_object_is_not_found(client: Client) -> None:
    for address in (
        "custom-nothing",
        "custom-Equipment",
        "custom-equip_ment",
        "custom-",
        "custom-x/1",
    ):
        assert client.get(f"/api/v1/{address}").status_code == 404, address
    scopes = {"name": "t", "scopes": ["custom_nothing:read"]}
    assert post(client, "tokens", scopes).status_code == 422


def test_the_database_holds_what_must_always_hold(firm: Firm) -> None:
    """A record is of a declared object; no definition goes while it has records."""
    model = object_type(EQUIPMENT).model
    for statement in (
        "update platform_customrecord set object = 'custom_nothing'",
        "delete from platform_customobject",
        "update platform_customobject set name = 'equipment'",
        "update platform_customobject set name = 'custom_x_'",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{statement}; set constraints all immediate")
    assert model._default_manager.count() == 7


def test_a_declaration_that_fails_leaves_nothing(boss: Client) -> None:
    """Neither rows nor, in this process, a type that never was."""
    known = {t.name for t in types()}
    with transaction.atomic():
        declare(boss)
        assert is_declared("custom_van")
        transaction.set_rollback(True)
    assert {t.name for t in types()} == known
    assert described(boss, "custom_van") is None
    declare(boss)
    assert is_declared("custom_van")


def test_nothing_built_in_has_a_name_that_is_the_firms() -> None:
    """What an update brings never takes a firm's name away: tables of ours are few and reserved."""
    from django.apps import apps

    ours = [*(t.name for t in built_in()), *map(object_name, Row.__subclasses__())]
    ours += [object_name(m) for m in apps.get_models() if issubclass(m, Row)]
    taken = {name.removeprefix(PREFIX) for name in ours if name.startswith(PREFIX)}
    assert taken == {"field", "object", "record"}
    assert reserved_keys() == {*taken, "fields", "objects"}


def test_models_of_the_firm_stay_apart() -> None:
    """What looks through all models of the program, as migrations do, meets none of them."""
    from django.apps import apps

    assert proxy(EQUIPMENT) is proxy(EQUIPMENT)
    assert EQUIPMENT not in {m.__name__ for m in apps.get_models(include_auto_created=True)}
