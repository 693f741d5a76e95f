"""A steward reads how good the data is, goes through to the customers behind a number, puts one
right, and measures again; and sees beside a fact where it came from."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, call
from tests.browser.sound import AXE, settle, violations

pytestmark = pytest.mark.browser


def test_a_steward_reads_the_measures_and_what_is_behind_them(
    demo: Served, member: Callable[..., Page]
) -> None:
    t, page = Texts("zh-CN"), member("chen", "zh-CN")
    page.context.add_init_script(path=AXE)
    api = f"{demo.url}/api/v1"
    made = call(
        page, "POST", f"{api}/customers?on_duplicate=create", kind="person", name="太史慈航",
        province="东海省", source="测量之源",
    )  # fmt: skip
    page.goto(f"{demo.url}/data-quality")
    measure = page.get_by_role("button", name=t("quality.measureNow"))
    measure.click()
    by_source = page.get_by_role("table", name=t("quality.bySource"))
    source = by_source.get_by_role("button", name="测量之源")
    expect(source).to_be_visible()
    settle(page)
    assert violations(page) == []

    # Only that source: one customer, whose province there is none.
    source.click()
    province = page.get_by_role("table", name=t("quality.byField")).get_by_role(
        "link", name=f"省份: {t('quality.invalid')}: 1"
    )
    province.click()
    expect(page.get_by_text("太史慈航")).to_be_visible()
    expect(page.get_by_text(f"省份：{t('filter.finding.invalid')}").first).to_be_visible()
    page.goto(f"{demo.url}/customers/{made['id']}")
    page.get_by_role("button", name=t("record.origin.of", field="省份")).press("Enter")
    expect(page.get_by_text(t("record.origin.way.person"))).to_be_visible()
    page.keyboard.press("Escape")

    call(page, "PATCH", f"{api}/customers/{made['id']}", province="浙江")
    page.goto(f"{demo.url}/data-quality?source=%E6%B5%8B%E9%87%8F%E4%B9%8B%E6%BA%90")
    measure.click()
    expect(page.get_by_text(t("quality.trend")).first).to_be_visible()
    expect(province).to_have_count(0)
    settle(page)
    assert violations(page) == []
