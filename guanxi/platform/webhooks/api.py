"""Webhooks over HTTP: for administrators who signed in, not for tokens."""

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import Count, Q
from ninja import Query, Router, Schema, Status
from pydantic import Field

from guanxi.platform.access.middleware import require_administrator
from guanxi.platform.http.request import Request
from guanxi.platform.objects.fieldtypes import JsonMap, Text
from guanxi.platform.objects.schemas import LinkOut, Strict
from guanxi.platform.webhooks import services
from guanxi.platform.webhooks.models import Webhook, WebhookDelivery

router = Router(tags=["webhook"])
Action = Literal["created", "changed", "deleted", "restored"]
Objects = Annotated[list[Annotated[str, Field(max_length=60)]], Field(min_length=1, max_length=50)]
Actions = Annotated[list[Action], Field(min_length=1, max_length=4)]
DeliveryId = Annotated[int, Field(ge=0, lt=2**63)]


class WebhookIn(Strict):
    name: Text = Field(min_length=1, max_length=100)
    url: Text = Field(min_length=1, max_length=2000)
    objects: Objects
    actions: Actions
    filter: JsonMap | None = Field(None, description="A condition; with one object alone.")


class WebhookChange(Strict):
    name: Text | None = Field(None, min_length=1, max_length=100)
    url: Text | None = Field(None, min_length=1, max_length=2000)
    objects: Objects | None = None
    actions: Actions | None = None
    filter: JsonMap | None = None
    is_active: bool | None = None


class WebhookOut(Schema):
    id: str
    name: str
    url: str
    objects: list[str]
    actions: list[Action]
    filter: dict[str, Any] | None
    owner: LinkOut = Field(description="In whose name: what they may see is told.")
    is_active: bool
    stopped: Literal["failing", "gone", "owner"] | None = Field(
        description="Why it was switched off by itself."
    )
    failing_since: str | None
    former_secret_until: str | None = Field(description="Until then both secrets sign.")
    waiting: int = Field(description="Messages that wait to be sent.")
    created_at: str


class WebhooksOut(Schema):
    items: list[WebhookOut]


class SecretOut(Schema):
    secret: str = Field(description="Shown this once.")


class CreatedOut(WebhookOut, SecretOut):
    pass


class DeliveryOut(Schema):
    id: int
    message_id: str
    events: int = Field(description="How many events it tells of; 0: a test.")
    state: Literal["waiting", "delivered", "failed", "nothing"]
    tries: int
    status: int | None = Field(description="HTTP status of the last answer.")
    error: Literal["forbidden", "timeout", "unreachable", "broken"] | None = Field(
        description="Why there was no answer."
    )
    excerpt: str
    duration_ms: int | None
    created_at: str
    next_try_at: str | None
    finished_at: str | None


class DeliveriesOut(Schema):
    items: list[DeliveryOut]
    next: int | None


def _values(body: WebhookIn | WebhookChange) -> dict[str, Any]:
    sent = body.model_dump(exclude_unset=True)
    values = {k: v for k, v in sent.items() if v is not None or k == "filter"}
    if "objects" in values:
        values["objects_told"] = list(dict.fromkeys(values.pop("objects")))
    return values


def _instant(value: dt.datetime | None) -> str | None:
    return value.isoformat() if value else None


def _shown(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": str(webhook.pk),
        "name": webhook.name,
        "url": webhook.url,
        "objects": webhook.objects_told,
        "actions": webhook.actions,
        "filter": webhook.filter,
        "owner": {"id": str(webhook.owner_id), "label": webhook.owner.full_name},
        "is_active": webhook.is_active,
        "stopped": webhook.stopped or None,
        "failing_since": _instant(webhook.failing_since),
        "former_secret_until": _instant(webhook.former_secret_until),
        "waiting": getattr(webhook, "waiting", 0),
        "created_at": _instant(webhook.created_at),
    }


def _delivery(delivery: WebhookDelivery) -> dict[str, Any]:
    waits = delivery.state == WebhookDelivery.State.WAITING
    return {
        "id": delivery.pk,
        "message_id": f"msg_{delivery.message_id}",
        "events": len(delivery.event_ids),
        "state": delivery.state,
        "tries": delivery.tries,
        "status": delivery.status,
        "error": delivery.error or None,
        "excerpt": delivery.excerpt,
        "duration_ms": delivery.duration_ms,
        "created_at": _instant(delivery.created_at),
        "next_try_at": _instant(delivery.next_try_at) if waits else None,
        "finished_at": _instant(delivery.finished_at),
    }


@router.get("", response=WebhooksOut, operation_id="list_webhooks", summary="Webhooks")
def list_webhooks(request: Request) -> dict[str, Any]:
    require_administrator(request)
    waiting = Count("deliveries", filter=Q(deliveries__state=WebhookDelivery.State.WAITING))
    webhooks = Webhook.objects.select_related("owner").annotate(waiting=waiting).order_by("name")
    return {"items": [_shown(webhook) for webhook in webhooks]}


@router.post(
    "",
    response={201: CreatedOut},
    operation_id="create_webhook",
    summary="Tell another server what happens; its secret is shown once",
)
def create_webhook(request: Request, body: WebhookIn) -> Status[dict[str, Any]]:
    require_administrator(request)
    webhook, secret = services.create_webhook(asker=request.asker, values=_values(body))
    return Status(201, {**_shown(webhook), "secret": secret})


@router.patch(
    "/{uuid:pk}", response=WebhookOut, operation_id="change_webhook", summary="Change a webhook"
)
def change_webhook(request: Request, pk: UUID, body: WebhookChange) -> dict[str, Any]:
    """Switched on again it is told of what happens from then on, and of what waited."""
    require_administrator(request)
    return _shown(services.change_webhook(asker=request.asker, pk=pk, values=_values(body)))


@router.delete(
    "/{uuid:pk}",
    response={204: None},
    operation_id="delete_webhook",
    summary="Delete a webhook with its log",
)
def delete_webhook(request: Request, pk: UUID) -> Status[None]:
    require_administrator(request)
    services.get_webhook(pk).delete()
    return Status(204, None)


@router.post(
    "/{uuid:pk}/secret",
    response=SecretOut,
    operation_id="renew_webhook_secret",
    summary="Give a new secret; for a day messages are signed with both",
)
def renew_secret(request: Request, pk: UUID) -> dict[str, Any]:
    require_administrator(request)
    return {"secret": services.renew_secret(pk=pk)}


@router.post(
    "/{uuid:pk}/test",
    response={202: DeliveryOut},
    operation_id="test_webhook",
    summary="Send a message without events",
)
def send_test(request: Request, pk: UUID) -> Status[dict[str, Any]]:
    require_administrator(request)
    return Status(202, _delivery(services.send_test(pk=pk)))


@router.get(
    "/{uuid:pk}/deliveries",
    response=DeliveriesOut,
    operation_id="list_webhook_deliveries",
    summary="What was sent, newest first",
)
def list_deliveries(
    request: Request,
    pk: UUID,
    cursor: Annotated[int | None, Query(None, ge=0, lt=2**63)],
    limit: Annotated[int, Query(30, ge=1, le=200)],
) -> dict[str, Any]:
    require_administrator(request)
    deliveries = services.get_webhook(pk).deliveries.order_by("-id")
    if cursor is not None:
        deliveries = deliveries.filter(pk__lt=cursor)
    found = list(deliveries[: limit + 1])
    more = len(found) > limit
    return {
        "items": [_delivery(d) for d in found[:limit]],
        "next": found[limit - 1].pk if more else None,
    }


@router.post(
    "/{uuid:pk}/deliveries/{delivery}/again",
    response={202: DeliveryOut},
    operation_id="send_webhook_delivery_again",
    summary="Send a message once more",
)
def send_again(request: Request, pk: UUID, delivery: DeliveryId) -> Status[dict[str, Any]]:
    require_administrator(request)
    return Status(202, _delivery(services.send_again(pk=pk, delivery_id=delivery)))
