"""Who may be a customer already: what is found, who is told how much of it, and what is refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanxi.customers.models import Customer
from guanxi.insight.models import SuspectedPair
from guanxi.platform.events.models import Event
from guanxi.platform.objects.duplicates import INITIALS, MASKED_AT_MOST, initials
from tests.cast import PEOPLE, Firm
from tests.oracle import Oracle, is_hidden, may_create

CUSTOMERS = "/api/v1/customers"
FIVE_THOUSAND = """
insert into customers_customer (kind, name, name_match, phone, phone_normal)
select 'person', 'Somebody' || i, 'somebody' || i, '01062220000', '+861062220000'
from generate_series(1, 5000) i
"""
pytestmark = pytest.mark.django_db


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ask(client: Client, **draft: Any) -> dict[str, Any]:
    answer = client.post(f"{CUSTOMERS}/duplicates", draft, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.json()  # type: ignore[no-any-return]


def create(client: Client, *, insist: bool = False, **values: Any) -> Any:
    path = f"{CUSTOMERS}?on_duplicate=create" if insist else CUSTOMERS
    return client.post(path, {"kind": "person", **values}, content_type="application/json")


def rules(answer: dict[str, Any]) -> list[tuple[str, str | None, list[str]]]:
    return [
        (c["label"], c["level"], [e["rule"] for e in c["evidence"]]) for c in answer["candidates"]
    ]


@pytest.fixture
def known(firm: Firm) -> dict[str, Customer]:
    make = Customer.objects.create
    return {
        "li": make(kind="person", name="李小明", phone="13911112222", city="上海市",
                   birthday="1990-05-01", email="li@example.com"),
        "acme": make(kind="organization", name="Qualitas Co., Ltd.", phone="021-61112222"),
        "huawei": make(kind="organization", name="上海鴻圖科技有限公司", city="上海"),
        "zhang": make(kind="person", name="Zhang, Quwei", phone="13911113333"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("draft", "found"),
    [
        # An identity, and the name with it.
        ({"name": "李小明", "phone": "139 1111 2222"}, [("李小明", "likely", ["phone", "name"])]),
        ({"email": "LI@example.com"}, [("李小明", "likely", ["email"])]),
        ({"name": "王芳", "kind": "person", "phone": "+8613911112222"},
         [("李小明", "likely", ["phone", "other_name"])]),
        ({"phone": "13911112222", "kind": "organization"}, []),
        # A name in another form, script, order, place.
        ({"name": "Qualitas GmbH", "kind": "organization"},
         [("Qualitas Co., Ltd.", "likely", ["name"])]),
        ({"name": "鸿图科技有限公司", "kind": "organization", "city": "上海"},
         [("上海鴻圖科技有限公司", "hint", ["name", "city"])]),
        ({"name": "上海鸿图科技", "kind": "organization"},
         [("上海鴻圖科技有限公司", "likely", ["name"])]),
        ({"name": "Dr. Quwei Zhang", "kind": "person"}, [("Zhang, Quwei", "hint", ["name"])]),
        # A person of the same name, with nothing, the city, the birthday, the end of the phone.
        ({"name": "李小明先生"}, [("李小明", "hint", ["name"])]),
        ({"name": "李小明", "city": "上海"}, [("李小明", "hint", ["name", "city"])]),
        ({"name": "李小明", "birthday": "1990-05-01"},
         [("李小明", "likely", ["name", "birthday"])]),
        ({"name": "李小明", "phone": "+852 1111 2222"},
         [("李小明", "likely", ["name", "phone_end"])]),
        ({"name": "李小明", "kind": "organization"}, []),
        ({}, []),
        ({"name": "\u200b", "phone": "12"}, []),
    ],
)  # fmt: skip
def test_rules(firm: Firm, known: Any, draft: dict[str, Any], found: Any) -> None:
    answer = ask(firm.client("manager"), **draft)
    assert rules(answer) == found
    assert answer["refuses"] == any(level != "hint" for _label, level, _rules in found)


def test_external_ids_are_certain_and_another_one_is_somebody_else(firm: Firm, known: Any) -> None:
    known["li"].identities.create(kind="external", source="shop", value="C-1", normal="C-1")
    client = firm.client("manager")
    same = {"kind": "external", "source": "shop", "value": "C-1"}
    assert rules(ask(client, name="Anybody", identities=[same])) == [
        ("李小明", "certain", ["external", "other_name"])
    ]
    other = {**same, "value": "C-2"}
    assert rules(ask(client, name="李小明", phone="13911112222", identities=[other])) == []


def test_a_number_of_thousands_is_quick_and_proves_nothing(firm: Firm) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FIVE_THOUSAND)
    client, draft = firm.client("manager"), {"kind": "person", "phone": "010-62220000"}
    ask(client, phone="13999999999")  # the first of a process takes longer
    began = time.perf_counter()
    answer = ask(client, name="Newcomer", **draft)
    assert time.perf_counter() - began < 1
    assert not answer["refuses"]
    assert {c["level"] for c in answer["candidates"]} == {"hint"}
    assert "50+" in answer["notes"][0]
    assert create(client, name="Newcomer", phone="01062220000").status_code == 201
    # Whoever is called so is found behind all the others.
    strongest = ask(client, name="Somebody4711", **draft)["candidates"][0]
    assert (strongest["label"], strongest["level"]) == ("Somebody4711", "likely")


def test_creating_what_may_exist_is_refused_unless_insisted_on(firm: Firm, known: Any) -> None:
    client = firm.client("manager")
    count = Customer.objects.count()
    key = {"Idempotency-Key": "k-1"}
    body = {"kind": "person", "name": "李小明", "phone": "13911112222"}
    refused = client.post(CUSTOMERS, body, content_type="application/json", headers=key)
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "may_exist")
    assert problem["candidates"][0]["id"] == str(known["li"].pk)
    assert Customer.objects.count() == count
    insist = f"{CUSTOMERS}?on_duplicate=create"
    made = client.post(insist, body, content_type="application/json", headers=key)
    assert made.status_code == 201
    again = client.post(insist, body, content_type="application/json", headers=key)
    assert again.json()["id"] == made.json()["id"]
    assert Customer.objects.count() == count + 1
    assert client.post(f"{CUSTOMERS}?on_duplicate=x", body, content_type="application/json"
                       ).json()["errors"][0]["field"] == "on_duplicate"  # fmt: skip
    # What is wrong otherwise is told first; what is only a hint refuses nothing.
    assert create(client, name="李小明", phone="13911112222", email="no").status_code == 422
    assert create(client, name="李小明").status_code == 201


def test_nobody_learns_more_than_initials_and_owner(firm: Firm, subtests: pytest.Subtests) -> None:
    """By the oracle, for everyone in the cast about every customer, by all that is known of it."""
    oracle = Oracle(firm)
    for who in PEOPLE:
        client = firm.client(who)
        for name, customer in firm.records["customer"].items():
            with subtests.test(who=who, customer=name), undone():
                draft = {"name": customer.name, "kind": customer.kind, "phone": customer.phone,
                         "email": customer.email}  # fmt: skip
                body = {k: v for k, v in draft.items() if v}
                answer = client.post(
                    f"{CUSTOMERS}/duplicates", body, content_type="application/json"
                )
                if not may_create(who, "customer"):
                    assert answer.status_code == 403
                    continue
                for c in answer.json()["candidates"]:
                    if c["id"] is None:
                        assert (c["level"], c["evidence"]) == (None, [])
                        assert len(c["label"]) <= 3 * INITIALS
                        assert c["label"] != customer.name
                        continue
                    record = next(
                        r for r in firm.records["customer"].values() if str(r.pk) == c["id"]
                    )
                    assert oracle.may(who, "read", "customer", record)
                    shown = {e["rule"] for e in c["evidence"]}
                    assert not any(is_hidden(who, "customer", rule) for rule in shown)
                found = {c["id"] for c in answer.json()["candidates"]}
                if oracle.may(who, "read", "customer", customer):
                    assert str(customer.pk) in found
                elif customer.deleted_at is None and not is_hidden(who, "customer", "phone"):
                    assert found == {None}, answer.content


def test_what_is_masked_is_logged_and_limited(firm: Firm) -> None:
    make = Customer.objects.create
    hidden = [
        make(kind="person", name=f"Hidden Person {i}", phone=f"137000{i:05}", owner=firm["owner"])
        for i in range(MASKED_AT_MOST + 1)
    ]
    client = firm.client("outsider")
    refused = create(client, name="Anybody", phone="13700000000")
    assert refused.status_code == 409
    masked = {"id": None, "label": "H. P. 0.", "owner": "owner 先生", "level": None, "evidence": []}
    assert refused.json()["candidates"] == [masked]
    for _twice in range(2):  # told again it counts no more
        assert ask(client, phone="13700000000")["candidates"] == [masked]
    told = Event.objects.filter(object="masked_answer")
    assert [(e.record_id, e.actor_id) for e in told] == [(hidden[0].pk, firm["outsider"].pk)]
    entry = firm.client("administrator").get("/api/v1/audit", {"object": "masked_answer"}).json()
    assert entry["items"][0]["record"] == {"id": str(hidden[0].pk), "label": "Hidden Person 0"}

    answers = [ask(client, phone=c.phone) for c in hidden]
    assert [bool(a["candidates"]) for a in answers] == [True] * MASKED_AT_MOST + [False]
    assert answers[-1]["limited"]
    assert ask(client, phone="13799999999")["limited"]  # whether there is one or not
    assert ask(client, phone="13700000000")["candidates"] == [masked]
    assert not ask(firm.client("manager"), phone="13700000000")["limited"]
    assert told.all().count() == MASKED_AT_MOST
    assert create(client, name="Anybody", phone=hidden[-1].phone).status_code == 201


@settings(max_examples=25, deadline=None, derandomize=True, database=None,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60))
def test_names_in_every_script(firm: Firm, name: str) -> None:
    """What is created is found by its own name, and its initials are no more than that."""
    with undone():
        client = firm.client("manager")
        made = create(client, insist=True, kind="organization", name=name)
        if made.status_code != 201:
            return  # a name of white space alone
        found = {c["id"] for c in ask(client, name=name, kind="organization")["candidates"]}
        assert made.json()["id"] in found
        assert len(initials(name).replace(".", "").replace(" ", "")) <= 3 * INITIALS


def test_who_is_edited_and_whom_somebody_called_different_are_not_told_of(
    firm: Firm, known: dict[str, Customer]
) -> None:
    client, li = firm.client("manager"), known["li"]
    twin = Customer.objects.create(kind="person", name="李小明", phone="13911112222")
    draft = {"name": "李小明", "kind": "person", "phone": "13911112222"}
    both = {str(li.pk), str(twin.pk)}
    assert {c["id"] for c in ask(client, **draft)["candidates"]} == both
    assert {c["id"] for c in ask(client, **draft, id=str(li.pk))["candidates"]} == {str(twin.pk)}
    first, second = sorted([li.pk, twin.pk])
    SuspectedPair.objects.create(
        first_id=first, second_id=second, probability=0.9, priority=1, state="not_the_same",
        decided_by=firm["manager"], decided_at="2026-03-31T00:00Z", compared=1,
    )  # fmt: skip
    for edited in both:
        assert ask(client, **draft, id=edited)["candidates"] == []
    assert {c["id"] for c in ask(client, **draft)["candidates"]} == both
    hidden = {**draft, "id": str(firm["customer:chen"].pk)}
    answer = firm.client("loner").post(
        f"{CUSTOMERS}/duplicates", hidden, content_type="application/json"
    )
    assert answer.status_code == 404
