"""The list of customers who need attention: what was put away comes back by the toast's Undo."""

from __future__ import annotations

import re
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


def test_numbers_open_what_they_count(demo: Served, member: Callable[..., Page]) -> None:
    """From home to the customers, from a score to the orders: as many as the link says."""
    t = Texts("en")
    page = member("chen", "en")
    page.goto(f"{demo.url}/")
    base = page.get_by_role("region", name=t("insight.base"))
    bought = base.get_by_role("link", name=t.like("insight.tile.buyers_other"))
    number = bought.inner_text().split()[0]
    bought.press("Enter")
    expect(page).to_have_url(re.compile(r"/customers\?filter="))
    expect(page.get_by_role("main").get_by_text(re.compile(rf"^{number}\b")).first).to_be_visible()

    best = page.request.get(f"{demo.url}/api/v1/customers?sort=-purchases&limit=1").json()
    page.goto(f"{demo.url}/customers/{best['items'][0]['id']}")
    because = page.get_by_role("list", name=t("customer.score.reasons"))
    opened = because.get_by_role("link").first
    orders = int(re.findall(r"\d+", opened.inner_text())[0])
    opened.press("Enter")
    expect(page).to_have_url(re.compile(r"/orders\?filter="))
    expect(page.get_by_role("main").get_by_text(re.compile(rf"^{orders}\b")).first).to_be_visible()
