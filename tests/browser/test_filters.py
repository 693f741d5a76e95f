"""Filters written by keyboard alone: groups, negation, moving days, links and related records."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote, urlparse
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, call
from tests.browser.sound import AXE, settle, violations

pytestmark = pytest.mark.browser

WORDS = {
    "en": ("City", "Tasks", "Name", "Due on", "Owner › Team"),
    "zh-CN": ("城市", "任务", "名称", "截止日期", "负责人 › 团队"),
}


def names(page: Page) -> list[str]:
    return sorted(page.locator("[role=gridcell] a").all_inner_texts())


def filter_of(page: Page) -> Any:
    return json.loads(parse_qs(urlparse(page.url).query)["filter"][0])


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_filter_of_everything_by_keyboard(
    demo: Served, member: Callable[..., Page], language: str
) -> None:
    t = Texts(language)
    city_label, tasks, name_label, due_on, team = WORDS[language]
    page, city = member("chen", language), f"Filterton {uuid4().hex[:8]}"
    page.context.add_init_script(path=AXE)
    api, today = f"{demo.url}/api/v1", dt.datetime.now(dt.UTC).date()
    for name, days in (("Soon", 2), ("Late", 40), ("Free", None), ("Soon too", 3)):
        customer = call(page, "POST", f"{api}/customers", kind="person", name=name, city=city)
        if days is not None:
            due = str(today + dt.timedelta(days))
            call(page, "POST", f"{api}/tasks", title="x", customer=customer["id"], due_on=due)
    page.goto(f"{demo.url}/customers")
    keys, add = page.keyboard, page.get_by_role("button", name=t("filter.add"), exact=True)
    expect(page.get_by_role("row").nth(2)).to_be_visible()

    def begin(word: str) -> None:
        """Pick what the condition is about in the box that has the focus."""
        keys.press("Enter")
        page.get_by_role("option").first.wait_for(state="attached")
        keys.type(word)
        keys.press("Enter")

    add.focus()
    begin(city_label)
    expect(page.get_by_role("textbox", name=t("filter.value"))).to_be_focused()
    keys.type(city)
    keys.press("Enter")
    expect(add).to_be_focused()
    expect(page.locator("[role=gridcell] a")).to_have_count(4)

    # Tasks due in the next days: related records, and in them a moving day.
    begin(tasks)
    form = page.get_by_role("form", name=t("filter.edit"))
    form.get_by_role("button", name=t("filter.addCondition"), exact=True).press("Enter")
    form.get_by_role("combobox", name=t("filter.field")).last.focus()
    begin(due_on)
    form.get_by_role("combobox", name=t("filter.operator")).last.focus()
    keys.press("Enter")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("Enter")
    form.get_by_role("spinbutton", name=t("filter.days")).fill("7")
    keys.press("Enter")
    expect(page.locator("[role=gridcell] a")).to_have_count(2)
    assert names(page) == ["Soon", "Soon too"]
    related = {"field": "due_on", "op": "in_period", "value": {"next_days": 7}}
    assert filter_of(page)["and"][1] == {"has": "tasks", "where": {"and": [related]}}

    # None of: not those called "too".
    add.focus()
    begin(t("filter.newGroup"))
    form.get_by_role("radio", checked=True).press("ArrowRight")
    expect(form.get_by_role("radio", name=t("filter.noneOf"))).to_be_checked()
    form.get_by_role("combobox", name=t("filter.field")).focus()
    begin(name_label)
    form.get_by_role("textbox", name=t("filter.value")).fill("too")
    keys.press("Enter")
    expect(page.locator("[role=gridcell] a")).to_have_count(1)
    assert names(page) == ["Soon"]

    # Esc takes back what was begun.
    add.focus()
    begin(team)
    keys.press("Escape")
    keys.press("Escape")
    expect(form).to_be_hidden()
    expect(add).to_be_focused()
    assert len(filter_of(page)["and"]) == 3

    page.reload()
    expect(page.locator("[role=gridcell] a")).to_have_count(1)
    page.get_by_role("button", name=t("filter.edit")).press("Enter")
    expect(form.get_by_role("spinbutton", name=t("filter.days"))).to_have_value("7")
    settle(page)
    assert violations(page) == []


def test_an_address_nested_too_deeply_is_refused_in_words_and_can_be_cleared(
    demo: Served, member: Callable[..., Page]
) -> None:
    t, page = Texts("en"), member("chen", "en")
    tree: Any = {"field": "name", "op": "not_empty"}
    for level in range(50):
        tree = {"not": tree} if level % 2 else {"and": [tree]}
    page.goto(f"{demo.url}/customers?filter={quote(json.dumps(tree))}")
    expect(page.get_by_text("nested more than 12 levels deep")).to_be_visible()
    page.get_by_role("button", name=t("filter.clear"), exact=True).click()
    expect(page.get_by_role("row").nth(2)).to_be_visible()
