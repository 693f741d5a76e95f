"""Whom tests of erasing erase, and the calls that do."""

import datetime as dt
from typing import Any

from django.test import Client

from guanxi.customers.models import Address, Consent, Customer, Identity, Purpose, Relationship
from guanxi.interactions.models import Interaction, Task
from guanxi.sales.models import Order, OrderLine
from tests.cast import NOON, Firm
from tests.writes.calls import post

NAME = "宇文赫连"
PHONE = "13955501234"


def somebody(firm: Firm) -> Customer:
    """Somebody with everything that an erasure has to think of."""
    made = Customer(
        kind="person", name=NAME, phone=PHONE, email="Hele.Yuwen@example.com", city="成都",
        street="玉林西路 99 号", birthday=dt.date(1980, 2, 3), remark="怕狗", job_title="会计",
        website="https://yuwen.example.com", owner=firm["owner"], credit_limit="900.0000",
        currency="CNY",
    )  # fmt: skip
    made.save(force_insert=True)
    Identity.objects.create(customer=made, kind="wechat", value="yw_hele_88")
    Address.objects.create(customer=made, kind="delivery", street="天府大道 1 号")
    Relationship.objects.create(customer=made, kind="contact_of", other=firm["customer:acme"])
    Interaction.objects.create(customer=made, channel="call", subject=NAME, body=f"call {PHONE}")
    Task.objects.create(customer=made, title=f"给{NAME}回电", owner=firm["owner"])
    order = Order.objects.create(
        customer=made, number="E-1", currency="CNY", ordered_at=NOON, ordered_on=NOON.date()
    )
    OrderLine.objects.create(
        order=order, position=1, description=f"刻字茶杯 {NAME}", quantity=2, unit_price=50,
        amount=100, cost=40,
    )  # fmt: skip
    Consent.objects.create(
        customer=made, purpose=Purpose.objects.get(name="Marketing"), channel="email",
        state="withdrawn", note="said so by 139 5550 1234",
    )  # fmt: skip
    made.refresh_from_db()
    return made


def erase(client: Client, customer: Customer, name: str | None = None) -> Any:
    body = {"name": customer.name if name is None else name}
    return post(client, f"customers/{customer.pk}/erase", body)


def erased(client: Client, customer: Customer) -> Any:
    answer = erase(client, customer)
    assert answer.status_code == 200, answer.content
    return answer.json()
