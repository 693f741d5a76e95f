"""Views: what differs from the view is told, and kept by those who may."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, call

pytestmark = pytest.mark.browser


def test_a_view_says_what_is_unsaved_and_who_may_save_it(
    demo: Served, member: Callable[..., Page]
) -> None:
    t = Texts("zh-TW")
    mine, theirs = member("admin", "zh-TW"), member("wang", "zh-TW")
    name = f"View {uuid4().hex[:8]}"
    view = call(
        mine, "POST", f"{demo.url}/api/v1/views", object="customer", name=name, shared="everyone",
        definition={"sort": "name", "filter": {"and": [{"field": "name", "op": "not_empty"}]}},
    )  # fmt: skip

    for page in (mine, theirs):
        page.goto(f"{demo.url}/customers?view={view['id']}")
        bar = page.get_by_role("region", name=t("view.unsaved"))
        header = page.get_by_role("columnheader", name="名稱").get_by_role("button").first
        expect(header).to_be_visible()
        expect(bar).to_be_hidden()
        header.click()
        page.wait_for_url(re.compile("sort=-name"))
        expect(bar).to_be_visible()
        expect(bar.get_by_role("button", name=t("view.saveAsNew"))).to_be_visible()

    save = t("view.saveFor.everyone")
    expect(theirs.get_by_role("button", name=save)).to_be_hidden()
    theirs.get_by_role("button", name=t("view.reset")).click()
    theirs.wait_for_url(re.compile(r"\?view=[0-9a-f-]+$"))
    expect(theirs.get_by_role("region", name=t("view.unsaved"))).to_be_hidden()

    mine.get_by_role("button", name=save).click()
    mine.wait_for_url(re.compile(r"\?view=[0-9a-f-]+$"))
    expect(mine.get_by_role("region", name=t("view.unsaved"))).to_be_hidden()
    kept = call(mine, "GET", f"{demo.url}/api/v1/views?object=customer")["items"]
    assert next(one for one in kept if one["id"] == view["id"])["definition"]["sort"] == "-name"

    # Set back by hand it is as it was kept, though the address says more than the view.
    header = mine.get_by_role("columnheader", name="名稱").get_by_role("button").first
    header.click()
    expect(mine.get_by_role("region", name=t("view.unsaved"))).to_be_visible()
    header.click()
    expect(mine.get_by_role("region", name=t("view.unsaved"))).to_be_hidden()
    assert "sort=-name" in mine.url
    call(mine, "DELETE", f"{demo.url}/api/v1/views/{view['id']}")
