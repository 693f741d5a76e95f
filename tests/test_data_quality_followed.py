"""What is put right between two measurings leaves the findings; committed, as workers see it."""

from __future__ import annotations

from uuid import UUID

import pytest

from guanxi.customers.models import Customer
from guanxi.insight.models import CustomerQuality
from guanxi.insight.quality import measuring
from guanxi.insight.quality.findings import Looking
from guanxi.insight.quality.measuring import CONSUMER, follow_changes, keep_figures
from guanxi.platform.events.reader import skip_events
from tests.waiting import read_to_the_end

pytestmark = pytest.mark.django_db(transaction=True)


def test_changes_are_followed_once_it_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Customer.objects.create(kind="person", name="甲", phone="12")
    follow_changes()
    assert not CustomerQuality.objects.exists()
    skip_events(CONSUMER)
    looking = Looking.now_on()
    looking.look(Customer.objects.all())
    keep_figures(looking)
    assert "phone.invalid" in CustomerQuality.objects.get(customer=one).findings
    one.phone = "13800138000"
    one.save(update_fields=["phone", "phone_normal"])
    new = Customer.objects.create(kind="person", name="乙")
    read_to_the_end(CONSUMER, follow_changes)
    assert "phone.invalid" not in CustomerQuality.objects.get(customer=one).findings
    assert not CustomerQuality.objects.filter(customer=new).exists()  # waits for the next measuring
    looked: list[UUID] = []
    monkeypatch.setattr(measuring, "look_again", looked.extend)
    new.remark = "nothing that is looked at"
    new.save(update_fields=["remark"])
    one.kind = "organization"
    one.save(update_fields=["kind"])
    read_to_the_end(CONSUMER, follow_changes)
    assert looked == [one.pk]
