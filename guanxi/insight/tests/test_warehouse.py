"""The warehouse follows the database, writes only what was touched, and survives being killed."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from guanxi.insight import warehouse
from guanxi.platform.workspaces.home import Home
from guanxi.sales.models import Order, OrderLine
from tests.waiting import wait_until

from .firm import Cast, buy, customer

JAN, FEB, MAR = dt.date(2026, 1, 10), dt.date(2026, 2, 10), dt.date(2026, 3, 10)


def lines() -> list[tuple[Any, ...]]:
    files = warehouse.line_files()
    if not files:
        return []
    query = "select customer_id, order_id, ordered_on, amount, margin from read_parquet($files)"
    return duckdb.execute(query, {"files": files}).fetchall()


def files(home: Home) -> set[Path]:
    return set(home.warehouse.glob("*/**/*.parquet"))


def expected() -> Counter[tuple[Any, ...]]:
    """The same by Django, a row at a time."""
    found = OrderLine.objects.filter(deleted_at=None, order__deleted_at=None).exclude(
        order__status="cancelled"
    )
    return Counter(
        (
            line.order.customer_id,
            line.order_id,
            line.order.ordered_on,
            line.amount * line.order.rate,
            None if line.cost is None else (line.amount - line.cost) * line.order.rate,
        )
        for line in found.select_related("order")
    )


@pytest.mark.django_db
class TestRefresh:
    def test_holds_the_lines_that_stand(self, firm: Cast) -> None:
        buyer = customer()
        buy(buyer, JAN, "10.55", "-2.5", cost="1.05")
        buy(buyer, FEB, "100", currency="USD", rate=Decimal("7.1234567890"))
        buy(None, FEB, "33")
        buy(buyer, MAR, "44", status="cancelled")
        buy(buyer, MAR, "55", deleted_at=timezone.now())
        taken_back = buy(buyer, MAR, "66", "77")
        OrderLine.objects.filter(order=taken_back, position=2).update(deleted_at=timezone.now())
        warehouse.refresh()
        rounded = Counter(
            (*row[:3], *(a if a is None else a.quantize(Decimal("0.0001")) for a in row[3:]))
            for row in expected().elements()
        )
        assert Counter(lines()) == rounded
        assert len(lines()) == 5
        assert sum(row[0] is None for row in lines()) == 1

    def test_of_an_empty_firm(self, firm: Cast) -> None:
        assert warehouse.refresh().lines == 0
        assert lines() == []

    def test_leaves_out_what_no_number_can_hold(self, firm: Cast) -> None:
        buy(customer(), JAN, "12", "9500000000000", rate=100)
        warehouse.refresh()
        assert [row[3] for row in lines()] == [Decimal(1200)]

    def test_keeps_no_personal_value(self, firm: Cast) -> None:
        buy(customer("王小明", phone="13800138000", email="w@example.com"), JAN, "12")
        warehouse.refresh()
        columns = duckdb.read_parquet(warehouse.customer_files()).columns
        assert columns == [
            "customer_id",
            "owner_id",
            "territory_id",
            "created_on",
            "is_organization",
            "is_scored",
        ]

    def test_marks_who_is_not_scored(self, firm: Cast) -> None:
        kept = customer()
        customer(category="public_interest")
        customer(category="internal")
        customer(deleted_at=timezone.now())
        warehouse.refresh()
        rows = duckdb.read_parquet(warehouse.customer_files()).filter("is_scored = 1").fetchall()
        assert [row[0] for row in rows] == [kept.pk]

    def test_stopped_before_its_commit_leaves_the_old_state(self, firm: Cast, home: Home) -> None:
        buyer = customer()
        buy(buyer, JAN, "10")
        warehouse.refresh()
        before, old = lines(), files(home)
        buy(buyer, JAN, "20")

        def stop_once_the_month_is_written(_lines: int) -> None:
            if any("month=2026-01" in str(path) for path in files(home) - old):
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            warehouse.refresh(tell=stop_once_the_month_is_written)
        assert lines() == before
        warehouse.refresh()
        assert Counter(row[3] for row in lines()) == Counter([Decimal(10), Decimal(20)])

    def test_sweeps_files_nobody_names_once_nobody_reads_them(self, firm: Cast, home: Home) -> None:
        buy(customer(), JAN, "10")
        warehouse.refresh()
        first = files(home)
        warehouse.refresh(full=True)
        assert first < files(home)  # somebody may still be reading them
        an_hour_ago = time.time() - warehouse.SWEEP_AFTER
        for path in files(home):
            os.utime(path, (an_hour_ago, an_hour_ago))
        warehouse.refresh(full=True)
        named = warehouse.read_manifest(home.warehouse).files
        assert files(home) == {home.warehouse / name for name in named}

    def test_manifest_of_another_format_is_begun_anew(self, firm: Cast, home: Home) -> None:
        buy(customer(), JAN, "10")
        warehouse.refresh()
        (home.warehouse / "manifest.json").write_text('{"format": 0, "nonsense": true}')
        assert warehouse.refresh().months is None
        assert len(lines()) == 1


FINAL = """
select not exists (
    select 1 from platform_event where xid >= pg_snapshot_xmin(pg_current_snapshot())
)
"""


def months_written() -> list[str] | None:
    """Refresh once every event is final: transactions of other databases hold events back too."""
    wait_until(every_event_is_final)
    return warehouse.refresh().months


def every_event_is_final() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(FINAL)
        return cursor.fetchone() == (True,)


@pytest.mark.django_db(transaction=True)
def test_writes_only_the_months_that_were_touched(firm: Cast) -> None:
    buyer = customer()
    orders = [buy(buyer, day, "10", "20") for day in (JAN, FEB, MAR)]
    assert months_written() is None
    assert months_written() == []

    OrderLine.objects.filter(order=orders[0], position=1).update(amount=11)
    assert months_written() == ["2026-01"]

    Order.objects.filter(pk=orders[1].pk).update(
        ordered_on=MAR, ordered_at=dt.datetime.combine(MAR, dt.time(4, tzinfo=dt.UTC))
    )
    assert months_written() == ["2026-02", "2026-03"]
    assert set(warehouse.read_manifest(warehouse.warehouse_folder()).months) == {
        "2026-01",
        "2026-03",
    }

    OrderLine.objects.filter(order=orders[0], position=2).update(order=orders[2], position=3)
    assert months_written() == ["2026-01", "2026-03"]

    Order.objects.filter(pk=orders[2].pk).update(customer=customer("Another"))
    assert months_written() == ["2026-03"]

    buy(buyer, dt.date(2025, 12, 31), "5")
    assert months_written() == ["2025-12"]

    Order.objects.filter(pk=orders[1].pk).update(deleted_at=timezone.now())
    assert months_written() == ["2026-03"]
    assert Counter(lines()) == expected()

    OrderLine.objects.filter(order=orders[0]).delete()
    assert months_written() is None  # a purged line no longer says which month it was in
    assert Counter(lines()) == expected()


@pytest.mark.django_db(transaction=True)
def test_misses_nothing_of_a_slow_transaction(firm: Cast) -> None:
    buyer = customer()
    old = buy(buyer, JAN, "10")
    parameters = connection.get_connection_params()
    with psycopg.connect(
        **{k: parameters[k] for k in ("dbname", "user", "password", "host", "port")}
    ) as slow:
        slow.execute(
            "insert into sales_orderline (order_id, position, quantity, unit_price, amount)"
            " values (%s, 2, 1, 99, 99)",
            [old.pk],
        )
        buy(buyer, FEB, "20")  # a later transaction that ends first
        warehouse.refresh()
        assert len(lines()) == 2
        slow.commit()
    assert "2026-01" in (months_written() or [])
    assert Counter(lines()) == expected()
