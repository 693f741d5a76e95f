"""Files are seen and changed by whoever may see and change their record."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.cast import PEOPLE, Firm
from tests.files.calls import put
from tests.writes.calls import get, post

pytestmark = pytest.mark.django_db


ENDPOINTS = {
    "list": ("get", "{record}/attachments", "read"),
    "content": ("get", "attachments/{id}/content", "read"),
    "preview": ("get", "attachments/{id}/preview", "read"),
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
