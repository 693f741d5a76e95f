"""Edits that meet trouble: somebody else's edit, and a session that ends. Nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.product import DEMO_PASSWORD, Served, Texts, call, reads_held
from tests.waiting import wait_until

pytestmark = pytest.mark.browser

LABEL = {"zh-CN": "城市", "en": "City"}


def make_customer(page: Page, demo: Served, **values: object) -> dict[str, Any]:
    made: dict[str, Any] = call(
        page, "POST", f"{demo.url}/api/v1/customers", kind="person", **values
    )
    return made


def city_of(page: Page, demo: Served, customer: dict[str, Any]) -> str:
    found: str = call(page, "GET", f"{demo.url}/api/v1/customers/{customer['id']}")["city"]
    return found


def type_city(page: Page, t: Texts, city: str, *, save: bool = True) -> None:
    """Write into the fact where it stands; Enter saves it."""
    label = LABEL[t.language]
    page.get_by_role("button", name=t("record.editField", field=label), exact=True).click()
    page.get_by_role("textbox", name=label, exact=True).fill(city)
    if save:
        page.keyboard.press("Enter")


@pytest.mark.parametrize(("choice", "kept"), [("keepMine", "深圳"), ("keepTheirs", "广州")])
def test_who_edits_second_sees_both_versions_and_chooses(
    demo: Served, member: Callable[..., Page], choice: str, kept: str
) -> None:
    t = Texts("zh-CN")
    mine, theirs = member("chen", "zh-CN"), member("zhao", "zh-CN")
    customer = make_customer(mine, demo, name=f"冲突 {choice}", city="北京")
    for page in (mine, theirs):
        page.goto(f"{demo.url}/customers/{customer['id']}")
        expect(page.get_by_role("heading", level=1)).to_have_text(customer["name"])
    type_city(mine, t, "深圳", save=False)
    type_city(theirs, t, "广州")
    expect(theirs.get_by_text(t("edit.saved", field="城市"))).to_be_visible()

    mine.wait_for_timeout(1000)  # by now I was told of the change, which must not hide it
    mine.keyboard.press("Enter")
    dialog = mine.get_by_role("dialog", name=t("conflict.title"))
    expect(dialog.get_by_role("row", name="城市 深圳 广州")).to_be_visible()
    assert city_of(mine, demo, customer) == "广州"  # nothing is overwritten unasked

    dialog.get_by_role("button", name=t(f"conflict.{choice}")).click()
    expect(dialog).to_be_hidden()
    expect(mine.get_by_role("definition").filter(has_text=kept)).to_be_visible()
    wait_until(lambda: city_of(mine, demo, customer) == kept)
    history = call(mine, "GET", f"{demo.url}/api/v1/customers/{customer['id']}/history")["items"]
    told = [entry["changes"]["city"]["new"] for entry in history if "city" in entry["changes"]]
    assert "广州" in told  # what was overwritten can still be found


def end_session(page: Page, demo: Served, chromium: Browser) -> None:
    """Sign out behind the page's back: its cookie stays, the session it names is gone."""
    other = chromium.new_context(storage_state=page.context.storage_state())
    tab = other.new_page()
    call(tab, "DELETE", f"{demo.url}/api/v1/session")
    other.close()


def sign_in_again(page: Page, t: Texts) -> None:
    dialog = page.get_by_role("dialog", name=t("signIn.again.title"))
    expect(dialog).to_be_visible()
    expect(dialog.get_by_label(t("signIn.username"))).to_have_value("chen")
    dialog.get_by_label(t("signIn.password"), exact=True).fill(DEMO_PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()


def test_a_session_that_ends_in_the_middle_loses_nothing(
    demo: Served, chromium: Browser, member: Callable[..., Page]
) -> None:
    t = Texts("zh-CN")
    page = member("chen", "zh-CN")
    customer = make_customer(page, demo, name="Session", city="Bonn")
    page.goto(f"{demo.url}/customers/{customer['id']}")

    page.get_by_role("button", name=t("customer.compose.mode.call"), exact=True).click()
    words = page.get_by_role("textbox", name=t("customer.compose.text.call"))
    words.fill("Asked for 200 samples, ring back on Friday.")
    with reads_held(page):
        end_session(page, demo, chromium)
        page.keyboard.press("Control+Enter")
    expect(words).to_have_value("Asked for 200 samples, ring back on Friday.")
    sign_in_again(page, t)
    timeline = page.get_by_role("region", name=t("customer.timeline"))
    said = timeline.get_by_text("Asked for 200 samples, ring back on Friday.")
    expect(said).to_have_count(1)

    type_city(page, t, "Köln", save=False)
    with reads_held(page):
        end_session(page, demo, chromium)
        page.keyboard.press("Enter")
    sign_in_again(page, t)
    expect(page.get_by_text(t("edit.saved", field="城市"))).to_be_visible()
    assert city_of(page, demo, customer) == "Köln"
