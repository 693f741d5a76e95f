"""Names that deceive nobody, and contents that no browser runs."""

import pytest

from tests.cast import Firm
from tests.files.calls import HTML, JPEG, PDF, PNG, SVG, content, put
from tests.writes.calls import patch, refused

pytestmark = pytest.mark.django_db


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
