"""Erasing a customer through the API: what goes, what stays, what stands in the way."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, connection, transaction
from django.db.models import Sum
from django.test import Client

from guanxi.customers.consent.contact import contactable, may_contact
from guanxi.customers.models import (
    Address,
    Consent,
    Customer,
    Identity,
    Purpose,
    Suppression,
)
from guanxi.interactions.models import Interaction, Snippet, Task
from guanxi.platform.access.grants import ALL
from guanxi.platform.access.predicate import Asker
from guanxi.platform.erasing.models import Erasure
from guanxi.platform.events.context import acting
from guanxi.platform.events.models import Event
from guanxi.platform.exchange.models import ImportRow
from guanxi.platform.exchange.tests.cast import preview, run
from guanxi.platform.files.models import Attachment
from guanxi.platform.jobs.models import Job
from guanxi.platform.merging.models import MergeStep
from guanxi.platform.objects.models import SavedView
from guanxi.platform.search.models import SearchText
from guanxi.sales.models import Order, OrderLine
from tests.cast import Firm
from tests.erasing.calls import NAME, PHONE, erase, erased
from tests.files.calls import put as attach
from tests.writes.calls import get, patch, post, refused, undo

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]


def books() -> dict[str, Any]:
    """What must be the same before and after, but for whom."""
    lines = OrderLine.objects.aggregate(sold=Sum("amount"), items=Sum("quantity"), cost=Sum("cost"))
    return {
        **lines,
        "orders": Order.objects.count(),
        "revenue": Order.objects.aggregate(total=Sum("reporting_total"))["total"],
        "by_owner": list(
            Order.objects.values_list("customer__owner").annotate(s=Sum("total")).order_by("s")
        ),
        "by_city": list(
            Order.objects.values_list("customer__city").annotate(s=Sum("total")).order_by("s")
        ),
        "customers": Customer.objects.filter(deleted_at=None).count(),
        "touches": list(Interaction.objects.values_list("channel", "happened_at").order_by("pk")),
        "tasks": Task.objects.count(),
        "consents": list(Consent.objects.values_list("state", "given_at").order_by("pk")),
    }


# ------------------------------------------------------------------ what goes, what stays


def test_the_person_goes_and_the_books_stay(firm: Firm, admin: Client, customer: Customer) -> None:
    before = books()
    done = erased(admin, customer)
    assert done["job"]["kind"] == "erase_files"
    assert books() == before
    customer.refresh_from_db()
    assert customer.name == f"Erased customer #{customer.pk.hex[-8:]}"
    assert (customer.phone, customer.email, customer.street, customer.remark) == ("", "", "", "")
    assert (customer.birthday, customer.custom, customer.credit_limit) == (None, {}, None)
    assert (customer.city, customer.owner) == ("成都", firm["owner"])
    assert not Identity.objects.filter(customer=customer).exists()
    assert not Address.objects.filter(customer=customer).exists()
    assert not customer.relationships.exists()
    note = Interaction.objects.get(customer=customer)
    assert (note.subject, note.body, note.channel) == ("", "", "call")
    task = Task.objects.get(customer=customer)
    assert (task.title, task.status) == ("…", "cancelled")
    line = OrderLine.objects.get(order__customer=customer)
    assert (line.description, line.amount) == ("刻字茶杯 …", Decimal(100))
    assert Consent.objects.get(customer=customer).note == ""
    told = SearchText.objects.filter(record_id__in=[customer.pk, note.pk, task.pk])
    assert not told.filter(text__contains="宇").exists()


def test_the_preview_says_what_will_be(firm: Firm, admin: Client, customer: Customer) -> None:
    attach(admin, f"customers/{customer.pk}", name="身份证.txt")
    shown = get(admin, f"customers/{customer.pk}/erasure")
    assert (shown["name"], shown["merged"], shown["obstacles"]) == (NAME, 0, [])
    assert {(g["label"], g["count"]) for g in shown["goes"]} >= {
        ("Identities", 2 + 1), ("Addresses", 1), ("Relationships", 1), ("Files", 1),
    }  # fmt: skip
    assert {(s["label"], s["count"]) for s in shown["stays"]} == {
        ("Consents", 1), ("Interactions", 1), ("Tasks", 1), ("Orders", 1), ("Order lines", 1),
    }  # fmt: skip
    assert all(s["why"] for s in shown["stays"])


def test_the_name_has_to_be_typed(admin: Client, customer: Customer) -> None:
    problem = refused(lambda: erase(admin, customer, "宇文"), 422)
    assert problem["errors"][0]["code"] == "another_name"


def test_a_masked_name_stays_masked(firm: Firm, customer: Customer) -> None:
    role = firm["manager"].role
    role.grants = {"areas": {"*": {**ALL, "erase": True}}, "fields": {"customer.name": "masked"}}
    role.save()
    client = firm.client("manager")
    shown = get(client, f"customers/{customer.pk}/erasure")["name"]
    assert shown[0] == NAME[0]
    assert NAME[1:] not in shown
    assert erase(client, customer, NAME).status_code == 422  # nor is it told by trying
    assert erase(client, customer, shown).status_code == 200


def test_only_once(admin: Client, customer: Customer) -> None:
    erased(admin, customer)
    customer.refresh_from_db()
    assert refused(lambda: erase(admin, customer), 409)["code"] == "erased"
    shown = get(admin, f"customers/{customer.pk}/privacy")
    assert shown["erased_at"]
    assert shown["can"] == []


def test_a_longer_name_is_somebody_else_s(firm: Firm, admin: Client, customer: Customer) -> None:
    """宇文赫连 is in 宇文赫连城, who stays as they are wherever they are written."""
    longer = f"{NAME}城"
    other = Customer.objects.create(kind="person", name=longer, owner=firm["owner"])
    snippet = Snippet.objects.create(owner=firm["owner"], name="x", text=f"请{longer}签字")
    file = f"姓名,手机,备注\n{NAME}梅,13900001111,画家\n{NAME},13900002222,木匠\n"
    preview(Asker(firm["administrator"]), "customer", file.encode())
    erased(admin, customer)
    other.refresh_from_db()
    snippet.refresh_from_db()
    assert (other.name, snippet.text) == (longer, f"请{longer}签字")
    rows = {str(row["cells"]) for row in ImportRow.objects.values("cells")}
    assert any(f"{NAME}梅" in row and "画家" in row for row in rows)


def test_somebody_called_like_a_field(firm: Firm, admin: Client, customer: Customer) -> None:
    """What is structure stays in views and jobs, and what was looked for goes."""
    Customer.objects.filter(pk=customer.pk).update(name="phone")
    customer.refresh_from_db()
    condition = {"field": "phone", "op": "eq", "value": "phone"}
    view = SavedView.objects.create(
        owner=firm["owner"], object="customer", name="x",
        definition={"filter": condition, "columns": ["phone"], "sort": "-phone"},
    )  # fmt: skip
    untouched = {"columns": ["phone", "phone.of"], "object": "phone"}
    job = Job.objects.create(kind="bulk_edit", actor=firm["owner"], params=untouched)
    erased(admin, customer)
    view.refresh_from_db()
    job.refresh_from_db()
    assert view.definition == {
        "filter": {**condition, "value": "…"}, "columns": ["phone"], "sort": "-phone",
    }  # fmt: skip
    assert job.params == untouched


@pytest.mark.parametrize(("who", "status"), [("manager", 403), ("owner", 403), ("outsider", 403)])
def test_nobody_else_erases_or_holds(firm: Firm, customer: Customer, who: str, status: int) -> None:
    client, path = firm.client(who), f"customers/{customer.pk}"
    refused(lambda: erase(client, customer), status)
    refused(lambda: client.get(f"/api/v1/{path}/erasure"), status)
    body = {"reason": "lawsuit"}
    put = "/api/v1/" + f"{path}/hold"
    refused(lambda: client.put(put, body, content_type="application/json"), status)
    refused(lambda: client.delete(f"/api/v1/{path}/hold"), status)
    refused(lambda: client.get("/api/v1/holds?object=customer"), status)


def test_strangers_learn_nothing(firm: Firm, customer: Customer) -> None:
    assert (
        firm.client("outsider").get(f"/api/v1/customers/{customer.pk}/privacy").status_code == 404
    )
    assert firm.client(None).get(f"/api/v1/customers/{customer.pk}/privacy").status_code == 401


def test_a_token_needs_to_write(firm: Firm, customer: Customer) -> None:
    client, _token = firm.token_client("administrator", "customer:read")
    refused(lambda: erase(client, customer), 403)


# ------------------------------------------------------------------ what stands in the way


def test_an_open_order_keeps_its_customer(admin: Client, customer: Customer) -> None:
    Order.objects.update(status="placed")
    problem = refused(lambda: erase(admin, customer), 409)
    assert [(o["code"], o["count"]) for o in problem["obstacles"]] == [("open_orders", 1)]
    assert get(admin, f"customers/{customer.pk}/erasure")["obstacles"] == problem["obstacles"]


# ------------------------------------------------------------------ nothing comes back


def told_of(customer: Customer) -> str:
    return str(list(Event.objects.values_list("changes", flat=True)))


def test_events_keep_that_something_happened(firm: Firm, admin: Client, customer: Customer) -> None:
    path = f"customers/{customer.pk}"
    edit = patch(firm.client("owner"), path, {"name": f"{NAME}丁", "city": "重庆"})
    patch(firm.client("owner"), path, {"phone": "13955509999", "birthday": None})
    customer.refresh_from_db()
    count = Event.objects.filter(record_id=customer.pk).count()
    erased(admin, customer)
    assert Event.objects.filter(record_id=customer.pk).count() >= count
    told = Event.objects.filter(record_id=customer.pk).order_by("id")
    changes = [e for e in told if e.changes]
    assert changes[0].changes == {"name": [None, None], "city": ["成都", "重庆"]}
    for value in (NAME, "13955509999", PHONE, "1980-02-03", "玉林"):
        assert value not in told_of(customer)
    shown = get(admin, f"{path}/history")["items"]
    assert len(shown) >= 3
    # A change that holds a redacted value is no change that could be taken back.
    assert undo(firm.client("owner"), edit).status_code in (409, 422, 403)
    customer.refresh_from_db()
    assert customer.name.startswith("Erased customer")


def test_nothing_is_written_into_the_stub(firm: Firm, admin: Client, customer: Customer) -> None:
    erased(admin, customer)
    path = f"customers/{customer.pk}"
    for values in ({"name": NAME}, {"phone": PHONE}, {"remark": "怕狗"}):
        refused(lambda v=values: patch(admin, path, v), 422)  # type: ignore[misc]
    for name in ("job_title", "industry", "district", "postal_code"):
        refused(lambda n=name: patch(admin, path, {n: "画家"}), 422)  # type: ignore[misc]
    about = {"customer": str(customer.pk)}
    for address, values in {
        "identities": {"kind": "wechat", "value": "yw_hele_88"},
        "addresses": {"kind": "delivery", "street": "天府大道 1 号"},
        "interactions": {"channel": "note", "subject": NAME},
        "relationships": {"kind": "contact_of", "other": str(firm["customer:acme"].pk)},
    }.items():
        answer = post(admin, address, {**about, **values})
        assert answer.status_code == 422, (address, answer.content)
        assert answer.json()["errors"][0]["code"] == "erased"
    upload = SimpleUploadedFile("x.txt", NAME.encode())
    answer = admin.post(f"/api/v1/{path}/attachments", {"file": upload})
    assert answer.status_code == 422, answer.content
    task = Task.objects.get(customer=customer)
    answer = patch(admin, f"tasks/{task.pk}", {"title": "x", **about})
    assert answer.status_code == 200, answer.content  # it names who it named
    answer = patch(admin, path, {"owner": str(firm["teammate"].pk)})
    assert answer.status_code == 200, answer.content
    merging = {"ids": [str(customer.pk), str(firm["customer:chen"].pk)]}
    refused(lambda: post(admin, "customers/merge", merging), 422)
    before = Address.objects.count()
    file = f"Customer,Kind,Street\n{customer.pk},delivery,天府大道 1 号\n".encode()
    imported = run(Asker(firm["administrator"]), "address", file)
    assert (imported.counts["reject"], Address.objects.count()) == (1, before), imported.counts


def test_what_was_merged_goes_too_and_old_ids_lead_to_the_stub(
    firm: Firm, admin: Client, customer: Customer
) -> None:
    other = Customer(
        kind="person", name="宇文赫莲", phone="13955507777", owner=firm["owner"], remark="前名"
    )
    other.save(force_insert=True)
    body = {"ids": [str(customer.pk), str(other.pk)], "survivor": str(customer.pk),
            "choices": {"name": str(other.pk)}}  # fmt: skip
    merge = post(admin, "customers/merge", body).json()
    customer.refresh_from_db()
    erased(admin, customer)
    other.refresh_from_db()
    assert (other.phone, other.remark) == ("", "")
    assert "宇文" not in other.name
    assert "宇文" not in told_of(customer)
    assert "13955507777" not in told_of(customer)
    moved = admin.get(f"/api/v1/customers/{other.pk}")
    assert (moved.status_code, moved.json()["survivor"]) == (307, str(customer.pk))
    assert not MergeStep.objects.exists()
    problem = refused(lambda: post(admin, f"merges/{merge['id']}/undo", {}), 409)
    assert problem["code"] == "merge_state"


def test_what_another_had_from_a_merge_that_was_taken_back_goes(
    firm: Firm, admin: Client, customer: Customer
) -> None:
    other = Customer(kind="person", name="独孤求", owner=firm["owner"])
    other.save(force_insert=True)
    body = {"ids": [str(customer.pk), str(other.pk)], "survivor": str(other.pk),
            "choices": {"name": str(customer.pk)}}  # fmt: skip
    merge = post(admin, "customers/merge", body).json()
    assert post(admin, f"merges/{merge['id']}/undo", {}).status_code == 200
    assert NAME in told_of(other)
    erased(admin, customer)
    assert NAME not in told_of(other)
    other.refresh_from_db()
    assert other.name == "独孤求"


def test_an_import_taken_back_revives_nobody(firm: Firm, admin: Client) -> None:
    asker = Asker(firm["administrator"])
    file = f"姓名,手机,生日\n{NAME},{PHONE},1980-02-03\n".encode()
    imported = run(asker, "customer", file)
    customer = Customer.objects.get(name=NAME)
    erased(admin, customer)
    answer = post(admin, f"imports/{imported.pk}/undo")
    assert answer.status_code == 200, answer.content
    from guanxi.platform.jobs.tasks import run_job

    run_job(job_id=str(Job.objects.get(kind="import_undo").pk))
    customer.refresh_from_db()
    assert (customer.name[:6], customer.phone, customer.birthday) == ("Erased", "", None)
    rows = admin.get(f"/api/v1/imports/{imported.pk}/rows").json()["items"]
    assert NAME not in str(rows)
    assert PHONE not in str(rows)


def test_files_go_unless_others_have_the_same(
    firm: Firm, admin: Client, customer: Customer, tmp_path: Any
) -> None:
    attach(admin, f"customers/{customer.pk}", b"mine alone", f"{NAME}.txt")
    attach(admin, f"customers/{customer.pk}", b"everybody's", "terms.txt")
    attach(admin, f"customers/{firm['customer:acme'].pk}", b"everybody's", "terms.txt")
    done = erased(admin, customer)
    from guanxi.platform.jobs.tasks import run_job

    run_job(job_id=done["job"]["id"])
    job = Job.objects.get(pk=done["job"]["id"])
    assert (job.state, job.result) == ("done", {"contents": 1, "imports": 0})
    kept = [p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()]
    assert kept == [b"everybody's"]
    assert Attachment.objects.get().name == "terms.txt"
    assert f"{NAME}.txt" not in told_of(customer)


# ------------------------------------------------------------------ no mail to who is erased


def test_the_address_is_not_contacted_when_a_file_brings_it_again(
    firm: Firm, admin: Client, customer: Customer
) -> None:
    marketing = Purpose.objects.get(name="Marketing")
    erased(admin, customer)
    assert {s.kind for s in Suppression.objects.all()} == {"phone", "email"}
    assert PHONE.encode() not in bytes(Suppression.objects.get(kind="phone").digest)
    run(
        Asker(firm["administrator"]), "customer",
        f"姓名,手机,邮箱\n{NAME},139-5550-1234,hele.yuwen@EXAMPLE.com\n".encode(),
    )  # fmt: skip
    again = Customer.objects.get(name=NAME)
    say: dict[str, Any] = {"customer": again, "purpose": marketing, "state": "granted"}
    Consent.objects.create(**say, channel="email", source="import")
    for channel in ("email", "phone", "sms"):
        assert may_contact(again, None, channel).reason == "erased"
    assert may_contact(again, None, "post").allowed
    assert not contactable(Customer.objects.filter(pk=again.pk), marketing, "email").exists()
    shown = get(admin, f"customers/{again.pk}/permissions")
    assert shown["contact"]["email"]["reason"] == "erased"
    # Their own word, said since, counts.
    with acting(actor_id=firm["administrator"].pk, source="api"):
        Consent.objects.create(**say, channel="email", source="form")
    assert may_contact(again, marketing, "email").allowed
    assert contactable(Customer.objects.filter(pk=again.pk), marketing, "email").exists()
    assert may_contact(firm["customer:acme"], None, "email").reason != "erased"


# ------------------------------------------------------------------ the stream is the owner's


def test_the_list_of_erasures_is_only_added_to(admin: Client, customer: Customer) -> None:
    erased(admin, customer)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Erasure.objects.update(object="x")
    with pytest.raises(ProgrammingError), transaction.atomic():
        Erasure.objects.all().delete()


def test_only_an_erasure_redacts(customer: Customer) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update platform_event set changes = null")
    redact = "select guanxi_redact_events(%s, %s, '{}', '')"
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(redact, [customer.pk, [customer.pk]])
