"""CSV as people save it, read as a stream of rows."""

import csv
from collections import deque
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

from guanxi.platform.exchange.errors import BadFile
from guanxi.platform.exchange.limits import CELL_CHARACTERS

DELIMITERS = (",", "\t", ";", "|")
LINE_CHARACTERS = 16 * CELL_CHARACTERS
RECENT_LINES = 2000
csv.field_size_limit(CELL_CHARACTERS)  # the module's own default is 128 KiB

Row = tuple[int, list[str]]


def read_csv(path: Path, *, encoding: str, delimiter: str) -> Iterator[Row]:
    """Each row with its number, from 1; rows that are empty altogether are left out.

    Raises BadFile, naming the row, at a byte that is no character, a NUL, a cell beyond the limit,
    or a quotation mark that the file ends within.
    """
    with path.open(encoding=codec_name(path, encoding), newline="") as file:
        recent: deque[str] = deque(maxlen=RECENT_LINES)
        reader = csv.reader(_lines(file, recent), delimiter=delimiter)
        number, cells, first_line = 0, [], 0
        try:
            while True:
                first_line = reader.line_num
                cells = next(reader)
                number += 1
                if cells and (len(cells) > 1 or cells[0].strip()):
                    yield number, cells
        except StopIteration:
            pass
        except UnicodeDecodeError as error:
            raise BadFile(_not_decodable(error, encoding, number + 1), row=number + 1) from error
        except csv.Error as error:
            raise BadFile(_cell_too_long(number + 1), row=number + 1) from error
        except BadFile as error:
            raise BadFile(error.message % {"row": number + 1}, row=number + 1) from None
        _refuse_open_quote(recent, reader.line_num - first_line or 1, delimiter, number)


def _lines(file: TextIO, recent: "deque[str]") -> Iterator[str]:
    for line in iter(partial(file.readline, LINE_CHARACTERS), ""):
        if "\0" in line:
            raise BadFile(
                _(
                    "Row %(row)d holds a NUL character. Save the file again as text (CSV UTF-8),"
                    " or choose its encoding."
                )
            )
        if len(line) == LINE_CHARACTERS:
            raise BadFile(_("Row %(row)d has no end. Choose a file of lines of cells."))
        recent.append(line)
        yield line


def codec_name(path: Path, encoding: str) -> str:
    """The codec that also swallows the byte order mark, if there is one."""
    if encoding == "utf-8":
        return "utf-8-sig"
    if encoding.startswith("utf-16"):
        with path.open("rb") as file:
            if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
                return "utf-16"
    return encoding


def _not_decodable(error: UnicodeDecodeError, encoding: str, row: int) -> str:
    if (
        "unexpected end" in error.reason
        or "truncated" in error.reason
        or "incomplete" in error.reason
    ):
        return _(
            "The file ends in the middle of a character, near row %(row)d: it was cut off."
            " Export or copy it again."
        ) % {"row": row}
    return _(
        "Near row %(row)d the file holds bytes that are no %(encoding)s text."
        " Choose another encoding, or save the file as CSV UTF-8."
    ) % {"row": row, "encoding": encoding.upper()}


def _cell_too_long(row: int) -> str:
    return _(
        "Row %(row)d: a cell holds more than %(limit)s characters. Shorten it, or close the"
        " quotation mark before it."
    ) % {"row": row, "limit": f"{CELL_CHARACTERS:,}"}


def _refuse_open_quote(recent: "deque[str]", lines: int, delimiter: str, row: int) -> None:
    """A file cut off inside quotation marks reads as one last cell; only strict reading tells."""
    last = list(recent)[-lines:]
    if not last or '"' not in "".join(last):
        return
    try:
        list(csv.reader(last, delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise BadFile(
                _(
                    "The file ends inside the quotation marks of row %(row)d: it was cut off, or a"
                    " mark is missing. Export it again, or close the mark."
                )
                % {"row": row},
                row=row,
            ) from error


def ends_with_newline(path: Path) -> bool:
    """Whether the last line is complete; a shorter last row without it was cut off."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4))
        return file.read().rstrip(b"\0")[-1:] in (b"\n", b"\r")


def sniff_delimiter(sample: list[str]) -> str:
    """The delimiter that cuts the sample's rows into the most columns of the same number."""
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        rows = [r for r in csv.reader(sample, delimiter=delimiter) if r][:100]
        widths = [len(r) for r in rows]
        if not widths:
            continue
        usual = max(set(widths), key=widths.count)
        if usual == 1:
            continue
        score = widths.count(usual) / len(widths) * (1 + min(usual, 20) / 100)
        if score > best_score:
            best, best_score = delimiter, score
    return best
