"""Parent companies: a tree on every day, told with what the group amounts to."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanxi.customers.models import Relationship
from guanxi.interactions.models import Task
from guanxi.platform.workspaces.models import Workspace
from guanxi.sales.models import Order
from tests.cast import NOON, Firm
from tests.relations.made import asked, companies, company, days, relate
from tests.writes.calls import fields, get, patch, refused

pytestmark = pytest.mark.django_db
PARENT = "parent_company"


def test_a_circle_is_refused_and_says_which_link_would_close_it(firm: Firm) -> None:
    client, of = firm.client("owner"), companies("abcd", firm["owner"])
    for one, other in ("ab", "bc", "cd"):
        assert asked(client, of[one], PARENT, of[other]).status_code == 201
    problem = refused(lambda: asked(client, of["d"], PARENT, of["a"]), 422)
    error = problem["errors"][0]
    assert (error["field"], error["code"]) == ("customer", "circle")
    assert '"a" is above "d" already (a → b → c → d)' in error["message"]
    itself = refused(lambda: asked(client, of["a"], PARENT, of["a"]), 422)
    assert "itself" in itself["errors"][0]["message"]


def test_nobody_hidden_is_named_in_a_refusal(firm: Firm) -> None:
    own, theirs = companies("ab", firm["loner"]), company("secret", firm["owner"])
    relate(own["a"], PARENT, theirs)
    relate(theirs, PARENT, own["b"])
    client = firm.client("loner")
    message = refused(lambda: asked(client, own["b"], PARENT, own["a"]), 422)["errors"][0][
        "message"
    ]
    assert "secret" not in message
    assert "a → … → b" in message
    other = company("mine", firm["loner"])
    message = refused(lambda: asked(client, other, PARENT, own["b"]), 422)["errors"][0]["message"]
    assert "secret" not in message


def test_one_parent_at_a_time(firm: Firm) -> None:
    client, of = firm.client("owner"), companies("abc", firm["owner"])
    first = asked(client, of["a"], PARENT, of["c"], since=str(days(-100))).json()
    problem = refused(lambda: asked(client, of["b"], PARENT, of["c"]), 422)
    assert problem["errors"][0]["code"] == "second_parent"
    assert '"a"' in problem["errors"][0]["message"]
    patch(client, f"relationships/{first['id']}", {"until": str(days(-10))})
    assert asked(client, of["b"], PARENT, of["c"], since=str(days(-9))).status_code == 201
    # What was above once may be below later: on no day it is both.
    assert asked(client, of["c"], PARENT, of["a"], since=str(days(-9))).status_code == 201
    problem = refused(lambda: patch(client, f"relationships/{first['id']}", {"until": None}), 422)
    assert fields(problem) == ["customer"]


link = st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 3), st.integers(0, 3)).filter(
    lambda made: made[0] != made[1] and made[2] <= made[3]
)


@given(st.lists(link, max_size=9))
@settings(
    max_examples=40, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
def test_what_is_accepted_is_a_forest_on_every_day(firm: Firm, links: list[Any]) -> None:
    """And what is refused would not be one: said once more by a naive rule, day by day."""

    def is_forest(those: list[Any]) -> bool:
        for day in range(4):
            above: dict[int, int] = {}
            for parent, child, since, until in those:
                if since <= day <= until:
                    if child in above:
                        return False
                    above[child] = parent
            for start in above:
                passed, at = {start}, above.get(start)
                while at is not None and at not in passed:
                    passed.add(at)
                    at = above.get(at)
                if at is not None:
                    return False
        return True

    with transaction.atomic():
        of = companies("abcde")
        nodes, kept = list(of.values()), []
        first = dt.date(2024, 1, 1)
        for made in links:
            parent, child, since, until = made
            spans = {"since": first + dt.timedelta(since), "until": first + dt.timedelta(until)}
            try:
                with transaction.atomic():
                    relate(nodes[parent], PARENT, nodes[child], **spans)
            except IntegrityError:
                assert not is_forest([*kept, made]), (kept, made)
            else:
                kept.append(made)
                assert is_forest(kept), kept
        transaction.set_rollback(True)


def test_the_group_with_what_it_amounts_to(firm: Firm) -> None:
    """root → (a → (a1, a2), b); of a2 nothing is the asker's to see."""
    owner, other = firm["owner"], firm["outsider"]
    names = ("root", "a", "a1", "a2", "b", "x")
    of = {name: company(name, other if name in ("a2", "x") else owner) for name in names}
    for one, two in (("root", "a"), ("a", "a1"), ("a", "a2"), ("root", "b"), ("a2", "x")):
        relate(of[one], PARENT, of[two], since=days(-400))
    relate(of["b"], PARENT, company("former", owner), until=days(-1))
    for name, total, status, age in (
        ("root", 100, "completed", 3), ("a", 20, "placed", 10), ("a1", 3, "completed", 300),
        ("a1", 1000, "completed", 370), ("b", 1000, "cancelled", 5), ("a2", 5000, "completed", 5),
    ):  # fmt: skip
        at = NOON.replace(year=days(-age).year, month=days(-age).month, day=days(-age).day)
        Order.objects.create(
            customer=of[name], number=f"H{name}{age}", currency="CNY", ordered_at=at,
            ordered_on=at.date(), total=Decimal(total), status=status,
        )  # fmt: skip
    for name in ("a", "a1", "a2"):
        Task.objects.create(customer=of[name], title=name, owner=owner if name != "a2" else other)

    client = firm.client("owner")
    found = get(client, f"customers/{of['a'].pk}/hierarchy")
    assert [(n["label"], n["depth"]) for n in found["nodes"]] == [
        ("root", 0), ("a", 1), ("a1", 2), ("b", 1),
    ]  # fmt: skip
    assert (found["root"], found["more"], found["at_least"]) == (str(of["root"].pk), 0, False)
    assert (found["group"]["customers"], found["below"]["customers"]) == (4, 2)
    assert found["currency"] == "CNY"
    figures = {"revenue_12m": "123.00", "open_orders": 1, "open_tasks": 2}
    assert found["group"]["figures"] == found["group"]["figures"] | figures
    assert found["below"]["figures"]["revenue_12m"] == "23.00"
    assert found["nodes"][2]["figures"]["revenue_12m"] == "3.00"
    everything = get(firm.client("administrator"), f"customers/{of['a'].pk}/hierarchy")
    assert everything["group"]["customers"] == 6
    assert everything["group"]["figures"]["revenue_12m"] == "5123.00"
    # Beyond what is hidden nothing is told, not even that there is something.
    alone = get(firm.client("outsider"), f"customers/{of['x'].pk}/hierarchy")
    assert [n["label"] for n in alone["nodes"]] == ["a2", "x"]
    assert client.get(f"/api/v1/customers/{of['x'].pk}/hierarchy").status_code == 404
    role = owner.role
    role.grants["fields"] = {"order.reporting_total": "hidden"}
    role.save()
    masked = get(firm.client("owner"), f"customers/{of['a'].pk}/hierarchy")
    assert "revenue_12m" not in masked["group"]["figures"]
    role.grants["fields"] = {"relationship.other": "hidden"}
    role.save()
    assert client.get(f"/api/v1/customers/{of['a'].pk}/hierarchy").status_code == 403


def test_a_large_group_takes_no_more_queries_and_says_what_it_leaves_out(firm: Firm) -> None:
    owner = firm["owner"]
    small, top = companies("ab", owner), company("top", owner)
    relate(small["a"], PARENT, small["b"])
    children = [company(f"c{n:03}", owner) for n in range(510)]
    Relationship.objects.bulk_create(
        Relationship(customer=top, kind=PARENT, other=c) for c in children
    )
    deep = company("zz deep", owner)
    relate(children[-1], PARENT, deep)
    client = firm.client("owner")

    def queries(customer: Any, what: str) -> tuple[int, Any]:
        with CaptureQueriesContext(connection) as captured:
            answer = get(client, f"customers/{customer.pk}/{what}")
        return len(captured), answer

    cache.set("workspace", Workspace.objects.get(), None)  # whose every tenth second is no matter
    queries(small["a"], "hierarchy")
    for what in ("hierarchy", "referrals", "household", "network?steps=1"):
        assert queries(small["a"], what)[0] == queries(top, what)[0], what
    _n, found = queries(deep, "hierarchy")
    assert (len(found["nodes"]), found["more"], found["group"]["customers"]) == (500, 12, 512)
    shown = {n["label"] for n in found["nodes"]}
    assert {"top", "c509", "zz deep"} <= shown  # whoever is near is among those shown
    _n, around = queries(top, "network?steps=1&limit=60")
    assert (len(around["nodes"]), around["more"]) == (60, 451)


def test_walks_end_where_they_began(firm: Firm) -> None:
    of = companies("abc", firm["owner"])
    for one, other in ("ab", "bc", "ca"):
        relate(of[one], "referrer", of[other])
    found = get(firm.client("owner"), f"customers/{of['a'].pk}/referrals")
    assert [n["label"] for n in found["nodes"]] == ["b", "c"]
    assert [n["label"] for n in found["came_by"]] == ["c", "b"]
