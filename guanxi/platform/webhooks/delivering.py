"""Sending a webhook's messages, one at a time and those of one record in order."""

import datetime as dt
import time
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Min, OuterRef, QuerySet
from django.utils import timezone

from guanxi.platform.jobs.locks import held
from guanxi.platform.notifications.making import notify_of_webhook
from guanxi.platform.webhooks.models import Webhook, WebhookDelivery
from guanxi.platform.webhooks.payload import message
from guanxi.platform.webhooks.sending import Outcome, send

State, Stopped = WebhookDelivery.State, Webhook.Stopped
IN_A_ROW = 30.0  # seconds for one webhook before other jobs have a go
# Waits after the first, second … failed try: the schedule of Standard Webhooks, three days in all.
WAITS = [
    dt.timedelta(seconds=5),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=30),
    *(dt.timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
]
FAILING_FOR = dt.timedelta(days=3)  # without one message delivered: it is switched off
GONE = 410


def deliver(webhook_id: UUID) -> dt.datetime | None:
    """Send what is due; returns when to go on, or None if nothing waits or another is at it."""
    with held(webhook_id) as free:
        if not free:
            return None
        started = time.monotonic()
        while time.monotonic() - started < IN_A_ROW:
            webhook = _webhook(webhook_id)
            if webhook is None:
                return None
            if webhook.quiet_until and webhook.quiet_until > timezone.now():
                return webhook.quiet_until
            delivery = _waiting(webhook).filter(~Exists(_before_it())).order_by("id").first()
            if delivery is None:
                return _next_try(webhook)
            delivery.webhook = webhook
            _try(delivery)
    return timezone.now()


def _webhook(pk: UUID) -> Webhook | None:
    """The webhook with its owner's rights of this moment; None if it is off, or its owner left."""
    found = Webhook.objects.filter(pk=pk, is_active=True)
    webhook = found.select_related("owner__role", "owner__team").first()
    if webhook and not (webhook.owner.is_active and webhook.owner.deleted_at is None):
        Webhook.objects.filter(pk=pk).update(is_active=False, stopped=Stopped.OWNER)
        return None
    return webhook


def _waiting(webhook: Webhook) -> "QuerySet[WebhookDelivery]":
    return WebhookDelivery.objects.filter(
        webhook=webhook, state=State.WAITING, next_try_at__lte=timezone.now()
    )


def _next_try(webhook: Webhook) -> dt.datetime | None:
    later = webhook.deliveries.filter(state=State.WAITING, next_try_at__gt=timezone.now())
    first: dt.datetime | None = later.aggregate(at=Min("next_try_at"))["at"]
    return first


def _before_it() -> "QuerySet[WebhookDelivery]":
    """Earlier messages about one of the same records, which must arrive first."""
    return WebhookDelivery.objects.filter(
        webhook=OuterRef("webhook"),
        state=State.WAITING,
        id__lt=OuterRef("id"),
        record_ids__overlap=OuterRef("record_ids"),
    )


def _try(delivery: WebhookDelivery) -> None:
    body = message(delivery)
    if body is None:
        delivery.state, delivery.finished_at = State.NOTHING, timezone.now()
        delivery.save(update_fields=["state", "finished_at"])
        return
    _note(delivery, send(delivery, body))


@transaction.atomic
def _note(delivery: WebhookDelivery, outcome: Outcome) -> None:
    """Keep what came of a try, and what it means for the webhook."""
    now, webhook = timezone.now(), delivery.webhook
    delivery.tries += 1
    delivery.status, delivery.error = outcome.status, outcome.error
    delivery.excerpt, delivery.duration_ms = outcome.excerpt, outcome.duration_ms
    webhook.quiet_until = None
    if outcome.arrived:
        delivery.state, delivery.finished_at = State.DELIVERED, now
        webhook.failing_since = None
    else:
        webhook.failing_since = webhook.failing_since or now
        if delivery.tries > len(WAITS):
            delivery.state, delivery.finished_at = State.FAILED, now
        else:
            delivery.next_try_at = now + WAITS[delivery.tries - 1]
        if outcome.status is None:  # the others would wait in vain as long as this one did
            webhook.quiet_until = delivery.next_try_at
    delivery.save()
    webhook.save(update_fields=["quiet_until", "failing_since"])
    if outcome.status == GONE:
        _switch_off(webhook, Stopped.GONE)
    elif webhook.failing_since and now - webhook.failing_since >= FAILING_FOR:
        _switch_off(webhook, Stopped.FAILING)


def _switch_off(webhook: Webhook, why: str) -> None:
    if Webhook.objects.filter(pk=webhook.pk, is_active=True).update(is_active=False, stopped=why):
        notify_of_webhook(webhook)
