"""Two who relate customers in the same moment: what only both together break is refused to one."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from guanxi.customers.models import Customer, Relationship
from tests.cast import Firm, make_firm
from tests.relations.made import asked, companies, days, relate
from tests.test_at_once import at_once, is_kept_waiting, statuses
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
PARENT = "parent_company"


@pytest.fixture
def firm(transactional_db: None) -> Firm:
    return make_firm()


def in_turn(firm: Firm, first: tuple[Customer, str, Customer, dict[str, Any]], second: Any) -> Any:
    """The answer to relating `second` while `first` is written and not yet committed."""
    one, kind, other, more = first

    def late() -> Any:
        try:
            return asked(firm.client("owner"), *second[:3], **second[3])
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            relate(one, kind, other, **more)
            waiting = pool.submit(late)
            wait_until(is_kept_waiting)
        return waiting.result()


def test_a_circle_that_only_both_close(firm: Firm) -> None:
    """The two links have no end in common: c is above a and b above d already."""
    of = companies("abcd", firm["owner"])
    relate(of["b"], PARENT, of["c"])
    relate(of["d"], PARENT, of["a"])
    answer = in_turn(firm, (of["a"], PARENT, of["b"], {}), (of["c"], PARENT, of["d"], {}))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "circle")
    assert Relationship.objects.filter(kind=PARENT).count() == 3


def test_two_parents_and_two_of_the_same(firm: Firm) -> None:
    of = companies("abc", firm["owner"])
    answer = in_turn(firm, (of["a"], PARENT, of["c"], {}), (of["b"], PARENT, of["c"], {}))
    assert answer.json()["errors"][0]["code"] == "second_parent"
    ends = {"until": days(5)}
    answer = in_turn(
        firm, (of["a"], "partner", of["b"], ends),
        (of["b"], "partner", of["a"], {"since": str(days(2))}),
    )  # fmt: skip
    assert answer.json()["errors"][0]["code"] == "overlap"


def test_a_ring_of_writers_in_the_same_moment(firm: Firm) -> None:
    of = companies("abcd", firm["owner"])
    answers = at_once(
        *(
            lambda one=one, other=other: asked(firm.client("owner"), of[one], PARENT, of[other])
            for one, other in ("ab", "bc", "cd", "da")
        )
    )
    assert statuses(answers) == {201: 3, 422: 1}
