"""Sending what waits, and forgetting what was sent long ago."""

import datetime as dt
from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from guanxi.platform.jobs.locks import connect_anew
from guanxi.platform.webhooks.models import WebhookDelivery

KEPT = dt.timedelta(days=30)


@app.task(name="send_webhook_messages", pass_context=False)
def send_messages(webhook_id: str) -> None:
    """Send one webhook's messages until none is due, nobody answers, or others should have a go."""
    from guanxi.platform.webhooks.delivering import deliver  # its libraries, once they are needed

    connect_anew()
    if again := deliver(UUID(webhook_id)):
        send_messages.configure(schedule_at=again).defer(webhook_id=webhook_id)


@app.periodic(cron="* * * * *")
@app.task(name="send_due_webhook_messages", pass_context=False)
def send_due(timestamp: int) -> None:
    """Every minute: take up what a worker that died was sending."""
    connect_anew()
    due = WebhookDelivery.objects.filter(
        state=WebhookDelivery.State.WAITING,
        next_try_at__lte=timezone.now(),
        webhook__is_active=True,
    )
    for pk in due.values_list("webhook_id", flat=True).distinct():
        send_messages.defer(webhook_id=str(pk))


@app.periodic(cron="53 3 * * *")
@app.task(name="forget_webhook_deliveries", pass_context=False)
def forget_deliveries(timestamp: int) -> None:
    """Every night: delete the log of 30 days ago, and what has waited for so long."""
    connect_anew()
    WebhookDelivery.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
