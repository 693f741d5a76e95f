"""A user's notifications as they may read them now.

What was told of a record that is out of sight since is not there, nor counted.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.events.history import actor_names
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.services import describe, jobs_of
from guanxi.platform.live.hub import tells
from guanxi.platform.notifications.marks import as_read, mentioned
from guanxi.platform.notifications.models import MOST_AS_ONE, Notification
from guanxi.platform.objects.registry import ObjectType, is_declared, object_type
from guanxi.platform.objects.rows import row_json
from guanxi.platform.webhooks.models import Webhook

COUNTED = 100  # unread ones, at most
EXCERPT = 160  # characters

# What is shown as one, newest first: ids are given in the order in which people were told.
NEWS = """
select max(id) as id, kind, object, max(at) as at, read_at,
       (array_agg(record_id order by id desc))[1:{most}] as record_ids,
       (array_agg(actor_id order by id desc))[1:{most}] as actor_ids,
       (array_agg(details order by id desc))[1:{most}] as details
from platform_notification
where user_id = %(user)s {unread}
group by kind, object, together, read_at
{after}
order by 1 desc
limit %(limit)s
"""
MARK_READ = """
update platform_notification n set read_at = %(now)s
from platform_notification shown
where shown.user_id = %(user)s and shown.id = any(%(ids)s)
  and n.user_id = shown.user_id and n.kind = shown.kind and n.object = shown.object
  and n.together = shown.together and n.id <= shown.id and n.read_at is null
"""


@tells("notification")
def _my_own(asker: Asker, ids: list[UUID]) -> Iterable[UUID]:
    return [pk for pk in ids if pk == asker.user.pk]


@dataclass
class News:
    """What is shown as one: the newest notification's id, and what all of them are about."""

    id: int
    kind: str
    object: str
    at: Any
    read_at: Any
    record_ids: list[UUID]
    actor_ids: list[UUID | None]
    details: list[Any]

    def __post_init__(self) -> None:
        self.details = [json.loads(one) for one in self.details]


Rows = dict[tuple[str, UUID], dict[str, Any]]


def inbox(
    asker: Asker, *, unread: bool = False, cursor: int | None = None, limit: int = 30
) -> dict[str, Any]:
    """{"items", "next"}: what is shown as one is one item; the newest first."""
    items: list[dict[str, Any]] = []
    following = cursor
    while len(items) < limit:
        found = _news(asker, unread=unread, before=following, limit=limit)
        rows = _visible(asker, found)
        names = actor_names({pk for news in found for pk in news.actor_ids})
        for news in found:
            following = news.id
            if (item := _item(asker, news, rows, names)) is not None:
                items.append(item)
                if len(items) == limit:
                    break
        else:
            if len(found) < limit:
                return {"items": items, "next": None}
    return {"items": items, "next": following}


def count_unread(asker: Asker) -> dict[str, Any]:
    """{"count", "at_least"}: of what is shown as one, and seen."""
    found = _news(asker, unread=True, limit=COUNTED)
    rows = _visible(asker, found)
    seen = sum(_item(asker, news, rows, {}) is not None for news in found)
    return {"count": seen, "at_least": len(found) == COUNTED}


def mark_read(asker: Asker, ids: Sequence[int]) -> None:
    """Note that the user has read these, each with what was shown as one with it."""
    with connection.cursor() as cursor:
        parameters: dict[str, Any] = {
            "user": asker.user.pk,
            "ids": list(ids),
            "now": timezone.now(),
        }
        cursor.execute(MARK_READ, parameters)


def mark_all_read(asker: Asker, until: int) -> None:
    """Note that the user has read that one and all before it."""
    mine = Notification.objects.filter(user=asker.user, read_at=None, pk__lte=until)
    mine.update(read_at=timezone.now())


def _news(asker: Asker, *, unread: bool, limit: int, before: int | None = None) -> list[News]:
    query = NEWS.format(
        most=MOST_AS_ONE,
        unread="and read_at is null" if unread else "",
        after="having max(id) < %(before)s" if before else "",
    )
    with connection.cursor() as cursor:
        parameters: dict[str, Any] = {"user": asker.user.pk, "before": before, "limit": limit}
        cursor.execute(query, parameters)
        return [News(*row) for row in cursor.fetchall()]


def _visible(asker: Asker, found: Sequence[News]) -> Rows:
    """The records the news are about, of those the asker may see; jobs as the API shows them."""
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for news in found:
        wanted[news.object].update(news.record_ids)
    rows: Rows = {}
    for name, ids in wanted.items():
        if name == Notification.JOB_OBJECT:
            jobs: QuerySet[Job] = jobs_of(asker).filter(pk__in=ids)
            rows |= {(name, job.pk): describe(job) for job in jobs}
            continue
        if name == Notification.WEBHOOK_OBJECT:
            own = Webhook.objects.filter(owner=asker.user, pk__in=ids)
            rows |= {(name, pk): {"label": label} for pk, label in own.values_list("pk", "name")}
            continue
        if not is_declared(name):  # an object that is archived
            continue
        declared = object_type(name)
        visible = asker.shown(declared)
        texts = [n for n, f in declared.own_fields.items() if f.type.name == "long_text"]
        shown = dict.fromkeys([declared.title, declared.belongs_to, *texts])
        body = row_json(asker, declared, [visible[n] for n in shown if n in visible])
        records = visible_to(asker, declared.model).filter(pk__in=ids)
        for text in records.annotate(_json=body).values_list("_json", flat=True):
            row = json.loads(text)
            rows[name, UUID(row["id"])] = row
    return rows


def _item(asker: Asker, news: News, rows: Rows, names: dict[UUID, str]) -> dict[str, Any] | None:
    """One item as the API shows it; None if nothing of it may be seen."""
    seen = [
        (pk, actor, details)
        for pk, actor, details in zip(news.record_ids, news.actor_ids, news.details, strict=True)
        if (news.object, pk) in rows and _may_hear(asker, news, details)
    ]
    if not seen:
        return None
    first, _actor, _details = seen[0]
    row = rows[news.object, first]
    actors = dict.fromkeys(actor for _pk, actor, _details in seen if actor is not None)
    job = row if news.object == Notification.JOB_OBJECT else None
    item = {
        "id": news.id,
        "kind": news.kind,
        "at": news.at.isoformat(),
        "is_read": news.read_at is not None,
        "count": len(seen),
        "actors": [{"id": str(pk), "label": names.get(pk, "")} for pk in actors],
        "object": news.object,
        "record": {"id": str(first), "label": ""},
        "belongs_to": None,
        "fields": [],
        "added": [],
        "excerpt": None,
        "job": job,
    }
    if job is not None:
        return item
    if news.object == Notification.WEBHOOK_OBJECT:
        return item | {"record": {"id": str(first), "label": row["label"]}}
    declared = object_type(news.object)
    visible = asker.shown(declared)
    fields = dict.fromkeys(f for *_ids, details in seen for f in details.get("fields", []))
    added = [details["added"] for *_ids, details in seen if "added" in details]
    owner = declared.parent and row.get(declared.belongs_to or "")
    return item | {
        "record": {"id": str(first), "label": row.get(declared.title) or ""},
        "belongs_to": declared.parent and owner and {"type": declared.parent.name, **owner},
        "fields": [f for f in fields if f in visible],
        "added": [{"object": n, "count": added.count(n)} for n in dict.fromkeys(added)],
        "excerpt": _excerpt(asker, declared, row) if news.kind == "mentioned" else None,
    }


def _may_hear(asker: Asker, news: News, details: dict[str, Any]) -> bool:
    """Whether there is anything in it that this user may see, beside that something happened."""
    if news.kind != Notification.Kind.CHANGED:
        return True
    if "added" in details:
        added = details["added"]
        return is_declared(added) and asker.may("read", object_type(added))
    visible = asker.shown(object_type(news.object))
    return any(name in visible for name in details["fields"])


def _excerpt(asker: Asker, declared: ObjectType, row: dict[str, Any]) -> str | None:
    """The text that names the user, from shortly before their name."""
    for name, f in declared.own_fields.items():
        text = row.get(name) or ""
        if f.type.name == "long_text" and asker.user.pk in mentioned(text):
            read = " ".join(as_read(text).split())
            start = max(0, read.find(f"@{asker.user.full_name}") - EXCERPT // 3)
            start = start if len(read) > EXCERPT else 0
            lead, tail = "…" if start else "", "…" if start + EXCERPT < len(read) else ""
            return lead + read[start : start + EXCERPT] + tail
    return None
