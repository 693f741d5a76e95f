"""Files that people put on records."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.objects.record import Row

LONGEST_NAME = 255


class Attachment(Row):
    """One file on one record of any object. Equal contents are stored once, under their SHA-256.

    With `field` it is a value of that custom field; until it becomes one, `record_id` is NOBODY.
    """

    untold: ClassVar[tuple[str, ...]] = ("record_id", "unused_since")  # told as the field's change

    object = models.CharField(max_length=60)
    record_id = models.UUIDField()
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    media_type = models.CharField(max_length=100)  # by its first bytes, whatever the sender said
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    field = models.CharField(max_length=40, db_default="")
    unused_since = models.DateTimeField(null=True)  # as a value; found out every night
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["object", "record_id", "-id"], name="attachment_of_record"),
            models.Index(fields=["sha256"], name="attachment_of_content"),
        ]

    def __str__(self) -> str:
        return self.name
