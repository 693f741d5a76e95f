"""How what is uploaded reaches the disk."""

import datetime as dt
import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.utils.translation import gettext as _

from guanxi.platform.objects.errors import NoSpace


@contextmanager
def named_when_full() -> Iterator[None]:
    """Raise NoSpace where the disk is full."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        message = _("The disk is full. Free some space, then upload the file again.")
        raise NoSpace(message) from error


class ToDisk(TemporaryFileUploadHandler):
    """Writes every upload to a file as it comes, however small, so that keeping it is a rename.

    The name on the disk has nothing of the sender's, whose suffix may be longer than a name can be.
    """

    def new_file(self, field_name: str, file_name: str, *described: Any, **more: Any) -> None:
        with named_when_full():
            super().new_file(field_name, "upload", *described, **more)
        self.file.name = self.file_name = file_name

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        with self._given_up_when_full():
            super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> Any:
        with self._given_up_when_full():  # what is little is written only now
            return super().file_complete(file_size)

    @contextmanager
    def _given_up_when_full(self) -> Iterator[None]:
        try:
            with named_when_full():
                yield
        except NoSpace:
            with suppress(OSError):  # what is still to be written finds no room this time either
                self.file.close()  # which gives back the space it took
            raise


def remove_left_behind(before: dt.datetime) -> None:
    """Delete what arrived before that time and was left by a process that was killed."""
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir():
        if path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
