"""Every declared object, every role: what the server shows and allows is what the oracle says.

One suite for all objects, so that a new one is covered the day it is registered.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from guanxi.platform.events.models import Event
from guanxi.platform.objects.registry import ObjectType, built_in, object_type
from tests.cast import EQUIPMENT, PEOPLE, Firm, equip, share_some
from tests.oracle import Oracle, is_hidden, is_masked, may_create, reach

pytestmark = pytest.mark.django_db
ACTORS = [name for name in PEOPLE if name != "teammate"]  # is what "owner" is
UNIQUE = ("purpose", "processing_activity", "team", "territory", "tag", "identity", "exchange_rate",
          "service_rate")  # fmt: skip
KINDS = [*(t.name for t in built_in()), EQUIPMENT]
# A text field that CRUD may write, and what each object needs to be created.
WRITTEN = {
    "user": "full_name", "team": "name", "territory": "name", "customer": "industry",
    "tag": "name", "identity": "value", "address": "street", "relationship": "role",
    "interaction": "subject", "task": "title", "product": "name", "order": "source",
    "order_line": "description", "exchange_rate": "currency", "service_rate": "note",
    "purpose": "name", "consent_text": "version", "consent": "note", "privacy_request": "note",
    "processing_activity": "name", EQUIPMENT: "name",
}  # fmt: skip
CREATED: dict[str, Callable[[Firm], dict[str, Any]]] = {
    "team": lambda f: {"name": "new"},
    "territory": lambda f: {"name": "new"},
    "customer": lambda f: {"kind": "person", "name": "new"},
    "tag": lambda f: {"name": "new"},
    "identity": lambda f: {"kind": "external", "value": "new", "source": "shop"},
    "address": lambda f: {"kind": "billing", "street": "new"},
    "relationship": lambda f: {"kind": "partner"},
    "interaction": lambda f: {"channel": "call"},
    "task": lambda f: {"title": "new"},
    "product": lambda f: {"code": "new", "name": "new"},
    "order": lambda f: {"number": "new", "ordered_at": "2024-05-01T10:00:00Z", "currency": "CNY"},
    "order_line": lambda f: {"position": 2, "quantity": "1", "unit_price": "1", "amount": "1"},
    "exchange_rate": lambda f: {"currency": "EUR", "valid_from": "2024-05-01", "rate": "7.9"},
    "service_rate": lambda f: {"channel": "visit", "valid_from": "2024-05-01", "cost": "80"},
    "purpose": lambda f: {"name": "new"},
    "consent_text": lambda f: {"version": "2"},
    "consent": lambda f: {"channel": "phone", "state": "blocked"},
    "privacy_request": lambda f: {"kind": "access"},
    "processing_activity": lambda f: {"name": "new"},
    EQUIPMENT: lambda f: {"name": "new"},
}
PARENTS = {
    "identity": {"customer": "customer"}, "address": {"customer": "customer"},
    "relationship": {"customer": "customer", "other": "customer"},
    "consent": {"customer": "customer"}, "privacy_request": {"customer": "customer"},
    "consent_text": {"purpose": "purpose"},
    "interaction": {"customer": "customer"}, "order_line": {"order": "order"},
}  # fmt: skip


@pytest.fixture(scope="module")
def firm(firm: Firm, django_db_blocker: DjangoDbBlocker) -> Firm:
    """The cast with an object of its own, and some of its records shared."""
    with django_db_blocker.unblock():
        share_some(firm)
        equip(firm)
    return firm


@pytest.fixture
def oracle(firm: Firm) -> Oracle:
    return Oracle(firm)


@pytest.fixture(params=KINDS)
def declared(request: pytest.FixtureRequest) -> ObjectType:
    return object_type(request.param)


def path(declared: ObjectType, *parts: Any) -> str:
    return "/".join(["/api/v1", declared.url, *map(str, parts)])


def records(firm: Firm, declared: ObjectType) -> dict[str, Any]:
    """The cast's records of one object, by id; a test of an object nobody cast fails here."""
    return {str(r.pk): r for r in firm.records[declared.name].values()}


def rows(client: Client, declared: ObjectType, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(path(declared), query | {"limit": 200})
    assert answer.status_code == 200, answer.content
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def events() -> int:
    return Event.objects.count()


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside has not happened afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def one_of_each(outcomes: dict[str, int]) -> list[tuple[str, int]]:
    """One or two records of each expected status: enough to tell, few enough to be quick."""
    taken: dict[int, list[str]] = {}
    for pk, status in outcomes.items():
        taken.setdefault(status, []).append(pk)
    return [(pk, status) for status, pks in taken.items() for pk in {pks[0], pks[-1]}]


@pytest.mark.parametrize("deleted", [False, True], ids=["in_use", "in_the_bin"])
def test_list_count_aggregate_and_search_show_the_same_records(
    firm: Firm, oracle: Oracle, declared: ObjectType, deleted: bool, subtests: pytest.Subtests
) -> None:
    kind, flag = declared.name, {"deleted": str(deleted).lower()}
    for who in ACTORS:
        client = firm.client(who)
        with subtests.test(who=who):
            if reach(who, kind, "read") is None:
                for address in ("", "/count", "/aggregate"):
                    assert client.get(path(declared) + address).status_code == 403
                continue
            seen = {
                pk: r
                for pk, r in records(firm, declared).items()
                if oracle.may(who, "read", kind, r, deleted=deleted)
            }
            listed = rows(client, declared, **flag)
            assert sorted(r["id"] for r in listed) == sorted(seen)
            count = client.get(path(declared, "count"), flag | {"exact": "true"}).json()
            assert count == {"count": len(seen), "at_least": False}
            for name in groupable(who, declared):
                asked = flag | {"group": name}
                answer = client.get(path(declared, "aggregate"), asked).json()
                assert answer["total"]["count"] == len(seen)
                assert sum(g["count"] for g in answer["groups"]) == len(seen), name
            for row in listed:
                check_can(oracle, who, declared, row, seen[row["id"]], deleted=deleted)
            if declared.search and not deleted:
                found = {r["id"] for r in rows(client, declared, search="1")}
                everything = {
                    r["id"] for r in rows(firm.client("administrator"), declared, search="1")
                }
                assert found <= everything & set(seen)
                # What is hidden or masked finds nothing.
                partly = ("loner", "analyst", "read_only")
                assert everything & set(seen) <= found or who in partly


def test_search_finds_what_the_oracle_lets_see(
    firm: Firm, oracle: Oracle, declared: ObjectType, subtests: pytest.Subtests
) -> None:
    kind = declared.name
    if not declared.search:
        return
    by_id = records(firm, declared)
    queries = {
        getattr(r, declared.title): {"q": getattr(r, declared.title), "type": kind, "limit": 50}
        for r in by_id.values()
    }
    every = firm.client("administrator")
    known = {
        item["id"]
        for title, query in queries.items()
        if title
        for item in every.get("/api/v1/search", query).json()["items"]
    }
    for who in ACTORS:
        client, found = firm.client(who), set()
        with subtests.test(who=who):
            seen = {pk for pk in known if oracle.may(who, "read", kind, by_id[pk])}
            for query in queries.values():
                answer = client.get("/api/v1/search", query)
                if reach(who, kind, "read") is None:
                    assert answer.status_code == 403
                    continue
                found |= {item["id"] for item in answer.json()["items"]}
                for item in answer.json()["items"]:
                    check_can(oracle, who, declared, item, records(firm, declared)[item["id"]])
            # By a title that is masked nothing is found, not even what is seen.
            assert found == seen or (is_masked(who, kind, declared.title) and not found)
            # Without a type, nothing comes in that is not seen.
            anything = client.get("/api/v1/search", {"q": "1", "limit": 50}).json()["items"]
            for item in anything:
                of = object_type(item["type"])
                record = records(firm, of)[item["id"]]
                assert oracle.may(who, "read", of.name, record), item


def groupable(who: str, declared: ObjectType) -> list[str]:
    fields = [f.name for f in declared.own_fields.values() if f.type.groupable]
    visible = [name for name in fields if not is_hidden(who, declared.name, name)]
    return visible if who in ("owner", "loner") else visible[:1]


def check_can(
    oracle: Oracle,
    who: str,
    declared: ObjectType,
    row: Any,
    record: Any,
    *,
    deleted: bool = False,
) -> None:
    """What a row offers is what the oracle allows; the verbs of an object go with "change"."""
    offered = {"restore": "delete"} if deleted else {"change": "change", "delete": "delete"}
    expected = {
        name
        for name, verb in offered.items()
        if oracle.may(who, verb, declared.name, record, deleted=deleted)
    }
    actions = {a.name for a in declared.actions}
    assert set(row["can"]) - actions == expected, row
    assert set(row["can"]) & actions == (actions if "change" in expected else set())


def test_detail_and_history_agree_with_the_list(
    firm: Firm, oracle: Oracle, declared: ObjectType, subtests: pytest.Subtests
) -> None:
    kind = declared.name
    for who in ACTORS:
        client, detail, history = firm.client(who), {}, {}
        for pk, record in records(firm, declared).items():
            in_use = oracle.may(who, "read", kind, record)
            in_bin = oracle.may(who, "read", kind, record, deleted=True)
            none = reach(who, kind, "read") is None
            detail[pk] = 403 if none else 200 if in_use else 404
            history[pk] = 403 if none else 200 if in_use or in_bin else 404
        with subtests.test(who=who):
            for pk, status in one_of_each(detail):
                assert client.get(path(declared, pk)).status_code == status
            for pk, status in one_of_each(history):
                assert client.get(path(declared, pk, "history")).status_code == status


@pytest.mark.parametrize("verb", ["change", "delete", "restore"])
def test_what_is_not_allowed_is_refused_and_writes_nothing(
    firm: Firm, oracle: Oracle, declared: ObjectType, verb: str, subtests: pytest.Subtests
) -> None:
    kind = declared.name
    right, deleted = ("delete", True) if verb == "restore" else (verb, False)
    for who in ACTORS:
        client, expected = firm.client(who), {}
        for pk, record in records(firm, declared).items():
            seen = oracle.may(who, "read", kind, record, deleted=deleted)
            allowed = oracle.may(who, right, kind, record, deleted=deleted)
            done = 204 if verb == "delete" else 200
            if pk != str(firm[who].pk):  # who deletes themselves ends their session
                expected[pk] = done if allowed else 403 if seen else 404
        for pk, status in one_of_each(expected):
            with subtests.test(who=who, status=status), undone():
                before = events()
                answer = send(client, declared, pk, verb)
                if right not in declared.verbs:
                    assert answer.status_code in (404, 405)
                    continue
                assert answer.status_code == status, answer.content
                if status < 400:
                    assert events() > before
                else:
                    assert answer["Content-Type"] == "application/problem+json"
                    assert events() == before


def send(client: Client, declared: ObjectType, pk: str, verb: str) -> Any:
    match verb:
        case "change":
            sent = {WRITTEN[declared.name]: "XTS"} if declared.name in WRITTEN else {}
            return client.patch(path(declared, pk), sent, content_type="application/json")
        case "delete":
            return client.delete(path(declared, pk))
        case _:
            return client.post(path(declared, pk, "restore"))


@pytest.mark.parametrize("delete", [False, True], ids=["set", "delete"])
def test_bulk_reaches_exactly_what_single_edits_reach(
    firm: Firm, oracle: Oracle, declared: ObjectType, delete: bool, subtests: pytest.Subtests
) -> None:
    kind, verb = declared.name, "delete" if delete else "change"
    if not {"change", "delete"} & set(declared.verbs):
        return
    ids = sorted(pk for pk, r in records(firm, declared).items() if kind != "user")
    if kind in UNIQUE and not delete:
        ids = ids[:1]
    body: dict[str, Any] = {"delete": True} if delete else {"set": {WRITTEN[kind]: "XTS"}}
    for who in ACTORS:
        allowed = {pk for pk in ids if oracle.may(who, verb, kind, records(firm, declared)[pk])}
        with subtests.test(who=who), undone():
            client = firm.client(who)
            answer = client.post(
                path(declared, "bulk"), body | {"ids": ids}, content_type="application/json"
            )
            if reach(who, kind, verb) is None:
                assert answer.status_code == 403
                continue
            assert answer.status_code == 200, answer.content
            assert answer.json()["changed"] == len(allowed)
            assert answer.json()["skipped"] == len(ids) - len(allowed)
            model = declared.model._default_manager
            just_now = timezone.now() - dt.timedelta(minutes=5)
            field = {"deleted_at__gte": just_now} if delete else {WRITTEN[kind]: "XTS"}
            written = {str(pk) for pk in model.filter(**field).values_list("pk", flat=True)}
            assert written == allowed


def test_create_is_allowed_or_refused_without_a_row(
    firm: Firm, oracle: Oracle, declared: ObjectType, subtests: pytest.Subtests
) -> None:
    kind, model = declared.name, declared.model._default_manager
    for who in ACTORS:
        client = firm.client(who)
        with subtests.test(who=who), undone():
            if kind not in CREATED:
                assert client.post(path(declared), {}).status_code == 405
                continue
            sent = {k: str(v) for k, v in CREATED[kind](firm).items()}
            sent = {k: int(v) if k == "position" else v for k, v in sent.items()}
            for field, parent in PARENTS.get(kind, {}).items():
                seen = [
                    r for r in firm.records[parent].values() if oracle.may(who, "read", parent, r)
                ]
                others = [r for r in seen if str(r.pk) not in sent.values()]
                sent[field] = str(others[0].pk) if others else ""
            if "" in sent.values():
                continue  # there is no record they could hang it on
            before = model.count(), events()
            answer = client.post(path(declared), sent, content_type="application/json")
            if may_create(who, kind):
                assert answer.status_code == 201, answer.content
                assert model.count() == before[0] + 1
            else:
                assert answer.status_code == 403
                assert (model.count(), events()) == before


def test_a_stranger_gets_nothing(firm: Firm, declared: ObjectType) -> None:
    client = firm.client(None)
    pk = next(iter(records(firm, declared)))
    before = events()
    answers = [
        client.get(path(declared)),
        client.get(path(declared, "count")),
        client.get(path(declared, "aggregate")),
        client.get(path(declared, pk)),
        client.get(path(declared, pk, "history")),
        client.get("/api/v1/search", {"q": "1"}),
        client.post("/api/v1/recent", {}, content_type="application/json"),
    ]
    if "create" in declared.verbs:
        answers.append(client.post(path(declared), {}, content_type="application/json"))
    if "change" in declared.verbs:
        answers += [
            client.patch(path(declared, pk), {}, content_type="application/json"),
            client.post(path(declared, "bulk"), {}, content_type="application/json"),
        ]
    if "delete" in declared.verbs:
        answers += [
            client.delete(path(declared, pk)),
            client.post(path(declared, pk, "restore")),
        ]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert events() == before


def test_labels_of_links_are_shown_only_of_visible_records(
    firm: Firm, oracle: Oracle, declared: ObjectType, subtests: pytest.Subtests
) -> None:
    """Wherever a label comes out: list, detail, groups, and the order of a sort by the link."""
    links = [f for f in declared.own_fields.values() if f.type.name == "link"]
    for who in ACTORS:
        if reach(who, declared.name, "read") is None:
            continue
        client = firm.client(who)
        for f in links:
            target = object_type_of(f)

            def visible(pk: str, who: str = who, target: str = target) -> bool:
                record = next(r for r in firm.records[target].values() if str(r.pk) == pk)
                return any(
                    oracle.may(who, "read", target, record, deleted=d) for d in (False, True)
                )

            with subtests.test(who=who, field=f.name):
                listed = rows(client, declared, fields=f.name, sort=f.name)
                found = [row[f.name] for row in listed]
                if listed:
                    found.append(client.get(path(declared, listed[0]["id"])).json()[f.name])
                for link in found:
                    assert link is None or (link["label"] is not None) == visible(link["id"])
                groups = client.get(path(declared, "aggregate"), {"group": f.name}).json()["groups"]
                for group in groups:
                    known = group["key"] is not None and visible(group["key"])
                    assert (group["label"] is not None) == known
                named = [bool(row[f.name] and row[f.name]["label"]) for row in listed]
                assert named == sorted(named, reverse=True)  # the unnamed come last, unordered


def object_type_of(f: Any) -> str:
    from guanxi.platform.objects.registry import type_of_model

    return type_of_model(f.target).name


def test_the_cast_covers_every_object(firm: Firm) -> None:
    assert set(KINDS) == set(firm.records)
