"""Blocks of cells: many records, each changed in its own way, all of them or none."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guanxi.customers.models import Customer, Tag
from tests.cast import Firm

pytestmark = pytest.mark.django_db
PATH = "/api/v1/customers"


@pytest.fixture
def block(firm: Firm) -> list[Customer]:
    """Five customers of one owner."""
    made = [
        Customer(kind="person", name=f"B{n}", city="old", owner=firm["owner"]) for n in range(5)
    ]
    for customer in made:
        customer.save(force_insert=True)
    return made


def send(firm: Firm, who: str, rows: list[dict[str, Any]]) -> Any:
    return firm.client(who).patch(PATH, {"rows": rows}, content_type="application/json")


def row(customer: Customer, **values: Any) -> dict[str, Any]:
    return {"id": str(customer.pk), "set": values}


def cities(block: list[Customer]) -> list[str]:
    found = Customer.objects.in_bulk([c.pk for c in block])
    return [found[c.pk].city for c in block]


def test_each_is_changed_in_its_own_way_and_undone_as_one(
    firm: Firm, block: list[Customer]
) -> None:
    rows = [row(c, city=f"city {n}", birthday="1990-01-31") for n, c in enumerate(block)]
    answer = send(firm, "owner", rows)
    assert (answer.status_code, answer.json()["changed"]) == (200, 5)
    assert cities(block) == [f"city {n}" for n in range(5)]
    assert send(firm, "owner", rows).json()["changed"] == 0
    undone = firm.client("owner").post(f"/api/v1/changes/{answer.json()['request_id']}/undo")
    assert undone.status_code == 200
    assert cities(block) == ["old"] * 5


def test_one_wrong_cell_leaves_all_as_it_was_and_is_named(
    firm: Firm, block: list[Customer]
) -> None:
    rows = [row(c, city="new") for c in block]
    rows[1]["set"]["birthday"] = "31/31/1990"
    rows[3]["set"] |= {"kind": "robot", "credit_limit": "much"}
    answer = send(firm, "owner", rows)
    assert answer.status_code == 422
    named = {tuple(e["field"].split(".")[:4]) for e in answer.json()["errors"]}
    assert named == {
        ("rows", "1", "set", "birthday"), ("rows", "3", "set", "kind"),
        ("rows", "3", "set", "credit_limit"),
    }  # fmt: skip
    assert cities(block) == ["old"] * 5


def test_rules_and_links_are_told_by_cell_too(firm: Firm, block: list[Customer]) -> None:
    rows = [row(c, city="new") for c in block]
    rows[0]["set"]["territory"] = str(uuid4())
    rows[2]["set"]["currency"] = "ZZZ"
    rows[4]["set"]["name"] = ""
    answer = send(firm, "owner", rows)
    assert answer.status_code == 422
    named = {e["field"] for e in answer.json()["errors"]}
    assert named >= {"rows.0.set.territory", "rows.2.set.currency"}
    assert cities(block) == ["old"] * 5


def test_what_the_database_refuses_is_told_by_row(firm: Firm) -> None:
    tags = [Tag(name=f"tag {n}") for n in range(6)]
    for tag in tags:
        tag.save(force_insert=True)
    rows = [{"id": str(tag.pk), "set": {"name": f"new {n}"}} for n, tag in enumerate(tags)]
    rows[1]["set"]["name"] = "vip"
    rows[4]["set"]["name"] = "new 3"  # taken by the row before it
    answer = firm.client("administrator").patch(
        "/api/v1/tags", {"rows": rows}, content_type="application/json"
    )
    assert answer.status_code == 422
    told = [(e["field"], e["code"]) for e in answer.json()["errors"]]
    assert told == [("rows.1.set.name", "unique"), ("rows.4.set.name", "unique")]
    left = Tag.objects.filter(pk__in=[tag.pk for tag in tags]).values_list("name", flat=True)
    assert set(left) == {f"tag {n}" for n in range(6)}


def test_tags_and_owners_of_a_block_take_no_query_a_row(firm: Firm, block: list[Customer]) -> None:
    vip = firm["tag:vip"].pk
    block[4].tags.add(vip)

    def paste(customers: list[Customer], owner: str) -> tuple[int, int]:
        values = {"tags": [str(vip)], "owner": str(firm[owner].pk)}
        with CaptureQueriesContext(connection) as queries:
            answer = send(firm, "administrator", [row(c, **values) for c in customers])
        assert answer.status_code == 200, answer.content
        return answer.json()["changed"], len(queries)

    one, all_five = paste(block[:1], "owner"), paste(block, "owner")
    assert (one[0], all_five[0]) == (1, 3)
    assert [list(c.tags.values_list("pk", flat=True)) for c in block] == [[vip]] * 5
    assert all_five[1] == one[1]
    assert paste(block, "owner")[0] == 0


def test_the_last_of_two_rows_of_one_record_stands(firm: Firm, block: list[Customer]) -> None:
    rows = [row(block[0], city="first", tags=[str(firm["tag:vip"].pk)])]
    answer = send(firm, "owner", [*rows, row(block[0], city="last", tags=[])])
    assert answer.json()["changed"] == 1
    assert (cities(block)[0], list(block[0].tags.all())) == ("last", [])


def test_who_may_not_change_one_changes_none(firm: Firm, block: list[Customer]) -> None:
    foreign = firm["customer:acme"]
    Customer.objects.filter(pk=block[2].pk).update(owner=firm["outsider"])
    rows = [row(c, city="new") for c in block]
    answer = send(firm, "owner", rows)
    assert [e["field"] for e in answer.json()["errors"]] == ["rows.2"]
    assert cities(block) == ["old"] * 5
    assert send(firm, "analyst", rows).status_code in (403, 422)
    assert send(firm, "owner", [{"id": str(uuid4()), "set": {"city": "x"}}]).status_code == 422
    assert send(firm, "loner", [row(foreign, city="x")]).status_code == 403  # a field he only reads
    assert cities(block) == ["old"] * 5


def test_what_changed_meanwhile_is_not_overwritten(firm: Firm, block: list[Customer]) -> None:
    seen = firm.client("owner").get(f"{PATH}/{block[1].pk}").json()["updated_at"]
    assert send(firm, "owner", [row(block[1], city="theirs")]).status_code == 200
    rows = [row(block[0], city="mine"), row(block[1], city="mine") | {"version": f'"{seen}"'}]
    answer = send(firm, "owner", rows)
    told = [(e["field"], e["code"]) for e in answer.json()["errors"]]
    assert told == [("rows.1", "edit_conflict")]
    assert cities(block[:2]) == ["old", "theirs"]


@pytest.mark.parametrize("rows", [[], None, [{"id": "x", "set": {}}], [{}] * 2001])
def test_what_is_no_block_is_refused(firm: Firm, rows: Any) -> None:
    assert send(firm, "owner", rows).status_code == 422


def test_ten_thousand_wrong_cells_are_all_told(firm: Firm, block: list[Customer]) -> None:
    wrong = {"birthday": "x", "credit_limit": "x", "kind": "x", "owner": "x", "territory": "x"}
    answer = send(firm, "owner", [row(block[n % 5], **wrong) for n in range(2000)])
    assert answer.status_code == 422
    told = {tuple(e["field"].split(".")[1:4:2]) for e in answer.json()["errors"]}
    assert len(told) == 10_000
