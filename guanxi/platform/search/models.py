"""What records are found by, and what each user opened last."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class SearchText(models.Model):
    """The words one record is found by, a line for each searched field; kept by triggers."""

    pk = models.CompositePrimaryKey("record_id", "object")
    object = models.TextField()
    record_id = models.UUIDField()
    text = models.TextField()
    indexed = models.BooleanField()

    class Meta:
        managed = False
        db_table = "platform_searchtext"

    def __str__(self) -> str:
        return f"{self.object} {self.record_id}"


class RecentRecord(models.Model):
    """One record a user opened lately; goes when the record is erased."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    object = models.CharField(max_length=60)
    record_id = models.UUIDField()
    opened_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint("user", "object", "record_id", name="recent_once_per_user")
        ]
        indexes = [models.Index(fields=["object", "record_id"], name="recent_of_record")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.object} {self.record_id}"
