"""News: who is told of what, and that nobody is of what they did themselves."""

from typing import Any
from uuid import UUID

import pytest
from django.db.models.signals import post_init
from django.utils import timezone

from guanxi.customers.models import Customer
from guanxi.platform.events.context import acting
from guanxi.platform.events.models import Event
from guanxi.platform.notifications.models import MOST_AS_ONE, Follow, Notification
from guanxi.platform.objects.registry import object_type
from tests.cast import Firm
from tests.notifications.calls import (
    JSON,
    NEWS,
    brief,
    catch_up,
    change,
    customer,
    follow,
    follows,
    make,
    mark,
    note,
    told,
    unread,
)

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_an_import_of_thousands_is_passed_over(firm: Firm) -> None:
    """Its events are not even fetched, but for those about what somebody follows."""
    fetched: list[UUID] = []

    def fetch(instance: Event, **_signal: Any) -> None:
        fetched.append(instance.record_id)

    follow(firm, "manager", "acme")
    Customer.objects.bulk_create([Customer(name=f"c{n}") for n in range(3000)])
    order = object_type("order").model(
        customer=firm["customer:acme"], number="X", currency="CNY",
        ordered_at=timezone.now(), ordered_on=timezone.now().date(),
    )  # fmt: skip
    order.save(force_insert=True)
    post_init.connect(fetch, sender=Event)
    try:
        catch_up()
    finally:
        post_init.disconnect(fetch, sender=Event)
    assert fetched == [order.pk]
    assert told(firm, "manager")[0]["added"] == [{"object": "order", "count": 1}]
