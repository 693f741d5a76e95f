"""Filters through links and over days around today, mixed, against the same said in Python."""

import datetime as dt
import json
import time
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.customers.models import Customer
from guanxi.interactions.models import Task
from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.filters.compiler import Clock, compile_filter
from guanxi.platform.objects.registry import object_type
from guanxi.sales.models import Order
from tests.cast import NOON, Firm
from tests.oracle import Oracle

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
CLOCK = Clock(NOON, SHANGHAI, week_start=1)
TODAY = dt.date(2024, 5, 15)
Says = Callable[[Customer], bool]


@pytest.fixture(scope="module")
def crowd(firm: Firm) -> Firm:
    """Customers of everybody and nobody, with tasks and orders at midnights around today."""
    owners = [None, "owner", "teammate", "outsider", "manager"]
    for number in range(30):
        owner = owners[number % 5]
        customer = Customer(kind="person", name=f"C{number}", owner=owner and firm[owner])
        customer.save(force_insert=True)
        firm.records["customer"][str(customer.pk)] = customer
        if number % 3:
            due = TODAY + dt.timedelta(days=number - 15)
            by = firm[owners[(number // 5) % 4 + 1]]
            task = Task(title="x", customer=customer, owner=by, due_on=due)
            task.save(force_insert=True)
        if number % 4:
            midnight = dt.datetime.combine(
                TODAY + dt.timedelta(days=15 - number), dt.time(), SHANGHAI
            )
            at = midnight - dt.timedelta(microseconds=number % 2)
            Order(
                customer=customer, number=f"L{number}", ordered_at=at, currency="CNY",
                ordered_on=at.astimezone(SHANGHAI).date(),
            ).save(force_insert=True)  # fmt: skip
    return firm


def atoms(firm: Firm, who: str) -> list[tuple[dict[str, Any], Says]]:
    """Conditions of the filter language, each beside what it says."""
    oracle = Oracle(firm)
    north = str(firm["owner"].team_id)
    tasks = [t for t in Task.objects.all() if oracle.may(who, "read", "task", t)]
    orders = [o for o in Order.objects.all() if oracle.may(who, "read", "order", o)]

    def of_team(person: Any) -> bool:
        return person is not None and str(person.team_id) == north

    def due(first: int, last: int) -> Says:
        days = [TODAY + dt.timedelta(n) for n in range(first, last + 1)]
        return lambda c: any(t.customer_id == c.pk and t.due_on in days for t in tasks)

    def ordered(first: int, last: int) -> Says:
        days = [TODAY + dt.timedelta(n) for n in range(first, last + 1)]
        return lambda c: any(
            o.customer_id == c.pk and o.ordered_at.astimezone(SHANGHAI).date() in days
            for o in orders
        )

    def period(field: str, **value: int) -> dict[str, Any]:
        return {"field": field, "op": "in_period", "value": value}

    in_north = {"field": "owner.team", "op": "in", "value": [north]}
    return [
        (in_north, lambda c: of_team(c.owner)),
        ({"has": "tasks", "where": period("due_on", last_days=7)}, due(-6, 0)),
        ({"has": "tasks", "where": period("due_on", next_days=3)}, due(0, 2)),
        ({"has_no": "tasks", "where": period("due_on", next_days=10)}, lambda c: not due(0, 9)(c)),
        ({"has": "orders", "where": period("ordered_at", last_days=1)}, ordered(0, 0)),
        ({"has": "orders", "where": period("ordered_at", last_days=14)}, ordered(-13, 0)),
        (
            {"has": "tasks", "where": {"and": [in_north, period("due_on", last_days=30)]}},
            lambda c: any(
                t.customer_id == c.pk and of_team(t.owner)
                and t.due_on is not None and TODAY - dt.timedelta(30) < t.due_on <= TODAY
                for t in tasks
            ),
        ),
    ]  # fmt: skip


def mixed(parts: list[tuple[dict[str, Any], Says]]) -> st.SearchStrategy[Any]:
    """Trees over the conditions, each with what it says."""
    return st.recursive(
        st.sampled_from(parts),
        lambda inner: st.one_of(
            inner.map(lambda one: ({"not": one[0]}, lambda c: not one[1](c))),
            st.lists(inner, min_size=1, max_size=3).map(
                lambda some: (
                    {"and": [t for t, _ in some]},
                    lambda c: all(says(c) for _, says in some),
                )
            ),
            st.lists(inner, min_size=1, max_size=3).map(
                lambda some: (
                    {"or": [t for t, _ in some]},
                    lambda c: any(says(c) for _, says in some),
                )
            ),
        ),
        max_leaves=6,
    )


@pytest.mark.parametrize("who", ["administrator", "owner"])
def test_links_and_days_find_what_is_said(crowd: Firm, who: str) -> None:
    asker, oracle = Asker(crowd[who]), Oracle(crowd)
    everyone = [c for c in Customer.objects.select_related("owner") if c.deleted_at is None]
    seen = [c for c in everyone if oracle.may(who, "read", "customer", c)]
    parts = atoms(crowd, who)
    told = [{c.pk for c in seen if says(c)} for _tree, says in parts]
    assert all(0 < len(found) < len(seen) for found in told)  # each condition divides them

    @settings(max_examples=80, deadline=None, derandomize=True, database=None)
    @given(chosen=mixed(parts))
    def check(chosen: tuple[Any, Says]) -> None:
        tree, says = chosen
        condition = compile_filter(asker, object_type("customer"), tree, CLOCK)
        found = set(visible_to(asker, Customer).filter(condition).values_list("pk", flat=True))
        assert found == {c.pk for c in seen if says(c)}

    check()


@pytest.mark.parametrize(
    "value",
    [
        {"last_days": 0}, {"last_days": -1}, {"last_days": 10**9}, {"last_days": "x"},
        {"next_days": None}, {"last_days": 7, "next_days": 7}, {"last_days": 1.5}, {},
        {"last_days": True}, {"next_days": [7]},
    ],
)  # fmt: skip
def test_days_that_are_none_are_refused(firm: Firm, value: Any) -> None:
    tree = {"field": "due_on", "op": "in_period", "value": value}
    answer = firm.client("owner").get("/api/v1/tasks", {"filter": json.dumps(tree)})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_filter")


@pytest.mark.parametrize("levels", [5_000, 200_000])
@pytest.mark.parametrize(("before", "after"), [('{"not":', "}"), ('{"and":[', "]}"), ("[", "]")])
def test_nor_does_one_of_any_depth_keep_the_server_busy(
    firm: Firm, levels: int, before: str, after: str
) -> None:
    """What is deeper than any parser goes is refused by it, in no time."""
    client, inner = firm.client("owner"), '{"field": "name", "op": "not_empty"}'
    tree = before * levels + inner + after * levels
    began = time.process_time()
    for answer in (
        client.get("/api/v1/customers", {"filter": tree}),
        client.post(
            "/api/v1/customers/bulk",
            f'{{"filter": {tree}, "set": {{"city": "x"}}}}',
            "application/json",
        ),
    ):
        assert 400 <= answer.status_code < 500, answer.content[:500]
        assert answer.json()["detail"]
    assert time.process_time() - began < 2


@pytest.mark.parametrize("wrap", [
    lambda tree: {"not": tree},
    lambda tree: {"and": [tree]},
    lambda tree: {"or": [tree, tree]} if "field" in tree else {"or": [tree]},
])  # fmt: skip
def test_a_filter_fifty_levels_deep_is_refused_in_words(firm: Firm, wrap: Any) -> None:
    tree: Any = {"field": "name", "op": "not_empty"}
    for _level in range(50):
        tree = wrap(tree)
    client = firm.client("owner")
    for answer in (
        client.get("/api/v1/customers", {"filter": json.dumps(tree)}),
        client.get("/api/v1/customers/count", {"filter": json.dumps(tree)}),
        client.post(
            "/api/v1/customers/bulk", {"filter": tree, "set": {"city": "x"}}, "application/json"
        ),
    ):
        assert answer.status_code == 422
        assert "nested more than 12 levels deep" in answer.json()["detail"]
