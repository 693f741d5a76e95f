"""Input methods: while Chromium composes, Enter takes the word and nothing else is done by it."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.product import Served, Texts, call
from tests.waiting import wait_until

pytestmark = pytest.mark.browser


class InputMethod:
    """One that turns pinyin into a word by the browser's own composition, as the system's would."""

    def __init__(self, page: Page) -> None:
        self.page, self.browser = page, page.context.new_cdp_session(page)

    def compose(self, pinyin: str) -> None:
        for length in range(1, len(pinyin) + 1):
            self.browser.send(
                "Input.imeSetComposition",
                {"text": pinyin[:length], "selectionStart": length, "selectionEnd": length},
            )

    def press(self, key: str) -> None:
        """A key while composing; systems send it as one that is being processed."""
        for kind in ("rawKeyDown", "keyUp"):
            self.browser.send(
                "Input.dispatchKeyEvent",
                {"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": 229},
            )

    def take(self, word: str) -> None:
        self.browser.send("Input.insertText", {"text": word})

    def write(self, box: Locator, pinyin: str, word: str) -> None:
        """Compose in the box that has the focus; Enter takes the word, and only the word."""
        before, dialogs = self.page.url, self.page.get_by_role("dialog").count()
        self.compose(pinyin)
        expect(box).to_have_value(pinyin)
        for key in ("ArrowDown", "Enter"):
            self.press(key)
        expect(box).to_be_focused()
        self.take(word)
        expect(box).to_have_value(word)
        expect(box).to_be_focused()
        assert (self.page.url, self.page.get_by_role("dialog").count()) == (before, dialogs)


@pytest.fixture
def chinese(member: Callable[..., Page]) -> tuple[Page, InputMethod, Texts]:
    page = member("chen", "zh-CN")
    return page, InputMethod(page), Texts("zh-CN")


def test_a_cell_and_a_fact_are_saved_by_the_second_enter(
    demo: Served, chinese: tuple[Page, InputMethod, Texts]
) -> None:
    page, method, t = chinese
    word = f"ime{uuid4().hex[:8]}"
    made = call(page, "POST", f"{demo.url}/api/v1/customers", kind="person", name=word)
    address = f"{demo.url}/api/v1/customers/{made['id']}"
    cols = json.dumps(["name:200", "city:160", "phone:160"])
    page.goto(f"{demo.url}/customers?q={word}&cols={quote(cols)}")
    page.locator('[aria-rowindex="2"] [aria-colindex="3"]').click()
    box = page.get_by_role("textbox", name="城市")
    method.write(box, "beijing", "北京")
    assert call(page, "GET", address)["city"] == ""
    page.keyboard.press("Enter")
    expect(page.get_by_text(t("edit.saved", field="城市"))).to_be_visible()
    assert call(page, "GET", address)["city"] == "北京"

    page.goto(f"{demo.url}/customers/{made['id']}")
    page.get_by_role("button", name=t("record.editField", field="城市"), exact=True).click()
    fact = page.get_by_role("textbox", name="城市", exact=True)
    fact.fill("")
    method.write(fact, "shanghai", "上海")
    assert call(page, "GET", address)["city"] == "北京"
    page.keyboard.press("Enter")
    expect(page.get_by_role("definition").filter(has_text="上海")).to_be_visible()
    wait_until(lambda: call(page, "GET", address)["city"] == "上海")


def test_forms_and_filters_wait_for_the_second_enter(
    demo: Served, chinese: tuple[Page, InputMethod, Texts]
) -> None:
    page, method, t = chinese
    page.goto(f"{demo.url}/customers")
    expect(page.get_by_role("row").nth(2)).to_be_visible()
    page.get_by_role("button", name=t("filter.add"), exact=True).click()
    page.keyboard.type("城市")
    page.keyboard.press("Enter")
    method.write(page.get_by_role("textbox", name=t("filter.value")), "hangzhou", "杭州")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers?filter=*")

    page.get_by_role("button", name=t("view.saveAs")).click()
    dialog = page.get_by_role("dialog", name=t("view.new"))
    name = dialog.get_by_label(t("view.name"))
    name.focus()
    method.write(name, "hangzhoukehu", "杭州客户")
    dialog.get_by_role("button", name=t("common.cancel")).click()
    expect(dialog).to_be_hidden()

    page.keyboard.press("c")
    form = page.get_by_role("dialog")
    title = form.get_by_role("textbox").first
    expect(title).to_be_focused()
    method.write(title, "zhangsan", "张三")


def test_a_note_and_its_list_go_on_by_the_second_enter(
    demo: Served, chinese: tuple[Page, InputMethod, Texts]
) -> None:
    page, method, t = chinese
    made = call(page, "POST", f"{demo.url}/api/v1/customers", kind="person", name="输入法备注")
    page.goto(f"{demo.url}/customers/{made['id']}")
    box = page.get_by_role("textbox", name=t("customer.compose.text.note"))
    box.focus()
    method.write(box, "jintian", "今天")
    page.keyboard.press("Enter")
    expect(box).to_have_value("今天\n")
    page.keyboard.type("- ")
    method.compose("baojia")
    method.press("Enter")
    method.take("报价")
    expect(box).to_have_value("今天\n- 报价")
    page.keyboard.press("Enter")
    expect(box).to_have_value("今天\n- 报价\n- ")
    tree = quote(json.dumps({"field": "customer", "op": "in", "value": [made["id"]]}))
    assert call(page, "GET", f"{demo.url}/api/v1/interactions?filter={tree}")["items"] == []
