"""What a customer allows: recorded by keys, heeded beside the telephone, changed by a link."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, call, watch
from tests.browser.sound import AXE, settle, too_wide, violations

pytestmark = pytest.mark.browser


def test_a_no_is_recorded_heeded_and_taken_back_by_the_customer(
    demo: Served, member: Callable[..., Page], page_of: Callable[..., Page]
) -> None:
    t = Texts("zh-CN")
    page = member("chen", "zh-CN")
    page.add_init_script(path=AXE)
    faults = watch(page)
    values = {"kind": "person", "name": "周同意", "phone": "13800138111"}
    customer = call(page, "POST", f"{demo.url}/api/v1/customers", **values)
    page.goto(f"{demo.url}/customers/{customer['id']}")
    any_contact = t("consent.anyContact")
    cell = page.get_by_role("button", name=f"{any_contact}，电话", exact=True)
    page.get_by_role("button", name=f"{any_contact}，邮件", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(cell).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("radio", name="请勿联系")).to_be_checked()
    dialog.get_by_label("备注").fill("来电要求")
    settle(page)
    assert violations(page) == []
    dialog.get_by_label("备注").press("Enter")
    expect(dialog).to_be_hidden()
    refusal = t("consent.mayNot.phone", reason="客户要求不以该渠道联系。")
    expect(page.get_by_role("note").filter(has_text=refusal).first).to_be_visible()
    timeline = page.get_by_role("region", name=t("customer.timeline"))
    expect(timeline.get_by_text("来电要求")).to_be_visible()
    page.get_by_role("button", name=t("customer.action.call"), exact=True).press("Enter")
    expect(page.get_by_role("note").filter(has_text=refusal)).to_have_count(2)
    settle(page)
    assert violations(page) == []

    page.get_by_role("button", name=t("consent.link.make")).click()
    page.get_by_role("button", name=t("consent.link.copy")).click()
    link = page.get_by_role("textbox", name=t("consent.link.title")).input_value()
    phone = page_of(
        viewport={"width": 390, "height": 844}, locale="zh-TW", color_scheme="dark"
    )  # somebody who never signed in
    phone.add_init_script(path=AXE)
    said = Texts("zh-TW")
    phone.goto(link)
    everything = phone.get_by_role("group", name=said("preferences.contact"))
    switch = everything.get_by_role("switch", name=said("preferences.channel.phone"))
    expect(switch).not_to_be_checked()
    expect(phone.get_by_text("周同意")).to_have_count(0)
    settle(phone)
    assert too_wide(phone) == []
    assert violations(phone) == []
    switch.press("Space")
    expect(phone.get_by_role("status")).to_have_text(said("preferences.saved"))
    expect(switch).to_be_checked()
    phone.goto(f"{demo.url}/preferences#made-up")
    phone.reload()
    expect(phone.get_by_role("heading", name=said("preferences.dead"))).to_be_visible()

    page.keyboard.press("Escape")
    page.reload()
    expect(cell).to_be_visible()
    expect(page.get_by_role("note").filter(has_text=refusal)).to_have_count(0)
    assert faults == []
