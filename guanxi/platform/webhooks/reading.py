"""From what happened to the messages each webhook waits for: read from the stream, exactly once."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from guanxi.platform.access.predicate import Asker, asked_by, predicate
from guanxi.platform.events.models import Event
from guanxi.platform.events.reader import read_events
from guanxi.platform.filters.clock import clock_of
from guanxi.platform.filters.compiler import BadFilter, compile_filter
from guanxi.platform.objects.registry import ObjectType, types
from guanxi.platform.webhooks.models import Webhook, WebhookDelivery
from guanxi.platform.webhooks.tasks import send_messages

CONSUMER = "webhooks"
AT_ONCE = 1000
TOGETHER = 100  # events in one message: an import of 100,000 rows is 1,000 requests
ACTIONS = {"insert": "created", "update": "changed", "delete": "deleted", "restore": "restored"}


def active() -> "list[Webhook]":
    return list(Webhook.objects.filter(is_active=True).select_related("owner__role", "owner__team"))


def tell_webhooks() -> None:
    """Queue the messages about all that happened since the last time."""
    while webhooks := active():
        with read_events(CONSUMER, AT_ONCE, worth=_worth_reading(webhooks)) as events:
            for webhook in webhooks:
                _queue(webhook, list(_told(webhook, events)))
        if len(events) < AT_ONCE:
            return


def _worth_reading(webhooks: Iterable[Webhook]) -> str:
    """The condition of events that any webhook could be told of."""
    wanted = {name for webhook in webhooks for name in webhook.objects_told}
    names = ", ".join(f"'{t.name}'" for t in types() if t.name in wanted)
    return f"e.object in ({names}) and e.action <> 'purge'" if names else "false"


def _told(webhook: Webhook, events: Sequence[Event]) -> Iterator[Event]:
    """The events, in order, that a webhook asks for and whose records its owner may see now."""
    asked = [
        e
        for e in sorted(events, key=attrgetter("id"))  # the order of one record's changes
        if e.object in webhook.objects_told
        and ACTIONS[e.action] in webhook.actions
        and e.at >= webhook.active_since
    ]
    asker = Asker(webhook.owner)
    seen = set()
    for name, some in groupby(sorted(asked, key=attrgetter("object")), key=attrgetter("object")):
        declared = next(t for t in types() if t.name == name)
        seen |= {(name, pk) for pk in _seen(asker, declared, webhook, {e.record_id for e in some})}
    return (e for e in asked if (e.object, e.record_id) in seen)


def _seen(
    asker: Asker, declared: ObjectType, webhook: Webhook, ids: Iterable[UUID]
) -> Iterable[UUID]:
    """Those of the records, in use or in the bin, that the owner sees and the filter takes."""
    try:
        fits = compile_filter(asker, declared, webhook.filter, clock_of(asker))
    except BadFilter:  # of a field that is gone, or not for the owner any more
        return []
    every = asked_by(asker, declared.model._default_manager.all())
    records = every.filter(predicate(asker, declared), fits, pk__in=ids)
    found: Iterable[UUID] = records.values_list("pk", flat=True)
    return found


def _queue(webhook: Webhook, events: Sequence[Event]) -> None:
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(
            webhook=webhook,
            event_ids=[e.id for e in some],
            record_ids=list({e.record_id for e in some}),
        )
        for some in (events[i : i + TOGETHER] for i in range(0, len(events), TOGETHER))
    )
    if events:
        send_messages.defer(webhook_id=str(webhook.pk))
