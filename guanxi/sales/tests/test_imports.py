"""Purchases from line-level files: counts add up, nothing is imported twice, choices are
followed."""

import datetime as dt
import lzma
from decimal import Decimal
from itertools import islice
from pathlib import Path

import pytest
from django.core.cache import cache

from guanxi.customers.models import Customer
from guanxi.platform.access.services import ensure_roles
from guanxi.platform.exchange.tests.cast import codes, make_asker, preview, run, table, undo
from guanxi.platform.exchange.tests.snapshots import snapshot
from guanxi.platform.exchange.writing import BATCH, CONNECTIONS
from guanxi.platform.workspaces.services import found_workspace
from guanxi.products.models import Product
from guanxi.sales.models import ExchangeRate, Order, OrderLine

HEADER = ["订单号", "日期", "客户编号", "客户姓名", "商品编码", "商品名称", "数量", "单价"]
LINES = [
    ["A1", "2024-03-05 10:00", "17850.0", "张伟", "P1", "杯子", "2", "5.50"],
    ["A1", "2024-03-05 10:00", "17850.0", "张伟", "P2", "碟子", "1", "3.00"],
    ["A1", "2024-03-05 10:00", "17850.0", "张伟", "P2", "碟子", "1", "3.00"],
    ["A2", "2024-03-06 10:00", "", "", "P1", "杯子", "1", "5.50"],
    ["A3", "2024-03-07 23:30", "12583", "王芳", "P1", "杯子", "-1", "5.50"],
]


@pytest.fixture(autouse=True)
def workspace(db: None) -> None:
    cache.clear()
    found_workspace(firm="f", language="en", time_zone="Asia/Shanghai", currency="CNY")


def test_lines_become_orders_products_and_customers() -> None:
    done = run(make_asker(), "purchase", table(HEADER, *LINES))
    assert (done.state, done.counts["create"], done.counts["reject"]) == ("done", 5, 0)
    assert done.counts["orders_created"] == 3
    first = Order.objects.get(number="A1")
    assert (first.total, first.currency, first.rate, first.ordered_on) == (
        Decimal("17"), "CNY", 1, dt.date(2024, 3, 5),
    )  # fmt: skip
    assert first.customer is not None
    assert first.customer.name == "张伟"
    assert first.customer.identities.get(kind="external").normal == "17850"
    assert Order.objects.get(number="A2").customer is None
    assert OrderLine.objects.get(order__number="A3").kind == "return"
    assert sorted(Product.objects.values_list("code", "name")) == [("P1", "杯子"), ("P2", "碟子")]
    assert list(
        OrderLine.objects.filter(order=first)
        .order_by("position")
        .values_list("position", flat=True)
    ) == [1, 2, 3]


def test_the_same_file_twice_changes_nothing() -> None:
    asker = make_asker()
    run(asker, "purchase", table(HEADER, *LINES))
    before = snapshot()
    assert run(asker, "purchase", table(HEADER, *LINES)).counts["unchanged"] == 5
    assert run(asker, "purchase", table(HEADER, *reversed(LINES))).counts["unchanged"] == 5
    assert snapshot() == before


def test_a_changed_order_is_compared_line_by_line() -> None:
    asker = make_asker()
    run(asker, "purchase", table(HEADER, *LINES))
    changed = [LINES[0], LINES[1], [*LINES[2][:6], "4", "3.00"], *LINES[3:]]
    imported = preview(asker, "purchase", table(HEADER, *changed))
    assert (imported.counts["update"], imported.counts["lines_removed"]) == (2, 1)
    before = snapshot()
    done = run(asker, "purchase", table(HEADER, *changed))
    assert Order.objects.get(number="A1").total == 26
    assert OrderLine.objects.filter(order__number="A1", deleted_at=None).count() == 3
    assert run(asker, "purchase", table(HEADER, *changed)).counts["unchanged"] == 5
    undo(asker, done)
    assert snapshot() == before


@pytest.mark.parametrize(
    ("options", "kind"),
    [({"negative": "adjustment"}, "adjustment"), ({"negative": "return"}, "return")],
)
def test_negative_quantities_follow_the_choice(options: dict[str, str], kind: str) -> None:
    run(make_asker(), "purchase", table(HEADER, LINES[4]), **options)
    assert OrderLine.objects.get().kind == kind


def test_what_is_to_be_rejected_is() -> None:
    content = table(HEADER, *LINES, ["A9", "2024-03-07", "1", "x", "P1", "", "1", "0"])
    choices = {
        "negative": "reject", "not_positive_price": "reject", "no_customer": "reject",
        "unknown_customer": "reject",
    }  # fmt: skip
    run(make_asker(), "customer", table(["客户编号", "姓名"], ["17850", "张伟"]))
    done = run(make_asker(), "purchase", content, **choices)
    assert codes(done) == {5: ["no_customer"], 6: ["negative"], 7: ["not_positive_price"]}
    assert done.counts["create"] + done.counts["reject"] == 6


def test_unknown_customers_can_stay_anonymous() -> None:
    run(make_asker(), "purchase", table(HEADER, LINES[0]), unknown_customer="anonymous")
    assert Order.objects.get().customer is None
    assert not Customer.objects.exists()


def test_a_return_mark_turns_the_line() -> None:
    content = table(
        ["InvoiceNo", "InvoiceDate", "StockCode", "Quantity", "UnitPrice", "CustomerID"],
        ["C536379", "2010-12-01 09:41:00", "D", "-1", "27.5", "14527.0"],
    )
    run(make_asker(), "purchase", content)
    line = OrderLine.objects.get()
    assert (line.kind, line.quantity, line.amount) == ("return", -1, Decimal("-27.5"))


def test_currencies_need_a_rate_of_the_day() -> None:
    ExchangeRate.objects.create(currency="USD", valid_from=dt.date(2024, 3, 6), rate=Decimal("7.2"))
    header = ["订单号", "日期", "金额", "币种"]
    done = run(
        make_asker(), "purchase",
        table(header, ["1", "2024-03-05", "10", "USD"], ["2", "2024-03-07", "10", "USD"],
              ["3", "2024-03-07", "10", "XXY"], ["4", "2024-03-07", "10", ""]),
    )  # fmt: skip
    assert codes(done) == {2: ["no_rate"], 4: ["no_currency"]}
    assert Order.objects.get(number="2").reporting_total == Decimal("72")
    assert Order.objects.get(number="4").currency == "CNY"


def test_an_order_of_two_customers_is_refused() -> None:
    done = run(
        make_asker(), "purchase", table(HEADER, LINES[0], [*LINES[1][:2], "9", *LINES[1][3:]])
    )
    assert codes(done) == {2: ["two_customers"], 3: ["two_customers"]}


def test_undo_restores_every_table() -> None:
    asker = make_asker()
    run(asker, "purchase", table(HEADER, *LINES[:2]))
    before = snapshot()
    done = run(
        asker, "purchase", table(HEADER, *LINES, ["A7", "2024-01-01", "5", "", "P9", "", "1", "1"])
    )
    assert snapshot() != before
    undone = undo(asker, done)
    assert undone.job is not None
    assert undone.job.result["conflicts"] == []
    assert snapshot() == before


def retail(folder: Path, rows: int) -> bytes:
    with lzma.open(folder / "online_retail" / "online_retail.csv.xz") as file:
        return b"".join(islice(file, rows + 1))


@pytest.mark.outside_data
def test_online_retail_slice_adds_up(outside_data: Path) -> None:
    asker = make_asker()
    content = retail(outside_data, 20_000)
    done = run(asker, "purchase", content)
    counts = done.counts
    assert counts["rows"] == 20_000
    assert counts["create"] + counts["reject"] == 20_000
    assert OrderLine.objects.count() == counts["create"]
    again = run(asker, "purchase", content)
    assert again.counts["unchanged"] == counts["create"]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_connections_share_the_orders_of_a_file_sorted_by_product() -> None:
    ensure_roles()
    products = 100
    orders = CONNECTIONS * BATCH // products + 1  # just more lines than one connection would write
    lines = [
        [f"{order:05}", "2024-03-05", f"C{order % 7}", f"P{product}", "1", str(product + 1)]
        for product in range(products)
        for order in (range(orders) if product % 2 else reversed(range(orders)))
    ]
    header = ["order number", "date", "customer id", "product code", "quantity", "price"]
    asker = make_asker()
    done = run(asker, "purchase", table(header, *lines))
    assert done.counts["create"] == OrderLine.objects.count() == len(lines)
    assert set(Order.objects.values_list("total", flat=True)) == {sum(range(products + 1))}
    assert Order.objects.count() == orders
    undo(asker, done)
    assert not OrderLine.objects.exists()
    assert not Order.objects.exists()
