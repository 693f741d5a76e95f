"""What the filter language is tried on: a crowd of records, a naive evaluator, and conditions."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from guanxi.customers.models import Customer
from guanxi.interactions.models import Task
from guanxi.platform.access.predicate import Asker
from guanxi.platform.fields.services import create_field
from guanxi.platform.filters.compiler import Clock
from guanxi.platform.objects.custom_values import first_field
from guanxi.platform.objects.registry import object_type
from guanxi.sales.models import Order
from tests.cast import NOON, Firm
from tests.oracle import Oracle

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


OFFERED = {"choices": [{"value": v, "labels": {"en": v}} for v in "abc"]}
CUSTOM: list[tuple[str, str, dict[str, Any]]] = [
    ("word", "text", {}), ("rank", "decimal", {"decimal_places": 2}), ("day", "date", {}),
    ("moment", "datetime", {}), ("opens", "time", {}), ("yes", "boolean", {}),
    ("one", "choice", OFFERED), ("many", "multi_choice", OFFERED),
    ("friend", "link", {"target": "customer"}),
]  # fmt: skip


class World:
    """The records of a few objects, loaded, with who sees which; what the evaluator works on."""

    related = {
        "customer": {
            "tasks": ("task", "customer"),
            "orders": ("order", "customer"),
            "customer.custom.friend": ("customer", "custom.friend"),
        },
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
                    self.linked(r, link) == record.pk
                    and self.matches(who, other, r, rest.get("where") or {"and": []})
                    for r in self.visible(who, other)
                )
                return found == ("has" in tree)
            case {"field": path, "op": op, "value": value}:
                return self.holds(who, kind, record, path, op, value)
        raise AssertionError(tree)

    def holds(self, who: str, kind: str, record: Any, path: str, op: str, value: Any) -> bool:
        head, rest = first_field(path)
        if rest:
            target = {"owner": "user", "custom.friend": "customer"}.get(head, head)
            pk = self.linked(record, head)
            linked = [r for r in self.visible(who, target) if r.pk == pk]
            return any(self.holds(who, target, r, rest, op, value) for r in linked)
        if head == "tags":
            mine, wanted = self.tags[record.pk] & self.live_tags(), self.read(head, value)
            return {
                "in": bool(mine & set(wanted or [])), "not_in": not mine & set(wanted or []),
                "empty": not mine, "not_empty": bool(mine),
            }[op]  # fmt: skip
        is_link = head in ("owner", "customer")
        own = (
            self.custom(record, head)
            if head.startswith("custom.")
            else getattr(record, f"{head}_id" if is_link else head)
        )
        if head == "custom.many" and op not in ("empty", "not_empty"):
            return bool(set(own or ()) & set(value)) == (op == "in")
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

    def linked(self, record: Any, name: str) -> Any:
        is_custom = name.startswith("custom.")
        return self.custom(record, name) if is_custom else getattr(record, f"{name}_id")

    def custom(self, record: Any, name: str) -> Any:
        """A custom value as Python would have it."""
        key = name.removeprefix("custom.")
        value = record.custom.get(key)
        read = {
            "rank": Decimal,
            "day": dt.date.fromisoformat,
            "moment": dt.datetime.fromisoformat,
            "opens": dt.time.fromisoformat,
            "friend": UUID,
        }
        return value if value is None else read.get(key, lambda v: v)(value)

    def live_tags(self) -> set[Any]:
        return {t.pk for t in self.firm.records["tag"].values() if t.deleted_at is None}

    def read(self, field: str, value: Any) -> Any:
        if field == "tags":
            return [UUID(v) for v in value] if value is not None else None
        if field in ("owner", "customer", "custom.friend"):
            return UUID(value)
        if field in ("credit_limit", "custom.rank"):
            return Decimal(value)
        if field in ("due_on", "birthday", "custom.day"):
            days = value["days"] if isinstance(value, dict) else None
            today = dt.date(2024, 5, 15)
            return today + dt.timedelta(days) if days is not None else dt.date.fromisoformat(value)
        if field in ("ordered_at", "custom.moment"):
            if isinstance(value, dict):
                day = dt.date(2024, 5, 15) + dt.timedelta(value["days"])
                return dt.datetime.combine(day, dt.time(), SHANGHAI)
            return dt.datetime.fromisoformat(value)
        if field == "custom.opens":
            return dt.time.fromisoformat(value)
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


def make_world(firm: Firm) -> World:
    """Add a crowd to the firm: every awkward name, dates around today, nulls everywhere."""
    owners = [None, "owner", "teammate", "outsider", "manager"]
    for key, kind, settings in CUSTOM:
        create_field(
            asker=Asker(firm["administrator"]), object_type=object_type("customer"),
            key=key, type=kind, labels={"en": key}, settings=settings,
        )  # fmt: skip
    cast = list(Customer.objects.order_by("pk"))  # an earlier world was rolled back
    crowd: list[Customer] = []
    for number, name in enumerate(NAMES * 2):
        customer = Customer(
            kind="person", name=name or "x", industry=name, owner=_person(firm, owners, number),
            birthday=None if number % 3 == 0 else dt.date(2024, 5, 1 + number),
            credit_limit=None if number % 4 == 0 else Decimal(number) / 2,
            city=["", "北京", "beijing", "Beijing"][number % 4], custom=_custom(number, name),
        )  # fmt: skip
        if number % 4:
            friends = cast if number % 3 else crowd
            customer.custom["friend"] = str(friends[number % len(friends)].pk)
        customer.save(force_insert=True)
        crowd.append(customer)
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


def _custom(number: int, name: str) -> dict[str, Any]:
    """Values as the API would keep them; each is absent where another number says so."""
    day = dt.date(2024, 5, 1 + number)
    moment = NOON + dt.timedelta(hours=7 * (number - 10))
    values: dict[str, tuple[int, Any]] = {
        "word": (4, name or "x"),
        "rank": (3, f"{Decimal(number) / 2 - 3:.2f}"),
        "day": (5, day.isoformat()),
        "moment": (4, moment.isoformat()),
        "opens": (3, f"{moment:%H:%M}"),
        "yes": (3, number % 2 == 0),
        "one": (4, "ab"[number % 2]),
        "many": (3, ["a", "b"] if number % 2 else ["b"]),
    }
    return {key: value for key, (every, value) in values.items() if number % every}


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
    moments = st.datetimes(MAY, JUNE).map(lambda m: m.replace(tzinfo=SHANGHAI).isoformat())
    times = st.times().map(lambda t: f"{t:%H:%M}")
    letters = st.sampled_from("abc")
    customers = st.sampled_from([str(c.pk) for c in world.records["customer"]])
    kinds = st.sampled_from(["person", "organization"])
    tags = st.sampled_from([str(t.pk) for t in world.firm.records["tag"].values()])
    of_customer = [
        ("name", texted), ("industry", texted), ("birthday", lambda p: dated(p, days)),
        ("credit_limit", lambda p: ordered(p, st.decimals(0, 12, places=1).map(str))),
        ("owner", lambda p: chosen(p, people)), ("kind", lambda p: chosen(p, kinds)),
        ("tags", lambda p: chosen(p, tags)),
        ("owner.full_name", texted), ("custom.word", texted),
        ("custom.rank", lambda p: ordered(p, st.decimals(-3, 9, places=2).map(str))),
        ("custom.day", lambda p: dated(p, days)), ("custom.moment", lambda p: dated(p, moments)),
        ("custom.opens", lambda p: ordered(p, times)),
        ("custom.yes", lambda p: [test(p, ("eq", "ne"), st.booleans())]),
        ("custom.one", lambda p: chosen(p, letters)),
        ("custom.many", lambda p: chosen(p, letters)),
        ("custom.friend", lambda p: chosen(p, customers)), ("custom.friend.name", texted),
        ("custom.friend.owner", lambda p: chosen(p, people)),
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
            made += [*dated("ordered_at", moments), *texted("source"), *texted("customer.industry")]
            made += chosen("customer", customers)
    return st.one_of(made)


def trees(world: World, kind: str) -> st.SearchStrategy[Any]:
    leaves = conditions(world, kind)
    if kind == "customer":
        for name, (other, _link) in world.related["customer"].items():
            inner = conditions(world, other) if other == kind else trees(world, other)
            where = st.one_of(st.none(), inner)
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
