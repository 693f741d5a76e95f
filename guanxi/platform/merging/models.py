"""Merges as durable things: what became one, and the change set by which it is taken back."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.objects.record import Row


class Merge(Row):
    """One merge of records of an object into `survivor_id`; in the recycle bin it is taken back.

    What it changed of the survivor's own fields is told by the events that bear its id as their
    request; no value is kept here.
    """

    untold: ClassVar[tuple[str, ...]] = ("chosen", "counts")  # what there is to say of its making

    object = models.CharField(max_length=60)
    survivor_id = models.UUIDField()
    absorbed = ArrayField(models.UUIDField())
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    chosen = models.JSONField(db_default={})  # {field: whose value it is}, of the fields it changed
    counts = models.JSONField(db_default={})  # {object: rows that moved}
    undo_until = models.DateTimeField()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        indexes = [
            models.Index(fields=["object", "-created_at", "-id"], name="merge_by_time"),
            models.Index(fields=["survivor_id"], name="merge_of_survivor"),
        ]

    def __str__(self) -> str:
        return f"{self.object} {self.survivor_id}"


class MergedRecord(models.Model):
    """A record that a merge took out of use, and the one that stands for it now.

    Such a record lies in no recycle bin: only taking the merge back brings it into use again.
    """

    record_id = models.UUIDField(primary_key=True)
    object = models.CharField(max_length=60)
    survivor_id = models.UUIDField(null=True)  # null: a relationship of the two with each other
    merge = models.ForeignKey(Merge, models.CASCADE, related_name="records")

    class Meta:
        indexes = [models.Index(fields=["survivor_id"], name="merged_into")]

    def __str__(self) -> str:
        return f"{self.record_id} → {self.survivor_id}"


class MergeStep(models.Model):
    """What a merge did to rows of one place, such as "sales_order.customer_id", in one array.

    `keys` are the primary keys of the rows as text; `was` the absorbed record they belonged to.
    """

    class Kind(models.TextChoices):
        MOVED = "moved"  # to the survivor
        ASIDE = "aside"  # into the recycle bin: the survivor has one just like it
        COPIED = "copied"  # made for the survivor

    id = models.BigAutoField(primary_key=True)
    merge = models.ForeignKey(Merge, models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=6, choices=Kind)
    place = models.CharField(max_length=200)
    was = models.UUIDField(null=True)
    keys = ArrayField(models.TextField())

    def __str__(self) -> str:
        return f"{self.kind} {self.place}"
