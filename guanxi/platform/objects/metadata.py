"""What the client needs to draw lists and forms of every object, as one user may use them."""

from collections.abc import Collection
from typing import Any

from django.conf import settings

from guanxi.platform.access.predicate import Asker
from guanxi.platform.fields.rules import is_in_row
from guanxi.platform.filters.compiler import asked_of_masked
from guanxi.platform.layouts.arranging import shown_arrangement
from guanxi.platform.objects.columns import CurrencyField, MoneyField
from guanxi.platform.objects.lists import UNSORTABLE
from guanxi.platform.objects.registry import (
    ObjectField,
    ObjectType,
    is_registered,
    type_of_model,
    types,
)
from guanxi.platform.objects.splitting import writable_wholes
from guanxi.platform.workspaces.services import current_workspace

VERBS = ("read", "create", "change", "delete", "export", "import", "merge", "erase", "reveal")
CHOICE_COLORS = (
    "blue",
    "green",
    "gold",
    "purple",
    "cyan",
    "magenta",
    "orange",
    "geekblue",
    "lime",
    "volcano",
)


def field_meta(asker: Asker, object_type: ObjectType, f: ObjectField) -> dict[str, Any]:
    """One field as the client sees it."""
    may_write = asker.grants.writes(object_type, f.name)
    operators = asked_of_masked(f) if f.is_masked else list(f.type.operators)
    meta: dict[str, Any] = {
        "name": f.name,
        "label": sentence(f.label),
        "help": str(f.column.help_text or ""),
        "type": f.type.name,
        "required": f.required,
        "read_only": f.read_only or not may_write,
        "sortable": f.type.name not in UNSORTABLE and not _sorts_by_mask(asker, f),
        "filterable": bool(operators),
        "groupable": f.type.groupable and not f.is_masked,
        "board": f.makes_columns and not f.is_masked,
        "nullable": f.column.null,
        "personal": f.personal,
        "operators": operators,
    }
    if f.is_masked:
        meta["masked"] = True
    if (default := _default(f)) is not None and not meta["read_only"]:
        meta["default"] = default
    if not is_in_row(f):
        meta["beyond"] = True
    if object_type.seals and f.name == object_type.seals[0]:
        meta["seals"] = True
    if f.reads:
        meta["reads"] = sorted(f.reads)
    if (f.required_when or f.locked_when) and not meta["read_only"]:
        meta["ruled"] = True
    if f.type.name in ("choice", "multi_choice"):
        meta["choices"] = _choices(f)
    if f.target is not None and is_registered(f.target):
        meta["target"] = type_of_model(f.target).name
    if isinstance(f.column, MoneyField):
        meta["currency"] = f.column.currency
    if f.type.name == "file":
        meta |= {
            "upload": f"/{object_type.url}/attachments",
            "limit_bytes": settings.UPLOAD_LIMIT_BYTES,
        }
    for name in ("max_length", "decimal_places"):
        if (value := getattr(f.column, name, None)) is not None:
            meta[name] = value
    return meta


def _sorts_by_mask(asker: Asker, f: ObjectField) -> bool:
    """Whether an order by the field would be that of values which the asker may not see."""
    if f.type.name != "link" or f.target is None or not is_registered(f.target):
        return f.is_masked
    title = asker.title(type_of_model(f.target))
    return f.is_masked or (title is not None and title.is_masked)


def _choices(f: ObjectField) -> list[dict[str, Any]]:
    """The choices in their order, with those that are readable but no longer offered."""
    colors, archived = getattr(f.column, "colors", {}), getattr(f.column, "archived", ())
    return [
        {
            "value": value,
            "label": sentence(label),
            "color": colors.get(value) or CHOICE_COLORS[i % len(CHOICE_COLORS)],
            "archived": value in archived,
        }
        for i, (value, label) in enumerate(f.choices)
        if value != ""
    ]


def _default(f: ObjectField) -> str | bool | list[str] | None:
    """What a form begins with; None where nothing is picked yet.

    A number is left to the server, which may know better: an order's rate is that of its day.
    """
    if isinstance(f.column, CurrencyField) and f.required:
        workspace = current_workspace()
        return workspace.currency if workspace else None
    value = f.column.default if f.column.has_default() else f.column.db_default
    return value if isinstance(value, str | bool | list) and value != "" else None


def sentence(label: Any) -> str:
    """A label as it stands by itself: with a capital letter, where there are such."""
    text = str(label)
    return text[:1].upper() + text[1:]


def object_meta(asker: Asker, object_type: ObjectType) -> dict[str, Any]:
    """One object as the client sees it."""
    visible = asker.shown(object_type)
    shown = [name for name in object_type.list if name in visible]
    return {
        "name": object_type.name,
        "path": object_type.url,
        "area": object_type.area,
        "icon": object_type.icon,
        "description": object_type.description,
        "label": sentence(object_type.label),
        "label_plural": sentence(object_type.label_plural),
        "title_field": object_type.title,
        "can": [v for v in VERBS if asker.may(v, object_type)],
        "fields": [field_meta(asker, object_type, f) for f in visible.values()],
        "list": {"columns": shown, "sort": object_type.sort},
        **shown_arrangement(asker, object_type),
        "search": bool(object_type.search),
        "duplicates": _duplicates(asker, object_type),
        "wholes": [
            {"field": whole.field, "parts": list(whole.parts)}
            for whole in writable_wholes(asker, object_type)
        ],
        "actions": [
            {
                "name": a.name,
                "label": str(a.label),
                "icon": a.icon,
                "sets": a.sets and {"field": a.sets[0], "value": a.sets[1]},
            }
            for a in object_type.actions
        ],
        "finished": _finished(object_type, visible),
        "customizable": object_type.customizable,
        "related": [
            {
                "name": name,
                "object": other.name,
                "field": field,
                "label": _related_label(other, asker.fields(other)[field]),
            }
            for name, (other, field) in object_type.related.items()
            if asker.may("read", other) and field in asker.fields(other)
        ],
    }


def _duplicates(asker: Asker, object_type: ObjectType) -> list[str]:
    """The fields of a new record by which those are found that it may be; none: it is not asked."""
    if object_type.duplicates is None or not asker.may("create", object_type):
        return []
    writable = asker.writable(object_type)
    return [name for name in object_type.duplicates.fields if name in writable]


def _related_label(other: ObjectType, link: ObjectField) -> str:
    """What records that point here are called; by a custom link several kinds of them may."""
    called = sentence(other.label_plural)
    return f"{called} ({sentence(link.label)})" if link.key else called


def _finished(object_type: ObjectType, visible: Collection[str]) -> dict[str, Any] | None:
    field, values = object_type.finished or ("", ())
    return {"field": field, "values": list(values)} if field in visible else None


def metadata(asker: Asker) -> dict[str, Any]:
    """Every object the asker may read."""
    return {"objects": [object_meta(asker, t) for t in types() if asker.may("read", t)]}
