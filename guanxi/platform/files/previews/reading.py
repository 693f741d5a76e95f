"""What of a file is shown: a text, tables, or the headings and paragraphs of a document.

Texts and tables are read as an import reads them. What a file is, its bytes say; its name only
whether a text is meant as a table.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform.exchange.errors import BadFile
from guanxi.platform.exchange.readers import csv_file, encodings, table, xlsx_file
from guanxi.platform.exchange.readers.header import looks_like_header
from guanxi.platform.files.previews import documents
from guanxi.platform.files.previews.budget import LINES, ROWS, SHEETS, Budget

Shown = dict[str, Any]
TABLES = ("csv", "tsv")
MARKDOWN = ("md", "markdown")


def read(path: Path, suffix: str, *, is_cut: bool) -> Shown:
    """What to show of the file; `is_cut`: of which only the beginning is there. Raises BadFile."""
    if xlsx_file.is_xlsx(path):
        return _office(path)
    if suffix in TABLES:
        try:
            return _table(path, is_cut)
        except BadFile:
            pass  # as written, then
    return _text(path, suffix, is_cut)


def _office(path: Path) -> Shown:
    match documents.kind_of(path):
        case "xlsx":
            return _sheets(path)
        case "docx":
            blocks = documents.paragraphs(path)
        case "pptx":
            blocks = documents.slides(path)
    budget = Budget()
    shown = documents.within(budget, blocks)
    if not shown:
        raise BadFile(_("There is no text in this file."))
    return {"kind": "document", "blocks": shown, "more": budget.is_cut}


def _sheets(path: Path) -> Shown:
    budget = Budget()
    names = xlsx_file.sheet_names(path)
    tables = [
        _shown(budget, xlsx_file.read_xlsx(path, sheet=name), budget.take(name))
        for name in names[:SHEETS]
    ]
    return {"kind": "tables", "tables": tables, "more": budget.is_cut or len(names) > SHEETS}


def _table(path: Path, is_cut: bool) -> Shown:
    budget = Budget()
    rows = table.raw_rows(path, table.detect(path).format)
    shown = _shown(budget, _until_cut(rows) if is_cut else rows, "")
    return {"kind": "tables", "tables": [shown], "more": is_cut or budget.is_cut}


def _until_cut(rows: Iterator[csv_file.Row]) -> Iterator[csv_file.Row]:
    """The rows up to where the file was cut, which may be within a character or quotation marks."""
    try:
        yield from rows
    except BadFile:
        return


def _shown(budget: Budget, rows: Iterator[csv_file.Row], name: str) -> Shown:
    kept: list[list[str]] = []
    for _number, cells in islice(rows, ROWS + 1):
        if len(kept) == ROWS or budget.is_spent:
            budget.is_cut = True
            break
        kept.append(budget.row(cells))
    return {"name": name, "rows": kept, "has_header": bool(kept) and looks_like_header(kept)}


def _text(path: Path, suffix: str, is_cut: bool) -> Shown:
    budget = Budget()
    try:
        encoding = encodings.sniff_encoding(path)
    except BadFile:
        raise BadFile(_("This file is empty, or not what its name says.")) from None
    codec = csv_file.codec_name(path, encoding)
    with path.open(encoding=codec, errors="replace") as file:
        lines = list(islice(file, LINES + 1))
    text = budget.take("".join(lines[:LINES]).replace("\0", ""))
    kind = "markdown" if suffix in MARKDOWN else "text"
    more = is_cut or budget.is_cut or len(lines) > LINES
    return {"kind": kind, "text": text, "more": more}
