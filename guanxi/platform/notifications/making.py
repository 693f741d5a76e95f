"""From what happened to what each user is told: read from the event stream, exactly once.

Nobody is told of what they did themselves, of a record they may not see, or of a kind of news they
have switched off. Whether they still may see it is asked again when they read.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.utils import timezone

from guanxi.platform.access.grants import Grants
from guanxi.platform.access.models import Share, User
from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.events.models import Event
from guanxi.platform.events.reader import read_events
from guanxi.platform.fields.definitions import custom_fields
from guanxi.platform.jobs.models import Job
from guanxi.platform.notifications.follows import is_handed_over, watchers
from guanxi.platform.notifications.marks import mentioned
from guanxi.platform.notifications.models import MOST_AS_ONE, Notification
from guanxi.platform.objects.record import Row
from guanxi.platform.objects.registry import ObjectType, object_type, types
from guanxi.platform.webhooks.models import Webhook

CONSUMER = "notifications"
AT_ONCE = 1000
BY_HAND = ("api", "token")
Kind = Notification.Kind
OFF = "notifications_off"  # the key of a user's preferences with the kinds they do without


def notify_of_events() -> None:
    """Make the notifications of all that happened since the last time."""
    while True:
        with read_events(CONSUMER, AT_ONCE, worth=_worth_reading()) as events:
            told = [n for name, some in _by_object(events) for n in _news(name, some)]
            _keep(told)
        if len(events) < AT_ONCE:
            return


def notify_of_job(job: Job) -> None:
    """Tell whoever started a job that it has ended."""
    if job.actor is None:
        return
    news = Notification(
        user=job.actor,
        kind=Kind.JOB,
        object=Notification.JOB_OBJECT,
        record_id=job.pk,
        together=job.pk,
        cause=f"job:{job.pk}:{job.started_at}",
    )
    if _wants(job.actor, Kind.JOB):
        Notification.objects.bulk_create([news], ignore_conflicts=True)


def notify_of_webhook(webhook: Webhook) -> None:
    """Tell the owner of a webhook that it was switched off by itself."""
    news = Notification(
        user=webhook.owner,
        kind=Kind.WEBHOOK,
        object=Notification.WEBHOOK_OBJECT,
        record_id=webhook.pk,
        together=webhook.pk,
        cause=f"webhook:{webhook.pk}:{timezone.now()}",
    )
    if _wants(webhook.owner, Kind.WEBHOOK):
        news.save()


def notify_of_shares(declared: ObjectType, received: Mapping[UUID, Share]) -> None:
    """Tell users that a record is shared with them: they see it, if their role sees any such."""
    news = [
        Notification(
            user_id=user,
            kind=Kind.SHARED,
            object=share.object,
            record_id=share.record_id,
            together=share.record_id,
            cause=f"share:{share.pk}",
            actor_id=share.given_by_id,
            at=timezone.now(),
        )
        for user, share in received.items()
        if user != share.given_by_id
    ]
    _save(n for user, n in _wanted(news) if Grants(user.role.grants).may("read", declared))


def notify_of_due(declared: ObjectType, user: User, ids: Iterable[UUID], on: dt.date) -> None:
    """Tell a user, once, that records of theirs are due on that day."""
    _keep(
        [
            Notification(
                user=user,
                kind=Kind.DUE,
                object=declared.name,
                record_id=pk,
                together=pk,
                cause=f"due:{pk}:{on}",
                at=timezone.now(),
            )
            for pk in ids
        ]
    )


def _worth_reading() -> str:
    """The condition of events that anybody could be told of: an import may bring millions more."""
    by_hand = f"e.source in {BY_HAND}"
    assigned = "e.source not like 'import:%%' and e.changes ? 'owner_id'"
    followed = (
        "exists (select from platform_follow f"
        " where f.object = e.object and f.record_id = e.record_id)"
    )
    ways = [by_hand, assigned, followed]
    for declared in types():
        if declared.parent is not None and declared.belongs_to is not None:
            link: Any = declared.model._meta.get_field(declared.belongs_to)
            ways.append(
                f"e.action = 'insert' and e.object = '{declared.name}' and e.record_id in ("  # noqa: S608  names of ours
                f'select c.id from "{declared.model._meta.db_table}" c join platform_follow f'
                f" on f.object = '{declared.parent.name}' and f.record_id = c.\"{link.column}\")"
            )
    return " or ".join(f"({way})" for way in ways)


def _by_object(events: Iterable[Event]) -> Iterator[tuple[str, list[Event]]]:
    by_name = attrgetter("object")
    for name, some in groupby(sorted(events, key=by_name), key=by_name):
        yield name, list(some)


def _news(name: str, events: Sequence[Event]) -> list[Notification]:
    """What the events of one object mean to whom: one user is told of an event in one way."""
    try:
        declared = object_type(name)
    except KeyError:
        return []
    manager = declared.model._default_manager
    records: dict[UUID, Row] = manager.filter(deleted_at=None).in_bulk(
        {e.record_id for e in events}
    )
    told: dict[tuple[UUID, int], Notification] = {}
    alive = [e for e in events if e.record_id in records]
    for news in (
        *_mentions(declared, alive, records),
        *_assignments(declared, alive, records),
        *_changes(declared, alive, records),
        *_additions(declared, alive, records),
    ):
        told.setdefault((news.user_id, int(news.cause)), news)
    for news in told.values():
        news.cause = f"event:{news.cause}"
    return list(told.values())


def _told(
    kind: str,
    event: Event,
    user_id: UUID,
    *,
    object: str | None = None,
    record_id: UUID | None = None,
    together: UUID | None = None,
    **details: Any,
) -> Iterator[Notification]:
    """The notification, unless it would tell the user of what they did themselves."""
    record_id = record_id or event.record_id
    if user_id != event.actor_id:
        yield Notification(
            user_id=user_id,
            kind=kind,
            object=object or event.object,
            record_id=record_id,
            together=together or record_id,
            cause=str(event.id),
            actor_id=event.actor_id,
            details=details,
            at=event.at,
        )


def _mentions(
    declared: ObjectType, events: Sequence[Event], records: Mapping[UUID, Row]
) -> Iterator[Notification]:
    """Of users whom a text names that did not name them before."""
    texts = [f.column.attname for f in declared.own_fields.values() if f.type.name == "long_text"]
    for event in events:
        if event.source not in BY_HAND:
            continue
        for column in texts:
            if event.action == Event.Action.INSERT:
                old, new = None, getattr(records[event.record_id], column)
            else:
                old, new = (event.changes or {}).get(column, (None, None))
            for user in mentioned(new) - mentioned(old):
                yield from _told(Kind.MENTIONED, event, user)


def _assignments(
    declared: ObjectType, events: Sequence[Event], records: Mapping[UUID, Row]
) -> Iterator[Notification]:
    """Of users who became owners. Many at one stroke are told together."""
    if not is_handed_over(declared):
        return
    for event in events:
        if event.action == Event.Action.INSERT:
            owner = getattr(records[event.record_id], "owner_id", None)
            owner = owner if event.source in BY_HAND else None
        else:
            _old, became = (event.changes or {}).get("owner_id", (None, None))
            owner = UUID(became) if became else None
        if owner is not None:
            yield from _told(Kind.ASSIGNED, event, owner, together=event.request_id)


def _changes(
    declared: ObjectType, events: Sequence[Event], records: Mapping[UUID, Row]
) -> Iterator[Notification]:
    """Of those who watch the record itself."""
    every = {**declared.own_fields, **custom_fields(declared)}
    by_column = {f.column.attname: name for name, f in every.items()}
    owners = {pk: getattr(record, "owner_id", None) for pk, record in records.items()}
    following, owning = watchers(declared, owners)
    for event in events:
        fields = [by_column[column] for column in event.changes or {} if column in by_column]
        if fields and event.action == Event.Action.UPDATE:
            for user in _hear(event, event.record_id, following, owning):
                yield from _told(Kind.CHANGED, event, user, fields=fields)


def _additions(
    declared: ObjectType, events: Sequence[Event], records: Mapping[UUID, Row]
) -> Iterator[Notification]:
    """Of those who watch the record on whose page a new one is shown, such as a call."""
    parent = declared.parent
    if parent is None or declared.belongs_to is None:
        return
    link: Any = declared.model._meta.get_field(declared.belongs_to)
    above = {pk: getattr(record, link.attname) for pk, record in records.items()}
    parents = parent.model._default_manager.filter(deleted_at=None).in_bulk(
        {pk for pk in above.values() if pk is not None}
    )
    owners = {pk: getattr(record, "owner_id", None) for pk, record in parents.items()}
    following, owning = watchers(parent, owners)
    for event in events:
        if event.action != Event.Action.INSERT:
            continue
        pk = above[event.record_id]
        for user in _hear(event, pk, following, owning):
            yield from _told(
                Kind.CHANGED, event, user, object=parent.name, record_id=pk, added=declared.name
            )


def _hear(
    event: Event,
    pk: UUID,
    following: Mapping[UUID, set[UUID]],
    owning: Mapping[UUID, set[UUID]],
) -> set[UUID]:
    """Who watches: an owner did not ask to be told of every import that touches their records."""
    by_owning = owning.get(pk, set()) if event.source in BY_HAND else set()
    return following.get(pk, set()) | by_owning


def _keep(news: Sequence[Notification]) -> None:
    """Save what its user may see, works here to read, and wants."""
    wanted: dict[tuple[User, str], list[Notification]] = defaultdict(list)
    for user, n in _wanted(news):
        wanted[user, n.object].append(n)
    kept: list[Notification] = []
    for (user, name), some in wanted.items():
        seen = visible_to(Asker(user), object_type(name).model)
        ids = set(seen.filter(pk__in={n.record_id for n in some}).values_list("pk", flat=True))
        kept += [n for n in some if n.record_id in ids]
    _save(kept)


def _wanted(news: Sequence[Notification]) -> Iterator[tuple[User, Notification]]:
    """Those whose user works here and wants such news."""
    users = User.objects.select_related("role").filter(is_active=True, deleted_at=None)
    by_id = users.in_bulk({n.user_id for n in news})
    for n in news:
        if n.user_id in by_id and _wants(by_id[n.user_id], n.kind):
            yield by_id[n.user_id], n


def _save(news: Iterable[Notification]) -> None:
    in_order = sorted(news, key=attrgetter("at"))
    Notification.objects.bulk_create(_few(in_order), ignore_conflicts=True)


def _few(news: Sequence[Notification]) -> Iterator[Notification]:
    """Without what would add nothing to what is unread and shown as one with it.

    A second mention in the same text does not, nor does the hundred and first of many changes.
    """
    unread = Notification.objects.filter(
        user__in={n.user_id for n in news}, together__in={n.together for n in news}, read_at=None
    )
    known = Counter(unread.values_list("user", "kind", "together"))
    for n in news:
        as_one = (n.user_id, n.kind, n.together)
        if known[as_one] < (1 if n.kind == Kind.MENTIONED else MOST_AS_ONE):
            known[as_one] += 1
            yield n


def _wants(user: User, kind: str) -> bool:
    off = user.preferences.get(OFF) if isinstance(user.preferences, dict) else None
    return not (isinstance(off, list) and kind in off)
