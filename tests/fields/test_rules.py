"""Fields that are required or locked by condition, whichever way a record is written."""

import json
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guanxi.platform.access.sign_in import issue_token
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.tasks import RESUMABLE, forget_stopped_jobs, run_job
from guanxi.platform.objects.registry import object_type
from guanxi.platform.objects.tasks import BATCH
from tests.cast import EQUIPMENT, Firm, equip
from tests.fields.definitions import define
from tests.writes.calls import fields, get, patch, post, refused, undo

pytestmark = pytest.mark.django_db
STAGES = {"choices": [{"value": v, "labels": {"en": v}} for v in ("open", "sent", "lost")]}
LOST = {"field": "custom.stage", "op": "in", "value": ["lost"]}
SENT = {"field": "custom.stage", "op": "in", "value": ["sent"]}
OBJECTS = {"customer": "customers", EQUIPMENT: "custom-equipment"}


@pytest.fixture(params=OBJECTS)
def object(request: pytest.FixtureRequest, firm: Firm, boss: Client) -> str:
    """An object with a stage: a lost one needs a reason, and a sent one keeps its price."""
    name: str = request.param
    if name == EQUIPMENT:
        equip(firm)
    with_rules(boss, name)
    return name


@pytest.fixture
def path(object: str) -> str:
    return OBJECTS[object]


def with_rules(boss: Client, name: str) -> None:
    define(boss, name, "choice", key="stage", settings=STAGES)
    define(boss, name, "text", key="reason", settings={"required_when": LOST})
    define(boss, name, "decimal", key="price", settings={"locked_when": SENT})


def sent(path: str, **custom: Any) -> dict[str, Any]:
    kind = {"kind": "person"} if path == "customers" else {}
    return {"name": "x", **kind, "custom": custom}


def make(client: Client, path: str, **custom: Any) -> str:
    answer = post(client, path, sent(path, **custom))
    assert answer.status_code == 201, answer.content
    pk: str = answer.json()["id"]
    return pk


def said(problem: Any) -> list[tuple[str, str]]:
    return [(error["field"], error["code"]) for error in problem["errors"]]


def test_what_is_required_is_asked_for_when_the_condition_comes_to_hold(
    client: Client, path: str
) -> None:
    problem = refused(lambda: post(client, path, sent(path, stage="lost")), 422)
    assert said(problem) == [("custom.reason", "required")]
    assert '"My choice" is lost' in problem["errors"][0]["message"]
    made = make(client, path, stage="open")
    lose = {"custom": {"stage": "lost"}}
    assert said(refused(lambda: patch(client, f"{path}/{made}", lose), 422)) == said(problem)
    lose["custom"]["reason"] = "too dear"
    assert patch(client, f"{path}/{made}", lose).status_code == 200
    empty = {"custom": {"reason": ""}}
    assert said(refused(lambda: patch(client, f"{path}/{made}", empty), 422)) == said(problem)
    both = {"custom": {"reason": "", "stage": "open"}}
    assert patch(client, f"{path}/{made}", both).status_code == 200


def test_what_is_locked_stays_as_it_was_before_the_write(client: Client, path: str) -> None:
    made = make(client, path, stage="sent", price="7")  # a new record is not locked yet
    address = f"{path}/{made}"
    change = {"custom": {"price": "8"}}
    problem = refused(lambda: patch(client, address, change), 422)
    assert said(problem) == [("custom.price", "locked")]
    assert '"My choice" is sent' in problem["errors"][0]["message"]
    refused(lambda: patch(client, address, {"custom": {"price": None}}), 422)
    # Neither does it help to take the condition away by the same write.
    change["custom"]["stage"] = "open"
    assert said(refused(lambda: patch(client, address, change), 422)) == said(problem)
    same = {"name": "y", "custom": {"price": "7"}}
    assert patch(client, address, same).status_code == 200
    assert patch(client, address, {"custom": {"stage": "open"}}).status_code == 200
    both = {"custom": {"stage": "sent", "price": "9"}}
    assert patch(client, address, both).status_code == 200
    assert get(client, address)["custom"]["price"] == "9"


def test_a_record_from_before_the_rule_is_left_alone_until_it_is_concerned(
    boss: Client, client: Client
) -> None:
    define(boss, "customer", "choice", key="stage", settings=STAGES)
    made = make(client, "customers", stage="lost")
    define(boss, "customer", "text", key="reason", settings={"required_when": LOST})
    address = f"customers/{made}"
    assert patch(client, address, {"name": "y"}).status_code == 200
    for values in ({"stage": "lost"}, {"reason": None}):
        refused(lambda v=values: patch(client, address, {"custom": v}), 422)
    assert patch(client, address, {"custom": {"stage": "open"}}).status_code == 200


def test_a_block_of_cells_is_refused_by_row(client: Client, path: str) -> None:
    made = [make(client, path, stage=stage, price="7") for stage in ("open", "sent", "open")]
    custom: list[dict[str, Any]] = [{"price": "8"}, {"price": "8"}, {"stage": "lost"}]
    rows = [{"id": pk, "set": {"custom": c}} for pk, c in zip(made, custom, strict=True)]
    problem = refused(lambda: patch(client, path, {"rows": rows}), 422)
    assert said(problem) == [("rows.1.set.custom.price", "locked")]
    del rows[1]
    problem = refused(lambda: patch(client, path, {"rows": rows}), 422)
    assert said(problem) == [("rows.1.set.custom.reason", "required")]
    custom[2]["reason"] = "gone"
    assert patch(client, path, {"rows": rows}).json()["changed"] == 2


def test_many_are_changed_by_two_more_statements_however_many(client: Client, path: str) -> None:
    made = [make(client, path, stage="open", price="7") for _ in range(30)]

    def change(ids: list[str], **custom: Any) -> Any:
        return post(client, f"{path}/bulk", {"ids": ids, "set": {"custom": custom}})

    counts = []
    for ids in (made[:3], made):
        with CaptureQueriesContext(connection) as queries:
            assert change(ids, stage="lost", reason="gone").json()["changed"] == len(ids)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert said(refused(lambda: change(made, reason=None), 422)) == [("custom.reason", "required")]
    assert change(made, stage="sent").json()["changed"] == 30
    assert said(refused(lambda: change(made, price="8"), 422)) == [("custom.price", "locked")]
    assert change(made, price="7").json()["changed"] == 30


def fill_a_batch(name: str, like: str) -> None:
    """As many records as one batch of a bulk edit takes, all as one that is there."""
    model: Any = object_type(name).model
    values = model.objects.filter(pk=like).values().get()
    for column in ("id", "created_at", "updated_at"):
        del values[column]
    model.objects.bulk_create(model(**values) for _n in range(BATCH))


def test_a_long_bulk_edit_leaves_out_what_is_refused_and_tells(
    firm: Firm, client: Client, boss: Client, object: str, path: str
) -> None:
    made = [make(client, path, stage=s, price="7", reason="x") for s in ("open", "sent", "lost")]
    fill_a_batch(object, made[0])
    made += [make(client, path, stage=s, price="7", reason="x") for s in ("open", "sent")]
    sevens = {"field": "custom.price", "op": "eq", "value": 7}
    body = {"filter": sevens, "set": {"custom": {"price": "8", "reason": None}}}
    answer = post(client, f"{path}/bulk", body)
    job = Job.objects.get(pk=answer.json()["id"])
    Job.objects.filter(pk=job.pk).update(cancel_requested=True)
    run_job(str(job.pk))  # a stopped one goes on with what it counted
    assert post(client, f"jobs/{job.pk}/resume").status_code == 200
    run_job(str(job.pk))
    told = get(client, f"jobs/{job.pk}")
    assert told["state"] == "done"
    counts = {key: told["result"][key] for key in ("changed", "skipped", "refused")}
    assert counts == {"changed": BATCH + 2, "skipped": 0, "refused": 3}
    reasons = {(r["field"], r["code"], r["count"]) for r in told["result"]["reasons"]}
    assert reasons == {("custom.price", "locked", 2), ("custom.reason", "required", 1)}
    left_out = json.dumps({"refused_by": str(job.pk)})
    for who, seen in ((client, {made[1], made[2], made[4]}), (firm.client("outsider"), set())):
        assert {r["id"] for r in get(who, f"{path}?filter={left_out}")["items"]} == seen
    assert len(get(boss, f"{path}?filter={left_out}")["items"]) == 3
    values = [get(client, f"{path}/{pk}")["custom"] for pk in made]
    assert [(v["price"], v["reason"]) for v in values] == [
        ("8", None), ("7", "x"), ("7", "x"), ("8", None), ("7", "x"),
    ]  # fmt: skip
    assert undo(client, answer).json()["undone"] == BATCH + 2
    with time_machine.travel(timezone.now() + RESUMABLE * 1.5):
        forget_stopped_jobs(0)
    assert get(client, f"{path}?filter={left_out}")["items"] == []
    problem = client.get(f"/api/v1/{path}", {"filter": '{"refused_by": 7}'}).json()
    assert problem["code"] == "bad_filter"


def test_a_program_with_a_token_obeys(firm: Firm, path: str) -> None:
    _token, key = issue_token(user=firm["owner"], name="ERP", scopes=["read", "write"])
    program = Client(headers={"Authorization": f"Bearer {key}"})
    problem = refused(lambda: post(program, path, sent(path, stage="lost")), 422)
    assert said(problem) == [("custom.reason", "required")]
    made = make(program, path, stage="sent", price="7")
    change = {"custom": {"price": "8"}}
    assert said(refused(lambda: patch(program, f"{path}/{made}", change), 422)) == [
        ("custom.price", "locked")
    ]


def test_a_verb_obeys_the_rules_too(boss: Client, client: Client) -> None:
    done = {"field": "status", "op": "in", "value": ["done"]}
    define(boss, "task", "text", key="result", settings={"required_when": done})
    made = post(client, "tasks", {"title": "call"}).json()["id"]
    problem = refused(lambda: post(client, f"tasks/{made}/complete"), 422)
    assert said(problem) == [("custom.result", "required")]
    patch(client, f"tasks/{made}", {"custom": {"result": "sold"}})
    assert post(client, f"tasks/{made}/complete").status_code == 200
    assert post(client, f"tasks/{made}/reopen").status_code == 200


def test_what_is_required_and_locked_at_once_is_told_as_such(boss: Client, client: Client) -> None:
    define(boss, "customer", "choice", key="stage", settings=STAGES)
    made = make(client, "customers", stage="lost")
    both = {"required_when": LOST, "locked_when": LOST}
    define(boss, "customer", "text", key="reason", settings=both)
    address = f"customers/{made}"
    problem = refused(lambda: patch(client, address, {"custom": {"stage": "lost"}}), 422)
    assert said(problem) == [("custom.reason", "required_and_locked")]
    problem = refused(lambda: patch(client, address, {"custom": {"reason": "x"}}), 422)
    assert said(problem) == [("custom.reason", "required_and_locked")]
    # Whoever brings the condition about fills it in along with that.
    other = make(client, "customers", stage="open")
    lose = {"custom": {"stage": "lost", "reason": "dear"}}
    assert patch(client, f"customers/{other}", lose).status_code == 200


def test_a_value_is_written_once(boss: Client, client: Client) -> None:
    there = {"field": "custom.serial", "op": "not_empty"}
    define(boss, "customer", "text", key="serial", settings={"locked_when": there})
    made = make(client, "customers")
    assert patch(client, f"customers/{made}", {"custom": {"serial": "A"}}).status_code == 200
    refused(lambda: patch(client, f"customers/{made}", {"custom": {"serial": "B"}}), 422)


def test_a_formula_over_the_record_decides(boss: Client, client: Client) -> None:
    define(boss, "customer", "decimal", key="a", settings={"decimal_places": 0})
    define(boss, "customer", "formula", key="twice", settings={"formula": "custom.a * 2"})
    large = {"field": "custom.twice", "op": "gt", "value": 10}
    define(boss, "customer", "text", key="why", settings={"required_when": large})
    made = make(client, "customers", a="5")
    assert said(refused(lambda: patch(client, f"customers/{made}", {"custom": {"a": "6"}}), 422))
    assert patch(client, f"customers/{made}", {"custom": {"a": "4"}}).status_code == 200


def test_an_undo_is_refused_by_no_rule_it_takes_back_itself(client: Client, path: str) -> None:
    made = make(client, path, stage="lost", price="1", reason="dear")
    address = f"{path}/{made}"
    emptied = patch(client, address, {"custom": {"reason": None, "stage": "open"}})
    both = patch(client, address, {"custom": {"stage": "sent", "price": "2"}})
    assert undo(client, both).status_code == 200
    assert undo(client, emptied).status_code == 200
    dearer = patch(client, address, {"custom": {"price": "3"}})
    patch(client, address, {"custom": {"stage": "sent"}})
    answer = undo(client, dearer)
    assert answer.status_code == 422
    assert said(answer.json()) == [("custom.price", "locked")]
    assert get(client, address)["custom"]["price"] == "3"


def test_whom_a_field_is_hidden_from_is_asked_for_nothing(firm: Firm, boss: Client) -> None:
    define(boss, "customer", "choice", key="stage", settings=STAGES)
    for mask in ("hidden", "read_only"):
        settings = {"required_when": LOST}
        define(boss, "customer", "text", key=mask, settings=settings, masks={"service": mask})
    agent = firm.client("service")
    assert make(agent, "customers", stage="lost")
    problem = refused(lambda: post(boss, "customers", sent("customers", stage="lost")), 422)
    assert fields(problem) == ["custom.hidden", "custom.read_only"]


def test_what_decides_and_is_hidden_is_not_told(firm: Firm, boss: Client) -> None:
    """Whatever the hidden stage is, whoever does not see it gets the same answers."""
    masks = {"service": "hidden"}
    define(boss, "customer", "choice", key="stage", settings=STAGES, masks=masks)
    rules = {"required_when": LOST}
    define(boss, "customer", "text", key="reason", settings=rules)
    define(boss, "customer", "decimal", key="price", settings={"locked_when": SENT})
    agent, owner = firm.client("service"), str(firm["service"].pk)
    answers = []
    for stage in ("open", "sent", "lost", None):
        body = {**sent("customers", stage=stage, reason="r", price="1"), "owner": owner}
        address = f"customers/{post(boss, 'customers', body).json()['id']}"
        assert patch(agent, address, {"custom": {"reason": None}}).status_code == 200
        problem = refused(lambda a=address: patch(agent, a, {"custom": {"price": "2"}}), 422)
        answers.append(problem["errors"])
    assert answers == [answers[0]] * 4
    assert "My choice" not in str(answers)
    assert make(agent, "customers", price="1")


BEYOND = [
    {"has": "tasks"},
    {"refused_by": "00000000-0000-7000-8000-000000000000"},
    {"field": "customer.name", "op": "eq", "value": "x"},
    {"field": "owner.full_name", "op": "eq", "value": "x"},
    {"field": "tags", "op": "empty"},
    {"field": "custom.orders", "op": "gt", "value": 1},
    {"not": {"or": [{"field": "stage", "op": "empty"}]}},  # a score: of another table
]
WRONG = [
    {"field": "nothing", "op": "empty"},
    {"field": "name", "op": "gt", "value": "x"},
    {"field": "custom.n", "op": "gt", "value": "many"},
    {"and": "x"},
]


@pytest.mark.parametrize("setting", ["required_when", "locked_when"])
@pytest.mark.parametrize("condition", [*BEYOND, *WRONG], ids=str)
def test_a_condition_asks_for_fields_of_the_record(
    boss: Client, setting: str, condition: Any
) -> None:
    rollup = {"related": "orders", "measure": "count"}
    define(boss, "customer", "rollup", key="orders", settings=rollup)
    define(boss, "customer", "decimal", key="n")
    body = {"object": "customer", "type": "text", "labels": {"en": "x"}}
    body["settings"] = {setting: condition}
    problem = refused(lambda: post(boss, "custom-fields", body), 422)
    assert fields(problem) == [f"settings.{setting}"]
    if condition in BEYOND:
        assert "beyond the record" in problem["errors"][0]["message"]


def test_what_is_worked_out_has_no_rules(boss: Client) -> None:
    body = {"object": "customer", "type": "formula", "labels": {"en": "x"}}
    body["settings"] = {"formula": "1", "locked_when": {"field": "name", "op": "empty"}}
    problem = refused(lambda: post(boss, "custom-fields", body), 422)
    assert fields(problem) == ["settings.locked_when"]


def test_a_field_that_decides_stays_while_it_does(boss: Client, object: str) -> None:
    defined = get(boss, f"custom-fields?object={object}")["items"]
    by_key = {d["key"]: d["id"] for d in defined}
    refused(lambda: post(boss, f"custom-fields/{by_key['stage']}/archive"), 422)
    for key in ("reason", "price"):
        change = {"settings": {}}
        assert patch(boss, f"custom-fields/{by_key[key]}", change).status_code == 200
    assert post(boss, f"custom-fields/{by_key['stage']}/archive").status_code == 200


def test_two_fields_may_decide_about_each_other(boss: Client, client: Client) -> None:
    a = define(boss, "customer", "text", key="a")
    there = {"field": "custom.a", "op": "not_empty"}
    define(boss, "customer", "text", key="b", settings={"required_when": there})
    other = {"settings": {"required_when": {"field": "custom.b", "op": "not_empty"}}}
    assert patch(boss, f"custom-fields/{a['id']}", other).status_code == 200
    refused(lambda: post(client, "customers", sent("customers", a="x")), 422)
    refused(lambda: post(client, "customers", sent("customers", b="x")), 422)
    assert make(client, "customers", a="x", b="x")
    assert make(client, "customers")


def states(client: Client, path: str, **body: Any) -> Any:
    answer = post(client, f"{path}/rules", body)
    assert answer.status_code == 200, answer.content
    return {
        name: [state for state in ("required", "locked") if told[state]]
        for name, told in answer.json()["fields"].items()
    }


def test_a_form_asks_what_the_rules_say_of_a_draft(client: Client, path: str) -> None:
    nothing = {"custom.reason": [], "custom.price": []}
    assert states(client, path) == nothing
    lost = {"custom": {"stage": "lost"}}
    assert states(client, path, set=lost) == {**nothing, "custom.reason": ["required"]}
    half = {**lost, "name": None, "custom": {"stage": "lost", "price": "1.", "reason": "x"}}
    assert states(client, path, set=half) == {**nothing, "custom.reason": ["required"]}
    # A new record is locked by nothing, and one that is there by what it is, not by the draft.
    sends = {"custom": {"stage": "sent"}}
    assert states(client, path, set=sends) == nothing
    made = make(client, path, stage="sent")
    assert states(client, path, id=made, set=lost) == {
        "custom.reason": ["required"], "custom.price": ["locked"],
    }  # fmt: skip
    told = post(client, f"{path}/rules", {"id": made}).json()["fields"]
    assert '"My choice" is sent' in told["custom.price"]["reason"]
    assert told["custom.reason"]["reason"] == ""
    assert get(client, f"{path}/{made}")["custom"]["stage"] == "sent"


def test_a_draft_knows_what_a_new_record_has(boss: Client, client: Client) -> None:
    mine = {"and": [{"field": "owner", "op": "in", "value": ["me"]},
                    {"field": "category", "op": "in", "value": ["consumer"]},
                    {"field": "created_at", "op": "in_period", "value": {"relative": "today"}},
                    {"field": "custom.n", "op": "eq", "value": 7}]}  # fmt: skip
    define(boss, "customer", "decimal", key="n", settings={"default": "7"})
    define(boss, "customer", "text", key="why", settings={"required_when": mine})
    assert states(client, "customers") == {"custom.why": ["required"]}
    assert states(client, "customers", set={"custom": {"n": "8"}}) == {"custom.why": []}
    assert states(client, "customers", set={"category": "internal"}) == {"custom.why": []}


def test_a_draft_tells_nothing_of_what_is_not_seen(firm: Firm, boss: Client) -> None:
    masks = {"service": "hidden"}
    define(boss, "customer", "choice", key="stage", settings=STAGES, masks=masks)
    define(boss, "customer", "text", key="reason", settings={"required_when": LOST})
    define(boss, "customer", "decimal", key="price", settings={"locked_when": SENT})
    define(boss, "customer", "text", key="secret", settings={"required_when": LOST}, masks=masks)
    agent = firm.client("service")
    owner = str(firm["service"].pk)
    for stage in ("sent", "lost"):
        body = {**sent("customers", stage=stage, reason="x", secret="x"), "owner": owner}
        pk = post(boss, "customers", body).json()["id"]
        told = {"custom.reason": [], "custom.price": ["locked"]}
        assert states(agent, "customers", id=pk, set={"custom": {"stage": "lost"}}) == told
    unseen = {"id": str(firm["owner"].pk)}
    assert post(agent, "customers/rules", unseen).status_code == 404
    assert post(Client(), "customers/rules").status_code == 401
