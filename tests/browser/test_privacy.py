"""A mask is lifted, which is seen; a customer asks for a copy and gets it, with proof."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, call, enter, watch
from tests.browser.sound import AXE, settle, too_wide, violations

pytestmark = pytest.mark.browser
PASSWORD = "a quite new password"


def test_a_mask_is_lifted_and_a_copy_is_handed_over(
    demo: Served, member: Callable[..., Page], page_of: Callable[..., Page], tmp_path: Path
) -> None:
    t, api = Texts("zh-CN"), f"{demo.url}/api/v1"
    boss = member("admin", "zh-CN")
    faults = watch(boss)
    boss.add_init_script(path=AXE)
    values = {"kind": "person", "name": "陈可阅", "phone": "13800138456", "city": "杭州"}
    customer = call(boss, "POST", f"{api}/customers", **values)
    address = f"{demo.url}/customers/{customer['id']}"

    # Somebody whose role masks the phone sees it by an eye, with the keyboard, and leaves a trace.
    roles = call(boss, "GET", f"{api}/role-rights")["items"]
    base = next(r for r in roles if r["is_built_in"] and not r["administer"])
    role = call(boss, "POST", f"{api}/role-rights", copy_of=base["id"], label="脱敏客服")["id"]
    call(
        boss, "PATCH", f"{api}/role-rights/{role}", fields={"customer.phone": "masked"},
        objects={"customer": {"read": "all", "reveal": True}},
    )  # fmt: skip
    made = call(boss, "POST", f"{api}/people", username="veil", full_name="小罗", role=role)
    key = made["link"]["url"].split("#")[1]
    call(boss, "POST", f"{api}/links/use", key=key, password=PASSWORD)
    clerk = page_of(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    enter(clerk, demo.url, "veil", PASSWORD)
    clerk.add_init_script(path=AXE)
    clerk.goto(address)
    label = next(
        f["label"]
        for o in clerk.request.get(f"{api}/meta").json()["objects"] if o["name"] == "customer"
        for f in o["fields"] if f["name"] == "phone"
    )  # fmt: skip
    expect(clerk.get_by_role("definition").filter(has_text="138****8456")).to_be_visible()
    eye = clerk.get_by_role("button", name=t("record.reveal", field=label))
    eye.focus()
    settle(clerk)
    assert violations(clerk) == []
    clerk.keyboard.press("Enter")
    expect(clerk.get_by_role("definition").filter(has_text="13800138456")).to_be_visible()
    clerk.get_by_role("button", name=t("record.hideAgain", field=label)).press("Enter")
    expect(clerk.get_by_text("13800138456")).to_have_count(0)

    # The customer asks what is held: noted, copied, downloaded, answered, each with its proof.
    boss.goto(address)
    card = boss.get_by_role("region", name=t("privacy.title"))
    looks = card.get_by_text(t("privacy.looks_other", count=1))
    looks.click()
    expect(card.get_by_text(t("privacy.look", name="小罗", field=label))).to_be_visible()
    card.get_by_role("button", name=t("privacy.add")).click()
    form = boss.get_by_role("dialog")
    form.get_by_role("combobox").first.click()
    boss.locator(".ant-select-dropdown:visible").get_by_text("查阅我的信息").click()
    form.get_by_role("button", name=t("common.create"), exact=True).click()
    dialog = boss.get_by_role("dialog").filter(has_text=t.like("privacy.request"))
    dialog.get_by_role("button", name=t("privacy.copy")).click()
    fetch = dialog.get_by_role("link", name=t.like("privacy.download"))
    expect(fetch).to_be_visible()
    settle(boss)
    assert violations(boss) == []
    with boss.expect_download() as download:
        fetch.click()
    copy = tmp_path / "copy.zip"
    download.value.save_as(copy)
    with zipfile.ZipFile(copy) as folder:
        assert "13800138456" in folder.read("index.html").decode()
    sha256 = hashlib.sha256(copy.read_bytes()).hexdigest()
    expect(dialog.get_by_text(sha256)).to_have_count(2)  # made, downloaded
    dialog.get_by_label(t("privacy.answer")).fill("已当面交付")
    dialog.get_by_role("button", name=t("privacy.done"), exact=True).click()
    expect(dialog.get_by_text(sha256)).to_have_count(3)
    expect(dialog.get_by_role("button", name=t("privacy.reopen"))).to_be_visible()
    boss.set_viewport_size({"width": 390, "height": 844})
    settle(boss)
    assert too_wide(boss) == []
    assert violations(boss) == []
    assert faults == []
