"""Who calls for attention, who may see it, and what came of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from django.utils.translation import override

from guanxi.customers.models import Customer
from guanxi.insight import attention_rules, reasons
from guanxi.insight.models import AttentionItem, CustomerScore
from guanxi.interactions.models import Interaction, Task
from guanxi.platform.access.models import User
from guanxi.platform.workspaces.services import books_today

from .firm import TODAY, Caller, Cast, customer

DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


def score(owner: User | None = None, name: str = "Customer", **values: Any) -> CustomerScore:
    """A steady customer: 10 purchases of 100, every 30 days, the last 10 days ago."""
    steady = {
        "stage": "maturity",
        "purchases": 10,
        "monetary": 1000,
        "rfm_m": 3,
        "first_purchase_on": TODAY - 300 * DAY,
        "last_purchase_on": TODAY - 10 * DAY,
        "recency_days": 10,
        "expected_gap_days": 30.0,
        "late_probability": 0.3,
        "probability_alive": 0.9,
        "expected_purchases_12m": 10.0,
        "expected_spend": 100,
        "expected_value_12m": 950,
        "snapshot_on": TODAY,
    }
    made: CustomerScore = CustomerScore.objects.create(
        customer=customer(name, owner=owner), **{**steady, **values}
    )
    return made


LATE = {"late_probability": 0.95, "probability_alive": 0.7, "recency_days": 90}
AT_RISK = {"rfm_m": 5, "probability_alive": 0.4, "recency_days": 120}
GONE = {"stage": "termination", "probability_alive": 0.05, "recency_days": 200}
NEW = {
    "stage": "development",
    "purchases": 1,
    "monetary": 500,
    "first_purchase_on": TODAY - 20 * DAY,
    "expected_spend": 500,
}


def refresh(before: dict[Any, str] | None = None, day: dt.date = TODAY) -> None:
    """Apply the rules as a run does; `before` gives the stages customers were in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "create temp table insight_previous as select customer_id, stage, rfm_class,"
            " abc_class, snapshot_on from insight_customerscore"
        )
        for pk, stage in (before or {}).items():
            cursor.execute(
                "update insight_previous set stage = %s where customer_id = %s", [stage, pk]
            )
        attention_rules.refresh_items(cursor.cursor, as_of=day, today=books_today())
        cursor.execute("drop table insight_previous")


def kinds(score: CustomerScore) -> list[str]:
    found = AttentionItem.objects.filter(customer=score.pk, state="open")
    return list(found.values_list("kind", flat=True))


def only_item(**where: Any) -> AttentionItem:
    return AttentionItem.objects.get(**where)


class TestRules:
    def test_pick_one_kind_a_customer(self, firm: Cast) -> None:
        steady, late = score(), score(**LATE)
        at_risk, late_at_risk = score(**AT_RISK), score(**AT_RISK, late_probability=0.99)
        fell, gone = score(**GONE), score(**GONE)
        refresh({fell.pk: "maturity"})
        assert kinds(steady) == kinds(gone) == []
        assert kinds(late) == ["late"]
        assert kinds(at_risk) == kinds(late_at_risk) == ["value_at_risk"]
        assert kinds(fell) == ["stage_fell"]

    def test_new_and_promising_are_the_best_of_those_in_development(self, firm: Cast) -> None:
        plain = [score(**{**NEW, "expected_purchases_12m": 0.1 + i / 100}) for i in range(10)]
        best = score(**{**NEW, "expected_purchases_12m": 9.0})
        long_known = {"first_purchase_on": TODAY - 200 * DAY, "expected_purchases_12m": 9.0}
        old = score(**{**NEW, **long_known})
        refresh()
        assert kinds(best) == ["new_promising"]
        assert kinds(old) == []
        assert all(kinds(p) == [] for p in plain)
        assert only_item().stake == Decimal(500)  # nine of them, but 500 is all there ever was

    def test_stake_is_risk_times_the_usual_year_at_most_all_there_ever_was(
        self, firm: Cast
    ) -> None:
        known, short = score(**LATE, monetary=5000), score(**LATE)
        refresh()
        assert only_item(customer=known.pk).stake == pytest.approx(
            Decimal(0.3 * 100 * 365 / 30), abs=Decimal("0.01")
        )
        assert only_item(customer=short.pk).stake == Decimal("300.00")

    def test_without_a_model_silence_is_the_risk(self, firm: Cast) -> None:
        silent = score(**{**LATE, "probability_alive": None})
        refresh()
        assert only_item(customer=silent.pk).stake == Decimal("950.00")

    def test_less_than_a_mean_purchase_is_nobodys_work(self, firm: Cast) -> None:
        score()
        small = score(**{**LATE, "expected_spend": 1, "monetary": 10})
        refresh()
        assert kinds(small) == []

    def test_what_is_no_longer_true_is_superseded(self, firm: Cast) -> None:
        late = score(**LATE)
        refresh()
        CustomerScore.objects.filter(pk=late.pk).update(late_probability=0.1)
        refresh()
        assert only_item().state == "superseded"
        CustomerScore.objects.filter(pk=late.pk).update(late_probability=0.95)
        refresh()
        assert kinds(late) == ["late"]

    def test_a_fall_is_shown_for_sixty_days_with_what_it_fell_from(self, firm: Cast) -> None:
        fell = score(**GONE)
        refresh({fell.pk: "maturity"})
        refresh(day=TODAY + 30 * DAY)
        item = only_item()
        assert (item.state, item.as_of) == ("open", TODAY)
        assert item.facts["stage_before"] == "maturity"
        refresh(day=TODAY + 61 * DAY)
        assert only_item().state == "superseded"

    @pytest.mark.parametrize(("state", "days"), [("done", 30), ("dismissed", 90)])
    def test_a_decision_brings_quiet_for_a_time(self, firm: Cast, state: str, days: int) -> None:
        late = score(**LATE)
        refresh()
        reason = "known" if state == "dismissed" else ""
        decided = timezone.now() - (days - 2) * DAY
        AttentionItem.objects.update(state=state, decided_at=decided, dismiss_reason=reason)
        refresh()
        assert kinds(late) == []
        AttentionItem.objects.update(decided_at=decided - 3 * DAY)
        refresh()
        assert kinds(late) == ["late"]

    def test_what_gets_worse_breaks_the_quiet(self, firm: Cast) -> None:
        late = score(**LATE)
        refresh()
        AttentionItem.objects.update(
            state="dismissed", decided_at=timezone.now(), dismiss_reason="known"
        )
        CustomerScore.objects.filter(pk=late.pk).update(probability_alive=0.5, rfm_m=5)
        refresh()
        assert kinds(late) == ["value_at_risk"]  # from 300 to 500: more than half as much again

    def test_another_kind_of_risk_is_quiet_too(self, firm: Cast) -> None:
        late = score(**LATE)
        refresh()
        AttentionItem.objects.update(state="done", decided_at=timezone.now())
        CustomerScore.objects.filter(pk=late.pk).update(probability_alive=0.59, rfm_m=5)
        refresh()
        assert kinds(late) == []


class TestList:
    def test_shows_what_is_most_at_stake_first_with_words(self, firm: Cast) -> None:
        score(firm.owner, "张伟", **AT_RISK)
        score(firm.owner, "Li Na", **LATE)
        refresh()
        page = Caller(firm.owner).get("/insight/attention")
        assert [item["customer"]["label"] for item in page["items"]] == ["张伟", "Li Na"]
        item = page["items"][0]
        assert item["stake"] == {"amount": "600.00", "currency": "CNY"}
        assert item["kind"] == "value_at_risk"
        assert item["why"] == (
            "Bought for CN¥1,000 in all, but is active with a probability of only 40%: no purchase"
            " for 120 days, where about every 30 days was usual."
        )
        assert item["suggestion"] == {"kind": "call", "title": "Call 张伟 before they are gone"}
        assert item["can"] == ["do", "snooze", "dismiss"]
        assert item["owner"]["label"] == "Owner"
        assert (page["total"], page["next"]) == (2, None)

    def test_only_of_visible_customers(self, firm: Cast) -> None:
        for owner in (firm.owner, firm.teammate, firm.outsider, None):
            score(owner, owner.username if owner else "nobody", **LATE)
        refresh()

        def seen(user: User, **query: Any) -> set[str]:
            page = Caller(user).get("/insight/attention", **query)
            assert page["total"] == len(page["items"])
            return {item["customer"]["label"] for item in page["items"]}

        assert seen(firm.manager) == {"owner", "teammate", "outsider", "nobody"}
        assert seen(firm.reader) == {"owner", "teammate", "outsider", "nobody"}
        assert seen(firm.owner) == {"owner", "teammate", "nobody"}
        assert seen(firm.outsider) == {"outsider", "nobody"}
        assert seen(firm.owner, mine=True) == {"owner"}
        assert seen(firm.manager, mine=True) == {"nobody"}
        Customer.objects.filter(name="owner").update(owner=firm.outsider)  # handed over
        assert seen(firm.owner) == {"teammate", "nobody"}
        assert seen(firm.outsider, mine=True) == {"owner", "outsider"}

    def test_pages_by_stake_without_loss_or_repeat(self, firm: Cast) -> None:
        for i in range(7):
            score(firm.owner, f"C{i}", **LATE, monetary=1000 + 100 * (i // 2))  # some are equal
        refresh()
        caller, cursor, found = Caller(firm.owner), None, []
        while True:
            query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            page = caller.get("/insight/attention", **query)
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                break
        stakes = [Decimal(item["stake"]["amount"]) for item in found]
        assert stakes == sorted(stakes, reverse=True)
        assert len({item["id"] for item in found}) == len(found) == 7
        assert caller.get("/insight/attention", status=422, cursor="bm8")["code"] == "bad_list"

    def test_says_what_the_asker_may_do(self, firm: Cast) -> None:
        for owner in (firm.owner, firm.teammate, None):
            score(owner, owner.username if owner else "nobody", **LATE)
        refresh()
        page = Caller(firm.owner).get("/insight/attention")
        may = {item["customer"]["label"]: item["can"] for item in page["items"]}
        assert may == {
            "owner": ["do", "snooze", "dismiss"],
            "teammate": ["do"],
            "nobody": ["do", "snooze", "dismiss"],
        }
        page = Caller(firm.manager).get("/insight/attention")
        assert {tuple(item["can"]) for item in page["items"]} == {("do", "snooze", "dismiss")}
        page = Caller(firm.reader).get("/insight/attention")
        assert {tuple(item["can"]) for item in page["items"]} == {()}


class TestDecisions:
    @pytest.fixture
    def item(self, firm: Cast) -> AttentionItem:
        score(firm.owner, "Li Na", **LATE)
        refresh()
        return only_item()

    def test_do_makes_the_suggested_task(self, firm: Cast, item: AttentionItem) -> None:
        answer = Caller(firm.owner).post(f"/insight/attention/{item.pk}/do", {"kind": "task"})
        task = Task.objects.get()
        assert answer["task"] == str(task.pk)
        assert (task.title, task.kind) == ("Call Li Na: is anything missing?", "call")
        assert (task.customer_id, task.owner) == (item.customer_id, firm.owner)
        assert task.due_on == books_today() + 2 * DAY
        assert "No purchase for 90 days" in task.description
        item.refresh_from_db()
        assert (item.state, item.decided_by, item.task) == ("done", firm.owner, task)

    def test_do_logs_a_call(self, firm: Cast, item: AttentionItem) -> None:
        body = {"kind": "call", "note": "Wants a new price list", "outcome": "reached"}
        answer = Caller(firm.owner).post(f"/insight/attention/{item.pk}/do", body)
        call = Interaction.objects.get()
        assert answer["interaction"] == str(call.pk)
        assert (call.channel, call.direction, call.outcome) == ("call", "out", "reached")
        assert (call.body, call.owner) == ("Wants a new price list", firm.owner)
        assert Caller(firm.owner).get("/insight/attention")["items"] == []

    def test_do_of_two_at_once_is_done_once(self, firm: Cast, item: AttentionItem) -> None:
        caller, path = Caller(firm.owner), f"/insight/attention/{item.pk}/do"
        caller.post(path, {"kind": "task"})
        assert caller.post(path, {"kind": "task"}, 409)["code"] == "attention_decided"
        assert Task.objects.count() == 1

    def test_snooze_hides_until_the_day(self, firm: Cast, item: AttentionItem) -> None:
        caller, until = Caller(firm.owner), books_today() + 7 * DAY
        caller.post(f"/insight/attention/{item.pk}/snooze", {"until": until.isoformat()})
        assert caller.get("/insight/attention")["total"] == 0
        refresh()
        assert caller.get("/insight/attention")["total"] == 0
        AttentionItem.objects.update(snoozed_until=books_today())
        assert caller.get("/insight/attention")["total"] == 1

    @pytest.mark.parametrize("days", [-1, 0, 400])
    def test_snooze_refuses_other_days(self, firm: Cast, item: AttentionItem, days: int) -> None:
        until = (books_today() + days * DAY).isoformat()
        path = f"/insight/attention/{item.pk}/snooze"
        problem = Caller(firm.owner).post(path, {"until": until}, 422)
        assert problem["errors"][0]["field"] == "until"

    def test_dismiss_needs_a_known_reason(self, firm: Cast, item: AttentionItem) -> None:
        caller, path = Caller(firm.owner), f"/insight/attention/{item.pk}/dismiss"
        assert caller.post(path, {"reason": "dull"}, 422)["errors"][0]["field"] == "reason"
        caller.post(path, {"reason": "not_worth", "note": "Moved away"})
        item.refresh_from_db()
        assert (item.state, item.dismiss_reason, item.note) == (
            "dismissed",
            "not_worth",
            "Moved away",
        )

    @pytest.mark.parametrize(
        ("verb", "body"),
        [
            ("do", {"kind": "task"}),
            ("do", {"kind": "call"}),
            ("snooze", {"until": "2099-01-01"}),
            ("dismiss", {"reason": "known"}),
            ("reopen", {}),
        ],
    )
    def test_refused_to_who_may_only_look_and_hidden_from_who_may_not(
        self, firm: Cast, item: AttentionItem, verb: str, body: dict[str, str]
    ) -> None:
        path = f"/insight/attention/{item.pk}/{verb}"
        assert Caller(firm.reader).post(path, body, 403)["code"] == "not_allowed"
        assert Caller(firm.outsider).post(path, body, 404)["code"] == "not_found"
        item.refresh_from_db()
        assert (item.state, item.snoozed_until) == ("open", None)
        assert not Task.objects.exists()
        assert not Interaction.objects.exists()

    @pytest.mark.parametrize("verb", ["snooze", "dismiss"])
    def test_reopen_takes_a_decision_back(self, firm: Cast, item: AttentionItem, verb: str) -> None:
        body = {
            "snooze": {"until": (books_today() + 7 * DAY).isoformat()},
            "dismiss": {"reason": "other", "note": "Moved away"},
        }[verb]
        caller, path = Caller(firm.owner), f"/insight/attention/{item.pk}"
        before = AttentionItem.objects.values().get()
        caller.post(f"{path}/{verb}", body)
        assert caller.get("/insight/attention")["total"] == 0
        Caller(firm.teammate).post(f"{path}/reopen", {}, 403)
        caller.post(f"{path}/reopen", {})
        assert caller.get("/insight/attention")["total"] == 1
        assert AttentionItem.objects.values().get() == before

    def test_reopen_leaves_alone_what_is_done_or_found_anew(
        self, firm: Cast, item: AttentionItem
    ) -> None:
        caller, path = Caller(firm.owner), f"/insight/attention/{item.pk}"
        caller.post(f"{path}/dismiss", {"reason": "known"})
        AttentionItem.objects.update(decided_at=timezone.now() - 100 * DAY)
        refresh()  # the quiet is over
        assert caller.post(f"{path}/reopen", {}, 409)["code"] == "attention_decided"
        newer = AttentionItem.objects.get(state="open")
        caller.post(f"/insight/attention/{newer.pk}/do", {"kind": "task"})
        done = f"/insight/attention/{newer.pk}/reopen"
        assert caller.post(done, {}, 409)["code"] == "attention_decided"

    def test_a_teammate_may_act_but_not_decide(self, firm: Cast, item: AttentionItem) -> None:
        caller, path = Caller(firm.teammate), f"/insight/attention/{item.pk}"
        caller.post(f"{path}/dismiss", {"reason": "known"}, 403)
        caller.post(f"{path}/do", {"kind": "task"})
        assert Task.objects.get().owner == firm.teammate


FACTS = {
    "stage": "termination",
    "stage_before": "maturity",
    "purchases": 2,
    "monetary": 12345.6,
    "recency_days": 90,
    "expected_gap_days": 30.4,
    "probability_alive": 0.004,
    "first_purchase_on": "2026-03-01",
    "expected_value_12m": 99.5,
}


@pytest.mark.parametrize("kind", AttentionItem.Kind.values)
@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_every_kind_has_words(kind: str, language: str) -> None:
    with override(language):
        why = reasons.why(kind, FACTS, "CNY")
        assert "%(" not in why
        assert len(why) > 15
        advice = reasons.suggestion(kind, "长" * 200)
        assert len(advice["title"]) <= 200


def test_words_do_without_numbers_that_are_not_known() -> None:
    assert reasons.why("late", {}, "CNY") == "late for their own rhythm"
    assert reasons.in_words([{"code": "late"}, {"code": "from the future"}], "CNY") == []
