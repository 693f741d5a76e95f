"""Every number of scores and of home opens its records: as many as it tells, whoever looks."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from guanxi.platform.workspaces.home import Home
from guanxi.sales.models import Order
from tests.cast import NOON, PEOPLE, Firm
from tests.oracle import Oracle

pytestmark = pytest.mark.django_db
TODAY = NOON.date() + dt.timedelta(days=100)


@pytest.fixture(scope="module")
def scored(
    firm: Firm, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Iterator[Firm]:
    """The cast's customers with a past: several orders, two on one day, a return, and scores."""
    from guanxi.insight import scoring
    from guanxi.insight.models import AttentionItem
    from guanxi.insight.tests.firm import buy

    home = Home(tmp_path_factory.mktemp("evidence") / "home").create()
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setenv("GUANXI_HOME", str(home.path))
        for number, name in enumerate(("acme", "bell", "chen", "dong", "east")):
            customer = firm[f"customer:{name}"]
            for ago in range(5, 90, 7 + number):
                buy(customer, TODAY - dt.timedelta(days=ago), 100 * (number + 1))
            for amount in (50, -30):
                buy(customer, TODAY - dt.timedelta(days=5), amount)
        run = scoring.run(today=TODAY, look_back=0)
        AttentionItem.objects.all().delete()
        AttentionItem.objects.bulk_create(
            AttentionItem(customer=customer, kind="late", stake=100, as_of=run.as_of)
            for customer in firm.records["customer"].values()
        )
        yield firm


def get(client: Client, path: str, **query: Any) -> Any:
    answer = client.get(f"/api/v1{path}", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def listed(client: Client, path: str, tree: Any) -> int:
    query = {} if tree is None else {"filter": json.dumps(tree)}
    count: int = get(client, f"/{path}/count", exact="true", **query)["count"]
    return count


def orders_of(firm: Firm, who: str, customer: Any) -> int:
    """Purchases of a customer that this person may see, by the naive rule."""
    oracle = Oracle(firm)
    orders = Order.objects.filter(customer=customer.pk)
    return sum(o.total > 0 and oracle.may(who, "read", "order", o) for o in orders)


def seen_by(firm: Firm, who: str) -> list[Any]:
    oracle = Oracle(firm)
    customers = firm.records["customer"].values()
    return [c for c in customers if oracle.may(who, "read", "customer", c)]


@pytest.mark.parametrize("who", PEOPLE)
def test_reasons_and_figures_open_as_many_orders_as_they_tell(scored: Firm, who: str) -> None:
    client = scored.client(who)
    for customer in seen_by(scored, who):
        scores = get(client, f"/customers/{customer.pk}/scores")
        if scores["current"] is None or not scores["current"]["purchases"]:
            assert scores["records"] == {}
            continue
        told = [*scores["records"].values(), *(o for r in scores["reasons"] for o in r["records"])]
        for opened in told:
            assert listed(client, "orders", opened["filter"]) == opened["count"] > 0
        expected = orders_of(scored, who, customer)
        assert scores["records"].get("purchases", {"count": 0})["count"] == expected


@pytest.mark.parametrize("who", PEOPLE)
def test_items_that_need_attention_open_as_many_orders_as_they_tell(scored: Firm, who: str) -> None:
    client = scored.client(who)
    items = get(client, "/insight/attention")["items"]
    assert {item["customer"]["id"] for item in items} == {str(c.pk) for c in seen_by(scored, who)}
    for item in items:
        customer = next(
            c for c in scored.records["customer"].values() if str(c.pk) == item["customer"]["id"]
        )
        expected = orders_of(scored, who, customer)
        assert [o["count"] for o in item["records"]] == ([expected] if expected else [])
        for opened in item["records"]:
            assert listed(client, "orders", opened["filter"]) == opened["count"]


@pytest.mark.parametrize("who", PEOPLE)
def test_home_opens_as_many_customers_as_it_tells(scored: Firm, who: str) -> None:
    client = scored.client(who)
    base = get(client, "/insight/base")
    is_empty = {"op": "empty"}
    assert base["customers"] == listed(client, "customers", None) == len(seen_by(scored, who))
    assert base["unowned"] == listed(client, "customers", {"field": "owner", **is_empty})
    more_than_none = {"field": "purchases", "op": "gt", "value": 0}
    assert base["buyers"] == listed(client, "customers", more_than_none)
    for field in base["completeness"]["fields"]:
        assert field["missing"] == listed(client, "customers", {"field": field["name"], **is_empty})
    for stage in base["stages"]:
        chosen = {"field": "stage", "op": "in", "value": [stage["stage"]]}
        assert stage["customers"] == listed(client, "customers", chosen)
    if base["pareto"]:
        few = listed(client, "customers", base["pareto"]["filter"])
        assert base["pareto"]["customers"] == few > 0
