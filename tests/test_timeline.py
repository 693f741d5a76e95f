"""A customer's timeline: everything once, newest first, and only what its reader may see."""

import datetime as dt
import itertools
from typing import Any

import pytest
from django.test import Client

from guanxi.interactions.models import Interaction, Task
from guanxi.platform.access.models import Role
from guanxi.sales.models import Order
from tests.cast import NOON, Firm

pytestmark = pytest.mark.django_db


def entries(client: Client, customer: Any, **query: Any) -> list[list[dict[str, Any]]]:
    """The entries of each page, to the last."""
    cursor, pages = None, []
    while True:
        asked = query | ({"cursor": cursor} if cursor else {})
        answer = client.get(f"/api/v1/customers/{customer.pk}/timeline", asked)
        assert answer.status_code == 200, answer.content
        pages.append(answer.json()["items"])
        cursor = answer.json()["next"]
        if cursor is None:
            return pages


@pytest.fixture
def busy(firm: Firm) -> Firm:
    """Thirty-odd entries of all kinds, many of them at the same instant."""
    acme = firm["customer:acme"]
    for number in range(8):
        at = NOON + dt.timedelta(days=number // 4)
        Interaction.objects.create(
            customer=acme, channel="call", subject=f"c{number}", happened_at=at, owner=firm["owner"]
        )
        Order.objects.create(
            customer=acme, number=f"T{number}", ordered_at=at, ordered_on=at.date(), currency="CNY"
        )
        Task.objects.create(title=f"t{number}", customer=acme, owner=firm["owner"], created_at=at)
        acme.city = f"city {number}"
        acme.save()
    return firm


@pytest.mark.parametrize("limit", [1, 3, 5, 200])
def test_pages_hold_every_entry_once_newest_first(busy: Firm, limit: int) -> None:
    client, acme = busy.client("owner"), busy["customer:acme"]
    whole = list(itertools.chain(*entries(client, acme, limit=200)))
    paged = list(itertools.chain(*entries(client, acme, limit=limit)))
    assert paged == whole
    kinds = {e["kind"] for e in whole}
    assert kinds == {"order", "interaction", "task", "consent", "change"}
    assert len({(e["kind"], e["id"]) for e in whole}) == len(whole) >= 36
    moments = [dt.datetime.fromisoformat(e["at"]) for e in whole]
    assert moments == sorted(moments, reverse=True)


def test_kinds_are_chosen(busy: Firm) -> None:
    client, acme = busy.client("owner"), busy["customer:acme"]
    some = list(itertools.chain(*entries(client, acme, kinds="order,task", limit=7)))
    assert {e["kind"] for e in some} == {"order", "task"}
    assert entries(client, acme, kinds="weather") == [[]]


def test_what_an_entry_tells(firm: Firm) -> None:
    items = entries(firm.client("owner"), firm["customer:acme"], limit=200)[0]
    order = next(e for e in items if e["kind"] == "order")
    assert {k: order[k] for k in ("title", "amount", "currency", "lines", "status")} == {
        "title": "N0", "amount": "9.5000", "currency": "CNY", "lines": 1, "status": "completed"
    }  # fmt: skip
    task = next(e for e in items if e["kind"] == "task" and e["title"] == "task 0")
    assert (task["due_on"], task["actor"]["label"]) == ("2024-05-15", "owner 先生")
    made = [e for e in items if e["kind"] == "change" and e["action"] == "insert"]
    assert len(made) == 1


@pytest.mark.parametrize(("who", "status"), [("outsider", 404), ("service", 200), (None, 401)])
def test_only_for_those_who_see_the_customer(firm: Firm, who: str | None, status: int) -> None:
    path = f"/api/v1/customers/{firm['customer:acme'].pk}/timeline"
    assert firm.client(who).get(path).status_code == status


@pytest.mark.parametrize("cursor", ["x", "2024-01-01T00:00:00+00:00", "\0", "é", "W10:a:b"])
def test_a_cursor_somebody_wrote_is_refused(firm: Firm, cursor: str) -> None:
    path = f"/api/v1/customers/{firm['customer:acme'].pk}/timeline"
    answer = firm.client("owner").get(path, {"cursor": cursor})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "cursor"


def test_masked_fields_and_objects_out_of_reach_are_absent(firm: Firm) -> None:
    """A role that sees orders without their totals, and no interactions at all."""
    role = Role.objects.get(name="analyst")
    role.grants = role.grants | {
        "fields": {"order.total": "hidden", "task.title": "hidden"},
        "objects": {"interaction": {}},
    }
    role.save()
    items = entries(firm.client("analyst"), firm["customer:acme"], limit=200)[0]
    assert {e["kind"] for e in items} == {"order", "task", "consent", "change"}
    assert {e["amount"] for e in items if e["kind"] == "order"} == {None}
    assert {e["title"] for e in items if e["kind"] == "task"} == {None}


def test_a_token_sees_on_it_what_its_scopes_open(firm: Firm) -> None:
    program, _token = firm.token_client("owner", "customer:read", "task:read")
    items = entries(program, firm["customer:acme"], limit=200)[0]
    assert {e["kind"] for e in items} == {"task", "change"}
    assert {e["actor"]["label"] for e in items if e["kind"] == "task"} == {None}
