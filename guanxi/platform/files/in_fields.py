"""Files that are values of custom fields.

The record's value names the file, the file names its field: who may not see the field knows nothing
of the file. A file never changes; another takes its place, and the former one stays for as long as
that can be taken back.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _
from psycopg import sql

from guanxi.platform.access.predicate import Asker, get_permitted
from guanxi.platform.events.telling import NOBODY
from guanxi.platform.files.models import Attachment
from guanxi.platform.objects.custom_values import CUSTOM
from guanxi.platform.objects.errors import Invalid, NotAllowed, NotFound
from guanxi.platform.objects.record import Row
from guanxi.platform.objects.registry import ObjectType, object_asked_for

USED = """exists (
    select from {table} t where t.id = a.record_id and t.custom ->> a.field = a.id::text
)"""
MARK = f"""
update platform_attachment a set unused_since = case when {USED} then null else now() end
where a.object = {{object}} and a.field <> '' and {USED} <> (a.unused_since is null)
"""  # noqa: S608
# Whoever takes a file into use again ends `unused_since` first: then it is not deleted any more.
ERASE = f"""
delete from platform_attachment a
where a.object = {{object}} and a.field <> '' and a.unused_since < {{before}} and not {USED}
"""  # noqa: S608


def require_writable(asker: Asker, declared: ObjectType, name: str) -> None:
    """Raise NotAllowed, or Invalid, unless the asker may put files into this field."""
    f = asker.fields(declared).get(name)
    if f is None or f.type.name != "file":
        message = _("There is no such field.")
        raise Invalid([{"field": name, "message": message, "code": "unknown"}])
    may_write = asker.may("create", declared) or asker.may("change", declared)
    if not may_write or name not in asker.writable(declared):
        raise NotAllowed(_("You may not write this field."), field=name)


def require_readable(asker: Asker, attachment: Attachment) -> None:
    """Raise NotFound unless a record that the asker sees holds the file in a field they see.

    What no record holds yet is for whoever uploaded it.
    """
    declared = object_asked_for(attachment.object)
    if f"{CUSTOM}.{attachment.field}" not in asker.fields(declared):
        raise NotFound
    if attachment.record_id == NOBODY:
        if attachment.owner_id != asker.user.pk or not asker.may("read", declared):
            raise NotFound
        return
    record: Any = get_permitted(asker, declared.model, attachment.record_id)
    if record.custom.get(attachment.field) != str(attachment.pk):
        raise NotFound


def files_named(
    asker: Asker, declared: ObjectType, record: Row, keys: Iterable[str]
) -> list[Attachment]:
    """The files that these fields of a record name, locked.

    Raises Invalid for each that is of another record or field, somebody else's, or erased.
    """
    custom: dict[str, Any] = record.custom  # type: ignore[attr-defined]
    wanted = {key: UUID(custom[key]) for key in keys if key in custom}
    if not wanted:
        return []
    files = Attachment.objects.select_for_update().filter(object=declared.name)
    found = files.in_bulk(wanted.values())
    message = _("There is no such file, or it is not of this field. Upload it here.")
    problems = [
        {"field": f"{CUSTOM}.{key}", "message": message, "code": "not_found"}
        for key, pk in wanted.items()
        if not _may_hold(asker, record, key, found.get(pk))
    ]
    if problems:
        raise Invalid(problems)
    return list(found.values())


def _may_hold(asker: Asker, record: Row, key: str, file: Attachment | None) -> bool:
    if file is None or file.field != key:
        return False
    if file.record_id == NOBODY:
        return file.owner_id == asker.user.pk
    return file.record_id == record.pk


def keep_files(files: Iterable[Attachment], record: Row) -> None:
    """Let the files be the record's and no other's."""
    for file in files:
        file.record_id, file.unused_since = record.pk, None
        file.save(update_fields=["record_id", "unused_since"])


def described(file: Attachment) -> dict[str, Any]:
    """What values, events and messages tell of a file."""
    return {
        "id": str(file.pk),
        "label": file.name,
        "media_type": file.media_type,
        "size": file.size,
    }


def forget_unused(declared: ObjectType, before: dt.datetime) -> None:
    """Mark the files that no value of this object names, and erase those of before that time."""
    table = sql.Identifier(declared.model._meta.db_table)
    parts = {"table": table, "object": sql.Literal(declared.name), "before": sql.Literal(before)}
    with connection.cursor() as cursor:
        for statement in (MARK, ERASE):
            cursor.execute(sql.SQL(statement).format(**parts).as_string(None))
