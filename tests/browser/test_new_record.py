"""Typing a new customer who is there already."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, call

pytestmark = pytest.mark.browser


def label_of(page: Page, name: str) -> str:
    """What a field of customers is called in the language of the page."""
    objects = page.evaluate("fetch('/api/v1/meta').then((answer) => answer.json())")["objects"]
    customer = next(o for o in objects if o["name"] == "customer")
    label: str = next(f["label"] for f in customer["fields"] if f["name"] == name)
    return label


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_who_is_there_already_is_told_while_typing(
    demo: Served, member: Callable[..., Page], language: str
) -> None:
    t = Texts(language)
    page = member("chen", language)
    name, phone = {"zh-CN": ("欧阳查重", "13655550101"), "en": ("Alike Twice", "13655550202")}[
        language
    ]
    values = {"kind": "person", "name": name, "phone": phone}
    there = call(page, "POST", f"{demo.url}/api/v1/customers", **values)
    page.goto(f"{demo.url}/customers")
    page.get_by_role("heading", level=1).wait_for()
    page.keyboard.press("c")
    form = page.get_by_role("dialog")
    told = form.get_by_role("status").filter(has_text=t("record.alike"))
    boxes = form.get_by_role("textbox")
    boxes.first.press_sequentially(name[:2] if language == "zh-CN" else name[:4])
    expect(told.get_by_role("link", name=name)).to_be_visible()
    boxes.first.fill("Somebody Else")
    expect(told).to_have_count(0)

    form.get_by_label(label_of(page, "phone")).fill(f"{phone[:3]} {phone[3:7]} {phone[7:]}")
    told.get_by_role("link", name=name).click()
    expect(page).to_have_url(re.compile(there["id"]))
    expect(form).to_be_hidden()
