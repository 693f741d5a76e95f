"""Texts kept to be written again: made in the settings, put in with the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, call, watch
from tests.browser.sound import AXE, CONTRAST, change_theme, settle, too_wide, violations

pytestmark = pytest.mark.browser


def test_a_text_is_kept_and_put_in_by_keys(demo: Served, member: Callable[..., Page]) -> None:
    t = Texts("zh-CN")
    page = member("chen", "zh-CN")
    page.add_init_script(path=AXE)
    faults = watch(page)
    page.goto(f"{demo.url}/settings/snippets")
    page.get_by_role("button", name=t("snippets.new")).press("Enter")
    page.get_by_label(t("snippets.name")).fill("问候老客户")
    page.get_by_label(t("snippets.shortcut")).fill("hi")
    page.get_by_label(t("snippets.body")).fill("您好，")
    page.get_by_role("button", name="{{customer.name}}").press("Enter")
    page.keyboard.type("！")
    expect(page.get_by_label(t("snippets.body"))).to_have_value("您好，{{customer.name}}！")
    assert violations(page) == []
    page.get_by_label(t("snippets.name")).press("Enter")
    expect(page.get_by_role("cell", name="/hi")).to_be_visible()
    assert violations(page) == []

    customer = call(page, "POST", f"{demo.url}/api/v1/customers", kind="person", name="张*伟*")
    page.goto(f"{demo.url}/customers/{customer['id']}")
    box = page.get_by_role("textbox", name=t("customer.compose.text.note"))
    box.press_sequentially("/wenhou")
    offers = page.get_by_role("listbox", name=t("notifications.mention.snippets"))
    option = offers.get_by_role("option")
    expect(option).to_have_text("问候老客户/hi")
    assert violations(page) == []
    box.dispatch_event("keydown", {"key": "Enter", "keyCode": 229})  # of an input method
    expect(box).to_have_value("/wenhou")
    box.press("Enter")
    expect(box).to_have_value(r"您好，张\*伟\*！")
    box.press("Control+Enter")
    note = page.get_by_role("region", name=t("customer.timeline")).get_by_text("您好，张*伟*！")
    expect(note).to_be_visible()
    assert faults == []


def test_snippets_fit_a_phone(demo: Served, member: Callable[..., Page]) -> None:
    t = Texts("en")
    size = {"width": 390, "height": 844}
    page = member("zhao", viewport=size)
    page.add_init_script(path=AXE)
    name = "A long name of a text that is written every day"
    call(page, "POST", f"{demo.url}/api/v1/snippets", name=name, text="text " * 50)
    page.goto(f"{demo.url}/settings/snippets")
    settle(page)
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_role("dialog").get_by_label(t("snippets.body"))).to_be_visible()
    settle(page)
    assert too_wide(page) == []
    assert violations(page) == []
    change_theme(page, "dark")
    assert violations(page, CONTRAST) == []
