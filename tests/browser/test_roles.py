"""An administrator copies a role and changes it; whoever holds it sees less at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, call, enter
from tests.browser.sound import AXE, settle, violations

pytestmark = pytest.mark.browser
PASSWORD = "a quite new password"


def test_a_copied_role_hides_a_field_and_takes_a_right(
    demo: Served, member: Callable[..., Page], page_of: Callable[..., Page]
) -> None:
    t, api = Texts("zh-CN"), f"{demo.url}/api/v1"
    boss, clerk = member("admin", "zh-CN"), page_of(locale="zh-CN")
    boss.context.add_init_script(path=AXE)
    roles = call(boss, "GET", f"{api}/role-rights")
    analyst = next(r for r in roles["items"] if r["is_built_in"] and r["people"] <= 1)
    customers = next(o["label"] for o in roles["objects"] if o["name"] == "customer")
    phone = next(
        f["label"]
        for o in roles["objects"] if o["name"] == "customer"
        for f in o["fields"] if f["name"] == "phone"
    )  # fmt: skip
    boss.goto(f"{demo.url}/settings/roles")
    boss.get_by_role("button", name=t("roles.copyOne", name=analyst["label"])).click()
    boss.get_by_label(t("roles.name"), exact=True).fill("内勤")
    role = boss.url.rsplit("/", 1)[1]

    def pick(label: str, option: str) -> None:
        boss.get_by_role("combobox", name=label).click()
        boss.locator(".ant-select-dropdown:visible").get_by_text(option, exact=True).click()

    read = t("roles.cell", verb=t("roles.verb.read"), object=customers)
    pick(read, t("roles.scope.all"))
    boss.get_by_role("button", name=t("roles.fields", object=customers)).click()
    pick(phone, t("roles.mask.hidden"))
    boss.get_by_role("dialog").get_by_role("button").first.click()
    boss.get_by_role("button", name=t("common.save")).click()
    expect(boss.get_by_text(t("common.saved"))).to_be_visible()
    settle(boss)
    assert violations(boss) == []

    made = call(boss, "POST", f"{api}/people", username="clerk", full_name="文员", role=role)
    key = made["link"]["url"].split("#")[1]
    call(boss, "POST", f"{api}/links/use", key=key, password=PASSWORD)
    enter(clerk, demo.url, "clerk", PASSWORD)
    one = call(clerk, "GET", f"{api}/customers?limit=1")["items"][0]
    assert "phone" not in one
    pick(read, t("roles.scope.none"))
    boss.get_by_role("button", name=t("common.save")).click()
    expect(boss.get_by_role("button", name=t("common.save"))).to_be_disabled()
    assert clerk.request.get(f"{api}/customers").status == 403
