"""Why somebody may or may not see a record, held to what the oracle says they see."""

from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from guanxi.customers.models import Customer
from guanxi.platform.objects.registry import types
from tests.cast import PEOPLE, Firm, share_some
from tests.oracle import Oracle, is_hidden

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def firm(firm: Firm, django_db_blocker: DjangoDbBlocker) -> Firm:
    """The cast with some of its records shared."""
    with django_db_blocker.unblock():
        share_some(firm)
    return firm


def asked(firm: Firm, asker: str, kind: str, record: Any, who: str) -> Any:
    address = f"/api/v1/access/{kind}/{record.pk}"
    return firm.client(asker).get(address, {"user": str(firm[who].pk)})


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
                for record in living:
                    answer = asked(firm, "administrator", declared.name, record, who)
                    assert answer.status_code == 200, answer.content
                    told = answer.json()
                    verbs = [
                        v
                        for v in ("read", "change", "delete")
                        if oracle.may(who, v, declared.name, record)
                    ]
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
