"""How customers hang together: related, ended and opened again, a circle refused, a group with its
figures, and the network drawn with an equal table beside it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, call, watch
from tests.browser.sound import AXE, settle, too_wide, violations

pytestmark = pytest.mark.browser


def test_a_group_is_related_shown_and_drawn(demo: Served, member: Callable[..., Page]) -> None:
    t = Texts("zh-CN")
    page = member("chen", "zh-CN")
    page.add_init_script(path=AXE)
    faults = watch(page)
    api = f"{demo.url}/api/v1"

    def made(name: str, kind: str = "organization") -> str:
        return str(call(page, "POST", f"{api}/customers", name=name, kind=kind)["id"])

    head, one, other = made("晨曦控股集团"), made("晨曦食品厂"), made("晨曦物流部")
    person, friend = made("欧阳决", "person"), made("欧阳策", "person")
    call(page, "POST", f"{api}/relationships", customer=head, kind="parent_company", other=other)
    call(page, "POST", f"{api}/relationships", customer=person, kind="referrer", other=friend)

    def relate(kind: str, to: str, *roles: str) -> None:
        page.get_by_role("button", name=t("customer.relation.add")).click()
        form = page.locator("form").filter(has=page.get_by_label(t("customer.relation.kind")))
        form.get_by_label(t("customer.relation.kind")).click()
        page.get_by_role("option", name=kind, exact=True).or_(
            page.locator(".ant-select-item-option").get_by_text(kind, exact=True)
        ).last.click()
        form.get_by_label(t("customer.relation.who")).fill(to)
        page.locator(".ant-select-item-option").get_by_text(to, exact=True).click()
        for role in roles:
            form.get_by_label("购买角色").fill(role)
            page.keyboard.press("Enter")
        if roles:
            page.keyboard.press("Escape")
        form.get_by_role("button", name=t("common.add")).press("Enter")

    page.goto(f"{demo.url}/customers/{one}")
    relate(t("customer.relation.is.in.parent_company"), "晨曦控股集团")
    group = page.get_by_role("region", name=t("customer.group.hierarchy"))
    expect(group.get_by_role("link", name="晨曦物流部")).to_be_visible()
    customers = group.get_by_role("row").filter(has_text=t("customer.group.customers"))
    expect(customers.get_by_role("cell")).to_have_text(["3"])
    relate(t("customer.relation.is.in.contact_of"), "欧阳决", "决策者", "付款人")
    relations = page.get_by_role("region", name="关系", exact=True)
    contact = relations.get_by_role("listitem").filter(has_text="欧阳决")
    expect(contact).to_contain_text("决策者")
    expect(contact).to_contain_text("付款人")
    settle(page)
    assert violations(page) == []

    # It is over, and then again it is not.
    contact.get_by_role("button", name=t("customer.relation.end", name="欧阳决")).press("Enter")
    former = relations.get_by_text(t("customer.relation.former_other", count=1))
    expect(former).to_be_visible()
    former.click()
    expect(contact).to_contain_text("至")
    page.get_by_role("status").get_by_role("button", name=t("common.undo")).press("Enter")
    expect(former).to_be_hidden()
    expect(contact).to_be_visible()

    page.goto(f"{demo.url}/customers/{head}")
    relate(t("customer.relation.is.in.parent_company"), "晨曦食品厂")
    expect(page.get_by_role("alert")).to_contain_text("循环")
    expect(page.get_by_role("alert")).to_contain_text("晨曦控股集团 → 晨曦食品厂")
    page.get_by_role("button", name=t("common.cancel")).click()

    page.get_by_role("link", name=t("customer.network.open")).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("晨曦控股集团")
    table = page.get_by_role("table", name=t("customer.network.table"))
    expect(table.get_by_role("row")).to_have_count(4)
    contact_row = table.get_by_role("row").filter(has_text="欧阳决")
    expect(contact_row).to_contain_text("晨曦食品厂：联系人")
    expect(contact_row).to_contain_text("决策者")
    expect(page.get_by_role("img")).to_have_attribute("aria-label", t(
        "customer.network.drawn_other", name="晨曦控股集团", count=3
    ))  # fmt: skip
    page.get_by_text(t("customer.network.step_other", count=3), exact=True).click()
    expect(table.get_by_role("link", name="欧阳策")).to_be_visible()
    page.get_by_role("checkbox", name=t("customer.network.kind.contact_of")).press("Space")
    expect(table.get_by_role("row")).to_have_count(3)
    settle(page)
    assert violations(page) == []

    said = Texts("en")
    phone = member("chen", "en", viewport={"width": 390, "height": 844}, color_scheme="dark")
    phone.add_init_script(path=AXE)
    phone.goto(page.url)
    expect(phone.get_by_role("table", name=said("customer.network.table"))).to_be_visible()
    settle(phone)
    assert too_wide(phone) == []
    assert violations(phone) == []
    phone.goto(f"{demo.url}/customers/{one}?panel=insight")
    tree = phone.get_by_role("navigation", name=said("customer.group.hierarchy"))
    tree.get_by_role("link", name="晨曦控股集团").press("Enter")
    expect(phone.get_by_role("heading", level=1)).to_have_text("晨曦控股集团")
    settle(phone)
    assert too_wide(phone) == []
    assert len(faults) == 1  # the circle that was refused
    assert "422" in faults[0]
