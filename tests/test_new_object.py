"""An object declared outside the platform gets all of it: API, lists, rights, history, undo."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.apps import AppConfig, apps
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from pytest_django import DjangoDbBlocker

import conftest as ground
from guanxi.platform.objects.registry import object_type, unregister
from tests.cast import Firm, make_firm

pytestmark = pytest.mark.django_db
JSON = "application/json"
PLOTS = "/api/v1/plots-of-tea"


@contextmanager
def installed() -> Iterator[None]:
    """The area among the installed apps, for a while. (Settings would start all apps again.)"""
    config = AppConfig.create("tests.newobject")
    config.apps = apps
    apps.app_configs[config.label] = config
    config.models = {}  # for whoever looks while they are imported
    config.import_models()
    apps.clear_cache()
    config.ready()
    yield
    unregister(object_type("plot_of_tea"))
    for module in [m for m in sys.modules if m.startswith("tests.newobject")]:
        del sys.modules[module]
    del apps.app_configs[config.label], apps.all_models[config.label]
    apps.clear_cache()


@pytest.fixture(scope="module")
def firm(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Firm]:
    """The firm after the area was installed and migrated, as an administrator would."""
    name = str(connection.settings_dict["NAME"])
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("NINJA_SKIP_REGISTRY", "1")  # a second API beside the server's own
        cache.clear()
        with installed(), override_settings(ROOT_URLCONF="tests.newobject.urls"):
            ground.use(name, role="owner")
            call_command("migrate", "newobject", verbosity=0)
            ground.use(name, role="app")
            yield make_firm()
        cache.clear()
        ground.renew(name)


@pytest.fixture
def client(firm: Firm) -> Client:
    return firm.client("owner")


def make(client: Client, name: str = "龙井 1", **values: Any) -> Any:
    answer = client.post(PLOTS, {"name": name} | values, content_type=JSON)
    assert answer.status_code == 201, answer.content
    return answer


def test_it_is_described(client: Client) -> None:
    objects = client.get("/api/v1/meta").json()["objects"]
    meta = next(o for o in objects if o["name"] == "plot_of_tea")
    assert (meta["label"], meta["path"], meta["can"]) == (
        "Plot of tea", "plots-of-tea", ["read", "create", "change", "delete", "export", "import"]
    )  # fmt: skip
    types = {f["name"]: f["type"] for f in meta["fields"]}
    assert types["rent"] == "money"
    assert (types["soil"], types["customer"], types["sunshine"]) == ("choice", "link", "score")
    customer = next(o for o in objects if o["name"] == "customer")
    assert "plots" in [r["name"] for r in customer["related"]]
    document = client.get("/api/v1/openapi.json").json()
    assert "/api/v1/plots-of-tea/{pk}" in document["paths"]


def test_its_records_are_made_listed_changed_and_deleted(firm: Firm, client: Client) -> None:
    acme = str(firm["customer:acme"].pk)
    sent = {"customer": acme, "rent": "12.5", "currency": "CNY", "planted_on": "2024-03-01"}
    made = make(client, **sent, is_wild=True, sunshine=0.5).json()
    assert made["customer"] == {"id": acme, "label": "acme 公司"}
    assert (made["rent"], made["rows"], made["soil"], made["is_wild"]) == (
        "12.5000",
        1,
        "red",
        True,
    )
    path = f"{PLOTS}/{made['id']}"
    assert client.patch(path, {"rows": 3}, content_type=JSON).json()["rows"] == 3
    tree = {
        "and": [
            {"field": "customer.city", "op": "eq", "value": "北京"},
            {"field": "rows", "op": "gt", "value": 2},
        ]
    }
    found = client.get(PLOTS, {"filter": json.dumps(tree), "sort": "-customer"}).json()["items"]
    assert [row["id"] for row in found] == [made["id"]]
    groups = client.get(f"{PLOTS}/aggregate", {"group": "soil", "measures": "sum:rent"}).json()
    assert groups["groups"] == [
        {
            "key": "red", "label": "red earth", "count": 1,
            "sum_rent": "12.5000", "unrated_rent": 0,
        }
    ]  # fmt: skip
    has = {"has": "plots", "where": {"field": "is_wild", "op": "eq", "value": True}}
    owners = client.get("/api/v1/customers", {"filter": json.dumps(has)}).json()["items"]
    assert [c["id"] for c in owners] == [acme]
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
    assert client.post(f"{path}/restore").status_code == 200


def test_its_history_is_kept_and_undone(client: Client) -> None:
    made = make(client)
    path = f"{PLOTS}/{made.json()['id']}"
    changed = client.patch(path, {"rows": 7, "soil": "yellow"}, content_type=JSON)
    newest = client.get(f"{path}/history").json()["items"][0]
    assert newest["changes"] == {
        "rows": {"old": 1, "new": 7}, "soil": {"old": "red", "new": "yellow"}
    }  # fmt: skip
    assert client.post(f"/api/v1/changes/{changed['X-Request-Id']}/undo").json()["undone"] == 1
    assert client.get(path).json()["rows"] == 1
    bulk = {"ids": [made.json()["id"]], "set": {"remark": "x"}}
    assert client.post(f"{PLOTS}/bulk", bulk, content_type=JSON).json()["changed"] == 1


@pytest.mark.parametrize(
    ("who", "seen", "change"),
    [
        ("teammate", True, 403), ("manager", True, 200), ("outsider", False, 404),
        ("service", True, 200), ("analyst", True, 403), ("administrator", True, 200),
        ("loner", False, 404), (None, None, 401),
    ],
)  # fmt: skip
def test_its_records_are_seen_by_whom_the_roles_say(
    firm: Firm, client: Client, who: str | None, seen: bool | None, change: int
) -> None:
    made = make(client).json()
    other, path = firm.client(who), f"{PLOTS}/{made['id']}"
    if seen is not None:
        listed = [row["id"] for row in other.get(PLOTS).json()["items"]]
        assert (made["id"] in listed) is seen
        assert other.get(path).status_code == (200 if seen else 404)
        assert other.get(f"{PLOTS}/count").json()["count"] == int(seen)
    assert other.patch(path, {"rows": 2}, content_type=JSON).status_code == change


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "name"), ({"name": "x", "rows": 0}, "rows"), ({"name": "x", "rows": -1}, "rows"),
        ({"name": "x", "rows": "3"}, "rows"), ({"name": "x", "soil": "blue"}, "soil"),
        ({"name": "taken"}, "name"), ({"name": "x", "is_wild": "yes"}, "is_wild"),
    ],
)  # fmt: skip
def test_its_rules_are_refused_by_field(client: Client, sent: dict[str, Any], field: str) -> None:
    make(client, "taken")
    answer = client.post(PLOTS, sent, content_type=JSON)
    assert answer.status_code == 422
    assert [e["field"] for e in answer.json()["errors"]] == [field]


def test_a_token_may_be_for_it_alone(firm: Firm) -> None:
    program, _token = firm.token_client("owner", "plot_of_tea:read", "plot_of_tea:write")
    assert make(program).json()["owner"] == {"id": str(firm["owner"].pk), "label": None}
    assert program.get("/api/v1/customers").status_code == 403


def test_the_product_does_not_know_it() -> None:
    """Nothing outside the tests' own folder names it."""
    product = Path(ground.__file__).parent / "guanxi"
    sources = [p for p in product.rglob("*.py") if "tests" not in p.parts]
    assert len(sources) > 50
    assert not [
        p for p in sources if "plot_of_tea" in p.read_text() or "PlotOfTea" in p.read_text()
    ]
