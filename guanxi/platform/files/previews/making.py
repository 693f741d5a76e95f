"""A preview is worked out by a process of its own that may do little and has to end soon.

Whatever the file does to the reader, it does it there: without our keys, database and network
settings, with bounded time and memory, unable to write a file. What comes back is text to be shown,
never markup.
"""

import json
import logging
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import IO, Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guanxi.platform.files.models import Attachment
from guanxi.platform.files.previews.kinds import has_preview, is_text, suffix_of
from guanxi.platform.files.storage import answering, store
from guanxi.platform.files.uploads import named_when_full
from guanxi.platform.objects.errors import DomainError, NotFound

PACKED_BYTES = 32 * 1024 * 1024  # of a whole file that is read
HEAD_BYTES = 1024 * 1024  # of a text, whose beginning suffices
SECONDS = 12
WAIT_SECONDS = 4  # for others' previews, which keep a thread of the server each
AT_ONCE = BoundedSemaphore(2)  # in each process of the server
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
log = logging.getLogger(__name__)

Preview = dict[str, Any]


class TooBusy(DomainError):
    status, code = 503, "unavailable"


def preview_of(attachment: Attachment) -> Preview:
    """What can be shown of a file, or why nothing can.

    Raises NotFound for a content that is missing, FilesUnavailable, NoSpace or TooBusy.
    """
    if not has_preview(attachment.media_type, attachment.name):
        return nothing(_("There is no preview of files of this kind."))
    part = HEAD_BYTES if is_text(attachment.media_type, attachment.name) else PACKED_BYTES
    is_cut = attachment.size > part
    if is_cut and part == PACKED_BYTES:
        message = _("A preview is made of files of at most %(limit)s bytes.")
        return nothing(message % {"limit": f"{PACKED_BYTES:,}"})
    with _turn(), _copied(attachment, min(attachment.size, part)) as file:
        return _made(file.name, suffix_of(attachment.name), is_cut)


def nothing(why: str) -> Preview:
    return {"kind": "none", "why": why}


@contextmanager
def _turn() -> Iterator[None]:
    if not AT_ONCE.acquire(timeout=WAIT_SECONDS):
        raise TooBusy(_("Several previews are being made. Try again in a moment."))
    try:
        yield
    finally:
        AT_ONCE.release()


@contextmanager
def _copied(attachment: Attachment, size: int) -> Iterator[IO[bytes]]:
    """The beginning of the content as a file; the store may be a bucket."""
    with named_when_full(), tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
        with answering():
            try:
                for block in store().read(attachment.sha256, 0, size) if size else ():
                    file.write(block)
            except FileNotFoundError:
                message = _("This file is missing from the store. Tell an administrator.")
                raise NotFound(message) from None
        file.flush()
        yield file


def _made(path: str, suffix: str, is_cut: bool) -> Preview:
    reader = [sys.executable, "-I", "-B", "-m", "guanxi.platform.files.previews.child"]
    asked = [path, suffix, get_language() or "en", *(["cut"] if is_cut else [])]
    try:
        done = subprocess.run(
            [*reader, *asked],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            env=ENVIRONMENT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _too_much()
    if done.returncode < 0:  # ended by the system, for what it took
        return _too_much()
    try:
        made: Preview = json.loads(done.stdout)
    except ValueError:
        log.error("a preview was not made: %s", done.stderr[-2000:].decode(errors="replace"))
        return nothing(_("The preview of this file could not be made."))
    return made


def _too_much() -> Preview:
    return nothing(_("A preview of this file takes too much time or memory."))
