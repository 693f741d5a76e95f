"""A relationship holds from a day to a day; two of one kind never say the same of one day."""

import json
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.db.models import JSONField, Value
from django.db.utils import IntegrityError

from guanxi.customers.models import Customer, Relationship
from tests.cast import Firm
from tests.relations.made import asked, companies, days, relate, today
from tests.writes.calls import fields, get, patch, post, refused, undo

pytestmark = pytest.mark.django_db


@pytest.fixture
def abc(firm: Firm) -> dict[str, Customer]:
    return companies("abc", firm["owner"])


def test_a_relationship_ends_and_is_opened_again(firm: Firm, abc: Any) -> None:
    client = firm.client("owner")
    made = asked(client, abc["a"], "partner", abc["b"], since=str(days(-30))).json()
    ended = post(client, f"relationships/{made['id']}/end")
    assert ended.json()["until"] == str(days(-1))
    again = refused(lambda: post(client, f"relationships/{made['id']}/end"), 409)
    assert again["code"] == "relationship_state"
    assert undo(client, ended).json()["undone"] == 1
    assert get(client, f"relationships/{made['id']}")["until"] is None
    on = post(client, f"relationships/{made['id']}/end", {"until": str(days(10))})
    assert on.json()["until"] == str(days(10))
    early = {"until": str(days(-40))}
    problem = refused(lambda: post(client, f"relationships/{made['id']}/end", early), 422)
    assert fields(problem) == ["until"]


def test_what_began_today_ends_today_and_what_has_not_begun_not(firm: Firm, abc: Any) -> None:
    client = firm.client("owner")
    new = relate(abc["a"], "partner", abc["b"], since=today())
    assert post(client, f"relationships/{new.pk}/end").json()["until"] == str(today())
    later = relate(abc["a"], "partner", abc["c"], since=days(1))
    refused(lambda: post(client, f"relationships/{later.pk}/end"), 409)


def test_who_may_not_change_it_may_not_end_it(firm: Firm) -> None:
    tie = firm["relationship:dong_bell"]
    for who, status in (("analyst", 403), ("loner", 404), (None, 401)):
        answer = post(firm.client(who), f"relationships/{tie.pk}/end")
        assert answer.status_code == status
    token, _key = firm.token_client("administrator", "read")
    assert post(token, f"relationships/{tie.pk}/end").status_code == 403
    tie.refresh_from_db()
    assert tie.until is None


def test_it_may_come_again_after_it_ended(firm: Firm, abc: Any) -> None:
    client = firm.client("owner")
    a, b = abc["a"], abc["b"]
    first = asked(client, a, "guarantor", b, since=str(days(-90)), until=str(days(-60)))
    assert first.status_code == 201
    problem = refused(lambda: asked(client, a, "guarantor", b, since=str(days(-60))), 422)
    assert (problem["errors"][0]["field"], problem["errors"][0]["code"]) == ("other", "overlap")
    assert asked(client, a, "guarantor", b, since=str(days(-59))).status_code == 201
    twice = refused(lambda: asked(client, a, "guarantor", b), 422)
    assert fields(twice) == ["other"]
    assert "already" in twice["errors"][0]["message"]
    assert asked(client, b, "guarantor", a).status_code == 201  # the other way is another thing
    refused(lambda: patch(client, f"relationships/{first.json()['id']}", {"until": None}), 422)
    wrong = {"since": str(days(5)), "until": str(days(4))}
    problem = refused(lambda: asked(client, a, "partner", b, **wrong), 422)
    assert fields(problem)[0] in ("since", "until")


def test_mutual_ones_are_the_same_from_either_end(firm: Firm, abc: Any) -> None:
    client = firm.client("owner")
    assert asked(client, abc["a"], "household", abc["b"]).status_code == 201
    problem = refused(lambda: asked(client, abc["b"], "household", abc["a"]), 422)
    assert problem["errors"][0]["code"] == "overlap"


def copied(rows: str) -> None:
    columns = "customer_id, kind, other_id, since"
    statement = f"copy customers_relationship ({columns}) from stdin (format csv)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(rows)


def test_the_database_holds_it_whoever_writes(firm: Firm, abc: Any) -> None:
    """COPY and updates of many at once, which no application code sees."""
    a, b = abc["a"].pk, abc["b"].pk
    rows = f"{a},partner,{b},2024-01-01\n{b},partner,{a},2025-01-01\n"
    with pytest.raises(psycopg.IntegrityError, match="overlaps"), transaction.atomic():
        copied(rows)
    relate(abc["a"], "partner", abc["c"])
    bad = Relationship.objects.filter(customer=a)
    with pytest.raises(IntegrityError, match="relationship_roles"), transaction.atomic():
        bad.update(roles=Value(["boss"], JSONField()))
    bad.delete()
    assert not Relationship.objects.filter(customer=a).exists()


def test_what_is_restored_must_fit_as_well(firm: Firm, abc: Any) -> None:
    client = firm.client("owner")
    gone = relate(abc["a"], "partner", abc["b"])
    assert client.delete(f"/api/v1/relationships/{gone.pk}").status_code == 204
    relate(abc["b"], "partner", abc["a"])
    answer = post(client, f"relationships/{gone.pk}/restore")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "overlap")


def test_contact_roles_are_choices_in_forms_lists_and_filters(firm: Firm, abc: Any) -> None:
    client = firm.client("owner")
    person = Customer.objects.create(kind="person", name="p", owner=firm["owner"])
    sent = {"roles": ["payer", "decider", "payer"], "role": "CFO"}
    made = asked(client, person, "contact_of", abc["a"], **sent)
    assert made.status_code == 201, made.content
    assert made.json()["roles"] == ["decider", "payer"]  # in their order, each once
    bad = refused(lambda: asked(client, person, "contact_of", abc["b"], roles=["boss"]), 422)
    assert fields(bad)[0].startswith("roles")

    def found(path: str, where: Any) -> set[str]:
        query = json.dumps(where)
        return {r["id"] for r in client.get(f"/api/v1/{path}", {"filter": query}).json()["items"]}

    decides = {"field": "roles", "op": "in", "value": ["decider", "user"]}
    assert found("relationships", decides) == {made.json()["id"]}
    assert found("customers", {"has": "relationships", "where": decides}) == {str(person.pk)}
    there = {"has": "inverse_relationships", "where": decides}
    assert found("customers", there) == {str(abc["a"].pk)}
    none = {"and": [{"field": "roles", "op": "not_empty"}]}
    assert found("relationships", none) == {made.json()["id"]}

    path = f"relationships/{made.json()['id']}"
    assert patch(client, path, {"roles": []}).json()["roles"] is None
    changed = patch(client, path, {"roles": ["user"]})
    assert changed.json()["roles"] == ["user"]
    undo(client, changed)
    assert get(client, path)["roles"] is None
    bulk = {"ids": [made.json()["id"]], "set": {"roles": ["champion"]}}
    assert post(client, "relationships/bulk", bulk).status_code == 200
    assert get(client, path)["roles"] == ["champion"]
