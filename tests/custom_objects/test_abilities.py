"""A declared object does all that built-in ones do, with custom fields, and nothing mixes."""

import csv
import io
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guanxi.platform.access.predicate import Asker
from guanxi.platform.exchange.models import Import
from guanxi.platform.exchange.tests.cast import codes, run, table
from guanxi.platform.exchange.tests.cast import undo as undo_import
from guanxi.platform.jobs.tasks import run_job
from guanxi.platform.objects.registry import object_type
from tests.cast import EQUIPMENT, Firm
from tests.fields.definitions import CHOICES, define
from tests.files.calls import put
from tests.writes.calls import get, patch, post, undo

pytestmark = pytest.mark.django_db
PATH = "custom-equipment"


@pytest.fixture(autouse=True)
def with_fields(firm: Firm, boss: Client) -> None:
    define(boss, EQUIPMENT, "text", "serial")
    define(boss, EQUIPMENT, "money", "price", settings={"currency": "CNY"})
    define(boss, EQUIPMENT, "choice", "state", settings={"choices": CHOICES})
    define(boss, EQUIPMENT, "date", "bought_on")
    define(boss, EQUIPMENT, "boolean", "is_leased")
    define(boss, EQUIPMENT, "time", "serviced_at")
    formula = {"formula": "custom.price * 2"}
    define(boss, EQUIPMENT, "formula", "twice", settings=formula)


def make(client: Client, name: str = "泵 1", **custom: Any) -> Any:
    answer = post(client, PATH, {"name": name, "custom": custom})
    assert answer.status_code == 201, answer.content
    return answer


def listed(client: Client, **query: Any) -> list[Any]:
    query = {k: json.dumps(v) if isinstance(v, dict) else v for k, v in query.items()}
    answer = client.get(f"/api/v1/{PATH}", query)
    assert answer.status_code == 200, answer.content
    items: list[Any] = answer.json()["items"]
    return items


def names(rows: list[Any]) -> list[str]:
    return [row["name"].split()[0] for row in rows]


def where(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"and": [{"field": field, "op": op, "value": value}]}


def test_records_are_made_filtered_sorted_grouped_and_added_up(client: Client) -> None:
    for number, state in enumerate(["low", "high", "high"], 1):
        make(client, f"泵{number}", serial=f"S{number}", price=f"{number}.5", state=state,
             bought_on=f"2024-0{number}-01", is_leased=number == 1,
             serviced_at=f"{number + 7}:15")  # fmt: skip
    dear, pumps = where("custom.price", "gt", "2"), ["泵1", "泵2", "泵3"]
    others = ["drill", "oven", "press", "robot"]  # of the team, shared with it, or nobody's
    assert names(listed(client, filter=dear, sort="-custom.price")) == ["泵3", "泵2"]
    morning = where("custom.serviced_at", "lt", "10:00")
    assert names(listed(client, filter=morning, sort="-custom.serviced_at")) == ["泵2", "泵1"]
    assert names(listed(client, filter=where("custom.twice", "eq", "3"))) == ["泵1"]
    assert names(listed(client, filter=where("owner", "in", ["me"]))) == [*pumps, "press"]
    assert names(listed(client, search="beng")) == pumps
    first = client.get(f"/api/v1/{PATH}", {"limit": 2}).json()
    rest = client.get(f"/api/v1/{PATH}", {"limit": 200, "cursor": first["next"]}).json()
    assert names([*first["items"], *rest["items"]]) == [*pumps, *others]
    groups = get(client, f"{PATH}/aggregate?group=custom.state&measures=sum:custom.price")
    assert {g["key"]: (g["count"], g["sum_custom.price"]) for g in groups["groups"]} == {
        "low": (1, "1.5000"), "high": (2, "6.0000"), None: (4, None),
    }  # fmt: skip
    months = get(client, f"{PATH}/aggregate?group=custom.bought_on:month")["groups"]
    assert {g["key"] for g in months} == {"2024-01-01", "2024-02-01", "2024-03-01", None}
    board = get(client, f"{PATH}/board?by=custom.state&measures=sum:custom.price")
    assert {c["key"]: names(c["items"]) for c in board["columns"]} == {
        "low": ["泵1"], "high": ["泵2", "泵3"], None: others,
    }  # fmt: skip
    assert get(client, f"{PATH}/count") == {"count": 7, "at_least": False}


def test_records_are_changed_pasted_and_changed_in_bulk(firm: Firm, client: Client) -> None:
    made = [make(client, f"泵{n}").json() for n in (1, 2)]
    ids = [m["id"] for m in made]
    changed = patch(client, f"{PATH}/{ids[0]}", {"name": "阀", "custom": {"serial": "S9"}})
    assert (changed.json()["name"], changed.json()["custom"]["serial"]) == ("阀", "S9")
    stale = patch(client, f"{PATH}/{ids[0]}", {"name": "x"}, **{"If-Match": made[0]["updated_at"]})
    assert stale.status_code == 409
    rows = [{"id": pk, "set": {"custom": {"price": f"{n}"}}} for n, pk in enumerate(ids)]
    assert patch(client, PATH, {"rows": rows}).json()["changed"] == 2
    rows[1]["set"] = {"custom": {"price": "much"}}
    problem = patch(client, PATH, {"rows": rows})
    assert (problem.status_code, problem.json()["errors"][0]["field"]) == (
        422, "rows.1.set.custom.price",
    )  # fmt: skip
    bulk = post(client, f"{PATH}/bulk", {"ids": ids, "set": {"custom": {"state": "low"}}})
    assert bulk.json()["changed"] == 2
    low = listed(client, filter=where("custom.state", "in", ["low"]), fields="custom.state")
    assert [r["custom"]["state"] for r in low] == ["low", "low"]
    assert undo(client, bulk).json()["undone"] == 2
    assert names(listed(client, sort="name"))[0] == "泵2"


def test_records_of_other_objects_are_out_of_reach(firm: Firm, boss: Client) -> None:
    """Two objects share a table, but no address, filter, bulk edit or import reaches across."""
    post(boss, "custom-objects", {"key": "van", "labels": {"en": "Van"}})
    van = post(boss, "custom-van", {"name": "van 1"}).json()["id"]
    press = str(firm[f"{EQUIPMENT}:press"].pk)
    for address in (f"{PATH}/{van}", f"custom-van/{press}", f"{PATH}/{van}/history",
                    f"{PATH}/{van}/attachments"):  # fmt: skip
        assert boss.get(f"/api/v1/{address}").status_code == 404, address
    assert patch(boss, f"{PATH}/{van}", {"name": "x"}).status_code == 404
    assert boss.delete(f"/api/v1/{PATH}/{van}").status_code == 404
    assert post(boss, f"{PATH}/bulk", {"ids": [van, press], "set": {"name": "x"}}).json() | {
        "request_id": ""
    } == {"changed": 1, "skipped": 1, "request_id": ""}
    rows = {"rows": [{"id": van, "set": {"name": "x"}}]}
    assert patch(boss, PATH, rows).status_code == 422
    assert boss.put(f"/api/v1/follows/{EQUIPMENT}/{van}").status_code == 404
    assert post(boss, "recent", {"type": EQUIPMENT, "id": van}).status_code == 404
    assert get(boss, "custom-van")["items"][0]["name"] == "van 1"
    done = run(Asker(firm["administrator"]), EQUIPMENT, table(["id", "name"], [van, "stolen"]))
    assert (done.counts["update"], done.counts["reject"]) == (0, 1), codes(done)
    done = run(Asker(firm["administrator"]), EQUIPMENT, table(["name"], ["van 1"]))
    assert done.counts["create"] == 1
    assert [i["type"] for i in get(boss, "search?q=van")["items"]] == [EQUIPMENT, "custom_van"]
    assert [i["type"] for i in get(boss, "search?q=van&type=custom_van")["items"]] == ["custom_van"]


def test_it_goes_to_the_bin_and_comes_back(client: Client) -> None:
    made = make(client).json()["id"]
    assert client.delete(f"/api/v1/{PATH}/{made}").status_code == 204
    assert client.get(f"/api/v1/{PATH}/{made}").status_code == 404
    assert made in [r["id"] for r in listed(client, deleted="true")]
    assert post(client, f"{PATH}/{made}/restore").json()["id"] == made


def test_its_history_is_kept_and_undone(client: Client) -> None:
    made = make(client, price="1").json()["id"]
    changed = patch(client, f"{PATH}/{made}", {"name": "阀", "custom": {"price": "2"}})
    items = get(client, f"{PATH}/{made}/history")["items"]
    assert items[0]["changes"] == {
        "name": {"old": "泵 1", "new": "阀"},
        "custom.price": {"old": "1.0000", "new": "2.0000"},
    }
    assert items[1]["action"] == "insert"
    assert undo(client, changed).json()["undone"] == 1
    again = get(client, f"{PATH}/{made}")
    assert (again["name"], again["custom"]["price"]) == ("泵 1", "1.0000")
    assert names(listed(client, sort="name"))[0] == "泵"  # sorted by the name it has again
    first = make(client, "阀")
    assert undo(client, first).json()["undone"] == 1
    assert first.json()["id"] not in [r["id"] for r in listed(client)]


def test_files_are_imported_taken_back_and_exported(firm: Firm, boss: Client) -> None:
    asker = Asker(firm["manager"])
    header = ["Name", "Owner", "Territory", "我的text", "custom.price", "custom.state"]
    rows = [["泵1", "owner", "east", "S1", "1.5", "高"], ["泵2", "", "", "S2", "", "low"]]
    fields = {"name", "owner", "territory", "custom.serial", "custom.price", "custom.state"}
    done = run(asker, EQUIPMENT, table(header, *rows))
    assert {m["field"] for m in done.mapping} == fields
    assert (done.counts["create"], codes(done)) == (2, {})
    model = object_type(EQUIPMENT).model
    pump: Any = model._default_manager.get(name="泵1")
    assert (pump.object, pump.owner_id, pump.custom) == (
        EQUIPMENT, firm["owner"].pk, {"serial": "S1", "price": "1.5000", "state": "high"},
    )  # fmt: skip
    assert pump.name_sort == "beng 1" or pump.name_sort == "beng1"
    assert run(asker, EQUIPMENT, table(header, *rows)).counts["create"] == 0
    sent = {"fields": ["id", "name", "custom.serial", "custom.twice"], "sort": "-name"}
    answer = boss.post(f"/api/v1/{PATH}/export", sent, content_type="application/json")
    text = b"".join(answer).decode("utf-8-sig")
    exported = {row["Name"]: row for row in csv.DictReader(io.StringIO(text))}
    assert (exported["泵1"]["My text"], exported["泵1"]["My formula"]) == ("S1", "3")
    assert EQUIPMENT in answer["Content-Disposition"]
    changed = run(asker, EQUIPMENT, table(["id", "custom.serial"], [str(pump.pk), "S7"]))
    assert changed.counts["update"] == 1, codes(changed)
    undo_import(asker, changed)
    pump.refresh_from_db()
    assert pump.custom["serial"] == "S1"
    taken = undo_import(asker, done)
    left = model._default_manager.filter(name__startswith="泵")
    assert (taken.state_now, [r.name for r in left]) == ("undone", ["泵1"])  # changed since
    assert Import.objects.filter(target=EQUIPMENT).exists()


def test_views_layouts_and_rights_are_kept_for_it(firm: Firm, boss: Client, client: Client) -> None:
    sent = {
        "object": EQUIPMENT, "name": "dear", "kind": "board",
        "definition": {"filter": where("custom.price", "gt", "1")},
    }  # fmt: skip
    assert post(client, "views", sent).status_code == 201
    assert [v["name"] for v in get(client, f"views?object={EQUIPMENT}")["items"]] == ["dear"]
    role = firm["outsider"].role
    hidden = {f"{EQUIPMENT}.custom.price": "hidden"}
    assert patch(boss, f"role-rights/{role.pk}", {"fields": hidden}).status_code == 200
    outsider = firm.client("outsider")
    make(outsider, "x")
    shown = listed(outsider, fields="name")[0]["id"]
    body = get(outsider, f"{PATH}/{shown}")
    assert "price" not in body["custom"]
    assert "twice" not in body["custom"]
    refused = patch(outsider, f"{PATH}/{shown}", {"custom": {"price": "1"}})
    assert refused.status_code == 422
    none = {
        "objects": {
            EQUIPMENT: {
                "read": None,
                "change": None,
                "delete": None,
                "create": False,
                "import": False,
            }
        }
    }
    assert patch(boss, f"role-rights/{role.pk}", none).status_code == 200
    assert outsider.get(f"/api/v1/{PATH}").status_code == 403
    assert EQUIPMENT not in [o["name"] for o in get(outsider, "meta")["objects"]]
    assert EQUIPMENT not in [t["name"] for t in get(outsider, "imports/targets")["items"]]


def test_a_token_may_be_for_it_alone(firm: Firm) -> None:
    program, _token = firm.token_client("owner", f"{EQUIPMENT}:read", f"{EQUIPMENT}:write")
    make(program)
    assert program.get("/api/v1/customers").status_code == 403


def test_it_is_shared_followed_and_carries_files(firm: Firm, client: Client) -> None:
    made = make(client).json()["id"]
    loner = firm.client("loner")
    assert loner.get(f"/api/v1/{PATH}/{made}").status_code == 404
    sent = {"users": [str(firm["loner"].pk)], "may_change": True}
    shared = client.post(
        f"/api/v1/shares/{EQUIPMENT}/{made}", sent, content_type="application/json"
    )
    assert shared.status_code in (200, 201), shared.content
    assert patch(loner, f"{PATH}/{made}", {"name": "泵 2"}).status_code == 200
    grounds = firm.client("administrator").get(
        f"/api/v1/access/{EQUIPMENT}/{made}", {"user": str(firm["loner"].pk)}
    ).json()["grounds"]  # fmt: skip
    assert [g["code"] for g in grounds if g["holds"]] == ["shared"]
    file = put(client, f"{PATH}/{made}")
    assert [f["id"] for f in get(loner, f"{PATH}/{made}/attachments")["items"]] == [file["id"]]
    assert get(client, f"{PATH}/{made}/history")["items"][0]["file"]["label"] == "合同.txt"


def test_whoever_leaves_hands_it_over(firm: Firm, boss: Client) -> None:
    work = {w["object"]: w["count"] for w in get(boss, f"people/{firm['outsider'].pk}/work")}
    assert work[EQUIPMENT] == 2
    sent = {"hand_to": str(firm["manager"].pk)}
    left = post(boss, f"people/{firm['outsider'].pk}/deactivate", sent).json()
    run_job(job_id=left["job"]["id"])
    owned = object_type(EQUIPMENT).model._default_manager.filter(owner=firm["manager"])
    assert {r.name.split()[0] for r in owned} == {"lathe", "crane", "oven"}


def test_a_page_asks_no_more_than_one_of_a_built_in_object(client: Client) -> None:
    """Rows and fields cost no queries, and that it is the firm's own costs none either."""
    for number in range(5):
        make(client, f"泵{number}", price=str(number), state="low")
    client.get("/api/v1/meta")

    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/api/v1/{address}").status_code == 200
        return len(queries)

    assert asked(f"{PATH}?limit=200") == asked("customers?limit=200")
    assert asked(f"{PATH}?limit=1") == asked(f"{PATH}?limit=200")
