"""Values of custom fields through the API: taken in, kept, shown, changed and refused."""

from typing import Any

import pytest
from django.test import Client

from tests.cast import Firm
from tests.fields.definitions import define, define_every_type
from tests.writes.calls import fields, get, patch, post, refused, undo

pytestmark = pytest.mark.django_db
VALUES: dict[str, Any] = {
    "my_text": "甲级 A",
    "my_long_text": "two\nlines",
    "my_decimal": "12.50",
    "my_money": "1000000.0000",
    "my_boolean": False,
    "my_date": "2024-02-29",
    "my_datetime": "2024-05-15T12:00:00+00:00",
    "my_time": "09:30",
    "my_choice": "high",
    "my_multi_choice": ["low", "high"],
    "my_url": "https://example.com/x?y=1",
    "my_email": "a@example.com",
    "my_phone": "+86 138 0013 8000",
}


def customer(client: Client, **custom: Any) -> Any:
    answer = post(client, "customers", {"kind": "person", "name": "x", "custom": custom})
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_every_type_comes_back_as_it_was_written(boss: Client, client: Client) -> None:
    define_every_type(boss, "customer")
    made = customer(client, **VALUES)
    assert made["custom"] == VALUES
    names = ",".join(f"custom.{key}" for key in VALUES)
    listed = get(client, f"customers?fields=name,{names}&search=x")["items"]
    assert [row["custom"] for row in listed if row["id"] == made["id"]] == [VALUES]


def test_values_are_brought_into_one_form(boss: Client, client: Client) -> None:
    define_every_type(boss, "customer")
    made = customer(
        client,
        my_text="  甲级 ",
        my_decimal=3,
        my_money="5",
        my_datetime="2024-05-15T20:00:00.5+08:00",
        my_time=" 9:30:00",
        my_multi_choice=["high", "low", "high"],
        my_long_text="",
        my_url=None,
    )
    assert {k: v for k, v in made["custom"].items() if v is not None} == {
        "my_text": "甲级",
        "my_decimal": "3.00",
        "my_money": "5.0000",
        "my_datetime": "2024-05-15T12:00:00.500000+00:00",
        "my_time": "09:30",
        "my_multi_choice": ["low", "high"],
    }


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("my_text", "x"), ("my_text", "x" * 21), ("my_text", 7), ("my_text", "a\0b"),
        ("my_decimal", "1.234"), ("my_decimal", "-1001"), ("my_decimal", "NaN"),
        ("my_decimal", "1e30"), ("my_decimal", True), ("my_decimal", "many"),
        ("my_money", "1" * 30), ("my_boolean", "yes"), ("my_boolean", 1),
        ("my_date", "2024-02-30"), ("my_date", "1899-12-31"), ("my_date", 0),
        ("my_datetime", "2024-05-15T12:00:00"), ("my_datetime", "0001-01-01T00:00:00Z"),
        ("my_time", "24:00"), ("my_time", "09:30:15"), ("my_time", "9"), ("my_time", "05:59"),
        ("my_time", 570), ("my_time", "９:30"),
        ("my_choice", "middle"), ("my_choice", ["low"]), ("my_multi_choice", "low"),
        ("my_multi_choice", ["low", "middle"]), ("my_multi_choice", [["low"]]),
        ("my_url", "javascript:alert(1)"), ("my_url", "ftp://example.com"), ("my_url", "x" * 600),
        ("my_email", "no address"), ("my_phone", "1" * 61), ("nowhere", "x"),
        ("my_long_text", {"a": 1}),
    ],
    ids=lambda v: repr(v)[:40],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_refused_by_name(
    boss: Client, client: Client, key: str, value: Any
) -> None:
    define_every_type(boss, "customer")
    sent = {"kind": "person", "name": "x", "custom": {key: value}}
    problem = refused(lambda: post(client, "customers", sent), 422)
    assert fields(problem) == [f"custom.{key}"]
    assert problem["errors"][0]["message"]


def test_only_the_keys_sent_are_changed(boss: Client, client: Client) -> None:
    define_every_type(boss, "customer")
    made = customer(client, my_text="aa", my_decimal="1")
    address = f"customers/{made['id']}"
    changed = patch(client, address, {"custom": {"my_decimal": None, "my_boolean": True}}).json()
    held = {k: v for k, v in changed["custom"].items() if v is not None}
    assert held == {"my_text": "aa", "my_boolean": True}
    assert patch(client, address, {"name": "y"}).json()["custom"]["my_text"] == "aa"


def test_what_is_required_must_be_given_and_stay(boss: Client, client: Client) -> None:
    define(boss, "customer", "text", required=True)
    bare = {"kind": "person", "name": "x"}
    problem = refused(lambda: post(client, "customers", bare), 422)
    assert fields(problem) == ["custom.my_text"]
    made = customer(client, my_text="there")
    for nothing in (None, "", "  "):
        sent = {"custom": {"my_text": nothing}}
        problem = refused(lambda s=sent: patch(client, f"customers/{made['id']}", s), 422)
        assert fields(problem) == ["custom.my_text"]


def test_a_record_from_before_a_field_was_required_can_be_changed(
    boss: Client, client: Client
) -> None:
    made = customer(client)
    define(boss, "customer", "text", required=True)
    assert patch(client, f"customers/{made['id']}", {"name": "y"}).status_code == 200


def test_a_default_is_filled_in_on_creation_alone(boss: Client, client: Client) -> None:
    before = customer(client)
    define(boss, "customer", "decimal", required=True, settings={"default": "7"})
    assert customer(client)["custom"] == {"my_decimal": "7"}
    assert get(client, f"customers/{before['id']}")["custom"] == {"my_decimal": None}


def test_a_pattern_is_checked_in_linear_time(boss: Client, client: Client) -> None:
    define(boss, "customer", "text", settings={"pattern": "(a+)+b"})
    assert customer(client, my_text="aab")["custom"] == {"my_text": "aab"}
    for bad in ("aac", "xaab", "aabx", "a" * 200):
        sent = {"kind": "person", "name": "x", "custom": {"my_text": bad}}
        problem = refused(lambda s=sent: post(client, "customers", s), 422)
        assert fields(problem) == ["custom.my_text"]


def test_each_key_has_a_history_and_an_undo_of_its_own(boss: Client, client: Client) -> None:
    define(boss, "customer", "text")
    define(boss, "customer", "decimal")
    made = customer(client, my_text="old", my_decimal="1")
    address = f"customers/{made['id']}"
    first = patch(client, address, {"custom": {"my_text": "new"}})
    patch(client, address, {"custom": {"my_decimal": None}})
    told = [e["changes"] for e in get(client, f"{address}/history")["items"]][:2]
    assert told == [
        {"custom.my_decimal": {"old": "1.00", "new": None}},
        {"custom.my_text": {"old": "old", "new": "new"}},
    ]
    assert undo(client, first).status_code == 200
    assert get(client, address)["custom"] == {"my_text": "old", "my_decimal": None}


def test_an_undo_of_a_key_changed_since_is_refused(boss: Client, client: Client) -> None:
    define(boss, "customer", "text")
    made = customer(client)
    address = f"customers/{made['id']}"
    first = patch(client, address, {"custom": {"my_text": "mine"}})
    patch(client, address, {"custom": {"my_text": "later"}})
    answer = undo(client, first)
    assert answer.status_code == 409
    conflict = answer.json()["conflicts"][0]
    assert (conflict["field"], conflict["current"], conflict["would_be"]) == (
        "custom.my_text", "later", None,
    )  # fmt: skip


def test_many_records_are_changed_at_once(firm: Firm, boss: Client, client: Client) -> None:
    define(boss, "customer", "text")
    define(boss, "customer", "decimal")
    made = [customer(client, my_text="old", my_decimal=str(n)) for n in range(3)]
    ids = [row["id"] for row in made]
    sent = {"ids": ids, "set": {"custom": {"my_text": None, "my_decimal": "9"}}}
    answer = post(client, "customers/bulk", sent)
    assert answer.json()["changed"] == 3, answer.content
    for pk in ids:
        assert get(client, f"customers/{pk}")["custom"] == {"my_text": None, "my_decimal": "9.00"}
    assert undo(client, answer).json()["undone"] == 3
    shown = [get(client, f"customers/{pk}")["custom"]["my_decimal"] for pk in ids]
    assert shown == ["0.00", "1.00", "2.00"]


def test_a_block_of_cells_is_pasted(boss: Client, client: Client) -> None:
    define(boss, "customer", "decimal")
    ids = [customer(client)["id"] for _ in range(3)]
    rows = [{"id": pk, "set": {"custom": {"my_decimal": n}}} for n, pk in enumerate(ids)]
    assert patch(client, "customers", {"rows": rows}).json()["changed"] == 3
    rows[1]["set"] = {"custom": {"my_decimal": "x"}}
    problem = refused(lambda: patch(client, "customers", {"rows": rows}), 422)
    assert fields(problem) == ["rows.1.set.custom.my_decimal"]


def test_two_people_change_two_fields_of_one_record(boss: Client, client: Client) -> None:
    define(boss, "customer", "text")
    define(boss, "customer", "decimal")
    made = customer(client)
    address, seen = f"customers/{made['id']}", {"If-Match": f'"{made["updated_at"]}"'}
    assert patch(boss, address, {"custom": {"my_text": "theirs"}}, **seen).status_code == 200
    answer = patch(client, address, {"custom": {"my_decimal": "1"}}, **seen)
    assert answer.status_code == 409
    assert answer.json()["theirs"]["custom"] == {"my_text": "theirs", "my_decimal": None}
    assert patch(client, address, {"custom": {"my_decimal": "1"}}).status_code == 200
    assert get(client, address)["custom"] == {"my_text": "theirs", "my_decimal": "1.00"}
