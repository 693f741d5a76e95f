"""The text of Word and PowerPoint files: their XML read as a stream, nothing else of them opened.

Links, pictures, macros and embedded files are passed over: a preview that follows nothing has
nothing to be led to. XML that declares entities is refused.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _

from guanxi.platform.exchange.errors import BadFile
from guanxi.platform.files.previews.budget import BLOCKS, Budget

UNPACKED_BYTES = 256 * 1024 * 1024
ENTRIES = 10_000
MAIN_PARTS = {
    "xl/workbook.xml": "xlsx",
    "word/document.xml": "docx",
    "ppt/presentation.xml": "pptx",
}
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
SLIDE = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
HEADING = re.compile(r"heading (\d)|(?:sub)?title", re.IGNORECASE)
BROKEN = (
    zipfile.BadZipFile, ParseError, DefusedXmlException, KeyError, ValueError, EOFError, OSError,
    IndexError, NotImplementedError, RuntimeError, RecursionError,
)  # fmt: skip

Block = dict[str, Any]


def kind_of(path: Path) -> str:
    """Which of the three an archive is, by what is in it. Raises BadFile for another, or a bomb."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except BROKEN as error:
        raise BadFile(_broken()) from error
    if len(entries) > ENTRIES or sum(entry.file_size for entry in entries) > UNPACKED_BYTES:
        message = _("Unpacked, this file takes more than the %(limit)s bytes a preview may take.")
        raise BadFile(message % {"limit": f"{UNPACKED_BYTES:,}"})
    names = {entry.filename for entry in entries}
    found = next((kind for part, kind in MAIN_PARTS.items() if part in names), None)
    if found is None:
        raise BadFile(_broken())
    return found


def _broken() -> str:
    return _("This file is damaged, or not what its name says.")


def within(budget: Budget, blocks: Iterator[Block]) -> list[Block]:
    """As many blocks as are shown, each cut to what there is room for. Raises BadFile."""
    shown: list[Block] = []
    try:
        for block in blocks:
            if len(shown) == BLOCKS or budget.is_spent:
                budget.is_cut = True
                break
            if "rows" in block:
                block["rows"] = [budget.row(row) for row in block["rows"]]
            else:
                block["text"] = budget.take(block["text"])
            shown.append(block)
    except BROKEN as error:
        raise BadFile(_broken()) from error
    return shown


def _events(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, Element]]:
    with archive.open(part) as file:
        yield from iterparse(file, events=("start", "end"), forbid_dtd=True)


def _ends(archive: zipfile.ZipFile, part: str, tag: str) -> Iterator[Element]:
    """Each whole element of this name, emptied afterwards."""
    for event, element in _events(archive, part):
        if event == "end" and element.tag == tag:
            yield element
            element.clear()


# ------------------------------------------------------------------ Word


def paragraphs(path: Path) -> Iterator[Block]:
    """Headings, paragraphs, list items and tables of a Word file, in their order."""
    with zipfile.ZipFile(path) as archive:
        levels = _heading_levels(archive)
        tables, fallbacks = 0, 0
        rows: list[list[str]] = []
        for event, element in _events(archive, "word/document.xml"):
            starts = event == "start"
            match element.tag.removeprefix(WORD):
                case "tbl":
                    tables += 1 if starts else -1
                    if starts and tables == 1:
                        rows = []
                    elif tables == 0:
                        yield {"kind": "table", "rows": rows}
                case "tr" if starts and tables == 1:
                    rows.append([])
                case "tc" if starts and tables == 1:
                    rows[-1].append("")
                case "p" if not starts:
                    text = _word_text(element)
                    if fallbacks:
                        pass  # said once more, for older programs
                    elif tables:
                        rows[-1][-1] = f"{rows[-1][-1]}\n{text}".strip()
                    elif text.strip():
                        yield _paragraph(element, text, levels)
                    element.clear()
            if element.tag == FALLBACK:
                fallbacks += 1 if starts else -1


def _heading_levels(archive: zipfile.ZipFile) -> dict[str, int]:
    """The level of each paragraph style that is a heading: styles have ids of any language."""
    levels: dict[str, int] = {}
    if "word/styles.xml" not in archive.namelist():
        return levels
    for style in _ends(archive, "word/styles.xml", f"{WORD}style"):
        name = style.find(f"{WORD}name")
        found = HEADING.fullmatch(name.get(f"{WORD}val", "") if name is not None else "")
        if found:
            levels[style.get(f"{WORD}styleId", "")] = int(found[1] or 1)
    return levels


def _paragraph(element: Element, text: str, levels: dict[str, int]) -> Block:
    style = element.find(f"{WORD}pPr/{WORD}pStyle")
    level = levels.get(style.get(f"{WORD}val", "")) if style is not None else None
    if level is not None:
        return {"kind": "heading", "level": level, "text": text}
    is_item = element.find(f"{WORD}pPr/{WORD}numPr") is not None
    return {"kind": "item" if is_item else "text", "text": text}


def _word_text(paragraph: Element) -> str:
    written = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
    parts: list[str] = []
    for element in paragraph.iter():
        tag = element.tag.removeprefix(WORD)
        parts.append((element.text or "") if tag == "t" else written.get(tag, ""))
    return "".join(parts)


# ------------------------------------------------------------------ PowerPoint


def slides(path: Path) -> Iterator[Block]:
    """Of each slide its title as a heading, then its texts and tables."""
    with zipfile.ZipFile(path) as archive:
        for number, part in enumerate(_slide_parts(archive), 1):
            title = ""
            blocks: list[Block] = []
            for event, element in _events(archive, part):
                if event == "start":
                    continue
                if element.tag == f"{SLIDE}sp":
                    texts = [t for p in element.iter(f"{DRAWING}p") if (t := _drawn_text(p))]
                    if _is_title(element) and not title:
                        title = " ".join(texts)
                    else:
                        blocks += [{"kind": "text", "text": text} for text in texts]
                    element.clear()
                elif element.tag == f"{DRAWING}tbl":
                    blocks.append({"kind": "table", "rows": _drawn_rows(element)})
                    element.clear()
            heading = f"{number}. {title}" if title else _("Slide %(number)s") % {"number": number}
            yield {"kind": "heading", "level": 2, "text": heading}
            yield from blocks


def _slide_parts(archive: zipfile.ZipFile) -> list[str]:
    """The parts that hold the slides, in the order of the presentation."""
    targets: dict[str, str] = {}
    relationship = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
    for link in _ends(archive, "ppt/_rels/presentation.xml.rels", relationship):
        if link.get("TargetMode") != "External":
            target = PurePosixPath("/ppt") / link.get("Target", "")
            targets[link.get("Id", "")] = str(target).removeprefix("/")
    present = set(archive.namelist())
    listed = [
        targets.get(slide.get(LINK, ""), "")
        for slide in _ends(archive, "ppt/presentation.xml", f"{SLIDE}sldId")
    ]
    return [part for part in listed if part in present]


def _is_title(shape: Element) -> bool:
    place = shape.find(f"{SLIDE}nvSpPr/{SLIDE}nvPr/{SLIDE}ph")
    return place is not None and place.get("type") in ("title", "ctrTitle")


def _drawn_text(paragraph: Element) -> str:
    parts = [
        (element.text or "") if element.tag == f"{DRAWING}t" else "\n"
        for element in paragraph.iter()
        if element.tag in (f"{DRAWING}t", f"{DRAWING}br")
    ]
    return "".join(parts).strip()


def _drawn_rows(table: Element) -> list[list[str]]:
    return [
        [
            "\n".join(_drawn_text(p) for p in cell.iter(f"{DRAWING}p"))
            for cell in row.iter(f"{DRAWING}tc")
        ]
        for row in table.iter(f"{DRAWING}tr")
    ]
