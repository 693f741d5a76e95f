"""Files on a record, as people put them there: chosen, dropped, pasted; shown and taken away."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.product import Served, Texts, call, watch
from tests.browser.sound import AXE, CONTRAST, change_theme, settle, too_wide, violations
from tests.files.office import archive, docx, paragraph, xlsx

pytestmark = pytest.mark.browser


def png(color: bytes) -> bytes:
    """A picture of 2 × 2 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + checksum

    header = b"\0\0\0\2\0\0\0\2\x08\2\0\0\0"
    rows = zlib.compress((b"\0" + color * 2) * 2)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF"
)
# Dispatches what the browser would if a user dropped or pasted these files.
GIVE = """
([way, name, type, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name, { type }));
  const card = document.activeElement.closest("section") ?? document.body;
  const options = { bubbles: true, cancelable: true };
  card.dispatchEvent(
    way === "drop"
      ? new DragEvent("drop", { ...options, dataTransfer: data })
      : new ClipboardEvent("paste", { ...options, clipboardData: data }),
  );
}
"""


@pytest.fixture
def opened(demo: Served, member: Callable[..., Page]) -> Callable[..., tuple[Page, Texts]]:
    """A customer of their own on the screen of that person."""

    def open_customer(who: str, language: str, **options: Any) -> tuple[Page, Texts]:
        page = member(who, language, **options)
        page.add_init_script(path=AXE)
        values = {"kind": "person", "name": f"附件 {language} {who}"}
        customer = call(page, "POST", f"{demo.url}/api/v1/customers", **values)
        page.goto(f"{demo.url}/customers/{customer['id']}?panel=facts")
        return page, Texts(language)

    return open_customer


def card(page: Page, t: Texts) -> Locator:
    return page.get_by_role("region", name=t("files.title"))


def choose(page: Page, t: Texts, *files: tuple[str, str, bytes]) -> None:
    with page.expect_file_chooser() as chooser:
        card(page, t).get_by_role("button", name=t("files.add")).click()
    chooser.value.set_files([{"name": n, "mimeType": k, "buffer": b} for n, k, b in files])


def act(page: Page, t: Texts, name: str, action: str) -> None:
    card(page, t).get_by_role("button", name=t("files.more", name=name)).click()
    page.get_by_role("menuitem", name=t(action)).click()


def test_from_upload_to_undo(opened: Callable[..., Any], tmp_path: Path) -> None:
    page, t = opened("chen", "zh-CN")
    faults = watch(page)
    page.reload()
    files = card(page, t)
    expect(files.get_by_text(t("files.empty"))).to_be_visible()
    red, sheet = png(b"\xff\0\0"), bytes(range(256)) * 5000
    choose(page, t, ("现场 照片.png", "image/png", red), ("报价.xlsx", "", sheet))
    expect(files.get_by_role("listitem")).to_have_count(2)
    expect(files.get_by_role("progressbar")).to_have_count(0)

    files.get_by_role("button", name="现场 照片.png", exact=True).click()
    preview = page.get_by_role("dialog", name="现场 照片.png")
    picture = preview.get_by_role("img", name="现场 照片.png")
    expect(picture).to_be_visible()
    assert picture.evaluate("img => [img.complete, img.naturalWidth]") == [True, 2]
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(preview).to_be_hidden()

    with page.expect_download() as download:
        files.get_by_role("link", name=t("files.download", name="报价.xlsx")).click()
    assert download.value.suggested_filename == "报价.xlsx"
    download.value.save_as(tmp_path / "saved")
    assert (tmp_path / "saved").read_bytes() == sheet

    act(page, t, "报价.xlsx", "files.rename")
    page.get_by_role("textbox", name=t("files.name")).press_sequentially("合同")
    page.keyboard.press("Enter")
    expect(files.get_by_role("link", name="合同.xlsx", exact=True)).to_be_visible()

    act(page, t, "合同.xlsx", "common.delete")
    expect(files.get_by_role("listitem")).to_have_count(1)
    page.get_by_role("status").get_by_role("button", name=t("common.undo")).click()
    expect(files.get_by_role("link", name="合同.xlsx", exact=True)).to_be_visible()

    timeline = page.get_by_role("region", name=t("customer.timeline"))
    for action in ("insert", "delete", "restore"):
        told = t(f"files.told.{action}", name="合同.xlsx")
        expect(timeline.get_by_text(told).first).to_be_visible()
    renamed = t("files.told.update", former="报价.xlsx", name="合同.xlsx")
    expect(timeline.get_by_text(renamed)).to_be_visible()
    assert violations(page) == []
    assert faults == []


def test_files_are_dropped_and_pasted(opened: Callable[..., Any]) -> None:
    page, t = opened("chen", "zh-CN")
    files = card(page, t)
    files.get_by_text(t("files.empty")).click()  # what is pasted next is for the card
    page.evaluate(GIVE, ["paste", "image.png", "image/png", "pasted"])
    expect(files.get_by_text("image.png")).to_be_visible()
    page.evaluate(GIVE, ["drop", "<b>拖.html", "text/html", "<script>document.title = 1</script>"])
    title = page.title()
    files.get_by_role("button", name="<b>拖.html", exact=True).click()
    preview = page.get_by_role("dialog", name="<b>拖.html")
    expect(preview.get_by_text("<script>document.title = 1</script>")).to_be_visible()
    assert page.title() == title  # it never runs in the page


def test_an_upload_is_stopped_and_a_failed_one_tried_again(opened: Callable[..., Any]) -> None:
    page, t = opened("chen", "en")
    files = card(page, t)
    expect(files.get_by_text(t("files.empty"))).to_be_visible()
    held: list[Any] = []

    def hold(route: Any) -> None:
        if route.request.method == "POST":
            held.append(route)
        else:
            route.continue_()

    page.route("**/attachments", hold)
    choose(page, t, ("slow.txt", "text/plain", b"slow"), ("next.txt", "text/plain", b"next"))
    progress = files.get_by_role("progressbar", name=t("files.uploading", name="slow.txt"))
    expect(progress).to_be_visible()
    files.get_by_role("button", name=t("files.cancel", name="slow.txt")).click()
    expect(progress).to_have_count(0)
    expect(files.get_by_role("progressbar")).to_have_count(1)  # the next one goes on
    while len(held) < 2:
        page.wait_for_timeout(50)
    held[1].abort()
    expect(files.get_by_role("alert")).to_be_visible()
    page.unroute("**/attachments")
    files.get_by_role("button", name=t("files.retry", name="next.txt")).click()
    expect(files.get_by_role("button", name="next.txt", exact=True)).to_be_visible()
    expect(files.get_by_text("slow.txt")).to_have_count(0)


def test_a_pdf_opens_beside_the_page(opened: Callable[..., Any]) -> None:
    page, t = opened("chen", "en")
    faults = watch(page)
    page.reload()
    choose(page, t, ("offer.pdf", "application/pdf", PDF))
    with page.expect_response("**/content") as answer:
        card(page, t).get_by_role("button", name="offer.pdf", exact=True).click()
    assert answer.value.headers["content-disposition"].startswith("inline")
    assert page.frame_locator("iframe[title='offer.pdf']").owner.is_visible()
    assert faults == []


def test_a_colleague_sees_what_is_added_at_once(
    demo: Served, opened: Callable[..., Any], member: Callable[..., Page]
) -> None:
    mine, t = opened("admin", "en")
    theirs = member("zhao")
    theirs.goto(mine.url)
    expect(card(theirs, t)).to_be_visible()
    choose(mine, t, ("new.txt", "text/plain", b"new"))
    expect(card(theirs, t).get_by_role("button", name="new.txt", exact=True)).to_be_visible()


def test_on_a_phone(opened: Callable[..., Any]) -> None:
    page, t = opened("chen", "zh-CN", viewport={"width": 390, "height": 844})
    long = "很长的文件名" * 20 + ".png"
    choose(page, t, (long, "image/png", png(b"\0\0\xff")))
    name = card(page, t).get_by_role("button", name=long, exact=True)
    expect(name).to_be_visible()
    assert too_wide(page) == []
    assert violations(page) == []
    name.click()
    expect(page.get_by_role("dialog", name=long).get_by_role("img", name=long)).to_be_visible()
    assert violations(page) == []
    change_theme(page, "dark")
    assert violations(page, CONTRAST) == []
    page.keyboard.press("Escape")
    settle(page)
    assert violations(page, CONTRAST) == []


@pytest.mark.parametrize(
    ("language", "color_scheme", "size"),
    [("en", "light", (1440, 900)), ("zh-CN", "dark", (390, 844))],
)
def test_tables_and_documents_open_beside_the_page(
    opened: Callable[..., Any], language: str, color_scheme: str, size: tuple[int, int]
) -> None:
    width, height = size
    page, t = opened(
        "chen", language, viewport={"width": width, "height": height}, color_scheme=color_scheme
    )
    faults = watch(page)
    page.reload()
    sheets = xlsx(**{"报价": [["item", "price"], ["tea <b>", 9.5]], "Notes": [["second sheet"]]})
    choose(
        page,
        t,
        ("offer.xlsx", "", sheets),
        ("letter.docx", "", docx(paragraph("Dear Acme", "a1") + paragraph("text"))),
        ("broken.docx", "", archive(a="b")),
    )
    files = card(page, t)
    files.get_by_role("button", name="offer.xlsx", exact=True).click()
    dialog = page.get_by_role("dialog", name="offer.xlsx")
    expect(dialog.get_by_role("cell", name="tea <b>")).to_be_visible()
    assert violations(page) == []
    assert too_wide(page) == []
    dialog.get_by_text("Notes", exact=True).click()
    expect(dialog.get_by_text("second sheet")).to_be_visible()
    page.keyboard.press("Escape")

    files.get_by_role("button", name="letter.docx", exact=True).press("Enter")
    dialog = page.get_by_role("dialog", name="letter.docx")
    expect(dialog.get_by_role("heading", name="Dear Acme")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")

    files.get_by_role("button", name="broken.docx", exact=True).press("Enter")
    dialog = page.get_by_role("dialog", name="broken.docx")
    expect(dialog.get_by_role("heading", name=t("files.preview.none"))).to_be_visible()
    expect(dialog.get_by_role("link", name=t("files.preview.download"), exact=True)).to_be_visible()
    assert violations(page) == []
    assert faults == []
