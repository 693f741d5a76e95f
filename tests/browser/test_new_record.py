"""Typing a new customer who is there already, seen by whoever types or not."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, call
from tests.browser.sound import AXE, settle, violations

pytestmark = pytest.mark.browser


def label_of(page: Page, name: str) -> str:
    """What a field of customers is called in the language of the page."""
    objects = page.evaluate("fetch('/api/v1/meta').then((answer) => answer.json())")["objects"]
    customer = next(o for o in objects if o["name"] == "customer")
    label: str = next(f["label"] for f in customer["fields"] if f["name"] == name)
    return label


def test_who_is_there_already_is_told_while_typing(
    demo: Served, member: Callable[..., Page]
) -> None:
    language = "zh-CN"
    t, api = Texts(language), f"{demo.url}/api/v1"
    page, other = member("chen", language), member("liu", language)
    me = other.request.get(f"{api}/session").json()["user"]
    seen = call(
        page, "POST", f"{api}/customers", kind="person", name="欧阳查重", phone="13655550101"
    )
    hidden = {"kind": "person", "name": "藏名某", "phone": "13655550202", "owner": me["id"]}
    call(other, "POST", f"{api}/customers", **hidden)
    page.add_init_script(path=AXE)
    page.goto(f"{demo.url}/customers")
    page.get_by_role("heading", level=1).wait_for()
    page.keyboard.press("c")
    form = page.get_by_role("dialog")
    told = form.get_by_role("status").filter(has_text=t("record.mayExist"))
    name, phone = form.get_by_role("textbox").first, form.get_by_label(label_of(page, "phone"))

    # The name is a hint, which keeps nobody; with the phone it is the same customer.
    name.press_sequentially("歐陽查重")
    expect(form.get_by_text(t("record.alike"))).to_be_visible()
    create, anyway = (
        form.get_by_role("button", name=t(key), exact=True)
        for key in ("common.create", "record.createAnyway")
    )
    expect(create).to_be_visible()
    phone.fill("136 5555 0101")
    expect(told).to_contain_text("136 5555 0101")
    expect(anyway).to_be_visible()
    expect(told.get_by_role("link", name=t("record.openIt"))).to_have_attribute(
        "href", re.compile(seen["id"])
    )
    settle(page)
    assert violations(page) == []

    # Of somebody else's customer no more than the first character and whom to ask.
    name.fill("某人")
    phone.fill("13655550202")
    expect(told).to_contain_text("藏…")
    expect(told).to_contain_text(t("record.maskedOf", owner=me["full_name"]))
    expect(told).not_to_contain_text("藏名某")
    expect(told.get_by_role("link")).to_have_count(0)

    phone.fill("13655550101")
    told.get_by_role("link", name=t("record.useIt")).click()
    expect(page).to_have_url(re.compile(seen["id"]))
    expect(form).to_be_hidden()

    # Sent before it was told, it is refused; insisted on, it is made.
    page.keyboard.press("c")
    name.fill("欧阳查重")
    phone.fill("13655550101")
    form.get_by_label(label_of(page, "kind")).click()
    page.locator(".ant-select-item-option").first.click()
    anyway.click()
    expect(form).to_be_hidden()
    expect(page).not_to_have_url(re.compile(seen["id"]))
    expect(page.get_by_role("heading", level=1)).to_contain_text("欧阳查重")
