"""What a record tells of its files, and what becomes of those that nobody needs any more."""

import os
import threading
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.utils import timezone

from guanxi.platform.files import storage
from guanxi.platform.files.models import Attachment
from guanxi.platform.files.services import KEPT, forget_deleted
from guanxi.platform.files.tasks import forget_deleted_files
from tests.cast import Firm
from tests.files.calls import content, put, stored
from tests.writes.calls import get, patch, post

pytestmark = pytest.mark.django_db
both = pytest.mark.parametrize("store", ["folder", "bucket"], indirect=True)


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


@both
def test_deleted_files_are_erased_after_thirty_days(
    firm: Firm, acme: str, store: Path, tmp_path: Path
) -> None:
    client = firm.client("owner")
    recent, old, shared = (put(client, acme, content) for content in (b"1", b"2", b"2 shared"))
    twin = put(client, acme, b"2 shared")
    for file in (recent, old, shared):
        client.delete(f"/api/v1/attachments/{file['id']}")
    Attachment.objects.filter(pk__in=[old["id"], shared["id"]]).update(
        deleted_at=timezone.now() - KEPT
    )
    (tmp_path / "behind").write_bytes(b"left behind")
    storage.store().keep("f" * 64, tmp_path / "behind")
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


@both
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


@both
def test_an_upload_taken_back_leaves_a_content_that_the_night_takes(
    firm: Firm, acme: str, store: Path
) -> None:
    with transaction.atomic():  # which ends as that of a request that fails after the upload
        put(firm.client("owner"), acme)
        transaction.set_rollback(True)
    assert not Attachment.objects.exists()
    assert len(stored(store)) == 1
    assert forget_deleted() == 1
    assert stored(store) == []
