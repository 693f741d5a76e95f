"""Merging customers who are related: what cannot stand beside another is put aside and comes back;
a merge that would close a circle is refused."""

from typing import Any

import pytest

from guanxi.customers.models import Customer, Relationship
from guanxi.platform.merging.models import Merge
from tests.cast import Firm
from tests.relations.made import companies, days, relate
from tests.writes.calls import get, post, refused

pytestmark = pytest.mark.django_db
PARENT = "parent_company"


def merge(client: Any, survivor: Customer, *others: Customer) -> Any:
    ids = [str(c.pk) for c in (survivor, *others)]
    body = {"ids": ids, "survivor": ids[0], "choices": {"name": ids[0]}}
    return post(client, "customers/merge", body)


def living() -> set[tuple[Any, ...]]:
    rows = Relationship.objects.filter(deleted_at=None)
    return set(rows.values_list("customer__name", "kind", "other__name", "since", "until"))


def test_a_merge_that_would_close_a_circle_is_refused(firm: Firm) -> None:
    of = companies("abc", firm["owner"])
    relate(of["a"], PARENT, of["b"])
    relate(of["b"], PARENT, of["c"])
    client, before = firm.client("owner"), living()
    problem = refused(lambda: merge(client, of["a"], of["c"]), 422)
    error = problem["errors"][0]
    assert (error["field"], error["code"]) == ("ids", "circle")
    assert "b" in error["message"]
    assert (living(), Merge.objects.count()) == (before, 0)
    # Of a parent and its own child the link between them goes: a merge says that they are one.
    done = merge(client, of["a"], of["b"])
    assert done.status_code == 200, done.content
    assert ("a", PARENT, "c", None, None) in living()
    assert post(client, f"merges/{done.json()['id']}/undo").status_code == 200
    assert living() == before


def test_of_two_parents_the_survivors_stays(firm: Firm) -> None:
    of = companies("abpq", firm["owner"])
    relate(of["p"], PARENT, of["a"], since=days(-5))
    relate(of["q"], PARENT, of["b"], since=days(-90))
    relate(of["p"], PARENT, of["b"], until=days(-91))
    client, before = firm.client("owner"), living()
    done = merge(client, of["a"], of["b"]).json()
    now = {r for r in living() if r[1] == PARENT}
    assert now == {("p", PARENT, "a", days(-5), None), ("p", PARENT, "a", None, days(-91))}
    assert get(client, "relationships/count?deleted=true&exact=true")["count"] == 0
    post(client, f"merges/{done['id']}/undo")
    assert living() == before


def test_what_is_said_twice_of_one_time_stays_once(firm: Firm) -> None:
    of = companies("abcd", firm["owner"])
    relate(of["a"], "partner", of["c"], since=days(-30), until=days(-20))
    relate(of["c"], "partner", of["b"], since=days(-25))  # the same, said from the other end
    relate(of["b"], "partner", of["d"], until=days(-50))
    relate(of["a"], "partner", of["d"], since=days(-40))
    relate(of["b"], "household", of["a"])
    client, before = firm.client("owner"), living()
    done = merge(client, of["a"], of["b"])
    assert done.status_code == 200, done.content
    assert {r[0] + r[2] for r in living() if {"a", "c", "d"} >= {r[0], r[2]}} == {"ac", "ad"}
    assert len([r for r in living() if r[0] + r[2] == "ad"]) == 2  # one after the other
    post(client, f"merges/{done.json()['id']}/undo")
    assert living() == before


def test_taking_back_after_the_place_was_taken(firm: Firm) -> None:
    """The absorbed one's parent was put aside; meanwhile its own child became that parent's."""
    of = companies("abpc", firm["owner"])
    relate(of["p"], PARENT, of["b"])
    relate(of["c"], PARENT, of["a"])
    client = firm.client("owner")
    done = merge(client, of["a"], of["b"]).json()
    relate(of["a"], PARENT, of["p"])
    assert post(client, f"merges/{done['id']}/undo").status_code == 200
    assert ("p", PARENT, "b", None, None) in living()
