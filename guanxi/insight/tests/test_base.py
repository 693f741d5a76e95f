"""What people see aggregated is the sum over what they may see, at the moment they ask."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import ibis
import pyarrow as pa
import pytest
from django.utils import timezone

from guanxi.analytics import pareto_share
from guanxi.customers.models import Customer
from guanxi.insight import scoring
from guanxi.insight.models import AttentionItem, CustomerScore, ScoreRun
from guanxi.platform.access.models import Role, User

from .firm import TODAY, Caller, Cast, customer, simulate

pytestmark = pytest.mark.django_db


@pytest.fixture
def scored(firm: Cast) -> Cast:
    """Sixty customers of four owners (one of them nobody), scored."""
    owners = [firm.owner, firm.teammate, firm.outsider, None]
    simulate(
        customer(f"C{i:02}", owner=owners[i % 4], phone="138" if i % 3 else "", city="Xi'an")
        for i in range(60)
    )
    scoring.run(today=TODAY, look_back=0)
    return firm


def visible(firm: Cast, user: User) -> list[Customer]:
    """The naive rule, a customer at a time."""
    everyone = (firm.manager, firm.reader)
    team = {firm.owner: (firm.owner, firm.teammate), firm.outsider: (firm.outsider,)}
    return [
        c
        for c in Customer.objects.filter(deleted_at=None).select_related("score", "owner")
        if user in everyone or c.owner is None or c.owner in team[user]
    ]


def value(c: Customer) -> Decimal:
    return c.score.expected_value_12m or Decimal(0)


@pytest.mark.parametrize("who", ["manager", "owner", "outsider", "reader"])
def test_totals_are_the_sum_over_the_visible(scored: Cast, who: str) -> None:
    user = getattr(scored, who)
    base, mine = Caller(user).get("/insight/base"), visible(scored, user)
    assert base["customers"] == len(mine)
    assert base["unowned"] == sum(c.owner is None for c in mine) > 0
    assert base["orders"] == sum(c.score.purchases for c in mine)
    assert Decimal(base["expected_value_12m"]) == pytest.approx(
        sum(value(c) for c in mine), abs=Decimal("0.01")
    )
    for name, key in (
        ("stages", "stage"),
        ("rfm_classes", "rfm_class"),
        ("abc_classes", "abc_class"),
    ):
        for part in base[name]:
            members = [c for c in mine if getattr(c.score, key) == part[key]]
            assert part["customers"] == len(members)
            assert Decimal(part["value"]) == pytest.approx(
                sum(value(c) for c in members), abs=Decimal("0.01")
            )
        assert sum(part["customers"] for part in base[name]) == len(mine)
    shares = {f["name"]: f["share"] for f in base["completeness"]["fields"]}
    assert shares["city"] == 1
    assert shares["email"] == 0
    assert shares["phone"] == pytest.approx(sum(c.phone != "" for c in mine) / len(mine), abs=1e-4)
    items = AttentionItem.objects.filter(customer__in=mine, state="open").count()
    assert base["attention"] == {"count": items, "at_least": False}


@pytest.mark.parametrize("who", ["manager", "outsider"])
def test_pareto_is_the_librarys_over_the_visible(scored: Cast, who: str) -> None:
    user = getattr(scored, who)
    revenue = [float(c.score.revenue_12m or 0) for c in visible(scored, user)]
    told = pareto_share(ibis.memtable(pa.table({"v": revenue})), value="v")
    assert told is not None
    base = Caller(user).get("/insight/base")
    assert base["pareto"]["customers"] == told.customers
    assert base["pareto"]["share"] == pytest.approx(told.customer_share, abs=1e-4)


def test_a_hand_over_shows_at_once(scored: Cast) -> None:
    caller = Caller(scored.outsider)
    before = caller.get("/insight/base")["customers"]
    Customer.objects.filter(owner=scored.owner).update(owner=scored.outsider)
    assert caller.get("/insight/base")["customers"] == before + 15
    Customer.objects.filter(owner=scored.outsider).update(deleted_at=timezone.now())
    assert caller.get("/insight/base")["customers"] == 15


def test_before_the_first_run_there_is_a_base_already(firm: Cast) -> None:
    simulate([customer()])
    base = Caller(firm.owner).get("/insight/base")
    assert (base["customers"], base["run"], base["pareto"], base["stages"]) == (1, None, None, [])
    assert base["orders"] >= 1
    assert Caller(firm.owner).get("/insight/runs/latest") is None


def test_the_run_says_as_of_when_and_why(scored: Cast) -> None:
    run = Caller(scored.reader).get("/insight/runs/latest")
    assert (run["as_of"], run["as_of_reason"], run["customers"]) == ("2026-03-31", "today", 60)
    assert Caller(scored.reader).get("/insight/base")["run"] == run


def test_hidden_fields_stay_hidden(scored: Cast) -> None:
    role = Role.objects.create(
        name="blind",
        grants={
            "areas": {"*": {"read": "all"}},
            "fields": {"customer.stage": "hidden", "customer.email": "hidden"},
        },
    )
    caller = Caller(User.objects.create(username="blind", full_name="Blind", role=role))
    base = caller.get("/insight/base")
    assert base["stages"] == []
    assert base["rfm_classes"]
    assert "email" not in {f["name"] for f in base["completeness"]["fields"]}
    pk = CustomerScore.objects.values_list("pk", flat=True)[0]
    scores = caller.get(f"/customers/{pk}/scores")
    assert "stage" not in scores["current"]
    assert all("stage" not in entry for entry in scores["history"])


class TestCustomerScores:
    def test_show_figures_reasons_and_history(self, scored: Cast) -> None:
        one = Customer.objects.filter(owner=scored.owner)[0]
        scores = Caller(scored.owner).get(f"/customers/{one.pk}/scores")
        assert scores["as_of"] == "2026-03-31"
        assert scores["current"]["stage"] == one.score.stage
        assert scores["current"]["monetary"] == str(one.score.monetary)
        assert scores["reasons"]
        assert [entry["as_of"] for entry in scores["history"]] == ["2026-03-31"]

    def test_of_a_customer_out_of_sight_are_not_found(self, scored: Cast) -> None:
        one = Customer.objects.filter(owner=scored.owner)[0]
        assert (
            Caller(scored.outsider).get(f"/customers/{one.pk}/scores", 404)["code"] == "not_found"
        )

    def test_of_a_newcomer_are_not_there_yet(self, scored: Cast) -> None:
        newcomer = customer("Newcomer", owner=scored.owner)
        scores = Caller(scored.owner).get(f"/customers/{newcomer.pk}/scores")
        assert scores == {
            "as_of": None,
            "currency": "CNY",
            "current": None,
            "reasons": [],
            "records": {},
            "history": [],
        }


class TestScoreFields:
    """Scores are ordinary fields of the customer list."""

    def test_are_described_with_labels_and_choices(self, scored: Cast) -> None:
        objects = Caller(scored.owner).get("/meta")["objects"]
        fields = {f["name"]: f for o in objects if o["name"] == "customer" for f in o["fields"]}
        assert fields["stage"]["label"] == "Lifecycle stage"
        assert [c["value"] for c in fields["stage"]["choices"]][:2] == ["potential", "development"]
        assert len(fields["rfm_class"]["choices"]) == 8
        assert fields["expected_value_12m"]["type"] == "money"
        assert fields["probability_alive"]["type"] == "score"
        assert all(fields[n]["read_only"] and fields[n]["sortable"] for n in ("stage", "monetary"))

    def test_sort_filter_and_group_the_list(self, scored: Cast) -> None:
        caller, mine = Caller(scored.owner), visible(scored, scored.owner)
        page = caller.get(
            "/customers", sort="-expected_value_12m", fields="name,expected_value_12m", limit=200
        )
        shown = [Decimal(item["expected_value_12m"]) for item in page["items"]]
        assert shown == sorted((value(c) for c in mine), reverse=True)
        condition = '{"field":"stage","op":"in","value":["termination"]}'
        gone = caller.get("/customers", filter=condition, fields="name,stage", limit=200)["items"]
        assert len(gone) == sum(c.score.stage == "termination" for c in mine)
        assert {item["stage"] for item in gone} <= {"termination"}
        groups = caller.get(
            "/customers/aggregate", group="stage", measures="count,sum:expected_value_12m"
        )["groups"]
        assert {g["key"]: g["count"] for g in groups} == {
            s: sum(c.score.stage == s for c in mine) for s in {c.score.stage for c in mine}
        }

    def test_keyset_pages_by_a_score_lose_nobody(self, scored: Cast) -> None:
        customer("Without a score", owner=scored.owner)
        caller, cursor, found = Caller(scored.owner), None, []
        while True:
            query: dict[str, Any] = {"sort": "-purchases", "limit": 7, "fields": "name"}
            page = caller.get("/customers", **query | ({"cursor": cursor} if cursor else {}))
            found += [item["name"] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert len(found) == len(set(found)) == len(visible_names(scored))
        assert found[-1] == "Without a score"

    def test_cannot_be_written(self, scored: Cast) -> None:
        one = Customer.objects.filter(owner=scored.owner)[0]
        response = Caller(scored.owner).client.patch(
            f"/api/v1/customers/{one.pk}", {"stage": "growth"}, content_type="application/json"
        )
        assert response.status_code == 422


def visible_names(firm: Cast) -> list[str]:
    owners = (firm.owner, firm.teammate, None)
    return [c.name for c in Customer.objects.select_related("owner") if c.owner in owners]


class TestStartingARun:
    def test_gives_a_job_and_the_same_while_it_waits(self, firm: Cast) -> None:
        caller = Caller(firm.owner)
        job = caller.post("/insight/runs", {}, 202)
        assert (job["kind"], job["state"]) == ("score", "queued")
        assert caller.post("/insight/runs", {}, 202)["id"] == job["id"]
        other = caller.post("/insight/runs", {"as_of": "2020-01-01"}, 202)
        assert other["id"] != job["id"]

    def test_is_refused_to_who_may_only_look(self, firm: Cast) -> None:
        assert Caller(firm.reader).post("/insight/runs", {}, 403)["code"] == "not_allowed"
        assert not ScoreRun.objects.exists()

    def test_is_refused_for_a_day_to_come(self, firm: Cast) -> None:
        problem = Caller(firm.owner).post("/insight/runs", {"as_of": "2099-01-01"}, 422)
        assert problem["errors"][0]["field"] == "as_of"
