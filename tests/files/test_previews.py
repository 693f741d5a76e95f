"""What is shown of a file: its beginning, as text. Nothing in it runs, loads or takes long."""

from __future__ import annotations

import io
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from guanxi.platform.files.previews.making import ENVIRONMENT, SECONDS
from tests.cast import Firm
from tests.files.calls import HTML, PDF, SVG, content, put
from tests.files.office import archive, docx, large_xlsx, paragraph, pptx, shape, xlsx
from tests.writes.calls import get

pytestmark = pytest.mark.django_db
BOMB = b"0" * (300 * 1024 * 1024)
PATIENCE = 30  # seconds more than a preview may take: the machine may be busy


@pytest.fixture
def preview(firm: Firm, acme: str) -> Any:
    client = firm.client("owner")

    def show(file: bytes, name: str) -> Any:
        made = put(client, acme, file, name)
        shown = get(client, f"attachments/{made['id']}/preview")
        assert list(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir()) == []
        return shown | {"has_preview": made["has_preview"]}

    return show


class TestTexts:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "big5", "utf-16"])
    def test_are_read_in_the_encoding_they_are_in(self, preview: Any, encoding: str) -> None:
        text = "關係報價單，客戶名稱與聯絡電話。\n第二行的內容" * 3
        shown = preview(text.encode(encoding), "note.txt")
        assert (shown["kind"], shown["text"], shown["more"]) == ("text", text, False)

    def test_are_shown_from_the_beginning_on(self, preview: Any) -> None:
        shown = preview("你好世界\n".encode() * 200_000, "long.txt")
        assert shown["text"].startswith("你好世界\n你好世界")
        assert (shown["text"].count("\n"), shown["more"]) == (2000, True)

    def test_markdown_and_pages_are_told_apart_and_none_is_run(self, preview: Any) -> None:
        assert preview(b"# Offer\n<script>alert(1)</script>", "offer.md")["kind"] == "markdown"
        for hostile in (HTML, SVG):
            shown = preview(hostile, "page.html")
            assert (shown["kind"], shown["text"]) == ("text", hostile.decode())

    @pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
    def test_csv_is_a_table_as_an_import_reads_it(self, preview: Any, encoding: str) -> None:
        rows = 'name;city\n"Wang; Fang";北京\n李强;上海\n'
        (table,) = preview(rows.encode(encoding), "customers.csv")["tables"]
        assert table["has_header"]
        assert table["rows"] == [["name", "city"], ["Wang; Fang", "北京"], ["李强", "上海"]]

    def test_a_large_table_is_cut_wherever_its_beginning_ends(self, preview: Any) -> None:
        row = '1,"' + "长" * 300 + '"\n'
        shown = preview(("id,text\n" + row * 5000).encode(), "large.csv")
        assert (len(shown["tables"][0]["rows"]), shown["more"]) == (200, True)

    def test_a_broken_table_is_shown_as_it_is_written(self, preview: Any) -> None:
        shown = preview(b'a,b\n1,"never closed\n', "broken.csv")
        assert (shown["kind"], shown["text"]) == ("text", 'a,b\n1,"never closed\n')


class TestSheets:
    def test_are_shown_one_by_one(self, preview: Any) -> None:
        shown = preview(xlsx(Offer=[["item", "price"], ["tea", 9.5]], Empty=[]), "offer.xlsx")
        assert [(t["name"], t["rows"]) for t in shown["tables"]] == [
            ("Offer", [["item", "price"], ["tea", "9.5"]]),
            ("Empty", []),
        ]

    def test_of_two_million_cells_are_cut_soon(self, preview: Any) -> None:
        file = large_xlsx(4000, 500, dimension="<dimension ref='A1:SF4000'/>")
        shown = preview(file, "large.xlsx")
        (table,) = shown["tables"]
        assert (len(table["rows"]), len(table["rows"][0]), shown["more"]) == (200, 50, True)

    def test_of_two_million_cells_that_hide_their_size_end_soon(self, preview: Any) -> None:
        file = large_xlsx(4000, 500, dimension="")
        began = time.monotonic()
        assert preview(file, "large.xlsx")["kind"] in ("tables", "none")
        assert time.monotonic() - began < SECONDS + PATIENCE

    def test_formulas_are_not_worked_out(self, preview: Any) -> None:
        formula = '=HYPERLINK("http://evil.example","x")'
        shown = preview(xlsx(A=[["a", formula], ["b", "c"]]), "formula.xlsx")
        assert "evil" not in str(shown["tables"])


class TestDocuments:
    def test_of_word_have_headings_items_and_tables(self, preview: Any) -> None:
        cell = "<w:tc>{}</w:tc>".format
        table = f"<w:tbl><w:tr>{cell(paragraph('a'))}{cell(paragraph('b'))}</w:tr></w:tbl>"
        body = (
            paragraph("报价", "a1") + paragraph("给 Acme", "a2") + paragraph("text &lt;b&gt;")
            + paragraph("first", item=True) + table
        )  # fmt: skip
        shown = preview(docx(body), "offer.docx")
        assert [(b["kind"], b["level"], b["text"] or b["rows"]) for b in shown["blocks"]] == [
            ("heading", 1, "报价"),
            ("heading", 2, "给 Acme"),
            ("text", None, "text <b>"),
            ("item", None, "first"),
            ("table", None, [["a", "b"]]),
        ]

    def test_of_powerpoint_come_slide_by_slide(self, preview: Any) -> None:
        first = shape("Offer", title=True) + shape("cheap")
        shown = preview(pptx(first, shape("without a title")), "offer.pptx")
        assert [b["text"] for b in shown["blocks"]] == [
            "1. Offer", "cheap", "Slide 2", "without a title",
        ]  # fmt: skip

    def test_long_ones_are_cut(self, preview: Any) -> None:
        shown = preview(docx(paragraph("x" * 100) * 50_000), "long.docx")
        assert (len(shown["blocks"]), shown["more"]) == (2000, True)

    def test_say_so_if_there_is_no_text(self, preview: Any) -> None:
        shown = preview(docx(""), "empty.docx")
        assert (shown["kind"], shown["why"]) == ("none", "There is no text in this file.")


BILLION = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "lol">' for n in range(10)
)
DAMAGED = "This file is damaged, or not what its name says."


class TestHostile:
    @pytest.mark.parametrize(
        "prolog",
        [
            f"<!DOCTYPE d [{BILLION}]>",
            '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
            '<!DOCTYPE d SYSTEM "http://127.0.0.1:9/evil.dtd">',
        ],
    )
    def test_entities_are_refused(self, preview: Any, prolog: str) -> None:
        shown = preview(docx(paragraph("&x;&l9;"), prolog=prolog), "x.docx")
        assert (shown["kind"], shown["why"]) == ("none", DAMAGED)

    @pytest.mark.parametrize("name", ["word__document_dot_xml", "xl__workbook_dot_xml"])
    def test_a_bomb_is_not_unpacked(self, preview: Any, name: str) -> None:
        began = time.monotonic()
        shown = preview(archive(**{name: BOMB}), "bomb.docx")
        assert shown["kind"] == "none"
        assert "268,435,456" in shown["why"]
        assert time.monotonic() - began < SECONDS + PATIENCE

    def test_a_bomb_that_lies_about_its_size_ends_there(self, preview: Any) -> None:
        bomb = bytearray(archive(word__document_dot_xml=b"<a>" + BOMB))
        size = (len(BOMB) + 3).to_bytes(4, "little")
        assert bomb.count(size) == 2
        lying = bytes(bomb).replace(size, (1000).to_bytes(4, "little"))
        assert preview(lying, "lying.docx")["kind"] == "none"

    def test_what_is_nested_without_end_takes_no_process_down(self, preview: Any) -> None:
        deep = docx("<w:r>" * 300_000 + "</w:r>" * 300_000)
        assert preview(deep, "deep.docx")["kind"] == "none"
        assert preview(b"still here", "a.txt")["kind"] == "text"

    def test_links_lead_nowhere(self, preview: Any) -> None:
        link = (
            "<w:hyperlink r:id='x' xmlns:r='http://schemas.openxmlformats.org/officeDocument/"
            "2006/relationships'><w:r><w:t>click</w:t></w:r></w:hyperlink>"
        )
        shown = preview(
            docx(
                f"<w:p>{link}</w:p>",
                word___rels__document_dot_xml_dot_rels=(
                    "<Relationships><Relationship Id='x' TargetMode='External'"
                    " Target='http://127.0.0.1:9/track.png'/></Relationships>"
                ),
            ),
            "link.docx",
        )
        assert [b["text"] for b in shown["blocks"]] == ["click"]
        assert "127.0.0.1" not in str(shown)

    @pytest.mark.parametrize(
        ("file", "name", "kind"),
        [
            (docx(paragraph("a")), "table.xlsx", "document"),
            (xlsx(A=[["a", "b"]]), "letter.docx", "tables"),
            (b"just text", "table.xlsx", "text"),
            (archive(a="b"), "letter.docx", "none"),
            (b"PK\x03\x04" + bytes(100), "letter.docx", "none"),
            (bytes(range(256)) * 10, "table.csv", "none"),
            (b"", "empty.csv", "none"),
        ],
    )
    def test_names_decide_nothing(self, preview: Any, file: bytes, name: str, kind: str) -> None:
        shown = preview(file, name)
        assert shown["kind"] == kind
        assert bool(shown["why"]) == (kind == "none")

    def test_what_is_two_things_is_what_it_begins_as(
        self, firm: Firm, acme: str, preview: Any
    ) -> None:
        """And the browser gets nothing it would run: neither as a preview nor as the file."""
        page = io.BytesIO(HTML)
        page.seek(0, io.SEEK_END)
        with zipfile.ZipFile(page, "a") as file:
            file.writestr("word/document.xml", "x")
        shown = preview(page.getvalue(), "both.docx")
        assert shown["kind"] in ("text", "none")
        client = firm.client("owner")
        made = put(client, acme, PDF + b"\n" + HTML, "both.csv")
        assert made["has_preview"] is False
        assert content(client, made["id"])["Content-Type"] == "application/pdf"

    def test_other_files_have_none_and_say_so(self, preview: Any) -> None:
        shown = preview(b"\x7fELF" + bytes(100), "program")
        assert (shown["has_preview"], shown["kind"]) == (False, "none")
        assert shown["why"] == "There is no preview of files of this kind."

    def test_one_too_large_to_be_read_is_not(self, preview: Any, monkeypatch: Any) -> None:
        # A lower limit, so that the file need not be of megabytes.
        monkeypatch.setattr("guanxi.platform.files.previews.making.PACKED_BYTES", 100)
        shown = preview(docx(paragraph("a")), "large.docx")
        assert (shown["kind"], shown["why"]) == (
            "none", "A preview is made of files of at most 100 bytes.",
        )  # fmt: skip


def test_the_answer_is_data_and_in_the_readers_language(firm: Firm, acme: str) -> None:
    client = firm.client("owner")
    made = put(client, acme, HTML, "page.html")
    answer = client.get(
        f"/api/v1/attachments/{made['id']}/preview", headers={"Accept-Language": "zh-CN"}
    )
    assert answer["Content-Type"].startswith("application/json")
    assert answer["X-Content-Type-Options"] == "nosniff"
    empty = put(client, acme, docx(""), "空.docx")
    why = client.get(
        f"/api/v1/attachments/{empty['id']}/preview", headers={"Accept-Language": "zh-CN"}
    ).json()["why"]
    assert why == "此文件中没有文字。"


def test_the_reader_knows_nothing_and_may_do_little(tmp_path: Path) -> None:
    """It has no keys in its environment, writes no file and starts no process."""
    assert not any(name.startswith(("GUANXI", "DJANGO", "PG")) for name in ENVIRONMENT)
    attempt = (
        "from guanxi.platform.files.previews.child import confine; confine();"
        f"f = open({str(tmp_path / 'x')!r}, 'wb', buffering=0); f.write(b'1')"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", attempt],
        env=ENVIRONMENT,
        capture_output=True,
        check=False,
    )
    assert done.returncode != 0
    assert (tmp_path / "x").stat().st_size == 0
