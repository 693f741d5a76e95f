"""Settings → Audit log: who changed what, found by person and kind, linked with the record."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, call
from tests.browser.sound import AXE, settle, violations

pytestmark = pytest.mark.browser


def test_a_change_is_found_in_the_audit_log(demo: Served, member: Callable[..., Page]) -> None:
    t, name = Texts("en"), "审计"
    chen, boss = member("chen"), member("admin", "en")
    customer = call(chen, "POST", f"{demo.url}/api/v1/customers", kind="person", name=name)
    call(chen, "PATCH", f"{demo.url}/api/v1/customers/{customer['id']}", city="青岛市黄岛区")
    who = chen.request.get(f"{demo.url}/api/v1/session").json()["user"]

    boss.context.add_init_script(path=AXE)
    boss.goto(f"{demo.url}/settings/audit")
    boss.get_by_label(t("audit.who"), exact=True).first.click()
    boss.keyboard.type(who["full_name"])
    boss.keyboard.press("Enter")
    boss.get_by_label(t("audit.happened"), exact=True).click()
    boss.locator(".ant-select-item-option", has_text=t("audit.action.update")).click()
    row = boss.get_by_role("row").filter(has_text="青岛市黄岛区")
    expect(row).to_contain_text(who["full_name"])
    for size in ({"width": 1440, "height": 900}, {"width": 390, "height": 844}):
        boss.set_viewport_size(size)
        settle(boss)
        assert violations(boss) == []
    boss.reload()  # the address says it all
    with boss.expect_download() as saved:
        boss.get_by_role("button", name=t("audit.export")).click()
    assert "青岛市黄岛区" in saved.value.path().read_text("utf-8-sig")
    row.get_by_role("link", name=name).click()
    expect(boss.get_by_role("heading", name=name)).to_be_visible()
