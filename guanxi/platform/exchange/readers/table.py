"""One way to look at any uploaded table: what it is, its header, its rows."""

import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform.exchange.errors import BadFile
from guanxi.platform.exchange.limits import COLUMNS
from guanxi.platform.exchange.readers import csv_file, encodings, xlsx_file
from guanxi.platform.exchange.readers.header import looks_like_header

SAMPLE_ROWS = 20
SAMPLE_CHARACTERS = 64 * 1024


@dataclass(frozen=True)
class Format:
    """How a file is to be read; found by `detect`, changeable by people."""

    kind: str  # "csv" or "xlsx"
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    has_header: bool = True

    def changed(self, options: dict[str, Any]) -> "Format":
        """The same with what `options` say. Raises BadFile for an unknown encoding."""
        chosen = {
            name: options[name]
            for name in ("encoding", "delimiter", "sheet", "has_header")
            if options.get(name) is not None
        }
        if chosen.get("delimiter") and len(chosen["delimiter"]) != 1:
            raise BadFile(_("The delimiter is one character."))
        if encoding := chosen.get("encoding"):
            try:
                "".encode(encoding)
            except LookupError as error:
                raise BadFile(_("There is no such encoding.")) from error
        return replace(self, **chosen)


@dataclass(frozen=True)
class Detected:
    """What was found: the format, the sheets, the header and the first rows."""

    format: Format
    header: list[str]
    sample: list[list[str]]
    sheets: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            **asdict(self.format),
            "header": self.header,
            "sample": self.sample,
            "sheets": self.sheets,
        }


def detect(path: Path, options: dict[str, Any] | None = None) -> Detected:
    """Look at the file, following `options` where they are given. Raises BadFile."""
    options = {k: v for k, v in (options or {}).items() if v not in (None, "")}
    sheets: list[str] = []
    if xlsx_file.is_xlsx(path):
        sheets = xlsx_file.sheet_names(path)
        found = Format("xlsx", sheet=sheets[0] if sheets else "").changed(options)
    else:
        encoding = options.get("encoding") or encodings.sniff_encoding(path)
        found = Format("csv", encoding=encoding).changed(options)
        if not found.delimiter:
            found = replace(found, delimiter=csv_file.sniff_delimiter(_head(path, found.encoding)))
    rows = [cells for _n, cells in islice(raw_rows(path, found), SAMPLE_ROWS + 1)]
    if not rows:
        raise BadFile(_("The file is empty. Choose a file that holds at least one row."))
    if "has_header" not in options:
        found = replace(found, has_header=looks_like_header(rows))
    width = max(len(r) for r in rows)
    header = rows[0] if found.has_header else [str(i) for i in range(1, width + 1)]
    _check_header(header)
    sample = rows[1:] if found.has_header else rows[:-1] or rows
    return Detected(found, [h.strip() for h in header], [r[:COLUMNS] for r in sample], sheets)


def _head(path: Path, encoding: str) -> list[str]:
    with path.open(
        encoding=csv_file.codec_name(path, encoding), newline="", errors="replace"
    ) as file:
        text = file.read(SAMPLE_CHARACTERS)
    lines = io.StringIO(text, newline="").readlines()
    return lines[:-1] if len(lines) > 1 and len(text) == SAMPLE_CHARACTERS else lines


def _check_header(header: list[str]) -> None:
    if len(header) > COLUMNS:
        raise BadFile(_("The file has more than %(n)d columns.") % {"n": COLUMNS}, row=1)


def raw_rows(path: Path, form: Format) -> Iterator[tuple[int, list[str]]]:
    """Every row with its number, the header too."""
    if form.kind == "xlsx":
        return xlsx_file.read_xlsx(path, sheet=form.sheet or None)
    return csv_file.read_csv(path, encoding=form.encoding, delimiter=form.delimiter)


def data_rows(path: Path, form: Format) -> Iterator[tuple[int, list[str]]]:
    """Every row behind the header, with its number in the file."""
    rows = raw_rows(path, form)
    return islice(rows, 1, None) if form.has_header else rows
