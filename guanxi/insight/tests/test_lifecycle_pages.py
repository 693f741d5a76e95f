"""Moves between stages and cohorts are those of a naive count, and each opens its customers."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from guanxi.customers.models import Customer
from guanxi.insight import scoring
from guanxi.insight.as_of import months_before
from guanxi.insight.models import ScoreSnapshot
from guanxi.insight.value import following
from guanxi.platform.access.models import Role
from guanxi.platform.workspaces.services import books_today
from guanxi.sales.models import Order

from .firm import TODAY, Caller, Cast, buy, customer, simulate
from .test_base import visible

pytestmark = pytest.mark.django_db
OWNERS = ("owner", "teammate", "outsider", None)


def owner_of(firm: Cast, n: int) -> Any:
    name = OWNERS[n % 4]
    return name and getattr(firm, name)


class TestMoves:
    @pytest.fixture
    def moved(self, firm: Cast) -> Cast:
        simulate(customer(f"C{n:02}", owner=owner_of(firm, n)) for n in range(48))
        customer("Nobody", owner=firm.owner)  # never bought
        scoring.run(today=TODAY, look_back=3)
        return firm

    @pytest.mark.parametrize("who", ["manager", "owner", "outsider"])
    def test_are_those_of_the_history(self, moved: Cast, who: str) -> None:
        caller = Caller(getattr(moved, who))
        told = caller.get("/insight/stages")
        assert (told["since"], told["as_of"]) == ("2026-02-28", "2026-03-31")
        expected: Counter[tuple[str, str]] = Counter()
        for one in visible(moved, getattr(moved, who)):
            entries = ScoreSnapshot.objects.filter(customer=one, as_of__lte="2026-02-28")
            before = entries.order_by("-as_of").values_list("stage", flat=True).first()
            expected[before or "none", one.score.stage] += 1
        assert {(m["before"], m["now"]): m["customers"] for m in told["moves"]} == expected
        assert any(before not in (now, "none") for before, now in expected)
        for move in told["moves"]:
            asked = json.dumps(move["filter"])
            assert caller.get("/customers/count", filter=asked)["count"] == move["customers"]

    def test_before_the_first_scores_there_are_none(self, firm: Cast) -> None:
        told = Caller(firm.manager).get("/insight/stages")
        assert (told["as_of"], told["moves"]) == (None, [])
        assert [stage["name"] for stage in told["stages"]][:2] == ["potential", "development"]

    def test_are_not_for_whom_the_stage_is_hidden(self, moved: Cast) -> None:
        role = Role.objects.get(name="account_manager")
        role.grants["fields"] = {"customer.stage": "hidden"}
        role.save()
        caller = Caller(moved.owner)
        caller.get("/insight/stages", 403)
        caller.get("/customers", 422, filter=json.dumps({"stage_moved": "2026-02-28.none.growth"}))

    @pytest.mark.parametrize("named", [1, "2026-02-30.growth.growth", "2026-02-28.growth.none", ""])
    def test_what_is_no_move_is_refused(self, moved: Cast, named: Any) -> None:
        asked = json.dumps({"stage_moved": named})
        Caller(moved.manager).get("/customers", 422, filter=asked)


class TestCohorts:
    @pytest.fixture
    def bought(self, firm: Cast) -> Cast:
        random = Random(3)
        for n in range(30):
            buyer = customer(f"C{n:02}", owner=owner_of(firm, n))
            for _time in range(random.randrange(5)):
                day = months_before(books_today().replace(day=1), random.randrange(9))
                buy(buyer, day, str(random.randrange(1, 500)))
        following.follow_changes()
        return firm

    @pytest.mark.parametrize("who", ["manager", "outsider"])
    def test_are_those_of_a_naive_count(self, bought: Cast, who: str) -> None:
        caller = Caller(getattr(bought, who))
        told = caller.get("/insight/cohorts", months=6)["cohorts"]
        months: dict[dt.date, list[Customer]] = {}
        for one in visible(bought, getattr(bought, who)):
            days = [o.ordered_on for o in Order.objects.filter(customer=one)]
            if days and min(days) >= months_before(books_today().replace(day=1), 5):
                months.setdefault(min(days).replace(day=1), []).append(one)
        assert [c["month"] for c in told] == [m.isoformat() for m in sorted(months, reverse=True)]
        for cohort in told:
            members = months[dt.date.fromisoformat(cohort["month"])]
            assert cohort["customers"] == len(members)
            for age, cell in enumerate(cohort["ages"]):
                month = months_before(dt.date.fromisoformat(cohort["month"]), -age)
                orders = Order.objects.filter(customer__in=members)
                then = orders.filter(ordered_on__gte=month, ordered_on__lt=months_before(month, -1))
                assert cell["bought"] == then.values("customer").distinct().count()
                so_far = orders.filter(ordered_on__lt=months_before(month, -1))
                total = sum((o.reporting_total for o in so_far), Decimal(0))
                assert Decimal(cell["revenue"]) == total
                asked = json.dumps({"cohort": f"{cohort['name']}.{age}"})
                found = caller.get("/customers/count", filter=asked)["count"]
                assert found == cell["bought"]
            assert len(cohort["ages"]) <= 6
        assert sum(cell["bought"] for c in told for cell in c["ages"][1:])

    def test_are_not_for_whom_orders_are_hidden(self, bought: Cast) -> None:
        role = Role.objects.get(name="account_manager")
        role.grants["areas"] = {"customers": {"read": "team"}}
        role.save()
        caller = Caller(bought.owner)
        caller.get("/insight/cohorts", 403)
        caller.get("/customers", 422, filter=json.dumps({"cohort": "2026-01.0"}))

    @pytest.mark.parametrize("named", [None, "2026-13.0", "2026-01", "2026-01.-1"])
    def test_what_is_no_cohort_is_refused(self, bought: Cast, named: Any) -> None:
        asked = json.dumps({"cohort": named})
        Caller(bought.manager).get("/customers", 422, filter=asked)
