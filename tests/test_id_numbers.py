"""Numbers of persons' documents: checked, sealed, masked everywhere, known again all the same."""

import datetime as dt
import json
import logging
import subprocess
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from guanxi.customers.id_numbers import DOCUMENTS, opened
from guanxi.customers.models import Customer, Identity
from guanxi.platform.events.models import Event
from guanxi.platform.exchange.models import Import
from guanxi.platform.exchange.services import expire_imports
from guanxi.platform.exchange.targets import targets_of
from guanxi.platform.exchange.tests.cast import (
    codes,
    make_asker,
    run,
    table,
    undo,
    upload,
    verdicts,
)
from guanxi.platform.masking.reveals import AT_MOST
from guanxi.platform.objects.errors import NotAllowed
from guanxi.platform.workspaces import binaries, roles
from guanxi.standardizing import document_number, mask_number
from tests.cast import PEOPLE, Firm
from tests.writes.calls import get, patch, post

pytestmark = pytest.mark.django_db
# The examples of GB 11643-1999, and passports that nobody has.
ONE, TWO = "11010519491231002X", "440524188001010014"
MASK = "1****************X"
PASSPORT = "E12345678"


def add(client: Any, customer: Customer, kind: str, value: str) -> Any:
    body = {"customer": str(customer.pk), "kind": kind, "value": value}
    return post(client, "identities", body)


@pytest.mark.parametrize(
    ("kind", "text", "number", "mask"),
    [
        ("resident_id", "11010519491231002x", ONE, MASK),
        ("resident_id", "110105 19491231 002X", ONE, MASK),
        ("resident_id", "110105491231002", ONE, MASK),  # as it was before 1999
        ("passport", "e１2345678", PASSPORT, "E******78"),
        ("hk_macao_permit", "H12345678", "H12345678", "H******78"),
        ("taiwan_permit", "12345678", "12345678", "1*****78"),
        ("residence_permit", "CHN310012345678", "CHN310012345678", "CHN3*******5678"),
        ("residence_permit", "911011199001011235", "911011199001011235", "9****************5"),
        ("other_id", "AB-12 34", "AB1234", "A***34"),
        ("resident_id", TWO[:-1] + "5", "", ""), ("resident_id", "110105194913310022", "", ""),
        ("passport", "ABCDEFGHI", "", ""), ("passport", "1", "", ""), ("other_id", "张伟", "", ""),
        ("hk_macao_permit", "X12345678", "", ""), ("taiwan_permit", "1234567", "", ""),
    ],
)  # fmt: skip
def test_numbers_have_one_form_and_a_mask(kind: Any, text: str, number: str, mask: str) -> None:
    assert document_number(kind, text) == number
    assert not number or mask_number(number) == mask


def test_a_number_is_shown_masked_and_kept_sealed(firm: Firm) -> None:
    client, chen = firm.client("manager"), firm["customer:chen"]
    made = add(client, chen, "resident_id", f" {ONE[:6]} {ONE[6:].lower()}")
    assert made.status_code == 201, made.content
    assert made.json()["value"] == MASK
    identity = Identity.objects.get(pk=made.json()["id"])
    assert opened(identity.sealed) == ("resident_id", ONE)
    assert ONE not in (identity.value, identity.normal, identity.sealed)
    listed = client.get("/api/v1/identities", {"search": "***X"}).json()["items"]
    assert [i["value"] for i in listed] == [MASK]
    export = post(client, "identities/export", {"format": "csv", "fields": ["kind", "value"]})
    text = b"".join(export.streaming_content).decode()
    assert MASK in text
    assert ONE not in text
    # What is put away stays; other things of the row may change.
    path = f"identities/{identity.pk}"
    assert patch(client, path, {"source": "counter"}).json()["value"] == MASK
    for value in (TWO, ONE, "1234"):
        assert patch(client, path, {"value": value}).status_code == 422
    # Taking such a change back would bring the value back, and not the seal.
    other = add(client, chen, "external", TWO).json()["id"]
    for it, kind in (
        (path, "external"),
        (path, "passport"),
        (f"identities/{other}", "resident_id"),
    ):
        refused = patch(client, it, {"kind": kind})
        assert [p["field"] for p in refused.json()["errors"]] == ["kind"]
    assert client.delete(f"/api/v1/{path}").status_code == 204
    assert post(client, f"{path}/restore").json()["value"] == MASK


@pytest.mark.parametrize(
    ("kind", "value"),
    [("resident_id", TWO[:-1] + "5"), ("resident_id", MASK), ("passport", "no passport"),
     ("other_id", "x"), ("resident_id", "")],
)  # fmt: skip
def test_what_is_none_is_refused_without_being_repeated(firm: Firm, kind: str, value: str) -> None:
    answer = add(firm.client("manager"), firm["customer:chen"], kind, value)
    assert answer.status_code == 422
    assert [p["field"] for p in answer.json()["errors"]] == ["value"]
    assert not value or value not in answer.content.decode()


def test_a_number_belongs_to_one_and_leads_to_them(firm: Firm) -> None:
    client, chen = firm.client("manager"), firm["customer:chen"]
    assert add(client, chen, "resident_id", ONE).status_code == 201
    other = add(client, firm["customer:acme"], "resident_id", ONE.lower())
    assert [p["code"] for p in other.json()["errors"]] == ["unique"]
    asked = {"identities": [{"kind": "resident_id", "value": ONE}]}
    (found,) = post(client, "customers/duplicates", asked).json()["candidates"]
    assert (found["id"], found["level"]) == (str(chen.pk), "certain")
    assert found["evidence"][0] == {
        "rule": "id_number", "text": f"The same number of a document: {MASK}",
    }  # fmt: skip
    # Of one name, another number is somebody else.
    asked = {"name": chen.name, "kind": "person", "phone": chen.phone,
             "identities": [{"kind": "resident_id", "value": TWO}]}  # fmt: skip
    found = post(client, "customers/duplicates", asked).json()["candidates"]
    assert str(chen.pk) not in {c["id"] for c in found}


def test_whether_a_guess_is_right_is_told_to_those_who_may_reveal(firm: Firm) -> None:
    made = add(firm.client("manager"), firm["customer:chen"], "resident_id", ONE)
    asked = {"identities": [{"kind": "resident_id", "value": ONE}]}
    for who, told in (("manager", 1), ("owner", 0)):
        client = firm.client(who)
        answer = post(client, "customers/duplicates", asked).json()
        assert (who, len(answer["candidates"])) == (who, told)
    assert made.status_code == 201


def test_no_document_is_kept_without_its_seal(firm: Firm) -> None:
    chen = firm["customer:chen"]
    for kind, value, sealed in (
        ("passport", PASSPORT, ""), ("passport", "E******78", ""), ("external", "N1", "x"),
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match="identity_sealed"), transaction.atomic():
            Identity.objects.create(customer=chen, kind=kind, value=value, sealed=sealed)
    asker = make_asker()
    with pytest.raises(NotAllowed, match="not imported by itself"):
        upload(
            asker, "identity", table(["customer", "kind", "value"], ["陈", "passport", PASSPORT])
        )
    assert "identity" not in {t.name for t in targets_of(asker)}


def test_masks_and_seals_of_before_are_mended(firm: Firm) -> None:
    mending = import_module("guanxi.customers.migrations.0017_id_masks")
    old = "1101**********002X"
    parameters = roles.connection_parameters("owner")
    parameters |= {"dbname": connection.settings_dict["NAME"]}
    with psycopg.connect(**parameters) as owner:
        owner.execute(
            "with c as (insert into customers_customer (kind, name, name_sort, name_match)"
            " values ('person', 'a', 'a', 'a') returning id)"
            " insert into customers_identity (customer_id, kind, value, normal, sealed)"
            " select id, 'resident_id', %s, repeat('0', 64), 'x' from c",
            ["1101**********003X"],
        )
        owner.execute("update customers_identity set value = %s where sealed = 'x'", [old])
        owner.execute(mending.MASKS, {"kinds": list(DOCUMENTS)})
        owner.execute(mending.EVENTS)
        told = owner.execute("select value from customers_identity where sealed = 'x'").fetchall()
        assert told == [(MASK,)]
        changes = owner.execute(
            "select changes -> 'value' from platform_event"
            " where object = 'identity' and changes ? 'value' order by id limit 1"
        ).fetchall()
        assert changes == [([MASK, MASK],)]
        owner.rollback()
    for kind, value in (("passport", PASSPORT), ("other_id", "?")):
        mending._seal(Identity(customer=firm["customer:chen"], kind=kind, value=value))
    passport = Identity.objects.get(kind="passport")
    assert (passport.value, opened(passport.sealed)) == ("E******78", ("passport", PASSPORT))
    assert Identity.objects.filter(kind="external", source="other_id", normal="?").exists()


def test_merging_moves_numbers(firm: Firm) -> None:
    client = firm.client("owner")
    one, two = (
        Customer.objects.create(kind="person", name="同人", owner=firm["owner"]) for _ in range(2)
    )
    add(client, two, "passport", PASSPORT)
    ids = {"ids": [str(one.pk), str(two.pk)], "survivor": str(one.pk)}
    done = post(client, "customers/merge", ids)
    assert Identity.objects.get(kind="passport").customer_id == one.pk
    assert post(client, f"merges/{done.json()['id']}/undo", {}).status_code == 200
    assert Identity.objects.get(kind="passport").customer_id == two.pk


HEADER = ["姓名", "身份证号", "护照号", "手机"]


def test_files_bring_numbers_and_know_persons_by_them() -> None:
    asker = make_asker()
    content = table(
        HEADER, ["张伟", ONE.lower(), PASSPORT, "13800138000"], ["张卫", ONE, "", ""],
        ["李强", TWO, "", "13800138000"], ["错", TWO[:-1] + "5", "", ""],
    )  # fmt: skip
    done = run(asker, "customer", content)
    fields = [e["field"] for e in done.mapping]
    assert fields == ["name", "id_number", "passport", "phone"]
    assert codes(done) == {3: ["same_in_file"], 5: ["id_number"]}
    numbers = Identity.objects.filter(kind__in=("resident_id", "passport"))
    assert sorted(numbers.values_list("value", flat=True)) == [
        MASK, "4****************4", "E******78",
    ]  # fmt: skip
    assert run(asker, "customer", content).counts["unchanged"] == 3
    # Another name, the same number: the same person. The number of another is refused.
    again = run(asker, "customer", table(HEADER, ["张大伟", ONE, "", ""]))
    assert verdicts(again) == [(2, 1, "update")]
    clash = table([*HEADER[:2], "编号"], ["王五", ONE, "N1"])
    run(asker, "customer", table(["姓名", "编号"], ["王五", "N1"]))
    taken = run(asker, "customer", clash, on_ambiguous="new")
    assert codes(taken) == {2: ["taken"]}
    undo(asker, done)
    assert not numbers.filter(deleted_at=None, customer__deleted_at=None).exists()


def in_a_dump(text: str) -> bool:
    """Whether a text stands anywhere in what pg_dump writes of the database."""
    package = find_spec(binaries.PACKAGE)
    assert package
    assert package.origin
    parameters = roles.connection_parameters("owner")
    parameters |= {"database": connection.settings_dict["NAME"]}
    dumped = subprocess.run(
        [Path(package.origin).parent / "pginstall" / "bin" / "pg_dump"],
        env={f"PG{name.upper()}": str(value) for name, value in parameters.items()},
        capture_output=True, check=True,
    )  # fmt: skip
    assert MASK.encode() in dumped.stdout
    return text.encode() in dumped.stdout


@pytest.mark.django_db(transaction=True)
def test_no_dump_and_no_log_has_the_number(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    asker = make_asker()
    done = run(asker, "customer", table(HEADER, ["张伟", ONE, "", "13800138000"]))
    person = Customer.objects.get(name="张伟")
    typed = Identity(customer=person, kind="passport", value=PASSPORT)
    typed.clean()
    typed.save()
    typed.delete()
    Import.objects.filter(pk=done.pk).update(undo_until=timezone.now() - dt.timedelta(days=1))
    expire_imports()
    try:
        for number in (ONE, ONE.lower(), PASSPORT):
            assert not in_a_dump(number)
            assert number not in caplog.text
        assert ONE not in json.dumps(list(Event.objects.values_list("changes", flat=True)))
    finally:
        Identity.objects.all().delete()


def test_a_number_is_shown_by_right_one_at_a_time_and_told(
    firm: Firm, subtests: pytest.Subtests
) -> None:
    boss = firm.client("manager")
    made = add(boss, firm["customer:chen"], "resident_id", ONE).json()["id"]
    path = f"identities/{made}/reveal"
    for who in PEOPLE:
        with subtests.test(who=who):
            before = Event.objects.filter(object="reveal").count()
            answer = post(firm.client(who), path, {"field": "value", "reason": "a contract"})
            told = Event.objects.filter(object="reveal").count() - before
            if who in ("administrator", "manager"):
                assert (answer.status_code, answer.json(), told) == (200, {"value": ONE}, 1)
            else:
                assert answer.status_code in (403, 404)
                assert told == 0
                assert ONE not in answer.content.decode()
    (shown, *_rest) = get(boss, f"identities/{made}/reveals")["items"]
    assert (shown["field"], shown["reason"]) == ("value", "a contract")
    assert ONE not in json.dumps(list(Event.objects.values_list("changes", flat=True)))
    # What is not sealed is not revealed to who sees it plainly; nor too much to anybody.
    phone = add(boss, firm["customer:chen"], "phone", "13900001111").json()["id"]
    assert post(boss, f"identities/{phone}/reveal", {"field": "value"}).status_code == 422
    answers = {post(boss, path, {"field": "value"}).status_code for _ in range(AT_MOST)}
    assert answers == {200, 429}
