"""What every registered table holds, to tell that something changed nothing."""

import json
from typing import Any

from django.db import connection

from guanxi.platform.objects.registry import types

ASIDE = ("updated_at",)


def snapshot() -> dict[str, list[Any]]:
    """Every row of every registered table and its links, without what an undo need not restore.

    Identities that only follow a customer's own phone and e-mail are compared by value.
    """
    found: dict[str, list[Any]] = {}
    tables = {t.model._meta.db_table: t.model for t in types()}
    for declared in types():
        for f in declared.model._meta.many_to_many:
            through: Any = f.remote_field.through  # type: ignore[attr-defined]
            tables[through._meta.db_table] = through
    with connection.cursor() as cursor:
        for table, model in tables.items():
            cursor.execute(f"select to_jsonb(t) from {table} t")  # noqa: S608
            rows = []
            for (row,) in cursor.fetchall():
                row = json.loads(row) if isinstance(row, str) else row
                follows = getattr(model, "kept_by_triggers", False) and row.get("is_primary")
                aside = (*ASIDE, "id", "created_at") if follows or "tag_id" in row else ASIDE
                rows.append(
                    json.dumps({k: v for k, v in row.items() if k not in aside}, sort_keys=True)
                )
            found[table] = sorted(rows)
    return found
