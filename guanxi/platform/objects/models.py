"""What people keep about objects in general: views of their lists, answers to repeated requests."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from guanxi.platform.objects.record import UUID7


class SavedView(models.Model):
    """A named arrangement of one object's list: columns, filter, sort, grouping."""

    class Shared(models.TextChoices):
        PRIVATE = "private", _("only me")
        TEAM = "team", _("my team")
        EVERYONE = "everyone", _("everyone")

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    object = models.CharField(max_length=60)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, db_default="table")
    definition = models.JSONField(db_default={})
    shared = models.CharField(max_length=10, choices=Shared, db_default=Shared.PRIVATE)
    pinned = models.BooleanField(db_default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["object", "owner"], name="view_of_object")]

    def __str__(self) -> str:
        return self.name


class IdempotentResponse(models.Model):
    """The first answer to a request with an Idempotency-Key, given again when it is repeated."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint("user", "key", name="idempotency_key")]

    def __str__(self) -> str:
        return self.key
