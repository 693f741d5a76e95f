"""Who was erased, and who must not be."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from guanxi.platform.objects.record import UUID7, Row, not_deleted


class Erasure(models.Model):
    """One record whose personal values are gone, with those that were merged into it.

    Rows are added and never changed (a trigger holds it): events are redacted for one of them only,
    and a backup that is restored must find all of them. They name ids, no value.
    """

    class Basis(models.TextChoices):
        REQUEST = "request", _("request")
        RETENTION = "retention", _("retention rule")

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    object = models.CharField(max_length=60)
    record_id = models.UUIDField()
    records = ArrayField(models.UUIDField())  # itself, and what it had absorbed
    basis = models.CharField(max_length=10, choices=Basis, db_default=Basis.REQUEST)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["object", "record_id"], name="erasure_of_record")]

    def __str__(self) -> str:
        return f"{self.object} {self.record_id}"


class LegalHold(Row):
    """Why a record must stay as it is until a day, or until somebody lifts it (`deleted_at`).

    It lasts until the end of `until` in the firm's time zone; without one it does not end by
    itself.
    """

    untold: ClassVar[tuple[str, ...]] = ("reason",)  # may name people: audited are who and until

    object = models.CharField(max_length=60)
    record_id = models.UUIDField()
    reason = models.CharField(_("reason"), max_length=500)
    until = models.DateField(_("until"), null=True, blank=True)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        constraints = [
            models.UniqueConstraint(
                "object", "record_id", name="hold_of_record", condition=not_deleted()
            )
        ]

    def __str__(self) -> str:
        return f"{self.object} {self.record_id}"


class RetentionRule(Row):
    """How long records of an object are kept once nothing happens about them any more.

    A record is due when it fits `filter`, was made `months` ago, and none of the related records
    that `without` names (as filters do) is younger than that. Each night the rule's owner, with the
    rights they have by then, lets at most `limit` go.
    """

    class Action(models.TextChoices):
        ERASE = "erase", _("erase the personal data")
        DELETE = "delete", _("move to the recycle bin")

    object = models.CharField(max_length=60)
    name = models.CharField(_("name"), max_length=100)
    filter = models.JSONField(_("filter"), null=True)
    months = models.PositiveSmallIntegerField(_("months"))
    without = ArrayField(models.CharField(max_length=100))
    action = models.CharField(_("action"), max_length=6, choices=Action)
    limit = models.PositiveIntegerField(_("at most a night"), db_default=100)
    is_active = models.BooleanField(_("active"), db_default=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ran_at = models.DateTimeField(null=True)
    last = models.JSONField(db_default={})  # {"done", "left", "refused"} of the last night

    untold: ClassVar[tuple[str, ...]] = ("ran_at", "last", "filter")

    class Meta:
        verbose_name = _("retention rule")
        verbose_name_plural = _("retention rules")
        constraints = [
            models.CheckConstraint(name="retention_months", condition=models.Q(months__gte=1)),
        ]

    def __str__(self) -> str:
        return self.name
