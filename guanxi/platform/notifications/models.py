"""Who follows what, and what each user is told."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

MOST_AS_ONE = 100  # unread pieces of news that are shown as one; more of them say nothing more


class Follow(models.Model):
    """One user's own word about one record: to hear of its changes, or, as its owner, not to."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    object = models.CharField(max_length=60)
    record_id = models.UUIDField()
    is_wanted = models.BooleanField(db_default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("object", "record_id", "user", name="follow_once_per_user")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.object} {self.record_id}"


class Notification(models.Model):
    """One piece of news for one user. It names records and fields; their values are never kept.

    What has the same `kind`, `object` and `together` is shown as one.
    """

    class Kind(models.TextChoices):
        MENTIONED = "mentioned"
        ASSIGNED = "assigned"
        CHANGED = "changed"
        DUE = "due"
        JOB = "job"
        WEBHOOK = "webhook"
        SHARED = "shared"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    object = models.CharField(max_length=60)
    record_id = models.UUIDField()
    together = models.UUIDField()
    cause = models.CharField(max_length=100)  # nobody is told of one twice
    actor_id = models.UUIDField(null=True)
    # {"fields": names} that changed, or {"added": the object} of what was put on the record.
    details = models.JSONField(db_default={})
    at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)

    JOB_OBJECT: ClassVar[str] = "job"  # neither is a declared object
    WEBHOOK_OBJECT: ClassVar[str] = "webhook"

    class Meta:
        constraints = [models.UniqueConstraint("user", "cause", name="notification_once_per_cause")]
        indexes = [
            models.Index(fields=["user", "-id"], name="notification_of_user"),
            models.Index(
                fields=["user", "-id"],
                name="notification_unread",
                condition=models.Q(read_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object}"
