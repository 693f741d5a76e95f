"""The command palette by keyboard alone: find, act on what is on screen, compose Chinese safely."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.product import Served, Texts, call
from tests.browser.sound import AXE, CONTRAST, change_theme, settle, too_wide, violations

pytestmark = pytest.mark.browser


def open_palette(page: Page, t: Texts) -> Locator:
    settle(page)
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog", name=t("palette.label"))
    expect(dialog.get_by_role("combobox")).to_be_focused()
    return dialog


def active(dialog: Locator) -> Locator:
    return dialog.locator("[role=option][aria-selected=true]")


def choose(page: Page, dialog: Locator, text: str, name: str) -> None:
    """Type a text and go down to the entry of that name; Enter takes it."""
    page.keyboard.type(text)
    entry = dialog.get_by_role("option", name=name)
    entry.first.wait_for()
    expect(dialog.get_by_role("listbox")).to_have_attribute("aria-busy", "false")
    for _press in range(60):
        if name in (active(dialog).text_content() or ""):
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()


def make_customer(page: Page, demo: Served, **values: object) -> dict[str, Any]:
    made: dict[str, Any] = call(
        page, "POST", f"{demo.url}/api/v1/customers", kind="person", **values
    )
    return made


def owner_of(boss: Page, demo: Served, customer: dict[str, Any]) -> str:
    """Asked by one who sees all: who gives a record away may not see it any more."""
    address = f"{demo.url}/api/v1/customers/{customer['id']}"
    owner: str = call(boss, "GET", address)["owner"]["label"]
    return owner


def test_a_customer_is_found_by_any_part_and_then_comes_first(
    demo: Served, member: Callable[..., Page]
) -> None:
    t = Texts("zh-CN")
    page = member("chen", "zh-CN")
    number = f"139{uuid4().int % 10**8:08}"
    customer = make_customer(page, demo, name="覃曌昶", phone=number)
    page.goto(demo.url)
    for text in ("qzc", "曌", "qinzhaochang", number[3:9]):
        dialog = open_palette(page, t)
        page.keyboard.type(text)
        entry = dialog.get_by_role("option", name="覃曌昶").filter(has_text=number)
        expect(entry).to_be_visible()
        expect(entry.locator("mark")).not_to_have_count(0)
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
    dialog = open_palette(page, t)
    page.keyboard.type(number)
    expect(active(dialog)).to_contain_text("覃曌昶")
    with page.expect_response("**/api/v1/recent"):
        page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{customer['id']}")
    dialog = open_palette(page, t)
    expect(dialog.get_by_role("group", name=t("palette.recent"))).to_be_visible()
    expect(active(dialog)).to_contain_text("覃曌昶")


def test_commands_act_on_the_record_on_screen(demo: Served, member: Callable[..., Page]) -> None:
    t = Texts("zh-CN")
    page = member("chen", "zh-CN")
    customer = make_customer(page, demo, name=f"命令 {uuid4().hex[:6]}")
    page.goto(f"{demo.url}/customers/{customer['id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text(customer["name"])

    dialog = open_palette(page, t)
    recent, record = dialog.get_by_role("group").nth(0), dialog.get_by_role("group").nth(1)
    expect(recent).to_have_accessible_name(t("palette.recent"))
    expect(record).to_have_accessible_name(t("palette.group.record"))
    choose(page, dialog, "call", t("customer.compose.write.call"))
    words = page.get_by_role("textbox", name=t("customer.compose.text.call"))
    expect(words).to_be_focused()

    zhao = call(page, "GET", f"{demo.url}/api/v1/users?search=zhao")["items"][0]["full_name"]
    dialog = open_palette(page, t)
    page.keyboard.type("assign")
    expect(active(dialog)).to_contain_text(t("palette.assign"))
    page.keyboard.press("Enter")
    page.keyboard.type("zhao")
    expect(active(dialog)).to_contain_text(zhao)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.get_by_text(t("edit.saved", field="负责人"))).to_be_visible()
    assert owner_of(member("admin"), demo, customer) == zhao


def test_commands_act_on_the_selection(demo: Served, member: Callable[..., Page]) -> None:
    t = Texts("zh-CN")
    page = member("chen", "zh-CN")
    name = f"选择{uuid4().hex[:6]}"
    made = [make_customer(page, demo, name=f"{name} {i}") for i in range(3)]
    page.goto(f"{demo.url}/customers?q={name}")
    for customer in made[:2]:
        box = page.get_by_role("checkbox", name=t("grid.selectRow", name=customer["name"]))
        box.check()
    zhao = call(page, "GET", f"{demo.url}/api/v1/users?search=zhao")["items"][0]["full_name"]
    dialog = open_palette(page, t)
    heading = t("palette.group.selection", number=2)
    expect(dialog.get_by_role("group", name=heading)).to_be_visible()
    page.keyboard.type("assign selected")
    page.keyboard.press("Enter")
    page.keyboard.type("zhao")
    expect(active(dialog)).to_contain_text(zhao)
    page.keyboard.press("Enter")
    expect(page.get_by_text(t("edit.changed_other", count=2))).to_be_visible()
    boss = member("admin")
    owners = [owner_of(boss, demo, customer) for customer in made]
    assert [owner == zhao for owner in owners] == [True, True, False]


def test_commands_of_every_page(demo: Served, member: Callable[..., Page]) -> None:
    t = Texts("en")
    page = member("yang")  # who keeps the language picked here, and is in no other test
    page.goto(demo.url)
    choose(page, open_palette(page, t), "import", t("palette.import"))
    page.wait_for_url("**/imports/new")
    choose(page, open_palette(page, t), "orders", "Orders")
    page.wait_for_url("**/orders")
    choose(page, open_palette(page, t), "dark", t("palette.theme", name=t("theme.dark")))
    page.locator("html[data-theme=dark]").wait_for()
    choose(page, open_palette(page, t), "language zh-tw", t("palette.language", name="繁體中文"))
    page.locator("html[lang=zh-TW]").wait_for()
    choose(page, open_palette(page, Texts("zh-TW")), "new customer", "新增客戶")
    expect(page.get_by_role("dialog").get_by_role("textbox").first).to_be_visible()


COMPOSE = """
(input) => {
  const press = (key) => input.dispatchEvent(new KeyboardEvent("keydown", {
    key, bubbles: true, cancelable: true, isComposing: true, keyCode: 229 }));
  input.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
  press("ArrowDown");
  press("Enter");
  press("Escape");
}
"""


def test_an_input_method_keeps_its_keys(demo: Served, member: Callable[..., Page]) -> None:
    """While it composes, Enter takes its word, not an entry; arrows choose among its words."""
    t = Texts("zh-CN")
    page = member("chen", "zh-CN")
    make_customer(page, demo, name="阙昕曈")
    page.goto(demo.url)
    page.get_by_role("heading", level=1).wait_for()
    before = page.url
    dialog = open_palette(page, t)
    page.keyboard.type("quexintong")
    expect(active(dialog)).to_contain_text("阙昕曈")
    first = active(dialog).get_attribute("id")
    dialog.get_by_role("combobox").evaluate(COMPOSE)
    expect(dialog).to_be_visible()
    assert (page.url, active(dialog).get_attribute("id")) == (before, first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("阙昕曈")


def test_it_is_readable_to_all(demo: Served, member: Callable[..., Page]) -> None:
    t, page = Texts("zh-CN"), member("zhao", "zh-CN")
    page.context.add_init_script(path=AXE)
    page.goto(demo.url)
    settle(page)
    dialog = open_palette(page, t)
    for text in ("", "z", "没有这样的客户"):
        dialog.get_by_role("combobox").fill(text)
        expect(dialog.get_by_role("listbox")).to_have_attribute("aria-busy", "false")
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 844})
            change_theme(page, "light")
            assert violations(page) + too_wide(page) == []
            change_theme(page, "dark")
            assert violations(page, CONTRAST) == []
