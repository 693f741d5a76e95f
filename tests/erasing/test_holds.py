"""Legal holds: what must stay, stays."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from guanxi.customers.models import (
    Customer,
)
from guanxi.platform.erasing.models import LegalHold
from guanxi.platform.events.models import Event
from tests.cast import Firm
from tests.erasing.calls import NAME, erase, erased
from tests.writes.calls import get, post, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]


def hold(client: Client, customer: Customer, **body: Any) -> Any:
    path = f"/api/v1/customers/{customer.pk}/hold"
    return client.put(path, {"reason": "诉讼 2026-17", **body}, content_type="application/json")


def test_a_legal_hold_keeps_everything(firm: Firm, admin: Client, customer: Customer) -> None:
    path = f"customers/{customer.pk}"
    shown = hold(admin, customer).json()
    assert shown["hold"]["reason"] == "诉讼 2026-17"
    problem = refused(lambda: erase(admin, customer), 409)
    assert problem["obstacles"][0]["code"] == "legal_hold"
    merging = {"ids": [str(customer.pk), str(firm["customer:chen"].pk)]}
    into = {**merging, "survivor": str(firm["customer:chen"].pk)}
    assert refused(lambda: post(admin, "customers/merge", into), 409)["code"] == "legal_hold"
    (held,) = get(admin, "holds?object=customer")["items"]
    assert held["record"] == {"id": str(customer.pk), "label": NAME}
    # Everybody who sees the customer sees that there is one; why is not for all.
    assert get(firm.client("owner"), f"{path}/privacy")["hold"]["reason"] == ""
    assert admin.delete(f"/api/v1/{path}/hold").status_code == 204
    assert admin.delete(f"/api/v1/{path}/hold").status_code == 404
    erased(admin, customer)
    assert LegalHold.objects.get().reason == ""


def test_a_hold_ends_with_its_last_day(admin: Client, customer: Customer) -> None:
    yesterday = timezone.now().date() - dt.timedelta(days=2)
    assert hold(admin, customer, until=str(yesterday)).status_code == 422
    hold(admin, customer, until=str(timezone.now().date() + dt.timedelta(days=3)))
    LegalHold.objects.update(until=yesterday)
    assert get(admin, f"customers/{customer.pk}/privacy")["hold"] is None
    erased(admin, customer)


def test_holds_are_audited_without_their_reason(admin: Client, customer: Customer) -> None:
    hold(admin, customer)
    event = Event.objects.get(object="legal_hold")
    assert "2026-17" not in str(event.changes)
    (told,) = get(admin, "audit?object=legal_hold")["items"]
    assert (told["page"], told["page_id"]) == ("customer", str(customer.pk))
    erase(admin, customer)
    assert get(admin, "audit?object=erasure")["items"] == []  # it was refused
    admin.delete(f"/api/v1/customers/{customer.pk}/hold")
    erased(admin, customer)
    (told,) = get(admin, "audit?object=erasure")["items"]
    assert told["actor"]["label"] == "administrator 先生"
