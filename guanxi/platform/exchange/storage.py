"""Uploaded files in the workspace's folder, written as they arrive."""

import errno
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from guanxi.platform.exchange.errors import FileTooLarge
from guanxi.platform.exchange.limits import upload_bytes
from guanxi.platform.objects.errors import NoSpace


def path_of(pk: UUID) -> Path:
    """Where the file of an import lies."""
    return Path(settings.HOME.files) / "imports" / str(pk)


def keep(pk: UUID, blocks: Iterable[bytes]) -> tuple[int, str]:
    """Write the blocks to the import's file, for us alone; returns size and SHA-256.

    Raises FileTooLarge beyond the upload limit and NoSpace on a full disk, having removed what was
    written.
    """
    path = path_of(pk)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size, limit = hashlib.sha256(), 0, upload_bytes()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for block in blocks:
                size += len(block)
                if size > limit:
                    raise FileTooLarge(
                        _("The file is larger than %(limit)s bytes. Split it.")
                        % {"limit": f"{limit:,}"}
                    )
                digest.update(block)
                file.write(block)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            message = _("The disk is full. Free some space, then upload the file again.")
            raise NoSpace(message) from error
        raise
    return size, digest.hexdigest()


def forget(pk: UUID) -> None:
    """Remove the file of an import, if it is still there."""
    path_of(pk).unlink(missing_ok=True)


def blocks_of(path: Path, size: int = 1024 * 1024) -> Iterable[bytes]:
    with path.open("rb") as file:
        while block := file.read(size):
            yield block
