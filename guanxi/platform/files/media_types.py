"""What a file is, by its bytes, and what of it a browser may show.

A browser never gets a type that it would run: what is not shown is sent as bytes to be saved. That
a file is two things at once (GIF and script, PDF and page) then does not matter.
"""

import codecs
import re

import filetype

HEAD = 8192  # bytes that are looked at
BYTES = "application/octet-stream"
TEXT = "text/plain"
SHOWN = {"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", TEXT}
UNWRITTEN = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")  # in no text


def media_type_of(head: bytes) -> str:
    """The media type of a file that begins with these bytes."""
    known: str | None = filetype.guess_mime(head)
    if known is not None:
        return known
    try:
        # The last character of a longer text may be cut in two.
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head, len(head) < HEAD)
    except UnicodeDecodeError:
        return BYTES
    return BYTES if UNWRITTEN.search(text) else _of_markup(text.lstrip().lower()) or TEXT


def _of_markup(text: str) -> str | None:
    if not text.startswith("<"):
        return None
    if "<svg" in text:
        return "image/svg+xml"
    return "application/xml" if text.startswith("<?xml") else "text/html"
