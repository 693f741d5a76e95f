"""Merging without asking: what a search merges, what it leaves to people, and taking it back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from guanxi.customers.models import Customer, Identity
from guanxi.insight import by_itself, duplicate_search, duplicates
from guanxi.insight.models import QualitySettings, SuspectedPair
from guanxi.insight.quality.findings import Looking
from guanxi.insight.quality.measuring import keep_figures
from guanxi.insight.quality.models import THE_SETTINGS
from guanxi.platform.erasing.models import LegalHold
from guanxi.platform.merging.models import Merge

from .firm import Caller, Cast
from .test_duplicates import strangers

pytestmark = pytest.mark.django_db
ONE_PHONE = """
insert into customers_customer (kind, name, name_sort, name_match, phone, phone_normal)
select 'person', x.name, x.name, x.name, '01062220000', '+861062220000'
from (select md5(i::text) as name from generate_series(1, %s) i) x
"""
# Each twice, the same but for a slip: as sure as a pair can be.
TWINS = (
    "欧阳明月",
    "司马青山",
    "上官飞燕",
    "诸葛长河",
    "夏侯晓白",
    "东方既明",
    "尉迟红叶",
    "令狐云海",
)


def switch_on(**values: Any) -> None:
    QualitySettings.objects.update_or_create(
        id=THE_SETTINGS, defaults={"merges_by_itself": True, "precision": 0.99, **values}
    )


def twins() -> dict[str, tuple[Customer, Customer]]:
    def made(n: int, name: str, **values: Any) -> Customer:
        customer = Customer.objects.create(
            kind="person", name=name, phone=f"1391111{n:04}", email=f"twin{n}@example.com",
            birthday=f"198{n}-03-0{n + 1}", city="上海", street=f"人民路{n}号", **values,
        )  # fmt: skip
        customer.refresh_from_db()
        return customer

    return {name: (made(n, name), made(n, name, industry="纺织")) for n, name in enumerate(TWINS)}


def pair_of(two: tuple[Customer, Customer]) -> SuspectedPair:
    one, other = sorted(c.pk for c in two)
    return SuspectedPair.objects.get(first_id=one, second_id=other)


def in_use(two: tuple[Customer, Customer]) -> int:
    return Customer.objects.filter(pk__in=[c.pk for c in two], deleted_at=None).count()


def test_sure_pairs_become_one_and_what_speaks_against_it_is_left_to_people(firm: Cast) -> None:
    strangers()
    pairs = twins()
    every = Customer.objects.filter
    done = duplicate_search.run()
    assert (done["open"], done["new"]) == (len(TWINS), len(TWINS))
    assert "merged" not in done  # off by default
    assert all(in_use(two) == 2 for two in pairs.values())

    manager = Caller(firm.manager)
    decided = pair_of(pairs["欧阳明月"])
    manager.post(f"/duplicates/{decided.pk}/decide", {"decision": "not_the_same"})
    every(pk=pairs["司马青山"][0].pk).update(owner=firm.owner)
    every(pk=pairs["司马青山"][1].pk).update(owner=firm.outsider)
    for n, one in enumerate(pairs["上官飞燕"]):
        Identity.objects.create(
            customer=one, kind="external", source="erp", value=f"E{n}", normal=f"E{n}"
        )
    every(pk=pairs["诸葛长河"][0].pk).update(category="internal")
    every(pk=pairs["夏侯晓白"][0].pk).update(credit_code="91350100M000100Y43")
    every(pk=pairs["夏侯晓白"][1].pk).update(credit_code="91310000MA1FL5E23P")
    LegalHold.objects.create(
        object="customer",
        record_id=pairs["令狐云海"][1].pk,
        reason="court",
        placed_by=firm.manager,
    )
    left = {*TWINS[:5], "令狐云海"}

    switch_on(merges_at_most=1)
    for open_pairs in (6, 5):  # one in a run, and no more
        done = duplicate_search.run()
        assert (done["open"], done["new"], done["merged"], done["left"]) == (open_pairs, 0, 1, 0)
    assert {name for name, two in pairs.items() if in_use(two) == 2} == left

    told = manager.get("/duplicates/merged")["items"]
    assert len(told) == 2
    assert {m["actor"]["label"] for m in told} == {"Automatic merging"}
    assert all(m["can"] == ["undo"] for m in told)
    Caller(firm.reader).get("/duplicates/merged", status=403)
    by = duplicates.actor()
    assert by is not None
    assert (by.is_active, by.has_usable_password(), by.role.name) == (False, False, "read_only")

    # Taken back, it is what a person said: never again, even after one of them became another's.
    back = next(m for m in told if m["survivor"]["label"] == "东方既明")
    manager.post(f"/merges/{back['id']}/undo")
    assert in_use(pairs["东方既明"]) == 2
    third = Customer.objects.create(kind="person", name="另一位", phone="13700001111")
    two = pairs["东方既明"]
    manager.post(
        "/customers/merge", {"ids": [str(third.pk), str(two[0].pk)], "survivor": str(third.pk)}
    )
    every(pk=third.pk).update(
        **{
            f: getattr(two[1], f)
            for f in ("name", "phone", "phone_normal", "email", "birthday", "city", "street")
        }
    )
    done = duplicate_search.run()
    assert done["merged"] == 0
    assert pair_of((third, two[1])).state == "open"


def test_a_rule_of_the_firm_and_a_quicker_person_leave_a_pair_as_it_is(
    firm: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    strangers()
    pairs = twins()
    switch_on()
    sure = list

    # The real search, and somebody quicker between its finding and its merging.
    def quick(thresholds: Any) -> Any:
        found = sure(original(thresholds))
        SuspectedPair.objects.filter(pk=found[0][0]).update(
            state="not_the_same",
            decided_by=firm.manager,
            decided_at="2026-03-31T00:00Z",
            compared=1,
        )
        Customer.objects.filter(pk=found[1][1][0]).update(deleted_at="2026-03-31T00:00Z")
        return found

    original = by_itself._sure_pairs
    monkeypatch.setattr(by_itself, "_sure_pairs", quick)
    done = duplicate_search.run()
    assert (done["merged"], done["left"]) == (len(TWINS) - 2, 1)
    assert Merge.objects.count() == len(TWINS) - 2
    assert sum(in_use(two) == 2 for two in pairs.values()) == 1


def test_one_phone_on_hundreds_of_customers_floods_neither_queue_nor_merges(firm: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ONE_PHONE, [600])
    pairs = twins()
    switch_on()
    done = duplicate_search.run()
    assert done["open"] + done["merged"] <= 2 * len(TWINS), done
    shared = Customer.objects.filter(phone_normal="+861062220000", deleted_at=None)
    assert shared.count() == 600, done
    assert sum(2 - in_use(two) for two in pairs.values()) == done["merged"], done


def test_one_phone_on_five_thousand_customers_is_measured_like_any(firm: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ONE_PHONE, [5000])
        # No statistics know of rows that this transaction alone sees: plans for a handful of them
        # would be loops within loops.
        cursor.execute("set local enable_nestloop = off")
    looking = Looking.now_on()
    assert looking.look(Customer.objects.filter(deleted_at=None)) == 5000
    assert keep_figures(looking).customers == 5000
    told = Caller(firm.manager).get("/data-quality")
    phone = next(f for f in told["fields"] if f["name"] == "phone")
    assert (phone["filled"], phone["invalid"]["count"]) == (5000, 0)
