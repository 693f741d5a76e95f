"""Two rows of the list become one customer, and two again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, call
from tests.browser.sound import AXE, settle, violations

pytestmark = pytest.mark.browser


def test_two_become_one_and_two_again(demo: Served, member: Callable[..., Page]) -> None:
    t, page = Texts("zh-CN"), member("chen", "zh-CN")
    page.context.add_init_script(path=AXE)
    me = page.request.get(f"{demo.url}/api/v1/session").json()["user"]["id"]
    kept, other = (
        call(
            page, "POST", f"{demo.url}/api/v1/customers", kind="person", name=name, owner=me,
            phone=phone, email=email,
        )["id"]
        for name, phone, email in (
            ("合并甲", "13711110001", "jia@a.example"), ("合并乙", "13711110002", "yi@a.example"),
        )
    )  # fmt: skip
    call(page, "POST", f"{demo.url}/api/v1/tasks", title="随乙而来", customer=other)
    page.goto(f"{demo.url}/customers?q=合并")
    for name in ("合并甲", "合并乙"):
        page.get_by_role("checkbox", name=t("grid.selectRow", name=name)).check()
    page.get_by_role("button", name=t("merge.open")).click()
    phone = page.get_by_role("radio", name=t("merge.take", field="电话", name="合并甲"))
    expect(phone).not_to_be_checked()  # the later one is proposed
    phone.focus()
    page.keyboard.press("Space")
    expect(phone).to_be_checked()
    page.get_by_role("radio", name=t("merge.take", field="名称", name="合并甲")).check()
    settle(page)
    assert violations(page) == []
    page.get_by_role("button", name=t("merge.run"), exact=True).click()
    expect(page).to_have_url(f"{demo.url}/customers/{kept}")
    expect(page.get_by_text("随乙而来")).to_be_visible()
    expect(page.get_by_text("13711110001").first).to_be_visible()

    # What was done since has to be given to somebody; nothing is taken back until it is.
    call(page, "PATCH", f"{demo.url}/api/v1/customers/{kept}", email="new@a.example")
    call(page, "POST", f"{demo.url}/api/v1/tasks", title="合并之后", customer=kept)
    toast = page.get_by_role("status")
    toast.get_by_role("button", name=t("common.undo")).click()
    refusal = page.get_by_role("alert")
    refusal.get_by_role("button", name=t("merge.back.open")).press("Enter")
    dialog = page.get_by_role("dialog", name=t("merge.back.title"))
    leave, give = (
        dialog.get_by_role("radio", name=t(f"merge.back.{way}")) for way in ("survivor", "absorbed")
    )
    expect(leave).to_be_checked()
    expect(dialog.get_by_role("group", name="邮件").get_by_text("new@a.example")).to_have_count(2)
    settle(page)
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.goto(f"{demo.url}/customers/{other}")  # an old address leads on
    expect(page).to_have_url(f"{demo.url}/customers/{kept}")
    told = page.get_by_text(t("merge.told.merged", names="合并乙", survivor="合并甲"))
    entry = page.locator("li", has=told).first
    entry.get_by_role("button", name=t("merge.back.open")).press("Enter")
    leave.press("ArrowDown")
    expect(give).to_be_checked()
    dialog.get_by_role("combobox", name="任务").press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name=t("merge.back.run")).press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("随乙而来")).to_have_count(0)
    expect(page.get_by_text("jia@a.example").first).to_be_visible()
    page.goto(f"{demo.url}/customers/{other}")
    expect(page).to_have_url(f"{demo.url}/customers/{other}")
    expect(page.get_by_text("随乙而来")).to_be_visible()
    expect(page.get_by_text("合并之后")).to_be_visible()
    expect(page.get_by_text("new@a.example").first).to_be_visible()
