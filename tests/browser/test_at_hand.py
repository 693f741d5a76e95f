"""What hands expect: e edits, Ctrl-Z takes back anywhere, old rows stay while new ones load."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.product import Served, Texts, call
from tests.browser.sound import AXE, CONTRAST, change_theme, settle, violations

pytestmark = pytest.mark.browser


def make(page: Page, demo: Served, **values: object) -> dict[str, Any]:
    made: dict[str, Any] = call(
        page, "POST", f"{demo.url}/api/v1/customers", kind="person", **values
    )
    return made


def test_e_edits_and_ctrl_z_takes_back_on_another_page(
    demo: Served, member: Callable[..., Page]
) -> None:
    t, page = Texts("zh-CN"), member("chen", "zh-CN")
    name = f"E {uuid4().hex[:8]}"
    made = make(page, demo, name=name)
    page.goto(f"{demo.url}/customers/{made['id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.keyboard.press("e")
    box = page.locator("dd").get_by_role("textbox").first
    expect(box).to_be_focused()
    expect(box).to_have_value(name)
    page.keyboard.press("End")
    page.keyboard.type(" e")  # in a box it is a letter
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{name} e")
    expect(page.locator("#popups").get_by_role("button", name=t("common.undo"))).to_be_visible()

    page.keyboard.press("g")
    page.keyboard.press(",")
    page.wait_for_url("**/settings")
    page.keyboard.press("Control+z")
    expect(page.get_by_text(t.like("edit.undone"))).to_be_visible()
    assert call(page, "GET", f"{demo.url}/api/v1/customers/{made['id']}")["name"] == name
    page.keyboard.press("Control+Shift+z")
    expect(page.get_by_text(t.like("edit.redone"))).to_be_visible()
    assert call(page, "GET", f"{demo.url}/api/v1/customers/{made['id']}")["name"] == f"{name} e"
    page.keyboard.press("Control+z")
    expect(page.get_by_text(t.like("edit.undone"))).to_be_visible()

    page.goto(f"{demo.url}/customers?q={name.replace(' ', '+')}&peek={made['id']}")
    panel = page.get_by_role("dialog")
    expect(panel.locator("dd").first).to_be_visible()
    panel.get_by_role("button", name=t("record.next")).press("e")
    expect(panel.get_by_role("textbox").first).to_be_focused()


def test_a_cell_one_may_not_change_looks_so_and_stays(
    demo: Served, member: Callable[..., Page]
) -> None:
    page, word = member("chen"), f"lock{uuid4().hex[:8]}"
    made = make(page, demo, name=word)
    cols = json.dumps(["name:200", "city:160", "created_at:200"])
    page.goto(f"{demo.url}/customers?q={word}&cols={quote(cols)}")
    row = page.locator('[aria-rowindex="2"]')
    free, locked = row.locator('[aria-colindex="3"]'), row.locator('[aria-colindex="4"]')
    expect(locked).to_have_attribute("aria-readonly", "true")
    expect(free).to_have_attribute("aria-readonly", "false")
    looks = "cell => getComputedStyle(cell).cursor + getComputedStyle(cell).color"
    assert locked.evaluate(looks) != free.evaluate(looks)
    locked.click()
    page.keyboard.type("2020")
    expect(page.get_by_role("textbox", name="Created")).to_have_count(0)
    assert (
        call(page, "GET", f"{demo.url}/api/v1/customers/{made['id']}")["created_at"]
        == (made["created_at"])
    )


def test_old_rows_stay_while_new_ones_load(demo: Served, member: Callable[..., Page]) -> None:
    page, word = member("chen"), f"stay{uuid4().hex[:8]}"
    for name in ("one", "two"):
        make(page, demo, name=f"{name} {word}")
    page.goto(f"{demo.url}/customers?q={word}")
    links = page.locator("[role=gridcell] a")
    expect(links).to_have_count(2)
    held: list[Route] = []
    page.route(re.compile(r"/api/v1/customers\?.*sort=-name"), lambda route: held.append(route))
    with page.expect_request(re.compile(r"/api/v1/customers\?.*sort=-name")):
        page.get_by_role("columnheader", name="Name").get_by_role("button").first.click()
    expect(page.locator('[aria-busy="true"]')).to_have_count(1)
    assert links.all_inner_texts() == [f"one {word}", f"two {word}"]
    for route in held:
        route.continue_()
    page.unroute_all()
    expect(links.first).to_have_text(f"two {word}")
    expect(page.locator('[aria-busy="true"]')).to_have_count(0)


def test_columns_are_made_wider_and_moved_and_the_address_says_so(
    demo: Served, member: Callable[..., Page]
) -> None:
    t, page, word = Texts("en"), member("chen"), f"wide{uuid4().hex[:8]}"
    make(page, demo, name=word)
    cols = json.dumps(["name:200", "phone:160", "city:160"])
    page.goto(f"{demo.url}/customers?q={word}&cols={quote(cols)}")
    city = "City"
    edge = page.get_by_role("separator", name=t("grid.resize", column=city))
    edge.focus()
    for _step in range(4):
        page.keyboard.press("ArrowRight")
    expect(edge).to_have_attribute("aria-valuenow", "200")
    page.get_by_role("button", name=t("grid.columnMenu", column=city)).click()
    page.get_by_role("menuitem", name=t("grid.moveLeft"), exact=True).click()
    page.wait_for_url(re.compile("city%3A200.*phone|city:200.*phone"))
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_role("columnheader").nth(2)).to_contain_text(city)
    expect(other.get_by_role("separator", name=t("grid.resize", column=city))).to_have_attribute(
        "aria-valuenow", "200"
    )


def test_groups_have_totals_and_a_total_of_all(demo: Served, member: Callable[..., Page]) -> None:
    page, word = member("chen"), f"sum{uuid4().hex[:8]}"
    for city, limit in (("Bonn", "100"), ("Bonn", "50.5"), ("Ulm", "7")):
        make(page, demo, name=word, city=city, credit_limit=limit)
    cols = json.dumps(["name:200", "credit_limit:160"])
    page.goto(f"{demo.url}/customers?q={word}&group=city&cols={quote(cols)}")
    table = page.get_by_role("table")
    expect(table.get_by_role("row").filter(has_text="Bonn")).to_contain_text("150.50")
    expect(table.get_by_role("row").filter(has_text="Ulm")).to_contain_text("7.00")
    expect(table.get_by_role("row").last).to_contain_text("157.50")


def test_a_whole_filter_is_changed_as_a_job(demo: Served, member: Callable[..., Page]) -> None:
    """More than is loaded: the job goes through all that match, and says when it has."""
    t, page, word = Texts("en"), member("chen"), f"all{uuid4().hex[:8]}"
    number = 120
    for _one in range(number):
        call(page, "POST", f"{demo.url}/api/v1/tasks", title=word, kind="call")
    page.goto(f"{demo.url}/tasks?q={word}")
    page.get_by_role("checkbox", name=t("grid.selectAll")).check()
    page.get_by_role("button", name=t("bulk.selectAllMatching")).click()
    bar = page.get_by_role("toolbar", name=t("bulk.allMatching"))
    bar.get_by_role("button", name=t("common.edit")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name=t("bulk.addField")).fill("Kind")
    page.keyboard.press("Enter")
    dialog.get_by_role("combobox", name="Kind").click()
    page.get_by_role("option", name="Visit").wait_for(state="attached")
    page.keyboard.type("Visit")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name=t("common.save")).click()
    expect(page.get_by_text(t("edit.started"))).to_be_visible()
    tree = quote(json.dumps({"field": "kind", "op": "in", "value": ["visit"]}))
    address = f"{demo.url}/api/v1/tasks/count?search={word}&filter={tree}"
    for _try in range(100):
        if call(page, "GET", address)["count"] == number:
            break
        page.wait_for_timeout(200)
    assert call(page, "GET", address)["count"] == number


def test_a_card_nobody_touched_for_long_stands_out(
    demo: Served, member: Callable[..., Page]
) -> None:
    t, page, word = Texts("en"), member("chen"), f"age{uuid4().hex[:8]}"
    page.context.add_init_script(path=AXE)
    api = f"{demo.url}/api/v1/tasks"
    call(page, "POST", api, title=f"open {word}", kind="call")
    done = call(page, "POST", api, title=f"done {word}", kind="call")
    call(page, "POST", f"{api}/{done['id']}/complete")
    later = dt.datetime.now(dt.UTC)
    for days, is_shown, is_stale in ((1, 0, "false"), (12, 1, "false"), (45, 1, "true")):
        page.clock.set_fixed_time(later + dt.timedelta(days, minutes=1))
        page.goto(f"{demo.url}/tasks?kind=board&by=status&q={word}")
        card = page.locator("[data-card]").filter(has_text=f"open {word}")
        expect(card).to_have_attribute("data-stale", is_stale)
        expect(card.get_by_text(t("board.age_other", count=days), exact=True)).to_have_count(
            is_shown
        )
    finished = page.locator("[data-card]").filter(has_text=f"done {word}")
    expect(finished).to_have_attribute("data-stale", "false")
    settle(page)
    assert violations(page) == []
    change_theme(page, "dark")
    assert violations(page, CONTRAST) == []
