"""A note that is more than a line: formatted while it is typed, shown as it was meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, call, watch

pytestmark = pytest.mark.browser


def test_a_note_with_a_list_and_bold_words(demo: Served, member: Callable[..., Page]) -> None:
    t = Texts("en")
    page = member("chen")
    faults = watch(page)
    made = call(page, "POST", f"{demo.url}/api/v1/customers", kind="person", name="笔记")
    page.goto(f"{demo.url}/customers/{made['id']}")
    box = page.get_by_role("textbox", name=t("customer.compose.text.note"))
    box.press_sequentially("请尽快回复")
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    for _ in range(2):
        page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Control+b")
    expect(box).to_have_value("请**尽快**回复")
    page.keyboard.press("Control+z")  # the browser's own undo
    expect(box).to_have_value("请尽快回复")
    page.get_by_role("button", name=t("format.bold")).click()
    expect(box).to_have_value("请**尽快**回复")

    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.get_by_role("button", name=t("format.list"), exact=True).click()
    page.keyboard.type("报价")
    page.keyboard.press("Enter")
    page.keyboard.type("合同 https://example.com/a")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(box).to_have_value("请**尽快**回复\n- 报价\n- 合同 https://example.com/a\n")
    page.keyboard.press("Control+Enter")

    entry = page.get_by_role("listitem").filter(has=page.locator("strong", has_text="尽快"))
    expect(entry.locator("ul > li")).to_have_text(["报价", "合同 https://example.com/a"])
    expect(entry.get_by_role("link")).to_have_attribute("rel", "noopener noreferrer nofollow")
    assert faults == []
