"""Where each value came from: a file's row, a person, a program, a merge; for whoever may know."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client

from guanxi.customers.models import Customer
from guanxi.platform.access.models import Role, User
from guanxi.platform.access.sign_in import issue_token
from guanxi.platform.exchange.models import Import
from guanxi.platform.jobs.tasks import run_job
from tests.cast import PEOPLE, Firm, share_some
from tests.oracle import Oracle
from tests.writes.calls import patch, post

pytestmark = pytest.mark.django_db
FILE = "姓名,电话,邮箱,城市\n欧阳一,13911110001,one@example.com,上海\n欧阳二,13911110002,,北京\n"


def origins(client: Client, pk: Any, status: int = 200, object: str = "customer") -> Any:
    answer = client.get("/api/v1/origins", {"object": object, "record": str(pk)})
    assert answer.status_code == status, answer.content
    return answer.json().get("items")


def imported(client: Client, text: str, name: str) -> str:
    """Import a file of customers; returns the id of the import."""
    file = io.BytesIO(text.encode())
    file.name = name
    made = client.post("/api/v1/imports", {"file": file, "target": "customer"}).json()
    for step in ("preview", "run"):
        post(client, f"imports/{made['id']}/{step}")
        run_job(job_id=str(Import.objects.get(pk=made["id"]).job_id))
    assert Import.objects.get(pk=made["id"]).state == "done"
    return str(made["id"])


def test_a_value_is_from_a_row_a_person_a_program_or_a_merge(firm: Firm) -> None:
    owner = firm.client("owner")
    file = imported(owner, FILE, "fair.csv")
    one, two = (Customer.objects.get(name=name) for name in ("欧阳一", "欧阳二"))
    patch(firm.client("manager"), f"customers/{one.pk}", {"city": "杭州"})
    program, _token = firm.token_client("manager", "read", "write")
    patch(program, f"customers/{two.pk}", {"email": "two@example.com"})
    told = origins(owner, one.pk)
    assert {n: told["name"][n] for n in ("way", "file", "row", "import_id")} == {
        "way": "import", "file": "fair.csv", "row": 2, "import_id": file,
    }  # fmt: skip
    assert told["name"]["actor"]["id"] == str(firm["owner"].pk)
    assert (told["city"]["way"], told["city"]["actor"]["id"]) == ("person", str(firm["manager"].pk))
    assert origins(owner, two.pk)["email"]["way"] == "token"

    ids = [str(one.pk), str(two.pk)]
    body: dict[str, Any] = {"ids": ids, "survivor": ids[0], "choices": {}}
    body["choices"] = {"email": ids[1], "phone": ids[1], "name": ids[0]}
    assert post(owner, "customers/merge", body).status_code == 200
    merged = origins(owner, one.pk)
    assert (merged["email"]["way"], merged["email"]["merged_from"]["label"]) == ("merge", "欧阳二")
    assert merged["email"]["before"]["way"] == "token"
    assert (merged["phone"]["before"]["row"], merged["phone"]["before"]["file"]) == (3, "fair.csv")
    assert (merged["city"]["way"], merged["name"]["row"]) == ("person", 2)

    # A later file that changed a value names its own row; who may not open it hears of no file.
    later = imported(
        owner, "姓名,电话,城市\n甲,13700000000,\n欧阳一,13911110001,苏州\n", "later.csv"
    )
    assert origins(owner, one.pk)["city"]["import_id"] == later
    assert origins(owner, one.pk)["city"]["row"] == 3
    hidden = origins(firm.client("teammate"), one.pk)["city"]
    assert (hidden["way"], hidden["file"], hidden["row"], hidden["import_id"]) == (
        "import", None, None, None,
    )  # fmt: skip


def test_who_sees_the_record_sees_where_its_values_are_from(firm: Firm) -> None:
    share_some(firm)
    oracle = Oracle(firm)
    for who in PEOPLE:
        client = firm.client(who)
        for record in firm.records["customer"].values():
            seen = oracle.may(who, "read", "customer", record)
            told = origins(client, record.pk, 200 if seen else 404)
            assert not seen or "name" in told
    assert origins(
        firm.client("manager"),
        firm["order:one"].pk
        if "one" in firm.records["order"]
        else next(iter(firm.records["order"].values())).pk,
        object="order",
    )
    origins(firm.client("loner"), firm["customer:acme"].pk, 403, object="product")
    origins(firm.client("manager"), firm["customer:acme"].pk, 404, object="nothing")
    assert firm.client(None).get("/api/v1/origins").status_code == 401


def test_of_a_hidden_field_nothing_is_told(firm: Firm) -> None:
    grants = {**firm["manager"].role.grants, "fields": {"customer.phone": "hidden"}}
    role = Role.objects.create(name="careful", label="careful", grants=grants)
    user = User.objects.create(username="careful", full_name="Careful", role=role)
    _token, key = issue_token(user=user, name="test", scopes=["read"])
    told = origins(Client(headers={"Authorization": f"Bearer {key}"}), firm["customer:acme"].pk)
    assert "phone" not in told
    assert "email" in told


def test_one_question_answers_for_the_whole_page(
    firm: Firm, django_assert_num_queries: Any
) -> None:
    client = firm.client("manager")
    origins(client, firm["customer:acme"].pk)
    with django_assert_num_queries(5):
        origins(client, firm["customer:acme"].pk)
