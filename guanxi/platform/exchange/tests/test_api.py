"""The path a browser takes: upload, look, correct, preview, choose, run, error file, undo."""

import datetime as dt
import json
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from guanxi.customers.models import Customer
from guanxi.platform.access.models import User
from guanxi.platform.exchange import storage
from guanxi.platform.exchange.models import Import, ImportRow, ImportVerdict
from guanxi.platform.exchange.services import expire_imports
from guanxi.platform.exchange.tests.cast import make_asker, run, table
from guanxi.platform.jobs.tasks import run_job

pytestmark = pytest.mark.django_db
API = "/api/v1"


def browser(username: str = "admin", role: str = "administrator") -> Client:
    """A signed-in client."""
    make_asker(username, role)
    user = User.objects.get(username=username)
    user.set_password("a long pass phrase")
    user.save()
    client = Client(headers={"Accept-Language": "en"})
    answer = client.post(
        f"{API}/session",
        {"username": username, "password": "a long pass phrase"},
        content_type="application/json",
    )
    assert answer.status_code == 200, answer.content
    return client


def sent(client: Client, content: bytes, target: str = "customer", **form: Any) -> Any:
    file = SimpleUploadedFile("customers.csv", content)
    return client.post(f"{API}/imports", {"file": file, "target": target, **form})


def act(client: Client, pk: str, verb: str) -> dict[str, Any]:
    answer = client.post(f"{API}/imports/{pk}/{verb}")
    assert answer.status_code == 200, answer.content
    run_job(job_id=str(Import.objects.get(pk=pk).job_id))
    shown: dict[str, Any] = client.get(f"{API}/imports/{pk}").json()
    return shown


def test_from_upload_to_undo() -> None:
    client = browser()
    content = table(
        ["姓名", "手机", "生日"], ["张伟", "13800138000", "1990-01-02"], ["李强", "", "never"]
    )
    answer = sent(client, content)
    assert answer.status_code == 201, answer.content
    imported = answer.json()
    assert imported["detected"]["header"] == ["姓名", "手机", "生日"]
    assert imported["can"] == ["change", "preview"]
    pk = imported["id"]
    previewed = act(client, pk, "preview")
    assert previewed["counts"]["reject"] == 1
    assert "run" in previewed["can"]
    (row,) = client.get(f"{API}/imports/{pk}/rows", {"verdict": "reject"}).json()["items"]
    assert (row["row"], row["cells"][0], row["reasons"][0]["field"]) == (3, "李强", "birthday")
    done = act(client, pk, "run")
    assert (done["state"], done["counts"]["create"]) == ("done", 1)
    errors = b"".join(client.get(f"{API}/imports/{pk}/errors.csv")).decode("utf-8-sig")
    assert errors.splitlines()[1].startswith('李强,,never,3,"birthday: ')
    assert act(client, pk, "undo")["state"] == "undone"
    assert not Customer.objects.exists()


def test_choosing_through_the_api() -> None:
    run(make_asker(), "customer", table(["姓名", "手机"], ["张伟", "13800138000"]))
    client = browser()
    pk = sent(client, table(["姓名", "手机"], ["李娜", "13800138000"])).json()["id"]
    act(client, pk, "preview")
    page = client.get(f"{API}/imports/{pk}/rows", {"verdict": "ambiguous"}).json()
    assert "items" in page, page
    (row,) = page["items"]
    assert row["candidates"][0]["label"] == "张伟"
    wrong = client.post(
        f"{API}/imports/{pk}/rows/2/choose", {"id": pk}, content_type="application/json"
    )
    assert wrong.status_code == 422
    chosen = client.post(
        f"{API}/imports/{pk}/rows/2/choose",
        {"id": row["candidates"][0]["id"]},
        content_type="application/json",
    )
    assert chosen.json()["counts"] | {"update": 1, "ambiguous": 0} == chosen.json()["counts"]
    act(client, pk, "run")
    assert Customer.objects.get().name == "李娜"


def test_a_bad_file_is_refused_with_a_problem() -> None:
    answer = sent(browser(), b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    assert answer.status_code == 422
    problem = answer.json()
    assert (problem["code"], problem["errors"][0]["field"]) == ("bad_file", "file")


def test_the_upload_limit_is_named(settings: Any) -> None:
    settings.UPLOAD_LIMIT_BYTES = 10
    answer = sent(browser(), table(["姓名"], ["张伟"] * 3))
    assert answer.status_code == 413
    assert "10 bytes" in answer.json()["detail"]


def test_a_role_without_import_is_refused() -> None:
    assert sent(browser("reader", "read_only"), b"name\nx\n").status_code == 403


def test_imports_of_others_are_not_found() -> None:
    mine = sent(browser(), b"name\nx\n").json()["id"]
    assert browser("am", "account_manager").get(f"{API}/imports/{mine}").status_code == 404


def test_targets_name_fields_and_halves() -> None:
    items = browser().get(f"{API}/imports/targets").json()["items"]
    customer = next(t for t in items if t["name"] == "customer")
    assert {f["half"] for f in customer["fields"]} == {None, "organization", "person"}
    assert {"product", "customer", "purchase"} <= {t["name"] for t in items}


def test_the_delimiter_can_be_corrected() -> None:
    client = browser()
    imported = sent(client, b"name;city\na;b\n", options=json.dumps({"delimiter": ","})).json()
    assert imported["detected"]["header"] == ["name;city"]
    changed = client.patch(
        f"{API}/imports/{imported['id']}",
        {"options": {"delimiter": ";"}},
        content_type="application/json",
    )
    assert changed.json()["detected"]["header"] == ["name", "city"]
    assert [m["field"] for m in changed.json()["mapping"]] == ["name", "city"]


def test_running_without_a_preview_is_a_conflict() -> None:
    client = browser()
    pk = sent(client, b"name\nx\n").json()["id"]
    assert client.post(f"{API}/imports/{pk}/run").status_code == 409


def error_rows(client: Client, imported: Import) -> int:
    """The rows of the error file behind its header."""
    answer = client.get(f"{API}/imports/{imported.pk}/errors.csv")
    return len(answer.getvalue().splitlines()) - 1


def test_files_and_rows_expire_with_the_undo_window(
    django_capture_on_commit_callbacks: Any,
) -> None:
    client = browser()
    content = table(["姓名", "邮箱"], ["张伟", "zhang@example.com"], ["王芳", "not an address"])
    done, kept = (run(make_asker(), "customer", content) for _each in range(2))
    never_run = sent(client, content).json()["id"]
    assert done.undo_until is not None
    late = done.undo_until + dt.timedelta(hours=1)  # after what was sent just now, too
    Import.objects.filter(pk=kept.pk).update(undo_until=late + dt.timedelta(days=1))
    assert error_rows(client, done) == 1
    with django_capture_on_commit_callbacks(execute=True):
        assert expire_imports(late - dt.timedelta(days=1)) == 0
        assert expire_imports(late) == 2
    for pk in (done.pk, UUID(never_run)):
        assert not storage.path_of(pk).exists()
        assert not ImportRow.objects.filter(imported=pk).exists()
        assert not ImportVerdict.objects.filter(imported=pk).exists()
    assert error_rows(client, done) == 0
    assert ImportRow.objects.filter(imported=kept.pk).count() == 2
    assert storage.path_of(kept.pk).exists()
    assert Customer.objects.count() == 1
    assert expire_imports(late) == 0
