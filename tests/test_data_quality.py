"""What is found of data, that every figure is as many customers as its list, who sees what."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from guanxi.customers.models import Customer
from guanxi.insight.models import CustomerQuality, QualityFigure, QualitySnapshot, SuspectedPair
from guanxi.insight.quality import measuring
from guanxi.insight.quality.findings import look_again
from guanxi.insight.tests.firm import TODAY
from guanxi.platform.access.models import Role, User
from guanxi.platform.access.sign_in import issue_token
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.tasks import run_job
from tests.cast import PEOPLE, Firm, share_some
from tests.fields.definitions import define
from tests.oracle import Oracle
from tests.writes.calls import patch, post

pytestmark = pytest.mark.django_db
SEE = {"administrator", "manager", "account_manager", "marketer", "analyst"}
LONG_AGO = dt.timedelta(days=500)


def measure(client: Client) -> dict[str, Any]:
    answer = post(client, "data-quality/measure")
    assert answer.status_code == 202, answer.content
    run_job(job_id=answer.json()["id"])
    job = Job.objects.get(pk=answer.json()["id"])
    assert job.state == Job.State.DONE, job.error
    return dict(job.result)


def report(client: Client, **query: str) -> dict[str, Any]:
    answer = client.get("/api/v1/data-quality", query)
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def field_of(told: dict[str, Any], name: str) -> dict[str, Any]:
    return next(f for f in told["fields"] if f["name"] == name)


def listed(client: Client, tree: Any) -> int:
    asked = {"exact": "true", **({"filter": json.dumps(tree)} if tree else {})}
    answer = client.get("/api/v1/customers/count", asked)
    assert answer.status_code == 200, answer.content
    return int(answer.json()["count"])


def figures_in(told: Any) -> Iterator[dict[str, Any]]:
    """Every figure of an answer that names its list."""
    if isinstance(told, dict):
        if "count" in told:
            yield told
        for inner in told.values():
            yield from figures_in(inner)
    if isinstance(told, list):
        for inner in told:
            yield from figures_in(inner)


def spoil(firm: Firm) -> None:
    """Have some of everything: wrong values, sources, old records, a suspected pair."""
    wrong = {"phone": "12", "phone_normal": "", "email": "nobody@nowhere", "city": "江州市"}
    Customer.objects.filter(pk=firm["customer:acme"].pk).update(
        **wrong, website="https://localhost", source="fair", postal_code="12345678"
    )
    Customer.objects.filter(pk=firm["customer:chen"].pk).update(
        birthday=dt.date(1850, 1, 1), source="web"
    )
    Customer.objects.bulk_create(
        Customer(
            name=f"old {n}", kind="person", source="fair", city="杭州", province="广东省",
            phone="13900000000", phone_normal="+8613900000000",
            owner=firm["owner"] if n else None,
            created_at=timezone.now() - LONG_AGO, updated_at=timezone.now() - LONG_AGO,
        )
        for n in range(3)
    )  # fmt: skip
    ids = sorted([firm["customer:acme"].pk, firm["customer:east"].pk])
    SuspectedPair.objects.create(
        first_id=ids[0], second_id=ids[1], probability=0.9, priority=1, evidence=[]
    )


def test_every_figure_is_as_many_customers_as_its_list_shows(firm: Firm) -> None:
    share_some(firm)
    spoil(firm)
    define(firm.client("administrator"), "customer", "email", key="second")
    Customer.objects.filter(pk=firm["customer:bell"].pk).update(
        credit_code="91350100M000100Y44", custom={"second": "nobody@nowhere"}
    )
    measure(firm.client("manager"))
    oracle = Oracle(firm)
    others = list(
        Customer.objects.exclude(pk__in=[r.pk for r in firm.records["customer"].values()])
    )
    for who in PEOPLE:
        client = firm.client(who)
        if PEOPLE[who][0] not in SEE:
            for path in ("", "/trend", "/settings"):
                assert client.get(f"/api/v1/data-quality{path}").status_code == 403
            assert post(client, "data-quality/measure").status_code == 403
            continue
        told = report(client)
        seen = [*firm.records["customer"].values(), *others]
        expected = sum(
            r.deleted_at is None
            and (oracle.may(who, "read", "customer", r) if r not in others else _sees(who, r))
            for r in seen
        )
        assert told["customers"]["count"] == told["measured"] == expected
        for asked in ({}, {"source": "fair"}, {"kind": "person"}, {"source": "", "kind": "person"}):
            told = report(client, **asked)
            for figure in figures_in(told):
                assert figure["count"] == listed(client, figure["filter"]), figure
        assert (client.get("/api/v1/data-quality/trend").status_code == 200) == (
            "trend" in told["can"]
        )
    assert firm.client(None).get("/api/v1/data-quality").status_code == 401


def _sees(who: str, record: Any) -> bool:
    return PEOPLE[who][0] != "account_manager" or record.owner_id is None or who in PEOPLE


def test_what_is_found_of_each_field(firm: Firm) -> None:
    spoil(firm)
    define(firm.client("administrator"), "customer", "email", key="second")
    Customer.objects.filter(pk=firm["customer:bell"].pk).update(
        credit_code="91350100M000100Y44", custom={"second": "nobody@nowhere"}
    )
    client = firm.client("manager")
    assert measure(client)["customers"] == 9
    found = {
        q.customer.name: set(q.findings) for q in CustomerQuality.objects.select_related("customer")
    }
    assert found["acme 公司"] >= {
        "phone.invalid", "email.invalid", "city.invalid", "website.invalid", "postal_code.invalid",
        "industry.missing",
    }  # fmt: skip
    assert "birthday.missing" not in found["acme 公司"]  # a firm has none
    assert "birthday.invalid" in found["chen 公司"]
    assert "industry.missing" not in found["chen 公司"]
    assert found["bell 公司"] >= {"credit_code.invalid", "custom.second.invalid"}
    assert found["old 1"] >= {"city.invalid", "city.stale", "phone.stale", "email.missing"}
    assert "source.stale" not in found["old 1"]
    assert not any(name.endswith(".stale") for name in found["feng 公司"])
    told = report(client)
    assert (told["stale_after_days"], told["suspected"]["count"]) == (365, 2)
    assert {a["age"]: a["count"] for a in told["ages"]} == {
        "quarter": 6, "year": 0, "two_years": 3, "older": 0,
    }  # fmt: skip
    phone = field_of(told, "phone")
    assert (phone["standard"], phone["filled"], phone["invalid"]["count"]) == ("ITU-T E.164", 9, 1)
    fair = next(s for s in told["sources"] if s["source"] == "fair")
    assert (fair["count"], fair["unfollowed"]["count"], fair["suspected"]["count"]) == (4, 1, 1)


def test_what_is_put_right_leaves_the_list_and_what_was_written_lately_is_not_old(
    firm: Firm,
) -> None:
    spoil(firm)
    client = firm.client("manager")
    measure(client)
    old = Customer.objects.get(name="old 1")
    assert listed(client, {"finding": "phone.stale"}) == 3
    answer = patch(client, f"customers/{old.pk}", {"phone": "13900000001", "email": "a@b.cn"})
    assert answer.status_code == 200, answer.content
    assert look_again([old.pk]) == 1
    found = set(CustomerQuality.objects.get(customer=old).findings)
    assert {"phone.stale", "email.missing"}.isdisjoint(found)
    assert "city.stale" in found
    assert listed(client, {"finding": "phone.stale"}) == 2


def test_a_hidden_field_is_in_no_figure_and_no_filter(firm: Firm) -> None:
    spoil(firm)
    measure(firm.client("manager"))
    before = report(firm.client("manager"))["completeness"]
    grants = {**firm["manager"].role.grants, "fields": {"customer.phone": "hidden"}}
    role = Role.objects.create(name="careful", label="careful", grants=grants)
    user = User.objects.create(username="careful", full_name="Careful", role=role)
    _token, key = issue_token(user=user, name="test", scopes=["read", "write"])
    client = Client(headers={"Authorization": f"Bearer {key}"})
    told = report(client)
    assert "phone" not in {f["name"] for f in told["fields"]}
    assert "phone" not in json.dumps(told)
    assert told["completeness"] != before
    for tree in (
        {"finding": "phone.missing"},
        {"finding": "nothing"},
        {"finding": 1},
        {"finding": "x.y"},
    ):
        answer = client.get("/api/v1/customers/count", {"filter": json.dumps(tree)})
        assert answer.status_code == 422, tree
    assert answer.json()["errors"][0]["field"] == "filter"
    settings = client.get("/api/v1/data-quality/settings").json()
    assert "phone" not in {f["name"] for f in settings["fields"]}
    # What everybody sees of a customer says nothing of a field that some do not see.
    acme = firm["customer:acme"].pk
    measure(client)
    first = CustomerQuality.objects.get(customer=acme).completeness
    Customer.objects.filter(pk=acme).update(phone="", phone_normal="")
    measure(client)
    assert CustomerQuality.objects.get(customer=acme).completeness == first


def test_who_does_not_see_when_a_record_changed_is_told_no_ages(firm: Firm) -> None:
    role = firm["manager"].role
    role.grants = {**role.grants, "fields": {"customer.updated_at": "hidden"}}
    role.save()
    told = report(firm.client("manager"))
    assert told["ages"] == []
    assert told["customers"]["count"]


def test_of_a_masked_field_it_is_told_who_lacks_it_and_no_more(firm: Firm) -> None:
    spoil(firm)
    client = firm.client("analyst")
    measure(client)
    phone = field_of(report(client), "phone")
    assert (phone["invalid"], phone["stale"], phone["standard"]) == (None, None, None)
    assert phone["missing"]["count"] == listed(client, {"finding": "phone.missing"})
    for what in ("invalid", "stale"):
        asked = {"filter": json.dumps({"finding": f"phone.{what}"})}
        assert client.get("/api/v1/customers/count", asked).status_code == 422


def test_a_day_has_one_snapshot_and_the_lines_are_of_what_was_looked_at(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(firm)
    client = firm.client("manager")
    # Days go by for the measures alone: the firm's sessions and records keep their time.
    monkeypatch.setattr("guanxi.insight.quality.findings.books_today", lambda: TODAY)
    measure(client)
    ago = TODAY - dt.timedelta(days=measuring.KEPT_DAYS + 1)
    QualitySnapshot.objects.create(
        day=ago, customers=1, pairs_open=0, pairs_decided=0, looked_at=[]
    )
    QualityFigure.objects.create(snapshot_id=ago, kind="person", finding="", customers=1)
    monkeypatch.setattr(
        "guanxi.insight.quality.findings.books_today", lambda: TODAY + dt.timedelta(days=1)
    )
    measure(client)
    Customer.objects.filter(name="old 1").update(email="a@b.cn", deleted_at=None)
    measure(client)
    assert list(QualitySnapshot.objects.order_by("day").values_list("day", flat=True)) == [
        TODAY, TODAY + dt.timedelta(days=1),
    ]  # fmt: skip
    monkeypatch.setattr("guanxi.insight.quality.api.books_today", lambda: TODAY + LONG_AGO / 100)
    first, second = client.get("/api/v1/data-quality/trend?days=30").json()["items"]
    assert (first["customers"], second["customers"]) == (9, 9)
    assert first["completeness"] < second["completeness"]
    told = report(client)
    assert {n: second[n] for n in ("completeness", "validity", "freshness")} == {
        n: told[n] for n in ("completeness", "validity", "freshness")
    }
    of_email = client.get("/api/v1/data-quality/trend?days=30&field=email&source=fair").json()[
        "items"
    ]
    assert [day["completeness"] for day in of_email] == [0.25, 0.5]


def test_a_measuring_that_is_stopped_goes_on_where_it_was(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "BATCH", 2)
    client = firm.client("analyst")
    job = post(client, "data-quality/measure").json()
    assert post(client, "data-quality/measure").json()["id"] == job["id"]
    done: list[int] = []
    look = measuring.Looking.look

    def stop_after_one(self: Any, customers: Any) -> int:
        done.append(look(self, customers))
        if len(done) == 1:
            Job.objects.filter(pk=job["id"]).update(cancel_requested=True)
        return done[-1]

    monkeypatch.setattr(measuring.Looking, "look", stop_after_one)
    run_job(job_id=job["id"])
    assert (Job.objects.get(pk=job["id"]).state, done) == ("cancelled", [2])
    assert not QualitySnapshot.objects.exists()
    assert post(client, f"jobs/{job['id']}/resume").status_code == 200
    run_job(job_id=job["id"])
    assert (Job.objects.get(pk=job["id"]).done, done) == (6, [2, 2, 2])
    assert report(client)["as_of"] is not None


def test_settings_are_for_administrators_and_told_in_the_audit_log(firm: Firm) -> None:
    for who, status in (("manager", 403), ("analyst", 403), ("administrator", 200)):
        with transaction.atomic():
            answer = patch(firm.client(who), "data-quality/settings", {"stale_after_days": 90})
            assert answer.status_code == status
            transaction.set_rollback(True)
    client = firm.client("administrator")
    for wrong in (
        {"counted": ["nothing"]}, {"counted": ["name"]}, {"stale_after_days": 1},
        {"precision": 1.0}, {"merges_at_most": 0},
    ):  # fmt: skip
        assert patch(client, "data-quality/settings", wrong).status_code == 422, wrong
    assert patch(client, "data-quality/settings", {"counted": ["phone"]}).json()["counted"] == [
        "phone"
    ]
    changed = patch(client, "data-quality/settings", {"stale_after_days": 90}).json()
    assert (changed["counted"], changed["stale_after_days"]) == (["phone"], 90)
    measure(client)
    told = report(client)
    assert [f["name"] for f in told["fields"] if f["counts"]] == ["phone"]
    assert told["completeness"] == 1.0
    log = client.get("/api/v1/audit", {"object": "quality_settings"}).json()["items"]
    assert [(e["action"], e["actor"]["label"]) for e in log][:2] == [
        ("update", firm["administrator"].full_name), ("insert", firm["administrator"].full_name),
    ]  # fmt: skip


def test_the_questions_do_not_grow_with_customers(
    firm: Firm, django_assert_num_queries: Any
) -> None:
    spoil(firm)
    client = firm.client("manager")
    measure(client)
    report(client)
    with django_assert_num_queries(9):
        report(client)
