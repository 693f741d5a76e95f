"""An administrator invites somebody by a link, and lets them go; a session is ended elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, enter
from tests.browser.sound import AXE, settle, violations

pytestmark = pytest.mark.browser
PASSWORD = "a quite new password"


def test_somebody_is_invited_comes_in_and_leaves(
    demo: Served, member: Callable[..., Page], page_of: Callable[..., Page]
) -> None:
    t, name = Texts("zh-CN"), "新人"
    boss, newcomer = member("admin", "zh-CN"), page_of(locale="zh-CN")
    newcomer.context.add_init_script(path=AXE)
    boss.goto(f"{demo.url}/settings/people")
    boss.get_by_role("button", name=t("people.invite")).click()
    form = boss.get_by_role("dialog")
    form.get_by_label(t("people.username")).fill("new")
    form.get_by_label(t("people.fullName")).fill(name)
    form.get_by_label(t("people.role")).click()
    boss.locator(".ant-select-item-option").first.click()
    form.get_by_role("button", name=t("people.invite")).click()
    url = boss.get_by_role("textbox", name=t("people.link")).input_value()
    boss.get_by_role("button", name=t("tokens.kept")).click()
    row = boss.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text(t("people.is.invited"))

    newcomer.goto(demo.url + url[url.index("/welcome") :])
    expect(newcomer.get_by_role("heading", name=t("welcome.invite", name=name))).to_be_visible()
    settle(newcomer)
    assert violations(newcomer) == []
    newcomer.get_by_label(t("signIn.password")).fill("short")
    newcomer.keyboard.press("Enter")
    expect(newcomer.get_by_role("alert")).to_be_visible()
    newcomer.get_by_label(t("signIn.password")).fill(PASSWORD)
    newcomer.keyboard.press("Enter")
    newcomer.get_by_role("navigation", name=t("nav.main")).wait_for()

    again = page_of(locale="zh-CN")
    again.goto(demo.url + url[url.index("/welcome") :])
    expect(again.get_by_role("heading", name=t("welcome.dead"))).to_be_visible()

    boss.reload()
    expect(row).to_contain_text(t("people.is.active"))
    row.get_by_role("button").click()
    boss.get_by_role("menuitem", name=t("people.deactivate")).click()
    leaving = boss.get_by_role("dialog", name=t("people.deactivateTitle", name=name))
    expect(leaving).to_contain_text(t("people.leavesNothing"))
    leaving.get_by_role("button", name=t("people.is.inactive")).click()
    expect(row).to_contain_text(t("people.is.inactive"))
    newcomer.goto(f"{demo.url}/customers")
    expect(newcomer.get_by_role("button", name=t("signIn.submit"))).to_be_visible()


def test_what_somebody_owns_is_handed_over(
    demo: Served, member: Callable[..., Page], page_of: Callable[..., Page]
) -> None:
    t = Texts("zh-CN")
    boss = member("admin", "zh-CN")
    people = boss.request.get(f"{demo.url}/api/v1/people").json()["items"]
    zhao, wang = (next(p for p in people if p["username"] == n) for n in ("zhao", "wang"))
    boss.goto(f"{demo.url}/settings/people")
    row = boss.get_by_role("row").filter(has_text=zhao["full_name"])
    row.get_by_role("button").click()
    boss.get_by_role("menuitem", name=t("people.deactivate")).click()
    leaving = boss.get_by_role("dialog")
    expect(leaving).to_contain_text(t("people.handTo"))
    leaving.get_by_role("combobox").fill(wang["full_name"])
    boss.locator(".ant-select-item-option", has_text=wang["full_name"]).click()
    leaving.get_by_role("button", name=t("people.is.inactive")).click()
    expect(row).to_contain_text(t("people.is.inactive"))
    address = f"{demo.url}/api/v1/people/{zhao['id']}/work"
    for _attempt in range(200):
        if boss.request.get(address).json() == []:
            break
        boss.wait_for_timeout(100)
    assert boss.request.get(address).json() == []
    row.get_by_role("button").click()
    boss.get_by_role("menuitem", name=t("people.activate")).click()
    expect(row).to_contain_text(t("people.is.active"))


def test_a_session_is_ended_from_another(
    demo: Served, member: Callable[..., Page], page_of: Callable[..., Page]
) -> None:
    t = Texts("en")
    here, there = member("wang"), page_of(locale="en")
    enter(there, demo.url, "wang")
    there.goto(f"{demo.url}/customers")
    here.goto(f"{demo.url}/settings")
    expect(here.get_by_text(t("sessions.this"), exact=True)).to_be_visible()
    here.get_by_role("button", name=t("sessions.endOthers")).click()
    expect(here.get_by_role("button", name=t("sessions.endOthers"))).to_be_hidden()
    there.reload()
    expect(there.get_by_role("button", name=t("signIn.submit"))).to_be_visible()
    assert here.request.get(f"{demo.url}/api/v1/customers").ok
