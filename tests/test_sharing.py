"""Sharing a record: who may, what it opens, how it ends, and who is told."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guanxi.customers.models import Customer
from guanxi.platform.access.models import Role, Share, Team, User
from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.access.sharing import MOST, end_overdue_shares
from guanxi.platform.notifications.models import Notification
from guanxi.platform.objects.registry import object_type
from guanxi.platform.workspaces.services import books_zone
from tests.cast import NOON, Firm
from tests.writes.calls import get, patch, post, undo

pytestmark = pytest.mark.django_db


def address(firm: Firm, name: str) -> str:
    return f"shares/{name.partition(':')[0]}/{firm[name].pk}"


def share(firm: Firm, who: str, name: str, *users: str, **body: Any) -> Any:
    body["users"] = [str(firm[user].pk) for user in users]
    return post(firm.client(who), address(firm, name), body)


def sees(firm: Firm, who: str, name: str) -> bool:
    path = f"/api/v1/{name.partition(':')[0]}s/{firm[name].pk}"
    return bool(firm.client(who).get(path).status_code == 200)


def today() -> dt.date:
    return dt.datetime.now(books_zone()).date()


def test_what_is_shared_is_found_everywhere_with_what_hangs_on_it(firm: Firm) -> None:
    acme = firm["customer:acme"]
    outsider = firm.client("outsider")
    assert share(firm, "owner", "customer:acme", "outsider").status_code == 200
    assert str(acme.pk) in {r["id"] for r in get(outsider, "customers")["items"]}
    assert get(outsider, "search?q=acme&type=customer")["items"]
    assert get(outsider, f"orders/{firm['order:acme'].pk}")["number"] == "N0"
    assert get(outsider, f"customers/{acme.pk}/timeline")["items"]
    assert get(outsider, f"customers/{acme.pk}")["can"] == []
    refused = patch(outsider, f"customers/{acme.pk}", {"industry": "tea"})
    assert refused.status_code == 403

    assert share(firm, "owner", "customer:acme", "outsider", may_change=True).status_code == 200
    assert get(outsider, f"customers/{acme.pk}")["can"] == ["change"]
    assert patch(outsider, f"customers/{acme.pk}", {"industry": "tea"}).status_code == 200
    assert (
        patch(outsider, f"addresses/{firm['address:acme'].pk}", {"street": "new"}).status_code
        == 200
    )
    assert outsider.delete(f"/api/v1/customers/{acme.pk}").status_code == 403
    (only,) = get(outsider, address(firm, "customer:acme"))["items"]
    assert (only["user"]["label"], only["may_change"]) == ("outsider 先生", True)


def test_who_may_change_by_their_role_shares_and_nobody_else(firm: Firm) -> None:
    name = "customer:acme"
    for who, status in (("owner", 200), ("manager", 200), ("teammate", 403), ("outsider", 404)):
        answer = share(firm, who, name, "loner", may_change=True)
        assert answer.status_code == status, who
        assert (get(firm.client("owner"), address(firm, name))["can"]) == ["share"]
    # Who has it by a share alone, even to change it, neither shares it further nor ends a share.
    assert share(firm, "owner", name, "outsider", may_change=True).status_code == 200
    assert share(firm, "outsider", name, "ranger").status_code == 403
    shown = get(firm.client("outsider"), address(firm, name))
    assert shown["can"] == []
    ended = firm.client("outsider").delete(f"/api/v1/shares/{shown['items'][0]['id']}")
    assert ended.status_code == 403
    assert firm.client("ranger").delete(ended.request["PATH_INFO"]).status_code == 404
    token, _ = firm.token_client("owner", "read")
    assert post(token, address(firm, name), {"teams": []}).status_code == 403


def test_by_a_share_nobody_takes_a_record_over(firm: Firm) -> None:
    acme, outsider = firm["customer:acme"], firm.client("outsider")
    assert share(firm, "owner", "customer:acme", "outsider", may_change=True).status_code == 200
    mine = {"owner": str(firm["outsider"].pk)}
    assert patch(outsider, f"customers/{acme.pk}", mine).status_code == 403
    body = {"ids": [str(acme.pk)], "set": mine}
    assert post(outsider, "customers/bulk", body).json()["changed"] == 0
    assert patch(outsider, f"customers/{acme.pk}", {"city": "西安"}).status_code == 200
    Customer.objects.filter(pk=acme.pk, owner=firm["owner"]).get()


LINKS = {
    "order": "customer", "task": "customer", "interaction": "customer", "address": "customer",
    "identity": "customer", "relationship": "customer", "order_line": "order",
}  # fmt: skip


@pytest.mark.parametrize("kind", LINKS)
def test_by_a_share_nobody_puts_what_hangs_on_a_record_on_one_of_their_own(
    firm: Firm, kind: str
) -> None:
    outsider, link = firm.client("outsider"), LINKS[kind]
    name = {"task": "acme_owner", "interaction": "acme_owner", "identity": "acme_erp",
            "relationship": "dong_bell"}.get(kind, "acme")  # fmt: skip
    record = firm[f"{kind}:{name}"]
    customer = "bell" if kind == "relationship" else "acme"
    Customer.objects.filter(pk=firm["customer:dong"].pk).update(owner=firm["administrator"])
    shared = share(firm, "manager", f"customer:{customer}", "outsider", may_change=True)
    assert shared.status_code == 200
    path = object_type(kind).url
    set_ = {link: str(firm["order:chen" if kind == "order_line" else "customer:chen"].pk)}
    assert patch(outsider, f"{path}/{record.pk}", set_).status_code == 403
    assert (
        post(outsider, f"{path}/bulk", {"ids": [str(record.pk)], "set": set_}).json()["changed"]
        == 0
    )
    rows = {"rows": [{"id": str(record.pk), "set": set_}]}
    assert patch(outsider, path, rows).status_code == 422
    type(record).objects.filter(pk=record.pk, **{link: getattr(record, link)}).get()


def test_by_a_share_nobody_takes_back_what_they_created_or_whose_it_is(firm: Firm) -> None:
    owner = firm.client("owner")
    created = post(owner, "customers", {"kind": "person", "name": "Gu"})
    path = f"customers/{created.json()['id']}"
    by_manager = firm.client("manager")
    given = patch(by_manager, path, {"owner": str(firm["outsider"].pk)})
    User.objects.filter(username="manager").update(role=firm["role:own_only"])
    assert undo(owner, created).status_code == 403
    for may_change in (False, True):
        body = {"users": [str(firm[u].pk) for u in ("owner", "manager")], "may_change": may_change}
        address = f"shares/customer/{created.json()['id']}"
        assert post(firm.client("outsider"), address, body).status_code == 200
        assert get(owner, path)["can"] == (["change"] if may_change else [])
        assert undo(owner, created).status_code in (403, 409)
        assert undo(by_manager, given).status_code == 403
    assert get(firm.client("outsider"), path)["name"] == "Gu"


def test_a_role_is_the_bound_of_what_a_share_opens(firm: Firm) -> None:
    assert share(firm, "manager", "customer:acme", "read_only", may_change=True).status_code == 200
    refused = patch(firm.client("read_only"), f"customers/{firm['customer:acme'].pk}", {})
    assert refused.status_code == 403
    hidden = share(firm, "manager", "customer:acme", "loner")
    assert hidden.status_code == 200
    assert "phone" not in get(firm.client("loner"), f"customers/{firm['customer:acme'].pk}")


def test_a_team_has_it_with_those_below_it_until_it_is_in_the_bin(firm: Firm) -> None:
    body = {"teams": [str(firm["team:south"].pk)]}
    assert post(firm.client("owner"), address(firm, "customer:acme"), body).status_code == 200
    assert sees(firm, "outsider", "customer:acme")
    Team.objects.filter(pk=firm["team:south"].pk).update(deleted_at=NOON)
    assert not sees(firm, "outsider", "customer:acme")
    assert get(firm.client("owner"), address(firm, "customer:acme"))["items"] == []
    body = {"teams": [str(firm["team:head"].pk)]}
    assert post(firm.client("outsider"), address(firm, "customer:chen"), body).status_code == 200
    assert sees(firm, "owner", "customer:chen")


def test_a_share_lasts_until_the_end_of_its_day(firm: Firm) -> None:
    late = share(firm, "owner", "customer:acme", "outsider", ends_on=str(today() - dt.timedelta(1)))
    assert (late.status_code, late.json()["errors"][0]["field"]) == (422, "ends_on")
    assert (
        share(firm, "owner", "customer:acme", "outsider", ends_on=str(today())).status_code == 200
    )
    assert sees(firm, "outsider", "customer:acme")
    end_overdue_shares()
    assert Share.objects.get().deleted_at is None
    Share.objects.update(ends_on=today() - dt.timedelta(1))
    assert not sees(firm, "outsider", "customer:acme")
    assert get(firm.client("owner"), address(firm, "customer:acme"))["items"] == []
    end_overdue_shares()
    assert Share.objects.get().deleted_at is not None


def test_a_share_is_ended_and_all_of_it_is_told_in_the_history(firm: Firm) -> None:
    client = firm.client("owner")
    made = share(firm, "owner", "customer:acme", "outsider").json()["items"][0]
    assert share(firm, "owner", "customer:acme", "outsider", may_change=True).status_code == 200
    assert client.delete(f"/api/v1/shares/{made['id']}").status_code == 204
    assert client.delete(f"/api/v1/shares/{made['id']}").status_code == 404
    assert not sees(firm, "outsider", "customer:acme")
    history = get(client, f"customers/{firm['customer:acme'].pk}/history")["items"]
    told = [(e["action"], e["shared_with"], e["can_undo"]) for e in history if e["shared_with"]]
    assert told == [(a, "outsider 先生", False) for a in ("delete", "update", "insert")]
    assert share(firm, "owner", "customer:acme", "outsider").status_code == 200


def test_who_leaves_keeps_nothing_and_what_they_gave_stays(firm: Firm) -> None:
    assert share(firm, "owner", "customer:acme", "outsider").status_code == 200
    assert share(firm, "outsider", "customer:chen", "owner").status_code == 200
    left = post(firm.client("administrator"), f"people/{firm['outsider'].pk}/deactivate", {})
    assert left.status_code == 200, left.content
    assert Share.objects.get(user=firm["outsider"]).deleted_at is not None
    assert sees(firm, "owner", "customer:chen")


def test_the_receiver_is_told_once(firm: Firm) -> None:
    for may_change in (False, True):
        share(firm, "owner", "customer:acme", "outsider", may_change=may_change)
    (news,) = get(firm.client("outsider"), "notifications")["items"]
    assert (news["kind"], news["record"]["label"]) == ("shared", "acme 公司")
    assert [a["label"] for a in news["actors"]] == ["owner 先生"]
    assert not Notification.objects.exclude(user=firm["outsider"]).exists()


def test_a_team_is_told_at_one_stroke_and_only_those_who_see_such(firm: Firm) -> None:
    User.objects.filter(username="service").update(role=Role.objects.create(name="none"))
    body = {"teams": [str(firm[f"team:{name}"].pk) for name in ("south", "head")]}
    seen: list[int] = []
    for name in ("customer:bell", "customer:acme"):
        with CaptureQueriesContext(connection) as queries:
            assert post(firm.client("manager"), address(firm, name), body).status_code == 200
        seen.append(len(queries))
        User.objects.bulk_create(
            User(
                username=f"{name[-4:]}{n}",
                full_name="u",
                role=firm["role:sales"],
                team=firm["team:south"],
            )
            for n in range(5)
        )
    assert seen[1] <= seen[0]
    told = Notification.objects.filter(record_id=firm["customer:acme"].pk)
    names = set(told.values_list("user__username", flat=True))
    assert {"owner", "outsider", "bell0", "bell4"} <= names
    assert not {"manager", "service", "administrator"} & names
    assert told.count() == len(names)


def test_what_is_shared_again_after_its_last_day_is_told_again(firm: Firm) -> None:
    share(firm, "owner", "customer:acme", "outsider")
    Share.objects.update(ends_on=today() - dt.timedelta(1))
    Notification.objects.update(read_at=NOON)
    assert share(firm, "owner", "customer:acme", "outsider").status_code == 200
    assert Notification.objects.filter(user=firm["outsider"], read_at=None).count() == 1
    assert Share.objects.filter(deleted_at=None).get().ends_on is None


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("customer:acme", {}, "users"),
        ("customer:acme", {"users": [str(NOON.date())]}, "users.0"),
        ("customer:acme", {"teams": ["00000000-0000-7000-8000-000000000000"]}, "teams"),
    ],
)
def test_refusals_name_the_field(firm: Firm, name: str, body: Any, field: str) -> None:
    answer = post(firm.client("owner"), address(firm, name), body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_what_belongs_to_nobody_is_not_shared(firm: Firm) -> None:
    assert share(firm, "administrator", "tag:vip", "outsider").status_code == 403
    assert share(firm, "administrator", "order:acme", "outsider").status_code == 403


def test_one_user_has_no_more_than_a_bound(firm: Firm) -> None:
    Share.objects.bulk_create(
        Share(object="customer", record_id=pk, user=firm["outsider"], given_by=firm["owner"])
        for pk in Customer.objects.values_list("pk", flat=True)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into platform_share (object, record_id, user_id, given_by_id)"
            " select 'customer', guanxi_uuid7(), %s, %s from generate_series(1, %s)",
            [firm["outsider"].pk, firm["owner"].pk, MOST],
        )
    task = share(firm, "owner", "task:acme_owner", "outsider")
    assert (task.status_code, task.json()["code"]) == (422, "too_many_shares")


def test_only_a_role_that_does_not_see_all_pays_for_shares(firm: Firm) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert visible_to(Asker(firm["administrator"]), Customer).count()
    assert ["platform_share" in q["sql"] for q in queries] == [False]
    assert "any(" not in str(visible_to(Asker(firm["loner"]), Customer).query)
