"""The equity statement balances, is that of the library, and every line opens its customers."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from guanxi.analytics.value import equity_statement
from guanxi.customers.models import Customer
from guanxi.insight.as_of import months_before
from guanxi.insight.value import following
from guanxi.insight.value.models import ValueMonth
from guanxi.platform.access.models import Role, User

from .firm import Caller, Cast, buy, customer
from .test_base import visible
from .test_value import touch

pytestmark = pytest.mark.django_db
UNTIL = dt.date(2026, 2, 1)
LINES = ("acquired", "returned", "grown", "shrunk", "lost")


@pytest.fixture
def moving(firm: Cast) -> Cast:
    """Forty customers who buy in some of the last forty months, and some who are no asset."""
    random = Random(4)
    owners = [firm.owner, firm.teammate, firm.outsider, None]
    for n in range(40):
        category = "internal" if n % 13 == 0 else "consumer"
        buyer = customer(f"C{n:02}", owner=owners[n % 4], category=category)
        for _time in range(random.randrange(5)):
            day = months_before(UNTIL, random.randrange(-1, 38)) + dt.timedelta(days=9)
            buy(buyer, day, str(random.randrange(-200, 900)), cost=random.choice([None, "50"]))
        touch(buyer, "call", dt.datetime(2026, 1, 5, tzinfo=dt.UTC))
    # One of each line at least: so much in months so far back.
    for n, bought in enumerate(([(2, 90)], [(30, 90), (2, 90)], [(14, 50), (2, 90)],
                                [(14, 90), (2, 50)], [(14, 90)])):  # fmt: skip
        buyer = customer(f"L{n}", owner=firm.owner)
        for back, amount in bought:
            buy(buyer, months_before(UNTIL, back), str(amount), cost="5")
    following.follow_changes()
    return firm


def of_library(customers: list[Customer], measure: str) -> dict[str, Any]:
    """The statement of the same months by the library, which knows nothing of the database."""
    opening = months_before(UNTIL, 12)

    def snapshot(until: dt.date) -> pa.Table:
        since, rows = months_before(until, 12), []
        for one in customers:
            months = [*ValueMonth.objects.filter(customer=one, month__lte=until)]
            worth = sum(
                (getattr(m, measure) or Decimal(0) for m in months if m.month > since), Decimal(0)
            )
            if months:
                rows.append((str(one.pk), worth.quantize(Decimal("0.0001")), one.category))
        kinds = pa.string(), pa.decimal128(30, 4), pa.string()
        columns = zip(*rows, strict=True)
        return pa.table(
            [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)],
            names=["customer_id", "value", "category"],
        )

    return equity_statement(snapshot(opening), snapshot(UNTIL), category="category").total


@pytest.mark.parametrize("measure", ["revenue", "margin"])
@pytest.mark.parametrize("who", ["manager", "owner"])
def test_is_that_of_the_library_over_the_visible(moving: Cast, who: str, measure: str) -> None:
    user: User = getattr(moving, who)
    told = Caller(user).get("/insight/equity", measure=measure, until="2026-02")
    expected = of_library(visible(moving, user), measure)
    # There the returned are among the acquired.
    expected["acquired"] -= expected["returned"]
    expected["acquired_customers"] -= expected["returned_customers"]
    for name in ("opening", *LINES, "closing"):
        assert Decimal(told[name]["amount"]) == expected[name], name
        assert told[name]["customers"] == expected[f"{name}_customers"], name
    assert all(told[name]["customers"] for name in LINES)
    worth = {name: Decimal(told[name]["amount"]) for name in ("opening", *LINES, "closing")}
    gained = worth["acquired"] + worth["returned"] + worth["grown"]
    assert worth["closing"] == worth["opening"] + gained - worth["shrunk"] - worth["lost"]


@pytest.mark.parametrize("measure", ["revenue", "contribution"])
@pytest.mark.parametrize("who", ["manager", "owner"])
def test_each_line_opens_its_customers(moving: Cast, who: str, measure: str) -> None:
    caller = Caller(getattr(moving, who))
    told = caller.get("/insight/equity", measure=measure, until="2026-02")
    for name in ("opening", *LINES, "closing"):
        found = caller.get("/customers/count", filter=json.dumps(told[name]["filter"]))
        assert found["count"] == told[name]["customers"], name


def test_a_role_without_costs_has_revenue_alone(moving: Cast) -> None:
    role = Role.objects.get(name="account_manager")
    role.grants["fields"] = {"order_line.cost": "hidden"}
    role.save()
    caller = Caller(moving.owner)
    assert caller.get("/insight/equity")["measures"] == ["revenue"]
    caller.get("/insight/equity", 403, measure="margin")
    by_cost = json.dumps({"movement": "2026-02.margin.grown"})
    assert "movement" in caller.get("/customers", 422, filter=by_cost)["detail"]


@pytest.mark.parametrize("named", [7, "", "2026-13.revenue.grown", "2026-02.cost.grown", "x.y.z"])
def test_what_is_no_movement_is_refused(moving: Cast, named: Any) -> None:
    Caller(moving.manager).get("/customers", 422, filter=json.dumps({"movement": named}))


def test_until_now_is_the_last_complete_month(moving: Cast) -> None:
    from guanxi.platform.workspaces.services import books_today

    told = Caller(moving.manager).get("/insight/equity")["until"]
    assert dt.date.fromisoformat(told) == months_before(books_today().replace(day=1), 1)
    Caller(moving.manager).get("/insight/equity", 422, until="2026-1")
