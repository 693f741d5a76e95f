"""Which servers are told of what, and what came of every message to them."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from guanxi.platform.objects.record import UUID7

SEALED_FOR = "webhook"


class Webhook(models.Model):
    """One address that is told what happens, as far as its owner may see it."""

    class Stopped(models.TextChoices):
        """Why it was switched off by itself."""

        FAILING = "failing"  # for days
        GONE = "gone"  # the receiver said 410
        OWNER = "owner"  # left the firm

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    url = models.CharField(max_length=2000)
    objects_told = ArrayField(models.CharField(max_length=60))
    actions = ArrayField(models.CharField(max_length=10))
    filter = models.JSONField(null=True)  # only where one object is told of
    secret = models.BinaryField()  # sealed, as is the former one
    former_secret = models.BinaryField(null=True)
    former_secret_until = models.DateTimeField(null=True)
    is_active = models.BooleanField(db_default=True)
    active_since = models.DateTimeField(db_default=Now())
    stopped = models.CharField(max_length=10, choices=Stopped, db_default="")
    failing_since = models.DateTimeField(null=True)  # no message arrived since
    quiet_until = models.DateTimeField(null=True)  # nobody answered: it is left alone until then
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="webhook_filter_of_one_object",
                condition=models.Q(filter__isnull=True) | models.Q(objects_told__len=1),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        """Who is told, to be shown to others: the rest of the address may be a secret."""
        return urlsplit(self.url).hostname or ""


class WebhookDelivery(models.Model):
    """One message to one webhook. It names events; what it says is made when it is sent."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        FAILED = "failed"  # given up
        NOTHING = "nothing"  # the owner may see none of it any more

    id = models.BigAutoField(primary_key=True)
    message_id = models.UUIDField(db_default=UUID7(), editable=False)  # tells receivers of repeats
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    event_ids = ArrayField(models.BigIntegerField())  # none: a test
    record_ids = ArrayField(models.UUIDField())
    state = models.CharField(max_length=10, choices=State, db_default=State.WAITING)
    tries = models.PositiveSmallIntegerField(db_default=0)
    next_try_at = models.DateTimeField(db_default=Now())
    status = models.PositiveSmallIntegerField(null=True)  # of the last answer
    error = models.CharField(max_length=20, db_default="")  # why there was none
    excerpt = models.CharField(max_length=500, db_default="")  # of the last answer
    duration_ms = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["webhook", "-id"], name="delivery_of_webhook"),
            models.Index(
                fields=["webhook", "id"],
                name="delivery_waiting",
                condition=models.Q(state="waiting"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.state}"
