"""The search for duplicates: what it finds, and what it leaves alone when it comes again."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from django.utils import timezone

from guanxi.customers.models import Customer
from guanxi.insight import compared, duplicate_search
from guanxi.insight.models import CustomerScore, SuspectedPair
from guanxi.platform.workspaces.home import Home

from .firm import Caller, Cast, customer

pytestmark = pytest.mark.django_db
FAMILIES = "赵钱孙李周吴郑冯陈褚卫蒋沈韩杨朱秦尤许何"
GIVEN = ("建国", "秀英", "志强", "丽娜", "海涛", "雪梅", "文博", "晓燕", "俊杰", "淑芬")
CITIES = ("上海", "北京", "广州", "青岛", "成都")
PLANTED: dict[str, list[dict[str, Any]]] = {
    "typo": [
        {"name": "欧阳明月", "phone": "13911112222", "birthday": "1988-03-04", "city": "上海"},
        {"name": "歐陽明月", "phone": "+86 139 1111 2222", "birthday": "1988-03-04"},
    ],
    "rich": [
        {
            "name": "司马青山",
            "email": "qs.sima@example.com",
            "birthday": "1975-10-21",
            "city": "北京",
        },
        {
            "name": "司马清山",
            "email": "qs.sima@example.com",
            "birthday": "1975-10-21",
            "city": "北京",
        },
    ],
    "firm": [
        {"name": "青岛海风纺织有限公司", "phone": "0532 8888 6666", "email": "a@haifeng.example"},
        {"name": "青岛海风纺织", "phone": "053288886666", "email": "a@haifeng.example"},
    ],
}


def strangers() -> None:
    for n, (family, given) in enumerate(product(FAMILIES, GIVEN)):
        kind, end = ("person", "") if n % 4 else ("organization", "贸易有限公司")
        Customer.objects.create(
            kind=kind,
            name=family + given + end,
            phone=f"136{n * 7919 % 10**8:08}",
            email=f"{chr(97 + n % 26) * 3}{n * 31}@example{n}.com",
            birthday=None if end else f"{1950 + n % 50}-{n % 12 + 1:02}-{n % 28 + 1:02}",
            city=CITIES[n % 5],
            postal_code=f"{200000 + n % 40}",  # of neighbours, who are not one
        )


def plant() -> dict[str, list[Customer]]:
    def made(name: str, values: dict[str, Any]) -> Customer:
        kind = "organization" if name == "firm" else "person"
        found = Customer.objects.create(kind=kind, **values)
        found.refresh_from_db()
        return found

    return {name: [made(name, values) for values in two] for name, two in PLANTED.items()}


def rows() -> dict[frozenset[Any], dict[str, Any]]:
    found = SuspectedPair.objects.values()
    return {frozenset((row["first_id"], row["second_id"])): row for row in found}


def test_what_is_planted_is_found_and_what_is_decided_stays_so(firm: Cast) -> None:
    strangers()
    planted = plant()
    pairs = {name: frozenset(c.pk for c in two) for name, two in planted.items()}
    for one in planted["rich"]:
        CustomerScore.objects.create(
            customer=one, stage="growth", expected_value_12m=500, snapshot_on="2026-03-31"
        )

    everybody = Customer.objects.count()
    assert duplicate_search.run() == {"looked_at": everybody, "open": 3, "new": 3}
    found = rows()
    assert set(found) == set(pairs.values())
    caller = Caller(firm.manager)
    listed = caller.get("/duplicates")
    assert listed["total"] == 3
    best = listed["items"][0]  # the others bring nothing yet
    assert {r["id"] for r in best["records"]} == {str(pk) for pk in pairs["rich"]}
    assert {(e["field"], e["level"]) for e in best["evidence"]} >= {
        ("email", "same"), ("birthday", "same"), ("name", "sounds_same"),
    }  # fmt: skip

    decided = found[pairs["typo"]]
    caller.post(f"/duplicates/{decided['id']}/decide", {"decision": "not_the_same"})
    Customer.objects.filter(pk=planted["typo"][0].pk).update(remark="nothing to compare")
    before = rows()
    assert duplicate_search.run() == {"looked_at": 0, "open": 2, "new": 0}
    assert rows() == before

    Customer.objects.filter(pk=planted["typo"][0].pk).update(city="苏州")  # another question
    Customer.objects.filter(pk=planted["firm"][0].pk).update(deleted_at="2026-03-31T00:00Z")
    assert duplicate_search.run() == {"looked_at": 1, "open": 2, "new": 0}
    after = rows()
    assert set(after) == {pairs["typo"], pairs["rich"]}
    asked = after[pairs["typo"]]
    assert (asked["state"], asked["decided_by_id"], asked["compared"]) == ("open", None, None)


def test_nobody_and_one_are_no_pair(firm: Cast) -> None:
    assert duplicate_search.run() == {"looked_at": 0, "open": 0, "new": 0}
    customer("Solo")
    assert duplicate_search.run() == {"looked_at": 1, "open": 0, "new": 0}


def test_later_only_who_changed_is_compared_and_as_if_all_were(firm: Cast) -> None:
    strangers()
    planted = plant()
    everybody = Customer.objects.count()
    duplicate_search.run()
    rich, firms = planted["rich"], planted["firm"]
    score = CustomerScore.objects.create(
        customer=rich[0], stage="growth", expected_value_12m=500, snapshot_on="2026-03-31"
    )
    third = Customer.objects.create(kind="person", **PLANTED["rich"][0])
    other = Customer.objects.create(kind="person", **PLANTED["typo"][0])
    Customer.objects.filter(pk=firms[1].pk).update(phone="", email="", name="大连远洋")
    done = duplicate_search.run()
    assert (done["looked_at"], done["new"]) == (3, 4)
    quickly = rows()
    assert set(quickly) == {
        frozenset(c.pk for c in two)
        for two in (
            planted["typo"], rich, (rich[0], third), (rich[1], third),
            (planted["typo"][0], other), (planted["typo"][1], other),
        )
    }  # fmt: skip
    best = max(quickly.values(), key=lambda row: row["priority"])
    assert rich[0].pk in (best["first_id"], best["second_id"])

    # Nobody changed in what is compared, but they bring something else: the order follows.
    CustomerScore.objects.filter(pk=score.pk).update(expected_value_12m=0)
    assert duplicate_search.run()["looked_at"] == 0
    assert max(row["priority"] for row in rows().values()) <= 1

    for kind in duplicate_search.KINDS:
        known = compared._kept(kind)
        assert known is not None
        over_a_week_ago = (timezone.now() - compared.LEARN_EVERY * 1.1).isoformat()
        compared.write(replace(known, learnt_at=over_a_week_ago), known.model)
    assert duplicate_search.run() == {"looked_at": everybody + 2, "open": 6, "new": 0}
    assert set(rows()) == set(quickly)
    Customer.objects.filter(kind="person").update(city="苏州")  # more than a few
    assert compared.bring_up_to_date("person").changed is None


def test_who_was_erased_while_all_were_compared_is_not_kept(firm: Cast, home: Home) -> None:
    plant()
    was = compared.bring_up_to_date("person")
    Customer.objects.filter(pk=was.table["id"][0].as_py()).update(
        erased_at="2026-03-31T00:00Z", name_match="", phone="", email="", birthday=None
    )
    compared.write(was, None)
    assert list(home.matching.iterdir()) == []
    compared.write(compared.bring_up_to_date("person"), None)
    (file,) = home.matching.iterdir()
    assert compared.bring_up_to_date("person").changed is None  # nothing was learnt yet
    file.write_bytes(file.read_bytes()[:-9])  # the power went
    assert compared.bring_up_to_date("person").table.num_rows == 3
