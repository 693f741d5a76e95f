"""Any list as a file: the asker's records, fields and masks, in the asker's words, as a stream."""

import csv
import datetime as dt
import io
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import orjson
import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker
from guanxi.platform.exchange.readers.formulas import neutralize
from guanxi.platform.filters.clock import clock_of
from guanxi.platform.objects import lists
from guanxi.platform.objects.errors import NotAllowed
from guanxi.platform.objects.registry import ObjectField, ObjectType
from guanxi.platform.objects.rows import row_cells
from guanxi.platform.workspaces.services import books_zone

ROWS_AT_ONCE = 2000
SHEET_ROWS = 1_048_576  # of the XLSX format, the header included
CELL_CHARACTERS = 32_767  # of the XLSX format
EXACT_DIGITS = 15  # a spreadsheet's numbers are binary floats
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Cell = str | Decimal | int | float
Show = Callable[[Any], Cell]


class Export:
    """One list to be written. Everything is checked on creation, before the first byte."""

    def __init__(
        self,
        asker: Asker,
        declared: ObjectType,
        *,
        tree: Any = None,
        search: str = "",
        sort: str | None = None,
        fields: Sequence[str] | None = None,
    ):
        """Raises NotAllowed, or BadList naming the field, filter or sort that does not fit."""
        if not asker.may("export", declared) or not asker.may("read", declared):
            raise NotAllowed(_("Your role does not allow exporting this."))
        self.asker, self.declared = asker, declared
        self.fields = self._chosen(fields)
        self.language = translation.get_language() or "en"
        self.zone = books_zone()
        records = lists.matching(asker, declared, clock_of(asker), tree=tree, search=search)
        cells, self.places = row_cells(asker, declared, self.fields)
        self.records = lists.ordered(records, lists.sort_keys(asker, declared, sort)).annotate(
            _json=cells
        )

    def _chosen(self, names: Sequence[str] | None) -> list[ObjectField | None]:
        """The fields in their order; None stands for the id."""
        visible = self.asker.shown(self.declared)
        wanted = names or [n for n in self.declared.list if n in visible]
        if unknown := [n for n in wanted if n not in visible and n != "id"]:
            message = _('There is no field "%(name)s".') % {"name": unknown[0]}
            raise lists.BadList(message, field="fields")
        return [None if n == "id" else visible[n] for n in dict.fromkeys(wanted)]

    def header(self) -> list[str]:
        return ["id" if f is None else _sentence(f.label) for f in self.fields]

    def rows(self) -> Iterator[list[Cell]]:
        """Every record as the cells of its fields, read through a server-side cursor."""
        plain = [str if f is None or f.is_masked else shower(f, self.zone) for f in self.fields]
        for text in self.records.values_list("_json", flat=True).iterator(ROWS_AT_ONCE):
            values = orjson.loads(text)
            row = [values[n] if key is None else values[n][key] for n, key in self.places]
            yield [
                "" if value is None else show(value) for value, show in zip(row, plain, strict=True)
            ]

    def csv(self) -> Iterator[bytes]:
        """CSV in UTF-8 with the byte order mark that Excel wants to see."""
        with translation.override(self.language):
            out = io.StringIO()
            writer = csv.writer(out)
            out.write("\ufeff")
            writer.writerow([neutralize(c) for c in self.header()])
            for number, row in enumerate(self.rows(), 1):
                writer.writerow([neutralize(c) if isinstance(c, str) else c for c in row])
                if number % ROWS_AT_ONCE == 0:
                    yield out.getvalue().encode()
                    out.seek(0)
                    out.truncate()
            yield out.getvalue().encode()

    def xlsx(self, file: BinaryIO) -> None:
        """XLSX written row by row; beyond the format's rows it goes on in another sheet."""
        options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
        with translation.override(self.language), xlsxwriter.Workbook(file, options) as book:
            sheet, line = None, SHEET_ROWS
            bold = book.add_format({"bold": True})
            for row in self.rows():
                if line >= SHEET_ROWS:
                    sheet, line = self._new_sheet(book, bold), 1
                _write_row(sheet, line, row)
                line += 1
            if sheet is None:
                self._new_sheet(book, bold)

    def _new_sheet(self, book: Any, bold: Any) -> Any:
        sheet = book.add_worksheet()
        for column, title in enumerate(self.header()):
            sheet.write_string(0, column, neutralize(title), bold)
        return sheet

    def stream(self, form: str) -> Iterator[bytes]:
        """The file's bytes; XLSX needs a temporary file, as its directory stands at its end."""
        if form == "csv":
            yield from self.csv()
            return
        with tempfile.TemporaryFile() as file:
            self.xlsx(file)
            file.seek(0)
            while block := file.read(1 << 18):
                yield block


def _write_row(sheet: Any, line: int, row: Sequence[Cell]) -> None:
    for column, cell in enumerate(row):
        if isinstance(cell, str):
            if cell:
                sheet.write_string(line, column, neutralize(cell)[:CELL_CHARACTERS])
        elif isinstance(cell, Decimal) and len(cell.as_tuple().digits) > EXACT_DIGITS:
            sheet.write_string(line, column, str(cell))
        else:
            sheet.write_number(line, column, cell)


def _sentence(label: Any) -> str:
    text = str(label)
    return text[:1].upper() + text[1:]


def shower(f: ObjectField, zone: ZoneInfo) -> Show:
    """How one field's JSON value becomes a cell that reads well and imports as the same value."""
    match f.type.name:
        case "link" | "file":
            return lambda value: value["label"] or ""
        case "tags":
            return lambda value: "; ".join(t["label"] for t in value)
        case "choice":
            labels = {v: _sentence(label) for v, label in f.choices}
            return lambda value: labels.get(value, str(value))
        case "multi_choice":
            labels = {v: _sentence(label) for v, label in f.choices}
            return lambda value: "; ".join(labels.get(v, str(v)) for v in value)
        case "boolean":
            yes, no = _("yes"), _("no")
            return lambda value: yes if value else no
        case "decimal" | "money":
            return lambda value: _plain(Decimal(value))
        case "datetime":
            return lambda value: _local(value, zone)
        case "json":
            return lambda value: json.dumps(value, ensure_ascii=False) if value else ""
        case "number" | "float" | "score":
            return lambda value: value
        case _:
            return str


def _plain(value: Decimal) -> Decimal:
    """Without trailing zeros and without an exponent."""
    whole = value.to_integral_value()
    return whole.quantize(Decimal(1)) if value == whole else value.normalize()


def _local(value: str, zone: ZoneInfo) -> str:
    """An instant in the zone of the books, where an import reads it again."""
    return dt.datetime.fromisoformat(value).astimezone(zone).replace(tzinfo=None).isoformat(" ")
