"""Sums under a list: over all that match, in the currency of the books, in one query."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guanxi.customers.models import Customer
from guanxi.sales.models import ExchangeRate, Order
from tests.cast import NOON, Firm
from tests.oracle import Oracle

pytestmark = pytest.mark.django_db
VERBS = ("sum", "avg", "min", "max", "empty")
CITY = {"field": "city", "op": "eq", "value": "Sumville"}
AMOUNTS = [
    ("CNY", "100"), ("CNY", None), ("USD", "10"), ("USD", "0.05"), ("", "7"), ("XAU", "3"),
    ("USD", None), ("CNY", "0"), ("TWD", "1000"),
]  # fmt: skip


@pytest.fixture(scope="module")
def limits(firm: Firm) -> Firm:
    """Credit limits in several currencies: dollars have two rates, gold has none yet."""
    far = dt.date(2999, 1, 1)
    for currency, day, rate in (
        ("USD", dt.date(2020, 1, 1), "6.5"), ("USD", dt.date(2024, 6, 1), "7.2"),
        ("USD", far, "9"), ("TWD", dt.date(2023, 1, 1), "0.23"), ("XAU", far, "5000"),
    ):  # fmt: skip
        ExchangeRate.objects.get_or_create(
            currency=currency, valid_from=day, defaults={"rate": rate}
        )
    owners = ("owner", "outsider", "teammate")
    for number, (currency, limit) in enumerate(AMOUNTS * 3):
        customer = Customer(
            kind="person", name=f"L{number}", city="Sumville", currency=currency,
            credit_limit=limit and Decimal(limit), owner=firm[owners[number % 3]],
        )  # fmt: skip
        customer.save(force_insert=True)
        customer.refresh_from_db()
        firm.records["customer"][str(customer.pk)] = customer
    return firm


def totals(firm: Firm, who: str, path: str, field: str, **query: Any) -> dict[str, Any]:
    measures = ",".join(f"{verb}:{field}" for verb in VERBS)
    address = f"/api/v1/{path}/aggregate"
    answer = firm.client(who).get(address, {"measures": measures, **query})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()["total"]
    return found


@pytest.mark.parametrize("who", ["administrator", "owner", "outsider"])
def test_amounts_of_several_currencies_add_up_in_that_of_the_books(limits: Firm, who: str) -> None:
    oracle, rates = Oracle(limits), {"USD": "7.2", "TWD": "0.23", "CNY": "1", "": "1"}
    seen = [
        c
        for c in Customer.objects.filter(city="Sumville")
        if oracle.may(who, "read", "customer", c)
    ]
    given = [(c.currency, c.credit_limit) for c in seen if c.credit_limit is not None]
    worth = [amount * Decimal(rates[code]) for code, amount in given if code in rates]
    found = totals(limits, who, "customers", "credit_limit", filter=json.dumps(CITY))
    assert found["count"] == len(seen)
    assert Decimal(found["sum_credit_limit"]) == sum(worth)
    assert Decimal(found["avg_credit_limit"]).quantize(Decimal("0.0001")) == (
        sum(worth) / len(worth)
    ).quantize(Decimal("0.0001"))
    assert Decimal(found["min_credit_limit"]) == min(worth)
    assert Decimal(found["max_credit_limit"]) == max(worth)
    assert found["empty_credit_limit"] == len(seen) - len(given)
    assert found["unrated_credit_limit"] == len(given) - len(worth)


def test_groups_add_up_in_the_same_currency(limits: Firm) -> None:
    query = {"group": "currency", "measures": "sum:credit_limit", "filter": json.dumps(CITY)}
    answer = limits.client("administrator").get("/api/v1/customers/aggregate", query).json()
    sums = {
        g["key"]: g["sum_credit_limit"] and Decimal(g["sum_credit_limit"]) for g in answer["groups"]
    }
    assert sums["USD"] == 3 * (Decimal("10.05") * Decimal("7.2"))
    assert sums["XAU"] is None
    assert sum(s for s in sums.values() if s) == Decimal(answer["total"]["sum_credit_limit"])


def test_an_order_counts_at_the_rate_of_its_own_day(limits: Firm) -> None:
    for number, (currency, rate) in enumerate((("USD", "6.5"), ("USD", "7.2"), ("CNY", "1"))):
        order = Order(
            number=f"sum-{number}", ordered_at=NOON, ordered_on=NOON.date(), currency=currency,
            rate=Decimal(rate), source="sums",
        )  # fmt: skip
        order.save(force_insert=True)
        Order.objects.filter(pk=order.pk).update(total=10)
    of_source = json.dumps({"field": "source", "op": "eq", "value": "sums"})
    found = totals(limits, "administrator", "orders", "total", filter=of_source)
    assert Decimal(found["sum_total"]) == Decimal("147")
    assert (Decimal(found["max_total"]), found["unrated_total"]) == (72, 0)
    booked = totals(limits, "administrator", "orders", "reporting_total", filter=of_source)
    assert Decimal(booked["sum_reporting_total"]) == Decimal("147")


def test_all_measures_of_a_list_take_one_query(limits: Firm) -> None:
    client = limits.client("owner")
    asked = ",".join(f"{verb}:{name}" for verb in VERBS for name in ("credit_limit", "monetary"))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get("/api/v1/customers/aggregate", {"measures": asked})
    assert sum('FROM "customers_customer"' in q["sql"] for q in queries) == 1


@pytest.mark.parametrize("measure", ["empty:name", "empty:nme", "median:credit_limit", "sum:phone"])
def test_what_cannot_be_added_up_is_refused(limits: Firm, measure: str) -> None:
    answer = limits.client("owner").get("/api/v1/customers/aggregate", {"measures": measure})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "measures"


def test_a_hidden_amount_cannot_be_counted_either(limits: Firm) -> None:
    for verb in VERBS:
        query = {"measures": f"{verb}:credit_limit"}
        answer = limits.client("service").get("/api/v1/customers/aggregate", query)
        assert answer.status_code == 422
