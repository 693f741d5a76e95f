"""The filter language against a naive evaluator in Python, and against everything absurd."""

import datetime as dt
import json
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from hypothesis import example, given, settings
from hypothesis import strategies as st

from guanxi.customers.models import Customer
from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.filters.compiler import BadFilter, Clock, compile_filter
from guanxi.platform.objects.registry import built_in, object_type
from guanxi.sales.models import Order
from tests.cast import NOON, Firm
from tests.filter_world import CLOCK, World, make_world, trees

pytestmark = pytest.mark.django_db
quick = settings(max_examples=120, deadline=None, derandomize=True, database=None)


@pytest.fixture(scope="module")
def world(firm: Firm) -> World:
    return make_world(firm)


@pytest.mark.parametrize("who", ["administrator", "owner"])
@pytest.mark.parametrize("kind", ["customer", "task", "order"])
def test_the_compiled_filter_finds_what_the_evaluator_finds(
    world: World, kind: str, who: str
) -> None:
    asker, model = Asker(world.firm[who]), World.models[kind]
    seen = world.visible(who, kind)

    @quick
    @given(tree=trees(world, kind))
    @example(tree={"or": [{"field": "owner", "op": "empty", "value": None}, {"and": []}]})
    @example(tree={"not": {"or": []}})
    def check(tree: Any) -> None:
        condition = compile_filter(asker, object_type(kind), tree, CLOCK)
        found = list(visible_to(asker, model).filter(condition).values_list("pk", flat=True))
        expected = [r.pk for r in seen if world.matches(who, kind, r, tree)]
        assert sorted(found) == sorted(expected)

    check()


def nested(levels: int) -> Any:
    tree: Any = {"field": "name", "op": "eq", "value": "x"}
    for _ in range(levels):
        tree = {"not": tree}
    return tree


BAD = [
    ([], "JSON objects"),
    ("name", "JSON objects"),
    ({"and": {"field": "name"}}, '"and" takes a list'),
    ({"and": [], "or": []}, "and, or"),
    ({"xor": []}, "xor"),
    ({"field": "nme", "op": "eq", "value": "x"}, "nme"),
    ({"field": "password", "op": "eq", "value": "x"}, "password"),
    ({"field": "name", "op": "like", "value": "x"}, "like"),
    ({"field": "name", "op": ["eq"], "value": "x"}, "eq"),
    ({"field": "name", "op": "eq", "value": 7}, '"7"'),
    ({"field": "name", "op": "eq", "value": None}, "None"),
    ({"field": "name", "op": "eq", "value": "a\0b"}, "name"),
    ({"field": "name", "op": "eq", "value": "\ud800"}, "name"),
    ({"field": "name.x", "op": "eq", "value": "x"}, "name"),
    ({"field": "owner.password", "op": "eq", "value": "x"}, "password"),
    ({"field": "owner", "op": "in", "value": "me"}, "list"),
    ({"field": "owner", "op": "in", "value": ["you"]}, "you"),
    ({"field": "territory", "op": "in", "value": ["me"]}, "me"),
    ({"field": "owner", "op": "in", "value": ["x"] * 1001}, "1000"),
    ({"field": "kind", "op": "in", "value": ["robot"]}, "robot"),
    ({"field": "birthday", "op": "lt", "value": "2024-02-30"}, "2024-02-30"),
    ({"field": "birthday", "op": "lt", "value": {"days": 10**9}}, "days"),
    ({"field": "birthday", "op": "lt", "value": {"months": 1}}, "months"),
    ({"field": "birthday", "op": "in_period", "value": {"relative": "this_aeon"}}, "this_aeon"),
    ({"field": "birthday", "op": "between", "value": ["2024-01-01"]}, "two values"),
    ({"field": "credit_limit", "op": "gt", "value": "NaN"}, "NaN"),
    ({"field": "credit_limit", "op": "gt", "value": "1e999999"}, "1e999999"),
    ({"field": "credit_limit", "op": "gt", "value": True}, "True"),
    ({"has": "invoices"}, "invoices"),
    ({"has": "tasks", "where": {"field": "nme", "op": "eq", "value": ""}}, "nme"),
    (nested(13), "12 levels"),
    ({"and": [{"field": "name", "op": "empty"}] * 201}, "200"),
    ({"field": "tags", "op": "eq", "value": []}, "eq"),
]


@pytest.mark.parametrize(("tree", "part"), BAD, ids=lambda v: repr(v)[:40])
def test_a_filter_that_cannot_be_understood_says_which_part(
    firm: Firm, tree: Any, part: str
) -> None:
    answer = firm.client("administrator").get("/api/v1/customers", {"filter": json.dumps(tree)})
    assert answer.status_code == 422
    problem = answer.json()
    assert (problem["code"], problem["errors"][0]["field"]) == ("bad_filter", "filter")
    assert part in problem["detail"]


@pytest.mark.parametrize("text", ["{", "[1,", "NaN", '{"a":Infinity}', "[" * 100_000, "\0"])
def test_a_filter_that_is_no_json_is_refused(firm: Firm, text: str) -> None:
    answer = firm.client("administrator").get("/api/v1/customers", {"filter": text})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "filter"


NASTY = [
    None, True, False, 0, 1, -1, 0.5, 2**31, -(2**31) - 1, 2**63, 2**64, 10**30, 1e308, -1e308,
    1e-300, "", " ", "x", "0", "-0", "1e5", "nan", "Infinity", "\0", "\ud800", "%", "\\",
    "'; drop table x; --",
    "0001-01-01", "9999-12-31", "10000-01-01", "2024-05-15T23:59:60Z", "0001-01-01T00:00+14:00",
    "9999-12-31T23:59:59-12:00", "2024-05-15T10:00", "x" * 100_000, str(uuid4()), "me", "my_team",
    "00000000-0000-0000-0000-000000000000", [], [None], [[]], ["me"], [1, 2], ["a", "b"],
    ["2024-01-01", "2023-01-01"], [str(uuid4())] * 3, {}, {"days": 0}, {"days": "1"}, {"days": 1.5},
    {"days": None}, {"relative": "today"}, {"relative": None}, {"relative": {}},
]  # fmt: skip


@pytest.mark.parametrize("kind", [t.name for t in built_in()])
def test_no_value_makes_the_database_fail(firm: Firm, kind: str) -> None:
    """Each value either is refused, or the query runs."""
    asker, declared = Asker(firm["owner"]), object_type(kind)
    model = declared.model
    kept: list[Any] = []
    one_of_a_type = {f.type.name: name for name, f in asker.fields(declared).items()}
    for name in one_of_a_type.values():
        f = asker.fields(declared)[name]
        for op in f.type.operators:
            for value in NASTY:
                tree = {"field": name, "op": op, "value": value}
                try:
                    kept.append(compile_filter(asker, declared, tree, CLOCK))
                except BadFilter:
                    continue
    for start in range(0, len(kept), 40):
        some = kept[start : start + 40]
        records = visible_to(asker, model)
        query = records.none().union(*(records.filter(c).order_by()[:1] for c in some), all=True)
        with transaction.atomic(), connection.cursor() as cursor:
            sql, params = query.values_list("pk").query.sql_with_params()
            cursor.execute(sql, params)


KEYS = ["and", "or", "not", "field", "op", "value", "has", "has_no", "where", "x"]
WORDS = ["name", "owner", "tags", "customer.name", "eq", "in", "tasks"]
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(KEYS),
            st.one_of(
                inner,
                st.sampled_from(WORDS),
            ),
            max_size=3,
        ),
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(tree=anything)
def test_any_json_is_a_filter_or_is_refused(firm: Firm, tree: Any) -> None:
    asker = Asker(firm["owner"])
    try:
        condition = compile_filter(asker, object_type("customer"), tree, CLOCK)
    except BadFilter:
        return
    with transaction.atomic():
        visible_to(asker, Customer).filter(condition).count()


def test_my_team_and_me_follow_the_asker(world: World) -> None:
    tree = json.dumps({"field": "owner", "op": "in", "value": ["me"]})
    for who in ("owner", "teammate"):
        rows = world.firm.client(who).get("/api/v1/customers", {"filter": tree}).json()["items"]
        assert {r["owner"]["id"] for r in rows} == {str(world.firm[who].pk)}


def test_a_moment_is_read_in_the_askers_time_zone(firm: Firm) -> None:
    """20:00 UTC on the 31st is the 1st in Shanghai and still the 31st in Los Angeles."""
    firm["order:acme"]  # ordered at noon UTC on the 15th
    order = Order(
        number="tz", ordered_at=dt.datetime(2024, 7, 31, 20, tzinfo=dt.UTC), currency="CNY",
        ordered_on=dt.date(2024, 8, 1),
    )  # fmt: skip
    order.save(force_insert=True)
    tree = {"field": "ordered_at", "op": "gte", "value": "2024-08-01"}
    for zone, found in (("Asia/Shanghai", True), ("America/Los_Angeles", False)):
        clock = Clock(NOON, ZoneInfo(zone))
        condition = compile_filter(Asker(firm["administrator"]), object_type("order"), tree, clock)
        assert Order.objects.filter(condition, pk=order.pk).exists() is found
