"""A record beside its list: next and previous by keys; Esc gives its row the focus."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, call
from tests.browser.sound import AXE, settle, violations

pytestmark = pytest.mark.browser


def test_records_one_after_the_other_beside_the_list(
    demo: Served, member: Callable[..., Page]
) -> None:
    t, page, city = Texts("en"), member("chen"), f"Peekton {uuid4().hex[:8]}"
    page.context.add_init_script(path=AXE)
    for name in ("Anna", "Bert", "Carl"):
        call(
            page, "POST", f"{demo.url}/api/v1/customers", kind="person", name=name, city=city
        )  # fmt: skip
    tree = json.dumps({"and": [{"field": "city", "op": "eq", "value": city}]})
    page.goto(f"{demo.url}/customers?filter={quote(tree)}")
    row = page.locator("[aria-rowindex]").filter(has=page.get_by_role("gridcell"))
    row.nth(0).locator('[aria-colindex="4"]').click()
    page.keyboard.press("Space")
    panel = page.get_by_role("dialog")
    expect(panel).to_contain_text("Anna")
    settle(page)
    assert violations(page) == []

    for key, name in (("j", "Bert"), ("j", "Carl"), ("j", "Carl"), ("k", "Bert")):
        page.keyboard.press(key)
        expect(panel.locator(".ant-drawer-title")).to_have_text(name)
    expect(row.nth(1)).to_have_attribute("data-peeked", "true")
    expect(panel.get_by_role("button", name=t("record.next"))).to_be_enabled()

    # A letter typed into a box of the panel is a letter.
    panel.get_by_role("button", name=t("record.editField", field="").strip()).first.click()
    page.keyboard.press("j")
    expect(panel.locator(".ant-drawer-title")).to_have_text("Bert")
    page.keyboard.press("Escape")

    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    focused = row.nth(1).locator('[data-active="true"]')
    expect(focused).to_have_attribute("aria-colindex", "4")
    expect(focused.get_by_role("textbox")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(row.nth(2).locator('[data-active="true"]')).to_be_visible()
