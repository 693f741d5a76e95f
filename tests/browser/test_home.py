"""The list of customers who need attention: what was put away comes back by the toast's Undo."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("language", "menu", "choice"),
    [
        ("zh-CN", "insight.snooze.label", "insight.snooze.month"),
        ("en", "insight.dismiss.label", "insight.dismiss.known"),
    ],
)
def test_what_was_put_away_comes_back(
    demo: Served, member: Callable[..., Page], language: str, menu: str, choice: str
) -> None:
    t = Texts(language)
    page = member("admin", language)
    page.goto(f"{demo.url}/?all=true")
    cards = page.get_by_role("article")
    first = cards.first.get_by_role("link").first
    name = first.inner_text()
    cards.first.get_by_role("button", name=t(menu)).click()
    page.get_by_role("menuitem", name=t(choice)).click()
    expect(first).not_to_have_text(name)
    page.get_by_role("button", name=t("common.undo")).click()
    expect(page.get_by_text(t("common.undone"))).to_be_visible()
    expect(first).to_have_text(name)
    page.reload()
    expect(first).to_have_text(name)
