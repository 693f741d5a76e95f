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
    whole = re.compile(f"^{re.escape(option)}$")
    page.locator(".ant-select-item-option", has_text=whole).first.click()


def test_a_choice_is_defined_filled_in_shown_and_archived(
    demo: Served, member: Callable[..., Page], unique: str
) -> None:
    t, name = Texts("zh-CN"), unique
    page = member("admin", "zh-CN")
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
    t, page = Texts("en"), member("admin")
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


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_time_of_day_is_defined_typed_and_filtered(
    demo: Served, member: Callable[..., Page], language: str, unique: str
) -> None:
    t, name = Texts(language), f"{unique} {language}"
    page = member("admin", language)
    shown = {"zh-CN": "09:30", "en": re.compile(r"^9:30\sAM$")}[language]
    drawer = new_field(page, demo, t, "time", name)
    drawer.get_by_label(t("fields.min"), exact=True).fill("06:00")
    drawer.get_by_label(t("fields.default"), exact=True).fill("08:00")
    key = defined(page, demo, t, "time", name)
    record = f"{unique}-{language}"
    made = call(page, "POST", f"{demo.url}/api/v1/customers", kind="organization", name=record)
    assert made["custom"][key] == "08:00"
    columns = quote(json.dumps(["name", f"custom.{key}"]))
    page.goto(f"{demo.url}/customers?q={record}&cols={columns}")
    cell = page.get_by_role("row").filter(has_text=record).get_by_role("gridcell").nth(2)
    cell.click()
    page.keyboard.type("9:30")
    page.keyboard.press("Enter")
    expect(cell).to_have_text(shown)
    page.get_by_role("button", name=t("filter.add"), exact=True).press("Enter")
    page.get_by_role("option").first.wait_for(state="attached")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    value = page.get_by_label(t("filter.value"), exact=True)
    value.fill("09:31")
    page.keyboard.press("Enter")
    expect(cell).to_have_count(0)
    page.get_by_role("button", name=re.compile(name)).first.click()
    value.fill("09:30")
    page.keyboard.press("Enter")
    expect(cell).to_have_text(shown)
    page.goto(f"{demo.url}/customers/{made['id']}")
    facts = page.locator("dl > div").filter(has=page.locator("dt", has_text=name))
    expect(facts.locator("dd")).to_have_text(shown)


def test_a_field_defined_elsewhere_shows_by_itself(
    demo: Served, member: Callable[..., Page], unique: str
) -> None:
    reader, boss = member("chen"), member("admin", "en")
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


def test_a_formula_is_checked_while_it_is_written_and_shown_in_lists(
    demo: Served, member: Callable[..., Page], unique: str
) -> None:
    t, name = Texts("en"), unique
    page = member("admin")
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
    record = f"{unique}-record"
    call(page, "POST", f"{demo.url}/api/v1/customers", kind="organization", name=record)
    columns = quote(json.dumps(["name", f"custom.{key}"]))
    page.goto(f"{demo.url}/customers?q={record}&cols={columns}")
    cell = page.get_by_role("row").filter(has_text=record).get_by_role("gridcell").nth(2)
    expect(cell).to_have_text(str(2 * len(record)))


def test_a_roll_up_of_orders_is_defined_and_shown(
    demo: Served, member: Callable[..., Page], unique: str
) -> None:
    t, name = Texts("zh-CN"), unique
    page = member("admin", "zh-CN")
    orders, total = "订单", "总额"
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


def test_a_file_is_put_into_a_field_replaced_and_taken_back(
    demo: Served, member: Callable[..., Page], unique: str
) -> None:
    t, page = Texts("zh-CN"), member("admin", "zh-CN")
    page.add_init_script(path=AXE)
    page.goto(f"{demo.url}/settings/fields")
    page.get_by_role("button", name=t("fields.new")).click()
    drawer = page.get_by_role("dialog")
    pick(page, t("fields.typeLabel"), t("fields.type.file"))
    drawer.get_by_role("textbox", name=t("fields.name"), exact=True).fill(unique)
    expect(drawer.get_by_text(t("fields.default"), exact=True)).to_have_count(0)
    drawer.get_by_role("button", name=t("common.create")).click()
    expect(page.get_by_role("listitem").filter(has_text=unique)).to_be_visible()

    page.goto(f"{demo.url}/customers")
    page.get_by_role("button", name=t("common.create")).first.click()
    form = page.get_by_role("dialog")
    form.get_by_role("textbox").first.fill(f"{unique} 客户")
    form.get_by_role("combobox").first.click()
    page.keyboard.press("Enter")
    form.get_by_role("button", name=t.like("record.moreFields_other")).click()
    hand_in(page, form, f"{unique}: {t('files.choose')}", "合同.txt", b"signed")
    expect(form.get_by_role("group", name=unique)).to_contain_text("合同.txt")
    assert violations(page) == []
    form.get_by_role("button", name=t("common.create"), exact=True).click()

    facts = page.locator("dl > div").filter(has=page.locator("dt", has_text=unique))
    facts.get_by_role("button", name="合同.txt", exact=True).click()
    preview = page.get_by_role("dialog", name="合同.txt")
    expect(preview.get_by_text("signed")).to_be_visible()
    page.keyboard.press("Escape")
    expect(preview).to_be_hidden()
    card = page.get_by_role("region", name=t("files.title"))
    expect(card.get_by_text("合同.txt")).to_have_count(0)

    edit = t("record.editField", field=unique)
    facts.get_by_role("button", name=edit).focus()
    page.keyboard.press("Enter")
    replace = facts.get_by_role("button", name=f"{unique}: {t('files.replace')}")
    expect(replace).to_be_focused()
    hand_in(page, facts, f"{unique}: {t('files.replace')}", "v2.txt", b"new")
    expect(facts.get_by_role("button", name="v2.txt", exact=True)).to_be_visible()
    saved = page.get_by_role("status").filter(has_text=t("edit.saved", field=unique))
    saved.get_by_role("button", name=t("common.undo")).click()
    expect(facts.get_by_role("button", name="合同.txt", exact=True)).to_be_visible()

    box = facts.bounding_box() or {}
    page.evaluate(DROP, [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2])
    expect(facts.get_by_role("button", name="dropped.txt", exact=True)).to_be_visible()
    facts.get_by_role("button", name=edit).click()
    facts.get_by_role("button", name=f"{unique}: {t('files.remove')}").click()
    expect(facts.get_by_role("button", name=edit)).to_be_visible()
    expect(facts).not_to_contain_text("dropped.txt")
    assert violations(page) == []


def test_a_cell_of_files_is_emptied_and_given_another(
    demo: Served, member: Callable[..., Page], unique: str
) -> None:
    t, page = Texts("en"), member("admin")
    field = call(
        page, "POST", f"{demo.url}/api/v1/custom-fields",
        object="customer", type="file", labels={"en": unique},
    )  # fmt: skip
    name = f"{unique} Ltd"
    call(page, "POST", f"{demo.url}/api/v1/customers", kind="organization", name=name)
    columns = quote(json.dumps(["name", f"custom.{field['key']}"]))
    page.goto(f"{demo.url}/customers?q={unique}&cols={columns}")
    cell = page.get_by_role("row").filter(has_text=name).get_by_role("gridcell").nth(2)
    cell.click()
    page.keyboard.press("Enter")
    hand_in(page, cell, f"{unique}: {t('files.choose')}", "a.txt", b"a")
    expect(cell).to_have_text("a.txt")
    saved = page.get_by_role("status").filter(has_text=t("edit.saved", field=unique))
    expect(saved).to_be_visible()
    page.keyboard.press("Delete")
    expect(cell).to_have_text("")
    page.reload()
    expect(page.get_by_role("row").filter(has_text=name)).to_be_visible()
    expect(cell).to_have_text("")


def hand_in(page: Page, within: Locator, button: str, name: str, content: bytes) -> None:
    with page.expect_file_chooser() as chooser:
        within.get_by_role("button", name=button).click()
    chooser.value.set_files([{"name": name, "mimeType": "text/plain", "buffer": content}])


# What the browser dispatches while a user drags a file over the page and lets it go there.
DROP = """
async ([x, y]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File(["dropped"], "dropped.txt", { type: "text/plain" }));
  const options = { bubbles: true, cancelable: true, dataTransfer };
  for (const kind of ["dragenter", "dragover", "drop"]) {
    document.elementFromPoint(x, y).dispatchEvent(new DragEvent(kind, options));
    await new Promise(requestAnimationFrame);
  }
}
"""


def test_a_field_is_indexed_and_its_index_taken_away(
    demo: Served, member: Callable[..., Page], unique: str
) -> None:
    t, page = Texts("zh-CN"), member("admin", "zh-CN")
    page.context.add_init_script(path=AXE)
    call(
        page, "POST", f"{demo.url}/api/v1/custom-fields",
        object="customer", type="decimal", labels={"en": unique},
    )  # fmt: skip
    page.goto(f"{demo.url}/settings/fields?object=customer")
    page.get_by_role("button", name=t("fields.edit", name=unique)).click()
    index = page.get_by_role("dialog").get_by_role("region", name=t("fields.index.title"))
    expect(index.get_by_role("status")).to_have_text(t("fields.index.state.none"))
    index.get_by_role("button", name=t("fields.index.make")).click()
    expect(index.get_by_role("status")).to_have_text(t("fields.index.state.ready"), timeout=60_000)
    page.mouse.move(0, 0)
    settle(page)
    assert violations(page) == []
    index.get_by_role("button", name=t("fields.index.take")).click()
    expect(index.get_by_role("status")).to_have_text(t("fields.index.state.none"), timeout=60_000)
