"""Which column means which field: by header in three languages, else by the shape of the values."""

import re
from collections.abc import Sequence
from typing import Any

from django.utils import translation

from guanxi.platform.access.predicate import Asker
from guanxi.platform.exchange.targets import TargetField
from guanxi.platform.exchange.values.convert import LANGUAGES, narrow
from guanxi.platform.objects.columns import normalize_phone
from guanxi.platform.objects.registry import is_declared, object_type

_PUNCTUATION = re.compile(r"[\s_\-./:：*()（）\[\]【】#]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
SHAPE_SHARE = 0.8  # of the sample's filled cells


def folded(header: str) -> str:
    """A header without case, width, spaces and signs."""
    return _PUNCTUATION.sub("", narrow(_CAMEL.sub(" ", header.strip()))).casefold()


def _names(field: TargetField) -> set[str]:
    names = {field.name, *field.synonyms}
    for language in LANGUAGES:
        with translation.override(language):
            names.add(str(field.label))
    return {folded(n) for n in names if n}


def guess_mapping(
    header: Sequence[str], sample: Sequence[Sequence[str]], fields: Sequence[TargetField]
) -> list[dict[str, Any]]:
    """[{"column", "field", "half"}] for every column; field None where nothing fits."""
    names = {(f.half, f.name): _names(f) for f in fields}
    taken: set[tuple[str, str]] = set()
    multiple = {(f.half, f.name) for f in fields if f.multiple}
    mapping: list[dict[str, Any]] = []
    for column, title in enumerate(header):
        word = folded(title)
        found = next((k for k, n in names.items() if word in n and k not in taken), None)
        if found and found not in multiple:
            taken.add(found)
        mapping.append(_entry(column, found))
    for entry in mapping:
        if entry["field"] is None:
            cells = [r[entry["column"]] for r in sample if len(r) > entry["column"]]
            kind = _shape([c.strip() for c in cells if c.strip()])
            found = next(
                (
                    (f.half, f.name)
                    for f in fields
                    if f.type == kind and (f.half, f.name) not in taken
                ),
                None,
            )
            if kind and found:
                taken.add(found)
                entry.update(_entry(entry["column"], found))
    return mapping


def file_fields(asker: Asker, name: str) -> list[TargetField]:
    """The fields of an object, as far as the asker sees them, that no import fills."""
    visible = asker.fields(object_type(name)).values() if is_declared(name) else ()
    return [TargetField(f.name, f.label, "file") for f in visible if f.type.name == "file"]


def called_like(
    fields: Sequence[TargetField], header: Sequence[str], mapping: Sequence[dict[str, Any]]
) -> list[int]:
    """The columns left out that have the name of one of these fields."""
    names = set().union(*map(_names, fields))
    left_out = [entry["column"] for entry in mapping if entry["field"] is None]
    return [column for column in left_out if folded(header[column]) in names]


def _entry(column: int, found: tuple[str, str] | None) -> dict[str, Any]:
    half, name = found or ("", None)
    return {"column": column, "field": name, "half": half or None}


def _shape(cells: Sequence[str]) -> str | None:
    """ "email" or "phone" if most of the cells are one."""
    if not cells:
        return None
    if sum(bool(_EMAIL.fullmatch(c)) for c in cells) >= len(cells) * SHAPE_SHARE:
        return "email"
    mobiles = sum(len(c) >= 11 and normalize_phone(c).startswith(("+861", "+8869")) for c in cells)
    return "phone" if mobiles >= len(cells) * SHAPE_SHARE else None
