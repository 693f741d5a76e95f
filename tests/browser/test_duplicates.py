"""The queue of suspected duplicates, by keyboard: one pair is told apart, one merged."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, call
from tests.browser.sound import AXE, settle, violations

pytestmark = pytest.mark.browser


def test_a_queue_is_worked_through(demo: Served, member: Callable[..., Page]) -> None:
    t, page = Texts("zh-CN"), member("chen", "zh-CN")
    page.context.add_init_script(path=AXE)
    api = f"{demo.url}/api/v1"
    me = page.request.get(f"{api}/session").json()["user"]["id"]
    for name, phone, birthday, email in (
        ("司徒长青", "13722220001", "1991-02-03", "changqing@situ.example"),
        ("尉迟红叶", "13899998888", "1967-11-25", "hongye@yuchi.example"),
    ):
        for street in ("人民路 1 号", ""):
            call(
                page, "POST", f"{api}/customers?on_duplicate=create", kind="person", name=name,
                owner=me, phone=phone, birthday=birthday, email=email, street=street,
            )  # fmt: skip
    page.goto(f"{demo.url}/data-quality/duplicates")
    page.get_by_role("button", name=t("duplicates.search")).click()
    different = page.get_by_role("article").filter(has_text="司徒长青")
    same = page.get_by_role("article").filter(has_text="尉迟红叶")
    expect(different).to_be_visible()
    expect(different.get_by_text("电话：相同")).to_be_visible()
    settle(page)
    assert violations(page) == []
    different.focus()
    page.keyboard.press("n")
    expect(different).to_have_count(0)
    expect(page.get_by_text(t("duplicates.did.not_the_same"))).to_be_visible()
    same.focus()
    page.keyboard.press("m")
    page.get_by_role("button", name=t("merge.run"), exact=True).click()
    expect(page).to_have_url(f"{demo.url}/data-quality/duplicates")
    expect(
        page.get_by_role("article").or_(page.get_by_role("heading", level=2)).first
    ).to_be_visible()
    expect(same).to_have_count(0)
    page.get_by_text(t("duplicates.notTheSame"), exact=True).first.click()
    expect(different).to_be_visible()
