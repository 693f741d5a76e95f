"""An import takes no two customers for one whom somebody called different."""

from __future__ import annotations

import pytest

from guanxi.customers.models import Customer, Identity
from guanxi.insight.models import SuspectedPair
from guanxi.platform.exchange.tests.cast import codes, make_asker, preview, run, table

pytestmark = pytest.mark.django_db
HEADER = ["姓名", "手机", "邮箱", "城市", "客户编号"]


def test_rows_of_two_whom_somebody_called_different_are_not_brought_together() -> None:
    asker = make_asker()
    run(asker, "customer", table(HEADER, ["张伟", "13800138000", "a@x.cn", "上海", "C1"]))
    run(asker, "customer", table(HEADER, ["张伟", "", "b@x.cn", "北京", "C2"]))
    one, other = (Customer.objects.get(email=email) for email in ("a@x.cn", "b@x.cn"))
    content = table(
        HEADER,
        ["张伟", "13800138000", "a@x.cn", "上海", ""],
        ["张伟", "13800138000", "b@x.cn", "广州", ""],
    )
    first, second = sorted([one.pk, other.pk])
    together = preview(asker, "customer", content)
    assert codes(together) == {3: ["same_in_file"]}
    SuspectedPair.objects.create(
        first_id=first, second_id=second, probability=0.9, priority=1, state="not_the_same",
        decided_by=asker.user, decided_at="2026-03-31T00:00Z", compared=1,
    )  # fmt: skip
    done = run(asker, "customer", content)
    assert codes(done).get(3) != ["same_in_file"]
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.city, one.email, other.email) == ("上海", "a@x.cn", "b@x.cn")
    assert not Identity.objects.filter(customer=one, normal="b@x.cn").exists()
