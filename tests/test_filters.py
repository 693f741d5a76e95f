"""The filter language against a naive evaluator in Python, and against everything absurd."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from hypothesis import example, given, settings
from hypothesis import strategies as st

from guanxi.customers.models import Customer
from guanxi.interactions.models import Task
from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.filters.compiler import BadFilter, Clock, compile_filter
from guanxi.platform.objects.registry import object_type, types
from guanxi.sales.models import Order
from tests.cast import NOON, Firm
from tests.oracle import Oracle

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
CLOCK = Clock(NOON, SHANGHAI, week_start=1)  # Wednesday, 15 May 2024, 20:00 in Shanghai
MAY, JUNE = dt.datetime(2024, 5, 1), dt.datetime(2024, 6, 1)  # noqa: DTZ001  hypothesis adds it
NAMES = [
    "张伟",
    "Ann",
    "ann",
    "50% off",
    "a_b",
    "back\\slash",
    "O'Hara",
    'say "x"',
    "Ünal",
    "é",
    "",
]
quick = settings(max_examples=120, deadline=None, derandomize=True, database=None)


class World:
    """The records of a few objects, loaded, with who sees which; what the evaluator works on."""

    related = {
        "customer": {"tasks": ("task", "customer"), "orders": ("order", "customer")},
        "task": {},
        "order": {},
    }
    models = {"customer": Customer, "task": Task, "order": Order}

    def __init__(self, firm: Firm):
        self.firm, self.oracle = firm, Oracle(firm)
        self.records = {
            kind: list(model.objects.order_by("pk")) for kind, model in self.models.items()
        }
        self.records["user"] = list(firm.people.values())
        self.tags = {c.pk: {t.pk for t in c.tags.all()} for c in self.records["customer"]}
        known = {c.pk: c for c in self.records["customer"]}
        self.firm.records["customer"] = {str(pk): c for pk, c in known.items()}

    def visible(self, who: str, kind: str) -> list[Any]:
        return [r for r in self.records[kind] if self.oracle.may(who, "read", kind, r)]

    def colleagues(self, who: str) -> set[Any]:
        north = {"owner", "teammate"}
        return {self.firm[n].pk for n in (north if who in north else {who})}

    def matches(self, who: str, kind: str, record: Any, tree: Any) -> bool:
        match tree:
            case {"and": parts}:
                return all(self.matches(who, kind, record, part) for part in parts)
            case {"or": parts}:
                return not parts or any(self.matches(who, kind, record, part) for part in parts)
            case {"not": part}:
                return not self.matches(who, kind, record, part)
            case {"has": name, **rest} | {"has_no": name, **rest}:
                other, link = self.related[kind][name]
                found = any(
                    getattr(r, f"{link}_id") == record.pk
                    and self.matches(who, other, r, rest.get("where") or {"and": []})
                    for r in self.visible(who, other)
                )
                return found == ("has" in tree)
            case {"field": path, "op": op, "value": value}:
                return self.holds(who, kind, record, path, op, value)
        raise AssertionError(tree)

    def holds(self, who: str, kind: str, record: Any, path: str, op: str, value: Any) -> bool:
        head, _dot, rest = path.partition(".")
        if rest:
            target = "user" if head == "owner" else head
            pk = getattr(record, f"{head}_id")
            linked = [r for r in self.visible(who, target) if r.pk == pk]
            return any(self.holds(who, target, r, rest, op, value) for r in linked)
        if head == "tags":
            mine, wanted = self.tags[record.pk] & self.live_tags(), self.read(head, value)
            return {
                "in": bool(mine & set(wanted or [])), "not_in": not mine & set(wanted or []),
                "empty": not mine, "not_empty": bool(mine),
            }[op]  # fmt: skip
        is_link = head in ("owner", "customer")
        own = getattr(record, f"{head}_id" if is_link else head)
        if op in ("empty", "not_empty"):
            return (own in (None, "")) == (op == "empty")
        if op in ("in", "not_in"):
            wanted = set()
            for item in value:
                if item == "my_team":
                    wanted |= self.colleagues(who)
                else:
                    wanted.add(self.firm[who].pk if item == "me" else self.read(head, item))
            return (own in wanted) == (op == "in")
        if op == "in_period":
            return own is not None and self.in_period(own, value["relative"])
        if op == "between":
            low, high = (self.read(head, v) for v in value)
            return own is not None and low <= own <= high
        wanted = self.read(head, value)
        if own is None:
            return op == "ne"
        match op:
            case "contains" | "not_contains":
                return (wanted.upper() in own.upper()) == (op == "contains")
            case "starts":
                return bool(own.upper().startswith(wanted.upper()))
        return {
            "eq": own == wanted, "ne": own != wanted, "lt": own < wanted, "lte": own <= wanted,
            "gt": own > wanted, "gte": own >= wanted,
        }[op] if op in ("eq", "ne") or not isinstance(own, str) else False  # fmt: skip

    def live_tags(self) -> set[Any]:
        return {t.pk for t in self.firm.records["tag"].values() if t.deleted_at is None}

    def read(self, field: str, value: Any) -> Any:
        if field == "tags":
            from uuid import UUID

            return [UUID(v) for v in value] if value is not None else None
        if field in ("owner", "customer"):
            from uuid import UUID

            return UUID(value)
        if field == "credit_limit":
            return Decimal(value)
        if field in ("due_on", "birthday"):
            days = value["days"] if isinstance(value, dict) else None
            today = dt.date(2024, 5, 15)
            return today + dt.timedelta(days) if days is not None else dt.date.fromisoformat(value)
        if field == "ordered_at":
            if isinstance(value, dict):
                day = dt.date(2024, 5, 15) + dt.timedelta(value["days"])
                return dt.datetime.combine(day, dt.time(), SHANGHAI)
            return dt.datetime.fromisoformat(value)
        return value

    def in_period(self, own: Any, name: str) -> bool:
        start, end = {
            "today": ("2024-05-15", "2024-05-16"),
            "yesterday": ("2024-05-14", "2024-05-15"),
            "tomorrow": ("2024-05-16", "2024-05-17"),
            "this_week": ("2024-05-13", "2024-05-20"),
            "last_week": ("2024-05-06", "2024-05-13"),
            "next_month": ("2024-06-01", "2024-07-01"),
            "last_quarter": ("2024-01-01", "2024-04-01"),
            "this_year": ("2024-01-01", "2025-01-01"),
        }[name]
        day = own.astimezone(SHANGHAI).date() if isinstance(own, dt.datetime) else own
        return dt.date.fromisoformat(start) <= day < dt.date.fromisoformat(end)


@pytest.fixture(scope="module")
def world(firm: Firm) -> World:
    """The firm with a crowd added: every awkward name, dates around today, nulls everywhere."""
    owners = [None, "owner", "teammate", "outsider", "manager"]
    for number, name in enumerate(NAMES * 2):
        customer = Customer(
            kind="person", name=name or "x", industry=name, owner=_person(firm, owners, number),
            birthday=None if number % 3 == 0 else dt.date(2024, 5, 1 + number),
            credit_limit=None if number % 4 == 0 else Decimal(number) / 2,
            city=["", "北京", "beijing", "Beijing"][number % 4],
        )  # fmt: skip
        customer.save(force_insert=True)
        if number % 5 == 0:
            customer.tags.add(firm["tag:vip"])
        if number % 7 == 0:
            customer.tags.add(firm["tag:cold"])  # in the bin: as if it were not there
        for turn in range(number % 3):
            Task(
                title=f"{name} {turn}", customer=customer if turn else None,
                owner=_person(firm, owners, number + turn),
                due_on=None if number % 4 == 1 else dt.date(2024, 5, 10 + (number + turn) % 15),
            ).save(force_insert=True)  # fmt: skip
        at = NOON + dt.timedelta(hours=7 * (number - 10))
        Order(
            customer=customer, number=f"F{number}", ordered_at=at, ordered_on=at.date(),
            currency="CNY", source=name,
        ).save(force_insert=True)  # fmt: skip
    return World(firm)


def _person(firm: Firm, names: list[str | None], number: int) -> Any:
    name = names[number % len(names)]
    return name and firm[name]


texts = st.sampled_from([*NAMES, "a", "%", "_", "\\", "'", "北", "zzz", "ü", " "])
TEXT = ("eq", "ne", "contains", "not_contains", "starts")
COMPARE = ("eq", "ne", "lt", "lte", "gt", "gte")


def conditions(world: World, kind: str) -> st.SearchStrategy[Any]:
    def test(path: str, ops: Any, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.builds(
            lambda op, v: {"field": path, "op": op, "value": v}, st.sampled_from(ops), values
        )

    def ordered(path: str, values: st.SearchStrategy[Any]) -> list[Any]:
        return [
            test(path, COMPARE, values),
            test(path, ("between",), st.tuples(values, values).map(list)),
            test(path, ("empty", "not_empty"), st.none()),
        ]

    def dated(path: str, values: st.SearchStrategy[Any]) -> list[Any]:
        days = st.integers(-12, 12).map(lambda n: {"days": n})
        periods = st.sampled_from([
            "today", "yesterday", "tomorrow", "this_week", "last_week", "next_month",
            "last_quarter", "this_year",
        ])  # fmt: skip
        named = test(path, ("in_period",), periods.map(lambda p: {"relative": p}))
        return [*ordered(path, st.one_of(values, days)), named]

    def chosen(path: str, values: st.SearchStrategy[Any]) -> list[Any]:
        some = st.lists(values, max_size=3)
        return [test(path, ("in", "not_in"), some), test(path, ("empty", "not_empty"), st.none())]

    def texted(path: str) -> list[Any]:
        return [
            test(path, TEXT, texts),
            test(path, ("in",), st.lists(texts, max_size=3)),
            test(path, ("empty", "not_empty"), st.none()),
        ]

    people = st.sampled_from(
        [*(str(u.pk) for u in world.records["user"]), "me", "my_team", str(uuid4())]
    )
    days = st.dates(dt.date(2024, 5, 1), dt.date(2024, 6, 1)).map(str)
    customers = st.sampled_from([str(c.pk) for c in world.records["customer"]])
    kinds = st.sampled_from(["person", "organization"])
    tags = st.sampled_from([str(t.pk) for t in world.firm.records["tag"].values()])
    of_customer = [
        ("name", texted), ("industry", texted), ("birthday", lambda p: dated(p, days)),
        ("credit_limit", lambda p: ordered(p, st.decimals(0, 12, places=1).map(str))),
        ("owner", lambda p: chosen(p, people)), ("kind", lambda p: chosen(p, kinds)),
        ("tags", lambda p: chosen(p, tags)),
        ("owner.full_name", texted),
    ]  # fmt: skip
    made: list[Any] = []
    match kind:
        case "customer":
            for path, build in of_customer:
                made += build(path)
        case "task":
            made += [
                *texted("title"),
                *dated("due_on", days),
                *chosen("owner", people),
                *chosen("customer", customers),
            ]
            for path, build in of_customer:
                made += build(f"customer.{path}")
        case _:
            moments = st.datetimes(MAY, JUNE).map(
                lambda moment: moment.replace(tzinfo=SHANGHAI).isoformat()
            )
            made += [*dated("ordered_at", moments), *texted("source"), *texted("customer.industry")]
            made += chosen("customer", customers)
    return st.one_of(made)


def trees(world: World, kind: str) -> st.SearchStrategy[Any]:
    leaves = conditions(world, kind)
    if kind == "customer":
        for name, (other, _link) in world.related["customer"].items():
            where = st.one_of(st.none(), trees(world, other))
            leaves |= st.builds(lambda w, name=name: {"has": name, "where": w}, where)
            leaves |= st.builds(lambda w, name=name: {"has_no": name, "where": w}, where)
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda parts: {"and": parts}),
            st.lists(inner, max_size=3).map(lambda parts: {"or": parts}),
            inner.map(lambda part: {"not": part}),
        ),
        max_leaves=6,
    )


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


@pytest.mark.parametrize("kind", [t.name for t in types()])
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
