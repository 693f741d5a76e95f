"""Who has which record open just now."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Presence(models.Model):
    """One open page: whose, of which record, and when it last said that it is still open.

    The table is unlogged: after a crash nobody is anywhere until pages say so again.
    """

    page = models.UUIDField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    object = models.CharField(max_length=60)
    record_id = models.UUIDField()
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["record_id"], name="presence_at_record")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.object} {self.record_id}"
