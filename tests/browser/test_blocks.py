"""Blocks of cells: marked by keyboard and mouse, copied, pasted from a spreadsheet, undone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.product import Served, Texts, call
from tests.browser.sound import AXE, settle, violations

pytestmark = pytest.mark.browser

NAMES = ("Anna", "Bert", "Carl", "Dora")
COLUMNS = ["name:160:pin", "phone:150", "kind:140", "birthday:150", "credit_limit:150", "owner:160"]


class Sheet:
    """Four customers of a city of their own."""

    def __init__(self, page: Page, api: str) -> None:
        self.page, self.api, self.city = page, api, f"Blockton {uuid4().hex[:8]}"
        for name in NAMES:
            address = f"{api}/customers?on_duplicate=create"
            call(page, "POST", address, kind="organization", name=name, city=self.city)
        self.filter = json.dumps({"and": [{"field": "city", "op": "eq", "value": self.city}]})

    def cell(self, row: int, column: int) -> Locator:
        return self.page.locator(f'[aria-rowindex="{row + 2}"] [aria-colindex="{column + 2}"]')

    def stored(self) -> list[dict[str, Any]]:
        fields = "name,phone,kind,birthday,credit_limit,owner"
        query = f"?fields={fields}&sort=name&filter={quote(self.filter)}"
        found: list[dict[str, Any]] = call(self.page, "GET", f"{self.api}/customers{query}")[
            "items"
        ]
        return [{name: row[name] for name in fields.split(",")} for row in found]

    def paste(self, text: str) -> None:
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        self.page.keyboard.press("Control+v")

    def copied(self) -> str:
        self.page.keyboard.press("Control+c")
        text: str = self.page.evaluate("navigator.clipboard.readText()")
        return text


def test_a_block_is_copied_pasted_refused_and_undone(
    demo: Served, member: Callable[..., Page]
) -> None:
    t, page = Texts("zh-CN"), member("chen", "zh-CN")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.context.add_init_script(path=AXE)
    sheet = Sheet(page, f"{demo.url}/api/v1")
    before, keys = sheet.stored(), page.keyboard
    page.goto(
        f"{demo.url}/customers?filter={quote(sheet.filter)}&cols={quote(json.dumps(COLUMNS))}"
    )
    expect(page.locator("[role=gridcell] a")).to_have_count(4)

    # By keyboard: Shift and arrows mark, what is shown is copied.
    sheet.cell(0, 0).click(position={"x": 150, "y": 10})
    keys.press("Shift+ArrowDown")
    keys.press("Shift+ArrowRight")
    keys.press("Shift+ArrowRight")
    expect(sheet.cell(1, 2)).to_have_attribute("aria-selected", "true")
    shown = sheet.cell(0, 2).inner_text()
    assert sheet.copied() == f"Anna\t\t{shown}\nBert\t\t{shown}"

    # From a spreadsheet: texts, a choice by its label, dates, numbers, a person by name.
    owner = sheet.cell(0, 5).inner_text()
    sheet.cell(1, 1).click()
    lines = [f"0{n}5 5512\t个人\t1990/3/{n + 1}\t1,{n}00.5\t{owner}" for n in range(3)]
    sheet.paste("\r\n".join(lines) + "\r\n")
    expect(page.get_by_text(t("edit.changed_other", count=3))).to_be_visible()
    after = sheet.stored()
    assert after[0] == before[0]
    assert [row["phone"] for row in after[1:]] == ["005 5512", "015 5512", "025 5512"]
    assert [row["kind"] for row in after[1:]] == ["person"] * 3
    assert [row["birthday"] for row in after[1:]] == ["1990-03-01", "1990-03-02", "1990-03-03"]
    assert [float(row["credit_limit"]) for row in after[1:]] == [1000.5, 1100.5, 1200.5]
    expect(sheet.cell(3, 1)).to_contain_text("025 5512")
    page.get_by_role("button", name=t("common.undo")).click()
    expect(page.get_by_text(t("common.undone"))).to_be_visible()
    assert sheet.stored() == before

    # What does not fit is marked and told, and nothing is changed.
    sheet.cell(0, 1).click()
    sheet.paste("111\trobot\n222\t\n")
    told = page.get_by_role("alert").filter(has_text=t("paste.noChoice"))
    expect(told).to_contain_text("Anna")
    expect(sheet.cell(0, 2)).to_have_attribute("aria-invalid", "true")
    expect(sheet.cell(0, 1)).not_to_have_attribute("aria-invalid", "true")
    settle(page)
    assert violations(page) == []
    assert sheet.stored() == before
    keys.press("Escape")
    expect(sheet.cell(0, 2)).not_to_have_attribute("aria-invalid", "true")

    # The server's refusals are told by cell as well: no such day.
    sheet.cell(0, 3).click()
    keys.press("Escape")
    sheet.paste("2024-02-30\n2024-02-29")
    expect(sheet.cell(0, 3)).to_have_attribute("aria-invalid", "true")
    expect(sheet.cell(1, 3)).not_to_have_attribute("aria-invalid", "true")
    assert sheet.stored() == before

    # By mouse: one text fills the block drawn, Delete empties it.
    sheet.cell(0, 1).hover()
    page.mouse.down()
    sheet.cell(2, 1).hover()
    page.mouse.up()
    expect(sheet.cell(1, 1)).to_have_attribute("aria-selected", "true")
    sheet.paste("777")
    expect(sheet.cell(2, 1)).to_have_text("777")
    assert [row["phone"] for row in sheet.stored()] == ["777", "777", "777", ""]
    keys.press("Delete")
    expect(sheet.cell(2, 1)).to_have_text("")
    assert [row["phone"] for row in sheet.stored()] == [""] * 4


def test_thousands_of_cells_that_do_not_fit_are_told_at_once(
    demo: Served, member: Callable[..., Page]
) -> None:
    t, page = Texts("en"), member("chen")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sheet = Sheet(page, f"{demo.url}/api/v1")
    columns = ["kind:140", "birthday:150", "credit_limit:150", "owner:160", "territory:150"]
    page.goto(f"{demo.url}/customers?sort=name&cols={quote(json.dumps(['name:160', *columns]))}")
    expect(page.locator("[role=gridcell] a").first).to_be_visible()
    before = call(page, "GET", f"{sheet.api}/customers?sort=name&limit=100")["items"]

    # More lines than the list has: said, and what is there stays.
    sheet.cell(0, 1).click(position={"x": 120, "y": 10})
    sheet.paste("x?\t31/31/31\tx\tnobody\tnowhere\r\n" * 2000)
    expect(page.get_by_text(t("paste.doesNotFit"))).to_be_visible(timeout=10_000)

    # As many as are loaded: each is marked, some are told, and the screen still answers.
    rows = len(before)
    assert rows == 100
    sheet.paste("\r\n".join(["x?\t31/31/31\tx\tnobody\tnowhere"] * rows))
    expect(sheet.cell(0, 1)).to_have_attribute("aria-invalid", "true", timeout=10_000)
    expect(sheet.cell(3, 3)).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Escape")
    expect(sheet.cell(0, 1)).not_to_have_attribute("aria-invalid", "true")
    assert call(page, "GET", f"{sheet.api}/customers?sort=name&limit=100")["items"] == before
