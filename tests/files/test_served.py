"""Files through the server as it runs, with a bucket behind it: little memory, nothing half."""

from __future__ import annotations

import hashlib
from pathlib import Path

import httpx2
import psutil
import pytest
from pytest_django import DjangoDbBlocker

from guanxi.platform.access.sign_in import issue_token
from guanxi.platform.files.stores import key_of
from tests.cast import Firm
from tests.server import web_server

SIZE = 160 * 1024 * 1024
LITTLE = 80 * 1024 * 1024  # what passes at once, and what a process learns with its first file


def memory_of_server() -> int:
    """The bytes that the server's processes take."""
    running = psutil.Process().children(recursive=True)
    return sum(p.memory_info().rss for p in running if "guanxi.cli" in p.cmdline())


def test_a_large_file_comes_and_goes(
    firm: Firm,
    bucket: tuple[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    django_db_blocker: DjangoDbBlocker,
) -> None:
    monkeypatch.setenv("GUANXI_FILES_URL", bucket[0])
    large = tmp_path / "large.bin"
    large.write_bytes(bytes(range(256)) * (SIZE // 256))
    with django_db_blocker.unblock():
        _token, key = issue_token(user=firm["owner"], name="ERP", scopes=["read", "write"])
        with web_server() as url:
            client = httpx2.Client(
                base_url=f"{url}/api/v1",
                headers={"Authorization": f"Bearer {key}"},
                trust_env=False,
                timeout=120,
            )
            with client:
                prove(client, f"customers/{firm['customer:acme'].pk}/attachments", large, bucket[1])


def prove(client: httpx2.Client, record: str, large: Path, kept: Path) -> None:
    small = client.post(record, files={"file": ("a.txt", b"hi")}).json()
    assert client.get(f"attachments/{small['id']}/content").content == b"hi"

    before = most = memory_of_server()
    with large.open("rb") as file:
        answer = client.post(record, files={"file": ("large.bin", file)})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    address = f"attachments/{made['id']}/content"
    most = max(most, memory_of_server())
    digest = hashlib.sha256()
    with client.stream("GET", address) as sent:
        for block in sent.iter_bytes(1024 * 1024):
            digest.update(block)
            most = max(most, memory_of_server())
    assert digest.hexdigest() == made["sha256"]
    assert most - before < LITTLE

    end = client.get(address, headers={"Range": f"bytes={SIZE - 3}-"})
    assert (end.status_code, end.content) == (206, b"\xfd\xfe\xff")
    stored = kept / key_of(made["sha256"])
    with stored.open("r+b") as file:
        file.write(b"damage")
    with pytest.raises(httpx2.RemoteProtocolError), client.stream("GET", address) as sent:
        for _block in sent.iter_bytes():
            pass
