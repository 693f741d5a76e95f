"""News: who is told of what, once, and only while they may see it."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from guanxi.customers.models import Customer, Tag
from guanxi.interactions.models import Interaction, Task
from guanxi.interactions.tasks import remind_of_tasks
from guanxi.platform.access.predicate import Asker
from guanxi.platform.events.context import acting
from guanxi.platform.events.models import EventCursor
from guanxi.platform.events.reader import skip_events
from guanxi.platform.jobs.services import start_job
from guanxi.platform.jobs.tasks import run_job
from guanxi.platform.notifications.making import CONSUMER, notify_of_events
from guanxi.platform.notifications.models import MOST_AS_ONE, Follow, Notification
from guanxi.platform.notifications.tasks import KEPT, forget_notifications
from guanxi.platform.objects.registry import object_type
from tests import slow_job
from tests.cast import Firm
from tests.oracle import Oracle
from tests.test_live import listening
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
JSON = "application/json"
NEWS = "/api/v1/notifications"

assert slow_job.count_slowly


@pytest.fixture
def firm(transactional_db: None) -> Firm:
    from django.core.cache import cache

    from tests.cast import make_firm

    cache.clear()
    made = make_firm()
    skip_events(CONSUMER)
    return made


def catch_up() -> None:
    """Let the reader read all there is; another database's transaction may hold it up."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(xid::text::numeric), 0) from platform_event")
        (last,) = cursor.fetchone()

    def caught_up() -> bool:
        notify_of_events()
        return int(EventCursor.objects.get(consumer=CONSUMER).xid) >= last

    wait_until(caught_up)


def told(firm: Firm, who: str, **query: Any) -> list[dict[str, Any]]:
    catch_up()
    answer = firm.client(who).get(NEWS, query)
    assert answer.status_code == 200, answer.content
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def unread(firm: Firm, who: str) -> int:
    count: int = firm.client(who).get(f"{NEWS}/unread").json()["count"]
    return count


def brief(items: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    return [(item["kind"], item["record"]["label"], item["count"]) for item in items]


def change(firm: Firm, who: str, path: str, **values: Any) -> None:
    answer = firm.client(who).patch(f"/api/v1/{path}", values, content_type=JSON)
    assert answer.status_code == 200, answer.content


def make(firm: Firm, who: str, path: str, **values: Any) -> Any:
    answer = firm.client(who).post(f"/api/v1/{path}", values, content_type=JSON)
    assert answer.status_code == 201, answer.content
    return answer.json()


def customer(firm: Firm, name: str) -> str:
    return f"customers/{firm[f'customer:{name}'].pk}"


def follow(firm: Firm, who: str, name: str, method: str = "put") -> int:
    pk = firm[f"customer:{name}"].pk
    status: int = getattr(firm.client(who), method)(f"/api/v1/follows/customer/{pk}").status_code
    return status


def follows(firm: Firm, who: str, name: str) -> bool:
    pk = firm[f"customer:{name}"].pk
    following: bool = firm.client(who).get(f"/api/v1/follows/customer/{pk}").json()["following"]
    return following


def mark(firm: Firm, who: str) -> str:
    user = firm[who]
    return f"@[{user.full_name}](user:{user.pk})"


def note(firm: Firm, who: str, name: str, body: str) -> Any:
    pk = str(firm[f"customer:{name}"].pk)
    return make(firm, who, "interactions", customer=pk, channel="note", body=body)


class TestFollowing:
    def test_followers_hear_of_changes_told_as_one_until_read(self, firm: Firm) -> None:
        assert not follows(firm, "manager", "acme")
        assert follow(firm, "manager", "acme") == 204
        assert follows(firm, "manager", "acme")
        change(firm, "owner", customer(firm, "acme"), city="西安")
        change(firm, "service", customer(firm, "acme"), city="成都", remark="moved")
        (item,) = told(firm, "manager")
        assert (item["kind"], item["count"], item["is_read"]) == ("changed", 2, False)
        assert item["record"]["label"] == "acme 公司"
        assert [a["label"] for a in item["actors"]] == ["service 先生", "owner 先生"]
        assert set(item["fields"]) == {"city", "remark"}
        assert unread(firm, "manager") == 1

        read = firm.client("manager").post(f"{NEWS}/read", {"ids": [item["id"]]}, content_type=JSON)
        assert read.status_code == 204
        assert unread(firm, "manager") == 0
        change(firm, "owner", customer(firm, "acme"), city="西安")
        items = told(firm, "manager")
        assert [(i["count"], i["is_read"]) for i in items] == [(1, False), (2, True)]

    def test_what_is_put_on_the_record_is_told_too(self, firm: Firm) -> None:
        follow(firm, "manager", "acme")
        note(firm, "owner", "acme", "hello")
        make(firm, "owner", "tasks", title="call", customer=str(firm["customer:acme"].pk))
        (item,) = told(firm, "manager")
        added = {a["object"]: a["count"] for a in item["added"]}
        assert (item["object"], item["fields"], added) == (
            "customer", [], {"interaction": 1, "task": 1},
        )  # fmt: skip

    def test_an_owner_hears_without_following_and_can_be_spared(self, firm: Firm) -> None:
        assert follows(firm, "owner", "acme")
        change(firm, "service", customer(firm, "acme"), city="西安")
        assert brief(told(firm, "owner")) == [("changed", "acme 公司", 1)]
        assert follow(firm, "owner", "acme", "delete") == 204
        assert not follows(firm, "owner", "acme")
        change(firm, "service", customer(firm, "acme"), city="成都")
        assert brief(told(firm, "owner")) == [("changed", "acme 公司", 1)]

    def test_an_owner_is_not_told_of_what_machines_do(self, firm: Firm) -> None:
        """A follower is: they asked for it. Whoever owns a thousand customers did not."""
        follow(firm, "manager", "acme")
        Customer.objects.filter(pk=firm["customer:acme"].pk).update(city="西安")
        assert told(firm, "owner") == []
        assert brief(told(firm, "manager")) == [("changed", "acme 公司", 1)]
        assert told(firm, "manager")[0]["actors"] == []

    def test_nobody_follows_what_they_cannot_see(self, firm: Firm) -> None:
        assert follow(firm, "outsider", "acme") == 404
        assert follow(firm, "outsider", "acme", "delete") == 404
        nowhere = firm.client("owner").put(f"/api/v1/follows/nothing/{UUID(int=1)}")
        assert nowhere.status_code == 404
        assert not Follow.objects.exists()

    def test_one_who_follows_no_more_hears_no_more(self, firm: Firm) -> None:
        follow(firm, "manager", "acme")
        follow(firm, "manager", "acme", "delete")
        change(firm, "owner", customer(firm, "acme"), city="西安")
        assert told(firm, "manager") == []


class TestWhatOneDoesOneself:
    def test_is_no_news(self, firm: Firm) -> None:
        follow(firm, "owner", "acme")
        change(firm, "owner", customer(firm, "acme"), city="西安")
        note(firm, "owner", "acme", f"I, {mark(firm, 'owner')}, was here")
        make(firm, "owner", "tasks", title="mine", owner=str(firm["owner"].pk))
        assert told(firm, "owner") == []


class TestAssignment:
    def test_of_a_customer_and_of_a_task(self, firm: Firm) -> None:
        change(firm, "manager", customer(firm, "dong"), owner=str(firm["teammate"].pk))
        make(firm, "manager", "tasks", title="call them", owner=str(firm["teammate"].pk))
        items = told(firm, "teammate")
        assert brief(items) == [("assigned", "call them", 1), ("assigned", "dong 公司", 1)]
        assert items[0]["actors"][0]["label"] == "manager 先生"

    def test_many_at_one_stroke_are_one_piece_of_news(self, firm: Firm) -> None:
        ids = [str(firm[f"customer:{name}"].pk) for name in ("acme", "dong", "feng")]
        body = {"ids": ids, "set": {"owner": str(firm["teammate"].pk)}}
        answer = firm.client("manager").post("/api/v1/customers/bulk", body, content_type=JSON)
        assert answer.json()["changed"] == 3
        (item,) = told(firm, "teammate")
        assert (item["kind"], item["object"], item["count"]) == ("assigned", "customer", 3)

    def test_of_thousands_no_more_is_kept_than_is_shown(self, firm: Firm) -> None:
        request = UUID(int=9)
        Customer.objects.bulk_create([Customer(name=f"c{n}", city="many") for n in range(150)])
        ids = list(Customer.objects.filter(city="many").values_list("pk", flat=True))
        for half in (ids[:75], ids[75:]):
            with acting(actor_id=firm["manager"].pk, source="job:1", request_id=request):
                Customer.objects.filter(pk__in=half).update(owner=firm["teammate"])
            (item,) = told(firm, "teammate")
        assert item["count"] == MOST_AS_ONE
        assert Notification.objects.count() == MOST_AS_ONE

    def test_a_call_is_not_assigned(self, firm: Firm) -> None:
        pk = str(firm["customer:chen"].pk)
        owner = str(firm["teammate"].pk)
        make(firm, "manager", "interactions", customer=pk, channel="call", owner=owner)
        assert told(firm, "teammate") == []


class TestMentions:
    def test_whoever_is_named_is_told_with_the_text(self, firm: Firm) -> None:
        note(firm, "owner", "acme", f"请 {mark(firm, 'manager')} 看一下")
        (item,) = told(firm, "manager")
        assert (item["kind"], item["object"]) == ("mentioned", "interaction")
        assert item["excerpt"] == "请 @manager 先生 看一下"
        assert item["belongs_to"] == {
            "type": "customer", "id": str(firm["customer:acme"].pk), "label": "acme 公司"
        }  # fmt: skip

    def test_once_for_a_text_however_often_it_is_changed(self, firm: Firm) -> None:
        body = f"{mark(firm, 'manager')} {mark(firm, 'manager')}"
        path = f"interactions/{note(firm, 'owner', 'acme', body)['id']}"
        told(firm, "manager")
        change(firm, "owner", path, body=f"{body}!")
        assert len(told(firm, "manager")) == 1

    def test_a_name_written_in_later_is_told(self, firm: Firm) -> None:
        path = f"interactions/{note(firm, 'owner', 'acme', 'hello')['id']}"
        assert told(firm, "manager") == []
        change(firm, "owner", path, body=f"hello {mark(firm, 'manager')}")
        assert [i["kind"] for i in told(firm, "manager")] == ["mentioned"]

    def test_it_is_said_rather_than_that_an_owned_record_changed(self, firm: Firm) -> None:
        note(firm, "manager", "acme", f"{mark(firm, 'owner')}?")
        assert [i["kind"] for i in told(firm, "owner")] == ["mentioned"]

    def test_who_may_not_see_the_record_is_not_told(self, firm: Firm) -> None:
        note(firm, "owner", "acme", f"{mark(firm, 'outsider')} {mark(firm, 'manager')}")
        assert told(firm, "outsider") == []
        assert len(told(firm, "manager")) == 1
        assert not Notification.objects.filter(user=firm["outsider"]).exists()

    @pytest.mark.parametrize("text", ["@[x](user:nobody)", "@王芳", "](user:", "@[](user:)"])
    def test_what_only_looks_like_one_is_plain_text(self, firm: Firm, text: str) -> None:
        assert note(firm, "owner", "acme", text)["body"] == text
        catch_up()
        assert not Notification.objects.exists()

    def test_nobody_of_that_id(self, firm: Firm) -> None:
        note(firm, "owner", "acme", f"@[nobody](user:{UUID(int=7)})")
        catch_up()
        assert not Notification.objects.exists()

    def test_a_text_found_is_shown_as_people_read_it(self, firm: Firm) -> None:
        note(firm, "owner", "acme", f"porcelain for {mark(firm, 'manager')}")
        answer = firm.client("owner").get("/api/v1/search", {"q": "porcelain"})
        (found,) = answer.json()["items"]
        assert found["detail"]["text"] == "porcelain for @manager 先生"

    def test_colleagues_are_offered_with_who_sees_the_record(self, firm: Firm) -> None:
        def offered(**query: Any) -> dict[str, bool | None]:
            answer = firm.client("owner").get("/api/v1/mentions", query)
            return {item["label"]: item["sees"] for item in answer.json()["items"]}

        acme = {"object": "customer", "id": str(firm["customer:acme"].pk)}
        assert offered(q="outs", **acme) == {"outsider 先生": False}
        assert offered(q="manager", **acme) == {"manager 先生": True}
        assert offered(q="manager") == {"manager 先生": None}
        assert next(iter(offered())) == "teammate 先生"  # one's own team comes first
        blind = [name for name, sees in offered(**acme).items() if sees is False]
        assert list(offered(**acme))[-len(blind) :] == blind != []
        assert "owner 先生" not in offered(q="owner")
        firm["outsider"].is_active = False
        firm["outsider"].save()
        assert offered(q="outs") == {}
        hidden = {"object": "customer", "id": str(firm["customer:chen"].pk)}
        assert firm.client("owner").get("/api/v1/mentions", hidden).status_code == 404


class TestJobs:
    @pytest.mark.parametrize(
        ("params", "state"), [({"steps": 1}, "done"), ({"steps": 2, "fails_at": 1}, "failed")]
    )
    def test_whoever_started_one_hears_of_its_end(
        self, firm: Firm, params: dict[str, int], state: str
    ) -> None:
        job = start_job("count_slowly", asker=Asker(firm["owner"]), params=params)
        run_job(job_id=job["id"])
        (item,) = [i for i in told(firm, "owner") if i["kind"] == "job"]
        assert (item["job"]["id"], item["job"]["state"]) == (job["id"], state)
        assert told(firm, "administrator") == []  # sees all jobs, and started none of them


class TestDue:
    def test_in_the_morning_of_the_day_once(self, firm: Firm) -> None:
        today = dt.date(2024, 7, 3)
        Task.objects.filter(pk=firm["task:free"].pk).update(due_on=today)
        with time_machine.travel(dt.datetime(2024, 7, 2, 23, 30, tzinfo=dt.UTC), tick=False):
            remind_of_tasks(0)  # half past seven in Shanghai
            assert not Notification.objects.filter(kind="due").exists()
        with time_machine.travel(dt.datetime(2024, 7, 3, 1, 0, tzinfo=dt.UTC), tick=False):
            remind_of_tasks(0)
            remind_of_tasks(0)
        (due,) = Notification.objects.filter(kind="due")
        assert (due.user, due.record_id) == (firm["loner"], firm["task:free"].pk)

    def test_not_of_what_is_done(self, firm: Firm) -> None:
        today = dt.date(2024, 7, 3)
        done = {"status": "done", "completed_at": timezone.now(), "due_on": today}
        Task.objects.filter(pk=firm["task:free"].pk).update(**done)
        with time_machine.travel(dt.datetime(2024, 7, 3, 1, 0, tzinfo=dt.UTC), tick=False):
            remind_of_tasks(0)
        assert not Notification.objects.exists()


class TestReading:
    def test_an_event_is_told_once_though_read_again(self, firm: Firm) -> None:
        change(firm, "service", customer(firm, "acme"), city="西安")
        note(firm, "service", "acme", f"{mark(firm, 'manager')}")
        before = EventCursor.objects.get(consumer=CONSUMER)
        catch_up()
        made = set(Notification.objects.values_list("user", "cause"))
        assert len(made) == 3
        EventCursor.objects.filter(pk=before.pk).update(xid=before.xid, event_id=before.event_id)
        catch_up()
        assert set(Notification.objects.values_list("user", "cause")) == made

    def test_all_of_a_person_is_told_by_what_they_may_see_now(self, firm: Firm) -> None:
        """Told of every customer, each reads of those the oracle lets them see."""
        oracle = Oracle(firm)
        Notification.objects.bulk_create(
            Notification(
                user=user, kind="changed", object="customer", record_id=record.pk,
                together=record.pk, cause=f"test:{record.pk}", details={"fields": ["city"]},
            )
            for user in firm.people.values()
            for record in firm.records["customer"].values()
        )  # fmt: skip
        for who in firm.people:
            allowed = {
                str(record.pk)
                for record in firm.records["customer"].values()
                if oracle.may(who, "read", "customer", record)
            }
            items = told(firm, who, limit=100)
            assert {item["record"]["id"] for item in items} == allowed, who
            assert unread(firm, who) == len(allowed)

    def test_what_is_lost_from_sight_is_neither_shown_nor_counted(self, firm: Firm) -> None:
        follow(firm, "teammate", "acme")
        change(firm, "owner", customer(firm, "acme"), city="西安")
        note(firm, "owner", "acme", f"secret for {mark(firm, 'teammate')}")
        assert len(told(firm, "teammate")) == 2
        Customer.objects.filter(pk=firm["customer:acme"].pk).update(owner=firm["outsider"])
        Interaction.objects.update(owner=firm["outsider"])
        answer = firm.client("teammate").get(NEWS)
        assert answer.json() == {"items": [], "next": None}
        assert unread(firm, "teammate") == 0
        change(firm, "outsider", customer(firm, "acme"), city="成都")
        catch_up()
        assert unread(firm, "teammate") == 0
        assert Notification.objects.filter(user=firm["teammate"]).count() == 2

    def test_a_hidden_field_is_not_named_nor_told_of(self, firm: Firm) -> None:
        follow(firm, "service", "acme")
        change(firm, "owner", customer(firm, "acme"), credit_limit="5000")
        assert told(firm, "service") == []
        change(firm, "owner", customer(firm, "acme"), credit_limit="6000", city="西安")
        (item,) = told(firm, "service")
        assert (item["count"], item["fields"]) == (1, ["city"])

    @pytest.mark.parametrize("limit", [1, 2, 100])
    def test_pages_hold_every_item_once(self, firm: Firm, limit: int) -> None:
        for name in ("acme", "bell", "chen", "dong", "feng"):
            follow(firm, "analyst", name)
            change(firm, "manager", customer(firm, name), city="西安")
        catch_up()
        pages, cursor = [], None
        while True:
            query = {"limit": limit} | ({"cursor": cursor} if cursor else {})
            page = firm.client("analyst").get(NEWS, query).json()
            pages.append([item["record"]["label"][0] for item in page["items"]])
            if (cursor := page["next"]) is None:
                break
        assert all(len(page) <= limit for page in pages)
        assert [name for page in pages for name in page] == ["f", "d", "c", "b", "a"]

    def test_all_up_to_one_are_marked_read(self, firm: Firm) -> None:
        for name in ("acme", "bell", "chen"):
            follow(firm, "analyst", name)
            change(firm, "manager", customer(firm, name), city="西安")
        second = told(firm, "analyst")[1]["id"]
        client = firm.client("analyst")
        assert client.post(f"{NEWS}/read", {"until": second}, content_type=JSON).status_code == 204
        assert [i["is_read"] for i in told(firm, "analyst")] == [False, True, True]
        assert len(told(firm, "analyst", unread=True)) == 1

    def test_another_users_cannot_be_marked(self, firm: Firm) -> None:
        change(firm, "service", customer(firm, "acme"), city="西安")
        (item,) = told(firm, "owner")
        for body in ({"ids": [item["id"]]}, {"until": item["id"]}):
            firm.client("teammate").post(f"{NEWS}/read", body, content_type=JSON)
        assert unread(firm, "owner") == 1

    @pytest.mark.parametrize("body", [{}, {"ids": [], "until": 1}, {"ids": ["x"]}])
    def test_one_says_what_was_read(self, firm: Firm, body: dict[str, Any]) -> None:
        answer = firm.client("owner").post(f"{NEWS}/read", body, content_type=JSON)
        assert answer.status_code == 422

    def test_a_token_needs_to_read_everything(self, firm: Firm) -> None:
        for scopes, status in ((("customer:read",), 403), (("read",), 200)):
            program, _token = firm.token_client("owner", *scopes)
            assert program.get(NEWS).status_code == status
            assert program.get(f"{NEWS}/unread").status_code == status


class TestWishes:
    def test_a_kind_that_is_switched_off_is_not_told(self, firm: Firm) -> None:
        off = {"preferences": {"notifications_off": ["changed"]}}
        own = firm.client("owner").patch("/api/v1/session/user", off, content_type=JSON)
        assert own.status_code == 200
        change(firm, "service", customer(firm, "acme"), city="西安")
        note(firm, "service", "acme", mark(firm, "owner"))
        assert [i["kind"] for i in told(firm, "owner")] == ["mentioned"]

    def test_preferences_that_make_no_sense_switch_nothing_off(self, firm: Firm) -> None:
        odd = {"preferences": {"notifications_off": {"changed": 1}}}
        firm.client("owner").patch("/api/v1/session/user", odd, content_type=JSON)
        change(firm, "service", customer(firm, "acme"), city="西安")
        assert len(told(firm, "owner")) == 1


class TestForgetting:
    def test_what_was_read_long_ago_and_what_is_erased(self, firm: Firm) -> None:
        for name in ("acme", "bell", "chen"):
            follow(firm, "analyst", name)
            change(firm, "manager", customer(firm, name), city="西安")
        catch_up()
        mine = Notification.objects.filter(user=firm["analyst"])
        long_ago = timezone.now() - KEPT - dt.timedelta(days=1)
        mine.filter(record_id=firm["customer:acme"].pk).update(at=long_ago, read_at=long_ago)
        mine.filter(record_id=firm["customer:bell"].pk).update(at=long_ago)
        erased = UUID(int=3)
        mine.filter(record_id=firm["customer:chen"].pk).update(record_id=erased)
        Follow.objects.filter(record_id=firm["customer:chen"].pk).update(record_id=erased)
        forget_notifications(0)
        assert [n.record_id for n in mine] == [firm["customer:bell"].pk]
        assert Follow.objects.count() == 2


def test_only_the_user_is_told_at_once_that_there_is_news(firm: Firm) -> None:
    with listening(firm, "owner", "manager") as (_hub, ears):
        note(firm, "owner", "acme", mark(firm, "manager"))
        catch_up()
        end = Tag.objects.create(name="the end")
        heard = {who: ear.until(end) for who, ear in ears.items()}
    for who, ids in (("owner", []), ("manager", [[str(firm["manager"].pk)]])):
        assert [t["ids"] for t in heard[who] if t["object"] == "notification"] == ids, who


def test_an_import_of_thousands_is_passed_over(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its events are not even fetched, but for those about what somebody follows."""
    from guanxi.platform.notifications import making

    fetched: list[UUID] = []
    by_object: Callable[..., Any] = making._by_object

    def spy(events: Any) -> Any:
        fetched.extend(e.record_id for e in events)
        return by_object(events)

    monkeypatch.setattr(making, "_by_object", spy)
    follow(firm, "manager", "acme")
    Customer.objects.bulk_create([Customer(name=f"c{n}") for n in range(3000)])
    order = object_type("order").model(
        customer=firm["customer:acme"], number="X", currency="CNY",
        ordered_at=timezone.now(), ordered_on=timezone.now().date(),
    )  # fmt: skip
    order.save(force_insert=True)
    catch_up()
    assert fetched == [order.pk]
    assert told(firm, "manager")[0]["added"] == [{"object": "order", "count": 1}]
