"""What administrators do with webhooks."""

import base64
import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker
from guanxi.platform.events.reader import skip_events
from guanxi.platform.filters.clock import clock_of
from guanxi.platform.filters.compiler import compile_filter
from guanxi.platform.http.addresses import fault_of
from guanxi.platform.objects.errors import DomainError, NotFound
from guanxi.platform.objects.registry import is_declared, object_type, types
from guanxi.platform.webhooks.models import SEALED_FOR, Webhook, WebhookDelivery
from guanxi.platform.webhooks.reading import CONSUMER
from guanxi.platform.webhooks.tasks import send_messages
from guanxi.platform.workspaces.sealing import seal

BOTH_VALID = dt.timedelta(days=1)  # the former secret after a new one
SECRET_BYTES = 32


class WebhookOff(DomainError):
    status, code = 409, "webhook_off"


def get_webhook(pk: UUID, *, lock: bool = False) -> Webhook:
    """Raises NotFound."""
    webhooks = Webhook.objects.select_related("owner")
    found = (webhooks.select_for_update(of=("self",)) if lock else webhooks).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


@transaction.atomic
def create_webhook(*, asker: Asker, values: dict[str, Any]) -> tuple[Webhook, str]:
    """Make a webhook in the asker's name; its secret is shown this once.

    Raises DomainError naming the field that is wrong.
    """
    secret = _new_secret()
    webhook = Webhook(owner=asker.user, secret=seal(secret, purpose=SEALED_FOR), **values)
    _check(asker, webhook)
    _begin_with_now()
    webhook.save(force_insert=True)
    webhook.refresh_from_db()
    return webhook, secret


@transaction.atomic
def change_webhook(*, asker: Asker, pk: UUID, values: dict[str, Any]) -> Webhook:
    """Change what is given; switched on again, it is told of what happens from then on.

    Raises NotFound, or DomainError naming the field that is wrong.
    """
    webhook = get_webhook(pk, lock=True)
    was_active = webhook.is_active
    waiting = [n for n in webhook.objects_told if not is_declared(n)]  # archived: they may be back
    for name, value in values.items():
        setattr(webhook, name, value)
    _check(asker, webhook, waiting)
    if webhook.is_active and not was_active:
        _begin_with_now()
        webhook.active_since, webhook.stopped = timezone.now(), ""
        webhook.failing_since = webhook.quiet_until = None
        send_messages.defer(webhook_id=str(pk))
    webhook.save()
    return webhook


def _begin_with_now() -> None:
    """While nobody listens, nobody reads on in the stream: what was before is not told."""
    if not Webhook.objects.filter(is_active=True).exists():
        skip_events(CONSUMER)


@transaction.atomic
def renew_secret(*, pk: UUID) -> str:
    """Give a webhook a new secret. For a day messages are signed with the former one too."""
    webhook, secret = get_webhook(pk, lock=True), _new_secret()
    webhook.former_secret, webhook.secret = webhook.secret, seal(secret, purpose=SEALED_FOR)
    webhook.former_secret_until = timezone.now() + BOTH_VALID
    webhook.save(update_fields=["secret", "former_secret", "former_secret_until"])
    return secret


@transaction.atomic
def send_test(*, pk: UUID) -> WebhookDelivery:
    """Send a message without events. Raises NotFound or WebhookOff."""
    webhook = _listening(pk)
    delivery = WebhookDelivery(webhook=webhook, event_ids=[], record_ids=[])
    delivery.save(force_insert=True)
    delivery.refresh_from_db()
    return delivery


@transaction.atomic
def send_again(*, pk: UUID, delivery_id: int) -> WebhookDelivery:
    """Send a message once more, now, under its own id. Raises NotFound or WebhookOff."""
    webhook = _listening(pk)
    delivery = webhook.deliveries.select_for_update().filter(pk=delivery_id).first()
    if delivery is None:
        raise NotFound
    if delivery.state != WebhookDelivery.State.WAITING:
        delivery.tries = 0
    delivery.state, delivery.finished_at = WebhookDelivery.State.WAITING, None
    delivery.next_try_at = timezone.now()
    delivery.save(update_fields=["state", "finished_at", "tries", "next_try_at"])
    return delivery


def _listening(pk: UUID) -> Webhook:
    """The webhook, which is no longer left alone, and a job that sends what is due to it."""
    webhook = get_webhook(pk, lock=True)
    if not webhook.is_active:
        raise WebhookOff(_("Switch the webhook on first."))
    Webhook.objects.filter(pk=pk).update(quiet_until=None)
    send_messages.defer(webhook_id=str(pk))
    return webhook


def _new_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def _check(asker: Asker, webhook: Webhook, waiting: Sequence[str] = ()) -> None:
    """Raises DomainError naming the field that is wrong; nothing is asked of objects `waiting`."""
    _check_url(webhook.url)
    readable = {t.name for t in types() if asker.may("read", t)}
    if not readable.issuperset(set(webhook.objects_told).difference(waiting)):
        raise DomainError(_("There is no such object."), field="objects")
    if webhook.filter is None:
        return
    if len(webhook.objects_told) != 1:
        raise DomainError(_("A filter needs exactly one object."), field="filter")
    if webhook.objects_told[0] not in waiting:
        told = object_type(webhook.objects_told[0])
        compile_filter(asker, told, webhook.filter, clock_of(asker))


def _check_url(url: str) -> None:
    """What can be told without asking a name server; the rest is checked when it is used."""
    match fault_of(url, settings.WEBHOOK_HOSTS):
        case "form":
            raise DomainError(_("Give an address that begins with https://."), field="url")
        case "inside":
            raise DomainError(
                _("This address is inside the network, where webhooks may not go."), field="url"
            )
