"""The value ledger says what orders, lines and interactions say, whatever is done to them."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from guanxi.customers.models import Customer
from guanxi.insight.value import following
from guanxi.insight.value.ledger import FIGURES, concerned, make_again
from guanxi.insight.value.models import LedgerState, ServiceRate, ValueMonth
from guanxi.interactions.models import Interaction
from guanxi.platform.access.models import Role
from guanxi.platform.events.models import Event
from guanxi.platform.workspaces.services import books_zone
from guanxi.sales.models import Order, OrderLine
from tests.waiting import wait_until

from .firm import NOON, Caller, Cast, buy, customer
from .test_base import visible
from .test_warehouse import every_event_is_final

Ledger = dict[tuple[Any, dt.date], dict[str, Any]]
ZERO = Decimal(0)
LAST_NIGHT = dt.datetime(2026, 1, 31, 17, tzinfo=dt.UTC)  # February in Shanghai


def kept() -> Ledger:
    """What the ledger holds."""
    return {
        (row.customer_id, row.month): {name: getattr(row, name) for name in FIGURES}
        for row in ValueMonth.objects.all()
    }


def rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.0001"), ROUND_HALF_UP)


def said() -> Ledger:
    """The same, an order and an interaction at a time."""
    found: Ledger = defaultdict(
        lambda: (
            {n: 0 if n in ("orders", "interactions", "unpriced") else ZERO for n in FIGURES}
            | {"margin": None}
        )
    )
    orders = Order.objects.filter(deleted_at=None, customer__isnull=False)
    for order in orders.exclude(status="cancelled"):
        month = found[order.customer_id, order.ordered_on.replace(day=1)]
        lines = [*order.lines.filter(deleted_at=None)]
        sales = [line for line in lines if line.kind == "sale"]
        costed = [line for line in lines if line.cost is not None or line.kind == "adjustment"]
        parts = {
            "sales": sum((line.amount for line in sales), ZERO),
            "discount": sum(
                (rounded(line.quantity * line.unit_price) - line.amount for line in sales), ZERO
            ),
            "returns": -sum((line.amount for line in lines if line.kind == "return"), ZERO),
            "adjustments": sum((line.amount for line in lines if line.kind == "adjustment"), ZERO),
            "costed": sum((line.amount for line in costed), ZERO),
        }
        parts = {name: rounded(value * order.rate) for name, value in parts.items()}
        month["orders"] += 1
        for name, value in parts.items():
            month[name] += value
        month["revenue"] += parts["sales"] - parts["returns"] + parts["adjustments"]
        if costed:
            margin = sum((line.amount - (line.cost or 0) for line in costed), ZERO) * order.rate
            month["margin"] = (month["margin"] or 0) + rounded(margin)
    for one in Interaction.objects.filter(deleted_at=None):
        day = one.happened_at.astimezone(books_zone()).date()
        month = found[one.customer_id, day.replace(day=1)]
        rates = ServiceRate.objects.filter(
            channel=one.channel, valid_from__lte=day, deleted_at=None
        )
        rate = rates.order_by("-valid_from").first()
        month["interactions"] += 1
        month["unpriced"] += rate is None
        month["cost_to_serve"] += rate.cost if rate else 0
    return dict(found)


def touch(buyer: Customer, channel: str, at: dt.datetime) -> Interaction:
    return Interaction.objects.create(customer=buyer, channel=channel, happened_at=at)


def rate(channel: str, cost: str, since: dt.date = dt.date(2020, 1, 1)) -> ServiceRate:
    made = ServiceRate.objects.create(channel=channel, valid_from=since, cost=cost)
    made.refresh_from_db()
    return made


class Doings:
    """What people do to orders and interactions, drawn at random."""

    def __init__(self, buyers: list[Customer], seed: int):
        self.random, self.buyers = Random(seed), buyers

    def day(self) -> dt.date:
        return dt.date(2025, 11, 20) + dt.timedelta(days=self.random.randrange(120))

    def amount(self) -> Decimal:
        return Decimal(self.random.randrange(-5_000_000, 20_000_000)) / 10_000

    def order(self) -> None:
        amounts = [str(self.amount()) for _line in range(self.random.randrange(4))]
        currency, at = self.random.choice([("CNY", "1"), ("USD", "7.1234567891")])
        cost = self.random.choice([None, "12.5"])
        made = buy(
            self.random.choice([*self.buyers, None]), self.day(), *amounts, cost=cost,
            currency=currency, rate=Decimal(at),
        )  # fmt: skip
        if amounts and self.random.random() < 0.3:
            made.lines.filter(position=1).update(kind="adjustment", cost=None)

    def interaction(self) -> None:
        at = dt.datetime.combine(self.day(), NOON) + dt.timedelta(hours=self.random.randrange(24))
        touch(self.random.choice(self.buyers), self.random.choice(["call", "visit", "sms"]), at)

    def one_of(self, model: Any) -> Any:
        found = list(model.objects.order_by("pk"))
        return self.random.choice(found) if found else None

    def change(self) -> None:
        """Something that moves, hides, prices or deletes what is there."""
        order, line, touched = (self.one_of(m) for m in (Order, OrderLine, Interaction))
        changes: list[Callable[[], Any]] = [self.order, self.interaction]
        if order:
            of = Order.objects.filter(pk=order.pk)
            day = self.day()
            at = dt.datetime.combine(day, NOON)
            gone = None if order.deleted_at else timezone.now()
            changes += [
                lambda: of.update(customer=self.random.choice([*self.buyers, None])),
                lambda: of.update(ordered_on=day, ordered_at=at),
                lambda: of.update(status=self.random.choice(["placed", "cancelled"])),
                lambda: of.update(deleted_at=gone),
                lambda: of.update(rate=Decimal("1.5")),
            ]
        if line:
            mine = OrderLine.objects.filter(pk=line.pk)
            gone_line = None if line.deleted_at else timezone.now()
            changes += [
                lambda: mine.update(amount=self.amount()),
                lambda: mine.update(deleted_at=gone_line),
                lambda: mine.update(order=self.one_of(Order)),
                lambda: mine.update(cost=self.random.choice([None, "3.3333"])),
            ]
        if touched:
            this = Interaction.objects.filter(pk=touched.pk)
            changes += [
                lambda: this.update(customer=self.random.choice(self.buyers)),
                lambda: this.update(deleted_at=timezone.now()),
            ]
        self.random.choice(changes)()


@pytest.mark.django_db
class TestSums:
    @pytest.mark.parametrize("seed", range(3))
    def test_are_those_of_a_naive_count_after_every_change(self, firm: Cast, seed: int) -> None:
        rate("call", "3.5")
        rate("call", "5", dt.date(2026, 1, 15))
        rate("visit", "120.25", dt.date(2026, 1, 1))
        doings = Doings([customer(f"C{n}") for n in range(4)], seed)
        for _time in range(12):
            doings.order()
            doings.interaction()
        following.follow_changes()
        assert kept() == said() != {}
        for _time in range(30):
            last = Event.objects.order_by("-id").values_list("id", flat=True).first()
            doings.change()
            make_again(concerned(list(Event.objects.filter(id__gt=last))))
            assert kept() == said()

    def test_are_by_the_month_of_the_books(self, firm: Cast) -> None:
        buyer = customer()
        touch(buyer, "call", LAST_NIGHT)
        following.follow_changes()
        (row,) = ValueMonth.objects.all()
        assert row.month == dt.date(2026, 2, 1)

    def test_of_amounts_beyond_sense_do_not_stop_it(self, firm: Cast) -> None:
        buyer, most = customer(), "9999999999999"
        for _order in range(2):
            buy(buyer, dt.date(2026, 1, 1), most, rate=99)
        following.follow_changes()
        assert ValueMonth.objects.get().revenue == 2 * 99 * Decimal(most)

    def test_write_no_row_that_says_the_same(self, firm: Cast) -> None:
        buyer = customer()
        buy(buyer, dt.date(2026, 1, 1), "10")
        assert make_again([buyer.pk]) == 1
        assert make_again([buyer.pk]) == 0


@pytest.mark.django_db
class TestMaking:
    def test_goes_on_where_it_was_killed(self, firm: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        buyers = [customer(f"C{n}") for n in range(5)]
        for buyer in buyers:
            buy(buyer, dt.date(2026, 1, 1), "10")
        monkeypatch.setattr(following, "STRETCH", 2)  # of five: it can be killed between two
        made: list[int] = []

        def killed(ids: Any) -> int:
            if made:
                raise KeyboardInterrupt
            made.append(len(ids))
            return make_again(ids)

        with monkeypatch.context() as patched:
            patched.setattr(following, "make_again", lambda ids: killed(ids) if ids else 0)
            with pytest.raises(KeyboardInterrupt):
                following.follow_changes()
        state = LedgerState.objects.get()
        assert (state.done, state.total, state.built_at) == (2, 5, None)
        assert Caller(firm.manager).get("/insight/value")["made"] == 0.4
        assert ValueMonth.objects.count() == 2
        following.follow_changes()
        assert kept() == said()
        assert Caller(firm.manager).get("/insight/value")["made"] == 1

    def test_a_check_finds_and_mends_what_is_not_so(self, firm: Cast) -> None:
        for n in range(3):
            buy(customer(f"C{n}"), dt.date(2026, 1, 1), "10")
        following.follow_changes()
        tampered = ValueMonth.objects.first()
        assert tampered is not None
        ValueMonth.objects.filter(pk=tampered.pk).update(revenue=11)
        ValueMonth.objects.exclude(pk=tampered.pk).first().delete()  # type: ignore[union-attr]
        nine = dt.datetime(2026, 1, 1, 1, tzinfo=dt.UTC)
        following.check_nightly(int(nine.timestamp()))
        assert LedgerState.objects.get().built_at  # it is nine in the morning
        two = dt.datetime(2026, 1, 1, 18, tzinfo=dt.UTC)
        following.check_nightly(int(two.timestamp()))
        assert Caller(firm.manager).get("/insight/value")["made"] == 1  # all of it can be read
        following.follow_changes()
        state = LedgerState.objects.get()
        assert (state.corrected, state.checks) == (2, True)
        assert state.built_at == state.checked_at
        assert kept() == said()


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_is_followed(firm: Cast) -> None:
    buyer, other = customer("A"), customer("B")
    order = buy(buyer, dt.date(2026, 1, 5), "10", cost="4")
    touch(buyer, "call", LAST_NIGHT)
    following.follow_changes()
    assert kept() == said()
    Order.objects.filter(pk=order.pk).update(customer=other)
    rate("call", "7")
    wait_until(every_event_is_final)
    following.follow_changes()
    assert kept() == said()
    assert {row.customer_id: row.cost_to_serve for row in ValueMonth.objects.all()} == {
        buyer.pk: 7,
        other.pk: 0,
    }
    with connection.cursor() as cursor:
        cursor.execute("update platform_workspace set time_zone = 'UTC'")
    wait_until(every_event_is_final)
    following.follow_changes()
    assert ValueMonth.objects.get(customer=buyer).month == dt.date(2026, 1, 1)


@pytest.mark.django_db
class TestWhoSees:
    @pytest.fixture
    def made(self, firm: Cast) -> Cast:
        rate("call", "2.5")
        owners = [firm.owner, firm.teammate, firm.outsider, None]
        for n in range(8):
            buyer = customer(f"C{n}", owner=owners[n % 4])
            buy(buyer, dt.date(2026, 1 + n % 2, 5), f"{10 + n}.01", cost="4")
            touch(buyer, "call", LAST_NIGHT)
        following.follow_changes()
        return firm

    def sum_of(self, caller: Caller, customers: list[Customer], name: str) -> Decimal:
        of = (caller.get(f"/customers/{c.pk}/value")["in_all"][name] for c in customers)
        return sum(map(Decimal, of), ZERO)

    @pytest.mark.parametrize("who", ["manager", "owner", "outsider", "reader"])
    def test_totals_are_the_sum_over_the_visible(self, made: Cast, who: str) -> None:
        user = getattr(made, who)
        caller = Caller(user)

        def agrees() -> Decimal:
            mine = visible(made, user)
            told = caller.get("/insight/value", months=600)
            for name in ("revenue", "margin", "cost_to_serve", "contribution"):
                total = self.sum_of(caller, mine, name)
                assert Decimal(told["in_all"][name]) == total
                assert sum(Decimal(m[name] or 0) for m in told["months"]) == total
            return total

        before = agrees()
        handed_over = Customer.objects.filter(owner=made.owner).first()
        assert handed_over is not None
        Customer.objects.filter(pk=handed_over.pk).update(owner=made.outsider)
        changes = who in ("owner", "outsider")
        assert (agrees() != before) == changes

    def test_margin_is_unknown_only_where_something_was_sold(self, made: Cast) -> None:
        buyer = customer("D", owner=made.owner)
        buy(buyer, dt.date(2026, 3, 5), "10")
        touch(buyer, "call", LAST_NIGHT)
        make_again([buyer.pk])
        sold, served = Caller(made.owner).get(f"/customers/{buyer.pk}/value")["months"]
        assert sold["margin"] is sold["contribution"] is None
        assert (Decimal(served["margin"]), Decimal(served["contribution"])) == (0, Decimal("-2.5"))

    def test_nobody_sees_another_s_customer(self, made: Cast) -> None:
        theirs = Customer.objects.filter(owner=made.owner).first()
        assert theirs is not None
        Caller(made.outsider).get(f"/customers/{theirs.pk}/value", 404)

    def test_each_month_opens_its_orders(self, made: Cast) -> None:
        caller = Caller(made.owner)
        mine = Customer.objects.filter(owner=made.owner).first()
        assert mine is not None
        for told in (
            caller.get(f"/customers/{mine.pk}/value"),
            caller.get("/insight/value", months=600),
        ):
            months = [m for m in told["months"] if m["orders"]]
            assert months
            for month in months:
                found = caller.get(
                    "/orders",
                    filter=json.dumps(month["orders_filter"]),
                    fields="reporting_total",
                )["items"]
                assert len(found) == month["orders"]
                assert sum(Decimal(o["reporting_total"]) for o in found) == Decimal(
                    month["revenue"]
                )

    def test_no_more_than_the_role_shows(self, made: Cast) -> None:
        role = Role.objects.get(name="account_manager")
        mine = Customer.objects.filter(owner=made.owner).first()
        assert mine is not None
        role.grants["fields"] = {"order_line.cost": "hidden"}
        role.save()
        told = Caller(made.owner).get(f"/customers/{mine.pk}/value")
        assert {"margin", "costed", "contribution"}.isdisjoint(told["figures"])
        for row in (told["in_all"], *told["months"]):
            assert row["margin"] is row["costed"] is row["contribution"] is None
            assert row["revenue"] is not None
        role.grants["fields"] = {"service_rate.cost": "hidden"}
        role.save()
        told = Caller(made.owner).get("/insight/value", months=600)
        assert {"cost_to_serve", "contribution"}.isdisjoint(told["figures"])
        role.grants["areas"] = {"customers": {"read": "team"}}
        role.save()
        Caller(made.owner).get("/insight/value", 403)
        told = Caller(made.owner).get(f"/customers/{mine.pk}/value")
        assert told["figures"] == []
        assert all(
            m["orders"] is m["revenue"] is m["orders_filter"] is None for m in told["months"]
        )
