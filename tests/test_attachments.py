"""Files on records: kept once, seen and changed by whoever may see and change the record, and
never run by a browser."""

import errno
import hashlib
import os
import stat
import threading
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from guanxi.platform.files import storage
from guanxi.platform.files.models import Attachment
from guanxi.platform.files.services import KEPT, forget_deleted
from guanxi.platform.files.tasks import forget_deleted_files
from tests.cast import PEOPLE, Firm
from tests.writes.calls import NOWHERE, get, patch, post, refused

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(64)
JPEG = b"\xff\xd8\xff\xe1\0\x18Exif\0\0MM\0*" + b"GPS 31.2304" + b"\xff\xd9"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog>>endobj\n%%EOF"
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> Path:
    """A store of this test's own."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            **settings.STORAGES["default"],
            "OPTIONS": {**settings.STORAGES["default"]["OPTIONS"], "location": tmp_path},
        },
    }
    return tmp_path


def upload(client: Client, record: str, content: bytes = b"hi", name: str = "合同.txt") -> Any:
    file = SimpleUploadedFile(name, content, content_type="text/html")  # what nobody believes
    return client.post(f"/api/v1/{record}/attachments", {"file": file})


def put(client: Client, record: str, content: bytes = b"hi", name: str = "合同.txt") -> Any:
    answer = upload(client, record, content, name)
    assert answer.status_code == 201, answer.content
    return answer.json()


def content(client: Client, pk: str, **query: Any) -> Any:
    """The answer with the file, read to its end into `saved`."""
    answer: Any = client.get(f"/api/v1/attachments/{pk}/content", query)
    assert answer.status_code == 200, answer.content
    answer.saved = b"".join(answer)
    return answer


def stored(store: Path) -> list[Path]:
    return [path for path in store.rglob("*") if path.is_file()]


@pytest.fixture
def acme(firm: Firm) -> str:
    return f"customers/{firm['customer:acme'].pk}"


def test_from_upload_to_restore(firm: Firm, acme: str, store: Path) -> None:
    client = firm.client("owner")
    made = put(client, acme, JPEG, "上海 现场.jpg")
    assert made == {
        "id": made["id"],
        "name": "上海 现场.jpg",
        "media_type": "image/jpeg",
        "is_shown": True,
        "size": len(JPEG),
        "sha256": hashlib.sha256(JPEG).hexdigest(),
        "owner": {"id": str(firm["owner"].pk), "label": "owner 先生"},
        "created_at": made["created_at"],
    }
    answer = content(client, made["id"])
    assert answer.saved == JPEG  # with all the camera wrote in it
    assert int(answer["Content-Length"]) == len(JPEG)
    assert unquote(answer["Content-Disposition"]).endswith("''上海 现场.jpg")

    renamed = patch(client, f"attachments/{made['id']}", {"name": "现场.jpg"})
    assert renamed.json()["name"] == "现场.jpg"
    assert client.delete(f"/api/v1/attachments/{made['id']}").status_code == 204
    assert get(client, f"{acme}/attachments")["items"] == []
    assert client.get(f"/api/v1/attachments/{made['id']}/content").status_code == 404
    assert client.delete(f"/api/v1/attachments/{made['id']}").status_code == 404
    assert post(client, f"attachments/{made['id']}/restore").json() == renamed.json()
    assert get(client, f"{acme}/attachments")["items"] == [renamed.json()]
    assert post(client, f"attachments/{made['id']}/restore").status_code == 404


def test_kept_for_ourselves_alone(firm: Firm, acme: str, store: Path) -> None:
    put(firm.client("owner"), acme)
    (file,) = stored(store)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {stat.S_IMODE(f.stat().st_mode) for f in (file.parent, file.parent.parent)} == {0o700}
    assert list(Path(django_settings.FILE_UPLOAD_TEMP_DIR).iterdir()) == []


def test_pages_hold_every_file_once_newest_first(firm: Firm, acme: str) -> None:
    client = firm.client("owner")
    made = [put(client, acme, name=f"{n}.txt")["id"] for n in range(7)]
    seen, cursor = [], ""
    while cursor is not None:
        page = get(client, f"{acme}/attachments?limit=3" + (cursor and f"&cursor={cursor}"))
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert seen == made[::-1]


def test_any_object_has_files(firm: Firm) -> None:
    client = firm.client("administrator")
    for record in (f"tasks/{firm['task:free'].pk}", f"users/{firm['owner'].pk}"):
        assert get(client, f"{record}/attachments")["items"] == []
        made = put(client, record)
        assert get(client, f"{record}/attachments")["items"] == [made]
    assert client.get(f"/api/v1/nothing/{NOWHERE}/attachments").status_code == 404
    assert client.get(f"/api/v1/customers/{NOWHERE}/attachments").status_code == 404


# ------------------------------------------------------------------ contents


def test_equal_contents_are_stored_once(firm: Firm, acme: str, store: Path) -> None:
    client = firm.client("owner")
    made = [put(client, acme, b"same", f"{n}.txt") for n in range(3)]
    assert len(stored(store)) == 1
    client.delete(f"/api/v1/attachments/{made[0]['id']}")
    assert content(client, made[1]["id"]).saved == b"same"


def test_an_empty_file_is_a_file(firm: Firm, acme: str) -> None:
    client = firm.client("owner")
    made = put(client, acme, b"", "empty.txt")
    assert (made["size"], made["media_type"]) == (0, "text/plain")
    assert content(client, made["id"]).saved == b""


def test_the_limit_is_named(firm: Firm, acme: str, settings: Any, store: Path) -> None:
    settings.UPLOAD_LIMIT_BYTES = 1000
    client = firm.client("owner")
    put(client, acme, bytes(1000))
    problem = refused(lambda: upload(client, acme, bytes(1001)), 413)
    assert (problem["code"], problem["limit"]) == ("too_large", 1000)
    assert "1,000" in problem["detail"]
    assert len(stored(store)) == 1
    assert get(client, f"{acme}/attachments")["limit_bytes"] == 1000


def test_three_gigabytes_are_refused_before_they_come(firm: Firm, acme: str) -> None:
    """By the length announced: what follows is never read."""

    class Untouched:
        def read(self, size: int = -1) -> bytes:
            raise AssertionError("read")

        readline = read

    def announce(client: Client) -> Any:
        return client.generic(
            "POST", f"/api/v1/{acme}/attachments",
            content_type="multipart/form-data; boundary=x",
            CONTENT_LENGTH=str(3 * 1024**3), **{"wsgi.input": Untouched()},
        )  # fmt: skip

    client = Client(enforce_csrf_checks=True)
    client.cookies = firm.client("owner").cookies
    assert announce(client).status_code == 413
    assert announce(Client()).status_code == 401
    assert announce(firm.token_client("owner", "write")[0]).status_code == 413


@pytest.mark.parametrize(
    "step", [(TemporaryFileUploadHandler, "receive_data_chunk"), (storage.os, "fsync")]
)
def test_a_full_disk_leaves_nothing_behind(
    firm: Firm, acme: str, store: Path, monkeypatch: pytest.MonkeyPatch, step: tuple[Any, str]
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(*step, full)
    assert refused(lambda: upload(firm.client("owner"), acme), 507)["code"] == "no_space"
    assert stored(store) == []
    assert list(Path(django_settings.FILE_UPLOAD_TEMP_DIR).iterdir()) == []


def test_a_form_that_is_none_is_refused(firm: Firm, acme: str) -> None:
    client = firm.client("owner")
    form = f"--x\r\n{'a' * 5000}\r\n\r\nhi\r\n--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    answer = client.post(f"/api/v1/{acme}/attachments", form, content_type=kind)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


# ------------------------------------------------------------------ names


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\me\报价.xlsx", "报价.xlsx"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\u200b\ufeffb.txt", "ab.txt"),
        ("tab\there.txt", "tabhere.txt"),
        ("e\u0301te\u0301.txt", "été.txt"),
        (".gitignore", ".gitignore"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
        ("a." + "x" * 300, "." + "x" * 254),
        ("-rf", "-rf"),
        ('quote".txt', 'quote".txt'),
    ],
)
def test_names_of_uploads_are_cleaned(firm: Firm, acme: str, given: str, kept: str) -> None:
    client = firm.client("owner")
    # As a program may send it: Django's client would clean it before.
    form = (
        '--x\r\nContent-Disposition: form-data; name="file"; '
        f"filename*=UTF-8''{_percent(given)}\r\n\r\nhi\r\n--x--\r\n"
    )
    answer = client.post(
        f"/api/v1/{acme}/attachments", form, content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code == 201, answer.content
    assert answer.json()["name"] == kept
    disposition = content(client, answer.json()["id"])["Content-Disposition"]
    assert "\n" not in disposition
    assert disposition.isascii()


def _percent(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


@pytest.mark.parametrize(
    "name", ["", "   ", ".", "..", "a/b", "a\\b", "a\u202eb", "a\nb", "a\u200bb", "x" * 256]
)
def test_a_name_that_no_file_can_have_is_refused(firm: Firm, acme: str, name: str) -> None:
    client = firm.client("owner")
    made = put(client, acme)
    problem = refused(lambda: patch(client, f"attachments/{made['id']}", {"name": name}), 422)
    assert problem["errors"][0]["field"] == "name"


# ------------------------------------------------------------------ what a browser makes of it


@pytest.mark.parametrize(
    ("bytes_", "name", "kind", "shown"),
    [
        (PNG, "a.png", "image/png", "image/png"),
        (JPEG, "a.html", "image/jpeg", "image/jpeg"),
        (b"GIF89a/*" + b"\0" * 8 + b"*/=1;alert(1)", "a.js", "image/gif", "image/gif"),
        (b"RIFF\x24\0\0\0WEBPVP8 " + bytes(16), "a.webp", "image/webp", "image/webp"),
        (PDF, "a.pdf", "application/pdf", "application/pdf"),
        (PDF + HTML, "a.html", "application/pdf", "application/pdf"),
        ("你好".encode() * 5000, "a.txt", "text/plain", "text/plain; charset=utf-8"),
        (b"alert(1)", "a.js", "text/plain", "text/plain; charset=utf-8"),
        (HTML, "a.txt", "text/html", None),
        (b"\xef\xbb\xbf \n" + HTML, "a.txt", "text/html", None),
        (SVG, "a.png", "image/svg+xml", None),
        (b"<?xml version='1.0'?>" + SVG, "a.xml", "image/svg+xml", None),
        (b"<?xml version='1.0'?><a/>", "a.xml", "application/xml", None),
        (b"PK\x03\x04" + bytes(40), "a.docx", "application/zip", None),
        (b"MZ" + bytes(40), "a.pdf", "application/x-msdownload", None),
        ("报价单".encode("gb18030"), "a.txt", "application/octet-stream", None),
        (b"text\0with zero", "a.txt", "application/octet-stream", None),
    ],
)
def test_only_what_is_harmless_is_shown(
    firm: Firm, acme: str, bytes_: bytes, name: str, kind: str, shown: str | None
) -> None:
    client = firm.client("owner")
    made = put(client, acme, bytes_, name)
    assert (made["media_type"], made["is_shown"]) == (kind, shown is not None)
    for download in (False, True):
        answer = content(client, made["id"], download=download)
        assert answer.saved == bytes_
        assert answer["Content-Type"] == (shown or "application/octet-stream")
        inline = shown is not None and not download
        assert answer["Content-Disposition"].startswith("inline" if inline else "attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer["Cache-Control"] == "private, no-store"
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script" not in policy
        assert "frame-ancestors 'self'" in policy
        assert policy.endswith("; sandbox") == (kind != "application/pdf")


# ------------------------------------------------------------------ who may


ENDPOINTS = {
    "list": ("get", "{record}/attachments", "read"),
    "content": ("get", "attachments/{id}/content", "read"),
    "add": ("post", "{record}/attachments", "change"),
    "rename": ("patch", "attachments/{id}", "change"),
    "delete": ("delete", "attachments/{id}", "change"),
    "restore": ("post", "attachments/{gone}/restore", "change"),
}


def ask(client: Client, endpoint: str, **names: str) -> int:
    method, path, _verb = ENDPOINTS[endpoint]
    address = f"/api/v1/{path.format(**names)}"
    if endpoint == "add":
        return client.post(address, {"file": SimpleUploadedFile("a.txt", b"x")}).status_code
    if endpoint == "rename":
        return client.patch(address, {"name": "b"}, content_type="application/json").status_code
    answer = getattr(client, method)(address)
    list(answer)  # which closes the file
    return answer.status_code  # type: ignore[no-any-return]


@pytest.fixture
def files(firm: Firm, acme: str) -> dict[str, str]:
    client = firm.client("administrator")
    kept, gone = put(client, acme)["id"], put(client, acme)["id"]
    client.delete(f"/api/v1/attachments/{gone}")
    return {"record": acme, "id": kept, "gone": gone}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("who", [*PEOPLE, None])
def test_files_go_with_their_record(
    firm: Firm, files: dict[str, str], who: str | None, endpoint: str
) -> None:
    """Seen: as the record is. Touched: if the record may be changed, else 403, and 404 unseen."""
    client = firm.client(who)
    status = ask(client, endpoint, **files)
    if who is None:
        assert status == 401
        return
    seen = client.get(f"/api/v1/{files['record']}")
    verb = ENDPOINTS[endpoint][2]
    if seen.status_code != 200:
        assert status == 404
    elif verb == "read" or "change" in seen.json()["can"]:
        assert status in (200, 201, 204)
    else:
        assert status == 403
    if endpoint == "list" and status == 200:
        can = get(client, f"{files['record']}/attachments")["can"]
        assert can == [v for v in ("change",) if v in seen.json()["can"]]


def test_people_differ(firm: Firm, files: dict[str, str]) -> None:
    """So that the rule above is not met by refusing or allowing everything."""

    def asked(who: str, endpoint: str) -> int:
        return ask(firm.client(who), endpoint, **files)

    assert asked("outsider", "content") == asked("outsider", "add") == 404
    assert asked("teammate", "content") == 200
    assert asked("teammate", "rename") == asked("analyst", "add") == 403
    assert asked("manager", "add") == 201


@pytest.mark.parametrize(
    ("scopes", "read", "change"),
    [
        (("read",), 200, 403),
        (("customer:read",), 200, 403),
        (("customer:read", "customer:write"), 200, 204),
        (("order:read", "order:write"), 404, 404),
        ((), 404, 404),
    ],
)
def test_a_token_reaches_files_by_the_scope_of_their_object(
    firm: Firm, files: dict[str, str], scopes: tuple[str, ...], read: int, change: int
) -> None:
    client, _token = firm.token_client("owner", *scopes)
    assert ask(client, "content", **files) == ask(client, "list", **files) == read
    assert ask(client, "delete", **files) == change


def test_files_of_a_deleted_record_come_back_with_it(firm: Firm, files: dict[str, str]) -> None:
    client = firm.client("owner")
    assert client.delete(f"/api/v1/{files['record']}").status_code == 204
    assert ask(client, "content", **files) == ask(client, "list", **files) == 404
    assert post(client, f"{files['record']}/restore").status_code == 200
    assert ask(client, "content", **files) == 200


# ------------------------------------------------------------------ history


def test_the_record_tells_of_its_files(firm: Firm, acme: str) -> None:
    client = firm.client("owner")
    made = put(client, acme, name="old.txt")["id"]
    patch(client, f"attachments/{made}", {"name": "new.txt"})
    client.delete(f"/api/v1/attachments/{made}")
    post(client, f"attachments/{made}/restore")
    told = [i for i in get(client, f"{acme}/history")["items"] if i["file"]]
    file = {"id": made, "label": "new.txt", "former": None}
    assert [(i["action"], i["file"]) for i in told] == [
        ("restore", file),
        ("delete", file),
        ("update", {**file, "former": "old.txt"}),
        ("insert", file),
    ]
    assert {i["actor"]["label"] for i in told} == {"owner 先生"}
    assert not any(i["can_undo"] or i["changes"] for i in told)
    entries = get(client, f"{acme}/timeline?kinds=change")["items"]
    assert [e["file"] for e in entries if e["file"]] == [i["file"] for i in told]


# ------------------------------------------------------------------ what nobody needs any more


def test_deleted_files_are_erased_after_thirty_days(firm: Firm, acme: str, store: Path) -> None:
    client = firm.client("owner")
    recent, old, shared = (put(client, acme, content) for content in (b"1", b"2", b"2 shared"))
    twin = put(client, acme, b"2 shared")
    for file in (recent, old, shared):
        client.delete(f"/api/v1/attachments/{file['id']}")
    Attachment.objects.filter(pk__in=[old["id"], shared["id"]]).update(
        deleted_at=timezone.now() - KEPT
    )
    storage.default_storage.save(storage.key_of("f" * 64), SimpleUploadedFile("x", b"left behind"))
    left = Path(django_settings.FILE_UPLOAD_TEMP_DIR) / "left.upload"
    left.touch()
    forget_deleted_files(0)
    assert left.exists()
    os.utime(left, (0, 0))
    forget_deleted_files(0)
    assert not left.exists()
    assert {p.name for p in stored(store)} == {recent["sha256"], twin["sha256"]}
    assert content(client, twin["id"]).saved == b"2 shared"
    assert post(client, f"attachments/{recent['id']}/restore").status_code == 200
    assert post(client, f"attachments/{old['id']}/restore").status_code == 404
    assert forget_deleted() == 0


def test_files_of_erased_records_go_too(firm: Firm, store: Path) -> None:
    client = firm.client("administrator")
    tag = post(client, "tags", {"name": "short-lived"}).json()["id"]
    put(client, f"tags/{tag}")
    with connection.cursor() as cursor:
        cursor.execute("delete from customers_tag where id = %s", [tag])
    assert forget_deleted() == 1
    assert stored(store) == []


@pytest.mark.django_db(transaction=True)
def test_what_is_uploaded_again_meanwhile_stays(firm: Firm, acme: str, store: Path) -> None:
    """The content is nobody's until an upload of an equal one commits: the night waits for it."""
    client = firm.client("owner")
    old = put(client, acme, b"again")
    Attachment.objects.filter(pk=old["id"]).delete()
    dropped: list[int] = []

    def night() -> None:
        dropped.append(forget_deleted())
        connection.close()

    with transaction.atomic():
        again = put(client, acme, b"again")
        thread = threading.Thread(target=night)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
    thread.join()
    assert dropped == [0]
    assert content(client, again["id"]).saved == b"again"


def test_a_refused_upload_leaves_a_content_that_the_night_takes(
    firm: Firm, acme: str, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Attachment, "refresh_from_db", lambda *_: 1 / 0)
    client = firm.client("owner")
    client.raise_request_exception = False
    assert upload(client, acme).status_code == 500
    assert len(stored(store)) == 1
    assert forget_deleted() == 1
    assert stored(store) == []
