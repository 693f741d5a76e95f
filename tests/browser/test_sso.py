"""Single sign-on from its setting up to an edit that goes on after signing in again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, call, reads_held
from tests.browser.sound import AXE, settle, violations
from tests.sso.certified import Certified
from tests.sso.provider import CLIENT, SECRET

pytestmark = pytest.mark.browser
NAME = "集团账号"


def add_provider(page: Page, t: Texts, demo: Served, issuer: str) -> str:
    """Fill in the form by keyboard; returns the redirect address it shows."""
    page.goto(f"{demo.url}/settings/providers")
    page.get_by_role("button", name=t("providers.new")).press("Enter")
    dialog = page.get_by_role("dialog")
    redirect = dialog.get_by_role("textbox", name=t("providers.redirect")).input_value()
    dialog.get_by_label(t("providers.name"), exact=True).fill(NAME)
    dialog.get_by_label(t("providers.issuer"), exact=True).fill(issuer)
    dialog.get_by_label(t("providers.client_id"), exact=True).fill(CLIENT)
    dialog.get_by_label(t("providers.secret"), exact=True).fill(SECRET)
    dialog.get_by_label(t("providers.domains"), exact=True).press_sequentially("firm.example,")
    settle(page)
    assert violations(page) == []
    dialog.get_by_role("button", name=t("common.create")).press("Enter")
    expect(page.get_by_role("row").filter(has_text=NAME)).to_contain_text("firm.example")
    settle(page)
    assert violations(page) == []
    return redirect


def test_from_the_setting_to_an_edit_that_goes_on(
    demo: Served, member: Callable[..., Page], page_of: Callable[..., Page]
) -> None:
    certified, t = Certified(), Texts("zh-CN")
    boss = member("admin", "zh-CN")
    boss.context.add_init_script(path=AXE)
    api = f"{demo.url}/api/v1"
    roles = call(boss, "GET", f"{api}/role-rights")["items"]
    role = next(r["id"] for r in roles if r["administer"])
    call(boss, "POST", f"{api}/people", username="colleague", full_name="colleague",
         email="colleague@firm.example", role=role, language="en")  # fmt: skip
    redirect = add_provider(boss, t, demo, certified.url)
    with certified.sending_back_to(redirect):
        page, t = page_of(locale="en"), Texts("en")
        page.context.add_init_script(path=AXE)
        page.goto(f"{demo.url}/customers")
        button = page.get_by_role("link", name=t("signIn.with", name=NAME))
        settle(page)
        assert violations(page) == []
        button.press("Enter")
        page.locator("[name=login]").fill("colleague")
        page.locator("[name=password]").fill("x")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url(f"{demo.url}/customers")
        page.get_by_role("navigation", name=t("nav.main")).wait_for()

        customer = call(page, "POST", f"{api}/customers", name="Single sign-on", kind="person")
        page.goto(f"{demo.url}/customers/{customer['id']}")
        page.get_by_role("button", name=t("customer.compose.mode.call"), exact=True).click()
        words = page.get_by_role("textbox", name=t("customer.compose.text.call"))
        words.fill("Typed before the session ended.")
        with reads_held(page):
            call(page, "DELETE", f"{api}/session")
            page.keyboard.press("Control+Enter")
        again = page.get_by_role("dialog", name=t("signIn.again.title"))
        with page.context.expect_page() as opened:
            again.get_by_role("link", name=t("signIn.with", name=NAME)).click()
        opened.value.get_by_role("heading", name=t("signIn.done.title")).wait_for()
        expect(again).to_be_hidden()
        timeline = page.get_by_role("region", name=t("customer.timeline"))
        expect(timeline.get_by_text("Typed before the session ended.")).to_have_count(1)
