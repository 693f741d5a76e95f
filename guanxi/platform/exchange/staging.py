"""Rows of a file into the staging table: converted column by column, written by COPY."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from guanxi.platform.exchange.layout import Layout, Slot
from guanxi.platform.exchange.readers.formulas import remove_mark
from guanxi.platform.exchange.values.convert import BadValue, Column

CHUNK = 2000  # rows converted at once
COPY = "copy platform_importrow (imported, row, cells, values, reasons) from stdin"
_SPECIAL = re.compile(r'[\\"\t\n\r\x08\x0b\x0c\x00]')
_ESCAPES = str.maketrans(
    {"\\": "\\\\\\\\", '"': '\\\\"', "\t": "\\t", "\n": "\\n", "\r": "\\r", "\b": "\\b",
     "\v": "\\v", "\f": "\\f", "\0": ""}
)  # fmt: skip
_JSON = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

Row = tuple[int, list[str]]
Converter = tuple[Slot, Column, int | None]


def copy_array(values: Sequence[str]) -> str:
    """A text array as COPY reads it."""
    if _SPECIAL.search("".join(values)):
        return plain_array([v.translate(_ESCAPES) for v in values])
    return plain_array(values)


def plain_array(values: Sequence[str]) -> str:
    """The same of values without a character that COPY or arrays use."""
    return '{"' + '","'.join(values) + '"}'


def array_writer(rows: Sequence[Sequence[str]]) -> Callable[[Sequence[str]], str]:
    """The quickest that writes all these rows: looking once is cheaper than row by row."""
    return copy_array if _SPECIAL.search("".join(map("".join, rows))) else plain_array


def chunks(rows: Iterable[Row], size: int = CHUNK) -> Iterator[list[Row]]:
    rows = iter(rows)
    while chunk := list(islice(rows, size)):
        yield chunk


class Stager:
    """Converts chunks of rows by a layout; keeps the converters' memory between chunks."""

    def __init__(self, imported: UUID, layout: Layout, *, width: int, complete_end: bool = True):
        self.prefix = f"{imported}\t"
        self.layout, self.width, self.complete_end = layout, width, complete_end
        self.converters = layout.columns()
        self.rejected = 0

    def look_up(self, rows: Sequence[Row]) -> None:
        """Ask the database for the linked records these rows name; not possible within a COPY."""
        for slot, column, _source in self.converters:
            if slot.lookup and slot.column is not None:
                wanted = {c[slot.column].strip() for _n, c in rows if len(c) > slot.column}
                unknown = [w for w in wanted if w and w not in column.known]
                if unknown:
                    found = slot.lookup.find(unknown)
                    for name in unknown:
                        if name in found:
                            column.known[name] = found[name]
                        else:
                            message = slot.lookup.message(name)
                            column.refuse(name, BadValue("not_found", message))

    def lines(self, rows: Sequence[Row]) -> str:
        """The COPY text of a chunk."""
        width = self.width
        even = all(len(cells) == width for _n, cells in rows)
        given = padded = [cells for _n, cells in rows]
        if not even:
            padded = [c if len(c) >= width else [*c, *[""] * (width - len(c))] for c in given]
        by_column = list(zip(*padded, strict=False))
        bad: dict[int, list[dict[str, Any]]] = {}
        columns: list[list[str]] = []
        for slot, column, source in self.converters:
            if source is not None:
                cells: Sequence[str] = columns[source]
            elif slot.column is not None:
                cells = [remove_mark(c) if c[:1] == "'" else c for c in by_column[slot.column]]
            else:
                cells = [""] * len(rows)
            values = column(cells)
            columns.append(self._checked(slot, values, bad) if column.refuses else values)  # type: ignore[arg-type]
        if self.layout.together:
            names = [slot.name for slot, _column, _source in self.converters]
            self.layout.together(dict(zip(names, columns, strict=True)))
        if not even:
            self._note_shape(rows, bad)
        self.rejected += len(bad)
        by_row = list(zip(*columns, strict=True)) if columns else [("",)] * len(rows)
        prefix, out = self.prefix, []
        cells_array, values_array = array_writer(given), array_writer(by_row)
        for i, (number, cells) in enumerate(rows):
            why = json.dumps(bad[i], ensure_ascii=False).translate(_JSON) if i in bad else "\\N"
            out.append(
                f"{prefix}{number}\t{cells_array(cells)}\t{values_array(by_row[i])}\t{why}\n"
            )
        return "".join(out)

    def _checked(
        self, slot: Slot, values: list[str | BadValue], bad: dict[int, list[dict[str, Any]]]
    ) -> list[str]:
        for i, value in enumerate(values):
            if isinstance(value, BadValue):
                reason = {
                    "field": self.layout.fields[slot.name], "code": value.code,
                    "message": value.message,
                }  # fmt: skip
                bad.setdefault(i, []).append(reason)
                values[i] = ""
        return values  # type: ignore[return-value]

    def _note_shape(self, rows: Sequence[Row], bad: dict[int, list[dict[str, Any]]]) -> None:
        for i, (_number, cells) in enumerate(rows):
            if len(cells) > self.width and any(cells[self.width :]):
                message = _(
                    "The row has more cells than the file has columns. Put text that holds the"
                    " delimiter into quotation marks."
                )
                bad.setdefault(i, []).append(
                    {"field": None, "code": "too_many_cells", "message": message}
                )

    @staticmethod
    def reject_last() -> dict[str, Any]:
        """The reason for a last row that was cut off."""
        message = _("The file ends within this row: it was cut off. Export it again.")
        return {"field": None, "code": "cut_off", "message": message}

    def copy(self, rows: Sequence[Row]) -> None:
        """Convert and write many rows by one COPY."""
        self.look_up(rows)
        # Django gives a COPY's errors no type of its own.
        with (
            connection.wrap_database_errors,
            connection.cursor() as cursor,
            cursor.copy(COPY) as out,
        ):
            for start in range(0, len(rows), CHUNK):
                out.write(self.lines(rows[start : start + CHUNK]))


__all__ = ["CHUNK", "Converter", "Stager", "chunks", "copy_array"]
