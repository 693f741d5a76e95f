"""A reason opens exactly the orders that its numbers were counted from."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal

import pytest

from guanxi.insight import evidence, scoring
from guanxi.insight.models import CustomerScore
from guanxi.platform.filters.clock import clock_of
from guanxi.platform.filters.compiler import compile_filter
from guanxi.platform.objects.registry import object_type
from guanxi.sales.models import Order

from .firm import TODAY, Caller, Cast, asker, buy, customer, simulate

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def scored(firm: Cast) -> Cast:
    """Customers of every stage; some bought twice on a day, sent back, or cancelled."""
    buyers = [customer(f"C{i:03}") for i in range(150)]
    simulate(buyers, seed=3)
    for buyer in buyers[::3]:
        last = buyer.orders.order_by("-ordered_on").first()
        if last is not None:
            buy(buyer, last.ordered_on, 20)
            buy(buyer, last.ordered_on, -last.total)
            buy(buyer, last.ordered_on, 999, status="cancelled")
    back = customer("Back again")
    for ago in (700, 690, 680, 670, 3):
        buy(back, TODAY - ago * DAY, 100)
    for buyer, paces in ((customer("Rising"), (40, 8)), (customer("Falling"), (8, 40))):
        for pace, ago in ((paces[0], 401), (paces[1], 200)):
            for step in range(0, 200, pace):
                buy(buyer, TODAY - (ago - step) * DAY, 100)
    scoring.run(today=TODAY, look_back=0)
    return firm


def opened(firm: Cast, orders: evidence.Orders, score: CustomerScore) -> list[Order]:
    """What the list of orders shows for the filter."""
    them = asker(firm.manager)
    tree = orders.filter_for([score.pk])
    return list(
        Order.objects.filter(
            compile_filter(them, object_type("order"), tree, clock_of(them)), deleted_at=None
        )
    )


def days(orders: list[Order]) -> int:
    return len({order.ordered_on for order in orders})


def total(orders: list[Order]) -> Decimal:
    return sum((order.total for order in orders), Decimal(0))


def test_every_reason_opens_what_it_speaks_of(scored: Cast) -> None:
    seen: Counter[str] = Counter()
    for score in CustomerScore.objects.all():
        for n in score.reasons:
            found = [opened(scored, o, score) for o in evidence.of_reason(n, TODAY)]
            seen[n["code"]] += 1
            match n["code"]:
                case "rising" | "falling":
                    recent, earlier = found
                    assert days(recent) == n["recent_purchases"]
                    assert days(earlier) == n["earlier_purchases"]
                    assert float(total(recent)) == pytest.approx(n["recent_amount"], abs=0.01)
                    assert float(total(earlier)) == pytest.approx(n["earlier_amount"], abs=0.01)
                case "came_back":
                    bought_on = sorted({order.ordered_on for order in found[0]})
                    assert (bought_on[1] - bought_on[0]).days == n["absence_days"]
                    assert (TODAY - bought_on[-1]).days == n["days_since_last"]
                    assert len(bought_on) == 2
                case "many_returns":
                    assert -float(total(found[0])) == pytest.approx(n["returned_amount"], abs=0.01)
                case "no_purchase" | "stage_held":
                    assert found == []
                case _:
                    assert days(found[0]) == n.get("purchases", score.purchases)
    assert set(seen) >= {"rising", "falling", "came_back", "many_returns", "few_purchases", "late"}


def test_every_figure_opens_what_it_is_made_of(scored: Cast) -> None:
    for score in CustomerScore.objects.filter(purchases__gt=0):
        found = {
            name: opened(scored, orders, score)
            for name, orders in evidence.of_fields(score, TODAY).items()
        }
        assert days(found["purchases"]) == score.purchases
        assert total(found["monetary"]) == pytest.approx(score.monetary, abs=Decimal("0.01"))
        assert total(found["revenue_12m"]) == pytest.approx(score.revenue_12m, abs=Decimal("0.01"))
        assert days(found["last_purchase_on"]) == days(found["first_purchase_on"]) == 1
        assert found["recency_days"] == found["last_purchase_on"]


def test_nothing_is_opened_where_the_list_could_not_be_filtered(scored: Cast) -> None:
    one = CustomerScore.objects.filter(purchases__gt=0)[0]
    role = scored.reader.role
    shown = Caller(scored.reader).get(f"/customers/{one.pk}/scores")
    assert shown["records"]["purchases"]["count"] >= 1
    role.grants = {**role.grants, "fields": {"order.total": "hidden"}}
    role.save(update_fields=["grants"])
    hidden = Caller(scored.reader).get(f"/customers/{one.pk}/scores")
    assert hidden["records"] == {}
    assert [r["text"] for r in hidden["reasons"]] == [r["text"] for r in shown["reasons"]]
    assert all(r["records"] == [] for r in hidden["reasons"])
