"""What an erasure does outside of the database: the list of erasures, contents, files of imports.

Done again it changes nothing, so that a job that was killed simply does it again.
"""

import json
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db import connection

from guanxi.platform.erasing.models import Erasure
from guanxi.platform.exchange import storage
from guanxi.platform.files.storage import drop_content
from guanxi.platform.workspaces import erasures


def write_list() -> int:
    """Make up the list beside the database from the table; returns how many lines were new."""
    with connection.cursor() as cursor:
        cursor.execute(erasures.TABLE)
        return erasures.add(settings.HOME, [json.loads(text) for (text,) in cursor.fetchall()])


def add_to_list(erasure: Erasure) -> None:
    """Add one erasure that was just committed; `write_list` finds it if this was not to be."""
    line = {
        "id": str(erasure.pk), "object": erasure.object, "record_id": str(erasure.record_id),
        "records": list(map(str, erasure.records)), "basis": erasure.basis,
        "at": erasure.created_at.isoformat(),
    }  # fmt: skip
    erasures.append(settings.HOME, line)


def drop_contents(contents: Iterable[str]) -> int:
    """Delete contents of files that nobody names any more; returns how many."""
    return sum(drop_content(sha256) for sha256 in contents)


def drop_import_files(imports: Iterable[UUID]) -> None:
    for pk in imports:
        storage.forget(pk)
