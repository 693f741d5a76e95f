"""Who sees which suspected duplicates and decides about them; merging and taking back."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from guanxi.insight.models import SuspectedPair
from guanxi.platform.access.models import Role, User
from guanxi.platform.access.sign_in import issue_token
from guanxi.platform.jobs.models import Job
from tests.cast import PEOPLE, Firm, share_some
from tests.oracle import Oracle
from tests.writes.calls import post

pytestmark = pytest.mark.django_db
MERGING = ("administrator", "manager", "account_manager")
EVIDENCE = [
    {"field": "name", "level": "same", "weight": 9.5},
    {"field": "phone", "level": "one_slip", "weight": 6.25},
]


def suspect(firm: Firm) -> dict[str, tuple[Any, Any]]:
    """Suspect every two customers of the cast; by id of the pair the two."""
    every = sorted(firm.records["customer"].values(), key=lambda r: r.pk)
    found = {}
    for n, (one, two) in enumerate(combinations(every, 2)):
        pair = SuspectedPair(
            first_id=one.pk, second_id=two.pk, probability=0.9, priority=n // 2, evidence=EVIDENCE
        )
        pair.save(force_insert=True)
        found[str(pair.pk)] = (one, two)
    return found


def listed(client: Client, **query: Any) -> list[dict[str, Any]]:
    """All pairs, page by page."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        asked = {"limit": 4, **query, **({"cursor": cursor} if cursor else {})}
        answer = client.get("/api/v1/duplicates", asked)
        assert answer.status_code == 200, answer.content
        found += answer.json()["items"]
        cursor = answer.json()["next"]
        if cursor is None:
            assert answer.json()["total"] == len(found)
            return found


def decide(client: Client, pk: str, decision: str = "not_the_same") -> int:
    return int(post(client, f"duplicates/{pk}/decide", {"decision": decision}).status_code)


def test_the_queue_is_what_the_oracle_says(firm: Firm) -> None:
    share_some(firm)
    pairs = suspect(firm)
    oracle, bare = Oracle(firm), Oracle(firm)
    bare.shared = lambda *_: False  # type: ignore[method-assign]  # by a share nobody decides
    for who in PEOPLE:
        client = firm.client(who)
        if PEOPLE[who][0] not in MERGING:
            assert client.get("/api/v1/duplicates").status_code == 403
            assert post(client, "duplicates/search").status_code == 403
            assert {decide(client, pk) for pk in pairs} == {403}
            continue
        seen = {
            pk: all(bare.may(who, "change", "customer", r) for r in two)
            for pk, two in pairs.items()
            if all(oracle.may(who, "read", "customer", r) for r in two)
        }
        found = listed(client)
        assert {p["id"]: bool(p["can"]) for p in found} == seen
        for p in found:
            assert [r["id"] for r in p["records"]] == [str(r.pk) for r in pairs[p["id"]]]
        for pk in pairs:
            with transaction.atomic():
                expected = 404 if pk not in seen else 200 if seen[pk] else 403
                assert decide(client, pk) == expected
                transaction.set_rollback(True)
    reader, _token = firm.token_client("manager", "read")
    assert not any(p["can"] for p in listed(reader))
    assert {decide(reader, pk) for pk in pairs} == {403}
    assert firm.client(None).get("/api/v1/duplicates").status_code == 401


def test_a_decision_is_kept_and_taken_back(firm: Firm) -> None:
    suspect(firm)
    client = firm.client("manager")
    pk = listed(client)[0]["id"]
    assert decide(client, pk) == 200
    (kept,) = listed(client, state="not_the_same")
    assert (kept["id"], kept["decided_by"]["id"]) == (pk, str(firm["manager"].pk))
    assert pk not in {p["id"] for p in listed(client)}
    assert decide(client, pk, "open") == 200
    assert listed(client)[0]["id"] == pk
    assert listed(client, state="not_the_same") == []
    gone = client.get("/api/v1/duplicates", {"cursor": str(firm["manager"].pk)})
    assert gone.status_code == 422


def test_hidden_fields_are_neither_shown_nor_told_of(firm: Firm) -> None:
    suspect(firm)
    grants = {**firm["manager"].role.grants, "fields": {"customer.phone": "hidden"}}
    role = Role.objects.create(name="careful", label="careful", grants=grants)
    user = User.objects.create(username="careful", full_name="Careful", role=role)
    _token, key = issue_token(user=user, name="test", scopes=["read", "write"])
    pair = listed(Client(headers={"Authorization": f"Bearer {key}"}))[0]
    assert [e["field"] for e in pair["evidence"]] == ["name"]
    assert all("phone" not in r["values"] and "city" in r["values"] for r in pair["records"])


def test_merging_takes_pairs_out_and_taking_back_brings_them_again(firm: Firm) -> None:
    pairs, client = suspect(firm), firm.client("manager")
    one, two = firm["customer:chen"], firm["customer:feng"]
    before = {p["id"] for p in listed(client)}
    ids = [str(one.pk), str(two.pk)]
    merge = post(client, "customers/merge", {"ids": ids, "survivor": ids[0]}).json()
    assert {p["id"] for p in listed(client)} == {p for p in before if two not in pairs[p]}
    post(client, f"merges/{merge['id']}/undo")
    assert {p["id"] for p in listed(client)} == before


def test_a_search_that_waits_is_not_queued_twice(firm: Firm) -> None:
    client = firm.client("owner")
    first, second = (post(client, "duplicates/search") for _ in range(2))
    assert (first.status_code, first.json()["id"]) == (202, second.json()["id"])
    assert Job.objects.filter(kind="find_duplicates").count() == 1
