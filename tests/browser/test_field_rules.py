"""Fields that a condition requires or locks: from the page that says so to form and record."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import count
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.product import Served, Texts, call
from tests.browser.sound import settle, violations
from tests.browser.test_custom_fields import defined, new_field

pytestmark = pytest.mark.browser
numbers = count(1)


def fact(page: Page, name: str) -> Locator:
    return page.locator("dl > div").filter(has=page.locator("dt", has_text=name))


def choose(page: Page, box: Locator, option: str) -> None:
    box.click()
    page.locator(".ant-select-dropdown:visible .ant-select-item-option").filter(
        has_text=option
    ).first.click()


def test_a_field_is_required_and_another_locked_while_a_condition_holds(
    demo: Served, member: Callable[..., Page]
) -> None:
    t, number = Texts("en"), next(numbers)
    stage, reason, price = (f"{word} {number}" for word in ("Stage", "Reason", "Price"))
    page = member("admin")
    choices = [{"value": v, "labels": {"en": v}} for v in ("open", "lost")]
    made = call(
        page, "POST", f"{demo.url}/api/v1/custom-fields", object="customer", type="choice",
        labels={"en": stage}, settings={"choices": choices},
    )  # fmt: skip
    lost = {"field": f"custom.{made['key']}", "op": "in", "value": ["lost"]}
    call(
        page, "POST", f"{demo.url}/api/v1/custom-fields", object="customer", type="decimal",
        labels={"en": price}, settings={"locked_when": lost},
    )  # fmt: skip

    drawer = new_field(page, demo, t, "text", reason)
    rule = drawer.get_by_role("region", name=t("fields.required_when"))
    rule.get_by_role("button", name=t("filter.addCondition"), exact=True).click()
    rule.get_by_role("combobox", name=t("filter.field")).fill(stage)
    page.keyboard.press("Enter")
    value = rule.get_by_role("combobox", name=t("filter.value"))
    choose(page, value, "Lost")
    page.keyboard.press("Escape")
    defined(page, demo, t, "text", reason)

    page.goto(f"{demo.url}/customers")
    page.get_by_role("button", name=t("common.create")).first.click()
    form = page.get_by_role("dialog")
    form.get_by_role("textbox").first.fill(f"{reason} 客户")
    form.get_by_role("combobox").first.click()
    page.keyboard.press("Enter")
    form.get_by_role("button", name=t.like("record.moreFields_other")).click()
    box = form.get_by_role("textbox", name=reason)
    expect(box).not_to_have_attribute("aria-required", "true")
    choose(page, form.get_by_role("combobox", name=stage), "Lost")
    expect(box).to_have_attribute("aria-required", "true")
    expect(box).to_have_accessible_description(re.compile(f"{stage}.*lost"))
    settle(page)
    assert violations(page) == []
    form.get_by_role("button", name=t("common.create"), exact=True).click()
    expect(form.get_by_role("alert")).to_contain_text(stage)
    box.fill("too dear")
    form.get_by_role("button", name=t("common.create"), exact=True).click()

    # On the record's page the price is locked for as long as the stage says so.
    locked = fact(page, price).get_by_role("textbox", name=price)
    expect(locked).to_have_attribute("aria-readonly", "true")
    expect(locked).to_have_accessible_description(re.compile(f"{stage}.*lost"))
    expect(fact(page, reason).locator("dt")).to_contain_text("*")
    settle(page)
    assert violations(page) == []
    fact(page, stage).get_by_role("button", name=t("record.editField", field=stage)).click()
    page.locator(".ant-select-item-option", has_text="Open").click()
    edit = fact(page, price).get_by_role("button", name=t("record.editField", field=price))
    expect(edit).to_be_visible()
    expect(locked).to_have_count(0)
    expect(fact(page, reason).locator("dt")).not_to_contain_text("*")

    # In the list a cell that may not be so goes back, and the refusal says why.
    columns = quote(json.dumps(["name", f"custom.{made['key']}"]))
    fact(page, reason).get_by_role("button", name=t("record.editField", field=reason)).click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    expect(fact(page, reason).locator("dd")).not_to_contain_text("too dear")
    page.goto(f"{demo.url}/customers?q={quote(reason)}&cols={columns}")
    cell = page.get_by_role("row").filter(has_text=reason).get_by_role("gridcell").nth(2)
    cell.click()
    page.keyboard.press("Enter")
    page.locator(".ant-select-item-option", has_text="Lost").click()
    expect(page.get_by_role("alert").filter(has_text=reason)).to_be_visible()
    expect(cell).to_have_text("Open")

    # A long bulk edit leaves the record out, and the news of it lead there.
    named = {"field": "name", "op": "contains", "value": reason}
    call(
        page, "POST", f"{demo.url}/api/v1/customers/bulk",
        filter=named, set={"custom": {made["key"]: "lost"}},
    )  # fmt: skip
    news = page.get_by_role("banner").get_by_role("button", name=t("notifications.title"))
    expect(news).to_have_accessible_name(re.compile(r"\d"))
    news.click()
    told = page.get_by_role("dialog", name=t("notifications.title")).get_by_role("link").first
    expect(told).to_contain_text(t("jobs.partly", changed=0, refused=1))
    expect(told).to_contain_text(reason)
    told.click()
    expect(page.get_by_role("button", name=t("filter.refused")).first).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=reason)).to_be_visible()
    settle(page)
    assert violations(page) == []
