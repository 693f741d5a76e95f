"""Households, who referred whom, and the network around a customer: of what the asker may see."""

from itertools import combinations
from typing import Any

import pytest

from guanxi.customers.models import Customer, Relationship
from tests.cast import PEOPLE, Firm, share_some
from tests.oracle import Oracle, reach
from tests.relations.made import companies, company, days, relate
from tests.writes.calls import get, post, refused, undo

pytestmark = pytest.mark.django_db


def labels(found: Any, what: str = "nodes") -> list[str]:
    return [node["label"] for node in found[what]]


def test_a_household_and_who_leaves_it(firm: Firm) -> None:
    client, of = firm.client("owner"), companies("abcd", firm["owner"], "person")
    relate(of["a"], "household", of["b"], since=days(-50))
    relate(of["c"], "household", of["b"], since=days(-20))
    relate(of["d"], "household", of["a"], until=days(-1))
    path = f"customers/{of['b'].pk}/household"
    found = get(client, path)
    assert (labels(found), found["group"]["customers"]) == (["b", "a", "c"], 3)
    assert [n["since"] for n in found["nodes"]] == [str(days(-50)), str(days(-50)), str(days(-20))]
    assert labels(get(client, f"customers/{of['d'].pk}/household")) == []

    # The others go on living together, though only through b were they tied to each other.
    left = post(client, f"{path}/leave")
    assert left.status_code == 204, left.content
    assert labels(get(client, path)) == []
    assert labels(get(client, f"customers/{of['a'].pk}/household")) == ["a", "c"]
    assert refused(lambda: post(client, f"{path}/leave"), 409)["code"] == "relationship_state"
    assert undo(client, left).status_code == 200
    assert labels(get(client, path)) == ["b", "a", "c"]
    assert Relationship.objects.filter(deleted_at=None, kind="household").count() == 3

    gone = post(client, f"{path}/leave", {"until": str(days(3))})
    assert gone.status_code == 204
    assert labels(get(client, path)) == ["b", "a", "c"]  # for three days more
    for who, status in (("analyst", 403), ("outsider", 404), (None, 401)):
        assert post(firm.client(who), f"{path}/leave").status_code == status


def test_who_referred_whom(firm: Firm) -> None:
    client, of = firm.client("owner"), companies("abcdefg", firm["owner"], "person")
    for one, other in ("ab", "bc", "bd", "de"):
        relate(of[one], "referrer", of[other])
    hidden = company("h", firm["outsider"], "person")
    relate(of["b"], "referrer", hidden)
    relate(hidden, "referrer", of["f"])
    found = get(client, f"customers/{of['b'].pk}/referrals")
    assert [(n["label"], n["depth"]) for n in found["nodes"]] == [("c", 1), ("d", 1), ("e", 2)]
    assert labels(found, "came_by") == ["a"]
    assert (found["brought"]["customers"], found["direct"]["customers"]) == (3, 2)
    assert found["brought"]["figures"]["open_orders"] == 0
    both = get(firm.client("administrator"), f"customers/{of['b'].pk}/referrals")
    assert both["brought"]["customers"] == 5


def test_the_network_step_by_step(firm: Firm) -> None:
    client, of = firm.client("owner"), companies("abcdef", firm["owner"])
    hidden = company("h", firm["outsider"])
    relate(of["a"], "partner", of["b"], roles=["payer"], role="x")
    relate(of["c"], "guarantor", of["b"])
    relate(of["c"], "partner", of["d"])
    relate(of["d"], "partner", of["e"])
    relate(of["a"], "partner", of["f"], until=days(-1))
    relate(of["a"], "partner", hidden)
    relate(hidden, "partner", of["e"])
    path = f"customers/{of['a'].pk}/network"

    def around(query: str) -> dict[str, int]:
        return {n["label"]: n["step"] for n in get(client, path + query)["nodes"]}

    assert around("?steps=1") == {"a": 0, "b": 1}
    assert around("?steps=2") == around("") == {"a": 0, "b": 1, "c": 2}
    assert around("?steps=3") == {"a": 0, "b": 1, "c": 2, "d": 3}
    assert around("?steps=3&kinds=partner") == {"a": 0, "b": 1}
    found = get(client, path + "?steps=3&limit=3")
    assert (len(found["nodes"]), found["more"]) == (3, 1)
    (link,) = (one for one in found["links"] if one["kind"] == "guarantor")
    assert (link["label"], link["inverse"]) == ("guaranteed by this customer", "guarantor")
    assert found["links"][0]["roles"] == ["payer"]
    assert client.get(f"/api/v1/{path}?steps=4").status_code == 422
    assert client.get(f"/api/v1/{path}?kinds=enemy").status_code == 422
    chinese = client.get(f"/api/v1/{path}", headers={"Accept-Language": "zh-CN"}).json()
    assert {"担保人", "guarantor"} & {one["inverse"] for one in chinese["links"]}


def test_a_masked_name_stays_masked(firm: Firm) -> None:
    one, two = company("Northwind", firm["owner"]), company("Southwind", firm["owner"])
    relate(one, "partner", two)
    role = firm["owner"].role
    role.grants["fields"] = {"customer.name": "masked"}
    role.save()
    nodes = get(firm.client("owner"), f"customers/{one.pk}/network")["nodes"]
    shown = [node["label"] for node in nodes]
    assert all(shown)
    assert not {"Northwind", "Southwind"} & set(shown)
    role.grants["fields"] = {"customer.name": "hidden"}
    role.save()
    nodes = get(firm.client("owner"), f"customers/{one.pk}/network")["nodes"]
    assert [node["label"] for node in nodes] == [None, None]


GROUPS = ("hierarchy", "household", "referrals", "network?steps=3")


def test_every_answer_is_made_of_what_the_oracle_lets_see(firm: Firm) -> None:
    """One network of all customers: each person is led along what they may see, and told that."""
    share_some(firm)
    every: dict[str, Customer] = dict(firm.records["customer"])  # type: ignore[arg-type]
    names = sorted(every)
    Relationship.objects.all().delete()
    kinds = {
        "hierarchy": "parent_company", "household": "household", "referrals": "referrer",
        "network?steps=3": "partner",
    }  # fmt: skip
    ties: dict[str, list[tuple[str, str]]] = {what: [] for what in GROUPS}
    for (number, (one, other)), what in (
        (e, w) for e in enumerate(combinations(names, 2)) for w in GROUPS
    ):
        taken = {child for _parent, child in ties[what]}
        if (number * 7 + len(what)) % 3 and not (what == "hierarchy" and other in taken):
            relate(every[one], kinds[what], every[other])
            ties[what].append((one, other))
    oracle = Oracle(firm)
    of_id = {str(c.pk): name for name, c in every.items()}
    for who in PEOPLE:
        client = firm.client(who)
        seen = {n for n in names if oracle.may(who, "read", "customer", every[n])}
        for start in names:
            for what in GROUPS:
                answer = client.get(f"/api/v1/customers/{every[start].pk}/{what}")
                if reach(who, "relationship", "read") is None:
                    expected = 404 if start not in seen else 403
                    assert answer.status_code == expected
                    continue
                assert answer.status_code == (200 if start in seen else 404), (who, start, what)
                if start not in seen:
                    continue
                told = {of_id[n["id"]] for n in answer.json()["nodes"]}
                ways = [t for t in ties[what] if set(t) <= seen]
                assert told == expected_of(what, start, ways), (who, start, what)


def expected_of(what: str, start: str, ways: list[tuple[str, str]]) -> set[str]:
    """Said once more, naively, of the links whose ends are both seen."""

    def reached(from_: set[str], steps: int, *, down: bool = True, up: bool = True) -> set[str]:
        found = set(from_)
        for _step in range(steps):
            found |= {b for a, b in ways if down and a in found}
            found |= {a for a, b in ways if up and b in found}
        return found

    match what:
        case "hierarchy":
            above = reached({start}, 9, down=False)
            tops = {n for n in above if not any(b == n for _a, b in ways)}
            return reached(tops, 9, up=False)
        case "household":
            found = reached({start}, 9)
            return found if len(found) > 1 else set()
        case "referrals":
            return reached({start}, 9, up=False) - {start}
        case _:
            return reached({start}, 3)
