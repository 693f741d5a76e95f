"""Classifications: what rules say of customers, tried and applied, with exceptions and reasons."""

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from guanxi.customers.classification import tasks
from guanxi.customers.classification.models import Classification, ClassOverride, Placement
from guanxi.customers.models import Customer
from guanxi.platform.events.models import Event
from guanxi.platform.fields.definitions import custom_fields, stored_fields
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.services import RunningJob, cancel_job
from guanxi.platform.jobs.tasks import run_job
from guanxi.platform.objects.registry import object_type
from tests.cast import PEOPLE, Firm
from tests.writes.calls import get, patch, post

pytestmark = pytest.mark.django_db
SHANGHAI = {"field": "city", "op": "eq", "value": "上海"}
FIRMS = {"field": "kind", "op": "in", "value": ["organization"]}
GRADE = {
    "labels": {"en": "Grade", "zh-CN": "等级"},
    "classes": [{"value": v, "labels": {"en": v}} for v in ("A", "B", "C")],
    "rules": [
        {"name": "In Shanghai", "result": "A", "filter": SHANGHAI},
        {"result": "B", "filter": FIRMS},
    ],
}


@pytest.fixture
def boss(firm: Firm) -> Any:
    return firm.client("administrator")


@pytest.fixture
def grade(firm: Firm, boss: Any) -> dict[str, Any]:
    Customer.objects.update(city="", kind="person")
    for name, values in {
        "acme": {"city": "上海", "kind": "organization"}, "chen": {"city": "上海"},
        "bell": {"kind": "organization"},
    }.items():  # fmt: skip
        Customer.objects.filter(pk=firm[f"customer:{name}"].pk).update(**values)
    made = post(boss, "classifications", GRADE)
    assert made.status_code == 201, made.content
    return made.json()  # type: ignore[no-any-return]


def run_now(client: Any, grade: dict[str, Any]) -> Job:
    answer = post(client, f"classifications/{grade['id']}/apply")
    assert answer.status_code == 202, answer.content
    run_job(answer.json()["id"])
    return Job.objects.get(pk=answer.json()["id"])


def classes() -> dict[str, str]:
    found = Customer.objects.filter(custom__has_key="grade").values_list("name", "custom__grade")
    return dict(found)


def of_customer(client: Any, firm: Firm, name: str) -> dict[str, Any]:
    (one,) = get(client, f"customers/{firm[f'customer:{name}'].pk}/classes")["items"]
    return one  # type: ignore[no-any-return]


def test_the_first_rule_that_holds_decides(firm: Firm, boss: Any, grade: Any) -> None:
    assert (grade["field"], grade["problems"], classes()) == ("custom.grade", [], {})
    job = run_now(boss, grade)
    living = Customer.objects.filter(deleted_at=None).count()
    assert (job.state, job.result) == ("done", {"seen": living, "moved": 3})
    names = {n: firm[f"customer:{n}"].name for n in ("acme", "chen", "bell")}
    assert classes() == {names["acme"]: "A", names["chen"]: "A", names["bell"]: "B"}
    why = of_customer(boss, firm, "acme")["why"]
    assert (why["kind"], why["number"], why["name"], why["filter"]) == (
        "rule", 1, "In Shanghai", SHANGHAI,
    )  # fmt: skip
    # Whoever stays is not written again, and the next run moves whom the data moved.
    of_customers = Event.objects.filter(object="customer")
    before = of_customers.count()
    assert run_now(boss, grade).result["moved"] == 0
    assert of_customers.count() == before
    Customer.objects.filter(pk=firm["customer:chen"].pk).update(city="北京")
    assert run_now(boss, grade).result["moved"] == 1
    assert of_customer(boss, firm, "chen")["result"] is None
    history = get(boss, f"customers/{firm['customer:chen'].pk}/history")["items"]
    told = [e["changes"]["custom.grade"] for e in history if "custom.grade" in e["changes"]]
    assert told == [{"old": "A", "new": None}, {"old": None, "new": "A"}]


def test_the_class_is_a_field_like_any_other_but_nobody_writes_it(
    firm: Firm, boss: Any, grade: Any
) -> None:
    run_now(boss, grade)
    filter_ = json.dumps({"field": "custom.grade", "op": "in", "value": ["A"]})
    query = {"filter": filter_, "fields": "name,custom.grade", "sort": "custom.grade"}
    rows = boss.get("/api/v1/customers", query).json()["items"]
    assert [row["custom"]["grade"] for row in rows] == ["A", "A"]
    groups = boss.get("/api/v1/customers/aggregate", {"group": "custom.grade", "measures": "count"})
    counts = {g["key"]: g["count"] for g in groups.json()["groups"]}
    assert (counts["A"], counts["B"]) == (2, 1)
    acme = firm["customer:acme"]
    refusal = patch(boss, f"customers/{acme.pk}", {"custom": {"grade": "C"}})
    assert refusal.status_code == 403
    bulk = {"ids": [str(acme.pk)], "set": {"custom": {"grade": "C"}}}
    assert post(boss, "customers/bulk", bulk).status_code == 403
    field = next(f for f in get(boss, "custom-fields")["items"] if f["key"] == "grade")
    assert field["kept_by"] == "classification"
    assert post(boss, f"custom-fields/{field['id']}/archive").status_code == 422
    settings = {"choices": [{"value": "A", "labels": {"en": "A"}}]}
    assert patch(boss, f"custom-fields/{field['id']}", {"settings": settings}).status_code == 422
    assert "custom.grade" not in stored_fields(object_type("customer"))  # no file fills it


def test_a_trial_says_who_would_move_and_writes_nothing(firm: Firm, boss: Any, grade: Any) -> None:
    run_now(boss, grade)
    before = (Event.objects.count(), Placement.objects.count(), classes())
    draft = {
        "classification": grade["id"], "classes": ["A", "B", "C"], "otherwise": "C",
        "rules": [{"result": "B", "filter": SHANGHAI}, {"result": "B", "filter": FIRMS}],
    }  # fmt: skip
    answer = post(boss, "classifications/trial", draft).json()
    living = Customer.objects.filter(deleted_at=None).count()
    moves = {(m["from"], m["to"]): m["count"] for m in answer["moves"]}
    assert moves == {("A", "B"): 2, ("", "C"): living - 3}
    assert answer["staying"] == 1
    acme = next(s for s in answer["sample"] if s["id"] == str(firm["customer:acme"].pk))
    assert (acme["from"], acme["to"], acme["rule"]) == ("A", "B", 0)
    assert (Event.objects.count(), Placement.objects.count(), classes()) == before
    new = post(boss, "classifications/trial", {**draft, "classification": None}).json()
    assert sum(m["count"] for m in new["moves"]) == living


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ({"result": "Z", "filter": FIRMS}, "rules.0.result"),
        ({"result": "A", "filter": {"field": "nonsense", "value": 1}}, "rules.0.filter"),
        ({"result": "A", "filter": {"field": "city", "op": "gt", "value": 1}}, "rules.0.filter"),
        ({"result": "A", "filter": {"xyz": 1}}, "rules.0.filter"),
        ({"result": "A", "filter": {"field": "owner", "op": "in", "value": ["me"]}},
         "rules.0.filter"),
        ({"result": "A", "filter": {"refused_by": "00000000-0000-7000-8000-000000000000"}},
         "rules.0.filter"),
        ({"result": "A", "filter": {"not": {"field": "custom.grade", "op": "in", "value": ["A"]}}},
         "rules.0.filter"),
    ],
)  # fmt: skip
def test_rules_that_mean_nothing_are_refused(
    boss: Any, grade: Any, rule: dict[str, Any], place: str
) -> None:
    for answer in (
        patch(boss, f"classifications/{grade['id']}", {"rules": [rule]}),
        post(boss, "classifications/trial",
             {"classification": grade["id"], "classes": ["A"], "rules": [rule]}),
    ):  # fmt: skip
        assert answer.status_code == 422, answer.content
        assert [e["field"] for e in answer.json()["errors"]] == [place]
    kept = get(boss, "classifications")["items"][0]["rules"]
    assert [r["result"] for r in kept] == ["A", "B"]


@pytest.mark.parametrize(
    "bad",
    [
        {"labels": {}}, {"classes": []}, {"classes": GRADE["classes"] * 2}, {"otherwise": "Z"},
        {"rules": [{"result": "A", "filter": FIRMS}] * 51}, {"rules": [{"result": "A"}]},
        {"key": "Not a key"}, {"surprise": 1},
    ],
)  # fmt: skip
def test_a_bad_definition_makes_nothing(boss: Any, firm: Firm, bad: dict[str, Any]) -> None:
    answer = post(boss, "classifications", {**GRADE, **bad})
    assert answer.status_code == 422, answer.content
    assert not Classification.objects.exists()
    assert custom_fields(object_type("customer")).get("custom.grade") is None


def test_an_exception_stays_until_it_is_lifted(firm: Firm, boss: Any, grade: Any) -> None:
    run_now(boss, grade)
    owner, pk = firm.client("owner"), firm["customer:acme"].pk
    path = f"customers/{pk}/classes/{grade['id']}"
    body = {"result": "C", "reason": "The board asked for it"}
    answer = owner.put(f"/api/v1/{path}", body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    shown = of_customer(owner, firm, "acme")
    assert (shown["result"], shown["why"]["kind"], shown["why"]["reason"]) == (
        "C", "override", body["reason"],
    )  # fmt: skip
    assert shown["why"]["actor"]["id"] == str(firm["owner"].pk)
    assert run_now(boss, grade).result["moved"] == 0
    assert classes()[firm["customer:acme"].name] == "C"
    lifted = owner.delete(f"/api/v1/{path}").json()["items"][0]
    assert (lifted["result"], lifted["why"]["kind"]) == ("A", "rule")
    # "In no class" is a word too.
    owner.put(f"/api/v1/{path}", {**body, "result": ""}, content_type="application/json")
    run_now(boss, grade)
    assert of_customer(owner, firm, "acme")["result"] is None


@pytest.mark.parametrize(
    "bad", [{"result": "Z", "reason": "x"}, {"result": "A", "reason": ""}, {"result": "A"}]
)
def test_a_bad_exception_is_refused(firm: Firm, boss: Any, grade: Any, bad: dict[str, Any]) -> None:
    path = f"/api/v1/customers/{firm['customer:acme'].pk}/classes/{grade['id']}"
    assert boss.put(path, bad, content_type="application/json").status_code == 422
    assert not ClassOverride.objects.exists()


def test_who_may_what(firm: Firm, boss: Any, grade: Any, subtests: pytest.Subtests) -> None:
    run_now(boss, grade)
    body = {"result": "C", "reason": "because"}
    for who in PEOPLE:
        client = firm.client(who)
        with subtests.test(who=who):
            is_boss = who == "administrator"
            expected = 200 if is_boss else 403
            assert client.get("/api/v1/classifications").status_code == expected
            for verb, code in (("apply", 202), ("archive", 200), ("restore", 200)):
                if not is_boss:
                    answer = post(client, f"classifications/{grade['id']}/{verb}")
                    assert answer.status_code == 403, code
            assert is_boss or post(client, "classifications", GRADE).status_code == 403
            assert (
                is_boss
                or patch(client, f"classifications/{grade['id']}", {"nightly": False}).status_code
                == 403
            )
            for name in ("acme", "bell"):
                pk = firm[f"customer:{name}"].pk
                seen = client.get(f"/api/v1/customers/{pk}")
                answer = client.get(f"/api/v1/customers/{pk}/classes")
                assert answer.status_code == seen.status_code
                put = client.put(f"/api/v1/customers/{pk}/classes/{grade['id']}", body,
                                 content_type="application/json")  # fmt: skip
                may = seen.status_code == 200 and "change" in seen.json()["can"]
                assert put.status_code == (200 if may else 404 if seen.status_code == 404 else 403)
    assert firm.client(None).get("/api/v1/classifications").status_code == 401


def test_a_hidden_class_and_a_rule_about_hidden_fields_are_not_told(
    firm: Firm, boss: Any, grade: Any
) -> None:
    by_phone = {"field": "phone", "op": "not_empty"}
    Customer.objects.filter(pk=firm["customer:chen"].pk).update(owner=firm["loner"])
    rules = [{"name": "Has a phone", "result": "A", "filter": by_phone},
             {"result": "A", "filter": SHANGHAI}]  # fmt: skip
    patch(boss, f"classifications/{grade['id']}", {"rules": rules})
    run_now(boss, grade)
    chen = firm["customer:chen"].pk
    (one,) = get(firm.client("loner"), f"customers/{chen}/classes")["items"]  # phones are hidden
    if one["why"]["number"] == 1:
        assert (one["why"]["filter"], one["why"]["name"]) == (None, "Rule 1")
    field = next(f for f in get(boss, "custom-fields")["items"] if f["key"] == "grade")
    masks = {"own_only": "hidden", "sales": "read_only"}
    assert patch(boss, f"custom-fields/{field['id']}", {"masks": masks}).status_code == 200
    assert get(firm.client("loner"), f"customers/{chen}/classes")["items"] == []
    path = f"/api/v1/customers/{chen}/classes/{grade['id']}"
    body = {"result": "C", "reason": "because"}
    answer = firm.client("loner").put(path, body, content_type="application/json")
    assert answer.status_code == 404


def test_a_broken_rule_stops_the_run_and_takes_nothing_away(
    firm: Firm, boss: Any, grade: Any
) -> None:
    run_now(boss, grade)
    before = classes()
    field = {"object": "customer", "type": "text", "labels": {"en": "Rank"}}
    made = post(boss, "custom-fields", field).json()
    by_rank = {"field": "custom.rank", "op": "not_empty"}
    rules = [{"result": "A", "filter": SHANGHAI}, {"result": "C", "filter": by_rank}]
    patch(boss, f"classifications/{grade['id']}", {"rules": rules})
    waiting = post(boss, f"classifications/{grade['id']}/apply").json()["id"]
    assert post(boss, f"custom-fields/{made['id']}/archive").status_code == 200
    (shown,) = get(boss, "classifications")["items"]
    assert [p["field"] for p in shown["problems"]] == ["rules.1.filter"]
    assert "custom.rank" in shown["problems"][0]["message"]
    assert post(boss, f"classifications/{grade['id']}/apply").status_code == 422
    run_job(waiting)  # queued before the field was archived
    job = Job.objects.get(pk=waiting)
    assert (job.state, classes()) == ("failed", before)
    assert "custom.rank" in job.error
    tasks.classify_nightly(at_night())  # passes it over
    assert classes() == before
    chen = firm["customer:chen"]
    path = f"/api/v1/customers/{chen.pk}/classes/{grade['id']}"
    exception = {"result": "B", "reason": "because"}
    assert boss.put(path, exception, content_type="application/json").status_code == 200
    assert classes() == {**before, chen.name: "B"}
    assert boss.delete(path).status_code == 422  # who decides instead is not known
    assert classes() == {**before, chen.name: "B"}
    assert post(boss, f"custom-fields/{made['id']}/restore").status_code == 200
    assert get(boss, "classifications")["items"][0]["problems"] == []


def at_night() -> int:
    day = timezone.now().date()
    zone = dt.timezone(dt.timedelta(hours=8))  # the cast's books are kept in Shanghai
    at = dt.time(tasks.NIGHTLY_HOUR, tzinfo=zone)
    return int(dt.datetime.combine(day, at).timestamp())


def test_it_is_applied_every_night_in_nobodys_name(firm: Firm, boss: Any, grade: Any) -> None:
    tasks.classify_nightly(at_night() + 3600)
    assert not Job.objects.filter(kind="classify").exists()
    tasks.classify_nightly(at_night())
    (job,) = Job.objects.filter(kind="classify")
    assert job.actor is None
    run_job(str(job.pk))
    assert len(classes()) == 3
    patch(boss, f"classifications/{grade['id']}", {"nightly": False})
    tasks.classify_nightly(at_night())
    assert Job.objects.filter(kind="classify").count() == 1


def test_a_run_goes_batch_by_batch_and_on_where_it_was_stopped(
    firm: Firm, boss: Any, grade: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "BATCH", 2)  # a few customers are several batches
    job = Job.objects.create(kind="classify", params={"subject": grade["id"]},
                             actor=firm["administrator"])  # fmt: skip
    steps = []

    def stop_after_two(*args: Any, **kwargs: Any) -> Any:
        steps.append(place(*args, **kwargs))
        if len(steps) == 2:
            from guanxi.platform.access.predicate import Asker

            Job.objects.filter(pk=job.pk).update(state="running")
            cancel_job(Asker(firm["administrator"]), job.pk)
        return steps[-1]

    place = tasks.place
    monkeypatch.setattr(tasks, "place", stop_after_two)  # the real one, cancelled in its middle
    run_job(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.checkpoint["seen"], len(steps)) == ("cancelled", 4, 2)
    monkeypatch.undo()
    Job.objects.filter(pk=job.pk).update(state="running", cancel_requested=False)
    job.refresh_from_db()
    result = tasks.classify(RunningJob(job))
    assert result == {"seen": Customer.objects.filter(deleted_at=None).count(), "moved": 3}


def test_archiving_keeps_everybody_where_they_are(firm: Firm, boss: Any, grade: Any) -> None:
    run_now(boss, grade)
    before = classes()
    assert post(boss, f"classifications/{grade['id']}/archive").json()["archived"]
    assert "custom" not in get(boss, f"customers/{firm['customer:acme'].pk}")
    assert post(boss, f"classifications/{grade['id']}/apply").status_code == 422
    assert classes() == before
    assert not post(boss, f"classifications/{grade['id']}/restore").json()["archived"]
    assert get(boss, f"customers/{firm['customer:acme'].pk}")["custom"]["grade"] == "A"


def test_rules_may_ask_for_what_hangs_on_customers_and_for_other_classes(
    firm: Firm, boss: Any, grade: Any
) -> None:
    run_now(boss, grade)
    key_account = {
        "labels": {"en": "Key account"}, "classes": [{"value": "yes", "labels": {"en": "Yes"}}],
        "rules": [{"result": "yes", "filter": {"and": [
            {"has": "orders"}, {"field": "custom.grade", "op": "in", "value": ["A"]}]}}],
    }  # fmt: skip
    made = post(boss, "classifications", key_account).json()
    run_now(boss, made)
    ordering = Customer.objects.filter(orders__isnull=False, custom__grade="A", deleted_at=None)
    found = Customer.objects.filter(custom__key_account="yes").values_list("pk", flat=True)
    assert set(found) == set(ordering.values_list("pk", flat=True))


def test_merging_moves_exceptions_and_the_next_run_decides(
    firm: Firm, boss: Any, grade: Any
) -> None:
    run_now(boss, grade)
    one, two = (
        Customer.objects.create(kind="person", name="双", owner=firm["owner"]) for _ in range(2)
    )
    path = f"/api/v1/customers/{two.pk}/classes/{grade['id']}"
    boss.put(path, {"result": "C", "reason": "known"}, content_type="application/json")
    done = post(boss, "customers/merge", {"ids": [str(one.pk), str(two.pk)],
                                          "survivor": str(one.pk)})  # fmt: skip
    assert done.status_code == 200, done.content
    run_now(boss, grade)
    assert Customer.objects.get(pk=one.pk).custom["grade"] == "C"
    assert ClassOverride.objects.get().customer_id == one.pk


def test_many_are_moved_by_few_statements(
    firm: Firm, boss: Any, grade: Any, django_assert_max_num_queries: Any
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into customers_customer (kind, name, city)"
            " select 'person', 'Many ' || i, '上海' from generate_series(1, 3000) i"
        )
    job = Job.objects.create(kind="classify", params={"subject": grade["id"]})
    with django_assert_max_num_queries(40):
        result = tasks.classify(RunningJob(job))
    assert result["moved"] == 3003
