"""A list as a board: a column for each value of a field, with its totals and its first cards.

Two queries, however many columns there are. A window ranks the cards of all columns in one pass:
the totals have to see every record anyway, and a column of few cards costs no search of its own.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import F, Q, QuerySet, TextField, Value, Window
from django.db.models.functions import NullIf, RowNumber
from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker, asked_by
from guanxi.platform.objects.lists import (
    BadList,
    encode_cursor,
    named,
    ordered,
    ordering,
    sort_keys,
)
from guanxi.platform.objects.registry import ObjectField, ObjectType
from guanxi.platform.objects.rows import row_json
from guanxi.platform.objects.totals import aggregates, described, grouped

COLUMN_CAP = 50


def board(
    asker: Asker,
    object_type: ObjectType,
    records: "QuerySet[Any]",
    fields: Sequence[ObjectField],
    *,
    by: str,
    measures: Sequence[str] = (),
    sort: str | None = None,
    limit: int = 50,
) -> str:
    """The board as JSON text: {"columns": [{"key", "label", "count", …, "items", "next"}], …}.

    A column goes on in the list of its value, from its "next". Raises BadList for a field that
    makes no columns.
    """
    f = asker.fields(object_type).get(by)
    if f is None or not f.makes_columns:
        raise BadList(_('A board cannot be made by "%(name)s".') % {"name": by}, field="by")
    # An absent text is "" or null: both are the column of none.
    texts = f.type.name == "choice"
    key = NullIf(F(f.path), Value(""), output_field=TextField()) if texts else F(f.path)
    wanted = aggregates(asker, object_type, measures)
    found = list(
        grouped(asker, object_type, records, f, key)
        .annotate(**wanted)
        .order_by("-_count", "_key")[: COLUMN_CAP + 1]
    )
    columns = _columns(asker, object_type, f, found[:COLUMN_CAP], wanted)

    keys = sort_keys(asker, object_type, sort)
    records = records.annotate(_key=key, **named(keys))
    if len(found) > COLUMN_CAP:
        shown = [column["key"] for column in columns]
        records = records.filter(Q(_key__in=[k for k in shown if k is not None]) | Q(_key=None))
    rank = Window(RowNumber(), partition_by=F("_key"), order_by=ordering(keys))
    first = records.annotate(_rank=rank).filter(_rank__lte=limit + 1).values("pk")
    shown_cards = asked_by(asker, object_type.model._default_manager.filter(pk__in=first))
    cards = ordered(shown_cards, keys).annotate(
        _key=key, _json=row_json(asker, object_type, fields)
    )
    by_key = defaultdict(list)
    for value, *card in cards.values_list("_key", "_json", "pk", *(k.path for k in keys)):
        by_key[value].append(card)

    def with_cards(column: dict[str, Any]) -> str:
        cards = by_key[column["key"]]
        following = None
        if len(cards) > limit:
            _body, pk, *values = cards[limit - 1]
            following = encode_cursor(object_type, keys, values, pk)
        head = json.dumps({**column, "key": _plain(column["key"]), "next": following})
        return f'{head[:-1]},"items":[{",".join(body for body, *_rest in cards[:limit])}]}}'

    shown_columns = ",".join(map(with_cards, columns))
    return f'{{"columns":[{shown_columns}],"at_least":{json.dumps(len(found) > COLUMN_CAP)}}}'


def _plain(key: Any) -> str | None:
    return None if key is None else str(key)


def _columns(
    asker: Asker,
    object_type: ObjectType,
    f: ObjectField,
    found: Sequence[dict[str, Any]],
    wanted: dict[str, Any],
) -> list[dict[str, Any]]:
    """The columns in the order of the choices, or of the labels; that of none is the last.

    Every choice on offer has one, records or not; none has one if there are such, or could be.
    """
    columns = {c["key"]: c for c in (described(f, row) for row in found)}
    choices = [value for value, _label in f.choices if value != ""]
    writable = asker.may("change", object_type) and f.name in asker.writable(object_type)
    offered = [value for value in choices if value not in getattr(f.column, "archived", ())]
    for value in [*offered, *([None] if writable and f.column.blank else [])]:
        columns.setdefault(value, _without_records(f, value, wanted))
    places = {value: number for number, value in enumerate(choices)}

    def place(column: dict[str, Any]) -> tuple[bool, int, str]:
        value = column["key"]
        return value is None, places.get(value, len(places)), column["label"] or ""

    return sorted(columns.values(), key=place)


def _without_records(f: ObjectField, key: Any, wanted: dict[str, Any]) -> dict[str, Any]:
    counted = ("_count", "_empty_", "_unrated_")
    nothing = {name: 0 if name.startswith(counted) else None for name in wanted}
    return described(f, {"_key": key, **nothing})
