"""Calendars: events dragged by mouse and by keys to another day, in the reader's zone and week."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.product import Served, Texts, call

pytestmark = pytest.mark.browser

MONTH = "2030-05"  # of which the sample firm knows nothing


@dataclass
class Diary:
    """A calendar of records of their own, as one person has it on screen."""

    page: Page
    t: Texts
    url: str
    word: str
    path: str = "tasks"
    by: str = "due_on"

    def make(self, name: str, when: str, **more: Any) -> dict[str, Any]:
        title = "title" if self.path == "tasks" else "subject"
        body = {title: f"{name} {self.word}", self.by: when, **more}
        made: dict[str, Any] = call(self.page, "POST", f"{self.url}/api/v1/{self.path}", **body)
        return made

    def open(self, day: str = f"{MONTH}-15", more: str = "") -> None:
        self.page.goto(
            f"{self.url}/{self.path}?kind=calendar&by={self.by}&q={self.word}&day={day}{more}"
        )

    def day(self, day: str) -> Locator:
        return self.page.locator(f'[data-day="{day}"]')

    def event(self, name: str) -> Locator:
        return self.page.locator("[data-event]").filter(has_text=f"{name} {self.word}")

    def stored(self, record: dict[str, Any]) -> str:
        value: str = call(self.page, "GET", f"{self.url}/api/v1/{self.path}/{record['id']}")[
            self.by
        ]
        return value

    def drag(self, name: str, day: str) -> None:
        self.event(name).hover()
        self.page.mouse.down()
        self.day(day).hover(position={"x": 60, "y": 60}, force=True)
        self.day(day).hover(position={"x": 70, "y": 70}, force=True)
        self.page.mouse.up()


@pytest.fixture
def diary_of(demo: Served, member: Callable[..., Page]) -> Callable[..., Diary]:
    def make(username: str, language: str = "en", **more: str) -> Diary:
        page = member(username, language)
        return Diary(page, Texts(language), demo.url, f"w{uuid4().hex[:8]}", **more)

    return make


def test_an_event_is_dragged_to_another_day_and_taken_back(
    diary_of: Callable[..., Diary],
) -> None:
    diary = diary_of("chen")
    task = diary.make("one", f"{MONTH}-08")
    diary.open()
    diary.drag("one", f"{MONTH}-17")
    expect(diary.day(f"{MONTH}-17").locator("[data-event]")).to_have_count(1)
    diary.page.get_by_role("button", name=diary.t("common.undo")).click()
    expect(diary.day(f"{MONTH}-08").locator("[data-event]")).to_have_count(1)
    expect(diary.page.get_by_text(diary.t("common.undone"))).to_be_visible()
    assert diary.stored(task) == f"{MONTH}-08"


def test_a_moment_keeps_its_time_in_the_zone_of_the_reader(
    diary_of: Callable[..., Diary], demo: Served
) -> None:
    diary = diary_of("chen", path="interactions", by="happened_at")
    diary.page.set_viewport_size({"width": 1440, "height": 1200})  # six weeks
    me = call(diary.page, "GET", f"{demo.url}/api/v1/session")["user"]
    zone = f"{demo.url}/api/v1/session/user"
    call(diary.page, "PATCH", zone, time_zone="Europe/Berlin")
    customer = call(diary.page, "GET", f"{demo.url}/api/v1/customers?limit=1")["items"][0]["id"]
    # The evening before the clock changes, after midnight in Shanghai.
    made = diary.make("one", "2025-03-29T20:30:00Z", customer=customer, channel="call")
    diary.open("2025-03-29")
    event = diary.day("2025-03-29").locator("[data-event]")
    expect(event).to_contain_text("9:30")
    diary.drag("one", "2025-03-31")
    expect(diary.day("2025-03-31").locator("[data-event]")).to_contain_text("9:30")
    saved = diary.page.get_by_role("button", name=diary.t("common.undo"))
    expect(saved).to_be_visible()
    moment = dt.datetime.fromisoformat(diary.stored(made))
    assert moment == dt.datetime(2025, 3, 31, 19, 30, tzinfo=dt.UTC)
    call(diary.page, "PATCH", zone, time_zone=me["time_zone"])


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_all_by_keyboard_alone(diary_of: Callable[..., Diary], language: str) -> None:
    diary = diary_of("chen", language)
    page = diary.page
    task = diary.make("one", f"{MONTH}-15")
    diary.open()
    expect(diary.event("one")).to_be_visible()
    for _tab in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('[data-day]') !== null"):
            break
    focused = page.locator("[data-day]:has(button:focus)")
    expect(focused).to_have_attribute("data-day", f"{MONTH}-15")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    expect(focused).to_have_attribute("data-day", f"{MONTH}-09")
    page.keyboard.press("PageDown")
    expect(focused).to_have_attribute("data-day", "2030-06-09")
    page.keyboard.press("PageUp")
    for _step in range(6):
        page.keyboard.press("ArrowRight")
    expect(focused).to_have_attribute("data-day", f"{MONTH}-15")
    page.keyboard.press("Enter")
    expect(diary.event("one").get_by_role("link")).to_be_focused()
    page.keyboard.press("Control+Shift+ArrowDown")
    expect(diary.day(f"{MONTH}-22").locator("[data-event]")).to_have_count(1)
    expect(diary.event("one").get_by_role("link")).to_be_focused()
    # The first move may still be on its way; its answer is not the one that counts.
    with page.expect_response(lambda answer: f"{MONTH}-21" in (answer.request.post_data or "")):
        page.keyboard.press("Control+Shift+ArrowLeft")
    expect(diary.day(f"{MONTH}-21").locator("[data-event]")).to_have_count(1)
    page.keyboard.press("Space")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name=diary.t("common.undo"))).to_be_visible()
    assert diary.stored(task) == f"{MONTH}-21"


def test_a_refused_move_goes_back_and_says_why(diary_of: Callable[..., Diary]) -> None:
    diary = diary_of("chen")
    task = diary.make("one", f"{MONTH}-08")
    diary.open()
    expect(diary.event("one")).to_be_visible()
    diary.page.context.set_offline(True)
    diary.drag("one", f"{MONTH}-17")
    expect(diary.page.get_by_text(diary.t.like("edit.notSaved")).first).to_be_visible()
    expect(diary.day(f"{MONTH}-08").locator("[data-event]")).to_have_count(1)
    diary.page.context.set_offline(False)
    assert diary.stored(task) == f"{MONTH}-08"


def test_of_a_full_day_the_rest_is_one_click_away(diary_of: Callable[..., Diary]) -> None:
    diary = diary_of("chen")
    for number in range(6):
        diary.make(f"n{number}", f"{MONTH}-08")
    diary.open()
    events = diary.day(f"{MONTH}-08").locator("[data-event]")
    expect(events).to_have_count(3)
    diary.page.get_by_role("button", name=diary.t("calendar.more_other", count=3)).click()
    expect(diary.page.get_by_role("tooltip").locator("[data-event]")).to_have_count(6)


def test_weeks_begin_as_the_firm_has_them_and_days_are_named(
    diary_of: Callable[..., Diary], demo: Served
) -> None:
    diary = diary_of("chen", "zh-CN")
    start = call(diary.page, "GET", f"{demo.url}/api/v1/session")["workspace"]["week_start"]
    first, name = {1: ("2030-04-29", "周一"), 7: ("2030-04-28", "周日")}[start]
    diary.open()
    expect(diary.page.locator("[data-day]").first).to_have_attribute("data-day", first)
    expect(diary.page.get_by_role("columnheader").first).to_have_text(name)


def test_a_week_today_and_back(diary_of: Callable[..., Diary]) -> None:
    diary = diary_of("chen")
    page, t = diary.page, diary.t
    page.goto(f"{diary.url}/tasks")
    page.get_by_text(t("view.kind.calendar"), exact=True).click()
    expect(page.locator('[data-day] [aria-current="date"]')).to_be_visible()
    page.get_by_role("button", name=t("calendar.span.month"), exact=True).click()
    page.get_by_role("menuitem", name=t("calendar.span.week")).click()
    expect(page.locator("[data-day]")).to_have_count(7)
    page.get_by_role("button", name=t("calendar.after.week")).click()
    expect(page.locator('[data-day] [aria-current="date"]')).to_have_count(0)
    page.get_by_role("button", name=t("calendar.today")).click()
    expect(page.locator('[data-day] [aria-current="date"]')).to_be_visible()
    page.go_back()
    expect(page.locator("tbody tr")).not_to_have_count(1)
    page.go_back()
    expect(page.get_by_role("grid")).to_be_visible()


def test_on_a_phone_it_is_an_agenda(diary_of: Callable[..., Diary]) -> None:
    diary = diary_of("chen")
    diary.page.set_viewport_size({"width": 390, "height": 844})
    diary.make("one", f"{MONTH}-08")
    diary.make("two", "2030-06-01")
    diary.open()
    expect(diary.event("one")).to_be_visible()
    expect(diary.event("two")).to_have_count(0)
    expect(diary.page.get_by_role("heading", name=re.compile("May 8"))).to_be_visible()
