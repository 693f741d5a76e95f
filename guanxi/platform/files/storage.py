"""Where contents lie: each once, under its SHA-256, in the storage that the settings choose."""

import hashlib
import os
from collections.abc import Iterator
from typing import IO, Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction

from guanxi.platform.files.models import Attachment
from guanxi.platform.files.uploads import named_when_full

FOLDER = "attachments"
BLOCK = 1024 * 1024
LOCK = "select pg_advisory_xact_lock(hashtextextended(%s, 3))"


def key_of(sha256: str) -> str:
    """Two levels: no folder of a disk likes a million entries."""
    return f"{FOLDER}/{sha256[:2]}/{sha256}"


def open_content(sha256: str) -> IO[bytes]:
    """The content. Raises FileNotFoundError."""
    return default_storage.open(key_of(sha256))


def _lock(sha256: str) -> None:
    """Until the transaction ends, nobody else keeps or drops this content."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [sha256])


def keep_content(file: "UploadedFile[Any]") -> str:
    """Store an uploaded file, unless an equal one is stored already; returns its SHA-256.

    To be called in the transaction that writes the attachment: until it ends the content is not
    taken for one that nobody needs. Raises NoSpace.
    """
    digest = hashlib.sha256()
    for block in file.chunks(BLOCK):
        digest.update(block)
    sha256 = digest.hexdigest()
    _lock(sha256)
    key = key_of(sha256)
    if default_storage.exists(key):
        return sha256
    with named_when_full():
        os.fsync(file.fileno())  # the database will say that it is there
        default_storage.save(key, file)
    return sha256


def drop_unneeded() -> int:
    """Delete the contents that no attachment names; returns how many."""
    dropped = 0
    for stored in _stored():
        needed = Attachment.objects.filter(sha256__in=stored).values_list("sha256", flat=True)
        for sha256 in set(stored) - set(needed):
            dropped += _drop(sha256)
    return dropped


def _stored() -> Iterator[list[str]]:
    if default_storage.exists(FOLDER):
        for folder in default_storage.listdir(FOLDER)[0]:
            yield default_storage.listdir(f"{FOLDER}/{folder}")[1]


@transaction.atomic
def _drop(sha256: str) -> bool:
    """Delete one content, unless somebody uploaded an equal one in the meantime."""
    _lock(sha256)
    if Attachment.objects.filter(sha256=sha256).exists():
        return False
    default_storage.delete(key_of(sha256))
    return True
