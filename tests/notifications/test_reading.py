"""News is shown once, only while one may see it, and forgotten in the end."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from guanxi.customers.models import Customer, Tag
from guanxi.interactions.models import Interaction
from guanxi.platform.events.models import EventCursor
from guanxi.platform.notifications.making import CONSUMER
from guanxi.platform.notifications.models import Follow, Notification
from guanxi.platform.notifications.tasks import KEPT, forget_notifications
from tests.cast import Firm
from tests.notifications.calls import (
    JSON,
    NEWS,
    catch_up,
    change,
    customer,
    follow,
    mark,
    note,
    told,
    unread,
)
from tests.oracle import Oracle
from tests.test_live import listening

pytestmark = pytest.mark.django_db(transaction=True)


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
