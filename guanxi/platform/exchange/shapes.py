"""Imports and their rows as the API shows them."""

from typing import Any
from uuid import UUID

from django.db.models import Min, Q, QuerySet

from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.exchange.models import Import, ImportRow, ImportVerdict
from guanxi.platform.exchange.services import what_can_be_done
from guanxi.platform.exchange.targets import Target, may_write, target
from guanxi.platform.jobs.services import describe
from guanxi.platform.objects.registry import is_registered, object_type
from guanxi.platform.objects.rows import title_shown

PAGE = 50
RANKED = ("reject", "ambiguous", "create", "update", "unchanged")


def show_import(imported: Import) -> dict[str, Any]:
    """One import."""
    goal = target(imported.target)
    return {
        "id": str(imported.pk),
        "target": imported.target,
        "target_label": str(goal.label),
        "file_name": imported.file_name,
        "size": imported.size,
        "state": shown_state(imported),
        "error": imported.error or None,
        "options": {**goal.options, **imported.detected_format, **imported.options},
        "detected": imported.detected,
        "mapping": imported.mapping,
        "counts": imported.counts,
        "job": describe(imported.job) if imported.job else None,
        "can": what_can_be_done(imported),
        "conflicts": (imported.job.result.get("conflicts", []) if imported.job else []),
        "created_at": imported.created_at.isoformat(),
        "finished_at": imported.finished_at.isoformat() if imported.finished_at else None,
        "undo_until": imported.undo_until.isoformat() if imported.undo_until else None,
    }


def shown_state(imported: Import) -> str:
    return str(imported.state_now)


def show_target(asker: Asker, goal: Target) -> dict[str, Any]:
    """One target with the fields this user may fill."""
    return {
        "name": goal.name,
        "label": str(goal.label)[:1].upper() + str(goal.label)[1:],
        "options": goal.options,
        "fields": [
            {
                "name": f.name,
                "label": str(f.label)[:1].upper() + str(f.label)[1:],
                "type": f.type,
                "group": f.half or None,
                "half": f.half or None,
                "key": f.key,
                "required": f.required,
                "multiple": f.multiple,
                "choices": [{"value": v, "label": str(label)} for v, label in f.choices],
            }
            for f in goal.fields()
            if may_write(asker, f)
        ],
    }


def _rows_of(imported: Import, verdict: str | None, after: int) -> "QuerySet[Any]":
    """Row numbers behind `after`, in order; a row is judged by the worst of its parts."""
    found = ImportVerdict.objects.filter(imported=imported.pk, row__gt=after)
    if verdict:
        worse = RANKED[: RANKED.index(verdict)]
        found = found.filter(verdict=verdict)
        if worse:
            bad = ImportVerdict.objects.filter(
                imported=imported.pk, verdict__in=worse, row__gt=after
            )
            found = found.exclude(row__in=bad.values("row"))
    return (
        found.values("row")
        .annotate(first=Min("part"))
        .order_by("row")
        .values_list("row", flat=True)
    )


def show_rows(
    asker: Asker, imported: Import, *, verdict: str | None, after: int, limit: int = PAGE
) -> dict[str, Any]:
    """A page of staged rows with their verdicts, reasons and candidates."""
    numbers = list(_rows_of(imported, verdict, after)[: limit + 1])
    shown = numbers[:limit]
    cells = dict(
        ImportRow.objects.filter(imported=imported.pk, row__in=shown).values_list("row", "cells")
    )
    parts: dict[int, list[ImportVerdict]] = {n: [] for n in shown}
    found = ImportVerdict.objects.filter(imported=imported.pk, row__in=shown).order_by("part")
    for v in found:
        parts[v.row].append(v)
    labels = _labels(asker, imported, {c for v in found for c in v.candidates or []})
    items = [_show_row(n, cells.get(n, []), parts[n], labels) for n in shown]
    return {"items": items, "next": str(shown[-1]) if len(numbers) > limit else None}


def _show_row(
    number: int, cells: list[str], parts: list[ImportVerdict], labels: dict[UUID, dict[str, Any]]
) -> dict[str, Any]:
    worst = min(parts, key=lambda v: RANKED.index(v.verdict))
    unknown = {"label": None, "detail": ""}
    offered = [c for v in parts if v.verdict == "ambiguous" or v.chosen for c in v.candidates or []]
    return {
        "row": number,
        "verdict": worst.verdict,
        "cells": cells,
        "reasons": [r for v in parts for r in v.reasons or []],
        "candidates": [{"id": str(c), **labels.get(c, unknown)} for c in offered],
        "chosen": next((v.chosen for v in parts if v.chosen), None),
    }


def _labels(asker: Asker, imported: Import, ids: set[UUID]) -> dict[UUID, dict[str, Any]]:
    """{label, detail} of the candidates the asker may see; others stay without."""
    goal: Any = target(imported.target)
    name = getattr(goal, "matches", goal.name)
    if not ids:
        return {}
    declared = object_type(name)
    assert is_registered(declared.model)  # noqa: S101
    visible = asker.fields(declared)
    columns = [
        n for n in declared.list if n in visible and visible[n].type.name not in ("link", "tags")
    ]
    found = {}
    for record in visible_to(asker, declared.model).filter(Q(pk__in=ids)):
        detail = " · ".join(
            str(getattr(record, n)) for n in columns if n != declared.title and getattr(record, n)
        )
        found[record.pk] = {
            "label": title_shown(asker, declared, getattr(record, declared.title)),
            "detail": detail,
        }
    return found
