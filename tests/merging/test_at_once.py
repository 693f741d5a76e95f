"""Two merges of the same records in the same moment: one is done, the other is told."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from guanxi.customers.models import Customer
from guanxi.interactions.models import Task
from guanxi.platform.access.predicate import Asker
from guanxi.platform.merging.models import Merge
from guanxi.platform.merging.services import Wanted, merge_records
from guanxi.platform.objects.registry import object_type
from tests.cast import Firm, make_firm
from tests.test_at_once import at_once, is_kept_waiting, statuses
from tests.waiting import wait_until
from tests.writes.calls import post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def firm(transactional_db: None) -> Firm:
    return make_firm()


def test_two_merges_race(firm: Firm) -> None:
    one, two, three = (
        str(Customer.objects.create(kind="person", name=f"n{n}", owner=firm["owner"]).pk)
        for n in range(3)
    )
    # Each would keep what the other gives away, and the third wants them both.
    wanted = [([one, two], one), ([two, one], two), ([three, two, one], three)]
    answers = at_once(
        *(
            lambda ids=ids, kept=kept: post(
                firm.client("owner"), "customers/merge", {"ids": ids, "survivor": kept}
            )
            for ids, kept in wanted
        )
    )
    assert statuses(answers) == {200: 1, 409: 2}
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"merged"}
    assert Merge.objects.count() == 1


def test_nothing_new_names_what_is_merged_away(firm: Firm) -> None:
    """What is being made of a record while it is merged waits, and is told."""
    client, asker = firm.client("owner"), Asker(firm["owner"])
    ids = [Customer.objects.create(kind="person", name=n, owner=firm["owner"]).pk for n in "ab"]

    def add_task() -> Any:
        try:
            return post(client, "tasks", {"title": "late", "customer": str(ids[1])})
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            declared = object_type("customer")
            merge_records(asker=asker, declared=declared, wanted=Wanted(ids, survivor=ids[0]))
            late = pool.submit(add_task)
            wait_until(is_kept_waiting)
        answer = late.result()
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "customer")
    assert not Task.objects.filter(customer__in=ids).exists()
