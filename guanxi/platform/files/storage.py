"""The contents that attachments name: kept, told apart from those nobody needs, and checked."""

import hashlib
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.db import connection, transaction
from django.utils.translation import gettext as _

from guanxi.platform.files.models import Attachment
from guanxi.platform.files.stores import (
    BLOCK,
    DATABASE,
    Content,
    ContentDamaged,
    Store,
    StoreUnavailable,
    open_store,
    whole,
)
from guanxi.platform.files.uploads import named_when_full
from guanxi.platform.objects.errors import DomainError
from guanxi.platform.workspaces.models import Workspace

LOCK = "select pg_advisory_xact_lock(hashtextextended(%s, 3))"
log = logging.getLogger(__name__)
_opened = cache(open_store)


class FilesUnavailable(DomainError):
    """The bucket does not answer."""

    status, code = 503, "unavailable"


def store() -> Store:
    """Where this workspace's contents lie."""
    return _opened(settings.FILES_STORE)


@contextmanager
def answering() -> Iterator[None]:
    """Raise FilesUnavailable where the store does not answer."""
    try:
        yield
    except StoreUnavailable as error:
        log.error("%s", error)
        message = _("The storage of files does not answer. Try again in a moment.")
        raise FilesUnavailable(message) from error


def _lock(sha256: str) -> None:
    """Until the transaction ends, nobody else keeps or drops this content."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [sha256])


def keep_content(file: "UploadedFile[Any]") -> str:
    """Store an uploaded file, unless an equal one is stored already; returns its SHA-256.

    To be called in the transaction that writes the attachment: until it ends the content is not
    taken for one that nobody needs. Raises NoSpace or FilesUnavailable.
    """
    digest = hashlib.sha256()
    for block in file.chunks(BLOCK):
        digest.update(block)
    sha256 = digest.hexdigest()
    _lock(sha256)
    with answering(), named_when_full():
        if store().size(sha256) != file.size:  # one that was cut short is replaced
            file.flush()
            on_disk = cast(TemporaryUploadedFile, file)  # no other comes: see ToDisk
            store().keep(sha256, Path(on_disk.temporary_file_path()))
    return sha256


def drop_unneeded() -> int:
    """Delete the contents that no attachment names; returns how many.

    None, if another database has the store: what nobody needs here may be needed there.
    """
    in_bucket = not store().is_inside
    if in_bucket and not take_store():
        return 0
    dropped = 0
    for contents in store().listed():
        if in_bucket and store().holder() != this_database():  # any more
            break
        stored = {content.sha256 for content in contents}
        needed = Attachment.objects.filter(sha256__in=stored).values_list("sha256", flat=True)
        for sha256 in stored - set(needed):
            dropped += _drop(sha256)
    return dropped


@transaction.atomic
def take_store(*, from_others: bool = False) -> bool:
    """Make a new mark here and in the store, by which no copy of this database has it any more.

    False, having changed nothing, if another database has it. One that nobody has is taken. If the
    store does not answer, the former mark stays; if only this transaction fails, the store is
    nobody's until it is claimed: nothing is deleted rather than too much.
    """
    Workspace.objects.select_for_update().first()
    ours, holder = this_database(), store().holder()
    if holder not in (None, ours) and not from_others:
        log.error("%s belongs to the database %s; nothing is deleted", store().name, holder)
        return False
    Workspace.objects.update(files_mark=secrets.token_hex(8))
    taken = store().claim(this_database(), former=holder)
    if not taken:
        transaction.set_rollback(True)
    return taken


def drop_content(sha256: str) -> bool:
    """Delete one content if no attachment names it; False, too, if another database has the store.

    Raises FilesUnavailable.
    """
    with answering():
        if not store().is_inside and store().holder() != this_database() and not take_store():
            return False
        return _drop(sha256)


@transaction.atomic
def _drop(sha256: str) -> bool:
    """Delete one content, unless somebody uploaded an equal one in the meantime."""
    _lock(sha256)
    if Attachment.objects.filter(sha256=sha256).exists():
        return False
    store().drop(sha256)
    return True


def this_database() -> str:
    """The name that no other database has."""
    with connection.cursor() as cursor:
        cursor.execute(DATABASE)
        (name,) = cursor.fetchone()
    return str(name)


def faults(*, quick: bool = False) -> Iterator[tuple[Content, str | None]]:
    """Look at every content that an attachment names: by its size if `quick`, else by all of it.

    Yields each with what is wrong: "missing", "damaged" or None.
    """
    named = Attachment.objects.values_list("sha256", "size").distinct().order_by("sha256")
    for sha256, size in named.iterator():
        content = Content(sha256, size)
        yield content, _fault(content, quick)


def _fault(content: Content, quick: bool) -> str | None:
    size = store().size(content.sha256)
    if size is None:
        return "missing"
    if size != content.size:
        return "damaged"
    try:
        for _block in () if quick else whole(store(), content):
            pass
    except ContentDamaged:
        return "damaged"
    return None
