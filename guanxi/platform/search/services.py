"""Finding records of any kind by what somebody types, and those they opened last."""

import json
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from guanxi.platform.access.predicate import Asker, require_visible, visible_to
from guanxi.platform.notifications.marks import as_read
from guanxi.platform.objects.registry import ObjectType, types
from guanxi.platform.objects.rows import row_json
from guanxi.platform.objects.scopes import Everyone
from guanxi.platform.search.matches import matches, rank
from guanxi.platform.search.models import RecentRecord
from guanxi.platform.search.query import (
    Query,
    beginning_texts,
    found_texts,
    ids_found,
    oldest_of_newest,
)

REMEMBERED = 50  # records a user opened last
ALL_SEEN, SOME_SEEN = 2, 20  # candidates for each that is shown, by how many the asker may see
# No planner knows how many have a part of a word, so that each query has an end: how many of the
# newest texts are read one by one, how many others an index is asked for, and how many again where
# the asker sees too few of those.
NEWEST, SOME, MANY = 1000, 300, 1500

Candidate = tuple[str, UUID]  # the object's name, the record
Part = tuple[ObjectType, str, list[Any]]  # a query of ids of records of that object
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
        for t in sorted(types(), key=_is_common)
        if t.search and asker.may("read", t) and (not names or t.name in names)
    }
    opened = RecentRecord.objects.filter(user=asker.user, object__in=declared)
    recent = list(opened.order_by("-opened_at").values_list("object", "record_id"))
    query, found = Query(text), recent
    if text.strip():
        found = _candidates(asker, list(declared.values()), query, recent, limit)
    places = {str(pk): place for place, (_name, pk) in enumerate(found)}
    best: list[tuple[int, int, dict[str, Any]]] = []
    for name in dict.fromkeys(name for name, _pk in found):
        object_type = declared[name]
        ids = [pk for of, pk in found if of == name]
        rows = _rows(asker, object_type, visible_to(asker, object_type.model).filter(pk__in=ids))
        if len(rows) < limit and len(ids) >= _width(asker, object_type, limit):
            rows += _further_rows(asker, object_type, query, limit)
        ranked = []
        for row in {row["id"]: row for row in rows}.values():
            texts = {n: as_read(row[n]) for n in object_type.searched if row.get(n)}
            place = places.get(row["id"], len(found))
            ranked.append((rank(query, object_type.title, texts), place, row, texts))
        for fit, place, row, texts in sorted(ranked, key=lambda r: r[:2])[:limit]:
            result = _result(object_type, query, row, texts)
            result["recent"] = (name, UUID(row["id"])) in recent
            best.append((fit, place, result))
    return [result for _rank, _place, result in sorted(best, key=lambda r: r[:2])]


def remember_opened(*, asker: Asker, object_type: ObjectType, pk: UUID) -> None:
    """Put a record at the head of those the asker opened last. Raises NotFound."""
    require_visible(asker, object_type.model, pk)
    parameters: dict[str, Any] = {
        "user": asker.user.pk,
        "object": object_type.name,
        "id": pk,
        "remembered": REMEMBERED,
    }
    with connection.cursor() as cursor:
        cursor.execute(REMEMBER, parameters)


def _is_common(object_type: ObjectType) -> bool:
    """Whether it is a list that all share, such as users and tags: seldom what is looked for."""
    return any(isinstance(rule, Everyone) for rule in object_type.scope)


def _width(asker: Asker, object_type: ObjectType, limit: int) -> int:
    """How many candidates of one object are looked at."""
    sees_all = asker.grants.scope("read", object_type) == "all"
    return limit * (ALL_SEEN if sees_all else SOME_SEEN)


def _candidates(
    asker: Asker,
    declared: Sequence[ObjectType],
    query: Query,
    recent: Sequence[Candidate],
    limit: int,
) -> list[Candidate]:
    """Recent records that fit, those whose title begins with the text, and then the newest.

    The indexes of beginnings, as written and as said, have as many as are wanted at hand, so that
    what every twentieth name begins with costs no more than a rare name. Whether the asker may see
    them is not asked here: that would cost each object a condition of its own, found or not.
    """
    parts: list[Part] = []
    for t in declared:
        opened = [pk for name, pk in recent if name == t.name]
        if opened and (texts := found_texts(asker, t, query)):
            parts.append((t, f"{texts[0]} and record_id = any(%s)", [*texts[1], opened]))
        for sql, parameters in beginning_texts(asker, t, query):
            parts.append((t, f"{sql} limit {_width(asker, t, limit)}", parameters))
    first = _union(parts)
    wanted = [
        t for t in declared if sum(name == t.name for name, _pk in first) < _width(asker, t, limit)
    ]
    fitting = set(first)
    known = [candidate for candidate in recent if candidate in fitting]
    return list(dict.fromkeys([*known, *first, *_newest(asker, wanted, query, limit)]))


def _newest(
    asker: Asker, declared: Sequence[ObjectType], query: Query, limit: int
) -> list[Candidate]:
    """Records with the words, the newest first, or some if very many have them.

    Where the newest texts have enough, the index is not asked: the second query is not begun.
    """
    parts: list[Part] = []
    for t in declared:
        newest = found_texts(asker, t, query, of_newest=NEWEST)
        every = found_texts(asker, t, query)
        if newest and every:
            width = _width(asker, t, limit)
            others = f"{every[0]} limit {max(SOME, width)}"
            sql = f"""
            (select * from ({newest[0]}) n limit {width}) union all
            (select * from ({others}) o where record_id < {oldest_of_newest(t, NEWEST)}
             order by record_id desc limit {width})
            limit {width}"""  # noqa: S608  names of ours
            parts.append((t, sql, newest[1] + every[1]))
    return _union(parts)


def _union(parts: Sequence[Part]) -> list[Candidate]:
    """What all the queries find, in their order."""
    if not parts:
        return []
    arms = [f"(select '{t.name}', record_id from ({sql}) q)" for t, sql, _parameters in parts]  # noqa: S608  names of ours
    with connection.cursor() as cursor:
        cursor.execute(" union all ".join(arms), [p for *_sql, ps in parts for p in ps])
        return list(cursor.fetchall())


def _further_rows(
    asker: Asker, object_type: ObjectType, query: Query, limit: int
) -> list[dict[str, Any]]:
    """The newest records with the words, of those the asker sees: exact, but at a price."""
    texts = found_texts(asker, object_type, query)
    if texts is None:
        return []
    seen = visible_to(asker, object_type.model).order_by("-pk")
    with connection.cursor() as cursor:
        cursor.execute(f"{texts[0]} limit {MANY}", texts[1])
        many = [pk for (pk,) in cursor.fetchall()]
    rows = _rows(asker, object_type, seen.filter(pk__any_of=many)[:limit])
    if len(rows) == limit or len(many) < MANY:
        return rows
    return _rows(asker, object_type, seen.filter(ids_found(asker, object_type, query))[:limit])


def _rows(asker: Asker, object_type: ObjectType, records: "QuerySet[Any]") -> list[dict[str, Any]]:
    """The visible ones of the fields that are searched and shown."""
    visible = asker.shown(object_type)
    names = dict.fromkeys([object_type.title, *object_type.searched, object_type.belongs_to])
    body = row_json(asker, object_type, [visible[n] for n in names if n in visible])
    return [json.loads(row) for row in records.annotate(_json=body).values_list("_json", flat=True)]


def _result(
    object_type: ObjectType, query: Query, row: dict[str, Any], texts: dict[str, str]
) -> dict[str, Any]:
    title, detail = matches(query, object_type.title, texts)
    parent = object_type.parent
    owner = parent and row.get(object_type.belongs_to or "")
    return {
        "type": object_type.name,
        "id": row["id"],
        "title": {"text": title.text, "marks": title.marks},
        "detail": detail and {"field": detail.name, "text": detail.text, "marks": detail.marks},
        "belongs_to": parent and owner and {"type": parent.name, **owner},
        "can": row["can"],
    }
