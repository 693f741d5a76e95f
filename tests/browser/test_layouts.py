"""An administrator arranges a page and a form; colleagues see it so at once, and no more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.product import Served, Texts, call
from tests.browser.sound import AXE, settle, violations

pytestmark = pytest.mark.browser
TITLE = {"zh-CN": "采购要点", "zh-TW": "採購要點", "en": "For buying"}


class Editor:
    """The page of settings that arranges products, as one administrator has it."""

    def __init__(self, page: Page, t: Texts, url: str) -> None:
        self.page, self.t, self.url = page, t, url
        self.layout = self.stored()
        self.labels: dict[str, str] = {}

    def stored(self) -> Any:
        return call(self.page, "GET", f"{self.url}/api/v1/layouts/one?object=product")

    def open(self, part: str = "page") -> None:
        self.page.goto(f"{self.url}/settings/layouts?object=product&part={part}")
        rows = self.page.locator("[data-field]")
        expect(rows.first).to_be_visible()
        self.labels = dict(
            rows.evaluate_all(
                "rows => rows.map((row) => [row.dataset.field,"
                " row.querySelector('[title]').textContent])"
            )
        )

    def field(self, name: str) -> Locator:
        return self.page.locator(f'[data-field="{name}"]')

    def listed(self, key: str) -> list[str]:
        rows = self.page.locator(f'[data-list="{key}"] [data-field]')
        names: list[str] = rows.evaluate_all("rows => rows.map((row) => row.dataset.field)")
        return names

    def press(self, key: str, name: str) -> None:
        """The button of a field, by keyboard."""
        button = self.field(name).get_by_role("button", name=self.t(key, name=self.labels[name]))
        button.focus()
        self.page.keyboard.press("Enter")

    def drag(self, name: str, to: Locator) -> None:
        self.field(name).scroll_into_view_if_needed()
        self.field(name).hover()
        self.page.mouse.down()
        to.hover(force=True)
        to.hover(position={"x": 60, "y": 8}, force=True)
        self.page.mouse.up()

    @property
    def preview(self) -> Locator:
        return self.page.get_by_role("region", name=self.t("layouts.preview"))

    def save(self) -> None:
        self.page.get_by_role("button", name=self.t("common.save"), exact=True).click()
        expect(self.page.get_by_text(self.t("layouts.saved"))).to_be_visible()


@pytest.fixture
def editor(demo: Served, member: Callable[..., Page]) -> Iterator[Editor]:
    page = member("admin", "zh-CN")
    page.context.add_init_script(path=AXE)
    editor = Editor(page, Texts("zh-CN"), demo.url)
    yield editor
    version = editor.stored()["version"].replace("+", "%2B")
    call(page, "DELETE", f"{demo.url}/api/v1/layouts/one?object=product&version={version}")


def test_a_page_is_arranged_seen_by_colleagues_and_taken_back(
    editor: Editor, demo: Served, member: Callable[..., Page]
) -> None:
    t, page = editor.t, editor.page
    reader = member("chen", t.language)
    product = call(page, "GET", f"{demo.url}/api/v1/products?limit=1")["items"][0]
    reader.goto(f"{demo.url}/products/{product['id']}")
    facts = reader.locator("dt")
    editor.open()
    expect(facts.filter(has_text=editor.labels["code"]).first).to_be_visible()

    first = editor.layout["groups"][0]["name"]
    settle(page)
    assert violations(page) == []
    away, moved = editor.listed(first)[-1], editor.listed(first)[1]
    editor.press("layouts.up", moved)
    assert editor.listed(first)[0] == moved
    expect(editor.field(moved).locator("button:focus")).to_have_count(1)
    editor.press("layouts.hide", away)
    assert away in editor.listed(":hidden")
    expect(editor.preview.locator("dt", has_text=editor.labels[away])).to_have_count(0)

    page.get_by_role("button", name=t("layouts.addGroup")).click()
    group = page.get_by_role("button", name=t("layouts.titles", name=t("layouts.newGroup")))
    group.click()
    for language, label in (("zh-CN", "简体中文"), ("zh-TW", "繁體中文"), ("en", "English")):
        page.get_by_label(label, exact=True).fill(TITLE[language])
    page.keyboard.press("Escape")
    mine = page.locator("[data-list]").filter(has_text=TITLE[t.language])
    editor.drag(moved, mine)
    expect(mine.locator("[data-field]")).to_have_count(1)
    expect(editor.preview.get_by_role("heading", name=TITLE[t.language])).to_be_visible()
    editor.save()

    expect(reader.get_by_role("heading", name=TITLE[t.language])).to_be_visible()
    expect(facts.filter(has_text=re.compile(f"^{re.escape(editor.labels[away])}$"))).to_have_count(
        0
    )
    page.get_by_role("button", name=t("layouts.reset")).click()
    expect(reader.get_by_role("heading", name=TITLE[t.language])).to_have_count(0)
    page.locator("#popups").get_by_role("button", name=t("common.undo")).click()
    expect(reader.get_by_role("heading", name=TITLE[t.language])).to_be_visible()
    expect(page.get_by_role("heading", name=t("layouts.versions"))).to_be_visible()


def asked_for(form: Locator, label: str) -> Locator:
    return form.locator("label").filter(has_text=re.compile(rf"^{re.escape(label)}\*?$"))


def test_a_form_asks_for_what_was_chosen_and_always_for_what_is_required(
    editor: Editor, demo: Served, member: Callable[..., Page]
) -> None:
    t, page = editor.t, editor.page
    editor.open("form")
    settle(page)
    assert violations(page) == []
    form, others = editor.listed(":form"), editor.listed(":others")
    required = next(f["name"] for f in editor.layout["fields"] if f["required"])
    stays = editor.field(required).get_by_role(
        "button", name=t("layouts.hide", name=editor.labels[required])
    )
    expect(stays).to_be_disabled()
    optional = next(
        name
        for name in form
        if not next(f for f in editor.layout["fields"] if f["name"] == name)["required"]
    )
    editor.press("layouts.hide", optional)
    if others:
        editor.press("layouts.show", others[0])
    expect(asked_for(editor.preview, editor.labels[required])).to_be_visible()
    expect(asked_for(editor.preview, editor.labels[optional])).to_have_count(0)
    editor.save()

    boss = member("admin", t.language)
    boss.goto(f"{demo.url}/products")
    boss.get_by_role("heading", level=1).wait_for()
    boss.keyboard.press("c")
    drawer = boss.get_by_role("dialog")
    expect(asked_for(drawer, editor.labels[required])).to_be_visible()
    expect(asked_for(drawer, editor.labels[optional])).to_have_count(0)
    more = "|".join(t.like(f"record.moreFields_{n}").pattern for n in ("one", "other"))
    drawer.get_by_role("button", name=re.compile(more)).click()
    expect(asked_for(drawer, editor.labels[optional])).to_be_visible()


def test_what_somebody_else_kept_meanwhile_is_not_overwritten(editor: Editor, demo: Served) -> None:
    t, page = editor.t, editor.page
    editor.open()
    first = editor.listed(editor.layout["groups"][0]["name"])
    editor.press("layouts.hide", first[0])
    there = editor.stored()
    groups = [{**g, "fields": g["fields"]} for g in there["groups"]]
    for g in groups:
        g.pop("title")
    call(
        page, "PUT", f"{demo.url}/api/v1/layouts/one", object="product", groups=groups,
        hidden=[], form=there["form"], version=there["version"],
    )  # fmt: skip
    told = page.get_by_role("alert").filter(has_text=t("layouts.behind"))
    expect(told).to_be_visible()
    assert first[0] in editor.listed(":hidden")  # what was changed here is still here
    told.get_by_role("button", name=t("layouts.loadAgain")).click()
    expect(told).to_have_count(0)
    assert first[0] not in editor.listed(":hidden")
