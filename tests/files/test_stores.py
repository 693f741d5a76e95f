"""Folders and buckets: what each is alone, ranges, damage, silence, and the way between them."""

import errno
import hashlib
import os
import stat
from pathlib import Path
from typing import Any

import obstore
import pytest
from click.testing import CliRunner
from django.conf import settings as django_settings
from obstore.exceptions import AlreadyExistsError

from guanxi.cli import main
from guanxi.platform.files import stores
from guanxi.platform.files.models import Attachment
from guanxi.platform.files.services import forget_deleted
from guanxi.platform.files.storage import faults
from guanxi.platform.files.stores import (
    Content,
    ContentDamaged,
    StoreUnavailable,
    open_store,
    whole,
)
from guanxi.platform.workspaces.errors import WorkspaceError
from guanxi.platform.workspaces.home import Home
from guanxi.platform.workspaces.models import Workspace
from tests.bucket_server import bucket_server
from tests.cast import Firm
from tests.files.calls import assert_nothing_is_left, content, put, stored, upload
from tests.writes.calls import get, refused

pytestmark = pytest.mark.django_db
both = pytest.mark.parametrize("store", ["folder", "bucket"], indirect=True)


def test_kept_for_ourselves_alone(firm: Firm, acme: str, store: Path) -> None:
    put(firm.client("owner"), acme)
    (file,) = stored(store)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {stat.S_IMODE(f.stat().st_mode) for f in (file.parent, file.parent.parent)} == {0o700}
    assert list(Path(django_settings.FILE_UPLOAD_TEMP_DIR).iterdir()) == []


def test_nor_does_one_that_turns_out_full_when_all_is_to_be_there(
    firm: Firm, acme: str, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)  # no disk to be had here finds out this late
    assert refused(lambda: upload(firm.client("owner"), acme), 507)["code"] == "no_space"
    assert_nothing_is_left(store)


@both
@pytest.mark.parametrize(
    ("asked", "status", "sent", "place"),
    [
        ("bytes=0-0", 206, b"0", "bytes 0-0/10"),
        ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=7-99999999999999999999", 200, b"0123456789", None),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=-30", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"),
        ("bytes=4-2", 200, b"0123456789", None),
        ("bytes=0-1,4-5", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
    ],
)
def test_a_range_is_sent_alone(
    firm: Firm, acme: str, asked: str, status: int, sent: bytes, place: str | None
) -> None:
    client = firm.client("owner")
    made = put(client, acme, b"0123456789", "a.txt")
    address = f"/api/v1/attachments/{made['id']}/content"
    answer: Any = client.get(address, headers={"Range": asked})
    assert (answer.status_code, answer.get("Content-Range")) == (status, place)
    if status == 416:
        assert answer.json()["code"] == "out_of_range"
    else:
        assert b"".join(answer) == sent
        assert answer["Content-Length"] == str(len(sent))
        assert answer["Accept-Ranges"] == "bytes"
        assert answer["Content-Security-Policy"].endswith("; sandbox")
    of_another: Any = client.get(address, headers={"Range": asked, "If-Range": '"another"'})
    assert b"".join(of_another) == b"0123456789"
    of_this: Any = client.get(address, headers={"Range": asked, "If-Range": answer.get("ETag", "")})
    if status == 206:
        assert b"".join(of_this) == sent


@both
def test_what_is_not_as_it_came_is_not_sent_as_if_it_were(
    firm: Firm, acme: str, store: Path
) -> None:
    client = firm.client("owner")
    made = put(client, acme, b"as it came" * 1_000_000, "a.bin")
    (file,) = stored(store)
    damaged = bytearray(file.read_bytes())
    damaged[0] ^= 1
    file.write_bytes(damaged)
    address = f"/api/v1/attachments/{made['id']}/content"
    answer: Any = client.get(address)
    came = []
    with pytest.raises(ContentDamaged):
        came.extend(answer)
    assert sum(map(len, came)) < made["size"]  # so that whoever saves it knows
    assert [fault for _content, fault in faults()] == ["damaged"]
    assert [fault for _content, fault in faults(quick=True)] == [None]

    file.write_bytes(b"cut short")
    assert client.get(address).status_code == 404
    assert [fault for _content, fault in faults(quick=True)] == ["damaged"]
    put(client, acme, b"as it came" * 1_000_000, "again.bin")
    assert len(content(client, made["id"]).saved) == made["size"]
    file.unlink()
    assert client.get(address).status_code == 404
    assert [fault for _content, fault in faults()] == ["missing"]


def test_a_bucket_that_does_not_answer_is_named(
    firm: Firm, acme: str, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = firm.client("owner")
    with bucket_server(tmp_path) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        settings.FILES_STORE = f"s3://firm/{server.port}"
        made = put(client, acme)
        server.stop()
        for ask in (
            lambda: client.get(f"/api/v1/attachments/{made['id']}/content"),
            lambda: upload(client, acme, b"another"),
        ):
            problem = refused(ask, 503)
            assert problem["code"] == "unavailable"
            assert "firm" not in problem["detail"]  # where files lie is nobody's business
        assert [f["id"] for f in get(client, f"{acme}/attachments")["items"]] == [made["id"]]
        server.start()
        assert content(client, made["id"]).saved == b"hi"


def test_a_bucket_that_is_not_there_is_named(bucket: tuple[str, Path], tmp_path: Path) -> None:
    store = open_store("s3://nobody")
    file = tmp_path / "file"
    file.write_bytes(b"x")
    for use in (store.try_out, lambda: store.keep("0" * 64, file)):
        with pytest.raises(StoreUnavailable, match="s3://nobody"):
            use()


@pytest.mark.parametrize(
    "address",
    [
        "s3://",
        "s3:/firm",
        "s3:firm",
        "firm",
        "/srv/files",
        "./files",
        "http://firm/files",
        "gs://firm",
    ],
)
def test_what_names_no_bucket_is_no_folder_either(
    address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GUANXI_FILES_URL", address)
    for use in (lambda: open_store(address), lambda: stores.address(tmp_path)):
        with pytest.raises(WorkspaceError, match="s3://bucket/folder"):
            use()


@pytest.mark.parametrize("store", ["bucket"], indirect=True)
def test_another_databases_files_are_never_cleaned_up(
    firm: Firm, acme: str, store: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Such as those that came after the backup a second server was restored from."""
    client = firm.client("owner")
    put(client, acme)
    (store / "others.txt").write_bytes(b"not ours")
    assert forget_deleted() == 0  # and the bucket is this database's from now on
    Attachment.objects.all().delete()
    (store / stores.HOLDER).write_text("7/guanxi")
    assert forget_deleted() == 0
    assert "7/guanxi" in caplog.text
    assert len(stored(store)) == 1
    assert open_store(django_settings.FILES_STORE).claim("8/guanxi", former="7/guanxi")
    assert forget_deleted() == 0
    (store / stores.HOLDER).unlink()
    assert forget_deleted() == 1
    assert stored(store) == []
    assert (store / "others.txt").exists()


@pytest.mark.parametrize("store", ["bucket"], indirect=True)
def test_a_copy_of_the_database_stops_being_the_same_at_the_next_clean_up(
    firm: Firm, acme: str, store: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert forget_deleted() == 0
    copied = Workspace.objects.values_list("files_mark", flat=True).get()
    put(firm.client("owner"), acme)  # which the copy does not have
    assert forget_deleted() == 0
    ours = Workspace.objects.values_list("files_mark", flat=True).get()
    assert copied != ours
    attachments = list(Attachment.objects.all())
    Attachment.objects.all().delete()
    Workspace.objects.update(files_mark=copied)
    assert forget_deleted() == 0
    assert ours in caplog.text
    assert Workspace.objects.get().files_mark == copied
    assert len(stored(store)) == 1
    Workspace.objects.update(files_mark=ours)
    Attachment.objects.bulk_create(attachments)
    assert forget_deleted() == 0
    Attachment.objects.all().delete()
    assert forget_deleted() == 1


def test_of_two_who_claim_a_bucket_one_has_it(bucket: tuple[str, Path]) -> None:
    address, folder = bucket
    one, other = open_store(address), open_store(address)
    assert one.claim("7/one", former=None)
    assert not other.claim("8/other", former=None)
    (folder / stores.HOLDER).unlink()
    assert isinstance(one, stores.Bucket)
    _nobody, create = one._holder()
    assert other.claim("8/other", former=None)
    with pytest.raises(AlreadyExistsError):  # however late it comes
        obstore.put(one.objects, stores.HOLDER, b"7/one", mode=create)
    assert one.holder() == "8/other"


def test_files_move_from_one_store_to_the_other_and_back(
    firm: Firm, acme: str, store: Path, settings: Any, bucket: tuple[str, Path], tmp_path: Path
) -> None:
    client = firm.client("owner")
    made = [put(client, acme, bytes([n]) * 1000, f"{n}.bin") for n in range(5)]
    address, folder = bucket
    damaged = store / stores.key_of(made[0]["sha256"])
    whole_one = damaged.read_bytes()
    damaged.write_bytes(b"damaged")
    uploads = Path(django_settings.FILE_UPLOAD_TEMP_DIR)

    copying = stores.copy(open_store(store), open_store(address), uploads)
    first = [next(copying), next(copying)]  # and then it is broken off
    copying.close()
    again = list(stores.copy(open_store(store), open_store(address), uploads))
    assert len(again) == 5
    told = [fault for fault in (*first, *again) if fault]
    assert told
    assert all("damaged" in fault and made[0]["sha256"] in fault for fault in told)
    assert len(stored(folder)) == 4
    damaged.write_bytes(whole_one)
    assert list(stores.copy(open_store(store), open_store(address), uploads)) == [None] * 5

    settings.FILES_STORE = address
    assert [fault for _content, fault in faults()] == [None] * 5
    back = tmp_path / "back"
    assert list(stores.copy(open_store(address), open_store(back), uploads)) == [None] * 5
    assert list(uploads.iterdir()) == []
    settings.FILES_STORE = back
    for n, file in enumerate(made):
        assert content(client, file["id"]).saved == bytes([n]) * 1000


def test_the_command_copies_and_says_what_it_did(
    bucket: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home").create()
    monkeypatch.setenv("GUANXI_HOME", str(home.path))
    file = tmp_path / "file"
    file.write_bytes(b"x")
    sha256 = hashlib.sha256(b"x").hexdigest()
    open_store(home.files).keep(sha256, file)
    said = CliRunner().invoke(main, ["files", "copy", "folder", bucket[0]])
    assert said.exit_code == 0, said.output
    assert f"1 contents are in {bucket[0]}" in said.output
    assert list(whole(open_store(bucket[0]), Content(sha256, 1))) == [b"x"]
