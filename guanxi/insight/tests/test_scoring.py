"""A run says what the library says, of whom it should, all at once or not at all."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from django.utils import timezone

from guanxi.analytics import RFM_CLASSES, STAGES, score_customers
from guanxi.customers.models import Customer
from guanxi.insight import as_of, reasons, scoring, write_back
from guanxi.insight.models import (
    ABCClass,
    AttentionItem,
    CustomerScore,
    RFMClass,
    ScoreRun,
    ScoreSnapshot,
    Stage,
)
from guanxi.platform.events.models import Event
from guanxi.sales.models import OrderLine

from .firm import TODAY, Cast, buy, customer, simulate

DAY = dt.timedelta(days=1)


def run(*, today: dt.date = TODAY, look_back: int = 0, **options: Any) -> ScoreRun:
    return scoring.run(today=today, look_back=look_back, **options)


def rows(model: Any, *leave_out: str) -> list[dict[str, Any]]:
    found = model.objects.order_by("pk").values()
    return [{k: v for k, v in row.items() if k not in leave_out} for row in found]


@pytest.mark.parametrize(
    ("chosen", "newest", "day", "reason"),
    [
        (None, None, TODAY, "today"),
        (None, TODAY, TODAY, "today"),
        (None, TODAY - 60 * DAY, TODAY, "today"),
        (None, TODAY - 61 * DAY, TODAY - 61 * DAY, "newest_purchase"),
        (TODAY - 400 * DAY, TODAY, TODAY - 400 * DAY, "chosen"),
        (TODAY, TODAY - 400 * DAY, TODAY, "chosen"),
    ],
)
def test_as_of_follows_the_newest_purchase(
    chosen: dt.date | None, newest: dt.date | None, day: dt.date, reason: str
) -> None:
    found = as_of.choose_as_of(chosen=chosen, newest=newest, today=TODAY)
    assert (found.day, found.reason) == (day, reason)


def test_nobody_is_scored_as_of_a_day_to_come() -> None:
    with pytest.raises(as_of.AsOfInFutureError):
        as_of.choose_as_of(chosen=TODAY + DAY, newest=None, today=TODAY)


def test_months_before_ends_of_months() -> None:
    assert as_of.months_before(dt.date(2026, 3, 31), 1) == dt.date(2026, 2, 28)
    assert as_of.months_before(dt.date(2026, 1, 15), 1) == dt.date(2025, 12, 15)
    assert as_of.months_before(dt.date(2026, 1, 31), 13) == dt.date(2024, 12, 31)


def test_classes_are_named_as_in_the_library() -> None:
    assert set(Stage.values) == set(STAGES)
    assert set(RFMClass.values) == set(RFM_CLASSES)
    assert set(ABCClass.values) == {"A", "B", "C", "none"}


def test_the_server_does_not_load_the_engine() -> None:
    code = (
        "import django, sys; django.setup()\n"
        "from guanxi.config import api\n"
        "api.build_api()\n"
        "print([m for m in ('ibis', 'duckdb', 'scipy', 'pyarrow') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def by_library(day: dt.date) -> dict[str, dict[str, Any]]:
    """The library's word on the same lines, fetched by Django."""
    found = OrderLine.objects.filter(order__customer__isnull=False).values_list(
        "order__customer_id", "order_id", "order__ordered_on", "amount"
    )
    columns = list(zip(*found, strict=True))
    lines = pa.table(
        {
            "customer_id": [str(pk) for pk in columns[0]],
            "order_id": [str(pk) for pk in columns[1]],
            "ordered_on": pa.array(columns[2], pa.date32()),
            "amount": pa.array(columns[3], pa.decimal128(19, 4)),
            "margin": pa.nulls(len(columns[0]), pa.decimal128(19, 4)),
        }
    )
    result = score_customers(lines, as_of=day).customers
    return {row["customer_id"]: row for row in result.to_pylist()}


@pytest.mark.django_db
class TestRun:
    def test_says_what_the_library_says(self, firm: Cast) -> None:
        simulate([customer(f"C{i}") for i in range(120)])
        found = run()
        library = by_library(TODAY)
        assert found.customers == 120
        assert found.as_of == TODAY
        assert found.params["ModifiedBetaGeometricNBD"]["params"].keys() >= {"r", "alpha"}
        assert CustomerScore.objects.count() == len(library) == 120
        for score in CustomerScore.objects.all():
            told = library[str(score.pk)]
            for name, (source, kind) in write_back.INCOMING.items():
                mine, theirs = getattr(score, name), told[source]
                if name == "customer_id":
                    continue
                if kind == "jsonb":
                    assert mine == json.loads(theirs)
                elif kind in ("money", "float8") and theirs is not None:
                    assert float(mine) == pytest.approx(float(theirs), abs=1e-4), name
                else:
                    assert mine == theirs, name

    def test_has_words_for_every_reason(self, firm: Cast) -> None:
        simulate([customer(f"C{i}") for i in range(120)])
        customer("Without purchases")
        run()
        for score in CustomerScore.objects.all():
            said = reasons.in_words(score.reasons, "CNY")
            assert len(said) == len(score.reasons) > 0, score.reasons

    def test_looks_back_once(self, firm: Cast) -> None:
        simulate([customer(f"C{i}") for i in range(60)])
        run(look_back=3)
        days = set(ScoreSnapshot.objects.values_list("as_of", flat=True))
        assert days == {as_of.months_before(TODAY, back) for back in range(4)}
        run(today=TODAY + DAY, look_back=3)
        after = set(ScoreSnapshot.objects.values_list("as_of", flat=True))
        assert days <= after <= days | {TODAY + DAY}

    def test_history_gets_an_entry_when_something_changed(self, firm: Cast) -> None:
        buyer = customer()
        simulate([customer(f"C{i}") for i in range(60)])
        buy(buyer, TODAY - 20 * DAY, "50")
        run()
        run(today=TODAY + DAY)  # another month: an entry for everybody
        assert ScoreSnapshot.objects.filter(as_of=TODAY + DAY).count() == 61
        before = CustomerScore.objects.get(pk=buyer.pk)
        run(today=TODAY + 2 * DAY)
        after = CustomerScore.objects.get(pk=buyer.pk)
        assert after.recency_days == before.recency_days + 1
        assert after.stage == before.stage
        assert not ScoreSnapshot.objects.filter(customer=buyer, as_of=TODAY + 2 * DAY).exists()
        assert after.snapshot_on == TODAY + DAY

    def test_twice_changes_nothing(self, firm: Cast) -> None:
        simulate([customer(f"C{i}") for i in range(80)])
        run()
        before = [rows(CustomerScore), rows(ScoreSnapshot), rows(AttentionItem)]
        run()
        assert [rows(CustomerScore), rows(ScoreSnapshot), rows(AttentionItem)] == before
        assert ScoreRun.objects.count() == 2

    def test_an_earlier_day_is_judged_by_what_was_known_before_it(self, firm: Cast) -> None:
        simulate([customer(f"C{i}") for i in range(80)])
        chosen = TODAY - 100 * DAY
        run(as_of=chosen)
        told = rows(CustomerScore)
        run()
        run(as_of=chosen)
        assert rows(CustomerScore) == told

    def test_leaves_out_who_is_not_to_be_scored(self, firm: Cast) -> None:
        simulate([customer(f"C{i}") for i in range(40)])
        kept = set(Customer.objects.values_list("pk", flat=True))
        left_out = [
            customer("Government", category="public_interest"),
            customer("Our own", category="internal"),
            customer("Gone", deleted_at=timezone.now()),
        ]
        for other in left_out:
            buy(other, TODAY - 5 * DAY, "1000000")
        buy(None, TODAY - 5 * DAY, "1000000")
        prospect = customer("Prospect")
        found = run()
        assert set(CustomerScore.objects.values_list("pk", flat=True)) == {*kept, prospect.pk}
        assert found.counts["customers"] == 40
        potential = CustomerScore.objects.get(pk=prospect.pk)
        assert (potential.stage, potential.purchases, potential.expected_value_12m) == (
            "potential",
            0,
            None,
        )

    def test_counts_returns_and_leaves_out_cancelled_orders(self, firm: Cast) -> None:
        buyer = customer()
        buy(buyer, TODAY - 30 * DAY, "100", "50")
        buy(buyer, TODAY - 20 * DAY, "-40")
        buy(buyer, TODAY - 10 * DAY, "999", status="cancelled")
        buy(buyer, TODAY - 5 * DAY, "10", currency="USD", rate=7)
        run()
        score = CustomerScore.objects.get(pk=buyer.pk)
        assert (score.purchases, score.monetary) == (2, Decimal(180))
        assert score.last_purchase_on == TODAY - 5 * DAY

    def test_old_files_make_sense(self, firm: Cast) -> None:
        last = dt.date(2011, 12, 9)
        simulate([customer(f"C{i}") for i in range(60)], until=last)
        newest = max(OrderLine.objects.values_list("order__ordered_on", flat=True))
        found = run()
        assert (found.as_of, found.as_of_reason) == (newest, "newest_purchase")
        assert CustomerScore.objects.exclude(stage="termination").exists()
        assert run(as_of=TODAY).as_of_reason == "chosen"

    def test_deleted_customers_vanish_and_moved_orders_count_where_they_are(
        self, firm: Cast
    ) -> None:
        simulate([customer(f"C{i}") for i in range(40)])
        one, other = Customer.objects.order_by("pk")[:2]
        run()
        total = sum(CustomerScore.objects.get(pk=c.pk).monetary or 0 for c in (one, other))
        one.orders.update(customer=other)  # as a merge moves them
        Customer.objects.filter(pk=one.pk).update(deleted_at=timezone.now())
        run()
        assert not CustomerScore.objects.filter(pk=one.pk).exists()
        assert not AttentionItem.objects.filter(customer=one, state="open").exists()
        assert CustomerScore.objects.get(pk=other.pk).monetary == total

    def test_stopped_in_the_middle_of_writing_leaves_nothing(self, firm: Cast) -> None:
        """Not even the earlier months, which it writes first."""
        simulate([customer(f"C{i}") for i in range(60)])

        def stop(step: str, done: int, total: int | None) -> None:
            if step == "write":
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run(look_back=1, tell=stop)
        for model in (CustomerScore, ScoreSnapshot, AttentionItem, ScoreRun):
            assert not model.objects.exists()

    def test_of_a_firm_without_orders(self, firm: Cast) -> None:
        prospect = customer()
        assert run().customers == 1
        assert CustomerScore.objects.get(pk=prospect.pk).stage == "potential"

    def test_of_a_firm_too_small_for_models_says_so(self, firm: Cast) -> None:
        for i in range(5):
            buyer = customer(f"C{i}")
            for k in range(1, 4):
                buy(buyer, TODAY - 10 * k * DAY, "10")
        found = run()
        assert found.warnings
        assert set(CustomerScore.objects.values_list("probability_alive", flat=True)) == {None}

    def test_is_one_event(self, firm: Cast) -> None:
        simulate([customer(f"C{i}") for i in range(10)])
        before = Event.objects.count()
        found = run(actor_id=firm.manager.pk)
        event = Event.objects.get(object="scorerun")
        assert (event.record_id, event.actor_id) == (found.pk, firm.manager.pk)
        assert Event.objects.count() == before + 1

    def test_margins_decide_value_where_costs_are_known(self, firm: Cast) -> None:
        for i in range(40):
            buyer = customer(f"C{i}")
            for k in range(1, 4):
                buy(buyer, TODAY - (20 * k + i) * DAY, "100", cost="60")
        found = run()
        assert found.value_basis == "margin"
        assert set(CustomerScore.objects.values_list("margin_12m", flat=True)) == {Decimal(120)}
