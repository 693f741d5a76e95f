"""A small firm for tests: who works there, how they ask, and how customers buy."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

import numpy as np
from django.test import Client

from guanxi.customers.models import Customer
from guanxi.platform.access.models import Role, Team, User
from guanxi.platform.access.predicate import Asker
from guanxi.platform.access.sign_in import issue_token
from guanxi.platform.workspaces.services import found_workspace
from guanxi.sales.models import Order, OrderLine

TODAY = dt.date(2026, 3, 31)
NOON = dt.time(4, tzinfo=dt.UTC)  # in Shanghai


@dataclass
class Cast:
    """A manager who sees all, an account manager, a teammate, an outsider, and one who may look."""

    manager: User
    owner: User
    teammate: User
    outsider: User
    reader: User


def found_firm() -> Cast:
    """An empty workspace in Shanghai, in yuan, and its people."""
    found_workspace(firm="Firm", language="en", time_zone="Asia/Shanghai", currency="CNY")
    north, south = Team.objects.create(name="North"), Team.objects.create(name="South")

    def user(name: str, role: str, team: Team | None = None) -> User:
        return User.objects.create(
            username=name, full_name=name.title(), role=Role.objects.get(name=role), team=team
        )

    return Cast(
        manager=user("manager", "manager"),
        owner=user("owner", "account_manager", north),
        teammate=user("teammate", "account_manager", north),
        outsider=user("outsider", "account_manager", south),
        reader=user("reader", "read_only"),
    )


class Caller:
    """Speaks HTTP as one user."""

    def __init__(self, user: User):
        _token, key = issue_token(user=user, name="test", scopes=["read", "write"])
        self.client = Client(headers={"authorization": f"Bearer {key}"})

    def get(self, path: str, status: int = 200, **query: Any) -> Any:
        return self._read(self.client.get(f"/api/v1{path}", query), status)

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        response = self.client.post(
            f"/api/v1{path}", json.dumps(body or {}), content_type="application/json"
        )
        return self._read(response, status)

    def patch(self, path: str, body: Any) -> Any:
        response = self.client.patch(
            f"/api/v1{path}", json.dumps(body), content_type="application/json"
        )
        return self._read(response, 200)

    def _read(self, response: Any, status: int) -> Any:
        assert response.status_code == status, response.content.decode()
        return response.json() if response.content else None


def asker(user: User) -> Asker:
    return Asker(user)


def customer(name: str = "Customer", **values: Any) -> Customer:
    made = Customer.objects.create(kind="person", name=name, **values)
    made.refresh_from_db()
    return made


def buy(
    buyer: Customer | None,
    day: dt.date,
    *amounts: float | str,
    cost: float | str | None = None,
    **order: Any,
) -> Order:
    """One order of `buyer` with a line for each amount; below zero is a return."""
    made = Order.objects.create(
        customer=buyer,
        number=f"N{Order.objects.count() + 1}",
        ordered_at=dt.datetime.combine(day, NOON),
        ordered_on=day,
        currency=order.pop("currency", "CNY"),
        **order,
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=made,
            position=position,
            kind="sale" if Decimal(str(amount)) >= 0 else "return",
            quantity=1 if Decimal(str(amount)) >= 0 else -1,
            unit_price=abs(Decimal(str(amount))),
            amount=Decimal(str(amount)),
            cost=cost,
        )
        for position, amount in enumerate(amounts, 1)
    )
    made.refresh_from_db()
    return made


def simulate(buyers: Iterable[Customer], *, seed: int = 0, until: dt.date = TODAY) -> int:
    """Let customers buy, each at a pace of their own until they leave; returns how many orders."""
    random = np.random.default_rng(seed)
    orders: list[Order] = []
    lines: list[OrderLine] = []
    for buyer in buyers:
        gap, spend = random.gamma(2, 25) + 5, random.gamma(3, 60)
        day = float(random.uniform(30, 700))
        while day >= 0:
            on = until - dt.timedelta(days=int(day))
            number = f"S{seed}-{len(orders)}"
            orders.append(
                Order(
                    id=uuid4(),  # bulk_create does not tell the keys that the database makes
                    customer=buyer,
                    number=number,
                    ordered_at=dt.datetime.combine(on, NOON),
                    ordered_on=on,
                    currency="CNY",
                )
            )
            amount = Decimal(str(round(random.gamma(4, spend / 4) + 1, 2)))
            lines.append(
                OrderLine(
                    order=orders[-1], position=1, quantity=1, unit_price=amount, amount=amount
                )
            )
            if random.random() < 0.12:
                break
            day -= random.exponential(gap)
    Order.objects.bulk_create(orders)
    OrderLine.objects.bulk_create(lines)
    return len(orders)
