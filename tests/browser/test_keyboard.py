"""Without a mouse: sign in, reach a customer, log a call."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.product import DEMO_PASSWORD, Served, Texts, call

pytestmark = pytest.mark.browser

MOST_TABS = 40


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until `target` has the focus. Raises AssertionError if it is not soon reached."""
    for _press in range(MOST_TABS):
        page.keyboard.press("Tab")
        if target.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"{target} is not reached by {MOST_TABS} times Tab")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_from_sign_in_to_a_logged_call(
    demo: Served, page_of: Callable[..., Page], language: str
) -> None:
    t = Texts(language)
    page = page_of(locale=language, viewport={"width": 1440, "height": 900})
    page.goto(demo.url)
    expect(page.get_by_label(t("signIn.username"))).to_be_focused()
    page.keyboard.type("chen")
    page.keyboard.press("Tab")
    page.keyboard.type(DEMO_PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("navigation", name=t("nav.main")).wait_for()

    api = f"{demo.url}/api/v1/customers"
    customer = call(page, "POST", api, kind="person", name=f"Keyboard {language}")
    page.keyboard.press("Control+k")
    page.keyboard.type(customer["name"])
    page.get_by_role("option", name=customer["name"]).wait_for()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(customer["name"])

    tab_to(page, page.get_by_role("button", name=t("customer.action.call")))
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name=t("customer.compose.text.call"))).to_be_focused()
    page.keyboard.type("Reached her; she wants a price list.")
    page.keyboard.press("Control+Enter")
    timeline = page.get_by_role("region", name=t("customer.timeline"))
    entry = timeline.get_by_text("Reached her; she wants a price list.")
    expect(entry).to_be_visible()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_shortcuts_and_what_tells_of_them(
    demo: Served, member: Callable[..., Page], language: str
) -> None:
    t, page = Texts(language), member("chen", language)
    page.goto(demo.url)
    page.get_by_role("navigation", name=t("nav.main")).wait_for()
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name=t("shortcuts.title"))
    expect(help_.get_by_text(t("shortcuts.anywhereKeys.palette"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()

    page.keyboard.press("g")
    page.keyboard.press("o")
    page.wait_for_url("**/orders**")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/customers**")
    page.keyboard.press("c")
    form = page.get_by_role("dialog")
    name = form.get_by_role("textbox").first
    expect(name).to_be_focused()
    page.keyboard.type("gogo")  # words, not places to go to
    expect(name).to_have_value("gogo")
    assert "/customers" in page.url
