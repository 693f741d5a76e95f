"""Two colleagues: one names the other, who is told at once and goes there by keyboard or mouse."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.product import Served, Texts, call

pytestmark = pytest.mark.browser
SOON = 5_000  # milliseconds; the aim is a second, on a machine that has time


def me(page: Page, url: str) -> Any:
    return page.request.get(f"{url}/api/v1/session").json()["user"]


def customer_of(page: Page, url: str, owner: Page, name: str) -> Any:
    """A customer that belongs to somebody else than whoever makes it."""
    values = {"kind": "person", "name": name, "owner": me(owner, url)["id"]}
    return call(page, "POST", f"{url}/api/v1/customers", **values)


def bell(page: Page, t: Texts) -> Locator:
    return page.get_by_role("banner").get_by_role("button", name=t("notifications.title"))


def unread(page: Page, url: str) -> int:
    count: int = page.request.get(f"{url}/api/v1/notifications/unread").json()["count"]
    return count


def all_read(page: Page, url: str) -> None:
    """Let what other tests made be no news any more."""
    items = page.request.get(f"{url}/api/v1/notifications").json()["items"]
    if items:
        call(page, "POST", f"{url}/api/v1/notifications/read", until=items[0]["id"])


def test_who_is_named_is_told_at_once(demo: Served, member: Callable[..., Page]) -> None:
    t = Texts("zh-CN")
    mine, theirs = member("admin", "zh-CN"), member("chen", "zh-CN")
    customer = customer_of(mine, demo.url, theirs, "提醒")
    all_read(theirs, demo.url)
    theirs.goto(demo.url)
    expect(bell(theirs, t)).to_be_visible()

    mine.goto(f"{demo.url}/customers/{customer['id']}")
    box = mine.get_by_role("textbox", name=t("customer.compose.text.note"))
    box.press_sequentially("请 @chen")
    offered = mine.get_by_role("listbox", name=t("notifications.mention.list"))
    colleague = offered.get_by_role("option").first
    expect(colleague).to_contain_text(me(theirs, demo.url)["full_name"])
    box.press("Enter")
    name = me(theirs, demo.url)["full_name"]
    expect(box).to_have_value(f"请 @{name} ")
    box.press_sequentially("看一下")
    box.press("Control+Enter")
    timeline = mine.get_by_role("region", name=t("customer.timeline"))
    expect(timeline.get_by_text(f"请 @{name} 看一下")).to_be_visible()

    expect(theirs).to_have_title(re.compile(rf"^\(\d+\) {t('app.name')}$"), timeout=SOON)
    theirs.keyboard.press("g")
    theirs.keyboard.press("n")
    inbox = theirs.get_by_role("dialog", name=t("notifications.title"))
    news = inbox.get_by_role("link").filter(has_text="提醒")
    expect(news.first).to_contain_text(f"请 @{name} 看一下")
    expect(news.first).to_contain_text(t("notifications.isUnread"))
    expect(inbox.get_by_role("link").first).to_be_focused()
    theirs.keyboard.press("j")
    theirs.keyboard.press("k")
    expect(inbox.get_by_role("link").first).to_be_focused()
    news.first.click()
    expect(theirs).to_have_url(re.compile(f"/customers/{customer['id']}"))
    expect(inbox).to_have_count(0)
    expect(theirs.get_by_role("heading", level=1)).to_have_text("提醒")


def test_what_one_follows_is_told_as_one_until_all_is_read(
    demo: Served, member: Callable[..., Page]
) -> None:
    t = Texts("en")
    mine, theirs = member("chen"), member("admin")
    address = f"{demo.url}/api/v1/customers"
    customer = call(mine, "POST", address, kind="person", name="Followed")
    all_read(mine, demo.url)
    mine.goto(f"{demo.url}/customers/{customer['id']}")
    following = mine.get_by_role("button", name=t("notifications.following"))
    expect(following).to_be_visible()  # an owner is told anyway
    for city in ("Bonn", "Ulm"):
        call(theirs, "PATCH", f"{address}/{customer['id']}", city=city)
    expect(mine).to_have_title("(1) Guanxi", timeout=SOON)
    mine.get_by_role("button", name=t("notifications.label_one", number=1)).click()
    inbox = mine.get_by_role("dialog", name=t("notifications.title"))
    news = inbox.get_by_role("link").first
    expect(news).to_contain_text("Followed")
    expect(news).to_contain_text(re.compile("2 changes by .* City", re.DOTALL))
    inbox.get_by_role("button", name=t("notifications.readAll")).click()
    expect(mine).to_have_title("Guanxi")
    expect(news).not_to_contain_text(t("notifications.isUnread"))
    mine.keyboard.press("Escape")
    expect(inbox).to_have_count(0)

    following.click()
    expect(mine.get_by_role("button", name=t("notifications.follow"), exact=True)).to_be_visible()
    call(theirs, "PATCH", f"{address}/{customer['id']}", city="Rom")
    tasks, owner = f"{demo.url}/api/v1/tasks", me(mine, demo.url)["id"]
    call(theirs, "POST", tasks, title="By then the change is known", owner=owner)
    expect(mine).to_have_title("(1) Guanxi", timeout=SOON)
    assert unread(mine, demo.url) == 1
