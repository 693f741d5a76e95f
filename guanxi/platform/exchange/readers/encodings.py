"""Which encoding a text file is in, judged by all of its bytes where that is cheap."""

import codecs
from pathlib import Path

import charset_normalizer
from django.utils.translation import gettext as _

from guanxi.platform.exchange.errors import BadFile

SAMPLE = 256 * 1024  # bytes
BLOCK = 1024 * 1024
ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be", "cp1252")
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
BINARY = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x7fELF",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc",
)


def sniff_encoding(path: Path) -> str:
    """A text file's encoding, as Python names it. Raises BadFile for an empty or binary file."""
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \r\n\t\0"):
        raise BadFile(_("The file is empty. Choose a file that holds at least one row."))
    for bom, encoding in BOMS:
        if head.startswith(bom):
            return encoding
    if wide := _utf16_without_bom(head):
        return wide
    if head.startswith(BINARY) or _looks_binary(head):
        raise BadFile(_("This is no table but a binary file. Save it as CSV or XLSX first."))
    if _decodes(path, "utf-8"):
        return "utf-8"
    return _chinese(head) or _other(head)


def _utf16_without_bom(head: bytes) -> str | None:
    """Latin letters, digits and line ends of UTF-16 leave every second byte zero."""
    for encoding, zeros, ascii_ in (
        ("utf-16-le", head[1::2], head[::2]),
        ("utf-16-be", head[::2], head[1::2]),
    ):
        if zeros.count(0) > len(zeros) * 0.3 and ascii_.count(0) == 0:
            return encoding
    return None


def _looks_binary(head: bytes) -> bool:
    control = sum(head.count(c) for c in range(32) if c not in (0, 9, 10, 12, 13, 26, 27))
    return head.count(0) > len(head) * 0.02 or control > len(head) * 0.02


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while block := file.read(BLOCK):
                decoder.decode(block)
        except UnicodeDecodeError:
            return False
    # A file cut inside its last character is UTF-8 all the same; reading it names the place.
    return True


def _chinese(head: bytes) -> str | None:
    """GB18030 or Big5, by the share of two-byte characters in each code's block of common ones.

    Common characters of GB 2312 (level 1) lie in B0A1-D7F9, those of Big5 in A440-C67E; read in
    the wrong code, common characters fall outside.
    """
    scores = {"gb18030": _share(head, 0xB0, 0xD7, 0xA1), "big5": _share(head, 0xA4, 0xC6, 0x40)}
    for encoding in sorted(scores, key=lambda e: -scores[e]):
        if scores[encoding] >= 0.6 and _decodes_prefix(head, encoding):
            return encoding
    return None


def _share(head: bytes, first: int, last: int, lowest_trail: int) -> float:
    common = total = i = 0
    while i < len(head) - 1:
        lead = head[i]
        if lead < 0x80:
            i += 1
            continue
        trail = head[i + 1]
        if not (0x81 <= lead <= 0xFE and trail >= 0x30):
            return 0.0
        is_symbol = 0xA1 <= lead <= 0xA3  # punctuation and full-width letters in both codes
        if not is_symbol:
            total += 1
            common += first <= lead <= last and trail >= lowest_trail
        i += 2
    return common / total if total else 0.0


def _decodes_prefix(head: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _other(head: bytes) -> str:
    best = charset_normalizer.from_bytes(head).best()
    return best.encoding if best else "cp1252"
