"""After a backup was restored: everything that was erased since it was made is erased again.

The list beside the database (`guanxi.platform.workspaces.erasures`) says what. Whatever it names
and the table does not is done now, before anybody is served.
"""

import datetime as dt
from uuid import UUID

from django.conf import settings
from django.db import transaction

from guanxi.platform.erasing.models import Erasure
from guanxi.platform.erasing.outside import drop_contents, drop_import_files, write_list
from guanxi.platform.erasing.services import erase
from guanxi.platform.merging.redirects import absorbed_by
from guanxi.platform.objects.registry import object_type
from guanxi.platform.workspaces import erasures


def replay() -> int:
    """Erase again what the database does not know to be erased; returns how many erasures.

    What stands in the way otherwise (open orders, a hold of then) does not: it was erased.
    """
    known = {str(pk) for pk in Erasure.objects.values_list("pk", flat=True)}
    missing = [line for line in erasures.listed(settings.HOME) if line["id"] not in known]
    for line in missing:
        _again(line)
    write_list()
    return len(missing)


def _again(line: erasures.Line) -> None:
    declared = object_type(line["object"])
    ids = [UUID(pk) for pk in line["records"]]
    with transaction.atomic():
        # In the backup some of them may not have been made, or merged, yet; or others had been.
        records = declared.model._base_manager.filter(pk__in=[*ids, *absorbed_by(ids)])
        there = list(records.order_by("pk").select_for_update().values_list("pk", flat=True))
        erasure = Erasure(
            id=UUID(line["id"]), object=line["object"], record_id=UUID(line["record_id"]),
            records=list(dict.fromkeys([*ids, *there])), basis=line["basis"],
            created_at=dt.datetime.fromisoformat(line["at"]),
        )  # fmt: skip
        erasing = erase(erasure, declared)
    drop_contents(erasing.contents)
    drop_import_files(erasing.files)
