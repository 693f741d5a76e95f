"""Settings: a token is made, opens what it may, and is revoked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts

pytestmark = pytest.mark.browser


def test_what_one_is_told_of_is_picked_and_kept(demo: Served, member: Callable[..., Page]) -> None:
    t = Texts("zh-CN")
    page = member("wang", "zh-CN")
    page.goto(f"{demo.url}/settings")
    changes = page.get_by_role("checkbox", name=t("notifications.kind.changed"))
    expect(changes).to_be_checked()
    with page.expect_response("**/api/v1/session/user"):
        changes.press("Space")  # it changes once it is saved, which `uncheck` does not wait for
    page.reload()
    expect(changes).not_to_be_checked()
    expect(page.get_by_role("checkbox", name=t("notifications.kind.mentioned"))).to_be_checked()


def test_a_token_is_shown_once_opens_and_is_revoked(
    demo: Served, member: Callable[..., Page]
) -> None:
    t, name = Texts("en"), "Warehouse"
    page = member("chen")

    def ask(key: str) -> int:
        headers = {"Authorization": f"Bearer {key}"}
        return page.request.get(f"{demo.url}/api/v1/customers", headers=headers).status

    page.goto(f"{demo.url}/settings")
    page.get_by_role("button", name=t("tokens.new")).click()
    page.get_by_label(t("tokens.name"), exact=True).fill(name)
    page.keyboard.press("Enter")
    key = page.get_by_role("textbox", name=t("tokens.key")).input_value()
    assert ask(key) == 200
    page.get_by_role("button", name=t("tokens.kept")).click()
    item = page.get_by_role("listitem").filter(has_text=name)
    expect(item).to_contain_text(t("tokens.readAll"))

    page.reload()
    expect(item).to_be_visible()
    assert key not in page.content()
    item.get_by_role("button").click()
    ask_first = page.get_by_role("dialog", name=t("tokens.revokeAsk", name=name))
    ask_first.get_by_role("button", name=t("tokens.revoke")).click()
    expect(item).to_be_hidden()
    assert ask(key) == 401
