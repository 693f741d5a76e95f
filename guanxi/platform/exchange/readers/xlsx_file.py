"""XLSX read row by row. Everything in it is taken for hostile: limits first, then content."""

import datetime as dt
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from guanxi.platform.exchange.errors import BadFile, FileTooLarge
from guanxi.platform.exchange.limits import CELL_CHARACTERS, COLUMNS, UNPACKED_BYTES

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
BROKEN = (
    zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, EOFError, OSError, IndexError,
    AttributeError, TypeError, SyntaxError, DefusedXmlException, NotImplementedError,
)  # fmt: skip

Row = tuple[int, list[str]]


def is_xlsx(path: Path) -> bool:
    """Whether the file is a ZIP, as XLSX is. Raises BadFile for the older XLS."""
    with path.open("rb") as file:
        magic = file.read(8)
    if magic == OLE:
        raise BadFile(
            _("This is an old or an encrypted Excel file. Save it as XLSX without a password.")
        )
    return magic.startswith(ZIP)


def _open(path: Path) -> Any:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise BadFile(_broken()) from error
    if unpacked > UNPACKED_BYTES:
        raise FileTooLarge(
            _("Unpacked, the file takes %(size)s bytes; %(limit)s are allowed. Split it.")
            % {"size": f"{unpacked:,}", "limit": f"{UNPACKED_BYTES:,}"}
        )
    file = path.open("rb")  # openpyxl goes by the name's ending where it is given a path
    try:
        return openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except BROKEN as error:
        file.close()
        raise BadFile(_broken()) from error


def _close(book: Any) -> None:
    file = book._archive.fp
    book.close()
    if file is not None:
        file.close()


def _broken() -> str:
    return _("The Excel file is damaged or incomplete. Open it in Excel and save it again as XLSX.")


def sheet_names(path: Path) -> list[str]:
    """The sheets that hold cells, in their order."""
    book = _open(path)
    try:
        return [sheet.title for sheet in book.worksheets]
    finally:
        _close(book)


def read_xlsx(path: Path, *, sheet: str | None) -> Iterator[Row]:
    """Each row of one sheet with its number, as text; empty rows are left out. Raises BadFile."""
    book = _open(path)
    try:
        titles = [s.title for s in book.worksheets]
        if not titles or (sheet and sheet not in titles):
            raise BadFile(_("There is no such sheet. Choose one of the file's sheets."))
        worksheet = book[sheet] if sheet else book.worksheets[0]
        worksheet.reset_dimensions()  # what the file claims of its size need not be true
        for number, values in enumerate(worksheet.iter_rows(values_only=True), 1):
            cells = [_text(v) for v in values]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                _check(cells, number)
                yield number, cells
    except BROKEN as error:
        raise BadFile(_broken()) from error
    finally:
        _close(book)


def _check(cells: list[str], row: int) -> None:
    if len(cells) > COLUMNS:
        raise BadFile(
            _("Row %(row)d has more than %(n)d columns.") % {"row": row, "n": COLUMNS}, row=row
        )
    for column, cell in enumerate(cells, 1):
        if len(cell) > CELL_CHARACTERS:
            message = _("Cell %(cell)s holds more than %(limit)s characters. Shorten it.")
            place = f"{get_column_letter(column)}{row}"
            raise BadFile(message % {"cell": place, "limit": f"{CELL_CHARACTERS:,}"}, row=row)


def _text(value: Any) -> str:
    """A cell as a person would type it; dates in ISO form, so that no order of parts is guessed."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
