"""Why somebody may or may not see a record, held to what the oracle says they see."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from guanxi.customers.models import Customer
from guanxi.platform.objects.registry import types
from tests.cast import PEOPLE, Firm, equip, share_some
from tests.oracle import Oracle, is_hidden

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def firm(firm: Firm, django_db_blocker: DjangoDbBlocker) -> Firm:
    """The cast with an object of its own, and some of its records shared."""
    with django_db_blocker.unblock():
        share_some(firm)
        equip(firm)
    return firm


def asked(firm: Firm, asker: str, kind: str, record: Any, who: str) -> Any:
    address = f"/api/v1/access/{kind}/{record.pk}"
    return firm.client(asker).get(address, {"user": str(firm[who].pk)})


def one_of_each(
    oracle: Oracle, who: str, kind: str, records: list[Any]
) -> Iterator[tuple[list[str], Any]]:
    """One or two records of each set of verbs: enough to tell, few enough to be quick."""
    taken: dict[tuple[str, ...], list[Any]] = {}
    for record in records:
        verbs = (v for v in ("read", "change", "delete") if oracle.may(who, v, kind, record))
        taken.setdefault(tuple(verbs), []).append(record)
    for verbs_of_all, alike in taken.items():
        for record in {alike[0], alike[-1]}:
            yield list(verbs_of_all), record


def test_every_verdict_is_that_of_the_oracle(firm: Firm, subtests: pytest.Subtests) -> None:
    oracle = Oracle(firm)
    for declared in types():
        living = [
            record
            for record in firm.records[declared.name].values()
            if oracle.may("administrator", "read", declared.name, record)
        ]
        for who in PEOPLE:
            with subtests.test(kind=declared.name, who=who):
                for verbs, record in one_of_each(oracle, who, declared.name, living):
                    answer = asked(firm, "administrator", declared.name, record, who)
                    assert answer.status_code == 200, answer.content
                    told = answer.json()
                    assert told["verbs"] == verbs
                    assert any(g["holds"] for g in told["grounds"]) == ("read" in verbs)
                    hidden = [f for f in declared.fields if is_hidden(who, declared.name, f)]
                    assert told["hidden_fields"] == hidden


@pytest.mark.parametrize(
    ("who", "holding"),
    [
        ("administrator", ["all"]),
        ("owner", ["owner", "team"]),
        ("teammate", ["team"]),
        ("outsider", []),
        ("ranger", ["territory"]),
    ],
)
def test_the_grounds_of_a_customer(firm: Firm, who: str, holding: list[str]) -> None:
    acme = firm["customer:acme"]
    Customer.objects.filter(pk=acme.pk).update(territory=firm["territory:east"])
    grounds = asked(firm, "administrator", "customer", acme, who).json()["grounds"]
    assert [g["code"] for g in grounds if g["holds"]] == holding


def test_who_may_ask(firm: Firm) -> None:
    acme = firm["customer:acme"]
    assert asked(firm, "owner", "customer", acme, "owner").status_code == 200
    assert asked(firm, "owner", "customer", acme, "outsider").status_code == 403
    assert asked(firm, "manager", "customer", acme, "owner").status_code == 403
    assert asked(firm, "outsider", "customer", acme, "outsider").status_code == 404
    assert asked(firm, "administrator", "nothing", acme, "owner").status_code == 404
    client, _token = firm.token_client("administrator", "read")
    address = f"/api/v1/access/customer/{acme.pk}"
    assert client.get(address, {"user": str(firm["owner"].pk)}).status_code == 403
