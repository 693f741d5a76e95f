"""Forgetting what was read long ago."""

import datetime as dt

from django.utils import timezone
from procrastinate.contrib.django import app

from guanxi.platform.notifications.models import Follow, Notification
from guanxi.platform.objects.registry import types

KEPT = dt.timedelta(days=90)


@app.periodic(cron="47 3 * * *")
@app.task(name="forget_notifications", pass_context=False)
def forget_notifications(timestamp: int) -> None:
    """Every night: delete what was read 90 days ago, and what is about records that are erased."""
    Notification.objects.filter(read_at__lt=timezone.now() - KEPT).delete()
    for declared in types():
        existing = declared.model._default_manager.values("pk")
        for model in (Follow, Notification):
            of_object = model._default_manager.filter(object=declared.name)
            of_object.exclude(record_id__in=existing).delete()
