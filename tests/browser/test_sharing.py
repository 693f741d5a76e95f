"""An owner shares a customer by keyboard; the colleague finds it, is told, and loses it again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, call
from tests.browser.sound import AXE, settle, violations

pytestmark = pytest.mark.browser


def test_a_customer_is_shared_and_taken_back(demo: Served, member: Callable[..., Page]) -> None:
    t = Texts("zh-CN")
    owner, other = member("chen", "zh-CN"), member("liu", "zh-CN")
    me, them = (p.request.get(f"{demo.url}/api/v1/session").json()["user"] for p in (owner, other))
    name = "共享"
    customer = call(
        owner, "POST", f"{demo.url}/api/v1/customers", kind="person", name=name, owner=me["id"]
    )
    page = f"{demo.url}/customers/{customer['id']}"
    assert other.request.get(f"{demo.url}/api/v1/customers/{customer['id']}").status == 404

    owner.context.add_init_script(path=AXE)
    owner.goto(page)
    button = owner.get_by_role("button", name=t("sharing.share"))
    button.focus()
    owner.keyboard.press("Enter")
    dialog = owner.get_by_role("dialog")
    people = dialog.get_by_label(t("sharing.users"))
    expect(people).to_be_focused()
    owner.keyboard.type(them["full_name"])
    found = owner.locator(".ant-select-item-option")
    expect(found).to_have_text([them["full_name"]])  # and nobody of before
    owner.keyboard.press("Enter")
    expect(dialog.locator(".ant-select-selection-item", has_text=them["full_name"])).to_be_visible()
    owner.keyboard.press("Escape")
    dialog.get_by_role("radio", name=t("sharing.change")).check()
    settle(owner)
    assert violations(owner) == []
    dialog.get_by_role("button", name=t("sharing.share")).click()
    shared = owner.get_by_role("button", name=t("sharing.shared", number="1"))
    expect(shared).to_be_visible()
    told = t("sharing.told.insert", name=them["full_name"])
    expect(owner.get_by_text(told)).to_be_visible()

    other.goto(page)
    expect(other.get_by_role("heading", name=name)).to_be_visible()
    other.get_by_role("button", name=t("sharing.shared", number="1")).click()
    seen = other.get_by_role("dialog")
    expect(seen.get_by_text(them["full_name"])).to_be_visible()
    expect(seen.get_by_role("button", name=t("sharing.share"))).to_have_count(0)

    shared.click()
    settle(owner)
    assert violations(owner) == []
    owner.get_by_role("button", name=t("sharing.end", name=them["full_name"])).click()
    expect(shared).to_have_count(0)
    assert other.request.get(f"{demo.url}/api/v1/customers/{customer['id']}").status == 404
