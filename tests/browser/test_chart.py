"""Charts: drawn figures agree with the table beneath, open their records, and are taken along."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, call, watch

pytestmark = pytest.mark.browser


def charted(page: Page, served: Served, path: str, query: str) -> None:
    page.goto(f"{served.url}/{path}?kind=chart&{query}")
    expect(page.locator("canvas")).to_be_visible()


def test_a_chart_has_its_figures_beneath_and_each_opens_its_records(
    demo: Served, member: Callable[..., Page]
) -> None:
    page, t = member("chen"), Texts("en")
    faults = watch(page)
    charted(page, demo, "tasks", "by=due_on:month")
    label = t("chart.label", what=t("view.countOnly"), field="Due on")
    expect(page.get_by_role("img", name=label)).to_be_visible()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader")).first
    number = row.get_by_role("cell").first.inner_text()
    row.get_by_role("button").click()
    page.wait_for_url(re.compile("filter="))
    expect(page.get_by_role("grid")).to_be_visible()
    expect(page.locator("h1 + *")).to_have_text(number)
    page.go_back()
    expect(page.locator("canvas")).to_be_visible()
    assert faults == []


def test_a_click_on_a_bar_opens_its_records(demo: Served, member: Callable[..., Page]) -> None:
    page, word = member("chen"), f"w{uuid4().hex[:8]}"
    for kind in ("call", "visit", "visit"):
        call(page, "POST", f"{demo.url}/api/v1/tasks", title=word, kind=kind)
    charted(page, demo, "tasks", f"by=kind&q={word}")
    box = page.locator("canvas").bounding_box()
    assert box is not None
    # Two bars of one and two records: the second fills the right half to the top.
    page.wait_for_timeout(600)  # the bars grow for a fifth of a second
    page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.7)
    page.wait_for_url(re.compile("filter="))
    expect(page.get_by_role("row").filter(has_text=word)).to_have_count(2)


def test_shape_period_and_sum_are_chosen_by_keyboard(
    demo: Served, member: Callable[..., Page]
) -> None:
    page, t = member("chen", "zh-CN"), Texts("zh-CN")
    charted(page, demo, "orders", "by=ordered_at:month")
    for shown, chosen, part in (
        ("chart.period.month", "chart.period.quarter", "by=ordered_at%3Aquarter"),
        ("chart.shape.line", "chart.shape.donut", "shape=donut"),
        ("chart.shape.donut", "chart.shape.bar", "shape=bar"),
    ):
        page.get_by_role("button", name=t(shown), exact=True).focus()
        page.keyboard.press("Enter")
        here = page.locator("[role=menuitem]:focus")
        here.wait_for()  # the first one, a moment after the menu opens
        while (name := here.inner_text()) != t(chosen):
            page.keyboard.press("ArrowDown")
            expect(here).not_to_have_text(name)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(part))
        expect(here).to_have_count(0)
    expect(page.get_by_role("rowheader", name=re.compile(r"^\d{4} Q\d$")).first).to_be_visible()
    expect(page.locator("canvas")).to_be_visible()


def test_a_chart_is_taken_along_as_a_picture_and_as_figures(
    demo: Served, member: Callable[..., Page]
) -> None:
    page = member("chen")
    charted(page, demo, "customers", "by=kind")
    with page.expect_download() as picture:
        page.get_by_role("button", name="PNG").click()
    assert picture.value.suggested_filename == "customers.png"
    assert Path(picture.value.path()).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    with page.expect_download() as figures:
        page.get_by_role("button", name="CSV").click()
    text = Path(figures.value.path()).read_bytes().decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text))
    groups = call(page, "GET", f"{demo.url}/api/v1/customers/aggregate?group=kind")["groups"]
    assert header == ["Kind", "Number of records"]
    assert {label: int(value) for label, value in rows} == {
        {"person": "Person", "organization": "Organization"}[g["key"]]: g["count"] for g in groups
    }


def test_a_chart_changes_with_the_theme(demo: Served, member: Callable[..., Page]) -> None:
    page = member("chen")
    charted(page, demo, "customers", "by=kind")
    drawn = "document.querySelector('canvas').toDataURL()"
    page.wait_for_timeout(600)  # the bars grow for a fifth of a second
    light = page.evaluate(drawn)
    page.emulate_media(color_scheme="dark")
    page.locator("html[data-theme=dark]").wait_for()
    page.wait_for_timeout(600)
    assert page.evaluate(drawn) != light
