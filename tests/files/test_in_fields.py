"""A file as the value of a custom field: of one record, seen with the field, and never lost."""

import csv
import io
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from guanxi.platform.access.models import User
from guanxi.platform.access.predicate import Asker
from guanxi.platform.exchange.tests.cast import run, upload
from guanxi.platform.files.models import Attachment
from guanxi.platform.files.services import KEPT, forget_deleted
from tests.cast import Firm, equip, share_some
from tests.fields.definitions import define
from tests.files.calls import HTML, PDF, SVG, content, put, send, sent, stored
from tests.writes.calls import NOWHERE, fields, get, patch, post, refused, undo

pytestmark = pytest.mark.django_db
GONE = {"field": "custom.contract", "code": "not_found"}


@pytest.fixture
def client(firm: Firm) -> Client:
    return firm.client("owner")


@pytest.fixture
def boss(firm: Firm) -> Client:
    return firm.client("administrator")


@pytest.fixture(autouse=True)
def contract(firm: Firm, boss: Client) -> None:
    define(boss, "customer", "file", "contract", labels={"en": "Contract", "zh-CN": "合同"})


def give(client: Client, record: str, pk: str | None, key: str = "contract") -> Any:
    return patch(client, record, {"custom": {key: pk}})


def given(client: Client, record: str, *args: Any, **options: Any) -> str:
    """The id of a file that the record's field holds now."""
    pk = sent(client, *args, **options)
    answer = give(client, record, pk, options.get("field", "custom.contract")[7:])
    assert answer.status_code == 200, answer.content
    return pk


def held(client: Client, record: str) -> Any:
    return get(client, record)["custom"]["contract"]


def status(client: Client, pk: str, what: str = "/content") -> int:
    answer = client.get(f"/api/v1/attachments/{pk}{what}")
    list(answer)
    return answer.status_code  # type: ignore[no-any-return]


def test_from_upload_to_undo(firm: Firm, client: Client, acme: str) -> None:
    pk = sent(client, PDF, "../签约/合同.pdf")
    file = {"id": pk, "label": "合同.pdf", "media_type": "application/pdf", "size": len(PDF)}
    first = give(client, acme, pk)
    assert first.json()["custom"]["contract"] == file
    assert content(client, pk).saved == PDF
    assert get(client, f"attachments/{pk}")["name"] == "合同.pdf"
    again = give(client, acme, pk)  # as a form sends it that changes nothing of it
    assert again.json()["updated_at"] == first.json()["updated_at"]

    other = sent(client, b"2", "v2.txt")
    replaced = give(client, acme, other)
    assert (status(client, pk), status(client, other)) == (404, 200)
    assert undo(client, replaced).status_code == 200
    assert held(client, acme) == file
    assert (status(client, pk), status(client, other)) == (200, 404)
    removed = give(client, acme, None)
    assert (held(client, acme), status(client, pk)) == (None, 404)
    assert undo(client, removed).status_code == 200
    assert content(client, pk).saved == PDF

    told = [i["changes"]["custom.contract"] for i in get(client, f"{acme}/history")["items"][:5]]
    assert [(c["old"] and c["old"]["label"], c["new"] and c["new"]["label"]) for c in told] == [
        (None, "合同.pdf"), ("合同.pdf", None), ("v2.txt", "合同.pdf"), ("合同.pdf", "v2.txt"),
        (None, "合同.pdf"),
    ]  # fmt: skip
    assert not any(i["file"] for i in get(client, f"{acme}/history")["items"])
    assert get(client, f"{acme}/attachments")["items"] == []


def test_a_new_record_begins_with_a_file(firm: Firm, client: Client) -> None:
    pk = sent(client)
    values = {"kind": "person", "name": "new", "custom": {"contract": pk}}
    made = post(client, "customers", values)
    assert made.status_code == 201
    record = f"customers/{made.json()['id']}"
    assert (held(client, record)["id"], status(client, pk)) == (pk, 200)
    assert undo(client, made).status_code == 200
    assert status(client, pk) == 404
    assert post(client, f"{record}/restore").status_code == 200
    assert status(client, pk) == 200


def test_a_file_is_one_records_alone(firm: Firm, client: Client, boss: Client, acme: str) -> None:
    """Of another record or field, of the card, of somebody else, or of nobody: all look alike."""
    define(boss, "customer", "file", "photo")
    other = post(client, "customers", {"kind": "person", "name": "other"}).json()["id"]
    taken = given(client, f"customers/{other}")
    pks = [
        taken,
        sent(client, field="custom.photo"),
        put(client, acme)["id"],
        put(client, f"customers/{other}")["id"],
        sent(firm.client("teammate")),
        NOWHERE,
    ]
    answers = []
    for pk in pks:
        problem = refused(lambda pk=pk: give(client, acme, pk), 422)
        answers.append(problem["errors"])
        new = {"kind": "person", "name": "new", "custom": {"contract": pk}}
        assert refused(lambda new=new: post(client, "customers", new), 422)["errors"] == answers[0]
    assert all(answer == answers[0] for answer in answers)
    assert GONE.items() <= answers[0][0].items()
    assert fields(refused(lambda: give(client, acme, "no id"), 422)) == ["custom.contract"]

    fresh = sent(client)
    rows = [{"id": r.split("/")[-1], "set": {"custom": {"contract": fresh}}} for r in (acme, other)]
    problem = refused(lambda: patch(client, "customers", {"rows": rows}), 422)
    assert fields(problem) == ["rows.1.set.custom.contract"]
    assert held(client, f"customers/{other}")["id"] == taken
    assert patch(client, "customers", {"rows": rows[:1]}).status_code == 200
    assert held(client, acme)["id"] == fresh


READS = ("", "/content", "/preview")


@pytest.mark.parametrize("hidden_from", [None, "service", "account_manager"])
def test_who_sees_it(firm: Firm, boss: Client, acme: str, hidden_from: str | None) -> None:
    """By a rule of its own: whoever is shown the record and, in it, the field."""
    pk = given(boss, acme)
    (field,) = get(boss, "custom-fields?object=customer")["items"]
    masks = {hidden_from: "hidden"} if hidden_from else {}
    assert patch(boss, f"custom-fields/{field['id']}", {"masks": masks}).status_code == 200
    seeing = set()
    for who, person in firm.people.items():
        client = firm.client(who)
        record = client.get(f"/api/v1/{acme}")
        sees = record.status_code == 200 and person.role.name != hidden_from
        assert {status(client, pk, what) for what in READS} == {200 if sees else 404}, who
        if record.status_code == 200:
            assert ("contract" in record.json().get("custom", {})) == sees
            assert get(client, f"{acme}/attachments")["items"] == []
            assert ("contract" in client.get(f"/api/v1/{acme}/history").content.decode()) == sees
        if sees:
            seeing.add(who)
    assert status(firm.client(None), pk) == 401
    assert ("service" in seeing, "outsider" in seeing) == (hidden_from != "service", False)
    assert ("owner" in seeing) == (hidden_from != "account_manager")


def test_a_hidden_field_cannot_be_told_from_none(firm: Firm, boss: Client, acme: str) -> None:
    define(boss, "customer", "file", "secret", masks={"service": "hidden", "manager": "read_only"})
    client = firm.client("service")
    answers = [
        refused(lambda f=field: send(client, field=f), 422)
        for field in ("custom.secret", "custom.nothing")
    ]
    assert answers[0]["errors"][0]["message"] == answers[1]["errors"][0]["message"]
    assert "secret" not in json.dumps(get(client, "meta"))
    assert not Attachment.objects.filter(field="secret").exists()
    mine = sent(boss, field="custom.secret")
    assert status(boss, mine) == 200  # before a record has it, to nobody else
    assert {status(firm.client(who), mine) for who in ("manager", "service", "owner")} == {404}
    give(boss, acme, mine, "secret")
    manager = firm.client("manager")
    assert status(manager, mine) == 200
    assert fields(refused(lambda: send(manager, field="custom.secret"), 403)) == ["custom.secret"]
    assert refused(lambda: give(manager, acme, None, "secret"), 403)["code"] == "not_allowed"
    audit = json.dumps(get(firm.client("administrator"), "audit?object=attachment"))
    assert mine in audit


@pytest.mark.parametrize(
    ("scopes", "read", "add"),
    [
        (("read",), 200, 403),
        (("customer:read",), 200, 403),
        (("customer:read", "customer:write"), 200, 201),
        (("order:read", "order:write"), 404, 403),
        ((), 404, 403),
    ],
)
def test_a_token_reaches_it_by_the_scope_of_its_object(
    firm: Firm, client: Client, acme: str, scopes: tuple[str, ...], read: int, add: int
) -> None:
    pk, waiting = given(client, acme), sent(client)
    program, _token = firm.token_client("owner", *scopes)
    assert {status(program, p, w) for p in (pk, waiting) for w in READS} == {read}
    assert send(program).status_code == add


def test_a_share_shows_it_with_the_record(firm: Firm, boss: Client) -> None:
    share_some(firm)
    shared, open_ = (f"customers/{firm[f'customer:{name}'].pk}" for name in ("bell", "chen"))
    pk, other = given(boss, shared), given(boss, open_)
    outsider, loner = firm.client("outsider"), firm.client("loner")
    assert status(outsider, pk) == 200  # a colleague shares it, to be read
    assert give(outsider, shared, sent(outsider)).status_code == 403
    assert status(loner, other) == 200  # and that one to be changed
    assert give(loner, open_, sent(loner)).status_code == 200


def test_it_is_changed_through_the_field_alone(firm: Firm, client: Client, acme: str) -> None:
    pk = given(client, acme)
    address = f"/api/v1/attachments/{pk}"
    assert refused(lambda: patch(client, f"attachments/{pk}", {"name": "b"}), 403)
    assert client.delete(address).status_code == 403
    assert firm.client("outsider").delete(address).status_code == 404
    assert post(client, f"attachments/{pk}/restore").status_code == 404
    assert held(client, acme)["id"] == pk


@pytest.mark.parametrize(
    ("bytes_", "name", "kept", "kind"),
    [
        (SVG, "a.png", "a.png", "image/svg+xml"),
        (HTML, "..\\..\\a.pdf", "a.pdf", "text/html"),
        (PDF + HTML, "gpj\u202e.html", "gpj.html", "application/pdf"),
        (b"MZ" + bytes(40), "/etc/passwd", "passwd", "application/x-msdownload"),
    ],
)
def test_what_is_hostile_is_tamed(
    client: Client, acme: str, bytes_: bytes, name: str, kept: str, kind: str
) -> None:
    pk = given(client, acme, bytes_, name)
    assert (held(client, acme)["label"], held(client, acme)["media_type"]) == (kept, kind)
    answer = content(client, pk)
    shown = kind == "application/pdf"
    assert answer["Content-Type"] == (kind if shown else "application/octet-stream")
    assert answer["Content-Disposition"].startswith("inline" if shown else "attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_file_too_large_names_the_field(client: Client, settings: Any, store: Path) -> None:
    settings.UPLOAD_LIMIT_BYTES = 1000
    (field,) = (f for f in _meta(client) if f["name"] == "custom.contract")
    assert (field["upload"], field["limit_bytes"]) == ("/customers/attachments", 1000)
    problem = refused(lambda: send(client, bytes(1001)), 413)
    assert (fields(problem), problem["limit"]) == (["custom.contract"], 1000)
    assert stored(store) == []
    for wrong in ("custom.nothing", "name", "contract", ""):
        assert fields(refused(lambda w=wrong: send(client, field=w), 422)) == [wrong]
    assert send(client, path="nothing").status_code == 404


def _meta(client: Client) -> Any:
    objects = get(client, "meta")["objects"]
    return next(o for o in objects if o["name"] == "customer")["fields"]


def test_one_that_is_required(firm: Firm, boss: Client, acme: str) -> None:
    define(boss, "customer", "file", "photo", required=True)
    problem = refused(lambda: post(boss, "customers", {"kind": "person", "name": "x"}), 422)
    assert fields(problem) == ["custom.photo"]
    given(boss, acme, field="custom.photo")
    assert fields(refused(lambda: give(boss, acme, None, "photo"), 422)) == ["custom.photo"]


def test_rules_require_and_lock_it(firm: Firm, boss: Client) -> None:
    here, done = ({"field": "city", "op": "eq", "value": v} for v in ("北京", "上海"))
    rules = {"required_when": here, "locked_when": done}
    define(boss, "customer", "file", "photo", settings=rules)
    values = {"kind": "person", "name": "x", "city": "北京"}
    problem = refused(lambda: post(boss, "customers", values), 422)
    assert fields(problem) == ["custom.photo"]
    pk = sent(boss, field="custom.photo")
    made = post(boss, "customers", {**values, "custom": {"photo": pk}})
    assert made.status_code == 201
    record = f"customers/{made.json()['id']}"
    assert fields(refused(lambda: give(boss, record, None, "photo"), 422)) == ["custom.photo"]
    patch(boss, record, {"city": "上海"})
    other = sent(boss, field="custom.photo")
    assert fields(refused(lambda: give(boss, record, other, "photo"), 422)) == ["custom.photo"]
    assert (status(boss, pk), get(boss, record)["custom"]["photo"]["id"]) == (200, pk)


def test_many_at_once_can_be_emptied_only(firm: Firm, client: Client, acme: str) -> None:
    pk = given(client, acme)
    ids = [acme.split("/")[-1]]
    asked = {"ids": ids, "set": {"custom": {"contract": sent(client)}}}
    problem = refused(lambda: post(client, "customers/bulk", asked), 422)
    assert [(e["field"], e["code"]) for e in problem["errors"]] == [("custom.contract", "not_bulk")]
    emptied = post(client, "customers/bulk", {"ids": ids, "set": {"custom": {"contract": None}}})
    assert emptied.status_code == 200
    assert held(client, acme) is None
    undone = post(client, f"changes/{emptied.json()['request_id']}/undo")
    assert undone.status_code == 200
    assert held(client, acme)["id"] == pk


def test_lists_filter_by_having_one(firm: Firm, client: Client, acme: str) -> None:
    pk = given(client, acme)

    def found(op: str) -> list[Any]:
        tree = json.dumps({"field": "custom.contract", "op": op})
        asked = {"filter": tree, "fields": "name,custom.contract", "limit": 200}
        return list(client.get("/api/v1/customers", asked).json()["items"])

    (row,) = found("not_empty")
    assert row["custom"]["contract"]["id"] == pk
    assert acme.endswith(row["id"])
    assert row["id"] not in {r["id"] for r in found("empty")}
    for query in ({"sort": "custom.contract"}, {"fields": "name,custom.secret"}):
        assert client.get("/api/v1/customers", query).status_code == 422


def test_an_export_names_it_and_no_import_changes_it(firm: Firm, boss: Client) -> None:
    define(boss, "task", "file", "proof", labels={"en": "Proof", "zh-CN": "凭证"})
    task = f"tasks/{firm['task:free'].pk}"
    pk = sent(boss, b"x", "=报价.txt", field="custom.proof", path="tasks")
    give(boss, task, pk, "proof")
    names = ["id", "title", "custom.proof"]
    file = b"".join(post(boss, "tasks/export", {"format": "csv", "fields": names}))
    rows = list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"))))
    assert [row["Proof"] for row in rows if row["id"] == task[6:]] == ["'=报价.txt"]

    asker = Asker(User.objects.get(username="administrator"))
    imported = upload(asker, "task", file)
    assert [entry["field"] for entry in imported.mapping] == ["id", "title", None]
    assert imported.detected["files"] == [2]
    done = run(asker, "task", file)
    assert done.counts["unchanged"] == done.counts["rows"] == len(rows)
    assert get(boss, task)["custom"]["proof"]["id"] == pk

    mapping = [*imported.mapping[:2], {"column": 2, "field": "custom.proof"}]
    path = f"imports/{imported.pk}"
    problem = refused(lambda: patch(boss, path, {"mapping": mapping}), 422)
    assert "Proof" in problem["detail"]


def test_a_hidden_one_is_no_reason_of_an_import(firm: Firm, boss: Client) -> None:
    define(boss, "customer", "file", "secret", masks={"account_manager": "hidden"})
    for who, columns in (("owner", []), ("administrator", [1])):
        asker = Asker(User.objects.get(username=who))
        assert upload(asker, "customer", b"name,My file\nx,a.pdf\n").detected["files"] == columns


def test_what_no_record_holds_is_erased_after_thirty_days(
    firm: Firm, client: Client, acme: str, store: Path
) -> None:
    former, removed = sent(client, b"former"), sent(client, b"removed")
    give(client, acme, former)
    replaced = give(client, acme, removed)
    emptied = give(client, acme, None)
    waiting = sent(client, b"never given")
    forget_deleted()
    assert len(stored(store)) == 3
    assert undo(client, emptied).status_code == 200  # which takes it into use again
    old = Attachment.objects.exclude(unused_since=None)
    assert {str(f.pk) for f in old} == {former, waiting}
    old.update(unused_since=timezone.now() - KEPT)
    assert forget_deleted() == 2
    assert {f.name for f in stored(store)} == {Attachment.objects.get().sha256}
    assert content(client, removed).saved == b"removed"

    problem = refused(lambda: undo(client, replaced), 403)
    assert fields(problem) == ["custom.contract"]
    assert held(client, acme)["id"] == removed
    (told,) = [
        i["changes"]["custom.contract"]
        for i in get(client, f"{acme}/history")["items"]
        if i["request_id"] == replaced["X-Request-Id"]
    ]
    assert told["old"] == {"id": former, "label": None}


def test_a_field_out_of_use_keeps_its_files(firm: Firm, boss: Client, acme: str) -> None:
    pk = given(boss, acme)
    (field,) = get(boss, "custom-fields?object=customer")["items"]
    assert post(boss, f"custom-fields/{field['id']}/archive").status_code == 200
    assert status(boss, pk) == 404
    forget_deleted()
    assert Attachment.objects.get(pk=pk).unused_since is None
    assert post(boss, f"custom-fields/{field['id']}/restore").status_code == 200
    assert status(boss, pk) == 200


def test_a_declared_object_has_them_too(firm: Firm, boss: Client) -> None:
    equip(firm)
    define(boss, "custom_equipment", "file", "manual")
    pk = sent(boss, field="custom.manual", path="custom-equipment")
    values = {"name": "press", "custom": {"manual": pk}}
    made = post(boss, "custom-equipment", values).json()
    assert made["custom"]["manual"]["label"] == "合同.txt"
    assert status(boss, pk) == 200
    assert send(boss, field="custom.manual").status_code == 422  # of customers
    assert status(firm.client("outsider"), pk) == 404
    forget_deleted()
    assert Attachment.objects.get(pk=pk).unused_since is None


def test_a_default_is_refused(boss: Client) -> None:
    sent_ = {"object": "task", "type": "file", "labels": {"en": "x"}, "settings": {"default": "a"}}
    assert fields(refused(lambda: post(boss, "custom-fields", sent_), 422)) == ["settings.default"]


@pytest.mark.django_db(transaction=True)
def test_one_taken_into_use_again_while_the_night_erases_stays(
    firm: Firm, client: Client, acme: str
) -> None:
    former = given(client, acme, b"former")
    emptied = give(client, acme, None)
    Attachment.objects.update(unused_since=timezone.now() - KEPT)

    def night() -> None:
        forget_deleted()
        connection.close()

    with transaction.atomic():
        assert undo(client, emptied).status_code == 200
        thread = threading.Thread(target=night)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()  # it waits for what becomes of the file
    thread.join()
    assert content(client, former).saved == b"former"
