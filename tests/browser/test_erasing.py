"""A hold keeps a customer; without it all that is known of them goes, by hand or by a rule."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, call
from tests.browser.sound import AXE, settle, violations

pytestmark = pytest.mark.browser


def test_held_then_erased_and_a_rule_for_others(demo: Served, member: Callable[..., Page]) -> None:
    t, page = Texts("zh-CN"), member("admin", "zh-CN")
    page.context.add_init_script(path=AXE)
    customers = f"{demo.url}/api/v1/customers"
    made = call(page, "POST", customers, kind="person", name="遗忘客", phone="13711119999")
    call(page, "POST", f"{demo.url}/api/v1/tasks", title="给遗忘客回电", customer=made["id"])
    page.goto(f"{demo.url}/customers/{made['id']}")
    menu = page.get_by_role("button", name=t("common.moreActions")).first

    menu.click()
    page.get_by_role("menuitem", name=t("erasing.hold.open")).click()
    hold = page.get_by_role("dialog", name=t("erasing.hold.title"))
    hold.get_by_label(t("erasing.hold.reason")).fill("诉讼 2026-17")
    settle(page)
    assert violations(page) == []
    hold.get_by_role("button", name=t("common.save")).click()
    expect(page.locator("header").get_by_text(t("erasing.chip.held"))).to_be_visible()

    menu.click()
    page.get_by_role("menuitem", name=t("erasing.open")).click()
    erase = page.get_by_role("dialog", name=t("erasing.title"))
    expect(erase.get_by_text(t("erasing.refused", name="遗忘客"))).to_be_visible()
    expect(erase.get_by_role("listitem")).to_have_count(1)
    erase.get_by_role("button", name=t("erasing.understood")).click()

    page.goto(f"{demo.url}/settings/retention")
    expect(page.get_by_role("cell", name="诉讼 2026-17")).to_be_visible()
    page.get_by_role("button", name=t("retention.new")).click()
    rule = page.get_by_role("dialog", name=t("retention.new"))
    rule.get_by_label(t("retention.name")).fill("久无往来")
    rule.get_by_label(t("retention.afterMonths")).fill("1200")
    rule.get_by_role("button", name=t("retention.try")).click()
    expect(rule.get_by_role("status")).to_contain_text(t("retention.due_other", count=0))
    settle(page)
    assert violations(page) == []
    rule.get_by_role("button", name=t("common.create")).click()
    active = page.get_by_role("switch", name=t("retention.activeOf", name="久无往来"))
    expect(active).not_to_be_checked()
    active.click()
    expect(active).to_be_checked()
    settle(page)
    assert violations(page) == []
    page.get_by_role("link", name="遗忘客").click()

    menu.click()
    page.get_by_role("menuitem", name=t("erasing.hold.open")).click()
    hold.get_by_role("button", name=t("erasing.hold.lift")).click()
    expect(hold).to_be_hidden()
    menu.click()
    page.get_by_role("menuitem", name=t("erasing.open")).click()
    run = erase.get_by_role("button", name=t("erasing.run"))
    expect(run).to_be_disabled()
    settle(page)
    assert violations(page) == []
    erase.get_by_role("textbox").fill("遗忘客")
    run.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("已删除客户 #")
    expect(page.locator("header").get_by_text(t.like("erasing.chip.erased"))).to_be_visible()
    expect(page.get_by_text("13711119999")).to_have_count(0)
    expect(page.get_by_text("给遗忘客回电")).to_have_count(0)
