"""Columns of a list: pinned, moved and added up by keyboard, and kept in the view."""

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

COLUMNS = ["name:220:pin", "phone:400", "email:400", "city:140", "credit_limit:170"]


def test_columns_are_pinned_and_added_up_and_kept_in_a_view(
    demo: Served, member: Callable[..., Page]
) -> None:
    t, limit, city_label = Texts("zh-TW"), "信用額度", "城市"
    page, city = member("chen", "zh-TW"), f"Sumton {uuid4().hex[:8]}"
    page.context.add_init_script(path=AXE)
    for name, amount in (("Anna", "1000"), ("Bert", "234.5"), ("Carl", None)):
        call(
            page, "POST", f"{demo.url}/api/v1/customers",
            kind="person", name=name, city=city, credit_limit=amount,
        )  # fmt: skip
    tree = json.dumps({"and": [{"field": "city", "op": "eq", "value": city}]})
    page.goto(f"{demo.url}/customers?filter={quote(tree)}&cols={quote(json.dumps(COLUMNS))}")
    expect(page.locator("[role=gridcell] a")).to_have_count(3)

    def choose(column: str, item: str) -> None:
        """From a column's menu, which opens with the focus in it."""
        page.get_by_role("button", name=t("grid.columnMenu", column=column)).press("Enter")
        pick(item)

    def pick(item: str) -> None:
        """By its own key: a menu may still move, and its focus with it, to where they belong."""
        page.get_by_role("menuitem", name=item, exact=True).press("Enter")

    choose(city_label, t("grid.pin"))
    headers = page.get_by_role("columnheader").all_inner_texts()
    assert [text.strip() for text in headers[1:3]][1] == city_label
    grid = page.get_by_role("grid")
    grid.evaluate("grid => { grid.scrollLeft = 400 }")
    pinned = page.get_by_role("gridcell").filter(has_text=city).first
    assert (pinned.bounding_box() or {})["x"] == pytest.approx(
        (grid.bounding_box() or {})["x"] + 260, abs=2
    )

    choose(limit, t("grid.measure.sum"))
    total = page.get_by_role("row", name=t("grid.footer")).get_by_role("button")
    expect(total).to_contain_text("1,234.5")
    page.keyboard.press("Escape")
    total.press("Enter")
    pick(t("grid.measure.empty"))
    expect(total).to_contain_text(f"{t('grid.measure.empty')}1")

    page.get_by_role("button", name=t("view.saveAs")).click()
    dialog = page.get_by_role("dialog", name=t("view.new"))
    dialog.get_by_label(t("view.name")).fill(city)
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers?view=*")
    page.reload()
    expect(total).to_contain_text(f"{t('grid.measure.empty')}1")
    assert page.get_by_role("columnheader").nth(2).inner_text().strip() == city_label
    settle(page)
    assert violations(page) == []
