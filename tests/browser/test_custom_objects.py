"""An object of the firm's own: declared in the settings, and worked with like any other."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, call
from tests.browser.sound import AXE, settle, violations
from tests.browser.test_custom_fields import pick

pytestmark = pytest.mark.browser
numbers = count(1)


def test_equipment_is_declared_and_worked_with(demo: Served, member: Callable[..., Page]) -> None:
    t = Texts("zh-CN")
    name = f"设备 {next(numbers)}"
    press = f"冲压机 {name}"
    boss, seller = member("admin", "zh-CN"), member("chen", "zh-CN")
    for page in (boss, seller):
        page.context.add_init_script(path=AXE)
    seller.goto(f"{demo.url}/customers")
    expect(seller.get_by_role("link", name=name, exact=True)).to_have_count(0)

    boss.goto(f"{demo.url}/settings")
    boss.get_by_role("link", name=t("objects.title"), exact=True).click()
    boss.get_by_role("button", name=t("objects.new")).click()
    drawer = boss.get_by_role("dialog")
    drawer.get_by_role("textbox", name=t("fields.name"), exact=True).fill(name)
    pick(boss, t("objects.icon"), t("objects.icons.wrench"))
    settle(boss)
    assert violations(boss) == []
    drawer.get_by_role("button", name=t("common.create")).click()
    row = boss.get_by_role("listitem").filter(has_text=name)
    expect(row).to_contain_text(t("objects.records_other", count=0))
    objects = call(boss, "GET", f"{demo.url}/api/v1/custom-objects")["items"]
    declared = next(o for o in objects if name in o["labels"].values())
    choices = [{"value": v, "labels": {"en": v}} for v in ("idle", "busy")]
    call(
        boss, "POST", f"{demo.url}/api/v1/custom-fields", object=declared["name"],
        type="choice", labels={"en": "State"}, settings={"choices": choices},
    )  # fmt: skip

    # It shows in the navigation of whoever is at work, by itself.
    seller.get_by_role("link", name=name, exact=True).click()
    seller.get_by_role("heading", level=1, name=name).wait_for()  # the page before has a button too
    seller.get_by_role("button", name=t("common.create")).first.click()
    form = seller.get_by_role("dialog")
    form.get_by_role("textbox").first.fill(press)
    form.get_by_role("button", name=t("common.create")).click()
    expect(seller.get_by_role("heading", level=1)).to_contain_text(press)
    settle(seller)
    assert violations(seller) == []

    seller.goto(f"{demo.url}/{declared['path']}?kind=board&by=custom.state")
    card = seller.get_by_text(press)
    expect(card).to_be_visible()
    records = f"{demo.url}/api/v1/{declared['path']}"
    record = call(seller, "GET", records)["items"][0]["id"]
    call(seller, "PATCH", f"{records}/{record}", custom={"state": "busy"})
    seller.keyboard.press("Control+k")
    seller.keyboard.type("chongyaji")
    seller.get_by_role("option", name=press).click()
    facts = seller.locator("dl > div").filter(has=seller.locator("dt", has_text="State"))
    expect(facts).to_contain_text("Busy")
    seller.get_by_role("button", name=t("common.undo")).first.click()
    expect(facts).not_to_contain_text("Busy")
    seller.goto(f"{demo.url}/{declared['path']}?q=chongyaji")
    expect(seller.get_by_role("row").filter(has_text=press)).to_be_visible()

    seller.keyboard.press("Control+k")
    seller.keyboard.type(t("palette.new", object=name))
    seller.keyboard.press("Enter")
    expect(seller.get_by_role("dialog")).to_contain_text(name)
    seller.keyboard.press("Escape")

    boss.get_by_role("button", name=t("fields.archive", name=name)).click()
    expect(boss.get_by_role("button", name=t("fields.restoreOne", name=name))).to_be_visible()
    expect(seller.get_by_role("link", name=name, exact=True)).to_have_count(0)
    boss.get_by_role("button", name=t("fields.restoreOne", name=name)).click()
    expect(seller.get_by_role("link", name=name, exact=True)).to_be_visible()
