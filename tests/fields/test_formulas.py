"""Formulas: what the database gives against a naive evaluation, and all that fields do."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.test import Client
from hypothesis import example, given, settings
from hypothesis import strategies as st

from guanxi.customers.models import Customer
from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.fields.definitions import custom_fields
from guanxi.platform.fields.models import CustomField
from guanxi.platform.fields.services import made_field
from guanxi.platform.objects.registry import object_type
from guanxi.platform.objects.rows import row_json
from guanxi.sales.models import Order
from tests.cast import Firm
from tests.fields.definitions import define
from tests.fields.formula_world import Tree, records, shown, trees, written
from tests.writes.calls import fields, get, patch, post, refused

pytestmark = pytest.mark.django_db
OPERANDS = {
    "a": "decimal", "b": "decimal", "word": "text", "day": "date", "other_day": "date",
    "yes": "boolean", "no": "boolean",
}  # fmt: skip
NOTHING = {"name": "", **{f"custom.{key}": None for key in OPERANDS}}


def formula(boss: Client, text: str, key: str = "f", **values: Any) -> dict[str, Any]:
    given = {"object": "customer", "settings": {"formula": text}} | values
    return define(boss, given.pop("object"), "formula", key, **given)


def values_of(asker: Asker, text: str, ids: list[Any]) -> list[Any]:
    """What the field made of a formula shows for these customers."""
    made = CustomField(
        object="customer", key="f", type="formula", labels={"en": "f"}, settings={"formula": text}
    )
    f = made_field(made)
    body = row_json(asker, object_type("customer"), [f])
    rows = visible_to(asker, Customer).filter(pk__in=ids).annotate(_json=body)
    found = {str(pk): orjson.loads(row) for pk, row in rows.values_list("pk", "_json")}
    return [found[str(pk)]["custom"]["f"] for pk in ids]


def stored(record: dict[str, Any]) -> Customer:
    custom = {
        name.removeprefix("custom."): value if isinstance(value, bool) else str(value)
        for name, value in record.items()
        if name != "name" and value not in (None, "")
    }
    return Customer(pk=uuid4(), kind="person", name=record["name"], custom=custom)


def test_the_database_gives_what_a_naive_evaluation_gives(firm: Firm, boss: Client) -> None:
    for key, kind in OPERANDS.items():
        define(boss, "customer", kind, key=key, settings={})
    asker = Asker(firm["administrator"])

    @settings(max_examples=250, deadline=None, derandomize=True, database=None)
    @given(tree=trees, crowd=st.lists(records, min_size=1, max_size=4))
    @example(  # rounded twice, this would be a hair too much
        tree=("/", ("value", Decimal("0.49")), ("value", Decimal("990.00"))), crowd=[NOTHING]
    )
    def check(tree: Tree, crowd: list[dict[str, Any]]) -> None:
        made = Customer.objects.bulk_create(stored(record) for record in crowd)
        found = values_of(asker, written(tree), [c.pk for c in made])
        assert found == [shown(tree, record) for record in crowd], written(tree)

    check()


REFUSED = [
    ("", "Write a formula"),
    ("1 +", "ends too early"),
    ("(1", '")" is missing'),
    ("1 2", '"2" is not expected'),
    ("name; drop table x", '";" is not understood'),
    ("nme", 'no field "nme"'),
    ("custom.nothing", 'no field "custom.nothing"'),
    ("password", "no field"),
    ("owner", "cannot be used"),
    ("sleep(1)", 'no function "sleep"'),
    ("negative(1)", 'no function "negative"'),
    ("name + 1", '"+" cannot be applied to text'),
    ('"a" < "b"', '"<" cannot be applied to text'),
    ("if(1, 2, 3)", '"if" cannot be applied to a number'),
    ('if(true, 2, "x")', "do not go together"),
    ("days(1, today())", '"days" cannot be applied to a number'),
    ("today() + today()", "cannot be applied to a date"),
    ("round(1.5, credit_limit)", "whole number from 0 to 10"),
    ("min()", "another number of values"),
    ('kind = "robot"', "none of the choices"),
    ("credit_limit * credit_limit", "multiplied by money"),
    ("credit_limit + custom.my_money", "different currencies"),
    ("custom.my_multi_choice", "no result"),
    ('contains(custom.my_multi_choice, "none")', "none of the choices"),
    ("custom.my_boolean > true", "cannot be applied to yes or no"),
    ("123456789012345678901", "too many digits"),
    ('"a\0b"', "control characters"),
    ("(" * 100 + "1" + ")" * 100, "nested"),
    ("1" + "+1" * 200, "too large"),
    ("not " * 150 + "true", "too large"),
    ("1" + "+1" * 1000, "at most 2000 characters"),
]


@pytest.mark.parametrize(("text", "why"), REFUSED)
def test_nonsense_is_refused_with_its_reason(boss: Client, text: str, why: str) -> None:
    define(boss, "customer", "money", settings={"currency": "USD"})
    define(boss, "customer", "multi_choice")
    define(boss, "customer", "boolean")
    sent = {"object": "customer", "type": "formula", "labels": {"en": "f"}}
    sent["settings"] = {"formula": text}
    answer = post(boss, "custom-fields", sent)
    assert answer.status_code == 422
    if len(text) <= 2000:
        assert fields(answer.json()) == ["settings.formula"]
        assert why in answer.json()["errors"][0]["message"]


def test_no_text_whatever_breaks_the_check(boss: Client) -> None:
    @settings(max_examples=300, deadline=None, derandomize=True, database=None)
    @given(text=st.text(alphabet="()+-*/,.<>=!\"' 1a_;\\\x00%{}", max_size=30))
    def check(text: str) -> None:
        answer = post(boss, "custom-fields/formula", {"object": "customer", "formula": text})
        assert answer.status_code == 200
        problem = answer.json()["problem"]
        assert problem is None or 0 <= problem["at"] <= len(text)

    check()


def test_it_is_listed_filtered_sorted_grouped_and_added_up(boss: Client) -> None:
    define(boss, "customer", "decimal")
    formula(boss, "custom.my_decimal * 2", "double")
    formula(boss, 'if(custom.my_decimal > 2, "big", "small")', "size")
    for number in ("1.00", "2.50", "10.00", None):
        custom = {"my_decimal": number} if number else {}
        Customer(kind="person", name="counted", custom=custom).save(force_insert=True)
    every = "customers?search=counted&fields=custom.double"
    rows = get(boss, f"{every}&sort=-custom.double")["items"]
    assert [r["custom"]["double"] for r in rows] == ["20.00", "5.00", "2.00", None]
    test = json.dumps({"field": "custom.double", "op": "gt", "value": "4"})
    rows = get(boss, f"{every}&sort=custom.double&filter={test}")["items"]
    assert [r["custom"]["double"] for r in rows] == ["5.00", "20.00"]
    answer = get(boss, "customers/aggregate?search=counted&group=custom.size"
                 "&measures=count,sum:custom.double")  # fmt: skip
    groups = {g["key"]: (g["count"], g["sum_custom.double"]) for g in answer["groups"]}
    assert groups == {"big": (2, "25.00"), "small": (1, "2.00"), None: (1, None)}
    assert Decimal(answer["total"]["sum_custom.double"]) == 27


def test_it_is_paged_and_exported(boss: Client) -> None:
    define(boss, "customer", "decimal")
    formula(boss, "custom.my_decimal / 3", "third")
    for number in ("1.00", "2.00", "3.00"):
        custom = {"my_decimal": number}
        Customer(kind="person", name="paged", custom=custom).save(force_insert=True)
    asked = "customers?search=paged&fields=custom.third&sort=custom.third&limit=1"
    found, cursor = [], ""
    while cursor is not None:
        page = get(boss, f"{asked}&cursor={cursor}" if cursor else asked)
        found += [r["custom"]["third"] for r in page["items"]]
        cursor = page["next"]
    assert found == ["0.33", "0.67", "1.00"]
    asked = {"search": "paged", "fields": ["custom.third"], "sort": "custom.third"}
    answer = post(boss, "customers/export", asked)
    assert answer.status_code == 200
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").split()
    assert lines[-3:] == ["0.33", "0.67", "1"]


def test_nobody_writes_or_imports_it(boss: Client, firm: Firm) -> None:
    formula(boss, "1 + 1", "two")
    assert "custom.two" not in Asker(firm["administrator"]).writable(object_type("customer"))
    meta = next(o for o in get(boss, "meta")["objects"] if o["name"] == "customer")
    field = next(f for f in meta["fields"] if f["name"] == "custom.two")
    assert (field["type"], field["read_only"], field["required"]) == ("decimal", True, False)
    problem = refused(
        lambda: post(boss, "customers", {"kind": "person", "name": "x", "custom": {"two": "3"}}),
        403,
    )
    assert fields(problem) == ["custom.two"]
    made = post(boss, "customers", {"kind": "person", "name": "x"}).json()
    assert made["custom"] == {"two": "2.00"}


def test_one_over_a_hidden_field_is_hidden_as_well(boss: Client, firm: Firm) -> None:
    """The cast's service agents may not see the credit limit."""
    formula(boss, "credit_limit * 2", "twice")
    formula(boss, "custom.twice + 1", "more")
    formula(boss, "length(name)", "letters")
    for who, seen in (("service", {"letters"}), ("administrator", {"twice", "more", "letters"})):
        client = firm.client(who)
        row = get(client, "customers?limit=1&fields=name")["items"][0]
        whole = get(client, f"customers/{row['id']}")
        assert set(whole["custom"]) == seen
        asked = client.get("/api/v1/customers", {"sort": "custom.more"})
        assert asked.status_code == (200 if "more" in seen else 422)
    answer = firm.client("service").get("/api/v1/customers", {"fields": "custom.twice"})
    assert answer.status_code == 422


def test_formulas_that_go_round_in_a_circle_are_refused_by_name(boss: Client) -> None:
    first = formula(boss, "1", "first", labels={"en": "First"})
    formula(boss, "custom.first + 1", "second", labels={"en": "Second"})
    formula(boss, "custom.second + 1", "third", labels={"en": "Third"})
    for text, circle in (
        ("custom.third", "First → Third → Second → First"),
        ("custom.first", "First → First"),
    ):
        answer = patch(boss, f"custom-fields/{first['id']}", {"settings": {"formula": text}})
        assert answer.status_code == 422
        assert circle in answer.json()["errors"][0]["message"]


def test_what_a_formula_uses_is_not_archived_from_under_it(boss: Client) -> None:
    operand = define(boss, "customer", "decimal")
    made = formula(boss, "custom.my_decimal + 1", labels={"en": "Sum"})
    problem = refused(lambda: post(boss, f"custom-fields/{operand['id']}/archive", {}), 422)
    assert '"Sum"' in problem["errors"][0]["message"]
    assert post(boss, f"custom-fields/{made['id']}/archive", {}).status_code == 200
    assert post(boss, f"custom-fields/{operand['id']}/archive", {}).status_code == 200
    problem = refused(lambda: post(boss, f"custom-fields/{made['id']}/restore", {}), 422)
    assert "custom.my_decimal" in problem["errors"][0]["message"]


def test_a_formula_changes_but_not_the_kind_of_its_result(boss: Client) -> None:
    made = formula(boss, "1")
    address = f"custom-fields/{made['id']}"
    assert patch(boss, address, {"settings": {"formula": "2"}}).status_code == 200
    problem = refused(lambda: patch(boss, address, {"settings": {"formula": "name"}}), 422)
    assert fields(problem) == ["settings.formula"]
    problem = refused(lambda: patch(boss, address, {"required": True}), 422)
    assert fields(problem) == ["required"]


def test_formulas_of_formulas_cannot_grow_without_end(boss: Client) -> None:
    formula(boss, "1 + 1", "f0")
    for n in range(1, 20):
        sent = {
            "object": "customer", "type": "formula", "key": f"f{n}", "labels": {"en": "f"},
            "settings": {"formula": f"custom.f{n - 1} * custom.f{n - 1}"},
        }  # fmt: skip
        answer = post(boss, "custom-fields", sent)
        if answer.status_code == 422:
            assert "too large" in answer.json()["errors"][0]["message"]
            break
    else:
        pytest.fail("twenty doublings were taken")


def test_one_that_no_longer_fits_is_left_out_and_can_be_archived(boss: Client) -> None:
    made = formula(boss, "1")
    CustomField.objects.filter(pk=made["id"]).update(settings={"formula": "gone_by_now"})
    post(boss, "custom-fields", {"object": "customer", "type": "text", "labels": {"en": "x"}})
    assert "custom.f" not in custom_fields(object_type("customer"))
    assert get(boss, "customers?limit=1")["items"]
    assert post(boss, f"custom-fields/{made['id']}/archive", {}).status_code == 200


def test_money_keeps_its_currency_and_is_added_up_in_that_of_the_books(boss: Client) -> None:
    define(boss, "customer", "money", settings={"currency": "USD"})
    formula(boss, "custom.my_money * 2", "twice")
    custom = {"my_money": "10.0000"}
    Customer(kind="person", name="rich", custom=custom).save(force_insert=True)
    answer = get(boss, "customers/aggregate?search=rich&measures=sum:custom.twice")
    assert Decimal(answer["total"]["sum_custom.twice"]) == 142


@pytest.mark.parametrize(
    "text",
    [
        "total + custom.shipping", "custom.shipping + total", "max(custom.shipping, total, 0)",
        "if(true, custom.shipping, total) + total",
    ],
)  # fmt: skip
def test_money_of_a_row_with_its_own_rate_is_added_up_at_that_in_any_order(
    boss: Client, text: str
) -> None:
    define(boss, "order", "money", key="shipping")
    define(boss, "order", "formula", "f", settings={"formula": text})
    day = dt.datetime(2024, 1, 5, 12, tzinfo=dt.UTC)
    Order(
        customer=Customer.objects.create(kind="person", name="rich"), number="o-rich",
        currency="USD", rate=Decimal(5), total=Decimal(10), ordered_at=day, ordered_on=day.date(),
        custom={"shipping": "10.0000"},
    ).save(force_insert=True)  # fmt: skip
    answer = get(boss, "orders/aggregate?search=o-rich&measures=sum:custom.f")
    assert Decimal(answer["total"]["sum_custom.f"]) == (50 if "max" in text else 100)


def test_today_is_that_of_the_firm(boss: Client, firm: Firm) -> None:
    define(boss, "customer", "date")
    day = dt.date(2024, 1, 1)
    made = Customer.objects.create(kind="person", name="x", custom={"my_date": day.isoformat()})
    asker = Asker(firm["administrator"])
    later = values_of(asker, "days(custom.my_date, today())", [made.pk])[0]
    assert abs(Decimal(later) - (dt.datetime.now(dt.UTC).date() - day).days) <= 1


def test_a_formula_is_tried_while_it_is_written(boss: Client, firm: Firm) -> None:
    def tried(text: str) -> dict[str, Any]:
        sent = {"object": "customer", "formula": text, "decimal_places": 1}
        found: dict[str, Any] = post(boss, "custom-fields/formula", sent).json()
        return found

    answer = tried("length(name) / 1")
    assert (answer["problem"], answer["type"]) == (None, "decimal")
    assert answer["sample"]["value"] == f"{len(answer['sample']['label'])}.0"
    answer = tried("1 + nme")
    assert answer["problem"] == {"message": 'There is no field "nme".', "at": 4}
    assert answer["sample"] is None
    sent = {"object": "customer", "formula": "1"}
    assert post(firm.client("owner"), "custom-fields/formula", sent).status_code == 403
