"""Customers classified by rules: defined, tried, applied, seen, and said otherwise by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts
from tests.browser.sound import AXE, settle, violations
from tests.browser.test_field_rules import choose

pytestmark = pytest.mark.browser


def test_customers_are_classified_by_rules_and_one_by_hand(
    demo: Served, member: Callable[..., Page]
) -> None:
    t = Texts("en")
    page = member("admin")
    page.context.add_init_script(path=AXE)
    page.goto(f"{demo.url}/settings/classifications")
    page.get_by_role("button", name=t("classifications.new")).click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_label(t("fields.name"), exact=True).fill("Size of firm")
    for n, name in ((1, "Large"), (2, "Small")):
        drawer.get_by_role("textbox", name=t("fields.choiceName", n=n)).fill(name)
    drawer.get_by_role("button", name=t("classifications.ruleAdd")).click()
    rule = drawer.get_by_role("group", name=t("classifications.rule", n=1), exact=True)
    rule.get_by_role("textbox", name=t("classifications.ruleName", n=1)).fill("Every organization")
    rule.get_by_role("button", name=t("filter.addCondition"), exact=True).click()
    rule.get_by_role("combobox", name=t("filter.field")).fill("Kind")
    page.keyboard.press("Enter")
    choose(page, rule.get_by_role("combobox", name=t("filter.value")), "Organization")
    page.keyboard.press("Escape")

    # A trial tells who would move, and nobody does.
    drawer.get_by_role("button", name=t("classifications.try")).click()
    trial = drawer.get_by_role("status", name=t("classifications.trial"))
    expect(trial).to_contain_text(t("classifications.noClass"))
    expect(trial).to_contain_text("Large")
    expect(trial).to_contain_text(t("classifications.rule", n=1))
    trial.hover()  # the button below the mouse is in a colour of its own
    settle(page)
    assert violations(page) == []
    drawer.get_by_role("button", name=t("common.create"), exact=True).click()
    row = page.get_by_role("listitem").filter(has_text="Size of firm")
    expect(row).to_contain_text("custom.size_of_firm")

    row.get_by_role("button", name=t("classifications.applyOne", name="Size of firm")).click()
    expect(row).to_contain_text(t.like("classifications.applied_other"))
    settle(page)
    assert violations(page) == []

    # The class is a group of the list, whose customers say why they are in it.
    row.get_by_role("link", name=t("classifications.show")).click()
    page.get_by_role("row").filter(has_text="Large").first.wait_for()
    page.goto(f"{demo.url}/customers?q=公司")
    page.get_by_role("gridcell").nth(1).get_by_role("link").click()
    card = page.get_by_role("region", name=t("classes.title"))
    expect(card).to_contain_text("Large")
    expect(card).to_contain_text("Every organization")

    # Somebody says otherwise, with a reason, and lets the rules decide again.
    change = t("classes.change", name="Size of firm")
    card.get_by_role("button", name=change).click()
    dialog = page.get_by_role("dialog")
    choose(page, dialog.get_by_role("combobox", name="Size of firm"), "Small")
    dialog.get_by_label(t("classes.reason")).fill("One man and his van")
    settle(page)
    assert violations(page) == []
    dialog.get_by_role("button", name=t("common.save"), exact=True).click()
    expect(card).to_contain_text("One man and his van")
    expect(card).to_contain_text("Small")
    card.get_by_role("button", name=change).click()
    page.get_by_role("dialog").get_by_role("button", name=t("classes.lift")).click()
    expect(card).to_contain_text("Every organization")

    # An address in one line goes into its parts when it is told to.
    street = page.locator("dl > div").filter(has=page.locator("dt", has_text="Street address"))
    edit = t("record.editField", field="Street address")
    street.get_by_role("button", name=edit).click()
    page.keyboard.press("Control+a")
    page.keyboard.type("浙江省杭州市西湖区文三路 100 号")
    page.keyboard.press("Enter")
    street.get_by_role("button", name=t("record.divide")).click()
    expect(street.locator("dd")).to_have_text("文三路 100 号")
    city = page.locator("dl > div").filter(has=page.locator("dt", has_text="City"))
    expect(city.locator("dd")).to_contain_text("杭州市")
