"""An administrator asks why a colleague sees, or does not see, a customer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, call
from tests.browser.sound import AXE, settle, violations

pytestmark = pytest.mark.browser


def test_why_a_colleague_sees_a_customer_or_not(demo: Served, member: Callable[..., Page]) -> None:
    t = Texts("zh-CN")
    boss, chen, zhao = (member(name, "zh-CN") for name in ("admin", "chen", "zhao"))
    owner, other = (
        p.request.get(f"{demo.url}/api/v1/session").json()["user"] for p in (chen, zhao)
    )
    values = {"kind": "person", "name": "权限", "owner": owner["id"]}
    customer = call(boss, "POST", f"{demo.url}/api/v1/customers", **values)
    seen_by_other = zhao.request.get(f"{demo.url}/api/v1/customers/{customer['id']}").ok

    boss.context.add_init_script(path=AXE)
    boss.goto(f"{demo.url}/customers/{customer['id']}")
    boss.get_by_role("button", name=t("common.moreActions")).click()
    boss.get_by_role("menuitem", name=t("access.title")).click()
    asked = boss.get_by_role("dialog")
    for user, sees in ((other, seen_by_other), (owner, True)):
        asked.get_by_role("combobox").fill(user["full_name"])
        boss.locator(".ant-select-item-option", has_text=user["full_name"]).click()
        verdict = t("access.sees" if sees else "access.seesNot", name=user["full_name"])
        expect(asked.get_by_role("alert")).to_have_text(verdict)
    expect(asked.get_by_text(t("access.holds.owner"))).to_be_visible()
    settle(boss)
    assert violations(boss) == []
