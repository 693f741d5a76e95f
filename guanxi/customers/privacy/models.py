"""What customers ask about their own data, what was done, and what the firm uses them for."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guanxi.customers.consent.models import ActingUser, Purpose
from guanxi.customers.privacy.deadlines import Law, due_date
from guanxi.platform.objects.columns import long_text
from guanxi.platform.objects.columns import text as short_text
from guanxi.platform.objects.record import UUID7, Row, not_deleted
from guanxi.platform.workspaces.services import books_today, current_workspace

UNMISTAKABLE = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


class PrivacySettings(models.Model):
    """The one row that says how long an answer may take, and how long a copy of data is kept."""

    id = models.BooleanField(primary_key=True, default=True)
    law = models.CharField(_("law"), max_length=4, choices=Law)
    days = models.PositiveSmallIntegerField(_("days until an answer"), db_default=30)
    kept_days = models.PositiveSmallIntegerField(_("days a copy is kept"), db_default=14)

    class Meta:
        constraints = [
            models.CheckConstraint(name="one_privacy_settings", condition=models.Q(id=True))
        ]

    def __str__(self) -> str:
        return self.law


class PrivacyRequest(Row):
    """One wish of a customer about their own data: received, due, and how it ended."""

    class Kind(models.TextChoices):
        ACCESS = "access", _("what do you hold on me")
        PORTABILITY = "portability", _("give me my data")
        CORRECTION = "correction", _("correct it")
        STOP = "stop", _("stop contacting me")
        ERASURE = "erasure", _("delete it")

    class Way(models.TextChoices):
        EMAIL = "email", _("e-mail")
        PHONE = "phone", _("phone")
        LETTER = "letter", _("letter")
        IN_PERSON = "in_person", _("in person")
        WEB = "web", _("website")
        OTHER = "other", _("other")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("privacy request", "open")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")

    OF_A_COPY = (Kind.ACCESS, Kind.PORTABILITY)

    number = models.CharField(_("request number"), max_length=20, editable=False)
    customer = models.ForeignKey(
        "customers.Customer",
        models.CASCADE,
        verbose_name=_("customer"),
        related_name="privacy_requests",
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    way = models.CharField(_("received by"), max_length=10, choices=Way, db_default=Way.EMAIL)
    received_on = models.DateField(_("received on"), default=books_today)
    due_on = models.DateField(_("due on"), blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, db_default=State.OPEN)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        db_default=ActingUser(),
        verbose_name=_("handled by"),
        related_name="+",
    )
    note = long_text(_("remark"))
    answer = long_text(_("answer"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("privacy request")
        verbose_name_plural = _("privacy requests")
        constraints = [
            models.UniqueConstraint("number", name="privacy_request_number"),
            models.CheckConstraint(
                name="privacy_request_ended",
                condition=models.Q(state="open", ended_at=None)
                | models.Q(~models.Q(state="open"), ended_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["customer"], name="privacy_request_of_customer"),
            models.Index(
                fields=["due_on", "id"],
                name="privacy_request_by_due",
                condition=not_deleted(state="open"),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def clean(self) -> None:
        """Number a new request, and say until when it is to be answered if nobody did."""
        if self.received_on and self.received_on > books_today():
            raise ValidationError({"received_on": _("This lies in the future.")})
        if not self.number:
            ending = get_random_string(5, UNMISTAKABLE)
            self.number = f"{self.received_on:%y%m%d}-{ending}"
        if self.due_on is None:
            rule = rules()
            self.due_on = due_date(self.received_on, Law(rule.law), rule.days)


class PrivacyProof(models.Model):
    """One step of answering a request: who did what when, with ids and sums but no values."""

    class Kind(models.TextChoices):
        EXPORTED = "exported", _("copy made")
        DOWNLOADED = "downloaded", _("copy downloaded")
        CORRECTED = "corrected", _("corrected")
        STOPPED = "stopped", _("contact stopped")
        ERASED = "erased", _("erased")
        DONE = "done", _("answered")
        REFUSED = "refused", _("refused")
        REOPENED = "reopened", _("taken up again")

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    request = models.ForeignKey(PrivacyRequest, models.CASCADE, related_name="proofs")
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField(db_default=Now())
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    details = models.JSONField(db_default={})

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.request_id}"


class ProcessingActivity(Row):
    """One entry of the register of processing: GDPR art. 30, and the records of PIPL art. 55-56."""

    name = models.CharField(_("activity"), max_length=150)
    purpose = models.ForeignKey(
        Purpose,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("purpose"),
        related_name="+",
    )
    legal_basis = models.CharField(
        _("legal basis"), max_length=12, choices=Purpose.Basis, db_default=Purpose.Basis.CONTRACT
    )
    subjects = short_text(300, _("whose data"))
    data = long_text(_("categories of data"))
    sensitive = models.BooleanField(_("sensitive data"), db_default=False)
    recipients = long_text(_("recipients"))
    transfers = long_text(_("transfers abroad"))
    retention = long_text(_("kept for"))
    measures = long_text(_("security measures"))
    assessed_on = models.DateField(_("impact assessed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("processing activity")
        verbose_name_plural = _("register of processing")
        constraints = [
            models.UniqueConstraint("name", name="processing_name", condition=not_deleted())
        ]

    def __str__(self) -> str:
        return self.name


def rules() -> PrivacySettings:
    """The settings in force; of a firm that chose none, those of the law where it probably is."""
    found = PrivacySettings.objects.first()
    if found is not None:
        return found
    workspace: Any = current_workspace()
    law = Law.PIPL if workspace and workspace.language == "zh-hans" else Law.GDPR
    return PrivacySettings(law=law, days=30, kept_days=14)
