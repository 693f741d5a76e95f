"""The list people work in all day: filter, sort, edit by keyboard and in bulk, keep as a view."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.product import Served, Texts, call

pytestmark = pytest.mark.browser

NAMES = ("Anna", "Bert", "Carl", "Dora")
LABELS = {
    "zh-CN": {"name": "名称", "city": "城市", "phone": "电话", "category": "客户类别"},
    "en": {"name": "Name", "city": "City", "phone": "Phone", "category": "Category"},
}


@dataclass
class Sheet:
    """The list of customers as one person has it on screen."""

    page: Page
    t: Texts
    api: str
    city: str  # of the four customers it shows

    def label(self, field: str) -> str:
        return LABELS[self.t.language][field]

    def names(self) -> list[str]:
        """The names in the rows, from the top."""
        return self.page.locator("[role=gridcell] a").all_inner_texts()

    def row(self, name: str) -> Locator:
        return self.page.get_by_role("row").filter(has=self.page.get_by_role("link", name=name))

    def cell(self, name: str, field: str) -> Locator:
        headers = self.page.get_by_role("columnheader").all_inner_texts()
        column = next(i for i, text in enumerate(headers) if self.label(field) in text)
        return self.row(name).locator("[role=gridcell]").nth(column)

    def choose(self, field: str) -> None:
        """Click a field in the open menu, once that has grown to its place."""
        item = self.page.get_by_role("menuitem", name=self.label(field), exact=True)
        item.wait_for()
        self.page.wait_for_timeout(500)
        item.click()

    def stored(self, field: str) -> dict[str, Any]:
        """A field of the customers as the server has it, by name."""
        query = f'?fields=name,{field}&filter={{"field":"city","op":"eq","value":"{self.city}"}}'
        rows = call(self.page, "GET", f"{self.api}/customers{query}")["items"]
        return {row["name"]: row[field] for row in rows}


@pytest.fixture
def sheet(demo: Served, member: Callable[..., Page]) -> Sheet:
    """The list filtered, by the menus, to four customers of a city of their own."""
    t = Texts("en")
    page = member("chen")
    sheet = Sheet(page, t, f"{demo.url}/api/v1", city=f"Listville {uuid4().hex[:8]}")
    for name in reversed(NAMES):
        call(page, "POST", f"{sheet.api}/customers", kind="person", name=name, city=sheet.city)
    page.goto(f"{demo.url}/customers")
    page.get_by_role("button", name=t("filter.add")).click()
    page.keyboard.type(sheet.label("city"))
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name=t("filter.value")).fill(sheet.city)
    page.keyboard.press("Enter")
    expect(page.locator("[role=gridcell] a")).to_have_count(len(NAMES))
    return sheet


def test_a_days_work_in_the_list(sheet: Sheet) -> None:
    sort(sheet)
    edit_by_keyboard(sheet)
    edit_several_and_undo(sheet)
    save_the_view(sheet)
    group(sheet)


def sort(sheet: Sheet) -> None:
    page, header = sheet.page, sheet.page.get_by_role("columnheader", name=sheet.label("name"))
    assert sheet.names() == sorted(NAMES)
    header.get_by_role("button").first.click()
    page.wait_for_url(re.compile("sort=-name"))
    expect(page.locator("[role=gridcell] a").first).to_have_text(max(NAMES))
    assert sheet.names() == sorted(NAMES, reverse=True)


def edit_by_keyboard(sheet: Sheet) -> None:
    """Typing over a cell edits it, Enter goes down, Esc leaves it as it was."""
    page = sheet.page
    sheet.cell("Dora", "phone").click()
    page.keyboard.type("13800001111")
    page.keyboard.press("Enter")
    expect(page.get_by_text(sheet.t("edit.saved", field=sheet.label("phone")))).to_be_visible()
    page.keyboard.type("13800002222")
    page.keyboard.press("Enter")
    page.keyboard.type("not wanted")
    page.keyboard.press("Escape")
    expect(sheet.cell("Carl", "phone")).to_have_text("13800002222")
    phones = {"Anna": "", "Bert": "", "Carl": "13800002222", "Dora": "13800001111"}
    for _try in range(100):
        if sheet.stored("phone") == phones:
            break
        page.wait_for_timeout(100)
    assert sheet.stored("phone") == phones


def edit_several_and_undo(sheet: Sheet) -> None:
    page, t = sheet.page, sheet.t
    before = sheet.stored("category")
    for name in ("Anna", "Bert"):
        page.get_by_role("checkbox", name=t("grid.selectRow", name=name)).check()
    bar = page.get_by_role("toolbar", name=t("bulk.selected_other", number=2))
    bar.get_by_role("button", name=t("common.edit")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name=t("bulk.addField")).fill(sheet.label("category"))
    page.keyboard.press("Enter")
    dialog.get_by_role("combobox", name=sheet.label("category")).click()
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name=t("common.save")).click()
    expect(page.get_by_text(t("edit.changed_other", count=2))).to_be_visible()
    after = sheet.stored("category")
    assert {name for name in NAMES if after[name] != before[name]} == {"Anna", "Bert"}
    page.get_by_role("button", name=t("common.undo")).click()
    expect(page.get_by_text(t("common.undone"))).to_be_visible()
    assert sheet.stored("category") == before


def save_the_view(sheet: Sheet) -> None:
    """What is on screen becomes a view; its address shows the same to whoever opens it."""
    page, t = sheet.page, sheet.t
    page.get_by_role("button", name=t("view.saveAs")).click()
    dialog = page.get_by_role("dialog", name=t("view.new"))
    dialog.get_by_label(t("view.name")).fill(sheet.city)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    views = page.get_by_role("navigation", name=t("view.views"))
    current = views.get_by_role("button", name=sheet.city)
    expect(current).to_have_attribute("aria-current", "page")
    page.wait_for_url(re.compile(r"\?view=[0-9a-f-]+$"))
    page.reload()
    expect(current).to_have_attribute("aria-current", "page")
    expect(page.locator("[role=gridcell] a").first).to_have_text(max(NAMES))
    assert sheet.names() == sorted(NAMES, reverse=True)


def group(sheet: Sheet) -> None:
    """Summed up by a field; a group opens the records behind it; the address says all of it."""
    page, t = sheet.page, sheet.t
    page.get_by_role("button", name=t("group.title"), exact=True).click()
    sheet.choose("city")
    table = page.get_by_role("table")
    expect(table.get_by_role("row").filter(has_text=sheet.city)).to_contain_text("4")
    page.wait_for_url(re.compile("group=city"))
    page.reload()
    table.get_by_role("button", name=sheet.city).click()
    expect(page.locator("[role=gridcell] a")).to_have_count(len(NAMES))
