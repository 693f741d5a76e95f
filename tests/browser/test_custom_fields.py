"""A field of the firm's own: from the page that defines it to lists, forms and the record."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import count
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.product import Served, Texts, call
from tests.browser.sound import AXE, settle, violations

pytestmark = pytest.mark.browser
numbers = count(1)


@pytest.fixture
def unique() -> str:
    """A word that no other test has in the names of its fields."""
    return f"Zeta{next(numbers)}"


def pick(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label, exact=True).click()
    page.locator(".ant-select-item-option", has_text=option).first.click()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_choice_is_defined_filled_in_shown_and_archived(
    demo: Served, member: Callable[..., Page], language: str, unique: str
) -> None:
    t, name = Texts(language), f"{unique} {language}"
    page = member("admin", language)
    page.goto(f"{demo.url}/settings")
    page.get_by_role("link", name=t("fields.title"), exact=True).click()
    page.get_by_role("button", name=t("fields.new")).click()
    drawer = page.get_by_role("dialog")
    pick(page, t("fields.typeLabel"), t("fields.type.choice"))
    drawer.get_by_role("textbox", name=t("fields.name"), exact=True).fill(name)
    drawer.get_by_role("textbox", name=t("fields.choiceName", n=1)).fill("alpha")
    drawer.get_by_role("button", name=t("fields.choiceAdd")).click()
    drawer.get_by_role("textbox", name=t("fields.choiceName", n=2)).fill("beta")
    drawer.get_by_role("button", name=t("common.create")).click()
    expect(page.get_by_role("listitem").filter(has_text=name)).to_contain_text(
        t("fields.type.choice")
    )

    page.goto(f"{demo.url}/customers")
    page.get_by_role("button", name=t("common.create")).first.click()
    form = page.get_by_role("dialog")
    form.get_by_role("textbox").first.fill(f"{name} 客户")
    form.get_by_role("combobox").first.click()
    page.keyboard.press("Enter")
    form.get_by_role("button", name=t.like("record.moreFields_other")).click()
    form.get_by_role("combobox", name=name, exact=True).click()
    page.locator(".ant-select-item-option", has_text="Beta").click()
    form.get_by_role("button", name=t("common.create")).click()
    facts = page.locator("dl > div").filter(has=page.locator("dt", has_text=name))
    expect(facts).to_contain_text("Beta")
    record = page.url

    page.goto(f"{demo.url}/settings/fields")
    page.get_by_role("button", name=t("fields.archive", name=name)).click()
    expect(page.get_by_role("button", name=t("fields.restoreOne", name=name))).to_be_visible()
    page.goto(record)
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    expect(facts).to_have_count(0)
    page.goto(f"{demo.url}/settings/fields")
    page.get_by_role("button", name=t("fields.restoreOne", name=name)).click()
    page.goto(record)
    expect(facts).to_contain_text("Beta")


def test_a_cell_is_typed_into_and_undone(
    demo: Served, member: Callable[..., Page], unique: str
) -> None:
    t, page = Texts("en"), member("admin", "en")
    field = call(
        page, "POST", f"{demo.url}/api/v1/custom-fields",
        object="customer", type="decimal", labels={"en": unique}, settings={"decimal_places": 2},
    )  # fmt: skip
    name = f"{unique} Ltd"
    call(page, "POST", f"{demo.url}/api/v1/customers", kind="organization", name=name)
    columns = quote(json.dumps(["name", f"custom.{field['key']}"]))
    page.goto(f"{demo.url}/customers?q={unique}&cols={columns}")
    cell = page.get_by_role("row").filter(has_text=name).get_by_role("gridcell").nth(2)
    cell.click()
    page.keyboard.type("12.5")
    page.keyboard.press("Enter")
    expect(cell).to_have_text("12.5")
    page.get_by_role("button", name=t("common.undo")).click()
    expect(cell).not_to_contain_text("12.5")


def test_a_field_defined_elsewhere_shows_by_itself(
    demo: Served, member: Callable[..., Page], unique: str
) -> None:
    reader, boss = member("chen", "en"), member("admin", "en")
    reader.goto(f"{demo.url}/customers")
    menu = reader.get_by_role("button", name=Texts("en")("list.columns"))
    menu.click()
    expect(reader.get_by_role("checkbox", name=unique)).to_have_count(0)
    call(
        boss, "POST", f"{demo.url}/api/v1/custom-fields",
        object="customer", type="text", labels={"en": unique},
    )  # fmt: skip
    expect(reader.get_by_role("checkbox", name=unique)).to_be_visible()


def new_field(page: Page, demo: Served, t: Texts, kind: str, name: str) -> Locator:
    """The drawer in which a customers' field of this kind and name is being written."""
    page.context.add_init_script(path=AXE)
    page.goto(f"{demo.url}/settings/fields?object=customer")
    page.get_by_role("button", name=t("fields.new")).click()
    drawer = page.get_by_role("dialog")
    pick(page, t("fields.typeLabel"), t(f"fields.type.{kind}"))
    drawer.get_by_role("textbox", name=t("fields.name"), exact=True).fill(name)
    return drawer


def defined(page: Page, demo: Served, t: Texts, kind: str, name: str) -> str:
    """The key of the field in the drawer, which is fit for everybody's eyes, once it is made."""
    settle(page)
    assert violations(page) == []
    page.get_by_role("dialog").get_by_role("button", name=t("common.create")).click()
    row = page.get_by_role("listitem").filter(has_text=name)
    expect(row).to_contain_text(t(f"fields.type.{kind}"))
    fields = call(page, "GET", f"{demo.url}/api/v1/custom-fields")["items"]
    return str(next(f["key"] for f in fields if name in f["labels"].values()))


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_formula_is_checked_while_it_is_written_and_shown_in_lists(
    demo: Served, member: Callable[..., Page], language: str, unique: str
) -> None:
    t, name = Texts(language), f"{unique} {language}"
    page = member("admin", language)
    drawer = new_field(page, demo, t, "formula", name)
    box = drawer.get_by_role("textbox", name=t("fields.formula"), exact=True)
    box.fill("length(nme)")
    told = drawer.locator("[aria-live=polite]")
    expect(told).to_contain_text("nme")
    expect(told.locator("mark")).to_have_text("nme)")
    box.fill("2 * ")
    page.get_by_role("combobox", name=t("fields.insertFunction")).fill("length")
    page.locator(".ant-select-item-option", has_text="length(").click()
    expect(box).to_have_value("2 * length()")
    page.keyboard.type("name")
    expect(told).to_contain_text(t("fields.type.decimal"))
    key = defined(page, demo, t, "formula", name)
    record = f"{unique}-{language}"
    call(page, "POST", f"{demo.url}/api/v1/customers", kind="organization", name=record)
    columns = quote(json.dumps(["name", f"custom.{key}"]))
    page.goto(f"{demo.url}/customers?q={record}&cols={columns}")
    cell = page.get_by_role("row").filter(has_text=record).get_by_role("gridcell").nth(2)
    expect(cell).to_have_text(str(2 * len(record)))


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_roll_up_of_orders_is_defined_and_shown(
    demo: Served, member: Callable[..., Page], language: str, unique: str
) -> None:
    t, name = Texts(language), f"{unique} {language}"
    page = member("admin", language)
    orders, total = {"zh-CN": ("订单", "总额"), "en": ("Orders", "Total")}[language]
    drawer = new_field(page, demo, t, "rollup", name)
    pick(page, t("fields.related"), orders)
    pick(page, t("fields.measure"), t("fields.measures.sum"))
    pick(page, t("fields.measured"), total)
    drawer.get_by_role("button", name=t("filter.addCondition"), exact=True).click()
    key = defined(page, demo, t, "rollup", name)
    columns = quote(json.dumps(["name", f"custom.{key}"]))
    page.goto(f"{demo.url}/customers?sort=-custom.{key}&cols={columns}")
    cell = page.get_by_role("row").nth(1).get_by_role("gridcell").nth(2)
    expect(cell).to_contain_text(re.compile(r"[1-9]"))
