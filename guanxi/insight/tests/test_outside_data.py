"""Real firms, scored: what is known of them holds, and what is said of them makes sense."""

from __future__ import annotations

import csv
import datetime as dt
import lzma
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from django.db.models import Sum

from guanxi.customers.models import Customer
from guanxi.insight import reasons, scoring
from guanxi.insight.models import AttentionItem, CustomerScore, RFMClass
from guanxi.sales.models import Order, OrderLine

from .firm import NOON, TODAY, Caller, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.outside_data]

Purchase = tuple[str, dt.date, Decimal]  # customer, day, amount
CALIBRATED_ON = dt.date(1997, 9, 30)  # of the papers on CDNOW, which ends 273 days later


def load(purchases: Iterable[Purchase]) -> None:
    """Make customers and one order of one line for each purchase."""
    found = list(purchases)
    buyers = {
        name: Customer(id=uuid4(), kind="person", name=name) for name in {p[0] for p in found}
    }
    Customer.objects.bulk_create(buyers.values())
    orders, lines = [], []
    for place, (name, day, amount) in enumerate(found):
        order = Order(
            id=uuid4(),
            customer=buyers[name],
            number=str(place),
            ordered_at=dt.datetime.combine(day, NOON),
            ordered_on=day,
            currency="CNY",
        )
        orders.append(order)
        lines.append(
            OrderLine(order=order, position=1, quantity=1, unit_price=abs(amount), amount=amount)
        )
    Order.objects.bulk_create(orders, 5000)
    OrderLine.objects.bulk_create(lines, 5000)


def cdnow(folder: Path) -> list[Purchase]:
    rows = (line.split() for line in (folder / "cdnow/CDNOW_sample.txt").read_text().splitlines())
    return [
        (sample, dt.date.fromisoformat(day), Decimal(paid)) for _m, sample, day, _n, paid in rows
    ]


def online_retail(folder: Path) -> list[Purchase]:
    """Invoices of known customers; cancelled ones (C...) are returns."""
    totals: defaultdict[tuple[str, str, dt.date], Decimal] = defaultdict(Decimal)
    with lzma.open(folder / "online_retail/online_retail.csv.xz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["CustomerID"]:
                day = dt.date.fromisoformat(row["InvoiceDate"][:10])
                amount = int(row["Quantity"]) * Decimal(row["UnitPrice"])
                totals[row["CustomerID"], row["InvoiceNo"], day] += amount
    return [(who, day, amount) for (who, _invoice, day), amount in totals.items()]


def check_words_and_ranks(caller: Caller) -> None:
    """Every reason has words; the list shows most at stake first and no stake above the past."""
    for score in CustomerScore.objects.all():
        assert len(reasons.in_words(score.reasons, "CNY")) == len(score.reasons) > 0
    page = caller.get("/insight/attention", limit=200)
    stakes = [Decimal(item["stake"]["amount"]) for item in page["items"]]
    assert stakes == sorted(stakes, reverse=True)
    assert all("%(" not in item["why"] for item in page["items"])
    for item in AttentionItem.objects.exclude(kind="new_promising").select_related(
        "customer__score"
    ):
        assert item.stake <= item.customer.score.monetary
    classes = CustomerScore.objects.exclude(rfm_class=None).values_list("rfm_class", flat=True)
    assert set(classes) == set(RFMClass.values)


def test_cdnow(firm: Cast, outside_data: Path) -> None:
    purchases = cdnow(outside_data)
    load(purchases)
    run = scoring.run(today=TODAY, look_back=0)
    assert (run.as_of, run.as_of_reason) == (dt.date(1998, 6, 30), "newest_purchase")
    assert (run.customers, run.counts["lines"]) == (2357, 6919)
    check_words_and_ranks(Caller(firm.manager))

    early = scoring.run(as_of=CALIBRATED_ON, look_back=0)
    assert early.as_of_reason == "chosen"
    free = CustomerScore.objects.filter(stage="potential")
    assert set(free.values_list("monetary", flat=True)) == {0}  # got their CDs for nothing
    came = {(who, day) for who, day, _paid in purchases if day > CALIBRATED_ON}
    said = CustomerScore.objects.aggregate(n=Sum("expected_purchases_12m"))["n"]
    assert len(came) < said < 1.35 * len(came)  # a year is told, three quarters of one came
    spent = sum(paid for _who, day, paid in purchases if day <= CALIBRATED_ON)
    assert CustomerScore.objects.aggregate(n=Sum("monetary"))["n"] == spent


def test_online_retail(firm: Cast, outside_data: Path) -> None:
    load(online_retail(outside_data))
    run = scoring.run(today=TODAY, look_back=1)
    assert (run.as_of, run.as_of_reason) == (dt.date(2011, 12, 9), "newest_purchase")
    assert run.customers == 4372
    assert run.counts["buyers"] == CustomerScore.objects.filter(purchases__gt=0).count()
    caller = Caller(firm.manager)
    check_words_and_ranks(caller)
    base = caller.get("/insight/base")
    assert 0.15 < base["pareto"]["share"] < 0.35  # about a quarter bring four fifths
    assert {s["stage"] for s in base["stages"] if s["customers"]} >= {
        "development",
        "growth",
        "maturity",
        "termination",
    }
    kinds = AttentionItem.objects.values_list("kind", flat=True)
    assert {"late", "stage_fell", "new_promising"} <= set(kinds)
    assert len(kinds) < run.customers / 10
