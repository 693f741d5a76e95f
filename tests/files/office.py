"""Word, PowerPoint and Excel files as small as they can be, good and hostile ones."""

import io
import zipfile

import openpyxl

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
P = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
STYLE = "<w:style w:type='paragraph' w:styleId='{}'><w:name w:val='{}'/></w:style>".format
STYLES = f"<w:styles {W}>{STYLE('a1', 'heading 1')}{STYLE('a2', 'heading 2')}</w:styles>"


def archive(**parts: str | bytes) -> bytes:
    """A ZIP file of these parts; `__` stands for `/` and `_dot_` for `.` in their names."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in parts.items():
            file.writestr(name.replace("__", "/").replace("_dot_", "."), part)
    return made.getvalue()


def paragraph(text: str, style: str = "", *, item: bool = False) -> str:
    numbered = "<w:numPr/>" if item else ""
    styled = f"<w:pStyle w:val='{style}'/>" if style else ""
    return f"<w:p><w:pPr>{styled}{numbered}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def docx(body: str, *, prolog: str = "", **parts: str | bytes) -> bytes:
    document = f"{prolog}<w:document {W}><w:body>{body}</w:body></w:document>"
    return archive(word__document_dot_xml=document, word__styles_dot_xml=STYLES, **parts)


def pptx(*slides: str) -> bytes:
    """A presentation of these slides, which lie in the file in the reverse order."""
    shown = "".join(f"<p:sldId r:id='r{n}'/>" for n in range(len(slides)))
    links = "".join(
        f"<Relationship Id='r{n}' Target='slides/slide{len(slides) - n}.xml'/>"
        for n in range(len(slides))
    )
    outside = "<Relationship Id='x' TargetMode='External' Target='http://evil.example/x.xml'/>"
    namespace = "http://schemas.openxmlformats.org/package/2006/relationships"
    parts = {
        f"ppt__slides__slide{len(slides) - n}_dot_xml": f"<p:sld {P}>{slide}</p:sld>"
        for n, slide in enumerate(slides)
    }
    return archive(
        ppt__presentation_dot_xml=f"<p:presentation {P}>{shown}</p:presentation>",
        ppt___rels__presentation_dot_xml_dot_rels=(
            f"<Relationships xmlns='{namespace}'>{links}{outside}</Relationships>"
        ),
        **parts,
    )


def shape(text: str, *, title: bool = False) -> str:
    place = "<p:ph type='title'/>" if title else ""
    return (
        f"<p:sp><p:nvSpPr><p:nvPr>{place}</p:nvPr></p:nvSpPr>"
        f"<p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def large_xlsx(rows: int, columns: int, *, dimension: str) -> bytes:
    """A sheet of so many cells, made by somebody who tells its size, or not."""
    small = io.BytesIO(xlsx(Large=[[1]]))
    made = io.BytesIO()
    row = f"<row>{'<c><v>7</v></c>' * columns}</row>"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f"<worksheet xmlns='{main}'>{dimension}<sheetData>{row * rows}</sheetData></worksheet>"
    with zipfile.ZipFile(small) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else old.read(name))
    return made.getvalue()


def xlsx(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()
