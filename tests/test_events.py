"""The event stream: nothing gets past it, nobody rewrites it, no consumer loses an event."""

import datetime as dt
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pkgutil import iter_modules
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import OperationalError, ProgrammingError, connection, transaction
from django.test import Client
from psycopg import sql

from guanxi.customers.models import Customer, Tag
from guanxi.platform import migrations
from guanxi.platform.access.models import User
from guanxi.platform.events.context import acting
from guanxi.platform.events.models import Event
from guanxi.platform.events.reader import read_events, skip_events
from guanxi.platform.workspaces import roles
from guanxi.sales.models import Order
from tests.cast import BACKEND, PASSWORD, Firm


@contextmanager
def session(role: roles.Role = "app") -> Iterator[psycopg.Connection[Any]]:
    """A session of its own on the tests' database, as the app or as the owner of the schema."""
    parameters = roles.connection_parameters(role) | {"dbname": connection.settings_dict["NAME"]}
    with psycopg.connect(**parameters) as opened:
        yield opened


def events(**conditions: Any) -> list[Event]:
    return list(Event.objects.filter(**conditions).order_by("id"))


class TestTriggers:
    pytestmark = pytest.mark.django_db

    def tell(self) -> list[tuple[str, str]]:
        told = [(e.object, e.action) for e in events(id__gt=self.last)]
        self.last = max((e.id for e in events()), default=0)
        return told

    @pytest.fixture(autouse=True)
    def start(self, db: None) -> None:
        self.last = max((e.id for e in events()), default=0)

    def test_every_way_to_write_is_told(self) -> None:
        with connection.cursor() as cursor:
            with cursor.copy("copy customers_tag (name) from stdin") as copy:
                copy.write_row(["a"])
                copy.write_row(["b"])
            assert self.tell() == [("tag", "insert")] * 2
            cursor.execute(
                "insert into customers_tag (name) values ('a'), ('c')"
                " on conflict (name) where deleted_at is null do update set color = 'red'"
            )
            assert sorted(self.tell()) == [("tag", "insert"), ("tag", "update")]
            cursor.execute("update customers_tag set color = 'gold' where name in ('a', 'b', 'c')")
            assert self.tell() == [("tag", "update")] * 3
            cursor.execute("update customers_tag set color = 'gold'")
            assert self.tell() == []  # nothing changed, nothing happened
            cursor.execute("update customers_tag set deleted_at = now() where name = 'a'")
            cursor.execute("update customers_tag set deleted_at = null where name = 'a'")
            cursor.execute(
                "merge into customers_tag t using (values ('b')) s(name) on t.name = s.name"
                " when matched then delete"
            )
            assert self.tell() == [("tag", "delete"), ("tag", "restore"), ("tag", "purge")]

    def test_a_cascade_is_told(self) -> None:
        with session("owner") as owner:  # Django makes no cascade in the database; somebody might
            owner.execute("create table parent_ (id uuid primary key)")
            owner.execute(
                "create table child_ (id uuid, deleted_at timestamptz, p uuid references parent_"
                " on delete cascade)"
            )
            owner.execute(
                "create trigger told after delete on child_ referencing old table as old_rows"
                " for each statement execute function guanxi_record_event('child')"
            )
            owner.execute("insert into parent_ values ('00000000-0000-0000-0000-000000000001')")
            owner.execute("insert into child_ select gen_random_uuid(), null, id from parent_")
            owner.execute("delete from parent_")
            told = owner.execute("select action from platform_event where object = 'child'")
            assert told.fetchall() == [("purge",)]
            owner.rollback()

    def test_changes_hold_old_and_new_of_what_changed(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into customers_customer (kind, name, credit_limit)"
                " values ('person', 'x', 12345678901234.5678) returning id"
            )
            (pk,) = cursor.fetchone()
            cursor.execute("update customers_customer set credit_limit = 1, name = 'y', city = ''")
        made, changed = events(record_id=pk)
        assert (made.action, made.changes) == ("insert", None)
        assert {k: [str(v) for v in pair] for k, pair in changed.changes.items()} == {
            "name": ["x", "y"], "credit_limit": ["12345678901234.5678", "1.0000"],
        }  # fmt: skip

    def test_what_follows_from_a_told_change_is_not_told(self) -> None:
        customer = Customer.objects.create(
            kind="person", name="张", phone="13800138000", email="a@b.c"
        )
        assert customer.identities.count() == 2
        order = Order.objects.create(
            number="1", ordered_at=dt.datetime(2024, 1, 1, tzinfo=dt.UTC), currency="CNY",
            ordered_on=dt.date(2024, 1, 1), customer=customer,
        )  # fmt: skip
        order.lines.create(position=1, quantity=1, unit_price=5, amount=5)
        order.refresh_from_db()
        assert order.total == 5
        assert self.tell() == [
            ("customer", "insert"),
            ("order", "insert"),
            ("order_line", "insert"),
        ]

    def test_tags_are_told_as_a_change_of_the_record(self) -> None:
        customer = Customer.objects.create(kind="person", name="x")
        one, two = (Tag.objects.create(name=n) for n in ("one", "two"))
        self.tell()
        customer.tags.set([one, two])
        customer.tags.set([two])
        assert self.tell() == [("customer", "update")] * 2
        first, second = events(record_id=customer.pk)[-2:]
        assert first.changes == {"tags": [[], sorted([str(one.pk), str(two.pk)])]}
        assert second.changes["tags"][1] == [str(two.pk)]

    def test_secrets_are_not_told(self, firm: Firm) -> None:
        user = User.objects.get(pk=firm["owner"].pk)
        user.set_password("another long password")
        user.preferences = {"secret": 1}
        user.save()
        told = events(record_id=user.pk)
        assert [e.action for e in told] == ["insert"]

    def test_the_clock_moves_with_every_update(self) -> None:
        tag = Tag.objects.create(name="x")
        tag.refresh_from_db()
        before = tag.updated_at
        Tag.objects.filter(pk=tag.pk).update(color="red", updated_at=before)
        tag.refresh_from_db()
        assert tag.updated_at > before

    def test_who_when_and_why(self) -> None:
        actor, request = uuid4(), uuid4()
        with acting(actor_id=actor, source="import:7", request_id=request):
            Tag.objects.create(name="x")
        (told,) = events(id__gt=self.last)
        assert (told.actor_id, told.source, told.request_id) == (actor, "import:7", request)
        with session() as other:
            other.execute("insert into customers_tag (name) values ('by hand')")
            found = other.execute(TOLD_HERE)
            assert found.fetchone() == (f"database:{other.info.user}", None)
            other.rollback()

    def test_a_request_is_told_with_its_user_id_and_way(self, firm: Firm) -> None:
        answer = firm.client("owner").post(
            "/api/v1/tags", {"name": "n"}, content_type="application/json"
        )
        program, _token = firm.token_client("owner", "write")
        made = program.post("/api/v1/tags", {"name": "m"}, content_type="application/json")
        assert (answer.status_code, made.status_code) == (201, 201), made.content
        by_session, by_token = events(object="tag")[-2:]
        assert (by_session.actor_id, by_session.source) == (firm["owner"].pk, "api")
        assert by_session.request_id == UUID(answer["X-Request-Id"])
        assert (by_token.actor_id, by_token.source) == (firm["owner"].pk, "token")


TOLD_HERE = "select source, actor_id from platform_event where xid = pg_current_xact_id()"
INSERT = (
    "insert into TABLE (object, record_id, action, source)"
    " values ('x', gen_random_uuid(), 'insert', 'x')"
)
FORBIDDEN = [
    "update platform_event set source = 'x'",
    "delete from platform_event",
    "truncate platform_event",
    "truncate customers_tag",
    INSERT.replace("TABLE", "platform_event_rest"),
    "select * from platform_event_rest",
    "delete from {partition}",
    "update {partition} set source = 'x'",
    INSERT.replace("TABLE", "{partition}"),
    "truncate {partition}",
    "drop table {partition}",
    "alter table platform_event detach partition {partition}",
    "alter table customers_tag disable trigger guanxi_event_insert",
    "alter table customers_tag disable trigger all",
    "drop trigger guanxi_event_insert on customers_tag",
    "create or replace function guanxi_record_event() returns trigger language sql as 'select 1'",
    "alter function guanxi_record_event() rename to x",
    "set session_replication_role = replica",
    "create trigger x after insert on platform_event for each row execute function guanxi_touch()",
    "create table mine (x int)",
    "set role {owner}",
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_app_cannot_rewrite_or_silence_the_stream(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select current_user, to_char(now() at time zone 'UTC', 'YYYYMM')")
        user, month = cursor.fetchone()
        assert user.endswith("_app")
        owner = roles.connection_parameters("owner")["user"]
        order = statement.format(partition=f"platform_event_{month}", owner=owner)
        with pytest.raises(ProgrammingError) as refused, transaction.atomic():
            cursor.execute(order)
        assert "denied" in str(refused.value) or "must be" in str(refused.value)


@pytest.mark.django_db
def test_a_workspace_of_before_the_cursor_may_move_it_after_an_update() -> None:
    """Its function, which each night walls in the events, took the cursor for one of them."""
    (name,) = (
        module.name
        for module in iter_modules(migrations.__path__)
        if module.name.endswith("cursor_of_older_workspaces")
    )
    update = import_module(f"{migrations.__name__}.{name}")
    app = roles.connection_parameters("app")["user"]
    may = "select has_table_privilege(%s, 'platform_eventcursor', %s)"
    by_name = "where c.relname like 'platform\\_event%' and"
    former = re.sub(r"where \(c\.oid.*?and", by_name, update.REPLACE, flags=re.DOTALL)
    with session("owner") as owner:
        owner.execute(former)
        owner.execute("select guanxi_event_partitions()")
        assert owner.execute(may, (app, "update")).fetchone() == (False,)
        for statement in (update.REPLACE, update.GIVE_BACK, "select guanxi_event_partitions()"):
            owner.execute(statement)
        for right in ("select", "insert", "update", "delete"):
            assert owner.execute(may, (app, right)).fetchone() == (True,)
        owner.rollback()


@pytest.mark.django_db
def test_no_trigger_compares_before_and_after_in_a_loop_in_a_loop() -> None:
    """Its plan is made for the first statement of a connection, often of one row, and kept."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select proname, prosrc from pg_proc"
            " where prosrc ~ 'old_rows' and prosrc ~ 'new_rows' and prosrc ~ 'using \\(id\\)'"
        )
        sources = dict(cursor.fetchall())
    assert {"guanxi_record_event", "guanxi_search_customer"} <= set(sources)
    for name, source in sources.items():
        joins = re.findall(
            r"(\w+) join (?:old|new)_rows|((?:old|new)_rows \w, (?:old|new)_rows)", source
        )
        assert set(joins) == {("full", "")}, name


def test_no_session_setting_silences_the_stream() -> None:
    with connection.cursor() as cursor:
        for name in ("guanxi.quiet", "guanxi.bulk"):
            cursor.execute(f"set local {name} = 'on'")
        cursor.execute("insert into customers_tag (name) values ('x') returning id")
        (pk,) = cursor.fetchone()
    assert len(events(record_id=pk)) == 1


class TestReader:
    """The server's oldest transaction may be another database's, of a test beside this one: what
    is expected is waited for."""

    pytestmark = pytest.mark.django_db(transaction=True)

    @pytest.fixture(autouse=True)
    def begin_here(self, transactional_db: None) -> None:
        skip_events("test")
        skip_events("other")

    def read(self, consumer: str = "test", limit: int = 1000) -> list[str]:
        with read_events(consumer, limit) as found:
            return [tag_name(e) for e in found if e.object == "tag"]

    def read_until(self, last: str, consumer: str = "test", limit: int = 1000) -> list[str]:
        found: list[str] = []
        deadline = time.monotonic() + 60
        while last not in found and time.monotonic() < deadline:
            found += self.read(consumer, limit)
        return found

    def test_it_reads_everything_once_in_order(self) -> None:
        made = [Tag.objects.create(name=f"n{n}").name for n in range(5)]
        assert self.read_until("n4", limit=2) == made
        assert self.read() == []
        assert self.read_until("n4", "other") == made

    def test_two_interleaved_transactions_lose_no_event(self) -> None:
        """The slow one writes first and commits last; a plain id cursor would step over it."""
        with session() as slow, session() as quick:
            slow.execute("insert into customers_tag (name) values ('slow')")
            quick.execute("insert into customers_tag (name) values ('quick')")
            quick.commit()
            assert self.read() == []  # the slow one may still write below
            slow.execute("insert into customers_tag (name) values ('slow too')")
            slow.commit()
        assert self.read_until("quick") == ["slow", "slow too", "quick"]
        assert self.read() == []

    def test_a_transaction_that_began_earlier_and_writes_later_is_read(self) -> None:
        with session() as slow:
            slow.execute("select pg_current_xact_id()")
            Tag.objects.create(name="first")
            assert self.read() == []
            slow.execute("insert into customers_tag (name) values ('late')")
            slow.commit()
        assert self.read_until("first") == ["late", "first"]

    def test_a_rolled_back_transaction_holds_nothing_up(self) -> None:
        with session() as slow:
            slow.execute("insert into customers_tag (name) values ('never')")
            Tag.objects.create(name="x")
            assert self.read() == []
            slow.rollback()
        assert self.read_until("x") == ["x"]

    def test_the_place_is_kept_with_the_work(self) -> None:
        Tag.objects.create(name="x")
        self.read_until("x", "other")  # by now it can be read

        def work() -> None:
            with read_events("test") as found:
                Tag.objects.create(name=f"effect of {len(found)}")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            work()
        assert not Tag.objects.filter(name="effect of 1").exists()
        assert self.read() == ["x"]

    def test_two_processes_of_one_consumer_take_turns(self) -> None:
        Tag.objects.create(name="x")
        with session() as other:
            other.execute("select from platform_eventcursor where consumer = 'test' for update")
            with connection.cursor() as cursor:
                cursor.execute("set lock_timeout = '100ms'")
            with pytest.raises(OperationalError, match="lock timeout"):
                self.read()
        connection.close()
        assert self.read_until("x") == ["x"]

    def test_a_new_consumer_begins_with_the_past_unless_told(self) -> None:
        Tag.objects.create(name="before")
        assert self.read_until("before", "new") == ["before"]
        skip_events("late")
        Tag.objects.create(name="after")
        assert self.read_until("after", "late")[-1] == "after"


def tag_name(event: Event) -> str:
    return str(Tag.objects.values_list("name", flat=True).get(pk=event.record_id))


class TestPartitions:
    pytestmark = pytest.mark.django_db

    def test_they_are_made_ahead_even_over_events_that_came_in_time(self) -> None:
        """A server that was off for months finds its first events in the rest."""
        rest = "select count(*) from platform_event_rest"
        with session("owner") as owner:
            owner.execute(
                "insert into platform_event (at, object, record_id, action, source)"
                " values (now() + interval '100 days', 'x', gen_random_uuid(), 'insert', 'test')"
            )
            assert owner.execute(rest).fetchone() == (1,)
            owner.execute("select guanxi_event_partitions(5)")
            assert owner.execute(rest).fetchone() == (0,)
            found = owner.execute("select count(*) from platform_event where object = 'x'")
            assert found.fetchone() == (1,)
            owner.execute("select guanxi_event_partitions(5)")
            owner.rollback()

    def test_the_app_has_them_made_and_still_cannot_write_into_them(self) -> None:
        with session() as app:
            app.execute("select guanxi_event_partitions(9)")
            newest = app.execute(
                "select max(inhrelid::regclass::text) from pg_inherits where inhparent ="
                " 'platform_event'::regclass and inhrelid::regclass::text like '%\\_2%'"
            ).fetchone()
            assert newest is not None
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(sql.SQL("delete from {}").format(sql.Identifier(newest[0])))
            app.rollback()


@pytest.mark.django_db
def test_history_shows_who_did_what_and_only_to_those_who_may_see(firm: Firm) -> None:
    path = f"/api/v1/customers/{firm['customer:acme'].pk}"
    owner, service = firm.client("owner"), firm.client("service")
    sent: dict[str, Any] = {"credit_limit": "5000.5", "owner": str(firm["teammate"].pk), "tags": []}
    assert owner.patch(path, sent, content_type="application/json").status_code == 200
    items = owner.get(f"{path}/history").json()["items"]
    shown = {name: change for item in items[:2] for name, change in item["changes"].items()}
    assert shown["credit_limit"] == {"old": "1000.0000", "new": "5000.5000"}
    assert shown["owner"]["new"] == {"id": str(firm["teammate"].pk), "label": "teammate 先生"}
    assert shown["tags"] == {"old": [{"id": str(firm["tag:vip"].pk), "label": "vip"}], "new": []}
    assert items[0]["actor"] == {"id": str(firm["owner"].pk), "label": "owner 先生"}
    masked = service.get(f"{path}/history").json()["items"]
    assert "credit_limit" not in str(masked)
    only = {"credit_limit": "1"}
    firm.client("teammate").patch(path, only, content_type="application/json")
    assert (
        service.get(f"{path}/history").json()["items"] == masked
    )  # nothing they could see changed
    first = owner.get(f"{path}/history", {"limit": 1}).json()
    assert (len(first["items"]), first["next"] is None) == (1, False)
    second = owner.get(f"{path}/history", {"limit": 1, "cursor": first["next"]}).json()
    assert int(second["items"][0]["id"]) < int(first["items"][0]["id"])


@pytest.mark.django_db
def test_history_of_a_task_names_no_customer_its_reader_may_not_see(firm: Firm) -> None:
    loner, boss = firm.client("loner"), firm.client("administrator")
    path = f"/api/v1/tasks/{firm['task:free'].pk}"
    sent = {"customer": str(firm["customer:acme"].pk)}
    assert boss.patch(path, sent, content_type="application/json").status_code == 200
    link = {"id": sent["customer"], "label": None}
    assert loner.get(f"{path}/history").json()["items"][0]["changes"]["customer"]["new"] == link
    assert loner.get(path).json()["customer"] == link


@pytest.mark.django_db
def test_signing_in_is_told_as_that_and_as_no_change_of_the_user(firm: Firm) -> None:
    before = Event.objects.count()
    client = Client()
    client.force_login(firm["owner"], backend=BACKEND)
    sent = {"username": "owner", "password": PASSWORD}
    assert client.post("/api/v1/session", sent, content_type="application/json").status_code == 200
    assert Event.objects.count() == before + 1
    assert Event.objects.order_by("-id").values_list("object", flat=True)[0] == "sign_in"
