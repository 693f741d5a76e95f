"""Finding records of any kind by what somebody types, and those they opened last."""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from guanxi.platform.access.predicate import Asker, get_permitted, visible_to
from guanxi.platform.objects.registry import ObjectType, type_of_model, types
from guanxi.platform.objects.rows import row_json
from guanxi.platform.search.matches import matches, rank
from guanxi.platform.search.models import RecentRecord, SearchText
from guanxi.platform.search.query import Query, beginning_texts, found_texts

REMEMBERED = 50  # records a user opened last
POOL = 4  # times as many candidates as are shown: the best of them are

Candidate = tuple[str, UUID]  # the object's name, the record
REMEMBER = """
insert into platform_recentrecord (user_id, object, record_id, opened_at)
values (%(user)s, %(object)s, %(id)s, clock_timestamp())
on conflict (user_id, object, record_id) do update set opened_at = excluded.opened_at;
delete from platform_recentrecord where user_id = %(user)s and id not in (
    select id from platform_recentrecord where user_id = %(user)s
    order by opened_at desc limit %(remembered)s)
"""


def search(
    *, asker: Asker, text: str, names: Collection[str] = (), limit: int = 6
) -> list[dict[str, Any]]:
    """The records that fit best, at most `limit` of each type; the recent ones for an empty text.

    Exact ones come first, then those whose title begins so, then the rest; among equals those the
    asker opened last, then the newest.
    """
    declared = {
        t.name: t
        for t in types()
        if t.search and asker.may("read", t) and (not names or t.name in names)
    }
    query, recent = Query(text), _recent(asker, declared)
    found = _found(asker, list(declared.values()), query, recent, limit) if text.strip() else recent
    places = {candidate: place for place, candidate in enumerate(found)}
    results = []
    for name in dict.fromkeys(name for name, _pk in found):
        ids = [pk for of, pk in found if of == name]
        ranked = []
        for row in _rows(asker, declared[name], ids):
            texts = _texts(declared[name], row)
            candidate = name, UUID(row["id"])
            result = _result(declared[name], query, row, texts)
            result["recent"] = candidate in recent
            ranked.append((rank(query, declared[name].title, texts), places[candidate], result))
        results += sorted(ranked, key=lambda r: r[:2])[:limit]
    return [result for *_order, result in sorted(results, key=lambda r: r[:2])]


def remember_opened(*, asker: Asker, object_type: ObjectType, pk: UUID) -> None:
    """Put a record at the head of those the asker opened last. Raises NotFound."""
    get_permitted(asker, object_type.model, pk)
    parameters: dict[str, Any] = {
        "user": asker.user.pk,
        "object": object_type.name,
        "id": pk,
        "remembered": REMEMBERED,
    }
    with connection.cursor() as cursor:
        cursor.execute(REMEMBER, parameters)


def _recent(asker: Asker, names: Collection[str]) -> list[Candidate]:
    opened = RecentRecord.objects.filter(user=asker.user, object__in=names)
    return list(opened.order_by("-opened_at").values_list("object", "record_id"))


def _found(
    asker: Asker,
    declared: Sequence[ObjectType],
    query: Query,
    recent: Sequence[Candidate],
    limit: int,
) -> list[Candidate]:
    """Candidates: recent ones, those whose title begins with the query, and only then the newest.

    The index of beginnings has any number of them at hand, so that a single character that every
    twentieth name begins with costs no more than a rare name.
    """
    opened = defaultdict(list)
    for name, pk in recent:
        opened[name].append(pk)
    first = [
        *(
            found_texts(asker, t, query).filter(record_id__in=opened[t.name])
            for t in declared
            if t.name in opened
        ),
        *(_seen(asker, t, beginning_texts(asker, t, query))[: limit * POOL] for t in declared),
    ]
    found = _union(first)
    short = [t for t in declared if sum(name == t.name for name, _pk in found) < limit]
    rest = [
        _seen(asker, t, found_texts(asker, t, query)).order_by("-record_id")[: limit * POOL]
        for t in short
    ]
    among = set(found)
    found = [candidate for candidate in recent if candidate in among] + found
    return list(dict.fromkeys(found + _union(rest)))


def _seen(
    asker: Asker, object_type: ObjectType, texts: "QuerySet[SearchText]"
) -> "QuerySet[SearchText]":
    """Those of records the asker may see."""
    return texts.filter(
        Exists(visible_to(asker, object_type.model).filter(pk=OuterRef("record_id")))
    )


def _union(parts: Sequence["QuerySet[SearchText]"]) -> list[Candidate]:
    """What all parts find, in one query."""
    rows = [part.values_list("object", "record_id") for part in parts]
    if not rows:
        return []
    return list(rows[0].union(*rows[1:], all=True)) if len(rows) > 1 else list(rows[0])


def _rows(asker: Asker, object_type: ObjectType, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """The records with the visible ones of the fields that are searched and shown."""
    visible = asker.fields(object_type)
    names = dict.fromkeys([object_type.title, *object_type.searched, object_type.belongs_to])
    body = row_json(asker, object_type, [visible[n] for n in names if n in visible])
    records = visible_to(asker, object_type.model).filter(pk__in=ids).annotate(_json=body)
    return [json.loads(row) for row in records.values_list("_json", flat=True)]


def _texts(object_type: ObjectType, row: dict[str, Any]) -> dict[str, str]:
    return {name: row[name] for name in object_type.searched if row.get(name)}


def _result(
    object_type: ObjectType, query: Query, row: dict[str, Any], texts: dict[str, str]
) -> dict[str, Any]:
    title, detail = matches(query, object_type.title, texts)
    owner = object_type.belongs_to and row.get(object_type.belongs_to)
    return {
        "type": object_type.name,
        "id": row["id"],
        "title": {"text": title.text, "marks": title.marks},
        "detail": detail and {"field": detail.name, "text": detail.text, "marks": detail.marks},
        "belongs_to": owner and {"type": _target(object_type), **owner},
        "can": row["can"],
    }


def _target(object_type: ObjectType) -> str:
    link: Any = object_type.model._meta.get_field(object_type.belongs_to or "")
    return type_of_model(link.related_model).name
