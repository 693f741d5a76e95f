"""Boards: cards dragged by mouse and by keys, refused, met by others' changes, kept as a view."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.product import Served, Texts, call
from tests.waiting import wait_until

pytestmark = pytest.mark.browser

KINDS = {
    "en": {"call": "Call", "visit": "Visit", "message": "Message"},
    "zh-CN": {"call": "通话", "visit": "拜访", "message": "消息"},
}


@dataclass
class Tasks:
    """A board of three tasks of their own, by their kind, as one person has it on screen."""

    page: Page
    t: Texts
    url: str
    word: str  # in the title of each
    made: dict[str, dict[str, Any]]

    @property
    def api(self) -> str:
        return f"{self.url}/api/v1/tasks"

    def open(self, more: str = "") -> None:
        self.page.goto(f"{self.url}/tasks?kind=board&by=kind&q={self.word}{more}")
        expect(self.card("one")).to_be_visible()

    def column(self, kind: str) -> Locator:
        name = re.compile(f"^{KINDS[self.t.language][kind]}")
        return self.page.get_by_role("region", name=name)

    def card(self, name: str) -> Locator:
        return self.page.locator("[data-card]").filter(has_text=f"{name} {self.word}")

    def stored(self, name: str) -> str:
        kind: str = call(self.page, "GET", f"{self.api}/{self.made[name]['id']}")["kind"]
        return kind

    def lift(self, name: str, kind: str) -> None:
        """Drag a card over a column and hold it there."""
        self.card(name).hover()
        self.page.mouse.down()
        self.column(kind).hover(position={"x": 100, "y": 200}, force=True)
        self.column(kind).hover(position={"x": 120, "y": 220}, force=True)

    def drag(self, name: str, kind: str) -> None:
        self.lift(name, kind)
        self.page.mouse.up()


@pytest.fixture
def tasks_of(demo: Served, member: Callable[..., Page]) -> Callable[..., Tasks]:
    def make(username: str, language: str = "en", owner: str | None = None) -> Tasks:
        page, word = member(username, language), f"w{uuid4().hex[:8]}"
        maker = member(owner, language) if owner else page
        made = {
            name: call(maker, "POST", f"{demo.url}/api/v1/tasks", title=f"{name} {word}", kind=kind)
            for name, kind in (("one", "call"), ("two", "call"), ("three", "visit"))
        }
        return Tasks(page, Texts(language), demo.url, word, made)

    return make


def test_a_card_is_dragged_and_taken_back(tasks_of: Callable[..., Tasks]) -> None:
    tasks = tasks_of("chen")
    tasks.open()
    expect(tasks.column("call").locator("h2")).to_contain_text("2")
    tasks.drag("one", "message")
    expect(tasks.column("message").locator("[data-card]")).to_have_count(1)
    expect(tasks.column("call").locator("h2")).to_contain_text("1")
    undo = tasks.page.get_by_role("button", name=tasks.t("common.undo"))
    undo.click()
    expect(tasks.column("call").locator("[data-card]")).to_have_count(2)
    expect(tasks.page.get_by_text(tasks.t("common.undone"))).to_be_visible()
    assert tasks.stored("one") == "call"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_all_by_keyboard_alone(tasks_of: Callable[..., Tasks], language: str) -> None:
    tasks = tasks_of("chen", language)
    page, t = tasks.page, tasks.t
    page.goto(f"{tasks.url}/tasks?q={tasks.word}&by=kind")
    expect(page.get_by_role("row")).to_have_count(4)
    page.keyboard.press("v")
    page.keyboard.press("b")
    page.wait_for_url(re.compile("kind=board"))
    page.goto(f"{page.url}&by=kind")
    expect(tasks.card("one")).to_be_visible()
    for _tab in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('[data-card]') !== null"):
            break
    first = page.evaluate("document.activeElement.textContent").split(" ")[0]
    here = page.locator("[data-card] a:focus")
    page.keyboard.press("Control+Shift+ArrowRight")
    expect(tasks.column("visit").locator("[data-card]")).to_have_count(2)
    expect(here).to_contain_text(first)
    page.keyboard.press("Control+Shift+ArrowRight")
    expect(tasks.column("message").locator("[data-card]")).to_have_count(1)
    expect(here).to_contain_text(first)
    wait_until(lambda: tasks.stored(first) == "message")  # what is told last is undone first
    page.keyboard.press("ArrowLeft")
    expect(here).to_contain_text("three")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+Space")
    expect(page.get_by_role("toolbar")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+Space")
    page.keyboard.press("Control+Shift+ArrowRight")
    expect(page.get_by_text(t("board.moved_other", count=2))).to_be_visible()  # for ten seconds
    expect(tasks.column("message").locator("[data-card]")).to_have_count(3)
    page.keyboard.press("Space")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    assert {tasks.stored(name) for name in tasks.made} == {"message"}
    page.keyboard.press("Control+z")
    expect(page.get_by_text(t("common.undone"))).to_be_visible()
    expect(tasks.column("message").locator("[data-card]")).to_have_count(1)


def test_a_verb_moves_cards_where_the_field_is_not_written(
    tasks_of: Callable[..., Tasks],
) -> None:
    tasks = tasks_of("chen")
    tasks.page.goto(f"{tasks.url}/tasks?kind=board&q={tasks.word}")
    column = tasks.page.get_by_role("region", name=re.compile("^Done"))
    tasks.card("one").hover()
    tasks.page.mouse.down()
    column.hover(position={"x": 100, "y": 100}, force=True)
    column.hover(position={"x": 110, "y": 120}, force=True)
    cancelled = tasks.page.get_by_role("region", name=re.compile("^Cancelled"))
    expect(cancelled).to_have_attribute("data-closed", "true")
    tasks.page.mouse.up()
    expect(column.locator("[data-card]")).to_have_count(1)
    expect(tasks.page.get_by_text(tasks.t("board.moved_one"))).to_be_visible()
    done = call(tasks.page, "GET", f"{tasks.api}/{tasks.made['one']['id']}")
    assert (done["status"], done["completed_at"] is None) == ("done", False)


def test_a_refused_move_goes_back_and_says_why(tasks_of: Callable[..., Tasks]) -> None:
    tasks = tasks_of("chen")
    tasks.open()
    tasks.page.context.set_offline(True)
    tasks.drag("one", "message")
    refused = tasks.page.get_by_text(tasks.t.like("edit.notSaved")).first
    expect(refused).to_be_visible()
    expect(tasks.column("call").locator("[data-card]")).to_have_count(2)
    tasks.page.context.set_offline(False)
    assert tasks.stored("one") == "call"


def test_a_change_made_while_a_card_is_in_the_air_is_shown_beside_ones_own(
    tasks_of: Callable[..., Tasks], member: Callable[..., Page]
) -> None:
    tasks = tasks_of("chen")
    tasks.open()
    tasks.lift("one", "message")
    other = member("admin")
    call(other, "PATCH", f"{tasks.api}/{tasks.made['one']['id']}", kind="visit")
    call(other, "PATCH", f"{tasks.api}/{tasks.made['two']['id']}", kind="visit")
    tasks.page.wait_for_timeout(1500)  # the time in which the change would show, were it let
    expect(tasks.column("call").locator("[data-card]")).to_have_count(2)
    tasks.page.mouse.up()
    dialog = tasks.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Message")
    expect(dialog).to_contain_text("Visit")
    dialog.get_by_role("button", name=tasks.t("conflict.keepMine")).click()
    expect(tasks.column("message").locator("[data-card]")).to_have_count(1)
    expect(tasks.column("visit").locator("[data-card]")).to_have_count(2)
    expect(tasks.page.get_by_role("button", name=tasks.t("common.undo"))).to_be_visible()
    assert tasks.stored("one") == "message"


def test_what_others_change_moves_by_itself(
    tasks_of: Callable[..., Tasks], member: Callable[..., Page]
) -> None:
    tasks = tasks_of("chen")
    tasks.open()
    other = member("admin")
    call(other, "PATCH", f"{tasks.api}/{tasks.made['one']['id']}", kind="message")
    expect(tasks.column("message").locator("[data-card]")).to_have_count(1)


def test_a_card_one_may_not_change_stays_and_says_why(tasks_of: Callable[..., Tasks]) -> None:
    tasks = tasks_of("chen", owner="wang")
    tasks.open()
    tasks.drag("one", "message")
    why = tasks.page.get_by_text(tasks.t("board.notYours"))
    expect(why).to_be_visible()
    expect(tasks.column("call").locator("[data-card]")).to_have_count(2)
    tasks.card("one").get_by_role("link").focus()
    tasks.page.keyboard.press("Control+Shift+ArrowRight")
    expect(why).to_be_visible()
    assert tasks.stored("one") == "call"


def test_where_the_system_sets_the_field_no_card_is_moved(
    demo: Served, member: Callable[..., Page]
) -> None:
    t, page = Texts("en"), member("chen")
    page.goto(f"{demo.url}/customers?kind=board&by=stage&sum=monetary")
    expect(page.get_by_text(t("board.readOnly", field="Lifecycle stage"))).to_be_visible()
    expect(page.locator('[data-movable="true"]')).to_have_count(0)


def test_a_long_column_goes_on_as_it_is_scrolled(demo: Served, member: Callable[..., Page]) -> None:
    page = member("admin")
    page.goto(f"{demo.url}/customers?kind=board&by=kind")
    column = page.get_by_role("region", name=re.compile("^Person"))
    cards = column.locator("[data-card]")
    expect(cards).to_have_count(30)
    number = int(column.locator("h2").inner_text().split()[-1].replace(",", ""))
    while cards.count() < number:
        shown = cards.count()
        cards.last.scroll_into_view_if_needed()
        expect(cards).not_to_have_count(shown)
    expect(cards).to_have_count(number)
    ids = cards.evaluate_all("cards => cards.map((card) => card.dataset.card)")
    assert len(set(ids)) == number


def test_a_column_takes_a_new_card(tasks_of: Callable[..., Tasks]) -> None:
    tasks = tasks_of("chen")
    tasks.open()
    tasks.page.get_by_role("button", name=tasks.t("board.add", column="Visit")).click()
    drawer = tasks.page.get_by_role("dialog")
    drawer.get_by_label("Title").fill(f"four {tasks.word}")
    drawer.get_by_role("button", name=tasks.t("common.create")).click()
    expect(tasks.column("visit").locator("[data-card]")).to_have_count(2)


def test_a_board_is_kept_as_a_view_and_back_leads_to_the_table(
    tasks_of: Callable[..., Tasks],
) -> None:
    tasks = tasks_of("chen")
    page, t = tasks.page, tasks.t
    page.goto(f"{tasks.url}/tasks")
    unsaved = page.get_by_role("region", name=t("view.unsaved"))
    expect(page.get_by_role("grid")).to_be_visible()
    expect(unsaved).to_be_hidden()
    page.get_by_text(t("view.kind.board"), exact=True).click()
    expect(page.locator("[data-card]").first).to_be_visible()
    page.go_back()
    expect(page.get_by_role("grid")).to_be_visible()
    page.go_forward()
    expect(unsaved).to_be_visible()
    unsaved.get_by_role("button", name=t("view.saveAs")).click()
    name = f"Board {tasks.word}"
    page.get_by_label(t("view.name")).fill(name)
    page.get_by_role("dialog").get_by_role("button", name=t("common.save")).click()
    page.wait_for_url(re.compile("view="))
    expect(unsaved).to_be_hidden()
    page.get_by_role("button", name=t("view.all", what="Tasks")).click()
    expect(page.get_by_role("grid")).to_be_visible()
    page.get_by_role("button", name=name).first.click()
    expect(page.locator("[data-card]").first).to_be_visible()
    expect(unsaved).to_be_hidden()
    kept = call(page, "GET", f"{tasks.url}/api/v1/views?object=task")["items"]
    view = next(one for one in kept if one["name"] == name)
    assert (view["kind"], view["definition"]["by"]) == ("board", "status")
    call(page, "DELETE", f"{tasks.url}/api/v1/views/{view['id']}")


def test_on_a_phone_columns_are_swiped(tasks_of: Callable[..., Tasks]) -> None:
    tasks = tasks_of("chen")
    tasks.page.set_viewport_size({"width": 390, "height": 844})
    tasks.open()
    expect(tasks.column("call").locator("[data-card]")).to_have_count(2)
    widths = tasks.page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert widths[0] == widths[1]
