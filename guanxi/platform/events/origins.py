"""Where each value of a record came from: on which way, when, by whom, out of which row of a file.

Read from the event stream in one statement: the latest event that wrote a value is its origin. What
a merge gave the record has the origin that it had with the record it was taken from.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker, require_visible
from guanxi.platform.events.history import visible_columns
from guanxi.platform.exchange.services import imports_of
from guanxi.platform.merging.redirects import absorbed_by
from guanxi.platform.objects.errors import NotAllowed
from guanxi.platform.objects.registry import ObjectField, ObjectType

Shown = dict[str, Any]

# The latest event of each column of each record; the key "" stands for its being made. With it who
# did it, the file and its row, and what the merge took from where. The key of a record that a file
# made tells the row (`guanxi_import_id`), so that it is found among a million by its number.
ORIGINS = """
with latest as (
    select distinct on (e.record_id, c.key) e.record_id, c.key, e.at, e.actor_id, e.source,
        case when e.source ~ '^(import|merge):[0-9a-f-]{36}'
            then split_part(e.source, ':', 2)::uuid end as told
    from platform_event e
    cross join lateral jsonb_object_keys(coalesce(e.changes, '{"": null}')) c(key)
    where e.record_id = any(%(ids)s) and e.object = %(object)s
      and e.action in ('insert', 'update') and (c.key = '' or c.key = any(%(columns)s))
    order by e.record_id, c.key, e.id desc
), numbered as (
    select f.record_id, f.told, coalesce(
        (select v.row from platform_importverdict v
         where v.imported = f.told and v.record_id = f.record_id
           and v.row = ('x' || substr(replace(f.record_id::text, '-', ''), 21, 8))::bit(32)::bigint
             - 268435456 limit 1),
        (select min(v.row) from platform_importverdict v
         where v.imported = f.told and v.record_id = f.record_id and v.verdict = 'update')) as row
    from (select distinct record_id, told from latest where source like 'import:%%') f
)
select l.record_id, l.key, l.at, l.actor_id, u.full_name, l.source, i.id, i.file_name, n.row,
    m.chosen::text
from latest l
left join platform_user u on u.id = l.actor_id
left join platform_import i on i.id = l.told and l.source like 'import:%%'
    and l.source not like '%%:undo'
left join numbered n on n.record_id = l.record_id and n.told = i.id
left join platform_merge m on m.id = l.told and l.source not like '%%:undo'
"""
WAYS = {"api": "person", "token": "token", "job": "job", "import": "import", "merge": "merge",
        "demo": "sample", "command": "command", "preferences": "form"}  # fmt: skip


def origins_of(asker: Asker, declared: ObjectType, pk: UUID) -> Shown:
    """{"items": by field the origin of its value}. Raises NotFound, NotAllowed.

    Of fields that the asker does not see nothing is told, and of a file they may not open not its
    name. A value that was never changed is as old as its record.
    """
    if not asker.may("read", declared):
        raise NotAllowed(_("Your role does not allow this."))
    require_visible(asker, declared.model, pk)
    by_column = visible_columns(asker, declared)
    absorbed = absorbed_by([pk]) if declared.merging else []
    found = _found(declared, [pk, *absorbed], list(by_column))
    files = {row[6] for row in found.values() if row[6] is not None}
    opened = (
        set(imports_of(asker).filter(pk__in=files).values_list("pk", flat=True)) if files else ()
    )
    names = _names(declared, asker, absorbed)

    def shown(
        record: UUID, f: ObjectField, column: str, *, seen: Sequence[UUID] = ()
    ) -> Shown | None:
        row = found.get((record, column)) or found.get((record, ""))
        if row is None:
            return None
        _pk, _key, at, actor, name, source, imported, file, number, chosen = row
        way, _colon, rest = source.partition(":")
        whose = json.loads(chosen).get(f.name) if chosen else None
        taken = UUID(whose) if whose else None
        inner = None
        if taken is not None and taken not in seen:
            inner = shown(taken, f, column, seen=[*seen, record])
        return {
            "at": at,
            "actor": {"id": str(actor), "label": name or ""} if actor else None,
            "way": "undo" if rest.endswith(":undo") else WAYS.get(way, "other"),
            "import_id": imported if imported in opened else None,
            "file": file if imported in opened else None,
            "row": number if imported in opened else None,
            "merged_from": names.get(taken) if taken else None,
            "before": inner,
        }

    items = {f.name: o for c, f in by_column.items() if (o := shown(pk, f, c)) is not None}
    return {"items": items}


def _found(
    declared: ObjectType, ids: Sequence[UUID], columns: Sequence[str]
) -> Mapping[tuple[UUID, str], Any]:
    asked: dict[str, Any] = {"ids": list(ids), "object": declared.name, "columns": list(columns)}
    with connection.cursor() as cursor:
        cursor.execute(ORIGINS, asked)
        return {(row[0], row[1]): row for row in cursor.fetchall()}


def _names(declared: ObjectType, asker: Asker, ids: Sequence[UUID]) -> Mapping[UUID, Shown]:
    """What merged records were called, for whoever may read titles."""
    if not ids or declared.title not in asker.fields(declared):
        return {}
    records = declared.model._base_manager.filter(pk__in=ids)
    return {
        pk: {"id": str(pk), "label": str(label)}
        for pk, label in records.values_list("pk", declared.title)
    }
