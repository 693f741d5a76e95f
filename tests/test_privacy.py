"""A customer asks: what do you hold on me, correct it, stop writing. Each answer has its proof."""

import datetime as dt
import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client

from guanxi.customers.models import (
    Customer,
    Identity,
    PrivacyProof,
    PrivacyRequest,
    ProcessingActivity,
    Relationship,
)
from guanxi.customers.privacy.copies import forget_copies
from guanxi.customers.privacy.deadlines import Law, due_date
from guanxi.customers.privacy.dossier import reasons_to_leave_out, told_of
from guanxi.interactions.models import Interaction
from guanxi.platform.access.models import Role, Share
from guanxi.platform.files.models import Attachment
from guanxi.platform.jobs.tasks import run_job
from guanxi.platform.merging.references import naming
from guanxi.platform.objects.registry import object_type
from guanxi.platform.webhooks.models import Webhook
from guanxi.platform.workspaces.models import Workspace
from guanxi.platform.workspaces.services import books_today
from tests.cast import EQUIPMENT, NOON, Firm, equip

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}
BASE = "/api/v1/privacy-requests"


def ask(client: Client, customer: Any, kind: str, **more: Any) -> str:
    """Note what a customer asked for; returns the id of the request."""
    answer = client.post(BASE, {"customer": str(customer.pk), "kind": kind, **more}, **JSON)
    assert answer.status_code == 201, answer.content
    return str(answer.json()["id"])


def proof(client: Client, pk: str) -> Any:
    answer = client.get(f"{BASE}/{pk}/proof")
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.parametrize(
    ("law", "received", "due"),
    [
        (Law.PIPL, dt.date(2026, 11, 30), dt.date(2026, 12, 21)),
        (Law.PIPL, dt.date(2026, 11, 28), dt.date(2026, 12, 18)),  # a Saturday
        (Law.GDPR, dt.date(2026, 1, 31), dt.date(2026, 2, 28)),
        (Law.GDPR, dt.date(2026, 12, 15), dt.date(2027, 1, 15)),
        (Law.OWN, dt.date(2026, 11, 30), dt.date(2026, 12, 7)),
    ],
)
def test_until_when(law: Law, received: dt.date, due: dt.date) -> None:
    assert due_date(received, law, 7) == due


def test_the_firm_says_until_when(firm: Firm) -> None:
    boss = firm.client("administrator")
    settings = "/api/v1/privacy-settings"
    assert boss.get(settings).json() == {"law": "gdpr", "days": 30, "kept_days": 14}
    sent = {"law": "own", "days": 5, "kept_days": 3}
    assert firm.client("manager").put(settings, sent, **JSON).status_code == 403
    assert boss.put(settings, sent, **JSON).json() == sent
    pk = ask(boss, firm["customer:acme"], "access", received_on="2026-11-02")
    assert boss.get(f"{BASE}/{pk}").json()["due_on"] == "2026-11-07"
    own = ask(boss, firm["customer:acme"], "access", due_on="2026-12-24")
    assert boss.get(f"{BASE}/{own}").json()["due_on"] == "2026-12-24"
    later = {"customer": str(firm["customer:acme"].pk), "kind": "stop", "received_on": "2999-01-01"}
    assert boss.post(BASE, later, **JSON).status_code == 422
    log = boss.get("/api/v1/audit", {"object": "privacy_settings"}).json()["items"]
    assert {c["name"]: c["new"] for c in log[0]["changes"]} == sent


@pytest.fixture
def rich(firm: Firm) -> Customer:
    """A person with everything, and another who hangs on them."""
    mark = Customer.objects.create(
        kind="person", name="周全", phone="13800138111", email="zhou@example.com",
        birthday=dt.date(1980, 2, 1), street="<b>中山路</b> 1 号", owner=firm["owner"],
        remark="likes tea",
    )  # fmt: skip
    mark.refresh_from_db()
    wife = Customer.objects.create(kind="person", name="李四光", owner=firm["owner"])
    wife.refresh_from_db()
    Relationship.objects.create(customer=wife, kind="household", other=mark)
    Relationship.objects.create(
        customer=mark, kind="contact_of", other=firm["customer:acme"], roles=["user", "champion"]
    )
    Interaction.objects.create(
        customer=mark, channel="call", subject="asked about delivery", body="by train",
        owner=firm["owner"], happened_at=NOON,
    )  # fmt: skip
    client = firm.client("administrator")
    order = {"customer": str(mark.pk), "number": "A-77", "ordered_at": NOON.isoformat()}
    made = client.post("/api/v1/orders", {**order, "currency": "CNY"}, **JSON).json()
    line = {"order": made["id"], "position": 1, "description": "teapot", "quantity": "1"}
    amounts = {"unit_price": "1", "amount": "1"}
    assert client.post("/api/v1/order-lines", {**line, **amounts}, **JSON).status_code == 201
    return mark


def copy_of(firm: Firm, who: str, pk: str, language: str = "zh-hans") -> zipfile.ZipFile:
    client = firm.client(who)
    answer = client.post(f"{BASE}/{pk}/copy", {"language": language}, **JSON)
    assert answer.status_code == 202, answer.content
    run_job(job_id=answer.json()["id"])
    job = client.get(f"/api/v1/jobs/{answer.json()['id']}").json()
    assert job["state"] == "done", job
    sent = client.get(f"{BASE}/{pk}/copy")
    assert sent.status_code == 200
    content = b"".join(sent)
    assert hashlib.sha256(content).hexdigest() == job["result"]["sha256"]
    return zipfile.ZipFile(io.BytesIO(content))


def test_what_do_you_hold_on_me(firm: Firm, rich: Customer) -> None:
    boss = firm.client("administrator")
    boss.patch(f"/api/v1/customers/{rich.pk}", {"phone": "13800138222"}, **JSON)
    upload = io.BytesIO(b"signed contract")
    upload.name = "contract.txt"
    file = boss.post(f"/api/v1/customers/{rich.pk}/attachments", {"file": upload})
    assert file.status_code == 201, file.content
    pk = ask(boss, rich, "access")
    assert proof(boss, pk)["can"] == ["copy", "answer", "refuse"]
    early = boss.post(f"{BASE}/{pk}/answer", {"answer": "sent"}, **JSON)
    assert (early.status_code, early.json()["code"]) == (409, "request_state")
    with copy_of(firm, "administrator", pk) as folder:
        page = folder.read("index.html").decode()
        data = json.loads(folder.read("data.json"))
        name = next(n for n in folder.namelist() if n.startswith("files/"))
        assert folder.read(name) == b"signed contract"
    tables = {t["name"]: t["rows"] for t in data["tables"]}
    assert tables["customer"][0]["remark"] == "likes tea"
    assert {r["value"] for r in tables["identity"]} == {"13800138222", "zhou@example.com"}
    assert tables["interaction"][0]["body"] == "by train"
    assert [r["description"] for r in tables["order_line"]] == ["teapot"]
    assert {r["customer"] for r in tables["relationship"]} == {"李**", "周全"}  # another person
    assert [r["roles"] for r in tables["relationship"] if r["roles"]]  # several, in words
    assert any(
        (h.get("field"), h.get("old"), h.get("new")) == ("phone", "13800138111", "13800138222")
        or h.get("old") == "13800138111"
        for h in data["history"]
    )
    assert data["purposes"]
    assert data["register"]
    assert all(said in page for said in ('lang="zh-CN"', "teapot", "likes tea"))
    assert "<b>中山路</b>" not in page
    assert "&lt;b&gt;中山路" in page
    assert "李四光" not in page + json.dumps(data, ensure_ascii=False)
    assert "owner 先生" not in page + json.dumps(data, ensure_ascii=False)
    answered = boss.post(f"{BASE}/{pk}/answer", {"answer": "handed over"}, **JSON).json()
    kinds = [p["kind"] for p in answered["proofs"]]
    assert kinds == ["exported", "downloaded", "done"]
    sums = {p["details"]["sha256"] for p in answered["proofs"]}
    assert len(sums) == 1
    assert "13800138222" not in json.dumps(answered)
    assert boss.patch(f"{BASE}/{pk}", {"note": "x"}, **JSON).status_code == 403  # ended
    assert proof(boss, pk)["can"] == ["download", "reopen"]
    assert boss.post(f"{BASE}/{pk}/reopen").json()["can"] == [
        "download",
        "copy",
        "answer",
        "refuse",
    ]


def test_a_copy_holds_what_was_merged_in_and_goes_in_time(firm: Firm, rich: Customer) -> None:
    boss = firm.client("administrator")
    other = Customer.objects.create(
        kind="person", name="周荃", phone="13711112222", owner=firm["owner"]
    )
    other.refresh_from_db()
    sent = {"ids": [str(rich.pk), str(other.pk)], "survivor": str(rich.pk)}
    merged = boss.post("/api/v1/customers/merge", sent, **JSON)
    assert merged.status_code in (200, 201), merged.content
    pk = ask(boss, rich, "portability")
    with copy_of(firm, "administrator", pk, "en") as folder:
        data = json.loads(folder.read("data.json"))
        assert 'lang="en"' in folder.read("index.html").decode()
    (people,) = (t["rows"] for t in data["tables"] if t["name"] == "customer")
    assert [r["id"] for r in people] == [str(rich.pk), str(other.pk)]
    Attachment.objects.filter(field="copy").update(created_at=NOON)
    forget_copies(timestamp=0)
    assert boss.get(f"{BASE}/{pk}/copy").status_code == 404
    assert proof(boss, pk)["copy"] is None


def test_only_who_sees_all_makes_a_copy(firm: Firm, rich: Customer) -> None:
    boss = firm.client("administrator")
    pk = ask(boss, rich, "access")
    copy_of(firm, "administrator", pk).close()
    expected = {
        "owner": 202, "manager": 202, "teammate": 403, "service": 403, "analyst": 403,
        "read_only": 403, "marketer": 403, "outsider": 404, "loner": 403,
    }  # fmt: skip
    for who, status in expected.items():
        answer = firm.client(who).post(f"{BASE}/{pk}/copy", {}, **JSON)
        assert answer.status_code in ({status, 403} if status == 404 else {status}), who
        if status != 202:
            assert firm.client(who).get(f"{BASE}/{pk}/copy").status_code in (403, 404, 200), who
    for who in ("service", "analyst", "read_only", "outsider", "loner"):
        assert firm.client(who).get(f"{BASE}/{pk}/copy").status_code in (403, 404), who
    assert Client().get(f"{BASE}/{pk}/copy").status_code == 401
    role = Role.objects.get(name="account_manager")
    role.grants = {**role.grants, "fields": {"customer.birthday": "masked"}}
    role.save()
    assert firm.client("owner").post(f"{BASE}/{pk}/copy", {}, **JSON).status_code == 403
    file = Attachment.objects.get(field="copy")
    for who in ("administrator", "owner", "analyst"):  # by no other way
        assert firm.client(who).get(f"/api/v1/attachments/{file.pk}/content").status_code == 404


def test_a_copy_reaches_no_further_than_the_role(firm: Firm, rich: Customer) -> None:
    boss, owner = firm.client("administrator"), firm.client("owner")
    pk = ask(boss, rich, "access")
    copy_of(firm, "owner", pk).close()
    passport = {"customer": str(rich.pk), "kind": "passport", "value": "E12345678"}
    identity = boss.post("/api/v1/identities", passport, **JSON).json()["id"]
    assert owner.post(f"{BASE}/{pk}/copy", {}, **JSON).status_code == 403  # may not reveal it
    assert owner.get(f"{BASE}/{pk}/copy").status_code == 403
    assert proof(owner, pk)["can"] == ["answer", "refuse"]
    Identity.objects.filter(pk=identity).delete()
    role = Role.objects.get(name="account_manager")
    granted = role.grants
    role.grants = {**granted, "objects": {"order": {}}}
    role.save()
    assert owner.post(f"{BASE}/{pk}/copy", {}, **JSON).status_code == 403
    role.grants = granted
    role.save()
    Customer.objects.filter(pk=rich.pk).update(owner=firm["outsider"])
    Share.objects.create(
        object="customer",
        record_id=rich.pk,
        user=firm["owner"],
        may_change=True,
        given_by=firm["outsider"],
    )
    assert proof(owner, pk)["can"] == []
    assert owner.post(f"{BASE}/{pk}/copy", {}, **JSON).status_code == 404
    assert owner.get(f"{BASE}/{pk}/copy").status_code == 404
    assert owner.post(f"{BASE}/{pk}/refuse", {"answer": "no"}, **JSON).status_code == 404
    assert boss.post(f"{BASE}/{pk}/refuse", {"answer": "no"}, **JSON).status_code == 200
    assert owner.post(f"{BASE}/{pk}/reopen").status_code == 404
    assert proof(owner, pk)["can"] == []


def test_days_are_those_of_the_books(firm: Firm, rich: Customer) -> None:
    """At seven in the morning in Shanghai it is still yesterday in Greenwich."""
    with time_machine.travel(dt.datetime(2026, 12, 1, 23, tzinfo=dt.UTC), tick=False):
        request = PrivacyRequest(customer=rich, kind="correction", received_on=dt.date(2026, 12, 2))
        request.full_clean()
        assert PrivacyRequest(customer=rich).received_on == dt.date(2026, 12, 2)
    # A day that most of the time has not begun in Greenwich.
    Workspace.objects.update(time_zone="Pacific/Kiritimati")
    cache.clear()
    boss, address = firm.client("administrator"), f"/api/v1/customers/{rich.pk}"
    pk = ask(boss, rich, "correction", received_on=str(books_today()))
    boss.patch(address, {"phone": "13800138333"}, **JSON)
    edit = boss.get(f"{address}/history").json()["items"][0]["request_id"]
    answer = boss.post(f"{BASE}/{pk}/corrections", {"requests": [edit]}, **JSON)
    assert answer.status_code == 200, answer.content


def test_correct_it(firm: Firm, rich: Customer) -> None:
    boss, address = firm.client("administrator"), f"/api/v1/customers/{rich.pk}"
    pk = ask(boss, rich, "correction")
    boss.patch(address, {"phone": "13800138333"}, **JSON)
    edit = boss.get(f"{address}/history").json()["items"][0]["request_id"]
    elsewhere = firm.client("administrator")
    elsewhere.patch(f"/api/v1/customers/{firm['customer:acme'].pk}", {"industry": "x"}, **JSON)
    foreign = boss.get(f"/api/v1/customers/{firm['customer:acme'].pk}/history").json()["items"][0]
    sent = {"requests": [edit, foreign["request_id"]]}
    assert boss.post(f"{BASE}/{pk}/corrections", sent, **JSON).status_code == 422
    told = boss.post(f"{BASE}/{pk}/corrections", {"requests": [edit]}, **JSON).json()
    (step,) = told["proofs"]
    assert (step["kind"], len(step["details"]["events"])) == ("corrected", 1)
    assert boss.post(f"{BASE}/{pk}/answer", {}, **JSON).status_code == 200


def test_stop_writing_to_me(firm: Firm, rich: Customer) -> None:
    owner = firm.client("owner")
    pk = ask(owner, rich, "stop", way="phone")
    assert owner.post(f"{BASE}/{pk}/answer", {}, **JSON).status_code == 409
    told = owner.post(f"{BASE}/{pk}/stop", {"everything": False}, **JSON).json()
    (step,) = told["proofs"]
    number = owner.get(f"{BASE}/{pk}").json()["number"]
    consents = owner.get(f"/api/v1/consents/{step['details']['consents'][0]}").json()
    assert (consents["state"], consents["source"]) == ("withdrawn", "call")
    assert number in consents["note"]
    allowed = owner.get(f"/api/v1/customers/{rich.pk}/permissions").json()
    marketing = next(p for p in allowed["purposes"] if p["name"] == "Marketing")
    assert not any(a["allowed"] for a in marketing["channels"].values())
    assert allowed["contact"]["phone"]["allowed"]
    owner.post(f"{BASE}/{pk}/stop", {"everything": True}, **JSON)
    allowed = owner.get(f"/api/v1/customers/{rich.pk}/permissions").json()
    assert not any(a["allowed"] for a in allowed["contact"].values())
    assert owner.post(f"{BASE}/{pk}/answer", {}, **JSON).status_code == 200


def test_a_refusal_says_why(firm: Firm, rich: Customer) -> None:
    owner = firm.client("owner")
    pk = ask(owner, rich, "erasure")
    assert owner.post(f"{BASE}/{pk}/refuse", {"answer": " "}, **JSON).status_code == 422
    assert owner.post(f"{BASE}/{pk}/answer", {}, **JSON).status_code == 409  # nothing is erased
    answer = owner.post(f"{BASE}/{pk}/refuse", {"answer": "Tax law keeps it."}, **JSON)
    assert [p["kind"] for p in answer.json()["proofs"]] == ["refused"]
    assert PrivacyRequest.objects.get(pk=pk).state == "refused"
    again = owner.post(f"{BASE}/{pk}/refuse", {"answer": "x"}, **JSON)
    assert (again.status_code, again.json()["code"]) == (409, "request_state")


@pytest.mark.parametrize("verb", ["copy", "answer", "refuse", "stop", "corrections", "reopen"])
def test_who_may_not_change_the_customer_answers_nothing(firm: Firm, verb: str) -> None:
    pk = firm["privacy_request:acme"].pk
    before = PrivacyProof.objects.count()
    bodies = {"corrections": {"requests": ["019ad5a0-0000-7000-8000-000000000000"]}}
    for who, status in [("teammate", 403), ("outsider", 404), ("read_only", 403), (None, 401)]:
        answer = firm.client(who).post(f"{BASE}/{pk}/{verb}", bodies.get(verb, {}), **JSON)
        allowed = {status, 403} if verb == "copy" else {status}
        if verb == "reopen" and status == 403:
            allowed |= {409}  # it is open
        assert answer.status_code in allowed, (who, answer.content)
    assert firm.client("outsider").get(f"{BASE}/{pk}/proof").status_code == 404
    assert firm.client("teammate").get(f"{BASE}/{pk}/proof").json()["can"] == []
    assert PrivacyProof.objects.count() == before


def test_the_register_is_filled_from_what_is_known(firm: Firm) -> None:
    boss = firm.client("administrator")
    fill = "/api/v1/processing-activities/fill"
    assert firm.client("manager").post(fill).status_code == 403
    ProcessingActivity.objects.all().delete()
    assert boss.post(fill).json() == {"made": 5}
    assert boss.post(fill).json() == {"made": 0}
    base = ProcessingActivity.objects.get(purpose=None)
    assert "customers: name, phone, e-mail, birthday, street address" in base.data.splitlines()
    export = boss.post("/api/v1/processing-activities/export", {"format": "csv"}, **JSON)
    assert "Marketing" in b"".join(export).decode()


def test_the_register_names_hosts_and_no_addresses(firm: Firm) -> None:
    secret = "https://me:pw@hooks.example.com:8443/in?key=s3cret"
    Webhook.objects.create(
        owner=firm["administrator"], name="hook", url=secret, objects_told=["customer"],
        actions=["update"], secret=b"",
    )  # fmt: skip
    ProcessingActivity.objects.all().delete()
    firm.client("administrator").post("/api/v1/processing-activities/fill")
    kept = ProcessingActivity.objects.filter(purpose=None)
    assert kept.get().recipients == "hooks.example.com"


def test_every_table_that_names_a_customer_takes_part() -> None:
    """The database's own foreign keys are asked; whoever is left out has a reason."""
    declared = object_type("customer")
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.conrelid::regclass::text, a.attname from pg_constraint c"
            " join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]"
            " where c.contype = 'f' and c.confrelid = 'customers_customer'::regclass"
        )
        keys = {f"{table}.{column}" for table, column in cursor.fetchall()}
    told = {f"{m._meta.db_table}.{c}" for m, columns in told_of(declared) for c in columns}
    out = {m._meta.db_table for m in reasons_to_leave_out()}
    assert {k for k in keys if k.partition(".")[0] not in out} <= told
    every = {r.table for r in naming(declared)}
    assert every == {t.partition(".")[0] for t in told} | (out & every)
    assert out <= every | {"platform_mergedrecord"}
    assert all(reasons_to_leave_out().values())


def test_identities_by_hand_are_told_too(firm: Firm, rich: Customer) -> None:
    Identity.objects.create(customer=rich, kind="wechat", value="wx-zhou", normal="wx-zhou")
    boss = firm.client("administrator")
    passport = {"customer": str(rich.pk), "kind": "passport", "value": "E12345678"}
    assert boss.post("/api/v1/identities", passport, **JSON).status_code == 201
    pk = ask(boss, rich, "access")
    with copy_of(firm, "administrator", pk) as folder:
        page = folder.read("index.html").decode()
        data = json.loads(folder.read("data.json"))
    assert "wx-zhou" in page
    assert "E12345678" in page
    (rows,) = (t["rows"] for t in data["tables"] if t["name"] == "identity")
    assert not {"normal", "sealed"} & {key for row in rows for key in row}


def test_records_that_name_the_customer_by_a_link_are_told(firm: Firm, rich: Customer) -> None:
    boss = firm.client("administrator")
    equip(firm)
    for of in (EQUIPMENT, "customer", "interaction"):
        defined = {"object": of, "type": "link", "key": "about", "labels": {"en": "About"}}
        sent = {**defined, "settings": {"target": "customer"}}
        answer = boss.post("/api/v1/custom-fields", sent, **JSON)
        assert answer.status_code == 201, answer.content
    press = str(firm[f"{EQUIPMENT}:press"].pk)
    about = {"custom": {"about": str(rich.pk)}}
    for path in (
        f"/custom-equipment/{press}",
        f"/customers/{firm['customer:chen'].pk}",
        f"/interactions/{firm['interaction:chen_teammate'].pk}",
    ):
        answer = boss.patch(f"/api/v1{path}", about, **JSON)
        assert answer.status_code == 200, answer.content
    pk = ask(boss, rich, "access")
    with copy_of(firm, "administrator", pk) as folder:
        data = json.loads(folder.read("data.json"))
    tables = {t["name"]: {row["id"]: row for row in t["rows"]} for t in data["tables"]}
    assert press in tables[EQUIPMENT]
    assert str(firm["interaction:chen_teammate"].pk) in tables["interaction"]
    other = tables["customer"][str(firm["customer:chen"].pk)]
    assert set(other) == {"id", "name"}
    assert other["name"] != firm["customer:chen"].name


def test_delete_it(firm: Firm, rich: Customer) -> None:
    """The erasure is the proof; what was asked stays, without its words, and the copy goes."""
    boss, owner = firm.client("administrator"), firm.client("owner")
    asked = ask(boss, rich, "access")
    copy_of(firm, "administrator", asked).close()
    pk = ask(owner, rich, "erasure", note="by Zhou himself")
    assert proof(boss, pk)["can"] == ["erase", "answer", "refuse"]
    assert proof(owner, pk)["can"] == ["answer", "refuse"]
    erased = boss.post(f"/api/v1/customers/{rich.pk}/erase", {"name": "周全"}, **JSON)
    assert erased.status_code in (200, 202), erased.content
    (step,) = proof(boss, pk)["proofs"]
    assert step["kind"] == "erased"
    assert PrivacyRequest.objects.get(pk=pk).note == ""
    assert not Attachment.objects.filter(field="copy").exists()
    assert boss.post(f"{BASE}/{pk}/answer", {}, **JSON).status_code == 200
