"""Files on records: each content kept once, with what is too large, cut off or on a full disk."""

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from tests.cast import Firm
from tests.files.calls import JPEG, assert_nothing_is_left, content, put, stored, upload
from tests.writes.calls import NOWHERE, get, patch, post, refused

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.parametrize("store", ["folder", "bucket"], indirect=True),
]


def test_from_upload_to_restore(firm: Firm, acme: str, store: Path) -> None:
    client = firm.client("owner")
    made = put(client, acme, JPEG, "上海 现场.jpg")
    assert made == {
        "id": made["id"],
        "name": "上海 现场.jpg",
        "media_type": "image/jpeg",
        "is_shown": True,
        "has_preview": False,
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


@pytest.mark.parametrize("size", [1, 100_000])  # written when it is complete, and as it comes
def test_a_full_disk_leaves_nothing_behind(
    firm: Firm, acme: str, store: Path, settings: Any, size: int
) -> None:
    settings.FILE_UPLOAD_HANDLERS = ["tests.files.calls.ToFullDisk"]
    client = firm.client("owner")
    assert refused(lambda: upload(client, acme, bytes(size)), 507)["code"] == "no_space"
    assert_nothing_is_left(store)


def test_a_form_that_is_none_is_refused(firm: Firm, acme: str) -> None:
    client = firm.client("owner")
    form = f"--x\r\n{'a' * 5000}\r\n\r\nhi\r\n--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    answer = client.post(f"/api/v1/{acme}/attachments", form, content_type=kind)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
