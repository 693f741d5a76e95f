"""Live events: everybody hears, at once, of just what they may see; nobody listens too long."""

import asyncio
import json
import queue
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.utils import timezone

from guanxi.customers.models import Customer, Tag
from guanxi.platform.access.models import Session
from guanxi.platform.access.predicate import Asker
from guanxi.platform.access.sign_in import issue_token
from guanxi.platform.files.models import Attachment
from guanxi.platform.jobs.services import start_job
from guanxi.platform.live.hub import ENDED, Hub, Who, Wish, visible_of
from guanxi.platform.live.hub import hub as process_hub
from guanxi.platform.live.models import Presence
from guanxi.platform.live.presence import GONE_AFTER
from guanxi.platform.live.stream import PATH, with_stream
from guanxi.platform.objects.registry import object_type
from tests import slow_job
from tests.cast import Firm, equip, make_firm
from tests.oracle import Oracle

pytestmark = pytest.mark.django_db(transaction=True)
JSON = "application/json"
PATIENCE = 10.0  # seconds
MARK = "the end"  # the name of a tag that everybody sees: what was told before it has arrived

assert slow_job.count_slowly


@pytest.fixture
def firm(transactional_db: None) -> Firm:
    return make_firm()


class Ear:
    """Somebody who listens."""

    def __init__(self, hub: Hub, who: Who, last: str = "", age: float = 0.0):
        self.heard: queue.Queue[str] = queue.Queue()
        self.key = hub.open(Wish(who, last=last, age=age), self.heard.put)
        self.last = self.heard.queue[0].splitlines()[0].removeprefix("id: ")

    def next(self) -> tuple[str, Any]:
        """The next event and its data; ("", None) for the end."""
        while (message := self.heard.get(timeout=PATIENCE)) != ENDED:
            lines = dict(line.split(": ", 1) for line in message.strip().splitlines())
            self.last = lines["id"]
            if "event" in lines:
                return lines["event"], json.loads(lines["data"])
        return "", None

    def until(self, record: Any) -> list[dict[str, Any]]:
        """All that is told up to the change of that record."""
        told = []
        while True:
            event, data = self.next()
            assert event == "change", event
            if data["ids"] == [str(record.pk)]:
                return told
            told.append(data)


@contextmanager
def listening(
    firm: Firm, *names: str, check_every: float = 0.1
) -> Iterator[tuple[Hub, dict[str, Ear]]]:
    """Those people listen."""
    hub = Hub(look_up=0.05, check_every=check_every)
    try:
        yield hub, {name: Ear(hub, session_of(firm, name)) for name in names}
    finally:
        for key in list(hub._listeners):
            hub.close(key)
        rest(hub)


def rest(hub: Hub) -> None:
    """Wait until the hub no longer uses the database."""
    if (thread := hub._thread) is not None:
        thread.join(PATIENCE)


def session_of(firm: Firm, name: str) -> Who:
    user = firm[name]
    return Who(user.pk, session_key=firm.sessions[name], proof=user.get_session_auth_hash())


def test_everybody_hears_of_what_they_may_see(firm: Firm) -> None:
    oracle, names = Oracle(firm), list(firm.people)
    equip(firm)
    with listening(firm, *names) as (_hub, ears):
        for kind, records in firm.records.items():
            touched = object_type(kind).model._default_manager
            for record in records.values():
                touched.filter(pk=record.pk).update(updated_at=timezone.now())
        end = Tag.objects.create(name=MARK)
        for who, ear in ears.items():
            heard: dict[str, set[str]] = defaultdict(set)
            for told in ear.until(end):
                heard[told["object"]] |= set(told["ids"])
            for kind, records in firm.records.items():
                allowed = {
                    str(r.pk)
                    for r in records.values()
                    if oracle.may(who, "read", kind, r, deleted=r.deleted_at is not None)
                }
                assert heard[kind] == allowed, (who, kind)


def test_a_change_names_its_request(firm: Firm) -> None:
    acme = firm["customer:acme"]
    with listening(firm, "teammate", "loner") as (_hub, ears):
        answer = firm.client("owner").patch(
            f"/api/v1/customers/{acme.pk}", {"city": "西安"}, content_type=JSON
        )
        Tag.objects.create(name=MARK)
        _event, told = ears["teammate"].next()
        assert told == {
            "object": "customer", "ids": [str(acme.pk)], "request": answer["X-Request-Id"],
        }  # fmt: skip
        assert ears["loner"].next()[1]["object"] == "tag"  # and not a word of the customer


def test_what_is_rolled_back_is_not_told(firm: Firm) -> None:
    with listening(firm, "owner") as (_hub, ears):
        client = firm.client("owner")
        refused = client.post("/api/v1/customers", {"name": ""}, content_type=JSON)
        assert refused.status_code == 422
        end = Tag.objects.create(name=MARK)
        assert ears["owner"].until(end) == []


def test_many_at_once_are_told_without_ids_to_those_who_may_read_such(firm: Firm) -> None:
    with listening(firm, "owner", "loner") as (_hub, ears):
        Customer.objects.bulk_create([Customer(name=f"c{n}") for n in range(150)])
        for ear in ears.values():
            _event, told = ear.next()
            assert told == {"object": "customer", "ids": None, "request": None}


def test_tags_put_on_a_record_are_a_change_of_it(firm: Firm) -> None:
    acme = firm["customer:acme"]
    with listening(firm, "owner") as (_hub, ears):
        acme.tags.clear()
        assert ears["owner"].next()[1]["ids"] == [str(acme.pk)]


def test_files_are_told_as_the_record_they_are_on(firm: Firm) -> None:
    acme = firm["customer:acme"]
    with listening(firm, "owner", "outsider") as (_hub, ears):
        Attachment.objects.create(
            object="customer",
            record_id=acme.pk,
            name="a",
            media_type="text/plain",
            size=0,
            sha256="0" * 64,
            owner=firm["owner"],
        )
        end = Tag.objects.create(name=MARK)
        told = {"object": "attachment", "ids": [str(acme.pk)], "request": None}
        assert ears["owner"].until(end) == [told]
        assert ears["outsider"].until(end) == []


def test_a_task_in_the_background_tells_whoever_started_it(firm: Firm) -> None:
    with listening(firm, "owner", "teammate", "administrator") as (_hub, ears):
        job = start_job("count_slowly", asker=Asker(firm["owner"]), params={"steps": 1})
        end = Tag.objects.create(name=MARK)
        assert {t["object"]: t["ids"] for t in ears["owner"].until(end)} == {"job": [job["id"]]}
        assert ears["teammate"].until(end) == []
        assert [t["object"] for t in ears["administrator"].until(end)] == ["job"]


def test_after_a_short_absence_nothing_is_missed(firm: Firm) -> None:
    with listening(firm, "owner", "administrator") as (hub, ears):
        away = ears["owner"]
        hub.close(away.key)
        first, hidden = firm["customer:acme"], firm["customer:chen"]
        for customer in (first, hidden):
            Customer.objects.filter(pk=customer.pk).update(city="西安")
        end = Tag.objects.create(name=MARK)
        ears["administrator"].until(end)
        again = Ear(hub, session_of(firm, "owner"), away.last)
        assert [told["ids"] for told in again.until(end)] == [[str(first.pk)]]
        elsewhere = Ear(hub, session_of(firm, "owner"), "0123456789ab-1")
        assert elsewhere.next()[0] == "anew"


def test_what_changed_while_a_page_was_loading_is_told(firm: Firm) -> None:
    with listening(firm, "administrator") as (hub, ears):
        asked_at = time.monotonic()
        Customer.objects.filter(pk=firm["customer:acme"].pk).update(city="西安")
        ears["administrator"].until(Tag.objects.create(name="heard"))
        owner = session_of(firm, "owner")
        loading = Ear(hub, owner, age=time.monotonic() - asked_at)
        at_once, long_open = Ear(hub, owner), Ear(hub, owner, age=3600)
        told = Tag.objects.create(name=MARK)
        assert loading.next()[1]["ids"] == [str(firm["customer:acme"].pk)]
        loading.until(told)
        assert at_once.until(told) == []
        assert long_open.next()[0] == "anew"


def test_what_changed_while_nobody_listened_is_not_taken_for_nothing(firm: Firm) -> None:
    with listening(firm, "owner") as (hub, ears):
        hub.close(ears["owner"].key)
        rest(hub)
        Customer.objects.filter(pk=firm["customer:acme"].pk).update(city="西安")
        last = ears["owner"].last
        assert last
        assert Ear(hub, session_of(firm, "owner"), last).next()[0] == "anew"
        assert Ear(hub, session_of(firm, "owner"), age=5).next()[0] == "anew"


def test_after_an_interruption_all_is_asked_for_once_the_database_is_heard_again(
    firm: Firm,
) -> None:
    with listening(firm, "owner") as (_hub, ears):
        with connection.cursor() as cursor:
            cursor.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and query like 'listen %%'"
            )
            assert cursor.fetchall() == [(True,)]
        assert ears["owner"].next()[0] == "anew"
        end = Tag.objects.create(name=MARK)
        assert ears["owner"].until(end) == []


def test_whoever_comes_as_the_last_one_leaves_is_heard_by_one_thread(firm: Firm) -> None:
    with listening(firm, "owner") as (hub, ears):
        for number in range(20):
            hub.close(ears["owner"].key)
            time.sleep(0.005 * number)  # one of these is the moment at which the thread ends
            ears["owner"] = Ear(hub, session_of(firm, "owner"))
            end = Tag.objects.create(name=f"{MARK} {number}")
            assert ears["owner"].until(end) == []
        assert len([t for t in threading.enumerate() if t.name == "live"]) == 1


def end_session(firm: Firm) -> None:
    Session.objects.get(session_key=firm.sessions["owner"]).delete()


def test_a_stream_ends_with_its_session_at_once(firm: Firm) -> None:
    """Not when the hub next looks whether everybody may still listen."""
    with listening(firm, "owner", check_every=3600) as (_hub, ears):
        end_session(firm)
        assert ears["owner"].next()[0] == ""


def change_password(firm: Firm) -> None:
    firm["owner"].set_password("another horse battery")
    firm["owner"].save(update_fields=["password"])


def leave(firm: Firm) -> None:
    firm["owner"].is_active = False
    firm["owner"].save(update_fields=["is_active"])


@pytest.mark.parametrize("stop", [end_session, change_password, leave])
def test_a_stream_ends_with_the_right_to_it(firm: Firm, stop: Callable[[Firm], None]) -> None:
    with listening(firm, "owner") as (_hub, ears):
        stop(firm)
        while (event := ears["owner"].next()[0]) == "change":
            pass
        assert event == ""


def test_a_token_hears_within_its_scopes_until_it_is_revoked(firm: Firm) -> None:
    token, _key = issue_token(user=firm["owner"], name="t", scopes=["tag:read"])
    with listening(firm, "owner") as (hub, ears):
        program = Ear(hub, Who(firm["owner"].pk, token_id=token.pk))
        Customer.objects.filter(pk=firm["customer:acme"].pk).update(city="西安")
        end = Tag.objects.create(name=MARK)
        assert program.until(end) == []
        assert [told["object"] for told in ears["owner"].until(end)] == ["customer"]
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        assert program.next() == ("", None)


class Browser:
    """One request to the ASGI application, which can be read while it goes on."""

    def __init__(self, cookie: str):
        self.app = with_stream(WSGIMiddleware(get_wsgi_application()), process_hub)  # type: ignore[arg-type]
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()
        self.sent: asyncio.Queue[Any] = asyncio.Queue()
        self.left = asyncio.Event()

    async def ask(self) -> None:
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
            "scheme": "http", "path": PATH, "raw_path": PATH.encode(), "query_string": b"",
            "root_path": "", "headers": [(b"host", b"localhost"), (b"cookie", self.cookie)],
            "client": ("127.0.0.1", 1), "server": ("localhost", 80),
        }  # fmt: skip
        await self.app(scope, self.receive, self.sent.put)

    async def receive(self) -> dict[str, Any]:
        if not self.left.is_set():
            await self.left.wait()
        return {"type": "http.disconnect"}


def test_a_browser_is_told_and_may_leave(firm: Firm) -> None:
    async def visit() -> tuple[bytes, str]:
        browser = Browser(firm.sessions["owner"])
        request = asyncio.create_task(browser.ask())
        head = await asyncio.wait_for(browser.sent.get(), PATIENCE)
        assert head["status"] == 200, await browser.sent.get()
        body = ""
        while "event: change" not in body:
            await asyncio.to_thread(touch)
            while not browser.sent.empty():
                body += (await browser.sent.get())["body"].decode()
            await asyncio.sleep(0.1)
        browser.left.set()
        await asyncio.wait_for(request, PATIENCE)
        assert process_hub._listeners == {}
        await asyncio.to_thread(rest, process_hub)
        return dict(head["headers"])[b"content-type"], body

    def touch() -> None:
        Customer.objects.filter(pk=firm["customer:acme"].pk).update(city="西安")
        connection.close()

    kind, body = asyncio.run(visit())
    assert kind == b"text/event-stream; charset=utf-8"
    assert str(firm["customer:acme"].pk) in body


def test_a_stranger_is_refused(firm: Firm) -> None:
    async def visit() -> Any:
        browser = Browser("nothing")
        await browser.ask()
        return await browser.sent.get()

    assert asyncio.run(visit())["status"] == 401


class TestWhoElseIsHere:
    def test_others_are_named_and_told_of_each_other(self, firm: Firm) -> None:
        acme = str(firm["customer:acme"].pk)
        with listening(firm, "owner", "teammate") as (_hub, ears):
            assert be_here(firm, "owner", acme, page=1) == []
            assert be_here(firm, "teammate", acme, page=2) == [label(firm, "owner")]
            assert be_here(firm, "teammate", acme, page=3) == [label(firm, "owner")]
            assert be_here(firm, "owner", acme, page=1) == [label(firm, "teammate")]
            leave_page(firm, "owner", page=1)
            end = Tag.objects.create(name=MARK)
            told = [t["object"] for t in ears["teammate"].until(end)]
            assert set(told) == {"presence"}
            assert len(told) <= 4  # three came, one left; saying so again is no news

    def test_a_page_is_at_one_record_until_it_is_silent(self, firm: Firm) -> None:
        acme, bell = (str(firm[f"customer:{name}"].pk) for name in ("acme", "bell"))
        be_here(firm, "owner", acme, page=1)
        be_here(firm, "owner", bell, page=1)
        assert be_here(firm, "teammate", acme, page=2) == []
        assert be_here(firm, "teammate", bell, page=2) == [label(firm, "owner")]
        Presence.objects.update(seen_at=timezone.now() - GONE_AFTER * 2)
        assert be_here(firm, "teammate", bell, page=2) == []

    def test_where_one_may_not_look_one_is_not(self, firm: Firm) -> None:
        answer = firm.client("outsider").put(
            f"/api/v1/live/pages/{UUID(int=1)}",
            {"object": "customer", "id": str(firm["customer:acme"].pk)},
            content_type=JSON,
        )
        assert answer.status_code == 404
        assert not Presence.objects.exists()


def be_here(firm: Firm, who: str, record: str, *, page: int) -> list[dict[str, str]]:
    answer = firm.client(who).put(
        f"/api/v1/live/pages/{UUID(int=page)}",
        {"object": "customer", "id": record},
        content_type=JSON,
    )
    assert answer.status_code == 200, answer.content
    others: list[dict[str, str]] = answer.json()["others"]
    return others


def leave_page(firm: Firm, who: str, *, page: int) -> None:
    assert firm.client(who).delete(f"/api/v1/live/pages/{UUID(int=page)}").status_code == 204


def label(firm: Firm, who: str) -> dict[str, str]:
    return {"id": str(firm[who].pk), "label": firm[who].full_name}


def test_records_of_many_objects_are_asked_for_at_one_stroke_each(
    firm: Firm, django_assert_num_queries: Any
) -> None:
    acme, chen, task = firm["customer:acme"], firm["customer:chen"], firm["task:free"]
    asker = Asker(firm["administrator"])
    named = [("customer", acme.pk), ("planet", acme.pk), ("task", task.pk), ("customer", chen.pk)]
    with django_assert_num_queries(2):
        assert set(visible_of(asker, named)) == {acme.pk, chen.pk, task.pk}
    assert set(visible_of(Asker(firm["outsider"]), named)) == {chen.pk}
