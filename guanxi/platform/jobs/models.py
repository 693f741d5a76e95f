"""Long tasks, as the people who wait for them see them."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from guanxi.platform.objects.record import UUID7


class Job(models.Model):
    """One long task: its progress, checkpoint and what came of it. Parameters carry ids only."""

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    kind = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=State, db_default=State.QUEUED)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    params = models.JSONField(db_default={})
    checkpoint = models.JSONField(db_default={})
    done = models.PositiveBigIntegerField(db_default=0)
    total = models.PositiveBigIntegerField(null=True)
    message = models.CharField(max_length=300, db_default="")
    result = models.JSONField(db_default={})
    error = models.TextField(db_default="")
    cancel_requested = models.BooleanField(db_default=False)
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["actor", "-created_at"], name="job_of_actor")]

    def __str__(self) -> str:
        return self.kind


class JobRefusal(models.Model):
    """One record that a job left as it was, because a rule refused the change."""

    pk = models.CompositePrimaryKey("job_id", "record_id")
    job = models.ForeignKey(Job, models.CASCADE, related_name="refusals", db_index=False)
    record_id = models.UUIDField()

    def __str__(self) -> str:
        return str(self.record_id)
