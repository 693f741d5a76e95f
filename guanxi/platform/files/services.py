"""Files on records: who sees the record sees them, who may change it adds, renames and deletes."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker, get_permitted, require_visible, visible_to
from guanxi.platform.events.telling import NOBODY
from guanxi.platform.files.in_fields import forget_unused, require_readable, require_writable
from guanxi.platform.files.media_types import HEAD, media_type_of
from guanxi.platform.files.models import Attachment
from guanxi.platform.files.names import checked_name, clean_name
from guanxi.platform.files.storage import drop_unneeded, keep_content
from guanxi.platform.live.hub import tells, visible_of
from guanxi.platform.objects.custom_values import CUSTOM
from guanxi.platform.objects.erasable import was_erased
from guanxi.platform.objects.errors import NotAllowed, NotFound, TooLarge
from guanxi.platform.objects.registry import ObjectType, object_asked_for, types

KEPT = dt.timedelta(days=30)  # in the recycle bin


def attachments_of(asker: Asker, declared: ObjectType, pk: UUID) -> "QuerySet[Attachment]":
    """The files of a record, newest first, but for those in its fields.

    Raises NotFound for a record the asker cannot see.
    """
    require_visible(asker, declared.model, pk)
    of_record = Attachment.objects.filter(object=declared.name, record_id=pk, field="")
    return of_record.filter(deleted_at=None).order_by("-id")


def may_attach(asker: Asker, declared: ObjectType, pk: UUID) -> bool:
    return visible_to(asker, declared.model, "change").filter(pk=pk).exists()


def get_attachment(
    asker: Asker, pk: UUID, verb: str = "read", *, deleted: bool = False
) -> Attachment:
    """The file, if `verb` is allowed on its record. Raises NotFound or NotAllowed."""
    found = Attachment.objects.filter(pk=pk, deleted_at__isnull=not deleted)
    if verb != "read":
        found = found.select_for_update()
    attachment = found.first()
    if attachment is None:
        raise NotFound
    if attachment.field:
        require_readable(asker, attachment)
        if verb != "read":
            raise NotAllowed(_("This file is the value of a field. Change the field instead."))
        return attachment
    get_permitted(asker, object_asked_for(attachment.object).model, attachment.record_id, verb)
    return attachment


@transaction.atomic
def add_to_field(
    *, asker: Asker, declared: ObjectType, name: str, file: "UploadedFile[Any]"
) -> Attachment:
    """Keep an uploaded file that the asker may give to this field of a record, once.

    Raises NotAllowed, Invalid, TooLarge, NoSpace on a full disk, or FilesUnavailable.
    """
    require_writable(asker, declared, name)
    return _add(asker, declared, NOBODY, file, field=name)


@transaction.atomic
def add_attachment(
    *, asker: Asker, declared: ObjectType, pk: UUID, file: "UploadedFile[Any]"
) -> Attachment:
    """Put an uploaded file on a record.

    Raises NotFound or NotAllowed for the record, Invalid if it was erased, TooLarge, NoSpace on a
    full disk, or FilesUnavailable.
    """
    get_permitted(asker, declared.model, pk, "change")
    if declared.erasing and declared.erasing.stubs(declared.model, [pk]):
        raise was_erased("file")
    return _add(asker, declared, pk, file)


def _add(
    asker: Asker, declared: ObjectType, pk: UUID, file: "UploadedFile[Any]", *, field: str = ""
) -> Attachment:
    size = file.size or 0
    if size > settings.UPLOAD_LIMIT_BYTES:
        raise TooLarge(settings.UPLOAD_LIMIT_BYTES, field or "file")
    attachment = Attachment(
        object=declared.name,
        record_id=pk,
        field=field.removeprefix(f"{CUSTOM}."),
        name=clean_name(file.name or ""),
        media_type=media_type_of(file.read(HEAD)),
        size=size,
        sha256=keep_content(file),
        owner=asker.user,
    )
    attachment.save(force_insert=True)
    attachment.refresh_from_db()
    return attachment


@transaction.atomic
def rename_attachment(*, asker: Asker, pk: UUID, name: str) -> Attachment:
    """Give the file another name. Raises NotFound, NotAllowed, or Invalid for such a name."""
    attachment = get_attachment(asker, pk, "change")
    attachment.name = checked_name(name)
    attachment.save(update_fields=["name"])
    return attachment


@transaction.atomic
def delete_attachment(*, asker: Asker, pk: UUID) -> None:
    """Move the file to the recycle bin. Raises NotFound or NotAllowed."""
    attachment = get_attachment(asker, pk, "change")
    attachment.deleted_at = timezone.now()
    attachment.save(update_fields=["deleted_at"])


@transaction.atomic
def restore_attachment(*, asker: Asker, pk: UUID) -> Attachment:
    """Take the file back out of the bin. Raises NotFound or NotAllowed."""
    attachment = get_attachment(asker, pk, "change", deleted=True)
    attachment.deleted_at = None
    attachment.save(update_fields=["deleted_at"])
    return attachment


def forget_deleted() -> int:
    """Erase what was deleted 30 days ago or lay on records that are erased, then their contents.

    What fields held 30 days ago and no field holds now is erased too.

    Returns how many contents were nobody's any more.
    """
    before = timezone.now() - KEPT
    Attachment.objects.filter(deleted_at__lt=before).delete()
    for declared in types():
        existing = declared.model._default_manager.filter(pk=OuterRef("record_id"))
        of_object = Attachment.objects.filter(object=declared.name).exclude(record_id=NOBODY)
        of_object.filter(~Exists(existing)).delete()
        if declared.customizable:
            forget_unused(declared, before)
    return drop_unneeded()


@tells("attachment")
def _on_records_seen(asker: Asker, ids: list[UUID]) -> Iterable[UUID]:
    """Notices of files name their records."""
    on = Attachment.objects.filter(record_id__in=ids).values_list("object", "record_id").distinct()
    return visible_of(asker, on)
