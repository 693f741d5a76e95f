"""Indexes on demand: who may ask for one, how it is made and goes, and that lists use it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from time import sleep
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guanxi.platform.events.models import Event
from guanxi.platform.fields import indexes
from guanxi.platform.fields.indexes import INDEXABLE, MOST_INDEXES, index_name
from guanxi.platform.fields.models import CustomField
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.tasks import resume_interrupted, run_job
from guanxi.platform.objects.slow import SLOW
from guanxi.platform.workspaces import roles
from tests.cast import EQUIPMENT, Firm, equip, make_firm
from tests.fields.definitions import define
from tests.waiting import wait_until
from tests.writes.calls import get, patch, post, refused

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 5000
LAST = "select true from pg_class where relname = %s"
WAITING = """
select true from pg_stat_activity
where datname = current_database() and wait_event_type = 'Lock' and query ilike %s
"""


@pytest.fixture
def firm(transactional_db: None) -> Firm:
    firm = make_firm()
    equip(firm)
    return firm


def run(answer: Any) -> dict[str, Any]:
    """The index of a field once its job has ended, however it did."""
    assert answer.status_code == 200, answer.content
    field = answer.json()
    run_job(job_id=field["index"]["job"]["id"])
    return index_of(field)


def index_of(field: dict[str, Any]) -> dict[str, Any]:
    found = CustomField.objects.get(pk=field["id"])
    return indexes.index_states([found])[found.pk]


def ask(boss: Client, field: dict[str, Any]) -> Any:
    return post(boss, f"custom-fields/{field['id']}/index")


def take(boss: Client, field: dict[str, Any]) -> Any:
    return boss.delete(f"/api/v1/custom-fields/{field['id']}/index")


def exists(field: dict[str, Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(LAST, [index_name(UUID(field["id"]))])
        return cursor.fetchone() is not None


@contextmanager
def another_session() -> Iterator["psycopg.Connection[Any]"]:
    """One of the role that owns the schema, in a transaction."""
    parameters = roles.connection_parameters("owner")
    parameters["dbname"] = connection.settings_dict["NAME"]
    with psycopg.connect(**parameters) as session:
        yield session


VALUES = {
    "text": "'w' || n % 2500", "decimal": "(n % 2500)::text || '.00'",
    "money": "(n % 2500)::text || '.0000'",
    "date": "(date '2001-01-01' + n % 2500)::text", "time": "to_char(n / 60 % 24, 'FM00') || ':' "
    "|| to_char(n % 60, 'FM00')",
    "datetime": "to_char(date '2001-01-01' + n % 2500, 'YYYY-MM-DD\"T\"00:00:00+00:00')",
    "choice": "case n % 3 when 0 then 'low' else 'high' end", "boolean": "n % 100 = 1",
    "url": "'https://example.com/' || n % 2500",
}  # fmt: skip
SELECTIVE = [
    ("text", "eq", "w7"), ("decimal", "between", ["5", "9"]), ("money", "eq", "7"),
    ("date", "eq", "2001-02-03"), ("datetime", "eq", "2001-01-05T00:00:00Z"),
    ("time", "between", ["9:31", "9:35"]), ("url", "in", ["https://example.com/7"]),
]  # fmt: skip
# Of the table that all objects of a firm's own share the planner knows no spread of values.
BY_STATISTICS = [
    ("money", "lt", "3"), ("date", "lte", "2001-01-03"), ("time", "gt", "23:55"),
]  # fmt: skip
CUSTOMERS = """
insert into customers_customer (kind, name, name_sort, custom)
select 'person', 'x' || n, 'x' || n, jsonb_strip_nulls(jsonb_build_object({values}))
from generate_series(1, %s) n
"""
PIECES = """
insert into platform_customrecord (object, name, name_sort, custom)
select %s, 'x' || n, 'x' || n, jsonb_strip_nulls(jsonb_build_object({values}))
from generate_series(1, %s) n
"""


def fill(object: str, kinds: list[str]) -> None:
    """Many records; every tenth has no values."""
    values = ", ".join(f"'my_{k}', case when n % 10 > 0 then {VALUES[k]} end" for k in kinds)
    given = [ROWS] if object == "customer" else [object, ROWS]
    statement = CUSTOMERS if object == "customer" else PIECES
    with connection.cursor() as cursor:
        cursor.execute(statement.format(values=values).replace("% ", "%% "), given)


def plans(client: Client, address: str) -> str:
    """How the database answers the queries of a list that read the object's records."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == 200, answer.content
    asked = [q["sql"] for q in queries if "_json" in q["sql"]]
    assert asked
    with connection.cursor() as cursor:
        found = []
        for statement in asked:
            cursor.execute(f"explain {statement}")
            found += [line for (line,) in cursor.fetchall()]
    return "\n".join(found)


@pytest.mark.parametrize(("object", "path"), [
    ("customer", "customers"), (EQUIPMENT, "custom-equipment"),
])  # fmt: skip
def test_lists_are_sorted_paged_and_filtered_by_it(firm: Firm, object: str, path: str) -> None:
    boss = firm.client("administrator")
    fields = {kind: define(boss, object, kind) for kind in VALUES}
    fill(object, list(VALUES))
    for field in fields.values():
        assert run(ask(boss, field))["state"] == "ready"
    for kind, field in fields.items():
        name, index = f"custom.my_{kind}", index_name(UUID(field["id"]))
        for sort in (name, f"-{name}"):
            first = f"{path}?fields=name,{name}&sort={sort}&limit=20"
            assert index in plans(boss, first), sort
            page = get(boss, first)
            second = plans(boss, f"{first}&cursor={page['next']}")
            assert index in second, sort
            assert "Seq Scan" not in second
            assert " Sort " not in second
    for kind, op, value in [*SELECTIVE, *(BY_STATISTICS if object == "customer" else [])]:
        test = {"field": f"custom.my_{kind}", "op": op, "value": value}
        found = plans(boss, f"{path}?limit=200&fields=name&filter={json.dumps(test)}")
        assert index_name(UUID(fields[kind]["id"])) in found, test


def test_objects_of_one_table_may_have_the_same_key_for_other_types(firm: Firm) -> None:
    boss = firm.client("administrator")
    post(boss, "custom-objects", {"key": "van", "labels": {"en": "Van"}})
    assert post(boss, "custom-objects", {"key": "van", "labels": {"en": "x"}}).status_code == 422
    words = define(boss, "custom_van", "text", "size")
    numbers = define(boss, EQUIPMENT, "decimal", "size")
    for path, size in (("custom-van", "wide"), ("custom-equipment", "12.5")):
        assert post(boss, path, {"name": "x", "custom": {"size": size}}).status_code == 201
    assert run(ask(boss, numbers))["state"] == "ready"
    assert run(ask(boss, words))["state"] == "ready"
    sent = {"name": "y", "custom": {"size": "narrow"}}
    assert post(boss, "custom-van", sent).status_code == 201


def test_it_goes_when_it_is_taken_away_or_the_field_archived(firm: Firm) -> None:
    boss = firm.client("administrator")
    field = define(boss, "customer", "decimal")
    assert field["index"] == {"state": "none", "job": None}
    asked = ask(boss, field)
    shown = asked.json()
    assert (shown["indexed"], shown["index"]["state"]) == (True, "working")
    assert shown["index"]["job"]["can"] == ["cancel"]
    assert run(asked)["state"] == "ready"
    assert run(ask(boss, field))["state"] == "ready"  # there is nothing to do
    assert (run(take(boss, field))["state"], exists(field)) == ("none", False)
    assert run(ask(boss, field))["state"] == "ready"
    archived = post(boss, f"custom-fields/{field['id']}/archive")
    assert (run(archived)["state"], exists(field)) == ("none", False)
    assert refused(lambda: ask(boss, field), 422)["errors"][0]["code"] == "not_indexable"
    assert not archived.json()["indexed"]
    restored = post(boss, f"custom-fields/{field['id']}/restore")
    assert restored.json()["indexed"]
    assert (run(restored)["state"], exists(field)) == ("ready", True)
    told = [e.changes for e in Event.objects.filter(object="custom_field") if e.changes]
    assert {"indexed": [False, True]} in told


@pytest.mark.parametrize("who", ["manager", "owner", "read_only"])
def test_only_administrators_may(firm: Firm, who: str) -> None:
    field, client = define(firm.client("administrator"), "customer", "text"), firm.client(who)
    assert (ask(client, field).status_code, take(client, field).status_code) == (403, 403)
    reader, _token = firm.token_client("administrator", "read")
    assert (ask(reader, field).status_code, take(reader, field).status_code) == (403, 403)
    assert not Job.objects.filter(kind=indexes.KIND).exists()


def test_what_has_no_order_or_is_too_long_is_refused(firm: Firm) -> None:
    boss = firm.client("administrator")
    for kind in ("long_text", "multi_choice", "formula"):
        settings = {"settings": {"formula": "length(name)"}} if kind == "formula" else {}
        field = define(boss, "customer", kind, **settings)
        assert field["index"] is None
        assert refused(lambda f=field: ask(boss, f), 422)["errors"][0]["code"] == "not_indexable"
    text = define(boss, "customer", "text", "long", settings={"max_length": 501})
    assert refused(lambda: ask(boss, text), 422)["errors"][0]["code"] == "not_indexable"
    patch(boss, f"custom-fields/{text['id']}", {"settings": {"max_length": 500}})
    assert run(ask(boss, text))["state"] == "ready"
    longest = {"kind": "person", "name": "x", "custom": {"long": "\U0001f600" * 500}}
    assert post(boss, "customers", longest).status_code == 201
    longer = {"settings": {"max_length": 501}}
    problem = refused(lambda: patch(boss, f"custom-fields/{text['id']}", longer), 422)
    assert problem["errors"][0]["field"] == "settings.max_length"


def test_an_object_has_so_many_at_most(firm: Firm) -> None:
    boss = firm.client("administrator")
    made = [define(boss, "task", "text", f"f{n}") for n in range(MOST_INDEXES + 1)]
    for field in made[:-1]:
        assert ask(boss, field).status_code == 200
    problem = refused(lambda: ask(boss, made[-1]), 422)["errors"][0]
    assert (problem["code"], str(MOST_INDEXES) in problem["message"]) == ("too_many", True)
    assert ask(boss, define(boss, "customer", "text")).status_code == 200
    post(boss, f"custom-fields/{made[0]['id']}/archive")
    assert ask(boss, made[-1]).status_code == 200
    assert not post(boss, f"custom-fields/{made[0]['id']}/restore").json()["indexed"]
    assert set(INDEXABLE) <= {*VALUES, "email", "phone"}


def test_a_field_of_an_archived_object_says_so(firm: Firm) -> None:
    boss = firm.client("administrator")
    field, late = (define(boss, EQUIPMENT, "date", f"d{n}") for n in range(2))
    asked = ask(boss, late)
    (made,) = get(boss, "custom-objects")["items"]
    assert post(boss, f"custom-objects/{made['id']}/archive").status_code == 200
    problem = refused(lambda: ask(boss, field), 422)["errors"][0]
    assert (problem["code"], "archived" in problem["message"]) == ("not_indexable", True)
    assert run(asked)["job"].error == problem["message"]  # archived before the worker came
    assert take(boss, late).status_code == 200


@contextmanager
def a_busy_database() -> Iterator[None]:
    """A list of customers that is asked for inside waits as long as makes it slow."""

    def let_go() -> None:
        try:
            wait_until(lambda: looker.execute(WAITING, ["select %"]).fetchone())
            sleep(SLOW)  # how long it takes is what is tested
        finally:
            holder.rollback()

    with another_session() as holder, another_session() as looker:
        looker.autocommit = True
        holder.execute("lock customers_customer in access exclusive mode")
        colleague = Thread(target=let_go)
        colleague.start()
        yield
        colleague.join()


def test_a_slow_list_tells_administrators_what_could_be_indexed(firm: Firm) -> None:
    boss = firm.client("administrator")
    rank, size = (
        define(boss, "customer", "decimal", "rank"),
        define(boss, "customer", "text", "size"),
    )
    define(boss, "customer", "long_text", "story")

    def slow(client: Client, sort: str = "name", **conditions: str) -> Any:
        tests = [
            {"field": f"custom.{key}", "op": op, "value": "7"} for key, op in conditions.items()
        ]
        asked = {"sort": sort, "filter": json.dumps({"and": tests})}
        assert "slow" not in client.get("/api/v1/customers", asked).json()
        with a_busy_database():
            answer = client.get("/api/v1/customers", asked)
        assert answer.status_code == 200, answer.content
        told = answer.json().get("slow")
        return told and sorted(f["id"] for f in told["fields"])

    assert slow(boss, "-custom.rank") == [rank["id"]]
    assert slow(boss, size="eq") == [size["id"]]
    assert slow(boss, "custom.rank", size="eq") == sorted([rank["id"], size["id"]])
    for useless in (
        slow(boss), slow(boss, size="contains"), slow(boss, "custom.rank,name"),
        slow(boss, story="contains"), slow(firm.client("owner"), "custom.rank"),
    ):  # fmt: skip
        assert useless is None
    ask(boss, rank)
    assert slow(boss, "custom.rank") is None


def test_a_failure_says_why_and_can_be_tried_again(firm: Firm) -> None:
    """A value written around the API is none of a date."""
    boss = firm.client("administrator")
    field = define(boss, "customer", "date")
    acme = firm["customer:acme"]
    type(acme).objects.filter(pk=acme.pk).update(custom={"my_date": "soon"})
    index = run(ask(boss, field))
    assert (index["state"], exists(field)) == ("failed", False)
    assert index["job"].error == "A record has a value that does not fit the type of the field."
    type(acme).objects.filter(pk=acme.pk).update(custom={})
    assert run(ask(boss, field))["state"] == "ready"


def test_a_role_that_does_not_own_the_schema_says_so(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss = firm.client("administrator")
    field, app = define(boss, "customer", "date"), roles.connection_parameters("app")
    monkeypatch.setenv("GUANXI_DATABASE_URL", psycopg.conninfo.make_conninfo(**app))
    index = run(ask(boss, field))
    assert (index["state"], "GUANXI_OWNER_DATABASE_URL" in index["job"].error) == ("failed", True)


def test_it_waits_for_older_changes_and_is_stopped(firm: Firm) -> None:
    boss = firm.client("administrator")
    field = define(boss, "customer", "decimal")
    job = ask(boss, field).json()["index"]["job"]["id"]
    answers = []

    def stop_and_end(older: "psycopg.Connection[Any]", looker: "psycopg.Connection[Any]") -> None:
        """Stop the job while it waits; end what it waited for once it takes its half back."""
        wait_until(lambda: looker.execute(WAITING, ["create index %"]).fetchone())
        answers.append(boss.post(f"/api/v1/jobs/{job}/cancel").status_code)
        wait_until(lambda: looker.execute(WAITING, ["drop index %"]).fetchone())
        older.rollback()
        connection.close()  # that of this thread

    with another_session() as older, another_session() as looker:
        looker.autocommit = True
        older.execute("lock table customers_customer in row exclusive mode")
        colleague = Thread(target=stop_and_end, args=(older, looker))
        colleague.start()
        run_job(job_id=job)
        colleague.join()
    assert answers == [200]
    assert (index_of(field)["state"], exists(field)) == ("cancelled", False)
    assert run(ask(boss, field))["state"] == "ready"


def test_what_a_worker_left_behind_is_made_anew(firm: Firm) -> None:
    boss = firm.client("administrator")
    field = define(boss, "customer", "decimal")
    job = ask(boss, field).json()["index"]["job"]["id"]
    name = index_name(UUID(field["id"]))
    with another_session() as owner:
        owner.autocommit = True
        twice = f"create unique index concurrently {name} on customers_customer (kind)"
        with pytest.raises(psycopg.errors.UniqueViolation):
            owner.execute(twice)  # type: ignore[arg-type]
    assert exists(field)
    Job.objects.filter(pk=job).update(state="running")
    assert resume_interrupted() == 1
    run_job(job_id=job)
    assert index_of(field)["state"] == "ready"
