"""Files that are put on records and fetched again."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from guanxi.platform.files.uploads import ToDisk

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(64)
JPEG = b"\xff\xd8\xff\xe1\0\x18Exif\0\0MM\0*" + b"GPS 31.2304" + b"\xff\xd9"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog>>endobj\n%%EOF"
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


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
    return [path for path in (store / "attachments").rglob("*") if path.is_file()]


def assert_nothing_is_left(store: Path) -> None:
    assert stored(store) == []
    assert list(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir()) == []


class ToFullDisk(ToDisk):
    """Uploads whose file lies on a disk without space: the system itself refuses to write."""

    def new_file(self, *described: Any, **more: Any) -> None:
        super().new_file(*described, **more)
        full = os.open("/dev/full", os.O_RDWR)
        os.dup2(full, self.file.fileno())
        os.close(full)


def send(
    client: Client,
    content: bytes = b"hi",
    name: str = "合同.txt",
    field: str = "custom.contract",
    path: str = "customers",
) -> Any:
    """Upload a file for a field."""
    file = SimpleUploadedFile(name, content, content_type="text/html")
    return client.post(f"/api/v1/{path}/attachments?field={field}", {"file": file})


def sent(client: Client, *args: Any, **options: Any) -> str:
    """The id of a file uploaded for a field."""
    answer = send(client, *args, **options)
    assert answer.status_code == 201, answer.content
    return str(answer.json()["id"])
