"""Merging customers through the API, and taking it back."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from guanxi.customers.consent.models import Consent, Purpose
from guanxi.customers.consent.services import strictest_words
from guanxi.customers.models import Address, Customer, CustomerTag, Identity, Relationship
from guanxi.insight.models import AttentionItem
from guanxi.interactions.models import Interaction, Task
from guanxi.platform.access.models import Share
from guanxi.platform.files.models import Attachment
from guanxi.platform.merging.models import MergedRecord
from guanxi.platform.notifications.models import Follow
from guanxi.platform.search.models import RecentRecord
from guanxi.sales.models import Order
from tests.cast import NOON, Firm
from tests.writes.calls import get, patch, post, refused

pytestmark = pytest.mark.django_db
# What a merge and its taking back may leave different: when a row was written last, and whence.
STORED = (
    "customers_customer", "customers_customertag", "customers_identity", "customers_address",
    "customers_relationship", "interactions_interaction", "interactions_task", "sales_order",
    "platform_share", "platform_follow", "platform_recentrecord", "platform_attachment",
    "platform_link", "insight_attentionitem", "platform_notification", "platform_mergedrecord",
)  # fmt: skip


def stored() -> dict[str, list[str]]:
    """Every row of every table that takes part, as text, but for the time of its last change."""
    found = {}
    with connection.cursor() as cursor:
        for table in STORED:
            cursor.execute(
                f"select (to_jsonb(t) - 'updated_at')::text from {table} t order by 1"  # noqa: S608
            )
            found[table] = [row for (row,) in cursor.fetchall()]
    return found


def changed(before: dict[str, list[str]]) -> dict[str, set[str]]:
    """The rows that are not as they were, by table."""
    after = stored()
    return {t: d for t in STORED if (d := set(before[t]) ^ set(after[t]))}


def merge(client: Any, *ids: Any, **more: Any) -> Any:
    return post(client, "customers/merge", {"ids": [str(i) for i in ids], **more})


@pytest.fixture
def twins(firm: Firm) -> tuple[Customer, Customer]:
    """Two customers of the owner with everything of which merging could lose something."""
    one = Customer(
        kind="person", name="王小明", phone="13900000001", email="a@example.com", city="北京",
        street="路 1", owner=firm["owner"], credit_limit="100.5000", currency="CNY",
    )  # fmt: skip
    two = Customer(
        kind="person", name="王晓明", phone="13900000002", email="a@example.com", city="上海",
        postal_code="200000", owner=firm["owner"], remark="calls at noon", credit_limit="7.25",
        currency="USD",
    )  # fmt: skip
    for c in (one, two):
        c.save(force_insert=True)
        for tag in {"vip", "cold"} if c is two else {"vip"}:
            CustomerTag.objects.create(customer=c, tag=firm[f"tag:{tag}"])
        Address.objects.create(customer=c, kind="billing", street=f"街 {c.phone}")
        Interaction.objects.create(customer=c, channel="call", subject=c.name)
        Task.objects.create(customer=c, title=c.name, owner=firm["owner"])
        Order.objects.create(
            customer=c, number=c.phone, currency="CNY", ordered_at=NOON, ordered_on=NOON.date()
        )
        Relationship.objects.create(customer=c, kind="contact_of", other=firm["customer:acme"])
        about: Any = {"object": "customer", "record_id": c.pk}
        Follow.objects.create(user=firm["manager"], **about)
        RecentRecord.objects.create(user=firm["owner"], **about)
        Share.objects.create(user=firm["loner"], given_by=firm["owner"], **about)
        Attachment.objects.create(
            name="a.txt", media_type="text/plain", size=1, sha256="0" * 64, owner=firm["owner"],
            **about,
        )  # fmt: skip
        AttentionItem.objects.create(customer=c, kind="late", stake=1, as_of=NOON.date())
    Identity.objects.create(customer=two, kind="external", source="erp", value="E2", normal="E2")
    Identity.objects.create(
        customer=one, kind="phone", value="13900000002", normal="+8613900000002"
    )
    Relationship.objects.create(customer=two, kind="referrer", other=one)
    Relationship.objects.create(customer=firm["customer:chen"], kind="referrer", other=two)
    one.refresh_from_db()
    two.refresh_from_db()
    return one, two


def test_all_of_both_is_at_the_survivor_and_back_again(firm: Firm, twins: Any) -> None:
    one, two = twins
    client, before = firm.client("owner"), stored()
    choices = {"phone": str(two.pk), "name": str(two.pk), "credit_limit": str(two.pk)}
    answer = merge(client, one.pk, two.pk, survivor=str(one.pk), choices=choices)
    assert answer.status_code == 200, answer.content
    done = answer.json()
    assert (done["survivor"]["id"], done["can"]) == (str(one.pk), ["undo"])

    shown = get(client, f"customers/{one.pk}")
    assert (shown["name"], shown["phone"], shown["city"]) == ("王晓明", "13900000002", "上海")
    assert (shown["credit_limit"], shown["currency"]) == ("7.2500", "USD")  # together
    assert shown["remark"] == "calls at noon"  # only one had one
    assert (shown["postal_code"], shown["street"]) == ("200000", "")  # no address of two halves
    assert {t["label"] for t in shown["tags"]} >= {"vip"}
    for model in (Address, Interaction, Task, Order):
        assert model.objects.filter(customer=one).count() == 2, model
        assert not model.objects.filter(customer=two).exists(), model
    numbers = Identity.objects.filter(customer=one, kind="phone").values_list("value", "is_primary")
    assert sorted(numbers) == [("13900000001", False), ("13900000002", True)]
    assert Identity.objects.get(value="E2").customer_id == one.pk
    living = Relationship.objects.filter(deleted_at=None)
    assert living.filter(customer=one, kind="contact_of").count() == 1  # not twice the same
    assert not living.filter(kind="referrer", customer=two).exists()  # nobody refers to himself
    assert living.filter(kind="referrer", other=one).count() == 1
    assert Attachment.objects.filter(record_id=one.pk).count() == 2

    # The bin shows neither what became part of another nor what was said twice.
    listed = get(client, "customers?deleted=true&limit=200")["items"]
    assert str(two.pk) not in {r["id"] for r in listed}
    assert get(client, "relationships/count?deleted=true&exact=true")["count"] == 0
    assert post(client, f"customers/{two.pk}/restore").status_code == 404

    history = get(client, f"customers/{one.pk}/history?limit=200")["items"]
    told = next(h for h in history if h["merge"] and h["action"] == "insert")
    assert told["actor"]["label"] == "owner 先生"
    assert [a["label"] for a in told["merge"]["absorbed"]] == ["王晓明"]
    assert sum(h["action"] == "insert" and not h["merge"] for h in history) >= 2  # both beginnings

    assert post(client, f"merges/{done['id']}/undo").status_code == 200
    assert changed(before) == {}
    assert refused(lambda: post(client, f"merges/{done['id']}/undo"), 409)["code"] == "merge_state"
    history = get(client, f"customers/{two.pk}/history?limit=200")["items"]
    assert [h["merge"]["is_taken_back"] for h in history if h["merge"]][:2] == [True, False]


def test_an_id_that_was_merged_leads_on(firm: Firm, twins: Any) -> None:
    one, two = twins
    client, three = firm.client("owner"), firm["customer:acme"]
    third = Customer.objects.create(kind="person", name="third", owner=firm["owner"])
    merge(client, one.pk, two.pk, survivor=str(two.pk))
    last = merge(client, two.pk, third.pk, survivor=str(third.pk)).json()
    answer = client.get(f"/api/v1/customers/{one.pk}?x=1")
    assert (answer.status_code, answer["Location"]) == (307, f"/api/v1/customers/{third.pk}")
    assert answer.json() == {"survivor": str(third.pk)}
    refusal = refused(lambda: patch(client, f"customers/{one.pk}", {"city": "x"}), 409)
    assert (refusal["code"], refusal["survivor"]) == ("merged", str(third.pk))
    assert firm.client("outsider").get(f"/api/v1/customers/{one.pk}").status_code == 404
    late = refused(lambda: merge(client, one.pk, three.pk), 409)  # of two that race the second
    assert late["code"] == "merged"
    # The later one first, and by the request's undo as well.
    merges = get(client, f"merges?object=customer&record={two.pk}")["items"]
    assert [m["id"] for m in merges] == [last["id"]]
    answer = post(client, f"changes/{last['id']}/undo")
    assert answer.json().get("undone") == 1, answer.content
    assert client.get(f"/api/v1/customers/{one.pk}")["Location"].endswith(str(two.pk))


def test_what_was_done_since_is_kept(firm: Firm, twins: Any) -> None:
    one, two = twins
    client = firm.client("owner")
    picked = {"phone": str(two.pk), "website": str(one.pk)}
    done = merge(client, one.pk, two.pk, survivor=str(one.pk), choices=picked).json()
    patch(client, f"customers/{one.pk}", {"phone": "13900000003", "industry": "tea"})
    moved = Order.objects.get(number=two.phone)
    patch(client, f"orders/{moved.pk}", {"customer": str(firm["customer:acme"].pk)})
    task = post(client, "tasks", {"title": "since", "customer": str(one.pk)}).json()
    call = post(client, "interactions", {"channel": "call", "customer": str(one.pk)}).json()

    shown = get(client, f"merges/{done['id']}")
    assert shown["made_since"] == {"task": 1, "interaction": 1}
    assert shown["title_before"] == "王小明"
    assert {m["object"]: m["count"] for m in shown["moved"]}["order"] == 1
    (told,) = shown["conflicts"]
    assert (told["field"], told["absorbed"]["id"]) == ("phone", str(two.pk))
    values = [told[side] for side in ("current", "would_be", "theirs")]
    assert values == ["13900000003", "13900000001", "13900000002"]
    other = get(firm.client("administrator"), f"customers/{one.pk}/history?limit=200")["items"]
    assert any(h["merge"] and h["can_undo"] for h in other)  # a colleague may take it back as well
    path = f"merges/{done['id']}/undo"
    (conflict,) = refused(lambda: post(client, path), 409)["conflicts"]
    assert conflict == {k: conflict[k] for k in ("object", "id")} | {
        k: told[k] for k in ("field", "current", "would_be")
    }
    answer = post(client, path, {"edits": {"phone": "absorbed"}, "given": {"task": str(two.pk)}})
    assert answer.status_code == 200, answer.content
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.phone, two.phone, one.industry) == ("13900000001", "13900000003", "tea")
    assert Identity.objects.filter(customer=two, kind="phone", is_primary=True).count() == 1
    moved.refresh_from_db()
    assert moved.customer_id == firm["customer:acme"].pk
    assert str(Task.objects.get(pk=task["id"]).customer_id) == str(two.pk)
    assert str(Interaction.objects.get(pk=call["id"]).customer_id) == str(one.pk)


def test_a_change_that_is_hidden_stays_where_it_was_made(firm: Firm, twins: Any) -> None:
    one, two = twins
    client = firm.client("owner")
    picked = {"owner": str(two.pk), "phone": str(two.pk)}
    Customer.objects.filter(pk=two.pk).update(owner=firm["manager"])
    boss = firm.client("administrator")
    done = merge(boss, one.pk, two.pk, survivor=str(one.pk), choices=picked).json()
    Customer.objects.filter(pk=one.pk).update(owner=firm["owner"], phone="13900000003")
    (owner,) = (c for c in get(boss, f"merges/{done['id']}")["conflicts"] if c["field"] == "owner")
    sides = [owner[side]["label"] for side in ("current", "theirs")]
    assert sides == [firm["owner"].full_name, firm["manager"].full_name]
    role = firm["owner"].role
    role.grants["fields"] = {"customer.phone": "hidden"}
    role.save()
    shown = get(client, f"merges/{done['id']}")["conflicts"]
    assert [c["field"] for c in shown] == ["owner"]
    answer = post(client, f"merges/{done['id']}/undo", {"edits": {"owner": "survivor"}})
    assert answer.status_code == 200, answer.content
    one.refresh_from_db()
    assert one.phone == "13900000003"


def test_what_writes_all_customers_gives_none_an_identity_that_went(firm: Firm, twins: Any) -> None:
    one, two = twins
    client, before = firm.client("owner"), stored()
    done = merge(client, one.pk, two.pk, survivor=str(one.pk)).json()
    Customer.objects.update(province=F("province"))
    assert not Identity.objects.filter(customer=two, deleted_at=None).exists()
    assert post(client, f"merges/{done['id']}/undo").status_code == 200
    assert changed(before) == {}


def test_three_at_once_with_versions(firm: Firm, twins: Any) -> None:
    one, two = twins
    client = firm.client("owner")
    third = Customer.objects.create(kind="person", name="third", owner=firm["owner"])
    CustomerTag.objects.create(customer=third, tag=firm["tag:cold"])
    before = stored()
    preview = post(
        client, "customers/merge/preview", {"ids": [str(one.pk), str(two.pk), str(third.pk)]}
    ).json()
    versions = {r["id"]: r["updated_at"] for r in preview["records"]}
    phone = next(f for f in preview["fields"] if f["names"] == ["phone"])
    assert (phone["differs"], phone["reason"]) == (True, "newest")
    orders = next(m for m in preview["moves"] if m["object"] == "order")
    assert orders["counts"] == {str(one.pk): 1, str(two.pk): 1}
    patch(client, f"customers/{third.pk}", {"city": "edited"})
    ids = (one.pk, two.pk, third.pk)
    edited = refused(lambda: merge(client, *ids, versions=versions), 409)
    assert (edited["code"], edited["changed"]) == ("edit_conflict", [str(third.pk)])
    done = merge(client, *ids).json()
    assert len(done["absorbed"]) == 2
    post(client, f"merges/{done['id']}/undo")
    assert changed(before).keys() == {"customers_customer"}  # the edit


def test_what_is_no_merge(firm: Firm, twins: Any) -> None:
    one, two = twins
    client = firm.client("owner")
    for ids in ([one.pk], [one.pk, one.pk], [one.pk, firm["customer:acme"].pk]):
        assert refused(lambda ids=ids: merge(client, *ids), 422)["errors"][0]["field"] == "ids"
    bad = {"phone": str(firm["customer:acme"].pk)}
    assert refused(lambda: merge(client, one.pk, two.pk, choices=bad), 422)
    assert refused(lambda: merge(client, one.pk, two.pk, choices={"kind": str(one.pk)}), 422)
    split = {"city": str(one.pk), "street": str(two.pk)}
    assert refused(lambda: merge(client, one.pk, two.pk, choices=split), 422)
    assert refused(lambda: merge(client, one.pk, firm["customer:gone"].pk), 404)
    assert refused(lambda: post(client, f"merges/{one.pk}/undo"), 404)
    assert not MergedRecord.objects.exists()


def test_the_strictest_word_wins(firm: Firm, twins: Any) -> None:
    one, two = twins
    purpose = Purpose.objects.first() or Purpose.objects.create(key="news", name="News")
    for customer, state in ((two, "withdrawn"), (one, "granted")):
        Consent.objects.create(customer=customer, purpose=purpose, channel="email", state=state)
    client, before = firm.client("owner"), set(Consent.objects.values_list("pk", "customer"))
    done = merge(client, one.pk, two.pk, survivor=str(one.pk)).json()
    words = strictest_words([one.pk])
    assert words[purpose.pk, "email"] == "withdrawn"
    assert not Consent.objects.filter(customer=two).exists()
    undone = post(client, f"merges/{done['id']}/undo")
    assert undone.status_code == 200, undone.content
    assert set(Consent.objects.values_list("pk", "customer")) == before
    assert strictest_words([one.pk])[purpose.pk, "email"] == "granted"


def test_a_custom_link_follows(firm: Firm, twins: Any) -> None:
    one, two = twins
    boss = firm.client("administrator")
    made = post(
        boss, "custom-fields",
        {"object": "task", "key": "about", "type": "link", "labels": {"en": "About"},
         "settings": {"target": "customer"}},
    )  # fmt: skip
    assert made.status_code == 201, made.content
    task = post(boss, "tasks", {"title": "t", "custom": {"about": str(two.pk)}}).json()
    before = stored()
    done = merge(boss, one.pk, two.pk, survivor=str(one.pk)).json()
    assert get(boss, f"tasks/{task['id']}")["custom"]["about"]["id"] == str(one.pk)
    post(boss, f"merges/{done['id']}/undo")
    assert changed(before) == {}
