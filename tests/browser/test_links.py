"""A link of the firm's own: defined, picked by typing, followed both ways, filtered by."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from urllib.parse import quote, urlparse

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, call
from tests.browser.sound import AXE, settle, violations
from tests.browser.test_custom_fields import pick

pytestmark = pytest.mark.browser
numbers = count(1)


def test_equipment_points_at_its_customer(demo: Served, member: Callable[..., Page]) -> None:
    t, word = Texts("zh-CN"), f"Kappa{next(numbers)}"
    api = f"{demo.url}/api/v1"
    boss, seller = member("admin", "zh-CN"), member("chen", "zh-CN")
    for page in (boss, seller):
        page.context.add_init_script(path=AXE)
    declared = call(boss, "POST", f"{api}/custom-objects", labels={"en": f"{word} machine"})
    name, path = declared["name"], declared["path"]

    # Its type and what it points at are chosen once.
    boss.goto(f"{demo.url}/settings/fields?object={name}")
    boss.get_by_role("button", name=t("fields.new")).click()
    drawer = boss.get_by_role("dialog")
    pick(boss, t("fields.typeLabel"), t("fields.type.link"))
    drawer.get_by_role("textbox", name=t("fields.name"), exact=True).fill("Partner")
    boss.get_by_role("combobox", name=t("fields.target"), exact=True).fill("客户")
    boss.keyboard.press("Enter")
    settle(boss)
    assert violations(boss) == []
    drawer.get_by_role("button", name=t("common.create")).click()
    boss.get_by_role("button", name=t("fields.edit", name="Partner")).click()
    expect(boss.get_by_role("combobox", name=t("fields.target"), exact=True)).to_be_disabled()
    key = call(boss, "GET", f"{api}/custom-fields?object={name}")["items"][0]["key"]
    field = f"custom.{key}"

    for customer in (f"{word} 张伟", f"{word} 李娜"):
        call(seller, "POST", f"{api}/customers", kind="person", name=customer)
    machines = [call(seller, "POST", f"{api}/{path}", name=f"{word} M{n}")["id"] for n in (1, 2)]

    options = seller.locator(".ant-select-item-option")

    # In a cell, by keys alone: what is typed finds the record, also by pinyin.
    columns = quote(json.dumps(["name", field]))
    seller.goto(f"{demo.url}/{path}?cols={columns}")
    cell = seller.get_by_role("row").filter(has_text=f"{word} M1").get_by_role("gridcell").nth(2)
    cell.click()
    seller.keyboard.press("Enter")
    seller.keyboard.type(f"{word} zhangwei")
    expect(options).to_have_text([f"{word} 张伟"])
    seller.keyboard.press("Enter")
    expect(cell).to_have_text(f"{word} 张伟")
    seller.get_by_role("button", name=t("common.undo")).click()
    expect(cell).not_to_contain_text("张伟")
    seller.goto(f"{demo.url}/{path}/{machines[0]}")
    facts = seller.locator("dl > div").filter(has=seller.locator("dt", has_text="Partner"))
    facts.get_by_role("button", name=t("record.editField", field="Partner")).click()
    seller.keyboard.type(f"{word} zhangwei")
    expect(options).to_have_text([f"{word} 张伟"])
    seller.keyboard.press("Enter")
    expect(facts.get_by_role("link", name=f"{word} 张伟")).to_be_visible()

    # From the customer's page: what points at it, and more of it.
    facts.get_by_role("link", name=f"{word} 张伟").click()
    related = seller.locator("section").filter(
        has=seller.get_by_role("heading", name=f"{word} machine (Partner)")
    )
    expect(related.get_by_role("link", name=f"{word} M1")).to_be_visible()
    settle(seller)
    assert violations(seller) == []
    customer = urlparse(seller.url).path.rsplit("/", 1)[1]
    call(seller, "PATCH", f"{api}/{path}/{machines[1]}", custom={key: customer})
    expect(related.get_by_role("link", name=f"{word} M2")).to_be_visible()  # by itself

    # Through the link, in the bar of filters; and a chip that names the record picked.
    seller.goto(f"{demo.url}/{path}")
    expect(seller.get_by_role("row").nth(2)).to_be_visible()
    seller.get_by_role("button", name=t("filter.add"), exact=True).focus()
    seller.keyboard.press("Enter")
    seller.get_by_role("option").first.wait_for(state="attached")
    seller.keyboard.type("Partner › 名称")
    seller.keyboard.press("Enter")
    expect(seller.get_by_role("textbox", name=t("filter.value"))).to_be_focused()
    seller.keyboard.type(f"{word} 李娜")
    seller.keyboard.press("Enter")
    expect(seller.locator("[role=gridcell] a")).to_have_count(0)
    chosen = {"field": field, "op": "in", "value": [customer]}
    seller.goto(f"{demo.url}/{path}?filter={quote(json.dumps({'and': [chosen]}))}")
    expect(seller.locator("[role=gridcell] a", has_text=f"{word} M")).to_have_count(2)
    expect(seller.get_by_role("button", name=f"{word} 张伟").first).to_be_visible()
